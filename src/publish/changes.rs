//! What differs between two trees, by path.

/// What happened to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Added,
    Modified,
    Removed,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    pub path: String,
    pub kind: ChangeKind,
}

/// How many paths of added files are kept: a first publish has nothing else.
pub const MAX_ADDED_PATHS: usize = 10_000;

/// The files that differ: how many, and their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub added: usize,
    pub modified: usize,
    pub removed: usize,
    /// Sorted. All that were modified or removed, since gates look at each, but of those added at most [`MAX_ADDED_PATHS`].
    pub paths: Vec<Change>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.added + self.modified + self.removed == 0
    }

    pub(super) fn push(&mut self, path: &str, kind: ChangeKind) {
        match kind {
            ChangeKind::Added => self.added += 1,
            ChangeKind::Modified => self.modified += 1,
            ChangeKind::Removed => self.removed += 1,
        }
        if kind != ChangeKind::Added || self.added <= MAX_ADDED_PATHS {
            self.paths.push(Change { path: path.to_owned(), kind });
        }
    }

    pub(super) fn sort(&mut self) {
        self.paths.sort();
    }
}
