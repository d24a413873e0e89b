//! The branch to publish to: its name, and the guards that do not depend on what is published.

use super::error::GitError;
use super::object::ObjectId;
use super::repository::{Repository, object_id};
use super::source::SourceFacts;
use git2::ReferenceType;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often a lock is waited for, and how long each time; a live git command holds one for far less than all of it.
const LOCK_WAITS: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(50);

/// The name of a branch, without `refs/heads/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchName(String);

impl BranchName {
    /// Checks the name by git's rules for branches, which are stricter than those for refs.
    pub fn parse(name: &str) -> Result<Self, GitError> {
        let refuse = |why| Err(GitError::BranchName { name: name.escape_debug().to_string(), why });
        if name.starts_with('-') {
            return refuse("it begins with a dash");
        }
        if name.starts_with("refs/") {
            return refuse("it is the full name of a ref; leave out `refs/heads/`");
        }
        if name == "HEAD" || name == "@" {
            return refuse("git gives that name another meaning");
        }
        if !git2::Reference::is_valid_name(&format!("refs/heads/{name}")) {
            return refuse("git does not take that name");
        }
        Ok(BranchName(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full name of its ref.
    pub fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Refuses branches that must not or cannot be moved, whatever would be published.
pub fn check(repository: &Repository, branch: &BranchName, source: &SourceFacts) -> Result<(), GitError> {
    check_symbolic(repository, branch)?;
    check_source(repository, branch, source)?;
    check_work_trees(repository, branch)?;
    check_neighbours(repository, branch)?;
    wait_for_lock(repository, branch)
}

fn check_symbolic(repository: &Repository, branch: &BranchName) -> Result<(), GitError> {
    match repository.git().find_reference(&branch.reference()) {
        Ok(reference) if reference.kind() == Some(ReferenceType::Symbolic) => {
            let target = reference.symbolic_target().ok().flatten().unwrap_or("another ref").to_owned();
            Err(GitError::SymbolicBranch { branch: branch.to_string(), target })
        }
        Ok(_) => Ok(()),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(()),
        Err(error) => Err(GitError::doing(format!("reading the branch {branch}"))(error)),
    }
}

/// The branch that the revision names, the one behind `HEAD`, or one whose tip is the source itself.
fn check_source(repository: &Repository, branch: &BranchName, source: &SourceFacts) -> Result<(), GitError> {
    let name = branch.reference();
    let is_named = source.reference.as_deref() == Some(name.as_str());
    if is_named || repository.ref_target(&name)? == Some(source.commit) {
        return Err(GitError::SourceBranch { branch: branch.to_string() });
    }
    Ok(())
}

/// Looks at `HEAD` of the main and of every linked work tree, and at branches that a rebase there holds.
fn check_work_trees(repository: &Repository, branch: &BranchName) -> Result<(), GitError> {
    let common = repository.common_dir();
    let refuse = |worktree: PathBuf, gone| GitError::CheckedOut { branch: branch.to_string(), worktree, gone };
    let doing = GitError::doing("reading the repository's configuration");
    let config = repository.git().config().map_err(doing)?;
    let is_bare = config.get_bool("core.bare").unwrap_or(false);
    if !is_bare && holds(common, branch) {
        let worktree = if common.ends_with(".git") { common.parent().unwrap_or(common) } else { common };
        return Err(refuse(worktree.to_owned(), false));
    }
    let linked = match fs::read_dir(common.join("worktrees")) {
        Ok(linked) => linked,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(GitError::Io { doing: "read", path: common.join("worktrees"), source }),
    };
    let mut folders: Vec<PathBuf> = linked.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let Some(folder) = folders.into_iter().find(|folder| holds(folder, branch)) else { return Ok(()) };
    let pointer = fs::read_to_string(folder.join("gitdir")).unwrap_or_default();
    let git_file = folder.join(pointer.trim_end());
    let worktree = git_file.parent().unwrap_or(&folder).to_owned();
    Err(refuse(worktree, !git_file.exists()))
}

/// Whether the work tree with this git folder has the branch checked out, or rebases it.
fn holds(git_dir: &Path, branch: &BranchName) -> bool {
    let reference = branch.reference();
    let says = |file: &str, before: &str| {
        fs::read_to_string(git_dir.join(file))
            .is_ok_and(|text| text.trim_end().strip_prefix(before).map(str::trim_start) == Some(reference.as_str()))
    };
    says("HEAD", "ref:") || says("rebase-merge/head-name", "") || says("rebase-apply/head-name", "")
}

/// Refs are files, so `a` and `a/b` exclude each other.
fn check_neighbours(repository: &Repository, branch: &BranchName) -> Result<(), GitError> {
    let blocked = |by: &str| GitError::Blocked { branch: branch.to_string(), by: by.to_owned() };
    for (end, _) in branch.as_str().match_indices('/') {
        let parent = &branch.as_str()[..end];
        if repository.ref_target(&format!("refs/heads/{parent}"))?.is_some() {
            return Err(blocked(parent));
        }
    }
    let doing = || GitError::doing("listing branches");
    let below = repository.git().references_glob(&format!("{}/*", branch.reference())).map_err(doing())?;
    for reference in below {
        let reference = reference.map_err(doing())?;
        if let Ok(Some(name)) = reference.name().map(|name| name.strip_prefix("refs/heads/")) {
            return Err(blocked(name));
        }
    }
    Ok(())
}

/// Waits a second for another writer of the branch; a lock that stays is left over from a crash and never removed by us.
fn wait_for_lock(repository: &Repository, branch: &BranchName) -> Result<(), GitError> {
    let lock = lock_path(repository, &branch.reference());
    for _ in 0..LOCK_WAITS {
        if !lock.exists() {
            return Ok(());
        }
        thread::sleep(LOCK_WAIT);
    }
    Err(locked(lock))
}

fn lock_path(repository: &Repository, reference: &str) -> PathBuf {
    repository.common_dir().join(format!("{reference}.lock"))
}

fn locked(path: PathBuf) -> GitError {
    let age = fs::metadata(&path).and_then(|lock| lock.modified()).ok().and_then(|time| time.elapsed().ok());
    GitError::Locked { path, age }
}

/// What became of an attempt to move a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Done,
    /// The branch no longer is where it was thought to be.
    Lost,
}

/// Moves a ref from `old` (none: it must not exist) to `new`, or not at all.
pub fn compare_and_swap(
    repository: &Repository,
    reference: &str,
    old: Option<ObjectId>,
    new: ObjectId,
    log: &str,
) -> Result<Move, GitError> {
    let doing = || GitError::doing(format!("moving {reference}"));
    let old = old.map_or(Ok(git2::Oid::ZERO_SHA1), super::repository::oid).map_err(doing())?;
    let new = super::repository::oid(new).map_err(doing())?;
    for _ in 0..=LOCK_WAITS {
        // `force` is due even though nothing is forced: without it an existing ref is an error whatever its value.
        match repository.git().reference_matching(reference, new, true, old, log) {
            Ok(_) => {
                sync_ref(repository, reference);
                return Ok(Move::Done);
            }
            Err(error) => match error.code() {
                git2::ErrorCode::Modified | git2::ErrorCode::NotFound => return Ok(Move::Lost),
                git2::ErrorCode::Locked => thread::sleep(LOCK_WAIT),
                _ => return Err(doing()(error)),
            },
        }
    }
    Err(locked(lock_path(repository, reference)))
}

/// Brings the moved ref to disk. It has moved by now, so a failure is no reason to say that it has not.
fn sync_ref(repository: &Repository, reference: &str) {
    let path = repository.common_dir().join(reference);
    let sync = |path: &Path| fs::File::open(path).and_then(|file| file.sync_all());
    let _ = sync(&path);
    if let Some(folder) = path.parent() {
        let _ = sync(folder);
    }
}

/// The remote-tracking refs of the branch, in order of name.
pub fn remote_refs(repository: &Repository, branch: &BranchName) -> Result<Vec<(String, ObjectId)>, GitError> {
    let doing = || GitError::doing("listing remote branches");
    let remotes = repository.git().remotes().map_err(doing())?;
    let configured: Vec<&str> = remotes.iter().filter_map(|name| name.ok().flatten()).collect();
    let mut found = Vec::new();
    for reference in repository.git().references_glob("refs/remotes/*").map_err(doing())? {
        let reference = reference.map_err(doing())?;
        let Ok(name) = reference.name() else { continue };
        let Some(below) = name.strip_prefix("refs/remotes/") else { continue };
        let Some(remote) = below.strip_suffix(branch.as_str()).and_then(|rest| rest.strip_suffix('/')) else {
            continue;
        };
        // A remote's own name may hold a slash; without a remote of that name the slash belongs to another branch's name.
        if remote.contains('/') && !configured.contains(&remote) {
            continue;
        }
        if let Some(target) = reference.target() {
            found.push((name.to_owned(), object_id(target)));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_git_does_not_take_are_refused() {
        for name in [
            "",
            "a..b",
            "a.lock",
            "-x",
            "a@{b",
            "a b",
            "a:b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "HEAD",
            "@",
            "a\\b",
            "a\nb",
            "refs/heads/a",
        ] {
            assert!(BranchName::parse(name).is_err(), "{name:?}");
        }
        for name in ["rendered", "rendered/stable", "x-1", "caf\u{e9}"] {
            assert!(BranchName::parse(name).is_ok(), "{name}");
        }
    }
}
