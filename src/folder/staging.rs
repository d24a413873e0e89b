//! The folder in which files are written before they are put into place.

use super::error::FolderError;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Its name, in the target's root, so that renames stay on one file system.
pub const STAGING_FOLDER: &str = ".bayplan-staging";
const LOCK_FILE: &str = "lock";
const FILES_FOLDER: &str = "files";

/// A staging folder that this process has locked, and that goes away when dropped.
pub struct Staging {
    folder: PathBuf,
    files: PathBuf,
    /// Held until the end; the system lets go of it if the process dies.
    _lock: File,
    /// Folders that this run made for the target, innermost first; removed again unless something was put into place.
    made: Vec<PathBuf>,
}

impl Staging {
    /// Makes the staging folder, and the target where it is absent; cleans up what a killed run staged.
    pub fn create(target: &Path) -> Result<Self, FolderError> {
        let made: Vec<PathBuf> = target.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        let folder = target.join(STAGING_FOLDER);
        fs::create_dir_all(&folder).map_err(FolderError::io("make the folder", &folder))?;
        let lock_path = folder.join(LOCK_FILE);
        let lock = File::create(&lock_path).map_err(FolderError::io("write", &lock_path))?;
        match lock.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Busy(target.to_owned())),
        }
        let files = folder.join(FILES_FOLDER);
        let staging = Staging { folder, files, _lock: lock, made };
        match fs::remove_dir_all(&staging.files) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(FolderError::io("remove", &staging.files)(error)),
            _ => Ok(staging),
        }
    }

    /// Stages one file.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let file = self.files.join(path);
        match fs::write(&file, bytes) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = file.parent().unwrap_or(&self.files);
                fs::create_dir_all(folder).map_err(FolderError::io("make the folder", folder))?;
                fs::write(&file, bytes).map_err(FolderError::io("write", &file))
            }
            result => result.map_err(FolderError::io("write", &file)),
        }
    }

    /// Renames staged files into the target: a folder that the target lacks whole, else file by file.
    pub fn put_into_place(&self, target: &Path, staged: &BTreeSet<String>) -> Result<(), FolderError> {
        let mut moved_whole: Option<String> = None;
        for path in staged {
            if moved_whole.as_deref().is_some_and(|folder| is_below(path, folder)) {
                continue;
            }
            let missing = path
                .match_indices('/')
                .map(|(end, _)| &path[..end])
                .find(|folder| fs::symlink_metadata(target.join(folder)).is_err());
            let part = missing.unwrap_or(path);
            let to = target.join(part);
            fs::rename(self.files.join(part), &to).map_err(FolderError::io("rename a file to", &to))?;
            moved_whole = missing.map(str::to_owned);
        }
        Ok(())
    }

    /// Says that the target now holds output and is to stay.
    pub fn keep_target(&mut self) {
        self.made.clear();
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing can be done about failures here; the next run cleans up.
        let _ = fs::remove_dir_all(&self.folder);
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
