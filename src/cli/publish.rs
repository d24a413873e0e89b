//! `bayplan publish`.

mod abandoned;
mod commit;
mod edited;
mod last;
mod settled;
mod target;
mod tell;
mod whole;

use super::args::Global;
use super::exit::ExitStatus;
use super::open::{self, SPECS};
use super::report::Report;
use super::timings::Timings;
use crate::failure::Failed;
use crate::load::memory::SpecMemory;
use crate::pipeline::memory::Memory;
use crate::pipeline::meter::Meter;
use crate::pipeline::{Filter, Options};
use crate::publish::{Allowed, CommitSource, Hydrator, ObjectId, PublishOptions, State, Texts};
use crate::source::Sources;
use clap::Args;
use std::collections::BTreeMap;

/// Where state of units is kept, a file for each cluster.
const UNITS: &str = "units";
/// Where the texts of the inputs are.
const TEXTS: (&str, &str) = ("inputs", "texts");

/// Compile a commit and commit what comes out to the rendered branch
///
/// The source is a commit, HEAD unless --source names another. Nothing is written unless everything compiles; the branch is moved
/// last, by one compare-and-swap. HEAD, the index and the work tree are never touched. Where nothing changed, no commit is made.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan publish\n  bayplan publish --dry-run\n  bayplan publish --source v1.4 --push origin"
)]
pub struct PublishArgs {
    /// The commit to publish; without it HEAD, and changed or untracked inputs are refused
    #[arg(long, value_name = "REV")]
    pub source: Option<String>,
    /// Publish to this branch instead of the Fleet's `publish.branch`
    #[arg(long, value_name = "B")]
    pub branch: Option<String>,
    /// Fetch the branch from this remote first, build on it, and push the new commit there
    #[arg(long, value_name = "REMOTE")]
    pub push: Option<String>,
    /// Build on a branch tip that was not made by bayplan
    #[arg(long)]
    pub adopt: bool,
    /// Publish a source that is older than the published one, or apart from it
    #[arg(long)]
    pub rollback: bool,
    /// Tell what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Compile and publish this cluster alone, where each cluster has a branch of its own
    #[arg(long, value_name = "C")]
    pub cluster: Option<String>,
}

pub fn run(args: &PublishArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let mut timings = Timings::new(global.timings);
    let revision = args.source.as_deref().unwrap_or("HEAD");
    let source = CommitSource::open(&open::directory(global), revision)?;
    let state = State::of(source.repository());
    if !args.dry_run {
        state.clean();
    }
    let inputs = source.inputs_tree(&[])?;
    let known = last::read(&state);
    if let Some(known) = known.as_ref().filter(|known| known.inputs == inputs)
        && settled::tell(args, report, &source, known)?
    {
        timings.step("look");
        timings.tell(report)?;
        return Ok(ExitStatus::Fine);
    }
    let mut texts = Texts::new(state.read(TEXTS.0, TEXTS.1));
    let specs = state.read(SPECS.0, SPECS.1).map(SpecMemory::read).unwrap_or_default();
    let (sources, named) = open::complete_with(&source, source.read_with(&mut texts)?, &specs)?;
    if args.source.is_none() {
        source.check_work_tree(&named)?;
    }
    timings.step("read");
    let filter = Filter { clusters: args.cluster.iter().cloned().collect(), ..Filter::default() };
    let now = Some(source.facts().time.seconds);
    let options = Options { filter, strict: global.strict, now, ..Options::default() };
    let run = Run {
        args,
        report,
        source: &source,
        sources: &sources,
        named: &named,
        options: &options,
        inputs,
        source_tree: source.inputs_tree(&named)?,
        state: &state,
        texts: &texts,
        specs: &specs,
        meter: timings.meter(),
    };
    if let Some(known) = &known
        && let Some(status) = edited::publish(&run, &open::directory(global), known)?
    {
        timings.step("compile and publish edited sites");
        timings.tell(report)?;
        return Ok(status);
    }
    let status = whole::publish(&run)?;
    timings.step("compile and publish");
    timings.tell(report)?;
    Ok(status)
}

/// What a run of the command is about.
struct Run<'a> {
    args: &'a PublishArgs,
    report: &'a Report,
    source: &'a CommitSource,
    sources: &'a Sources,
    named: &'a [String],
    options: &'a Options,
    /// The id of the input folders alone.
    inputs: ObjectId,
    /// The id of the inputs, with the files that specs name.
    source_tree: ObjectId,
    state: &'a State,
    /// What the last run left.
    texts: &'a Texts,
    specs: &'a SpecMemory,
    meter: Option<&'a dyn Meter>,
}

impl Run<'_> {
    /// What the last run left of the units of some clusters.
    fn recall<'c>(&self, clusters: impl IntoIterator<Item = &'c str>) -> Memory {
        let mut memory = Memory::default();
        for cluster in clusters {
            if let Some(bytes) = self.state.read(UNITS, cluster) {
                memory.add_cluster(cluster, bytes);
            }
        }
        memory
    }

    /// Leaves the texts that were read for the next run.
    fn leave_texts(&self) {
        if let Some(bytes) = self.texts.written() {
            self.state.write(TEXTS.0, TEXTS.1, &bytes);
        }
    }
}

/// Each branch with its clusters, from the branch of each cluster.
fn branches_of(args: &PublishArgs, of_clusters: BTreeMap<String, String>) -> BTreeMap<String, Vec<String>> {
    let mut branches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (cluster, branch) in of_clusters {
        let branch = args.branch.clone().unwrap_or(branch);
        branches.entry(branch).or_default().push(cluster);
    }
    branches
}

fn publish_options(args: &PublishArgs, branch: &str, hydrator: Option<Hydrator>) -> PublishOptions {
    PublishOptions {
        branch: branch.to_owned(),
        remote: args.push.clone(),
        allowed: Allowed { adopt: args.adopt, rollback: args.rollback },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        dry_run: args.dry_run,
        hydrator,
    }
}
