//! The list of files that bayplan wrote to a folder: which of them may be replaced and removed.

use super::error::FolderError;
use crate::output::OutputPath;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// The list's name, in the folder's root.
pub const LIST_FILE: &str = ".bayplan-files";
const NEW_LIST_FILE: &str = ".bayplan-files.new";
const HEADER: &str = "# Files that bayplan wrote here. It replaces and removes these and no others.";

/// Reads the list of a folder; none where there is none.
pub fn read(target: &Path) -> Result<Option<BTreeSet<String>>, FolderError> {
    let path = target.join(LIST_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => return Err(FolderError::Io { doing: "read", path, source }),
    };
    let mut lines = text.lines();
    // A list that was tampered with must not lead out of the folder.
    let is_ours = lines.next() == Some(HEADER)
        && lines.clone().all(|line| OutputPath::parse(line).is_ok_and(|path| !path.is_root()));
    if is_ours { Ok(Some(lines.map(str::to_owned).collect())) } else { Err(FolderError::List(path)) }
}

/// Replaces the list.
pub fn write(target: &Path, files: &BTreeSet<String>) -> Result<(), FolderError> {
    let size: usize = files.iter().map(|path| path.len() + 1).sum();
    let mut text = String::with_capacity(HEADER.len() + 1 + size);
    for line in [HEADER].into_iter().chain(files.iter().map(String::as_str)) {
        text.push_str(line);
        text.push('\n');
    }
    let new = target.join(NEW_LIST_FILE);
    fs::write(&new, text).map_err(FolderError::io("write", &new))?;
    let path = target.join(LIST_FILE);
    fs::rename(&new, &path).map_err(FolderError::io("rename a file to", path))
}

/// Whether a name in the folder's root belongs to this module.
pub fn is_list(name: &str) -> bool {
    name == LIST_FILE || name == NEW_LIST_FILE
}
