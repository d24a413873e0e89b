//! Writes output trees to folders: `render --out`, `snapshot`.
//!
//! Takes units; replaces in a folder only what an earlier run wrote there. A file that is in place and equal is left alone; the
//! others are written to a staging folder inside the target first, and put into place by renames once the compile is known to
//! be good: a file over the old one, a new folder whole. The list of written files comes last. A run that is killed leaves old
//! or new files, and a list that covers both, so that the next run repairs. Symbolic links are never followed.

mod error;
mod existing;
mod guard;
mod list;
mod staging;

pub use error::{CODES, FolderError};
pub use guard::check_target;
pub use list::LIST_FILE;

use crate::failure::Failed;
use crate::output::{Layout, OutputPath, Sink, Unit};
use existing::Existing;
use rayon::prelude::*;
use staging::Staging;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which of the files that earlier runs wrote go away when this run does not write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// With a filter: only those below these folders.
    Folders(Vec<OutputPath>),
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    pub added: usize,
    pub modified: usize,
    pub removed: usize,
    pub unchanged: usize,
}

/// Writes one output tree to a folder.
pub struct FolderWriter {
    target: PathBuf,
    existing: Existing,
    staging: Staging,
    layout: Layout,
    /// Paths of this run's output.
    output: BTreeSet<String>,
    /// Those of them that were staged.
    staged: BTreeSet<String>,
    modified: usize,
}

impl FolderWriter {
    /// Opens a folder, which may be absent, empty, or one that an earlier run filled. `fleet` is the fleet's folder and
    /// `named` the input files that specs name: the target may lie beside inputs but not around, in or among them.
    pub fn open(target: &Path, fleet: &Path, named: &[String]) -> Result<Self, FolderError> {
        let target = check_target(target, fleet, named)?;
        let existing = Existing::read(&target)?;
        let staging = Staging::create(&target)?;
        Ok(FolderWriter {
            target,
            existing,
            staging,
            layout: Layout::default(),
            output: BTreeSet::new(),
            staged: BTreeSet::new(),
            modified: 0,
        })
    }

    /// Stages what differs of a batch of units, in parallel.
    pub fn add(&mut self, units: Vec<Unit>) -> Result<(), FolderError> {
        for unit in &units {
            self.layout.add_unit(unit)?;
        }
        let differing: Result<Vec<Vec<String>>, FolderError> =
            units.par_iter().map(|unit| self.stage_unit(unit)).collect();
        for path in differing?.into_iter().flatten() {
            self.modified += usize::from(self.existing.files.contains(&path));
            self.staged.insert(path);
        }
        for unit in units {
            self.output.extend(unit.files().iter().map(|file| unit.folder().join(&file.path)));
        }
        Ok(())
    }

    /// Puts everything into place. Before this nothing of the target has changed but for the staging folder, which goes away
    /// when the writer is dropped.
    pub fn finish(mut self, scope: &Scope) -> Result<Written, FolderError> {
        let stale: BTreeSet<String> = self
            .existing
            .listed
            .iter()
            .filter(|path| !self.output.contains(*path) && in_scope(scope, path))
            .cloned()
            .collect();
        let kept = self.existing.listed.difference(&stale).cloned().collect::<BTreeSet<String>>();
        let final_list: BTreeSet<String> = kept.union(&self.output).cloned().collect();
        let removed = stale.iter().filter(|path| self.existing.files.contains(*path)).count();
        let written = Written {
            added: self.staged.len() - self.modified,
            modified: self.modified,
            removed,
            unchanged: self.output.len() - self.staged.len(),
        };
        if self.staged.is_empty() && removed == 0 && self.existing.listed == final_list && self.existing.has_list {
            return Ok(written);
        }
        let every: BTreeSet<String> = final_list.union(&stale).cloned().collect();
        list::write(&self.target, &every)?;
        for path in &stale {
            remove_file(&self.target, path)?;
        }
        self.remove_empty_folders(&stale)?;
        self.staging.put_into_place(&self.target, &self.staged)?;
        list::write(&self.target, &final_list)?;
        self.staging.keep_target();
        Ok(written)
    }

    /// The paths of a unit's files that are not in place, having staged them.
    fn stage_unit(&self, unit: &Unit) -> Result<Vec<String>, FolderError> {
        let mut differing = Vec::new();
        for file in unit.files() {
            let path = unit.folder().join(&file.path);
            let in_place =
                self.existing.files.contains(&path) && existing::holds(&self.target.join(&path), &file.bytes);
            if !in_place {
                self.staging.write(&path, &file.bytes)?;
                differing.push(path);
            }
        }
        Ok(differing)
    }

    /// Removes the folders that removed files leave empty, innermost first.
    fn remove_empty_folders(&self, removed: &BTreeSet<String>) -> Result<(), FolderError> {
        let folders: BTreeSet<&str> =
            removed.iter().flat_map(|path| path.match_indices('/').map(|(end, _)| &path[..end])).collect();
        for folder in folders.into_iter().rev() {
            let path = self.target.join(folder);
            match fs::remove_dir(&path) {
                Ok(()) => {}
                Err(error)
                    if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::DirectoryNotEmpty) => {
                }
                Err(source) => return Err(FolderError::Io { doing: "remove the folder", path, source }),
            }
        }
        Ok(())
    }
}

impl Sink for FolderWriter {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        Ok(self.add(units)?)
    }
}

/// What differs between a folder and an output tree, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// In the output and not in the folder.
    pub missing: Vec<String>,
    pub modified: Vec<String>,
    /// In the folder and not in the output, whoever wrote it.
    pub surplus: Vec<String>,
}

impl Differences {
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.modified.is_empty() && self.surplus.is_empty()
    }
}

/// Compares an output tree with a folder and writes nothing: `snapshot --check`.
pub struct FolderComparer {
    target: PathBuf,
    existing: Existing,
    output: BTreeSet<String>,
    differences: Differences,
}

impl FolderComparer {
    pub fn open(target: &Path) -> Result<Self, FolderError> {
        let existing = Existing::list(target)?;
        Ok(FolderComparer {
            target: target.to_owned(),
            existing,
            output: BTreeSet::new(),
            differences: Differences::default(),
        })
    }

    pub fn finish(mut self) -> Differences {
        self.differences.surplus = self.existing.files.difference(&self.output).cloned().collect();
        self.differences.surplus.append(&mut self.existing.odd);
        self.differences.surplus.sort();
        self.differences.missing.sort();
        self.differences.modified.sort();
        self.differences
    }
}

impl Sink for FolderComparer {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        for unit in units {
            for file in unit.files() {
                let path = unit.folder().join(&file.path);
                if !self.existing.files.contains(&path) {
                    self.differences.missing.push(path.clone());
                } else if !existing::holds(&self.target.join(&path), &file.bytes) {
                    self.differences.modified.push(path.clone());
                }
                self.output.insert(path);
            }
        }
        Ok(())
    }
}

fn in_scope(scope: &Scope, path: &str) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Folders(folders) => folders.iter().any(|folder| {
            folder.is_root() || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        }),
    }
}

fn remove_file(target: &Path, path: &str) -> Result<(), FolderError> {
    let path = target.join(path);
    match fs::remove_file(&path) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(())
        }
        Err(source) => Err(FolderError::Io { doing: "remove", path, source }),
    }
}
