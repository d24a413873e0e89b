//! `compile()`: the only function that names every phase.
//!
//! Pure: takes [`Sources`] and [`Options`], hands finished units to the sink in order, and gives summaries and findings. Units
//! (namespaces) are worked on in parallel and in batches, so that no more than a batch is held in memory.
//!
//! Each unit goes on until its first phase with an error; of all findings those of the earliest phase that has errors are
//! told, since later ones would follow from them.

pub mod branches;
pub mod cluster;
pub mod cross;
pub mod edited;
pub mod filter;
mod made_from;
pub mod memory;
pub mod meter;
mod needed;
pub mod places;
pub mod prepare;
pub mod resolved;
mod run;
pub mod unit;

use crate::acknowledgement::Acknowledgements;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::failure::Failed;
use crate::kubernetes::{Api, Minor};
use crate::load::memory::{Remembered, SpecMemory};
use crate::load::reach::{self, Others, Reach};
use crate::load::{self, Specs};
use crate::object::Identity;
use crate::output::Sink;
use crate::patching::{Hits, PatchLayer};
use crate::resolve::{Unit, deployments, units};
use crate::secrets;
use crate::source::{FileId, Sources, Span};
use crate::spec::Kind;
use crate::spec::common::Layer;
use crate::spec::fleet::FleetSpec;
use crate::validate::rules::duplicate_host::HostClaim;
use edited::Whole;
pub use filter::Filter;
use filter::Scope;
use memory::Memory;
use meter::{Meter, NoMeter, Step};
use prepare::Prepared;
use run::{Recall, Run};
use std::collections::{BTreeMap, BTreeSet};

/// What a compile is asked for, besides its sources.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub filter: Filter,
    /// Warnings are errors.
    pub strict: bool,
    /// Check every cluster against this minor instead of its own.
    pub kubernetes_version: Option<Minor>,
    /// Of sites that are not among these, only platform and data are written; of all sites everything, if none is listed.
    pub only_sites: Vec<String>,
    /// Units without errors are handed to the sink though others have some: for comparisons, which withhold what is missing. A
    /// cluster's own objects and its delivery are handed over with all of its namespaces or not at all.
    pub is_partial: bool,
    /// The time of the source commit (of a work tree, `HEAD`'s), in seconds since 1970; Acknowledgements expire by it. None
    /// where there is no commit: nothing expires then.
    pub now: Option<i64>,
}

/// What a compile found and made; the files went to the sink.
#[derive(Debug, Default)]
pub struct Compilation {
    /// In order: errors first, then by place.
    pub diagnostics: Vec<Diagnostic>,
    /// In order of cluster, environment, namespace; each cluster's own objects and delivery come after its namespaces.
    pub units: Vec<UnitSummary>,
    /// The branch of each cluster that was compiled.
    pub branches: BTreeMap<String, String>,
    /// Clusters, sites and deployments that were compiled.
    pub counts: Counts,
    /// What reviewers said yes to.
    pub acknowledgements: Acknowledgements,
    /// How much of a cluster's protected objects one publish may remove, in percent.
    pub max_removal: usize,
    /// The patches that changed something.
    pub hits: Hits,
    /// Whether a rule had something to say that hangs on other units, or that reviewers let through.
    pub is_open: bool,
    /// Cluster and namespace of those that hold objects of several units.
    pub crowded: BTreeSet<(String, String)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub clusters: usize,
    pub sites: usize,
    pub deployments: usize,
    pub objects: usize,
}

impl Compilation {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// What is to be known of the fleet by who compiles a part of it next; none where there was anything to say. The compile must
    /// have been of the whole.
    pub fn whole(&self) -> Option<Whole> {
        let is_quiet = self.diagnostics.is_empty() && !self.is_open && self.acknowledgements.iter().next().is_none();
        is_quiet.then(|| Whole { counts: self.counts, crowded: self.crowded.clone() })
    }
}

/// What later checks, lists and gates need to know of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitSummary {
    pub cluster: String,
    /// Empty for a cluster's own objects.
    pub environment: String,
    pub namespace: String,
    pub tenant: String,
    /// The sites of its deployments.
    pub sites: Vec<String>,
    /// Those of them that are disabled here.
    pub disabled: Vec<String>,
    pub protect: bool,
    /// What is written, in order of path; nothing where that was not asked for, and where the unit is as it was.
    pub objects: Vec<ObjectSummary>,
    pub facts: UnitFacts,
    /// Hosts that written objects claim.
    pub hosts: Vec<HostClaim>,
}

/// What delivery, counts and checks across units need to know of what a unit writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFacts {
    /// How many objects there are.
    pub objects: usize,
    /// The layers that hold a file.
    pub layers: BTreeSet<Layer>,
    /// The layers that hold a SOPS file.
    pub sops_layers: BTreeSet<Layer>,
    /// Layer and name of each Job that runs once.
    pub once_jobs: BTreeSet<(Layer, String)>,
    /// Objects without a namespace, which another unit could make too.
    pub cluster_scoped: Vec<Identity>,
}

impl UnitFacts {
    pub fn of(objects: &[ObjectSummary]) -> Self {
        let of = |is_meant: fn(&ObjectSummary) -> bool| objects.iter().filter(move |object| is_meant(object));
        let name = |object: &ObjectSummary| (object.layer, object.identity.name.clone());
        UnitFacts {
            objects: objects.len(),
            layers: objects.iter().map(|object| object.layer).collect(),
            sops_layers: of(|object| object.is_sops).map(|object| object.layer).collect(),
            once_jobs: of(|object| object.runs_once).map(name).collect(),
            cluster_scoped: of(|object| object.identity.namespace.is_empty())
                .map(|object| object.identity.clone())
                .collect(),
        }
    }
}

/// One object that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSummary {
    pub identity: Identity,
    pub layer: Layer,
    pub path: String,
    /// Whether it is a SOPS file.
    pub is_sops: bool,
    /// Whether it is a Job that runs once.
    pub runs_once: bool,
    /// Where its document stands in a template.
    pub span: Span,
}

/// Phases in order; a finding belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Load,
    Resolve,
    Render,
    Patch,
    Validate,
}

/// Findings by phase.
#[derive(Debug, Default, Clone)]
pub struct Findings {
    phases: BTreeMap<Phase, Diagnostics>,
}

impl Findings {
    pub fn phase(&mut self, phase: Phase) -> &mut Diagnostics {
        self.phases.entry(phase).or_default()
    }

    pub fn merge(&mut self, other: Findings) {
        for (phase, diagnostics) in other.phases {
            self.phase(phase).extend(diagnostics);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.phases.values().any(Diagnostics::has_errors)
    }

    /// Those of the first phase with errors, and the warnings of the phases before it; all, where there is no error.
    pub fn told(self, sources: &Sources) -> Vec<Diagnostic> {
        let mut told = Diagnostics::new();
        for (_, diagnostics) in self.phases {
            let has_errors = diagnostics.has_errors();
            told.extend(diagnostics);
            if has_errors {
                break;
            }
        }
        told.into_sorted(sources)
    }

    fn make_strict(&mut self) {
        self.phases.values_mut().for_each(Diagnostics::make_strict);
    }
}

/// Compiles a fleet. `Err` means that the sink failed; mistakes in the input are diagnostics.
pub fn compile(sources: &Sources, options: &Options, sink: &mut dyn Sink) -> Result<Compilation, Failed> {
    Loaded::new(sources, options).compile(sink)
}

/// What reads objects of this fleet again: its custom kinds, and of all others the newest minor's.
pub fn api(sources: &Sources) -> Api {
    let mut ignored = Diagnostics::new();
    let specs = load::read(sources, &mut ignored).map(|reading| reading.finish(sources, &mut ignored));
    let custom = specs.map(|specs| prepare::custom_kinds(&specs, &mut ignored)).unwrap_or_default();
    Api::new(Minor::NEWEST, custom.into())
}

/// Findings about names of a filter that the fleet does not have.
pub fn unknown_names(sources: &Sources, filter: &Filter) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::new();
    if let Some(reading) = load::read(sources, &mut Diagnostics::new()) {
        filter.check(&reading.specs().names, &mut diagnostics);
    }
    diagnostics.into_iter().collect()
}

/// The sites that `snapshots.sites` of the Fleet names; none where snapshots hold everything, or the Fleet has errors.
pub fn snapshot_sites(sources: &Sources) -> Option<Vec<String>> {
    let mut ignored = Diagnostics::new();
    load::load(sources, &mut ignored)?.fleet.spec.snapshots.sites
}

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

/// A fleet whose specs were read: what can be asked of it before anything is rendered.
pub struct Loaded<'s> {
    sources: &'s Sources,
    options: &'s Options,
    /// What was asked for, as far as it is sound.
    specs: Option<Specs>,
    /// How much of the fleet that is, where there is a filter.
    scope: Option<Scope>,
    findings: Findings,
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

/// What a run may do to be faster; the output is the same with and without.
#[derive(Default)]
pub struct Extras<'m> {
    /// What the last run left, and what this one leaves.
    pub memory: Option<&'m mut Memory>,
    /// Nobody will ask for the objects of namespaces.
    pub forgets_objects: bool,
    /// Who is told how far the work is.
    pub meter: Option<&'m dyn Meter>,
}

#[expect(clippy::too_many_arguments, reason = "the phases meet here")]
fn compile_into(
    sources: &Sources,
    specs: &Specs,
    scope: Option<Scope>,
    options: &Options,
    extras: Extras<'_>,
    sink: &mut dyn Sink,
    findings: &mut Findings,
    compilation: &mut Compilation,
) -> Result<(), Failed> {
    let meter = extras.meter.unwrap_or(&NoMeter);
    meter.start();
    let prepared = Prepared::metered(sources, specs, options, meter, findings.phase(Phase::Load));
    meter.lap(Step::Prepare);
    let Some(prepared) = prepared else { return Ok(()) };
    compilation.acknowledgements = prepared.policy.acknowledgements().clone();
    compilation.max_removal = specs.fleet.spec.publish.max_removal.trim_end_matches('%').parse().unwrap_or(0);
    compilation.branches = branches::of_clusters(specs, &options.filter, findings.phase(Phase::Load));
    if findings.has_errors() {
        return Ok(());
    }
    let all = deployments::all(specs, findings.phase(Phase::Resolve));
    let all_units = units::group(specs, &prepared.namespace_names, all, findings.phase(Phase::Resolve));
    let (selected, own_scope) = options.filter.select(all_units, specs);
    compilation.counts = own_scope.counts();
    // With a filter, what was left out is known from before.
    let scope = scope.unwrap_or(own_scope);
    if !findings.has_errors() {
        let is_whole = |site: &str| scope.is_whole(&PatchLayer::Site(site.to_owned()));
        secrets::check_namespaces(&prepared.secrets, &selected, &is_whole, findings.phase(Phase::Resolve));
    }
    if selected.is_empty() && !options.filter.is_by_cluster() {
        let message = "no deployment is selected";
        let help = "the site, tenant, environment and cluster that the filter names do not go together";
        findings.phase(Phase::Load).push(Diagnostic::warning(&filter::UNKNOWN_FILTER, message).help(help));
    }
    let mut run = Run {
        prepared: &prepared,
        hits: Hits::default(),
        seen: cross::Seen::default(),
        open: cross::Open::default(),
        findings,
        compilation,
        sink,
        recall: Recall::new(&prepared, options, extras.memory),
        forgets_objects: extras.forgets_objects,
        is_partial: options.is_partial,
    };
    meter.lap(Step::Units);
    let mut by_cluster = run.namespaces(&selected)?;
    meter.start();
    let branches = branches::of_all(specs);
    for cluster in specs.clusters.values().filter(|cluster| options.filter.compiles_cluster(cluster)) {
        let namespaces = by_cluster.remove(cluster.spec.name()).unwrap_or_default();
        run.cluster(cluster, namespaces, &selected, &branches)?;
    }
    let Run { hits, seen, mut open, findings, compilation, .. } = run;
    meter.lap(Step::Clusters);
    cross::report_twice(&prepared, &seen, &selected, findings.phase(Phase::Validate));
    compilation.units.extend(by_cluster.into_values().flatten());
    open.settle(&prepared, &selected, &compilation.units, findings.phase(Phase::Validate));
    cross::duplicate_hosts(&prepared, &selected, &compilation.units, &mut open, findings.phase(Phase::Validate));
    cross::shared_delivery(&prepared, &compilation.units, findings.phase(Phase::Validate));
    let is_whole = options.filter.is_empty() && !findings.has_errors();
    compilation.is_open = open.is_open();
    prepared.policy.report(open.acknowledged(), is_whole, findings.phase(Phase::Validate));
    cross::unhit_patches(&prepared, &hits, &scope, findings.phase(Phase::Patch));
    compilation.hits = hits;
    meter.lap(Step::Across);
    Ok(())
}

/// A unit with its deployments: what the filter selects.
type Units<'s> = Vec<Unit<'s>>;
