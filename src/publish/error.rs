//! Everything that can go wrong at the git edge, with what to do about it.

use super::codes::{
    BRANCH_BEHIND, BRANCH_IN_USE, BRANCH_NAME, DIRTY_INPUTS, EDITED_BRANCH, FOREIGN_BRANCH, GIT_FAILED, GIT_REPOSITORY,
    GIT_REVISION, PUSH_FAILED, STALE_SOURCE,
};
use super::object::ObjectId;
use crate::diag::Code;
use crate::failure::{Class, Failure};
use crate::inputs::InputError;
use crate::output::OutputError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why `HEAD` of a new repository names no commit.
pub(super) const NO_COMMIT_YET: &str = "there is no commit yet";

#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("{} does not lie in a git repository", .0.display())]
    NoRepository(PathBuf),
    #[error("the repository {} {what}", path.display())]
    Unsupported { path: PathBuf, what: &'static str, help: &'static str },
    #[error("the repository {} belongs to another user", .0.display())]
    Owner(PathBuf),
    #[error("git failed while {doing}: {}", error.message())]
    Git { doing: String, error: git2::Error },
    #[error("cannot {doing} {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("git object {id}, {what}, is damaged: {why}")]
    Damaged { id: ObjectId, what: String, why: &'static str },
    #[error("git object {id}, {what}, is missing")]
    Missing {
        id: ObjectId,
        what: String,
        /// Whether the clone was cut, so that the object may be behind the cut.
        is_shallow: bool,
    },
    #[error("{} is locked{}", path.display(), since(.age))]
    Locked { path: PathBuf, age: Option<Duration> },
    #[error("`{revision}` names no commit: {why}")]
    Revision { revision: String, why: String },
    #[error("no `bayplan.yaml` in {folder} of commit {commit}, nor in a folder above it")]
    NoFleet { folder: String, commit: String },
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{} not in the commit: {}", inputs(.paths), shown(.paths))]
    DirtyInputs { paths: Vec<String> },

    #[error("`{name}` cannot be a branch: {why}")]
    BranchName { name: String, why: &'static str },
    #[error("the branch `{branch}` is a symbolic ref to {target}")]
    SymbolicBranch { branch: String, target: String },
    #[error("the branch `{branch}` is checked out in {}", worktree.display())]
    CheckedOut { branch: String, worktree: PathBuf, gone: bool },
    #[error("the branch `{branch}` is the one that the source comes from")]
    SourceBranch { branch: String },
    #[error("the branch `{by}` stands in the way of `{branch}`")]
    Blocked { branch: String, by: String },
    #[error("the branch `{branch}` exists on several remotes and not here: {}", refs.join(", "))]
    SeveralRemotes { branch: String, refs: Vec<String> },
    #[error("the branch `{branch}` lacks commits of {remote_ref}")]
    BehindRemote { branch: String, remote_ref: String },
    #[error("the branch `{branch}` has commits that {remote} lacks")]
    AheadOfRemote { branch: String, remote: String },

    #[error("the tip {} of `{branch}` was not made by bayplan, nor was any of the commits before it", tip.short())]
    ForeignBranch { branch: String, tip: ObjectId },
    #[error("`{branch}` was edited by other hands{}: {}", since_commit(.ours), shown(.paths))]
    EditedBranch { branch: String, ours: ObjectId, paths: Vec<String> },
    #[error(
        "the source {} is older than what `{branch}` was made from, or apart from it: {}",
        source_commit.short(),
        published.short()
    )]
    StaleSource { branch: String, source_commit: ObjectId, published: ObjectId },

    #[error("cannot start the program `git`")]
    NoProgram(#[source] io::Error),
    #[error("cannot fetch from `{remote}`: {message}")]
    Fetch { remote: String, message: String },
    #[error("`{remote}` refused the push of `{branch}`: {message}")]
    Push { remote: String, branch: String, message: String },
    /// The branch is where it should be; what came after it failed.
    #[error("commit {} is published, and the hydrator's note on it is not: {why}", commit.short())]
    Note { commit: ObjectId, why: String },
}

impl GitError {
    /// For calls of git2: says what was being done.
    pub(super) fn doing(doing: impl Into<String>) -> impl FnOnce(git2::Error) -> GitError {
        let doing = doing.into();
        move |error| GitError::Git { doing, error }
    }

    /// For calls that touch a file.
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> GitError {
        let path = path.into();
        move |source| GitError::Io { doing, path, source }
    }
}

fn since(age: &Option<Duration>) -> String {
    match age.map(|age| age.as_secs()) {
        None => String::new(),
        Some(seconds @ 0..120) => format!(" since {seconds} s"),
        Some(seconds @ 120..7200) => format!(" since {} minutes", seconds / 60),
        Some(seconds) => format!(" since {} hours", seconds / 3600),
    }
}

fn since_commit(ours: &ObjectId) -> String {
    format!(" after our commit {}", ours.short())
}

fn inputs(paths: &[String]) -> &'static str {
    if paths.len() == 1 { "an input is" } else { "some inputs are" }
}

/// At most ten paths.
fn shown(paths: &[String]) -> String {
    let more = paths.len().saturating_sub(10);
    let list = paths.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
    match (paths.is_empty(), more) {
        (true, _) => "no file differs".to_owned(),
        (false, 0) => list,
        (false, more) => format!("{list}, and {more} more"),
    }
}

impl Failure for GitError {
    fn class(&self) -> Class {
        match self {
            GitError::Input(error) => error.class(),
            GitError::Output(error) => error.class(),
            GitError::Revision { .. } | GitError::NoFleet { .. } | GitError::BranchName { .. } => Class::Usage,
            GitError::DirtyInputs { .. }
            | GitError::CheckedOut { .. }
            | GitError::SourceBranch { .. }
            | GitError::SeveralRemotes { .. }
            | GitError::BehindRemote { .. }
            | GitError::AheadOfRemote { .. }
            | GitError::ForeignBranch { .. }
            | GitError::EditedBranch { .. }
            | GitError::StaleSource { .. } => Class::Refused,
            GitError::NoRepository(_)
            | GitError::Unsupported { .. }
            | GitError::Owner(_)
            | GitError::Git { .. }
            | GitError::Io { .. }
            | GitError::Damaged { .. }
            | GitError::Missing { .. }
            | GitError::Locked { .. }
            | GitError::SymbolicBranch { .. }
            | GitError::Blocked { .. }
            | GitError::NoProgram(_)
            | GitError::Fetch { .. }
            | GitError::Push { .. }
            | GitError::Note { .. } => Class::World,
        }
    }

    fn code(&self) -> &'static Code {
        match self {
            GitError::Input(error) => error.code(),
            GitError::Output(error) => error.code(),
            GitError::NoFleet { .. } => &crate::inputs::NO_FLEET,
            GitError::NoRepository(_) | GitError::Unsupported { .. } | GitError::Owner(_) => &GIT_REPOSITORY,
            GitError::Git { .. }
            | GitError::Io { .. }
            | GitError::Damaged { .. }
            | GitError::Missing { .. }
            | GitError::Locked { .. } => &GIT_FAILED,
            GitError::Revision { .. } => &GIT_REVISION,
            GitError::DirtyInputs { .. } => &DIRTY_INPUTS,
            GitError::BranchName { .. } | GitError::SymbolicBranch { .. } | GitError::Blocked { .. } => &BRANCH_NAME,
            GitError::CheckedOut { .. } | GitError::SourceBranch { .. } => &BRANCH_IN_USE,
            GitError::SeveralRemotes { .. } | GitError::BehindRemote { .. } | GitError::AheadOfRemote { .. } => {
                &BRANCH_BEHIND
            }
            GitError::ForeignBranch { .. } => &FOREIGN_BRANCH,
            GitError::EditedBranch { .. } => &EDITED_BRANCH,
            GitError::StaleSource { .. } => &STALE_SOURCE,
            GitError::NoProgram(_) | GitError::Fetch { .. } | GitError::Push { .. } | GitError::Note { .. } => {
                &PUSH_FAILED
            }
        }
    }

    fn help(&self) -> Vec<String> {
        let help = match self {
            GitError::Input(error) => return error.help(),
            GitError::Output(error) => return error.help(),
            GitError::NoRepository(_) => "run `git init`, or name the fleet's folder with -C".to_owned(),
            GitError::Unsupported { help, .. } => (*help).to_owned(),
            GitError::Owner(path) => {
                format!("if you trust it, run `git config --global --add safe.directory {}`", path.display())
            }
            GitError::Git { .. } => "`git fsck` tells whether the repository is sound".to_owned(),
            GitError::Io { source, .. } => io_help(source).to_owned(),
            GitError::Missing { is_shallow: true, .. } => {
                "the clone is shallow: run `git fetch --unshallow`, or clone with `fetch-depth: 0` in CI".to_owned()
            }
            GitError::Damaged { .. } | GitError::Missing { .. } => {
                "run `git fsck`; fetch the object again from a remote that has it".to_owned()
            }
            GitError::Locked { path, .. } => {
                format!("if no git command is running in this repository, delete {}", path.display())
            }
            GitError::Revision { why, .. } if why == NO_COMMIT_YET => {
                "commit the fleet first: `git add -A && git commit`".to_owned()
            }
            GitError::Revision { .. } => "`git log --oneline` lists commits".to_owned(),
            GitError::NoFleet { .. } => {
                "name a folder of the fleet with -C, or another commit with --source".to_owned()
            }
            GitError::DirtyInputs { .. } => {
                return vec![
                    "commit them, or put files that are no input elsewhere".to_owned(),
                    "`--source HEAD` publishes the commit and does not look at the work tree".to_owned(),
                ];
            }
            GitError::BranchName { .. } => "set another `publish.branch` in bayplan.yaml, or give --branch".to_owned(),
            GitError::SymbolicBranch { target, .. } => format!("publish to {target}, or delete the symbolic ref"),
            GitError::CheckedOut { gone: true, .. } => "that folder is gone: run `git worktree prune`".to_owned(),
            GitError::CheckedOut { .. } => "switch that work tree to another branch".to_owned(),
            GitError::SourceBranch { .. } => {
                "publish to a branch of its own; one that was made at the source commit is to be deleted first"
                    .to_owned()
            }
            GitError::Blocked { by, .. } => format!("rename one of the two, or delete `{by}`"),
            GitError::SeveralRemotes { branch, refs } => {
                let first = refs.first().map_or("REF", String::as_str);
                return vec![
                    "`--push REMOTE` takes that remote's branch as the previous state".to_owned(),
                    format!("or choose one: `git branch {branch} {first}`"),
                ];
            }
            GitError::BehindRemote { branch, remote_ref } => {
                return vec![
                    "`--push REMOTE` takes the remote's branch as the previous state".to_owned(),
                    format!("or move the local branch: `git branch -f {branch} {remote_ref}`"),
                ];
            }
            GitError::AheadOfRemote { branch, remote } => {
                return vec![
                    format!("push it first: `git push {remote} {branch}`"),
                    format!("or drop the local commits: `git branch -D {branch}`"),
                ];
            }
            GitError::ForeignBranch { .. } => {
                "publish to another branch, or replace its content with `--adopt`".to_owned()
            }
            GitError::EditedBranch { .. } => {
                "move the change to the specs or templates, then publish with `--adopt`".to_owned()
            }
            GitError::StaleSource { .. } => {
                "publish a commit that comes after it, or go back on purpose with `--rollback`".to_owned()
            }
            GitError::NoProgram(_) => "install git, or publish without --push".to_owned(),
            GitError::Fetch { .. } => "check the remote's name, the network and your credentials".to_owned(),
            GitError::Push { .. } => "the remote's message says why; the local branch did not move".to_owned(),
            GitError::Note { .. } => "run it again: the branch stays as it is, and the note is added".to_owned(),
        };
        vec![help]
    }
}

fn io_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space and run the command again",
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => "check the permissions of that path",
        _ => "check the disk and the permissions of that path",
    }
}
