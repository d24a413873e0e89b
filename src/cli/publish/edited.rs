//! A publish after an edit of some sites: their namespaces alone are compiled, and the rest of the published tree stays.
//!
//! It decides nothing: what is not as the last run left it, what there is to say and what goes wrong are for a run on the whole
//! fleet, for which nothing is told here before all is done.

use super::last::{self, Known, Rendered, RenderedBranch};
use super::target::{Branch, Complete, Router, Target};
use super::{Run, SPECS, TEXTS, UNITS, abandoned, branches_of, publish_options, tell};
use crate::cli::check::summarize;
use crate::cli::exit::ExitStatus;
use crate::cli::open;
use crate::cli::progress::Progress;
use crate::digest::Digest;
use crate::failure::Failed;
use crate::load::memory::{Remembered, key};
use crate::output::layout::MAX_FILES;
use crate::pipeline::edited::{self, Edited, Whole};
use crate::pipeline::memory::Memory;
use crate::pipeline::{Compilation, Extras, Filter, Loaded, Options};
use crate::publish::{Changes, CommitSource, Outcome, Publisher};
use crate::source::Sources;
use crate::spec::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The inputs as they were when the branches were rendered, and which of them are other ones now.
struct Before {
    sources: Sources,
    /// By what the edited files were remembered.
    keys: BTreeSet<Digest>,
    sites: Vec<String>,
}

/// What is to be told, once all is done.
enum Told {
    Published(Outcome),
    Planned(Changes),
}

/// What the run came to.
struct Done {
    /// By branch.
    told: Vec<(String, Told)>,
    compilation: Compilation,
    left: Left,
}

/// What it leaves for the next one.
struct Left {
    keys: BTreeSet<Digest>,
    specs: Vec<Remembered>,
    units: BTreeMap<String, Vec<u8>>,
    branches: BTreeMap<String, RenderedBranch>,
}

/// Publishes the edited sites; tells whether that was enough.
pub fn publish(run: &Run<'_>, directory: &Path, known: &Known) -> Result<bool, Failed> {
    let Some(rendered) = known.rendered.as_ref().filter(|_| run.args.cluster.is_none()) else { return Ok(false) };
    let Ok(Some(done)) = attempt(run, directory, known, rendered) else { return Ok(false) };
    abandoned::tell(run.args, run.report, run.source, &known.pattern, &known.branches)?;
    for (branch, told) in done.told {
        match told {
            Told::Published(outcome) => tell::outcome(run.report, &branch, run.source, outcome, &[])?,
            Told::Planned(changes) => tell::planned(run.report, &branch, &changes)?,
        }
    }
    if !run.args.dry_run {
        let whole = Whole { counts: done.compilation.counts, crowded: rendered.whole.crowded.clone() };
        remember(run, known, done.left, whole);
    }
    summarize(&done.compilation, run.options, ExitStatus::Fine, run.report)?;
    Ok(true)
}

fn attempt(run: &Run<'_>, directory: &Path, known: &Known, rendered: &Rendered) -> Result<Option<Done>, Failed> {
    let Some(before) = before(run, directory, known, rendered)? else { return Ok(None) };
    let filter = Filter { sites: before.sites.clone(), ..Filter::default() };
    let options = Options { filter, ..run.options.clone() };
    let old = Loaded::with(&before.sources, &options, run.specs);
    let mut new = Loaded::with(run.sources, &options, run.specs);
    let specs = new.take_remembered();
    let Some(targets) = targets(run, rendered, &new)? else { return Ok(None) };
    let mut memory = Memory::default();
    for cluster in new.clusters() {
        if let Some(bytes) = run.state.read(UNITS, cluster) {
            memory.add_cluster(cluster, bytes);
        }
    }
    let mut router = Router { targets };
    let extras = Extras { memory: Some(&mut memory), forgets_objects: false, meter: run.meter };
    let mut sink = Progress::new(&mut router, run.report);
    let Some(Edited { compilation, gone }) = edited::compile(&old, &new, &rendered.whole, &mut sink, extras)? else {
        return Ok(None);
    };
    drop(sink);
    let Some(complete) = judged(run, router.targets, &compilation)? else { return Ok(None) };
    let Some((told, branches)) = committed(run, rendered, complete)? else { return Ok(None) };
    let units = memory.cluster_bytes_beside(&gone);
    let units = units.into_iter().map(|(cluster, bytes)| (cluster.to_owned(), bytes)).collect();
    Ok(Some(Done { told, compilation, left: Left { keys: before.keys, specs, units, branches } }))
}

/// The trees of the branches, where the gates have nothing to say of them.
fn judged(
    run: &Run<'_>,
    targets: Vec<Target>,
    compilation: &Compilation,
) -> Result<Option<Vec<(Branch, Complete)>>, Failed> {
    let mut complete = Vec::new();
    for Target { branch, tree } in targets {
        let (tree, verdict) = tree.judge(&branch, compilation, run.source, run.options)?;
        if !verdict.diagnostics.is_empty() || !verdict.notes.is_empty() {
            return Ok(None);
        }
        complete.push((branch, tree));
    }
    Ok(Some(complete))
}

/// What is to be told of each branch, and what was left of those that were written.
type Committed = (Vec<(String, Told)>, BTreeMap<String, RenderedBranch>);

/// Moves the branches; nothing where somebody else moved one meanwhile.
fn committed(
    run: &Run<'_>,
    rendered: &Rendered,
    complete: Vec<(Branch, Complete)>,
) -> Result<Option<Committed>, Failed> {
    let mut told = Vec::new();
    let mut branches = BTreeMap::new();
    for (Branch { name, publisher, previous, .. }, tree) in complete {
        let changes = tree.changes();
        let old = rendered.branches.get(&name).map_or(0, |branch| branch.files);
        let files = (old + changes.added).saturating_sub(changes.removed);
        if files > MAX_FILES {
            return Ok(None);
        }
        let outcome = match tree {
            Complete::Compared(compared) => Told::Planned(compared.changes),
            Complete::Written(written) => {
                branches.insert(name.clone(), RenderedBranch { tree: written.tree, files });
                match publisher.commit(&previous, *written, run.source_tree, &[])? {
                    Outcome::LostRace => return Ok(None),
                    outcome => Told::Published(outcome),
                }
            }
        };
        told.push((name, outcome));
    }
    Ok(Some((told, branches)))
}

/// The inputs of the last run, where nothing but the text of spec files of sites differs from theirs.
fn before(run: &Run<'_>, directory: &Path, known: &Known, rendered: &Rendered) -> Result<Option<Before>, Failed> {
    let source = CommitSource::open(directory, &rendered.source.to_string())?;
    if known.named != run.named || source.inputs_tree(run.named)? != rendered.source_tree {
        return Ok(None);
    }
    let Some(paths) = run.source.edited_since(&source, run.named)? else { return Ok(None) };
    let files = source.read_named(&paths)?;
    let mut keys = BTreeSet::new();
    let mut sites = Vec::new();
    for file in &files {
        let key = key(file);
        let Some(heads) = run.specs.heads(key) else { return Ok(None) };
        if heads.iter().any(|head| head.kind != Kind::Site) {
            return Ok(None);
        }
        sites.extend(heads.iter().map(|head| head.name.to_owned()));
        keys.insert(key);
    }
    let is_all = files.len() == paths.len() && !sites.is_empty();
    Ok(is_all.then(|| Before { sources: run.sources.with_all(files), keys, sites }))
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

fn remember(run: &Run<'_>, known: &Known, left: Left, whole: Whole) {
    let Left { keys, specs, units, branches } = left;
    for (cluster, bytes) in units {
        run.state.write(UNITS, &cluster, &bytes);
    }
    if let Some(bytes) = run.texts.written() {
        run.state.write(TEXTS.0, TEXTS.1, &bytes);
    }
    run.state.write(SPECS.0, SPECS.1, &run.specs.written_beside(&keys, &specs));
    let rendered = Rendered { source: run.source.facts().commit, source_tree: run.source_tree, branches, whole };
    last::write(run.state, &Known { inputs: run.inputs, rendered: Some(rendered), ..known.clone() });
}
