//! Reads a fleet from a folder on disk.
//!
//! Takes a folder; gives [`Sources`]. Follows no symbolic link below the fleet's folder, opens nothing but regular files, and
//! cannot be made to wait by a FIFO. Writes nothing and knows nothing of git, but that a nested repository is not input.

use crate::failure::Failed;
use crate::inputs::{
    FLEET_FILE, INPUT_FOLDERS, InputError, Inputs, OddName, input_name, is_left_over, named_path, printable,
};
use crate::source::{EntryKind, MAX_FILE_BYTES, SourceFile, Sources};
use rayon::prelude::*;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A fleet's folder on disk.
#[derive(Debug, Clone)]
pub struct WorkTree {
    root: PathBuf,
}

impl WorkTree {
    /// Finds the fleet that `dir` lies in: the nearest folder, from `dir` upwards, that holds `bayplan.yaml`.
    pub fn find(dir: &Path) -> Result<Self, InputError> {
        let unreadable = |source| InputError::Unreadable { path: dir.display().to_string(), source };
        let start = fs::canonicalize(dir).map_err(unreadable)?;
        start
            .ancestors()
            .find(|folder| fs::symlink_metadata(folder.join(FLEET_FILE)).is_ok())
            .map(|folder| WorkTree { root: folder.to_owned() })
            .ok_or_else(|| InputError::NoFleet(dir.to_owned()))
    }

    /// The fleet's folder: absolute, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads the fleet file and the input folders.
    pub fn read(&self) -> Result<Sources, InputError> {
        let mut found = Found::default();
        self.find_entry(FLEET_FILE, &mut found)?;
        for folder in INPUT_FOLDERS {
            self.find_entry(folder, &mut found)?;
        }
        if !found.odd.is_empty() {
            found.odd.sort();
            return Err(InputError::OddNames(found.odd));
        }
        let read: Result<Vec<SourceFile>, InputError> =
            found.regular.par_iter().map(|path| read_file(&self.root, path)).collect();
        Ok(Sources::new(read?.into_iter().chain(found.others)))
    }

    /// Reads files that specs name. One that does not exist is left out; one behind a symbolic link is that link.
    pub fn read_named(&self, paths: &[String]) -> Result<Vec<SourceFile>, InputError> {
        let read: Result<Vec<Option<SourceFile>>, InputError> =
            paths.par_iter().map(|path| self.read_one(path)).collect();
        Ok(read?.into_iter().flatten().collect())
    }

    fn read_one(&self, path: &str) -> Result<Option<SourceFile>, InputError> {
        named_path(path)
            .map_err(|fault| InputError::OddNames(vec![OddName { path: printable(path.as_bytes()), fault }]))?;
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for end in ends {
            let metadata = match fs::symlink_metadata(self.root.join(&path[..end])) {
                Ok(metadata) => metadata,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    return Ok(None);
                }
                Err(source) => return Err(InputError::Unreadable { path: path[..end].to_owned(), source }),
            };
            if metadata.is_symlink() {
                return Ok(Some(unread(path, EntryKind::Symlink)));
            }
            if end == path.len() && !metadata.is_file() {
                return Ok(Some(unread(path, EntryKind::Special)));
            }
        }
        read_file(&self.root, path).map(Some)
    }

    /// Walks one input at the fleet's root, which may be absent, and notes what lies there.
    fn find_entry(&self, name: &str, found: &mut Found) -> Result<(), InputError> {
        let top = self.root.join(name);
        match fs::symlink_metadata(&top) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(InputError::Unreadable { path: name.to_owned(), source }),
            Ok(metadata) if metadata.is_symlink() => {
                found.others.push(unread(name, EntryKind::Symlink));
                return Ok(());
            }
            Ok(_) => {}
        }
        let mut entries = WalkDir::new(&top).follow_links(false).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(&top);
                InputError::Unreadable { path: self.relative(path), source: error.into() }
            })?;
            let path = self.relative(entry.path());
            if entry.depth() > 0 {
                match input_name(entry.file_name().as_bytes()) {
                    Ok(".git") => {
                        let repository = entry.path().parent().unwrap_or(&top);
                        found.others.push(unread(&self.relative(repository), EntryKind::Submodule));
                        if entry.file_type().is_dir() {
                            entries.skip_current_dir();
                        }
                        continue;
                    }
                    Ok(name) if !entry.file_type().is_dir() && is_left_over(name) => continue,
                    Ok(_) => {}
                    Err(fault) => {
                        found.odd.push(OddName { path, fault });
                        continue;
                    }
                }
            }
            let kind = entry.file_type();
            if kind.is_file() {
                found.regular.push(path);
            } else if kind.is_symlink() {
                found.others.push(unread(&path, EntryKind::Symlink));
            } else if !kind.is_dir() {
                found.others.push(unread(&path, EntryKind::Special));
            }
        }
        Ok(())
    }

    /// A path below the fleet's folder as messages and [`Sources`] have it.
    fn relative(&self, path: &Path) -> String {
        printable(path.strip_prefix(&self.root).unwrap_or(path).as_os_str().as_bytes())
    }
}

impl Inputs for WorkTree {
    fn read(&self) -> Result<Sources, Failed> {
        Ok(WorkTree::read(self)?)
    }

    fn read_named(&self, paths: &[String]) -> Result<Vec<SourceFile>, Failed> {
        Ok(WorkTree::read_named(self, paths)?)
    }
}

/// What a walk came upon, paths relative to the fleet's folder.
#[derive(Default)]
struct Found {
    regular: Vec<String>,
    others: Vec<SourceFile>,
    odd: Vec<OddName>,
}

fn unread(path: &str, kind: EntryKind) -> SourceFile {
    SourceFile { path: path.to_owned(), kind, bytes: [].into() }
}

/// Reads what was a regular file when it was listed, and says so where it no longer is.
fn read_file(root: &Path, path: &str) -> Result<SourceFile, InputError> {
    let unreadable = |source| InputError::Unreadable { path: path.to_owned(), source };
    let file = match open_without_waiting(&root.join(path)) {
        Ok(file) => file,
        // O_NOFOLLOW on a link that has just replaced the file.
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => return Ok(unread(path, EntryKind::Symlink)),
        Err(error) => return Err(unreadable(error)),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Ok(unread(path, EntryKind::Special));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Ok(unread(path, EntryKind::TooLarge));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 != metadata.len() {
        return Err(InputError::Changed { path: path.to_owned() });
    }
    Ok(SourceFile::regular(path, bytes))
}

/// Opening a FIFO for reading waits for a writer unless the open says not to.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path)
}
