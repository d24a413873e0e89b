//! The middle of a compile: namespaces in batches, then each cluster's own objects, all handed to the sink.
//!
//! A namespace that was made from the same before, and that the sink still has, is taken over without being compiled.

use super::made_from::Parts;
use super::memory::{Memory, Remembered};
use super::meter::Step;
use super::prepare::Prepared;
use super::{Compilation, Findings, Options, UnitSummary, cluster, cross, unit};
use crate::digest::Digest;
use crate::failure::Failed;
use crate::load::Cluster;
use crate::output::{ContentId, Kept, OutputPath, Sink};
use crate::patching::Hits;
use crate::resolve::Unit;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Units that are worked on before their files are handed to the sink.
const BATCH: usize = 256;

/// A compile on its way.
pub struct Run<'a, 's> {
    pub prepared: &'a Prepared<'s>,
    pub hits: Hits,
    pub seen: cross::Seen,
    pub open: cross::Open,
    pub findings: &'a mut Findings,
    pub compilation: &'a mut Compilation,
    pub sink: &'a mut dyn Sink,
    pub recall: Option<Recall<'a, 's>>,
    pub forgets_objects: bool,
    /// Namespaces that are sound are handed on even where something else is not.
    pub is_partial: bool,
}

/// What is known from the last run, with what it is asked by.
pub struct Recall<'a, 's> {
    parts: Parts<'s>,
    memory: &'a mut Memory,
}

impl<'a, 's> Recall<'a, 's> {
    pub fn new(prepared: &Prepared<'s>, options: &Options, memory: Option<&'a mut Memory>) -> Option<Self> {
        memory.map(|memory| Recall { parts: Parts::new(prepared, options), memory })
    }

    fn find(&self, prepared: &Prepared<'_>, unit: &Unit<'_>) -> Recalled {
        prepared.meter.start();
        let digest = self.parts.of_unit(prepared, unit);
        let known = digest.and_then(|digest| self.memory.find(unit.cluster.spec.name(), &digest));
        prepared.meter.lap(Step::Recall);
        Recalled { digest, unit: known }
    }
}

/// What is known of one unit.
#[derive(Default)]
struct Recalled {
    digest: Option<Digest>,
    unit: Option<Remembered>,
}

impl<'s> Run<'_, 's> {
    /// Compiles namespaces; gives their summaries by cluster.
    pub fn namespaces(&mut self, units: &[Unit<'s>]) -> Result<BTreeMap<String, Vec<UnitSummary>>, Failed> {
        let mut by_cluster: BTreeMap<String, Vec<UnitSummary>> = BTreeMap::new();
        for batch in units.chunks(BATCH) {
            self.sink.go_on()?;
            let prepared = self.prepared;
            let recalled: Vec<Recalled> = match &self.recall {
                Some(recall) => batch.par_iter().map(|unit| recall.find(prepared, unit)).collect(),
                None => batch.iter().map(|_| Recalled::default()).collect(),
            };
            let meter = prepared.meter;
            meter.start();
            let mut todo = Vec::new();
            let mut summaries: Vec<Option<UnitSummary>> = batch.iter().map(|_| None).collect();
            for (number, (unit, recalled)) in batch.iter().zip(recalled).enumerate() {
                let Recalled { digest, unit: known } = recalled;
                match self.keep(unit, digest.as_ref().zip(known))? {
                    Some(summary) => summaries[number] = Some(summary),
                    None => todo.push((number, unit, digest)),
                }
            }
            meter.lap(Step::Recall);
            let outcomes: Vec<unit::Outcome> =
                todo.par_iter().map(|(_, unit, _)| unit::compile(prepared, unit)).collect();
            meter.start();
            for (number, summary) in self.take(todo, outcomes)? {
                summaries[number] = Some(summary);
            }
            meter.lap(Step::Sink);
            for (unit, summary) in batch.iter().zip(summaries) {
                let Some(summary) = summary else { continue };
                self.seen.add(&summary);
                self.compilation.counts.objects += summary.facts.objects;
                by_cluster.entry(unit.cluster.spec.name().to_owned()).or_default().push(summary);
            }
        }
        Ok(by_cluster)
    }

    /// Takes a unit over, where it is known and the sink still has it.
    fn keep(&mut self, unit: &Unit<'_>, known: Option<(&Digest, Remembered)>) -> Result<Option<UnitSummary>, Failed> {
        let (Some(recall), Some((digest, known))) = (&mut self.recall, known) else { return Ok(None) };
        if !is_kept(self.sink, &unit::folder(unit), &known)? {
            return Ok(None);
        }
        recall.memory.keep(unit.cluster.spec.name(), digest);
        let Remembered { facts, hosts, hits, .. } = known;
        self.hits.merge(hits);
        Ok(Some(UnitSummary { facts, hosts, ..unit::summary(unit) }))
    }

    /// Takes what came of compiled units, and hands their files on.
    fn take(
        &mut self,
        todo: Vec<(usize, &Unit<'_>, Option<Digest>)>,
        outcomes: Vec<unit::Outcome>,
    ) -> Result<Vec<(usize, UnitSummary)>, Failed> {
        let mut summaries = Vec::with_capacity(outcomes.len());
        let mut files = Vec::with_capacity(outcomes.len());
        let mut fresh = Vec::new();
        for ((number, unit, digest), outcome) in todo.into_iter().zip(outcomes) {
            let unit::Outcome { findings, hits, mut summary, verdict, files: own } = outcome;
            // What reviewers let through may not be let through tomorrow.
            let is_acknowledged =
                !verdict.acknowledged.is_empty() || summary.hosts.iter().any(|claim| claim.acknowledgement.is_some());
            let is_quiet = findings.is_empty() && verdict.wanting.is_empty() && !is_acknowledged;
            if let (true, Some(digest), Some(own)) = (is_quiet, digest.filter(|_| self.recall.is_some()), &own) {
                let content = ContentId::from_bytes([0; 20]);
                let (facts, hosts) = (summary.facts.clone(), summary.hosts.clone());
                let remembered = Remembered { content, files: own.files().len(), facts, hosts, hits: hits.clone() };
                fresh.push((unit.cluster.spec.name(), own.folder().to_string(), digest, remembered));
            }
            self.findings.merge(findings);
            self.hits.merge(hits);
            self.open.add(unit.cluster.spec.name(), &unit.namespace, verdict);
            if self.forgets_objects {
                summary.objects = Vec::new();
            }
            files.extend(own);
            summaries.push((number, summary));
        }
        if self.is_sound() || self.is_partial && self.seen.twice.is_empty() {
            self.sink.accept(files)?;
            let contents = if fresh.is_empty() { BTreeMap::new() } else { self.sink.take_contents() };
            for (cluster, folder, digest, mut unit) in fresh {
                if let (Some(recall), Some(content)) = (&mut self.recall, contents.get(&folder)) {
                    unit.content = *content;
                    recall.memory.remember(cluster, &digest, &unit);
                }
            }
        }
        Ok(summaries)
    }

    /// Compiles what a cluster has besides its namespaces, whose summaries are `namespaces`.
    pub fn cluster(
        &mut self,
        cluster: &'s Cluster,
        namespaces: Vec<UnitSummary>,
        units: &[Unit<'_>],
        branches: &BTreeMap<String, String>,
    ) -> Result<(), Failed> {
        let name = cluster.spec.name();
        let outcome = cluster::compile(self.prepared, cluster);
        self.findings.merge(outcome.findings);
        self.hits.merge(outcome.hits);
        self.open.add(name, "", outcome.verdict);
        if let Some(own) = &outcome.summary {
            let home = self.prepared.cluster(name).map(|prepared| prepared.delivery.namespace.as_str());
            let homes = own.objects.iter().map(|object| object.identity.namespace.as_str()).chain(home);
            let homes = homes.filter(|home| !home.is_empty()).map(|home| (name.to_owned(), home.to_owned()));
            self.compilation.crowded.extend(homes);
            self.seen.add_namespaced(self.prepared, own, units, &namespaces);
            self.seen.add(own);
            self.compilation.counts.objects += own.facts.objects;
        }
        if self.is_sound() {
            self.sink.accept(outcome.files.into_iter().collect())?;
        }
        let delivery = match &outcome.summary {
            Some(own) => self.delivery(cluster, own, &namespaces, units, branches)?,
            None => None,
        };
        self.compilation.units.extend(namespaces);
        self.compilation.units.extend(outcome.summary);
        self.compilation.counts.objects += delivery.as_ref().map_or(0, |summary| summary.facts.objects);
        self.compilation.units.extend(delivery);
        Ok(())
    }

    /// The objects by which a cluster takes the branch.
    fn delivery(
        &mut self,
        cluster: &Cluster,
        own: &UnitSummary,
        namespaces: &[UnitSummary],
        units: &[Unit<'_>],
        branches: &BTreeMap<String, String>,
    ) -> Result<Option<UnitSummary>, Failed> {
        let name = cluster.spec.name();
        let Some(settings) = self.prepared.cluster(name).map(|prepared| &prepared.delivery) else { return Ok(None) };
        let mut found = Findings::default();
        let diagnostics = found.phase(super::Phase::Validate);
        let delivered =
            cluster::delivered(self.prepared, cluster, own.facts.layers.clone(), namespaces, branches, diagnostics);
        let folder = cluster::delivery_folder(name);
        // Where others write into its namespace too, its objects have to be held against theirs.
        let has_company = namespaces.iter().any(|unit| unit.namespace == settings.namespace)
            || own.objects.iter().any(|object| object.identity.namespace == settings.namespace);
        let is_compared = has_company || cross::may_share_delivery(self.prepared, name);
        let digest = self.recall.as_ref().filter(|_| !is_compared);
        let digest = digest.map(|recall| recall.parts.of_delivery(&delivered, settings));
        if let (Some(recall), Some(digest), true) = (&mut self.recall, &digest, diagnostics.is_empty())
            && let Some(known) = recall.memory.find(name, digest)
            && is_kept(self.sink, &folder, &known)?
        {
            recall.memory.keep(name, digest);
            return Ok(Some(UnitSummary { facts: known.facts, ..cluster::summary(name, Vec::new()) }));
        }
        let made = cluster::deliver(self.prepared, cluster, &delivered, diagnostics);
        let is_quiet = diagnostics.is_empty();
        self.findings.merge(found);
        let Some((mut summary, files)) = made else { return Ok(None) };
        if has_company {
            self.seen.add_namespaced(self.prepared, &summary, units, namespaces);
        }
        if self.forgets_objects && !is_compared {
            summary.objects = Vec::new();
        }
        let number = files.files().len();
        if self.is_sound() {
            self.sink.accept(vec![files])?;
            let content = self.recall.is_some().then(|| self.sink.take_contents().remove(&folder)).flatten();
            if let (Some(recall), Some(digest), Some(content), true) = (&mut self.recall, digest, content, is_quiet) {
                let facts = summary.facts.clone();
                let unit = Remembered { content, files: number, facts, hosts: Vec::new(), hits: Hits::default() };
                recall.memory.remember(name, &digest, &unit);
            }
        }
        Ok(Some(summary))
    }

    /// Whether nothing is wrong so far. What follows from several namespaces is handed on only then.
    fn is_sound(&self) -> bool {
        !self.findings.has_errors() && self.seen.twice.is_empty()
    }
}

/// Has the sink take a folder over, if it still has that content.
fn is_kept(sink: &mut dyn Sink, folder: &str, known: &Remembered) -> Result<bool, Failed> {
    let Ok(folder) = OutputPath::parse(folder) else { return Ok(false) };
    sink.keep(&folder, Kept { content: known.content, files: known.files })
}

/// What a unit would write: it is compiled anew, for the few that are asked for after they were taken over or forgotten.
pub fn objects_of(prepared: &Prepared<'_>, units: &[Unit<'_>], summary: &UnitSummary) -> Vec<super::ObjectSummary> {
    if summary.objects.len() == summary.facts.objects {
        return summary.objects.clone();
    }
    let is_it = |unit: &&Unit<'_>| unit.cluster.spec.name() == summary.cluster && unit.namespace == summary.namespace;
    units.iter().find(is_it).map(|unit| unit::compile(prepared, unit).summary.objects).unwrap_or_default()
}
