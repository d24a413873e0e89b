//! What `publish` and `check --against` share: feeding the gates from git.

use crate::acknowledgement::Date;
use crate::failure::Failed;
use crate::gate::{Changed, Gate, LastTree, is_watched};
use crate::output::{Sink, Unit, cluster_of};
use crate::pipeline::Loaded;
use crate::publish::{ChangedFile, CommitTime, ObjectId, ObjectKind, PublishedTree, Repository, TreeComparer};
use std::collections::BTreeSet;

/// A published tree in a repository.
pub struct GitTree<'r> {
    tree: PublishedTree<'r>,
}

impl<'r> GitTree<'r> {
    pub fn new(repository: &'r Repository, tree: ObjectId) -> Self {
        GitTree { tree: PublishedTree::new(repository, tree) }
    }
}

impl LastTree for GitTree<'_> {
    fn files(&self, folder: &str) -> Result<Vec<String>, Failed> {
        Ok(self.tree.files_below(folder)?.into_iter().map(|file| file.path).collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failed> {
        Ok(self.tree.read(path)?)
    }
}

/// Hands files that differ to the gates, with what was published of them.
pub fn feed(gate: &mut Gate, repository: &Repository, changed: Vec<ChangedFile>) -> Result<(), Failed> {
    let mut batch = Vec::with_capacity(changed.len());
    for ChangedFile { path, old, is_new, new } in changed {
        let read = |id| repository.read(id, ObjectKind::Blob, &path);
        let bytes = old.filter(|_| is_watched(&path)).map(read).transpose()?;
        batch.push(Changed { is_old: old.is_some(), old: bytes, is_new, new, path });
    }
    gate.add(batch);
    Ok(())
}

/// The day of a commit.
pub fn day_of(time: CommitTime) -> Date {
    Date::of_unix_time(time.seconds)
}

/// The clusters whose output a rendered commit holds: all where they share one branch; with one branch per cluster those of the
/// branch that it was found at, else those that it has folders of.
pub fn clusters_of<'p>(
    loaded: &Loaded<'_>,
    reference: Option<&str>,
    paths: impl Iterator<Item = &'p str>,
) -> BTreeSet<String> {
    let branches = loaded.branches();
    if loaded.has_one_branch_for_all() {
        return branches.into_keys().collect();
    }
    let reference = reference.unwrap_or_default();
    let is_this = |branch: &str| {
        let remote = reference.strip_prefix("refs/remotes/").and_then(|rest| rest.split_once('/'));
        reference.strip_prefix("refs/heads/") == Some(branch) || remote.is_some_and(|(_, name)| name == branch)
    };
    let own: BTreeSet<String> =
        branches.iter().filter(|(_, branch)| is_this(branch)).map(|(cluster, _)| cluster.clone()).collect();
    if !own.is_empty() {
        return own;
    }
    let folders: BTreeSet<&str> = paths.filter_map(|path| path.split_once('/')).map(|(folder, _)| folder).collect();
    branches.into_keys().filter(|cluster| folders.contains(cluster.as_str())).collect()
}

/// A sink that compares with a published tree and feeds the gates, for commands that write nothing.
pub struct GatedComparer {
    repository: Repository,
    comparer: TreeComparer,
    gate: Gate,
    /// The clusters to look at.
    clusters: Vec<String>,
}

impl GatedComparer {
    pub fn new(repository: &Repository, last: Option<ObjectId>, clusters: Vec<String>) -> Result<Self, Failed> {
        let mut comparer = TreeComparer::new(repository, last)?;
        comparer.watch(is_watched);
        Ok(GatedComparer { repository: repository.reopen()?, comparer, gate: Gate::default(), clusters })
    }

    /// The gates with all that differs; paths for which `is_asked` is not true are left out.
    pub fn finish(self, is_asked: impl Fn(&str) -> bool) -> Result<Gate, Failed> {
        let GatedComparer { repository, comparer, mut gate, .. } = self;
        let mut changed = comparer.finish()?.changed;
        changed.retain(|file| is_asked(&file.path));
        feed(&mut gate, &repository, changed)?;
        Ok(gate)
    }
}

impl Sink for GatedComparer {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        let is_looked_at = |unit: &Unit| self.clusters.iter().any(|name| name == cluster_of(unit.folder().as_str()));
        self.comparer.accept(units.into_iter().filter(is_looked_at).collect())?;
        feed(&mut self.gate, &self.repository, self.comparer.take_changed())
    }
}
