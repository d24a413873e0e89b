//! `bayplan publish`.

mod abandoned;
mod edited;
mod last;
mod settled;
mod target;
mod tell;

use super::args::Global;
use super::check::{finish, summarize};
use super::exit::{CliError, ExitStatus};
use super::open::{self, SPECS};
use super::progress::Progress;
use super::report::Report;
use super::timings::Timings;
use crate::failure::Failed;
use crate::load::memory::{Remembered, SpecMemory};
use crate::pipeline::memory::Memory;
use crate::pipeline::meter::Meter;
use crate::pipeline::{Compilation, Extras, Filter, Loaded, Options};
use crate::publish::{
    Allowed, CommitSource, GitError, Hydrator, MAX_ATTEMPTS, ObjectId, Outcome, PublishOptions, Publisher, State, Texts,
};
use crate::source::Sources;
use clap::Args;
use last::{Known, Rendered};
use serde_json::json;
use std::collections::BTreeMap;
use target::{Branch, Complete, Router, Target};

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
        && edited::publish(&run, &open::directory(global), known)?
    {
        timings.step("compile and publish edited sites");
        timings.tell(report)?;
        return Ok(ExitStatus::Fine);
    }
    let mut loaded = Loaded::with(&sources, &options, &specs);
    let remembered = loaded.take_remembered();
    let status = Job { run: &run, loaded, remembered }.run()?;
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

/// A run on the whole fleet.
struct Job<'a> {
    run: &'a Run<'a>,
    /// The specs, read once however often a race is lost.
    loaded: Loaded<'a>,
    remembered: Vec<Remembered>,
}

impl Job<'_> {
    fn run(&self) -> Result<ExitStatus, Failed> {
        self.refuse_part_of_a_branch()?;
        let mut todo: Option<Vec<String>> = None;
        let mut worst = ExitStatus::Fine;
        for _ in 0..MAX_ATTEMPTS {
            let (status, lost) = self.attempt(todo.as_deref(), worst)?;
            worst = status;
            if lost.is_empty() {
                return Ok(worst);
            }
            self.run.report.note(&format!("someone else moved {}: planning again", lost.join(", ")));
            todo = Some(lost);
        }
        Err(CliError::Race { branches: todo.unwrap_or_default(), attempts: MAX_ATTEMPTS }.into())
    }

    /// Plans and publishes the branches of `only` (all, if none is named). Gives those that someone else moved meanwhile, and the
    /// worst of what came so far.
    fn attempt(&self, only: Option<&[String]>, so_far: ExitStatus) -> Result<(ExitStatus, Vec<String>), Failed> {
        let mut worst = so_far;
        let mut is_settled = false;
        let mut targets = Vec::new();
        for (branch, clusters) in self.branches() {
            if only.is_some_and(|only| !only.contains(&branch)) {
                continue;
            }
            match self.open(&branch, clusters) {
                Ok(Some(target)) => targets.push(target),
                Ok(None) => is_settled = true,
                Err(failure) => worst = worst.max(self.refused(&branch, &failure)),
            }
        }
        if targets.is_empty() && (is_settled || worst != ExitStatus::Fine) {
            if only.is_none() {
                self.tell_abandoned()?;
            }
            if worst == ExitStatus::Fine {
                self.remember_inputs(self.loaded.branches(), None);
            }
            self.run.report.summary("", json!({"exitCode": worst as u8}))?;
            return Ok((worst, Vec::new()));
        }
        let mut memory = self.recall(&targets);
        let forgets_objects = targets.iter().all(|target| target.branch.previous.tree.is_none());
        let mut router = Router { targets };
        let extras = Extras { memory: Some(&mut memory), forgets_objects, meter: self.run.meter };
        let compilation = self.loaded.compile_with(&mut Progress::new(&mut router, self.run.report), extras)?;
        if only.is_none() {
            self.run.report.diagnostics(&compilation.diagnostics, self.run.sources)?;
        }
        if compilation.has_errors() {
            return Ok((worst.max(finish(&compilation, self.run.options, self.run.report)?), Vec::new()));
        }
        if only.is_none() {
            self.tell_abandoned()?;
        }
        let (status, lost, trees) = self.publish(router.targets, &compilation)?;
        worst = worst.max(status);
        if !self.run.args.dry_run && worst == ExitStatus::Fine && lost.is_empty() {
            self.remember(&memory, &compilation, trees);
        }
        if lost.is_empty() {
            self.summary(worst, &compilation)?;
        }
        Ok((worst, lost))
    }

    /// What the last run left of the clusters that are published.
    fn recall(&self, targets: &[Target]) -> Memory {
        let mut memory = Memory::default();
        for cluster in targets.iter().flat_map(|target| &target.branch.clusters) {
            if let Some(bytes) = self.run.state.read(UNITS, cluster) {
                memory.add_cluster(cluster, bytes);
            }
        }
        memory
    }

    /// Leaves what this run knows for the next one.
    fn remember(&self, memory: &Memory, compilation: &Compilation, trees: BTreeMap<String, ObjectId>) {
        let Run { args, state, source, source_tree, .. } = *self.run;
        for (cluster, bytes) in memory.cluster_bytes() {
            state.write(UNITS, cluster, &bytes);
        }
        if args.cluster.is_none() {
            state.retain(UNITS, |name| compilation.branches.contains_key(name));
        }
        let is_whole = trees.keys().eq(self.branches().keys());
        let whole = compilation.whole().filter(|_| is_whole);
        let rendered = whole.map(|whole| Rendered { source: source.facts().commit, source_tree, trees, whole });
        self.remember_inputs(compilation.branches.clone(), rendered);
    }

    fn remember_inputs(&self, branches: BTreeMap<String, String>, rendered: Option<Rendered>) {
        let Run { args, state, texts, specs, .. } = *self.run;
        if args.dry_run {
            return;
        }
        if let Some(bytes) = texts.written() {
            state.write(TEXTS.0, TEXTS.1, &bytes);
        }
        if let Some(bytes) = specs.written(&self.remembered) {
            state.write(SPECS.0, SPECS.1, &bytes);
        }
        if let (None, Some(fleet)) = (&args.cluster, self.loaded.fleet()) {
            let pattern = fleet.publish.branch.clone();
            let hydrator = open::hydrator(&self.loaded);
            let (inputs, named) = (self.run.inputs, self.run.named.to_vec());
            last::write(state, &Known { inputs, named, branches, pattern, hydrator, rendered });
        }
    }

    /// Refuses to publish one cluster to a branch that is another's too: the other's files would go.
    fn refuse_part_of_a_branch(&self) -> Result<(), Failed> {
        let Some(only) = &self.run.args.cluster else { return Ok(()) };
        let all = self.loaded.all_branches();
        let Some(branch) = self.run.args.branch.as_ref().or_else(|| all.get(only)) else { return Ok(()) };
        let Some((other, _)) = all.iter().find(|(cluster, theirs)| *cluster != only && *theirs == branch) else {
            return Ok(());
        };
        Err(CliError::Usage {
            message: format!("--cluster publishes a branch of one cluster, and `{branch}` is that of `{other}` too"),
            help: Some(
                "set `publish.branch: \"rendered-{{cluster.name}}\"` in the Fleet, or leave --cluster out".to_owned(),
            ),
        }
        .into())
    }

    /// Each branch with its clusters.
    fn branches(&self) -> BTreeMap<String, Vec<String>> {
        let args = self.run.args;
        let mut branches = branches_of(args, self.loaded.branches());
        // A fleet that has lost its last cluster would empty the branch that they shared: the gates must see it.
        if let (true, None, Some(branch)) = (branches.is_empty(), &args.cluster, self.loaded.shared_branch()) {
            branches.insert(args.branch.clone().unwrap_or_else(|| branch.to_owned()), Vec::new());
        }
        branches
    }

    /// A branch to publish to; none where it is up to date, which is told.
    fn open(&self, branch: &str, clusters: Vec<String>) -> Result<Option<Target>, Failed> {
        let options = publish_options(self.run.args, branch, open::hydrator(&self.loaded));
        let publisher = Publisher::open(self.run.source, options)?;
        let previous = publisher.previous()?;
        if let Some(tip) = publisher.up_to_date(&previous, Some(self.run.source_tree), &clusters)? {
            tell::outcome(self.run.report, branch, self.run.source, publisher.settle(&previous, tip)?, &[])?;
            return Ok(None);
        }
        let branch = Branch { name: branch.to_owned(), clusters, publisher, previous };
        let tree = branch.begin(self.run.args.dry_run)?;
        Ok(Some(Target { branch, tree }))
    }

    fn tell_abandoned(&self) -> Result<(), Failed> {
        let Some(fleet) = self.loaded.fleet() else { return Ok(()) };
        abandoned::tell(
            self.run.args,
            self.run.report,
            self.run.source,
            &fleet.publish.branch,
            &self.loaded.all_branches(),
        )
    }

    /// A branch that is refused stops no other one.
    fn refused(&self, branch: &str, failure: &Failed) -> ExitStatus {
        if !matches!(failure.downcast_ref::<GitError>(), Some(GitError::Note { .. })) {
            self.run.report.note(&format!("{branch}: nothing was published"));
        }
        self.run.report.problem(failure);
        ExitStatus::from(failure.class())
    }

    /// Asks the gates and commits, branch by branch. Gives the worst of what came of it, the branches that someone else moved
    /// meanwhile, and the trees of the others.
    fn publish(
        &self,
        targets: Vec<Target>,
        compilation: &Compilation,
    ) -> Result<(ExitStatus, Vec<String>, BTreeMap<String, ObjectId>), Failed> {
        let mut worst = ExitStatus::Fine;
        let mut lost = Vec::new();
        let mut trees = BTreeMap::new();
        for Target { branch, tree } in targets {
            let (complete, verdict) = match tree.judge(&branch, compilation, self.run.source, self.run.options) {
                Ok(judged) => judged,
                Err(failure) => {
                    worst = worst.max(self.refused(&branch.name, &failure));
                    continue;
                }
            };
            worst = worst.max(self.told(self.run.report.diagnostics(&verdict.diagnostics, self.run.sources)));
            if verdict.is_refused() {
                self.run.report.note(&format!("{}: nothing was published", branch.name));
                worst = worst.max(ExitStatus::Refused);
                continue;
            }
            let outcome = match complete {
                Complete::Written(written) => {
                    trees.insert(branch.name.clone(), written.tree);
                    branch.publisher.commit(&branch.previous, *written, self.run.source_tree, &verdict.notes)
                }
                Complete::Compared(compared) => {
                    worst = worst.max(self.told(tell::planned(self.run.report, &branch.name, &compared.changes)));
                    verdict.notes.iter().for_each(|note| self.run.report.note(note));
                    continue;
                }
            };
            match outcome {
                Ok(Outcome::LostRace) => lost.push(branch.name),
                Ok(outcome) => {
                    worst = worst.max(self.told(tell::outcome(
                        self.run.report,
                        &branch.name,
                        self.run.source,
                        outcome,
                        &verdict.notes,
                    )));
                }
                Err(failure) => worst = worst.max(self.refused(&branch.name, &failure.into())),
            }
        }
        Ok((worst, lost, trees))
    }

    /// A result that cannot be written keeps no other branch from being published.
    fn told(&self, result: Result<(), Failed>) -> ExitStatus {
        result.map_or_else(
            |failure| {
                self.run.report.problem(&failure);
                ExitStatus::from(failure.class())
            },
            |()| ExitStatus::Fine,
        )
    }

    fn summary(&self, status: ExitStatus, compilation: &Compilation) -> Result<(), Failed> {
        if !self.run.report.is_json() && status != ExitStatus::Fine {
            return Ok(());
        }
        summarize(compilation, self.run.options, status, self.run.report)
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
