//! A publish after an edit of some sites: their namespaces alone are compiled, and the rest of the published tree stays.
//!
//! What is not as the last run left it, what there is to say and what goes wrong before a branch is moved are for a run on the
//! whole fleet: nothing is told of it here.

use super::commit::Settled;
use super::last::{self, Known, Rendered};
use super::target::{Branch, Complete, Router, Target};
use super::{Run, SPECS, UNITS, abandoned, branches_of, publish_options, whole};
use crate::cli::exit::ExitStatus;
use crate::cli::open;
use crate::cli::progress::Progress;
use crate::digest::Digest;
use crate::failure::Failed;
use crate::load;
use crate::load::memory::{Remembered, key};
use crate::output::layout::MAX_FILES;
use crate::pipeline::edited::{self, Edited, Whole};
use crate::pipeline::{Compilation, Extras, Filter, Loaded, Options};
use crate::publish::{CommitSource, Publisher};
use crate::source::Sources;
use crate::spec::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The inputs as they were when the branches were rendered, and which of them are other ones now.
struct Before {
    sources: Sources,
    /// One at least.
    edited: Vec<EditedFile>,
}

/// A file that was edited.
struct EditedFile {
    path: String,
    /// By what it was remembered.
    key: Digest,
    /// One at least.
    sites: Vec<String>,
}

/// What the edited sites come to, before any branch is moved.
struct Planned {
    /// The tree of each branch, and how many files it has.
    branches: Vec<(Branch, Complete, usize)>,
    compilation: Compilation,
    /// By what the edited files were remembered.
    keys: BTreeSet<Digest>,
    specs: Vec<Remembered>,
    units: BTreeMap<String, Vec<u8>>,
}

/// Publishes the edited sites; none where that is not enough.
pub fn publish(run: &Run<'_>, directory: &Path, known: &Known) -> Result<Option<ExitStatus>, Failed> {
    let Some(rendered) = known.rendered.as_ref().filter(|_| run.args.cluster.is_none()) else { return Ok(None) };
    let Ok(Some(planned)) = plan(run, directory, known, rendered) else { return Ok(None) };
    let Planned { branches, compilation, keys, specs, units } = planned;
    abandoned::tell(run.args, run.report, run.source, &known.pattern, &known.branches)?;
    let mut settled = Settled::default();
    for (branch, complete, files) in branches {
        settled.commit(run, branch, complete, files, &[]);
    }
    let Settled { worst, lost, rendered: branches } = settled;
    if !lost.is_empty() {
        return whole::publish_lost(run, lost, worst).map(Some);
    }
    if !run.args.dry_run && worst == ExitStatus::Fine {
        let whole = Whole { counts: compilation.counts, crowded: rendered.whole.crowded.clone() };
        for (cluster, bytes) in units {
            run.state.write(UNITS, &cluster, &bytes);
        }
        run.leave_texts();
        run.state.write(SPECS.0, SPECS.1, &run.specs.written_beside(&keys, &specs));
        let rendered = Rendered { source: run.source.facts().commit, source_tree: run.source_tree, branches, whole };
        last::write(run.state, &Known { inputs: run.inputs, rendered: Some(rendered), ..known.clone() });
    }
    whole::summary(run, worst, &compilation)?;
    Ok(Some(worst))
}

fn plan(run: &Run<'_>, directory: &Path, known: &Known, rendered: &Rendered) -> Result<Option<Planned>, Failed> {
    let Some(before) = before(run, directory, known, rendered)? else { return Ok(None) };
    let sites = before.edited.iter().flat_map(|edited| &edited.sites).cloned().collect();
    let filter = Filter { sites, ..Filter::default() };
    let options = Options { filter, ..run.options.clone() };
    let old = Loaded::with(&before.sources, &options, run.specs);
    let mut new = Loaded::with(run.sources, &options, run.specs);
    let specs = new.take_remembered();
    if !before.is_without_fault(run, &specs) {
        return Ok(None);
    }
    let Some(targets) = targets(run, rendered, &new)? else { return Ok(None) };
    let mut memory = run.recall(new.clusters());
    let mut router = Router { targets };
    let extras = Extras { memory: Some(&mut memory), forgets_objects: false, meter: run.meter };
    let mut sink = Progress::new(&mut router, run.report);
    let Some(Edited { compilation, gone }) = edited::compile(&old, &new, &rendered.whole, &mut sink, extras)? else {
        return Ok(None);
    };
    drop(sink);
    let mut branches = Vec::new();
    for Target { branch, tree } in router.targets {
        let (tree, verdict) = tree.judge(&branch, &compilation, run.source, run.options)?;
        let (changes, old) = (tree.changes(), rendered.branches.get(&branch.name).map_or(0, |branch| branch.files));
        let files = (old + changes.added).saturating_sub(changes.removed);
        if !verdict.diagnostics.is_empty() || !verdict.notes.is_empty() || files > MAX_FILES {
            return Ok(None);
        }
        branches.push((branch, tree, files));
    }
    let units = memory.cluster_bytes_beside(&gone);
    let units = units.into_iter().map(|(cluster, bytes)| (cluster.to_owned(), bytes)).collect();
    let keys = before.edited.iter().map(|edited| edited.key).collect();
    Ok(Some(Planned { branches, compilation, keys, specs, units }))
}

/// The inputs of the last run, where nothing but the text of spec files of sites differs from theirs.
fn before(run: &Run<'_>, directory: &Path, known: &Known, rendered: &Rendered) -> Result<Option<Before>, Failed> {
    let source = CommitSource::open(directory, &rendered.source.to_string())?;
    if known.named != run.named || source.inputs_tree(run.named)? != rendered.source_tree {
        return Ok(None);
    }
    let Some(paths) = run.source.changed_texts_since(&source, run.named)? else { return Ok(None) };
    let files = source.read_named(&paths)?;
    let mut edited = Vec::new();
    for file in &files {
        let key = key(file);
        let Some(heads) = run.specs.heads(key) else { return Ok(None) };
        let is_of_sites = !heads.is_empty() && heads.iter().all(|head| head.kind == Kind::Site);
        if !load::is_in_specs(&file.path) || !is_of_sites {
            return Ok(None);
        }
        let sites = heads.iter().map(|head| head.name.to_owned()).collect();
        edited.push(EditedFile { path: file.path.clone(), key, sites });
    }
    let is_all = !edited.is_empty() && edited.len() == paths.len();
    Ok(is_all.then(|| Before { sources: run.sources.with_all(files), edited }))
}

impl Before {
    /// Whether there is nothing to say of any edited file, and each holds the same sites as before and no other document. What is
    /// wrong with other documents than those that are asked for is not told when a part of a fleet is read, so it is asked here.
    fn is_without_fault(&self, run: &Run<'_>, read: &[Remembered]) -> bool {
        self.edited.iter().all(|edited| {
            let new = run.sources.find(&edited.path).map(|file| key(run.sources.file(file)));
            let heads = read.iter().find(|file| Some(file.digest) == new).and_then(Remembered::heads);
            heads.is_some_and(|heads| {
                heads.iter().all(|head| head.kind == Kind::Site)
                    && heads.iter().map(|head| head.name).eq(edited.sites.iter().map(String::as_str))
            })
        })
    }
}

/// The branches, where each of them is as the last run left it.
fn targets(run: &Run<'_>, rendered: &Rendered, loaded: &Loaded<'_>) -> Result<Option<Vec<Target>>, Failed> {
    let branches = branches_of(run.args, loaded.all_branches());
    if !branches.keys().eq(rendered.branches.keys()) {
        return Ok(None);
    }
    let mut targets = Vec::new();
    for (name, clusters) in branches {
        let publisher = Publisher::open(run.source, publish_options(run.args, &name, open::hydrator(loaded)))?;
        let previous = publisher.previous()?;
        if previous.tree != rendered.branches.get(&name).map(|branch| branch.tree)
            || publisher.up_to_date(&previous, Some(run.source_tree), &clusters)?.is_some()
        {
            return Ok(None);
        }
        let branch = Branch { name, clusters, publisher, previous };
        let mut tree = branch.begin(run.args.dry_run)?;
        tree.keep_rest();
        targets.push(Target { branch, tree });
    }
    Ok(Some(targets))
}
