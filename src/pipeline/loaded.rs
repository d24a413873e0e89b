//! A fleet whose specs were read: what can be asked of it before anything is rendered.

use super::filter::{Filter, Scope};
use super::{Compilation, Extras, Findings, Options, Phase, branches, compile_into, needed};
use crate::diag::Diagnostics;
use crate::failure::Failed;
use crate::load::memory::{Remembered, SpecMemory};
use crate::load::reach::{self, Others, Reach};
use crate::load::{self, Specs};
use crate::output::Sink;
use crate::source::{FileId, Sources};
use crate::spec::Kind;
use crate::spec::fleet::FleetSpec;
use std::collections::{BTreeMap, BTreeSet};

/// A part of a fleet that is read without the rest.
#[derive(Debug, Default)]
pub struct Part {
    /// Spec files that are read, bayplan.yaml among them.
    pub files: BTreeSet<String>,
    /// The names in all files.
    pub names: load::Names,
    /// Specs and templates that are judged although no selected deployment needs them.
    pub judged: BTreeSet<(Kind, String)>,
}

/// A fleet whose specs were read.
pub struct Loaded<'s> {
    pub(super) sources: &'s Sources,
    pub(super) options: &'s Options,
    /// What was asked for, as far as it is sound.
    pub(super) specs: Option<Specs>,
    /// How much of the fleet that is, where there is a filter.
    scope: Option<Scope>,
    pub(super) findings: Findings,
    remembered: Vec<Remembered>,
}

impl<'s> Loaded<'s> {
    pub fn new(sources: &'s Sources, options: &'s Options) -> Self {
        Loaded::with(sources, options, &SpecMemory::default())
    }

    /// As [`Loaded::new`], with what the last run knew of spec files: of a fleet of which some sites are asked for, only those
    /// files are read whose specs may have to do with them.
    pub fn with(sources: &'s Sources, options: &'s Options, memory: &SpecMemory) -> Self {
        let Filter { sites, tenants, .. } = &options.filter;
        let is_of_sites = !sites.is_empty() || !tenants.is_empty();
        let mut findings = Findings::default();
        let diagnostics = findings.phase(Phase::Load);
        let reading = match is_of_sites.then(|| reach::of(sources, memory, sites, tenants)).flatten() {
            Some(Reach { files, others }) => {
                load::read_files(sources, memory, &|id| files.contains(&id), others, diagnostics)
            }
            None => load::read_with(sources, memory, diagnostics),
        };
        Loaded::narrowed(sources, options, reading, None, findings)
    }

    /// Reads a part of the fleet, for a quick answer: what is outside of it is known by name and not judged. The filter of the
    /// options must not be empty.
    pub fn of_part(sources: &'s Sources, options: &'s Options, part: &Part) -> Self {
        let mut findings = Findings::default();
        let is_wanted = |id: FileId| part.files.contains(sources.path(id));
        let others = Others { names: part.names.clone(), ..Others::default() };
        let reading =
            load::read_files(sources, &SpecMemory::default(), &is_wanted, others, findings.phase(Phase::Load));
        Loaded::narrowed(sources, options, reading, Some(part), findings)
    }

    /// Leaves out what the filter does not need.
    fn narrowed(
        sources: &'s Sources,
        options: &'s Options,
        reading: Option<load::Reading>,
        part: Option<&Part>,
        mut findings: Findings,
    ) -> Self {
        let diagnostics = findings.phase(Phase::Load);
        let mut loaded = Loaded {
            sources,
            options,
            specs: None,
            scope: None,
            findings: Findings::default(),
            remembered: Vec::new(),
        };
        if let Some(mut reading) = reading {
            loaded.remembered = reading.take_remembered();
            let filter = &options.filter;
            if !filter.check(&reading.specs().names, diagnostics) {
                reading.tell_unread(diagnostics);
            } else {
                if !filter.is_empty() {
                    let mut needed = needed::of(&reading, filter);
                    if let Some(part) = part {
                        needed.specs.extend(part.judged.iter().cloned());
                        needed.scope.is_blind = true;
                    }
                    reading.narrow(&needed.specs);
                    loaded.scope = Some(needed.scope);
                }
                if part.is_some() {
                    reading.tell_unread(diagnostics);
                }
                loaded.specs = Some(reading.finish(sources, diagnostics));
            }
        }
        loaded.findings = findings;
        loaded
    }

    /// What the next run need not parse.
    pub fn take_remembered(&mut self) -> Vec<Remembered> {
        std::mem::take(&mut self.remembered)
    }

    /// The branch of each cluster that is compiled; none where specs have errors, which [`Loaded::compile`] tells.
    pub fn branches(&self) -> BTreeMap<String, String> {
        let mut ignored = Diagnostics::new();
        self.specs
            .as_ref()
            .filter(|_| !self.findings.has_errors())
            .map(|specs| branches::of_clusters(specs, &self.options.filter, &mut ignored))
            .unwrap_or_default()
    }

    /// The names of the clusters that what was asked for has to do with.
    pub fn clusters(&self) -> impl Iterator<Item = &str> {
        self.specs.iter().flat_map(|specs| specs.clusters.keys()).map(String::as_str)
    }

    /// The branch of each cluster, compiled or not.
    pub fn all_branches(&self) -> BTreeMap<String, String> {
        self.specs.as_ref().map(branches::of_all).unwrap_or_default()
    }

    /// Whether all clusters share one branch, whichever clusters there are.
    pub fn has_one_branch_for_all(&self) -> bool {
        self.specs.as_ref().is_none_or(branches::is_one_for_all)
    }

    /// The one branch that all clusters share; none where each has its own, and where specs have errors.
    pub fn shared_branch(&self) -> Option<&str> {
        let specs = self.specs.as_ref().filter(|specs| branches::is_one_for_all(specs))?;
        Some(&specs.fleet.spec.publish.branch)
    }

    /// What was read, for those who compile nothing; none where specs could not be read or the filter names what is not there.
    pub fn into_specs(self) -> (Option<Specs>, Findings) {
        (self.specs, self.findings)
    }

    /// What the Fleet says of publishing and of delivery; none where it cannot be read.
    pub fn fleet(&self) -> Option<&FleetSpec> {
        self.specs.as_ref().map(|specs| &specs.fleet.spec)
    }

    /// Compiles what was loaded; a publish that lost a race does so again, into another sink.
    pub fn compile(&self, sink: &mut dyn Sink) -> Result<Compilation, Failed> {
        self.compile_with(sink, Extras::default())
    }

    /// As [`Loaded::compile`], with what is known from the last run.
    pub fn compile_with(&self, sink: &mut dyn Sink, extras: Extras<'_>) -> Result<Compilation, Failed> {
        let Loaded { sources, options, specs, scope, findings, remembered: _ } = self;
        let mut findings = findings.clone();
        let mut compilation = Compilation::default();
        if let Some(specs) = specs {
            compile_into(sources, specs, scope.clone(), options, extras, sink, &mut findings, &mut compilation)?;
        }
        if options.strict {
            findings.make_strict();
        }
        compilation.diagnostics = findings.told(sources);
        Ok(compilation)
    }
}
