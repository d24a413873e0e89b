//! Files that are written under a temporary name, in `objects/pack` and where state is kept, and the cleaning up of those that a
//! killed run left.
//!
//! A live run holds a lock on each of its temporary files, and the lock ends with the process. So a file named like ours whose
//! lock can be had belongs to nobody. Where the file system knows no locks, a file counts as left over after a day.
//! Names do not begin with `tmp_`: `git gc --prune=now` takes such files away from under a run that writes them.

use super::error::GitError;
use super::object::ObjectId;
use super::pack_index;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const PREFIX: &str = "pack_bayplan_";
/// What tells our `.keep` files from those of others.
const KEEP_TEXT: &[u8] = b"bayplan is about to publish this pack\n";
const LEFT_OVER_AFTER: Duration = Duration::from_secs(24 * 3600);
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A locked file that is removed when dropped, unless it was given its final name.
#[derive(Debug)]
pub struct TemporaryFile {
    path: PathBuf,
    file: File,
    named: bool,
}

impl TemporaryFile {
    /// Makes a file of mode 0444, as git's own packs have, less what the umask takes.
    pub fn create(folder: &Path, extension: &str) -> Result<Self, GitError> {
        TemporaryFile::create_with_mode(folder, extension, 0o444)
    }

    pub fn create_with_mode(folder: &Path, extension: &str, mode: u32) -> Result<Self, GitError> {
        for _ in 0..1000 {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{PREFIX}{}_{number}.{extension}.part", std::process::id()));
            let file = match OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(source) => return Err(GitError::Io { doing: "write to", path: folder.to_owned(), source }),
            };
            // Between creation and lock another run may have taken the file for a left-over one.
            let lost = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !is_at(&file, &path);
            if !lost {
                return Ok(TemporaryFile { path, file, named: false });
            }
        }
        let source = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(GitError::Io { doing: "make a temporary file in", path: folder.to_owned(), source })
    }

    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings content and size to disk.
    pub fn sync(&self) -> Result<(), GitError> {
        self.file.sync_all().map_err(GitError::io("sync", &self.path))
    }

    /// Sets the mode whatever the umask says.
    pub fn set_mode(&self, mode: u32) -> Result<(), GitError> {
        self.file.set_permissions(fs::Permissions::from_mode(mode)).map_err(GitError::io("set the mode of", &self.path))
    }

    /// Renames the file to its final name, over one that is there.
    pub fn rename(mut self, to: &Path) -> Result<(), GitError> {
        self.give_name(to)
    }

    fn give_name(&mut self, to: &Path) -> Result<(), GitError> {
        fs::rename(&self.path, to).map_err(GitError::io("rename a file to", to))?;
        self.named = true;
        Ok(())
    }

    /// Whether the file still is where it was made: `git prune --expire=now` sweeps away files of live runs too.
    pub fn is_there(&self) -> bool {
        is_at(&self.file, &self.path)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.named {
            // Nothing can be done about a failure here; the next run tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Tells `git gc` to leave a pack alone, until dropped: a file `.keep` beside it, as `git fetch` makes one.
///
/// Between the moment a pack is complete and the moment the branch moves, nothing refers to its objects.
#[derive(Debug)]
pub struct KeepFile {
    path: PathBuf,
    /// Held locked, so that the file of a killed run can be told from one that is in use.
    _file: TemporaryFile,
}

impl KeepFile {
    pub fn create(folder: &Path, pack: &Path) -> Result<Self, GitError> {
        let mut file = TemporaryFile::create(folder, "keep")?;
        file.file().write_all(KEEP_TEXT).map_err(GitError::io("write to", folder))?;
        let path = pack.with_extension("keep");
        file.give_name(&path)?;
        Ok(KeepFile { path, _file: file })
    }
}

impl Drop for KeepFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the file still is the one at the path.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Removes what killed runs left in a folder, `objects/pack` or another. Failures are passed over: left-over files do no harm.
pub fn remove_left_over(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_temporary = path.file_name().and_then(|name| name.to_str()).is_some_and(is_temporary);
        let is_keep =
            || path.extension().is_some_and(|end| end == "keep") && fs::read(&path).is_ok_and(|text| text == KEEP_TEXT);
        if (is_temporary || is_keep()) && is_left_over(&path) {
            remove_pack_without_index(folder, &path);
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a file is called as those that a run has not finished.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX)
}

fn is_left_over(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let age =
                file.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
            age.is_some_and(|age| age > LEFT_OVER_AFTER)
        }
    }
}

/// A run killed between its two renames leaves a pack that no index names, which git ignores and never removes. The index,
/// still under its temporary name, tells which pack that is.
fn remove_pack_without_index(folder: &Path, temporary: &Path) {
    if !temporary.to_string_lossy().ends_with(".idx.part") {
        return;
    }
    if let Ok(Some(checksum)) = pack_index::pack_checksum(temporary) {
        let pack = pack_path(folder, checksum);
        if !pack.with_extension("idx").exists() {
            let _ = fs::remove_file(pack);
        }
    }
}

/// The final name of a pack with this checksum.
pub fn pack_path(folder: &Path, checksum: ObjectId) -> PathBuf {
    folder.join(format!("pack-{checksum}.pack"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_of_live_runs_stay_and_those_of_dead_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let live = TemporaryFile::create(folder.path(), "pack").unwrap();
        fs::write(folder.path().join("pack_bayplan_1_0.pack.part"), "left over").unwrap();
        fs::write(folder.path().join("tmp_pack_other"), "not ours").unwrap();
        fs::write(folder.path().join("pack-1.keep"), KEEP_TEXT).unwrap();
        fs::write(folder.path().join("pack-2.keep"), "not ours").unwrap();
        let keep = KeepFile::create(folder.path(), &folder.path().join("pack-3.pack")).unwrap();
        remove_left_over(folder.path());
        let live_name = live.path().file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(names(folder.path()), ["pack-2.keep", "pack-3.keep", &live_name, "tmp_pack_other"]);
        drop(live);
        drop(keep);
        assert_eq!(names(folder.path()), ["pack-2.keep", "tmp_pack_other"]);
    }

    #[test]
    fn a_pack_whose_index_was_not_yet_renamed_goes_too() {
        let folder = tempfile::tempdir().unwrap();
        let checksum = ObjectId::from_bytes([7; 20]);
        let other = ObjectId::from_bytes([8; 20]);
        let index = pack_index::write(&mut [], checksum);
        fs::write(folder.path().join("pack_bayplan_1_1.idx.part"), index).unwrap();
        fs::write(pack_path(folder.path(), checksum), "no index").unwrap();
        fs::write(pack_path(folder.path(), other), "someone else's").unwrap();
        remove_left_over(folder.path());
        assert_eq!(names(folder.path()), [format!("pack-{other}.pack")]);
    }
}
