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
mod findings;
mod loaded;
mod made_from;
pub mod memory;
pub mod meter;
mod needed;
pub mod places;
pub mod prepare;
pub mod resolved;
mod run;
mod summary;
pub mod unit;

use crate::acknowledgement::Acknowledgements;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::failure::Failed;
use crate::kubernetes::{Api, Minor};
use crate::load::{self, Specs};
use crate::output::Sink;
use crate::patching::{Hits, PatchLayer};
use crate::resolve::{Unit, deployments, units};
use crate::secrets;
use crate::source::Sources;
use edited::Whole;
pub use filter::Filter;
use filter::Scope;
pub use findings::{Findings, Phase};
pub use loaded::{Loaded, Part};
use memory::Memory;
use meter::{Meter, NoMeter, Step};
use prepare::Prepared;
use run::{Recall, Run};
use std::collections::{BTreeMap, BTreeSet};
pub use summary::{ObjectSummary, UnitFacts, UnitSummary};

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
