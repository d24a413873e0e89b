//! Refuses targets where writing would endanger inputs.

use super::error::FolderError;
use crate::inputs::{FLEET_FILE, INPUT_FOLDERS};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Checks that a target may be written to, and gives its absolute path without symbolic links.
///
/// It must not hold the fleet's folder, nor be or lie in an input folder, `.git`, or a file that specs name.
pub fn check_target(target: &Path, fleet: &Path, named: &[String]) -> Result<PathBuf, FolderError> {
    let absolute = resolve(target).map_err(FolderError::io("find", target))?;
    let fleet = fs::canonicalize(fleet).map_err(FolderError::io("find", fleet))?;
    let refuse = |why| Err(FolderError::Target { path: target.to_owned(), why });
    if fleet.starts_with(&absolute) {
        return refuse("holds the fleet's sources");
    }
    if absolute.components().any(|component| component.as_os_str() == ".git") {
        return refuse("lies in a git folder");
    }
    let inputs = INPUT_FOLDERS.iter().copied().chain([FLEET_FILE]).chain(named.iter().map(String::as_str));
    for input in inputs {
        let input = fleet.join(input);
        if absolute.starts_with(&input) {
            return refuse("lies among the fleet's inputs");
        }
        if input.starts_with(&absolute) {
            return refuse("holds a file that specs name");
        }
    }
    Ok(absolute)
}

/// The absolute path of something that need not exist: what exists of it without symbolic links, then the rest.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        match fs::canonicalize(existing) {
            Ok(mut resolved) => {
                resolved.extend(missing.iter().rev());
                return Ok(resolved);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        match (existing.parent(), existing.components().next_back()) {
            (Some(parent), Some(Component::Normal(name))) if fs::symlink_metadata(existing).is_err() => {
                missing.push(name);
                existing = parent;
            }
            // `..` behind something missing, or a symbolic link that leads nowhere.
            _ => return Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}
