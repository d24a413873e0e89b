//! A fleet as read, before it is told what is wrong with it and before references are checked.
//!
//! Between [`read`] and [`Reading::finish`] the caller may say what it needs: what it does not need stays known by kind and
//! name, and is not judged.

use super::collect::{Collected, collect_of};
use super::memory::{Remembered, SpecMemory};
use super::reach::Others;
use super::{DUPLICATE_NAME, Names, Specs, facts, inputs, references, templates};
use crate::diag::{Diagnostic, Diagnostics};
use crate::digest::Digest;
use crate::inputs::{FLEET_FILE, NO_FLEET};
use crate::source::{FileId, Sources, Span};
use crate::spec::{FleetSpec, Kind, Metadata, Spec};
use crate::yaml::{Document, LazyDocument, Node, NodeValue};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was read, and what is wrong with it.
pub struct Reading {
    specs: Specs,
    broken: Vec<BrokenSpec>,
    /// What is wrong with each spec and template.
    findings: BTreeMap<(Kind, String), Diagnostics>,
    /// What is wrong with files of specs as such, so that names may be missing.
    unread: Diagnostics,
    /// What is wrong with the rest, whatever is needed.
    general: Diagnostics,
    is_narrowed: bool,
    remembered: Vec<Remembered>,
}

/// A spec that broke its schema: what can be said of it nevertheless.
pub struct BrokenSpec {
    pub kind: Kind,
    pub name: String,
    document: LazyDocument,
}

impl BrokenSpec {
    /// The text at a field of `spec`.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.document.root.get("spec")?.get(field)?.text()
    }

    /// The keys of a map of `spec`.
    pub fn keys(&self, field: &str) -> impl Iterator<Item = &str> {
        let map = self.document.root.get("spec").and_then(|spec| spec.get(field));
        map.into_iter().flat_map(Node::entries).map(|(key, _)| key)
    }
}

/// Reads everything. Nothing if there is no bayplan.yaml, which is told.
pub fn read(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Reading> {
    read_with(sources, &SpecMemory::default(), diagnostics)
}

/// As [`read`], with what the last run knew of spec files.
pub fn read_with(sources: &Sources, memory: &SpecMemory, diagnostics: &mut Diagnostics) -> Option<Reading> {
    read_files(sources, memory, &|_| true, Others::default(), diagnostics)
}

/// As [`read_with`], of those spec files that are wanted. `others` is what is known of the rest, which is not judged.
pub fn read_files(
    sources: &Sources,
    memory: &SpecMemory,
    is_wanted: &dyn Fn(FileId) -> bool,
    others: Others,
    diagnostics: &mut Diagnostics,
) -> Option<Reading> {
    let mut findings: BTreeMap<(Kind, String), Diagnostics> = BTreeMap::new();
    let mut general = Diagnostics::new();
    inputs::check_entries(sources, &mut |file, diagnostic| match templates::folder_of(&file.path) {
        Some(folder) => findings.entry((Kind::Template, folder.to_owned())).or_default().push(diagnostic),
        None => general.push(diagnostic),
    });
    let Collected {
        fleet,
        clusters,
        environments,
        tenants,
        sites,
        acknowledgements,
        broken,
        findings: told,
        unread,
        remembered,
    } = collect_of(sources, memory, is_wanted, &others.named);
    for (kind, name, found) in told {
        findings.entry((kind, name)).or_default().extend(found);
    }
    let mut names: BTreeSet<(Kind, String)> = broken.iter().map(|spec| (spec.kind, spec.name.clone())).collect();
    let templates = templates::load(sources, &mut names, &mut findings, &mut general);
    let crds = templates::load_crds(sources, &mut general);
    let is_told = findings.contains_key(&(Kind::Fleet, String::new()))
        || findings.keys().any(|(kind, _)| *kind == Kind::Fleet)
        || unread.has_errors()
        || general.has_errors();
    let fleet = one_fleet(fleet, is_told, sources, &mut general);
    let is_fleet_missing = fleet.is_none();
    let Some(fleet) = fleet.or_else(|| sources.find(FLEET_FILE).map(no_fleet)) else {
        diagnostics.extend(general);
        diagnostics.extend(unread);
        return None;
    };
    let clusters = by_name(Kind::Cluster, clusters, &mut general)
        .into_iter()
        .map(|(name, spec)| {
            let mut found = Diagnostics::new();
            let cluster = facts::apply(spec, sources, &mut found);
            findings.entry((Kind::Cluster, name.clone())).or_default().extend(found);
            (name, cluster)
        })
        .collect();
    let mut specs = Specs {
        fleet,
        clusters,
        other_clusters: BTreeMap::new(),
        environments: by_name(Kind::Environment, environments, &mut general),
        tenants: by_name(Kind::Tenant, tenants, &mut general),
        sites: by_name(Kind::Site, sites, &mut general),
        acknowledgements: by_name(Kind::Acknowledgement, acknowledgements, &mut general),
        templates,
        shared_partials: templates::shared_partials(sources),
        crds,
        names: Names::default(),
        is_fleet_missing,
    };
    names.extend(names_of(&specs));
    names.extend(others.names.0);
    specs.names = Names(names);
    let broken = broken
        .into_iter()
        .map(|spec| BrokenSpec { kind: spec.kind, name: spec.name, document: spec.document })
        .collect();
    Some(Reading { specs, broken, findings, unread, general, is_narrowed: false, remembered })
}

impl Reading {
    /// Those that are sound.
    pub fn specs(&self) -> &Specs {
        &self.specs
    }

    /// What the next run need not parse.
    pub fn take_remembered(&mut self) -> Vec<Remembered> {
        std::mem::take(&mut self.remembered)
    }

    pub fn broken(&self) -> &[BrokenSpec] {
        &self.broken
    }

    /// Leaves out all but what is needed; the Fleet and Acknowledgements always are.
    pub fn narrow(&mut self, needed: &BTreeSet<(Kind, String)>) {
        self.is_narrowed = true;
        let holds = |kind: Kind, name: &str| needed.contains(&(kind, name.to_owned()));
        let clusters = std::mem::take(&mut self.specs.clusters).into_iter();
        (self.specs.clusters, self.specs.other_clusters) = clusters.partition(|(name, _)| holds(Kind::Cluster, name));
        self.specs.environments.retain(|name, _| holds(Kind::Environment, name));
        self.specs.tenants.retain(|name, _| holds(Kind::Tenant, name));
        self.specs.sites.retain(|name, _| holds(Kind::Site, name));
        self.specs.templates.retain(|name, _| holds(Kind::Template, name));
        self.findings
            .retain(|(kind, name), _| matches!(kind, Kind::Fleet | Kind::Acknowledgement) || holds(*kind, name));
    }

    /// Tells what is wrong with files that could not be read, for who misses a name.
    pub fn tell_unread(&mut self, diagnostics: &mut Diagnostics) {
        diagnostics.extend(std::mem::take(&mut self.unread));
    }

    /// Tells all that is wrong, dangling references too. Gives what is sound, which after an error is good for finding more.
    pub fn finish(mut self, sources: &Sources, diagnostics: &mut Diagnostics) -> Specs {
        diagnostics.extend(std::mem::take(&mut self.general));
        diagnostics.extend(std::mem::take(&mut self.findings).into_values().flatten());
        let is_incomplete = self.unread.has_errors();
        let misses_name = references::check(&self.specs, is_incomplete, sources, diagnostics);
        if !self.is_narrowed || misses_name {
            self.tell_unread(diagnostics);
        }
        self.specs
    }
}

fn names_of(specs: &Specs) -> impl Iterator<Item = (Kind, String)> {
    let clusters = specs.clusters.keys().map(|name| (Kind::Cluster, name));
    let environments = specs.environments.keys().map(|name| (Kind::Environment, name));
    let tenants = specs.tenants.keys().map(|name| (Kind::Tenant, name));
    let sites = specs.sites.keys().map(|name| (Kind::Site, name));
    let templates = specs.templates.keys().map(|name| (Kind::Template, name));
    let all = clusters.chain(environments).chain(tenants).chain(sites).chain(templates);
    all.map(|(kind, name)| (kind, name.clone()))
}

/// The one Fleet; `is_told` says whether it is known already why there is none.
fn one_fleet(
    fleets: Vec<Spec<FleetSpec>>,
    is_told: bool,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Spec<FleetSpec>> {
    if let [first, second, ..] = fleets.as_slice() {
        diagnostics.push(
            Diagnostic::error(&DUPLICATE_NAME, "a repository has one Fleet, found two")
                .at(second.name_place(), "the second")
                .also(first.name_place(), "the first")
                .help("remove one of them"),
        );
    }
    let fleet = fleets.into_iter().next();
    if fleet.is_none() && !is_told {
        let mut diagnostic = Diagnostic::error(&NO_FLEET, format!("{FLEET_FILE} holds no Fleet"))
            .help("write one, or start with `bayplan init`");
        if let Some(file) = sources.find(FLEET_FILE) {
            diagnostic = diagnostic.at(Span::file(file), "in this file");
        }
        diagnostics.push(diagnostic);
    }
    fleet
}

/// Stands for a Fleet that could not be read, so that the rest is judged as well.
fn no_fleet(file: FileId) -> Spec<FleetSpec> {
    let root = Node { start: 0, end: 0, value: NodeValue::Mapping(Vec::new()) };
    Spec {
        metadata: Metadata::default(),
        spec: FleetSpec::default(),
        document: Arc::new(Document { file, root }.into()),
        octals: Vec::new(),
        digest: Digest::of(b""),
    }
}

/// By name; the second of a name is an error that shows both.
fn by_name<T>(kind: Kind, specs: Vec<Spec<T>>, diagnostics: &mut Diagnostics) -> BTreeMap<String, Spec<T>> {
    let mut named: BTreeMap<String, Spec<T>> = BTreeMap::new();
    for spec in specs {
        match named.get(spec.name()) {
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    &DUPLICATE_NAME,
                    format!("two specs of kind {} are called `{}`", kind.name(), spec.name()),
                )
                .at(spec.name_place(), "the second")
                .also(first.name_place(), "the first")
                .help("names are unique per kind: rename or remove one"),
            ),
            None => {
                named.insert(spec.name().to_owned(), spec);
            }
        }
    }
    named
}
