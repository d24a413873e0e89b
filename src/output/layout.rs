//! Clashes between paths: what one folder cannot hold on every file system.

use super::{OutputError, OutputPath, Unit};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Most files in one output tree: ten thousand sites in three environments, each of fifty objects, and room to grow.
pub const MAX_FILES: usize = 4_000_000;

/// The paths that are taken, files and units alike, with the folders above them.
#[derive(Debug, Default)]
pub struct Layout {
    /// By path in lower case, so that two paths that differ in case only meet.
    taken: BTreeMap<String, Taken>,
    files: usize,
}

#[derive(Debug)]
struct Taken {
    /// The path as written; none where it is the key.
    path: Option<Box<str>>,
    kind: TakenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TakenKind {
    File,
    /// The folder of a unit, which no one else may write into.
    Unit,
    /// A folder above a file or unit.
    Folder,
}

impl Layout {
    /// Takes a unit's folder, or, for a unit of the root folder, each of its files.
    pub fn add_unit(&mut self, unit: &Unit) -> Result<(), OutputError> {
        if unit.folder().is_root() {
            return unit.files().iter().try_for_each(|file| self.add_file(&file.path));
        }
        self.add_folder(unit.folder(), unit.files().len())
    }

    /// Takes the folder of a unit that has so many files.
    pub fn add_folder(&mut self, folder: &OutputPath, files: usize) -> Result<(), OutputError> {
        self.count(files)?;
        self.take(folder, TakenKind::Unit)
    }

    /// Takes the path of one file.
    pub fn add_file(&mut self, path: &OutputPath) -> Result<(), OutputError> {
        self.count(1)?;
        self.take(path, TakenKind::File)
    }

    /// How many files were taken.
    pub fn files(&self) -> usize {
        self.files
    }

    fn count(&mut self, files: usize) -> Result<(), OutputError> {
        self.files += files;
        if self.files > MAX_FILES { Err(OutputError::TooMany) } else { Ok(()) }
    }

    fn take(&mut self, path: &OutputPath, kind: TakenKind) -> Result<(), OutputError> {
        // What lies above a folder was taken with it.
        if path.parent().is_some_and(|parent| !self.is_folder(parent)) {
            for parent in path.parents() {
                self.take_one(parent, TakenKind::Folder)?;
            }
        }
        self.take_one(path.as_str(), kind)
    }

    /// Whether a path was taken as a folder, and is its own key: one with letters in upper case is not looked for.
    fn is_folder(&self, path: &str) -> bool {
        self.taken.get(path).is_some_and(|taken| taken.kind == TakenKind::Folder && taken.path.is_none())
    }

    fn take_one(&mut self, path: &str, kind: TakenKind) -> Result<(), OutputError> {
        let key = path.to_ascii_lowercase();
        let written = (key != path).then(|| path.into());
        let taken = match self.taken.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(Taken { path: written, kind });
                return Ok(());
            }
            Entry::Occupied(slot) => slot,
        };
        let other = taken.get().path.as_deref().unwrap_or(taken.key());
        if other != path {
            return Err(OutputError::Case { path: path.to_owned(), other: other.to_owned() });
        }
        match (taken.get().kind, kind) {
            (TakenKind::Folder, TakenKind::Folder) => Ok(()),
            (TakenKind::File, TakenKind::Folder | TakenKind::Unit)
            | (TakenKind::Folder | TakenKind::Unit, TakenKind::File) => {
                Err(OutputError::FileAndFolder { path: path.to_owned() })
            }
            (TakenKind::File, TakenKind::File)
            | (TakenKind::Unit, TakenKind::Unit | TakenKind::Folder)
            | (TakenKind::Folder, TakenKind::Unit) => Err(OutputError::Twice { path: path.to_owned() }),
        }
    }
}

impl OutputError {
    /// The same error with its paths below a folder.
    pub(super) fn below(self, folder: &OutputPath) -> Self {
        let below = |path: String| if folder.is_root() { path } else { format!("{folder}/{path}") };
        match self {
            OutputError::Path { path, fault } => OutputError::Path { path: below(path), fault },
            OutputError::Twice { path } => OutputError::Twice { path: below(path) },
            OutputError::Case { path, other } => OutputError::Case { path: below(path), other: below(other) },
            OutputError::FileAndFolder { path } => OutputError::FileAndFolder { path: below(path) },
            OutputError::TooMany => OutputError::TooMany,
        }
    }
}
