//! Walks over commits, newest first.

use super::error::GitError;
use super::object::{Commit, ObjectId};
use super::repository::Repository;
use std::collections::{BTreeSet, BinaryHeap};

/// Whether one commit comes before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ancestry {
    Ancestor,
    Apart,
    /// The clone is shallow and was cut before the question could be answered.
    Unknown,
}

/// The commits that can be reached from one, newest first, each with its id.
pub struct Walk<'a> {
    repository: &'a Repository,
    shallow: BTreeSet<ObjectId>,
    /// By time, then id, so that the order is the same everywhere.
    queue: BinaryHeap<(i64, ObjectId)>,
    seen: BTreeSet<ObjectId>,
    was_cut: bool,
}

impl<'a> Walk<'a> {
    pub fn from(repository: &'a Repository, start: ObjectId) -> Result<Self, GitError> {
        Ok(Walk {
            repository,
            shallow: repository.shallow_commits()?.into_iter().collect(),
            queue: BinaryHeap::from([(i64::MAX, start)]),
            seen: BTreeSet::from([start]),
            was_cut: false,
        })
    }

    /// The next commit; none at the end.
    pub fn next_commit(&mut self) -> Result<Option<(ObjectId, Commit)>, GitError> {
        let Some((_, id)) = self.queue.pop() else { return Ok(None) };
        let commit = self.repository.commit(id)?;
        if self.shallow.contains(&id) {
            self.was_cut |= !commit.parents.is_empty();
            return Ok(Some((id, commit)));
        }
        for parent in &commit.parents {
            if self.seen.insert(*parent) {
                self.queue.push((commit.time.seconds, *parent));
            }
        }
        Ok(Some((id, commit)))
    }

    /// Whether the walk came to a commit whose parents a shallow clone leaves out.
    pub fn was_cut(&self) -> bool {
        self.was_cut
    }
}

/// Whether `old` is `new` or one of its ancestors.
pub fn ancestry(repository: &Repository, old: ObjectId, new: ObjectId) -> Result<Ancestry, GitError> {
    let mut walk = Walk::from(repository, new)?;
    while let Some((id, _)) = walk.next_commit()? {
        if id == old {
            return Ok(Ancestry::Ancestor);
        }
    }
    Ok(if walk.was_cut() { Ancestry::Unknown } else { Ancestry::Apart })
}
