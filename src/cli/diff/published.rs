//! The published branches against what the work tree compiles to.

use super::page::{self, Differences, Gathered, Looking};
use super::set_by;
use super::{Compared, Request, gates, withheld};
use crate::cli::exit::CliError;
use crate::cli::gates::{GitTree, day_of};
use crate::cli::open::{self, Opened, Source};
use crate::cli::progress::Progress;
use crate::diff::{self, Collector, Context, Diff, FileChange};
use crate::failure::Failed;
use crate::gate::{Changed, Gate, LastTree, Question, Verdict, is_watched};
use crate::output::{Sink, Unit, cluster_of};
use crate::pipeline::{self, Compilation, Loaded};
use crate::publish::{
    BranchName, ChangedFile, CommitTime, ObjectId, ObjectKind, Provenance, Repository, Start, TreeComparer,
};
use std::collections::{BTreeMap, BTreeSet};

const NEW: &str = "the work tree";

pub fn compare(request: &Request<'_>) -> Result<Compared, Failed> {
    let opened = open::sources(request.global, &Source::WorkTree)?;
    let options = request.options(opened.now);
    let repository = Repository::find(&open::directory(request.global))?;
    let loaded = Loaded::new(&opened.sources, &options);
    let mut notes = Vec::new();
    let mut targets = Vec::new();
    for (branch, clusters) in branches(&loaded) {
        targets.push(Target::open(&repository, &branch, clusters, &mut notes)?);
    }
    let old = name_of(&targets);
    let source = published_source(&targets);
    let collector = Collector::new(pipeline::api(&opened.sources), targets.iter().any(|target| target.tree.is_some()));
    let differences = Differences::new(collector, request);
    let mut sink = Published { targets, differences, received: BTreeSet::new() };
    let mut after = request.is_page().then(Default::default);
    let mut looking = Looking::new(&mut sink, after.as_mut());
    let compilation = loaded.compile(&mut Progress::new(&mut looking, request.report))?;
    let is_sound = !compilation.has_errors();
    let asked = &request.filter.clusters;
    let is_asked = |path: &str| asked.is_empty() || asked.iter().any(|cluster| cluster == cluster_of(path));
    let Published { targets, mut differences, received } = sink;
    // What a failing side did not hand over has not left: it is not known.
    let is_received = |path: &str| is_sound || received.iter().any(|folder| is_below(path, folder));
    let mut verdict = Verdict::default();
    for target in targets {
        let found = target.finish(&mut differences, &|path| is_asked(path) && is_received(path))?;
        if is_sound {
            let judged = judge(request, &opened, &compilation, found)?;
            verdict.diagnostics.extend(judged.diagnostics);
            verdict.notes.extend(judged.notes);
        }
    }
    let (collector, before) = differences.into_parts();
    let has = |folder: &str| received.contains(folder);
    let withheld = withheld(NEW, &opened, &compilation, has, request.report)?;
    let mut diff = match withheld.as_ref().is_some_and(|withheld| withheld.namespaces.is_none()) {
        true => Diff::default(),
        false => collector.finish(&Context { filter: &request.filter, units: &compilation.units }),
    };
    check_filter(request, &[&opened], &diff)?;
    // To tell which lines were edited since; the commit may not be here, as in a clone of one commit.
    let source = source.filter(|_| !diff.hunks.is_empty());
    let published = source.and_then(|id| open::sources(request.global, &Source::Revision(id.to_string())).ok());
    let old_options = published.as_ref().map(|published| request.options(published.now));
    let published = published.as_ref().zip(old_options.as_ref());
    let published = published.map(|(opened, options)| set_by::Side { opened, options, units: &[] });
    let edited = set_by::Side { opened: &opened, options: &options, units: &compilation.units };
    set_by::fill(&mut diff, [published, Some(edited)], request.looked_up());
    notes.extend(verdict.notes.iter().cloned());
    let gates = match is_sound {
        true => gates(&verdict),
        false => diff::Gates { not_asked: Some("since not all of it compiles".to_owned()), ..diff::Gates::default() },
    };
    let extras = before.zip(after).map(|(before, after)| {
        let gathered = Gathered { before, after };
        page::extras([None, Some(&opened)], &request.filter, &compilation, gathered, &diff, &[])
    });
    let has_errors = withheld.is_some();
    let withheld = withheld.into_iter().collect();
    let report = diff::Report { sides: [old, NEW.to_owned()], notes, withheld, diff, gates, ..diff::Report::default() };
    Ok(Compared { report, has_errors, extras })
}

/// The source of what is published; none where several branches name several.
fn published_source(targets: &[Target]) -> Option<ObjectId> {
    let named: BTreeSet<ObjectId> = targets.iter().filter_map(|target| target.tip.as_ref()?.1).collect();
    if named.len() == 1 { named.into_iter().next() } else { None }
}

/// A filter may name what has left; it is wrong where nothing is found by it on either side.
pub fn check_filter(request: &Request<'_>, sides: &[&Opened], diff: &Diff) -> Result<(), Failed> {
    let mut unknown = None;
    for opened in sides {
        match pipeline::unknown_names(&opened.sources, &request.filter).into_iter().next() {
            None => return Ok(()),
            Some(found) => unknown = Some(found),
        }
    }
    match unknown {
        Some(found) if diff.is_empty() => {
            Err(CliError::Usage { message: found.message, help: found.help.into_iter().next() }.into())
        }
        _ => Ok(()),
    }
}

/// Each branch with its clusters; where the fleet has lost its last cluster, the branch that they shared.
fn branches(loaded: &Loaded<'_>) -> BTreeMap<String, Vec<String>> {
    let mut branches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (cluster, branch) in loaded.branches() {
        branches.entry(branch).or_default().push(cluster);
    }
    if let (true, Some(branch)) = (branches.is_empty(), loaded.shared_branch()) {
        branches.insert(branch.to_owned(), Vec::new());
    }
    branches
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// One branch, with the clusters whose output lies there.
struct Target {
    branch: String,
    clusters: Vec<String>,
    repository: Repository,
    comparer: TreeComparer,
    gate: Gate,
    /// None where nothing was published yet.
    tree: Option<ObjectId>,
    /// The commit, and the source that it names.
    tip: Option<(ObjectId, Option<ObjectId>)>,
}

/// What is asked of the gates about one branch.
struct Found {
    gate: Gate,
    clusters: Vec<String>,
    repository: Repository,
    tree: Option<ObjectId>,
}

impl Target {
    fn open(
        repository: &Repository,
        branch: &str,
        clusters: Vec<String>,
        notes: &mut Vec<String>,
    ) -> Result<Self, Failed> {
        let start = Start::here(repository, &BranchName::parse(branch)?)?;
        notes.extend(start.notices.iter().map(|notice| format!("note: {notice}")));
        let mut tree = None;
        let mut tip = None;
        match start.tip {
            None => notes.push(format!("note: nothing was published to `{branch}` yet: all of it is new")),
            Some(id) => {
                let commit = repository.commit(id)?;
                let provenance = Provenance::of(&commit);
                if provenance.is_none() {
                    let what = "was not made by bayplan: publishing there takes --adopt";
                    notes.push(format!("note: commit {} of `{branch}` {what}", id.short()));
                }
                tree = Some(commit.tree);
                tip = Some((id, provenance.map(|ours| ours.source)));
            }
        }
        let mut comparer = TreeComparer::new(repository, tree)?;
        comparer.watch(|_| true);
        let repository = repository.reopen()?;
        Ok(Target { branch: branch.to_owned(), clusters, repository, comparer, gate: Gate::default(), tree, tip })
    }

    /// Hands files that differ to the gates and to the collector.
    fn feed(&mut self, changed: Vec<ChangedFile>, differences: &mut Differences) -> Result<(), Failed> {
        feed(&mut self.gate, &self.repository, changed, differences)
    }

    /// Looks at what the new tree lacks.
    fn finish(self, differences: &mut Differences, is_due: &dyn Fn(&str) -> bool) -> Result<Found, Failed> {
        let Target { clusters, repository, comparer, mut gate, tree, .. } = self;
        let mut changed = comparer.finish()?.changed;
        changed.retain(|file| is_due(&file.path));
        feed(&mut gate, &repository, changed, differences)?;
        Ok(Found { gate, clusters, repository, tree })
    }
}

fn feed(
    gate: &mut Gate,
    repository: &Repository,
    changed: Vec<ChangedFile>,
    differences: &mut Differences,
) -> Result<(), Failed> {
    let mut files = Vec::with_capacity(changed.len());
    let mut watched = Vec::with_capacity(changed.len());
    for ChangedFile { path, old, is_new, new } in changed {
        let is_old = old.is_some();
        let old = old.map(|id| repository.read(id, ObjectKind::Blob, &path)).transpose()?;
        let wanted = |bytes: &Option<Vec<u8>>| bytes.clone().filter(|_| is_watched(&path));
        watched.push(Changed { is_old, is_new, old: wanted(&old), new: wanted(&new), path: path.clone() });
        files.push(FileChange { path, old, new });
    }
    gate.add(watched);
    differences.add(files);
    Ok(())
}

/// What the old side is called.
fn name_of(targets: &[Target]) -> String {
    let names = targets.iter().map(|target| match &target.tip {
        None => format!("nothing ({})", target.branch),
        Some((tip, None)) => format!("{} ({})", target.branch, tip.short()),
        Some((tip, Some(source))) => format!("{} ({} from {})", target.branch, tip.short(), source.short()),
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { "what is published".to_owned() } else { names.join(", ") }
}

fn judge(request: &Request<'_>, opened: &Opened, compilation: &Compilation, found: Found) -> Result<Verdict, Failed> {
    let Found { gate, clusters, repository, tree } = found;
    let last = tree.map(|tree| GitTree::new(&repository, tree));
    let asked = &request.filter.clusters;
    let clusters: Vec<String> =
        clusters.into_iter().filter(|cluster| asked.is_empty() || asked.contains(cluster)).collect();
    gate.judge(&Question {
        compilation,
        clusters: &clusters,
        last: last.as_ref().map(|last| last as &dyn LastTree),
        today: day_of(CommitTime { seconds: opened.now.unwrap_or_default(), offset: 0 }),
        filter: &request.filter,
        strict: request.global.strict,
    })
}

/// A sink that compares each unit with the branch of its cluster.
struct Published {
    targets: Vec<Target>,
    differences: Differences,
    /// Folders of the units that came.
    received: BTreeSet<String>,
}

impl Sink for Published {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        let mut by_target: Vec<Vec<Unit>> = self.targets.iter().map(|_| Vec::new()).collect();
        for unit in units {
            let folder = unit.folder().as_str();
            let cluster = cluster_of(folder);
            let number = self.targets.iter().position(|target| target.clusters.iter().any(|name| name == cluster));
            self.received.insert(folder.to_owned());
            if let Some(list) = number.and_then(|number| by_target.get_mut(number)) {
                list.push(unit);
            }
        }
        for (target, units) in self.targets.iter_mut().zip(by_target) {
            target.comparer.accept(units)?;
            let changed = target.comparer.take_changed();
            target.feed(changed, &mut self.differences)?;
        }
        Ok(())
    }
}
