//! What runs leave for the next one, in `bayplan/` of the git folder.
//!
//! The folder may be deleted at any time, and any file in it may be damaged or stale: readers check what they read and do without
//! it. Files are written whole under another name and renamed, so that runs at the same time do not disturb each other; the last
//! one wins, and what a killed one left is removed by the next. Nothing that goes wrong here stops a run, and nothing is synced: what a power cut takes costs one cold run.

use super::repository::Repository;
use super::temporary::{TemporaryFile, is_temporary, remove_left_over};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Longer files are not read: no run writes them.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// A folder of files that may be lost.
pub struct State {
    folder: PathBuf,
}

impl State {
    pub fn of(repository: &Repository) -> Self {
        State { folder: repository.common_dir().join("bayplan") }
    }

    /// The files of a sort, by name; those that cannot be read are left out.
    pub fn read(&self, sort: &str, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(sort).join(name);
        let length = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
        if length > MAX_FILE_BYTES { None } else { fs::read(path).ok() }
    }

    /// Writes a file, or removes it where there is nothing to keep.
    pub fn write(&self, sort: &str, name: &str, bytes: &[u8]) {
        let folder = self.folder.join(sort);
        let path = folder.join(name);
        if bytes.is_empty() {
            let _ = fs::remove_file(path);
            return;
        }
        if fs::create_dir_all(&folder).is_err() {
            return;
        }
        let Ok(mut temporary) = TemporaryFile::create_with_mode(&folder, "state", 0o644) else { return };
        if temporary.file().write_all(bytes).is_ok() {
            let _ = temporary.rename(&path);
        }
    }

    /// Removes what killed runs left.
    pub fn clean(&self) {
        let Ok(sorts) = fs::read_dir(&self.folder) else { return };
        sorts.flatten().for_each(|sort| remove_left_over(&sort.path()));
    }

    /// Removes the files of a sort but for these names.
    pub fn retain(&self, sort: &str, is_wanted: impl Fn(&str) -> bool) {
        let Ok(entries) = fs::read_dir(self.folder.join(sort)) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !is_temporary(name) && !is_wanted(name) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}
