//! Stores an output tree in the object database, as far as the previous tree lacks it.

use super::changes::Changes;
use super::error::GitError;
use super::object::ObjectId;
use super::pack::PackWriter;
use super::repository::Repository;
use super::tree_comparer::{ChangedFile, ComparedTree, TreeComparer};
use crate::failure::Failed;
use crate::output::{ContentId, Kept, OutputPath, Sink, Unit};
use std::collections::BTreeMap;

/// Writes one output tree into a pack that no one sees before the commit.
pub struct TreeWriter {
    comparer: TreeComparer,
    pack: PackWriter,
}

/// A whole tree, its objects on disk but not yet visible: what gates look at before [`super::Publisher::commit`].
pub struct WrittenTree {
    pub tree: ObjectId,
    pub changes: Changes,
    /// How many files the units had.
    pub files: usize,
    /// The files that differ and were not taken before, where they are watched: the removed ones among them.
    pub changed: Vec<ChangedFile>,
    pub(super) pack: PackWriter,
}

impl TreeWriter {
    /// A writer that stores what `previous` lacks.
    pub(super) fn new(repository: &Repository, previous: Option<ObjectId>) -> Result<Self, GitError> {
        let pack = PackWriter::create(&repository.pack_folder(), repository.shared_mode()?)?;
        Ok(TreeWriter { comparer: TreeComparer::new(repository, previous)?, pack })
    }

    /// As [`TreeComparer::watch`].
    pub fn watch(&mut self, wants: fn(&str) -> bool) {
        self.comparer.watch(wants);
    }

    /// As [`TreeComparer::keep_rest`].
    pub fn keep_rest(&mut self) {
        self.comparer.keep_rest();
    }

    /// As [`TreeComparer::set_aside`].
    pub fn set_aside(&mut self, name: &str, bytes: Vec<u8>) {
        self.comparer.set_aside(name, bytes);
    }

    /// As [`TreeComparer::take_changed`].
    pub fn take_changed(&mut self) -> Vec<ChangedFile> {
        self.comparer.take_changed()
    }

    /// Takes a batch of units, and stores what is new in it: ids and compression in parallel.
    pub fn add(&mut self, units: Vec<Unit>) -> Result<(), GitError> {
        let new = self.comparer.add(units)?;
        self.pack.append(new)
    }

    /// Completes the tree. No unit may come after.
    pub fn finish(mut self) -> Result<WrittenTree, GitError> {
        let ComparedTree { tree, changes, files, changed, new } = self.comparer.finish()?;
        self.pack.append(new)?;
        Ok(WrittenTree { tree, changes, files, changed, pack: self.pack })
    }
}

impl Sink for TreeWriter {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        Ok(self.add(units)?)
    }

    fn keep(&mut self, folder: &OutputPath, kept: Kept) -> Result<bool, Failed> {
        Ok(self.comparer.keep(folder, kept)?)
    }

    fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        self.comparer.take_contents()
    }
}
