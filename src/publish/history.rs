//! Since when a branch holds something: a walk back along first parents.
//!
//! Only reads, and only the files that differ between one commit and the next. Knows nothing of what is looked for.

use super::error::GitError;
use super::object::{CommitTime, ObjectId};
use super::published::{PublishedTree, differing_paths};
use super::repository::Repository;
use std::collections::{BTreeMap, BTreeSet};

/// Commits that are looked at.
const MAX_COMMITS: usize = 1_000;

/// Something in a file: its path, and what is looked for there.
pub type Wanted = (String, String);

/// Since when something is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The time of the oldest commit from which on it is there.
    pub since: CommitTime,
    /// Whether the commit before it is known to lack it; else the history that is here, or that is looked at, begins there.
    pub is_first: bool,
}

/// Since when each of `wanted` is held by the branch whose tip is `tip`; what the tip lacks is left out.
pub fn held_since(
    repository: &Repository,
    tip: ObjectId,
    wanted: BTreeSet<Wanted>,
    holds: &dyn Fn(&[u8], &str) -> bool,
) -> Result<BTreeMap<Wanted, Held>, GitError> {
    let mut commit = repository.commit(tip)?;
    let mut open = retain(repository, commit.tree, wanted, holds)?;
    let shallow = repository.shallow_commits()?;
    let mut id = tip;
    let mut found = BTreeMap::new();
    for _ in 0..MAX_COMMITS {
        let Some(parent) = commit.parents.first().copied().filter(|_| !shallow.contains(&id)) else { break };
        if open.is_empty() {
            break;
        }
        let older = repository.commit(parent)?;
        if older.tree != commit.tree {
            let changed = differing_paths(repository, older.tree, commit.tree, usize::MAX)?;
            let touched: BTreeSet<Wanted> = changed.iter().flat_map(|path| of_path(&open, path)).collect();
            let kept = retain(repository, older.tree, touched.clone(), holds)?;
            for gone in touched.difference(&kept) {
                open.remove(gone);
                found.insert(gone.clone(), Held { since: commit.time, is_first: true });
            }
        }
        (id, commit) = (parent, older);
    }
    let is_first = commit.parents.is_empty();
    found.extend(open.into_iter().map(|wanted| (wanted, Held { since: commit.time, is_first })));
    Ok(found)
}

/// What is looked for at a path.
fn of_path(open: &BTreeSet<Wanted>, path: &str) -> Vec<Wanted> {
    let from = (path.to_owned(), String::new());
    open.range(from..).take_while(|(at, _)| at == path).cloned().collect()
}

/// Those that a tree holds. Each file is read once.
fn retain(
    repository: &Repository,
    tree: ObjectId,
    wanted: BTreeSet<Wanted>,
    holds: &dyn Fn(&[u8], &str) -> bool,
) -> Result<BTreeSet<Wanted>, GitError> {
    let tree = PublishedTree::new(repository, tree);
    let mut read: Option<(String, Option<Vec<u8>>)> = None;
    let mut kept = BTreeSet::new();
    for (path, what) in wanted {
        if read.as_ref().is_none_or(|(at, _)| *at != path) {
            read = Some((path.clone(), tree.read(&path)?));
        }
        let bytes = read.as_ref().and_then(|(_, bytes)| bytes.as_deref());
        if bytes.is_some_and(|bytes| holds(bytes, &what)) {
            kept.insert((path, what));
        }
    }
    Ok(kept)
}
