//! What lies in a target folder before it is written.

use super::error::FolderError;
use super::list;
use super::staging::STAGING_FOLDER;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use walkdir::WalkDir;

/// The files of a folder.
#[derive(Debug, Default)]
pub struct Existing {
    /// Regular files that are there, by path, without our own list.
    pub files: BTreeSet<String>,
    /// What the list says was written; not all of it need be there.
    pub listed: BTreeSet<String>,
    pub has_list: bool,
    /// What is neither file nor folder.
    pub odd: Vec<String>,
}

impl Existing {
    /// Reads the folder and refuses what bayplan did not write.
    pub fn read(target: &Path) -> Result<Self, FolderError> {
        let listed = list::read(target)?;
        let has_list = listed.is_some();
        let listed = listed.unwrap_or_default();
        let (files, odd) = walk(target)?;
        let mut strange: Vec<String> = files.difference(&listed).cloned().chain(odd).collect();
        if strange.is_empty() {
            return Ok(Existing { files, listed, has_list, odd: Vec::new() });
        }
        strange.sort();
        Err(FolderError::Strange { folder: target.to_owned(), paths: strange })
    }

    /// Reads the folder and takes whatever is there.
    pub fn list(target: &Path) -> Result<Self, FolderError> {
        let (files, odd) = walk(target)?;
        Ok(Existing { files, odd, ..Existing::default() })
    }
}

/// The regular files below a folder, and what is neither file nor folder.
fn walk(target: &Path) -> Result<(BTreeSet<String>, Vec<String>), FolderError> {
    let mut files = BTreeSet::new();
    let mut odd = Vec::new();
    let own = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 1 && (list::is_list(&name) || name == STAGING_FOLDER)
    };
    let entries = WalkDir::new(target).min_depth(1).follow_links(false).into_iter().filter_entry(|entry| !own(entry));
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error)
                if error.depth() == 0 && error.io_error().map(std::io::Error::kind) == Some(ErrorKind::NotFound) =>
            {
                break;
            }
            Err(error) => {
                let path = error.path().unwrap_or(target).to_owned();
                return Err(FolderError::Io { doing: "read", path, source: error.into() });
            }
        };
        let path = entry.path().strip_prefix(target).unwrap_or(entry.path()).to_string_lossy().into_owned();
        if entry.file_type().is_file() {
            files.insert(path);
        } else if !entry.file_type().is_dir() {
            odd.push(path);
        }
    }
    Ok((files, odd))
}

/// Whether a file holds just these bytes. One that cannot be read does not.
pub fn holds(path: &Path, bytes: &[u8]) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    if file.metadata().is_ok_and(|metadata| metadata.len() != bytes.len() as u64) {
        return false;
    }
    let mut content = Vec::with_capacity(bytes.len() + 1);
    file.read_to_end(&mut content).is_ok() && content == bytes
}
