//! A publish that compiles the whole fleet, or one cluster of it.

use super::commit::{Settled, refused};
use super::last::{self, Known, Rendered, RenderedBranch};
use super::target::{Branch, Router, Target};
use super::{Run, SPECS, UNITS, abandoned, branches_of, publish_options, tell};
use crate::cli::check::{finish, summarize};
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open;
use crate::cli::progress::Progress;
use crate::failure::Failed;
use crate::load::memory::Remembered;
use crate::pipeline::memory::Memory;
use crate::pipeline::{Compilation, Extras, Loaded};
use crate::publish::{MAX_ATTEMPTS, Publisher};
use serde_json::json;
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;

/// Publishes all branches; tells how that ended.
pub fn publish(run: &Run<'_>) -> Result<ExitStatus, Failed> {
    job(run).run(None, ExitStatus::Fine)
}

/// Publishes these branches, for which a race was lost; `so_far` is the worst of what came of the others.
pub fn publish_lost(run: &Run<'_>, lost: Vec<String>, so_far: ExitStatus) -> Result<ExitStatus, Failed> {
    let job = job(run);
    job.tell_lost(&lost);
    job.run(Some(lost), so_far)
}

/// The process ends after it: taking ten thousand specs apart would be for nothing.
fn job<'a>(run: &'a Run<'a>) -> ManuallyDrop<Job<'a>> {
    let mut loaded = Loaded::with(run.sources, run.options, run.specs);
    let remembered = loaded.take_remembered();
    ManuallyDrop::new(Job { run, loaded, remembered })
}

/// A run on the whole fleet.
struct Job<'a> {
    run: &'a Run<'a>,
    /// The specs, read once however often a race is lost.
    loaded: Loaded<'a>,
    remembered: Vec<Remembered>,
}

impl Job<'_> {
    /// Publishes some branches, or all.
    fn run(&self, mut todo: Option<Vec<String>>, so_far: ExitStatus) -> Result<ExitStatus, Failed> {
        self.refuse_part_of_a_branch()?;
        let mut worst = so_far;
        for _ in 0..MAX_ATTEMPTS {
            let (status, lost) = self.attempt(todo.as_deref(), worst)?;
            worst = status;
            if lost.is_empty() {
                return Ok(worst);
            }
            self.tell_lost(&lost);
            todo = Some(lost);
        }
        Err(CliError::Race { branches: todo.unwrap_or_default(), attempts: MAX_ATTEMPTS }.into())
    }

    fn tell_lost(&self, lost: &[String]) {
        self.run.report.note(&format!("someone else moved {}: planning again", lost.join(", ")));
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
                Err(failure) => worst = worst.max(refused(self.run.report, &branch, &failure)),
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
        let clusters = targets.iter().flat_map(|target| &target.branch.clusters);
        let mut memory = self.run.recall(clusters.map(String::as_str));
        let forgets_objects = targets.iter().all(|target| target.branch.previous.tree.is_none());
        let mut router = Router { targets };
        let extras = Extras { memory: Some(&mut memory), forgets_objects, meter: self.run.meter };
        let compilation =
            ManuallyDrop::new(self.loaded.compile_with(&mut Progress::new(&mut router, self.run.report), extras)?);
        if only.is_none() {
            self.run.report.diagnostics(&compilation.diagnostics, self.run.sources)?;
        }
        if compilation.has_errors() {
            return Ok((worst.max(finish(&compilation, self.run.options, self.run.report)?), Vec::new()));
        }
        if only.is_none() {
            self.tell_abandoned()?;
        }
        let Settled { worst: status, lost, rendered } = self.publish(router.targets, &compilation);
        worst = worst.max(status);
        if !self.run.args.dry_run && worst == ExitStatus::Fine && lost.is_empty() {
            self.remember(&memory, &compilation, rendered);
        }
        if lost.is_empty() {
            summary(self.run, worst, &compilation)?;
        }
        Ok((worst, lost))
    }

    /// Leaves what this run knows for the next one.
    fn remember(&self, memory: &Memory, compilation: &Compilation, branches: BTreeMap<String, RenderedBranch>) {
        let Run { args, state, source, source_tree, .. } = *self.run;
        for (cluster, bytes) in memory.cluster_bytes() {
            state.write(UNITS, cluster, &bytes);
        }
        if args.cluster.is_none() {
            state.retain(UNITS, |name| compilation.branches.contains_key(name));
        }
        let is_whole = branches.keys().eq(self.branches().keys());
        let whole = compilation.whole().filter(|_| is_whole);
        let rendered = whole.map(|whole| Rendered { source: source.facts().commit, source_tree, branches, whole });
        self.remember_inputs(compilation.branches.clone(), rendered);
    }

    fn remember_inputs(&self, branches: BTreeMap<String, String>, rendered: Option<Rendered>) {
        let Run { args, state, specs, .. } = *self.run;
        if args.dry_run {
            return;
        }
        self.run.leave_texts();
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

    /// Asks the gates and commits, branch by branch.
    fn publish(&self, targets: Vec<Target>, compilation: &Compilation) -> Settled {
        let Run { report, source, sources, options, .. } = *self.run;
        let mut settled = Settled::default();
        for Target { branch, tree } in targets {
            match tree.judge(&branch, compilation, source, options) {
                Ok((complete, verdict)) => {
                    settled.told(report, report.diagnostics(&verdict.diagnostics, sources));
                    if verdict.is_refused() {
                        report.note(&format!("{}: nothing was published", branch.name));
                        settled.add(ExitStatus::Refused);
                    } else {
                        let files = complete.files();
                        settled.commit(self.run, branch, complete, files, &verdict.notes);
                    }
                }
                Err(failure) => settled.add(refused(report, &branch.name, &failure)),
            }
        }
        settled
    }
}

/// The last line. For people, what was refused has been told.
pub fn summary(run: &Run<'_>, status: ExitStatus, compilation: &Compilation) -> Result<(), Failed> {
    if !run.report.is_json() && status != ExitStatus::Fine {
        return Ok(());
    }
    summarize(compilation, run.options, status, run.report)
}
