//! Tells whether the inputs in the work tree are those of `HEAD`, as `git status` would.

use super::error::GitError;
use super::repository::Repository;
use crate::inputs::{FLEET_FILE, INPUT_FOLDERS, is_left_over, printable};
use git2::{Status, StatusOptions, StatusShow};
use std::path::Path;

/// The flag of an index entry that a sparse checkout leaves out of the work tree.
const SKIP_WORKTREE: u16 = 1 << 14;

/// Refuses changed, staged, deleted and untracked inputs, and names them by their paths below the fleet's folder.
///
/// Ignored files count as not there, as do files that are never input. The index is only read.
pub fn check(repository: &Repository, prefix: &str, named: &[String]) -> Result<(), GitError> {
    let git = repository.git();
    if git.is_bare() {
        return Ok(());
    }
    let mut options = StatusOptions::new();
    options
        .show(StatusShow::IndexAndWorkdir)
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .include_ignored(false)
        .disable_pathspec_match(true)
        .update_index(false);
    let inputs = [FLEET_FILE].into_iter().chain(INPUT_FOLDERS).chain(named.iter().map(String::as_str));
    for input in inputs {
        options.pathspec(format!("{prefix}{input}"));
    }
    let doing = || GitError::doing("comparing the work tree with the commit");
    let index = git.index().map_err(doing())?;
    let mut paths = Vec::new();
    for entry in git.statuses(Some(&mut options)).map_err(doing())?.iter() {
        let path = entry.path_bytes();
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        if entry.status() == Status::CURRENT || std::str::from_utf8(name).is_ok_and(is_left_over) {
            continue;
        }
        let left_out = || {
            let entry = std::str::from_utf8(path).ok().and_then(|path| index.get_path(Path::new(path), 0));
            entry.is_some_and(|entry| entry.flags_extended & SKIP_WORKTREE != 0)
        };
        if entry.status() == Status::WT_DELETED && left_out() {
            continue;
        }
        paths.push(printable(path.strip_prefix(prefix.as_bytes()).unwrap_or(path)));
    }
    if paths.is_empty() {
        return Ok(());
    }
    paths.sort();
    paths.dedup();
    Err(GitError::DirtyInputs { paths })
}
