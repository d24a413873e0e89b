//! Fetching and pushing refs, through the `git` program: credentials, ssh and proxies are the user's.
//!
//! The only module that starts a process.

use super::branch::{BranchName, Move};
use super::error::GitError;
use super::object::{ObjectId, ObjectKind, object_id};
use super::repository::Repository;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// Variables that would send git to another repository than the one that is open.
const REPOSITORY_VARIABLES: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What git says where the remote branch is no longer where it was. Anything else (a hook, a protected branch, permissions) is
/// a refusal that trying again does not change.
const MOVED: [&str; 6] = [
    "(fetch first)",
    "(non-fast-forward)",
    "(stale info)",
    "cannot lock ref",
    "incorrect old value",
    "reference already exists",
];

const FETCH_AGAIN: u32 = 10;
const FETCH_WAIT: Duration = Duration::from_millis(50);

/// A ref of a remote: the branch, or the notes.
pub struct Remote<'a> {
    /// Where git runs: the work tree, or the repository where it is bare.
    folder: PathBuf,
    /// A configured name, a URL or a path.
    name: &'a str,
    /// The full name of the ref, there.
    reference: String,
    /// The ref here that follows it.
    tracking: String,
}

impl<'a> Remote<'a> {
    /// A remote's branch.
    pub fn branch(repository: &Repository, name: &'a str, branch: &BranchName) -> Self {
        let tracking = if repository.git().find_remote(name).is_ok() {
            format!("refs/remotes/{name}/{branch}")
        } else {
            tracking(name, branch.as_str())
        };
        Remote { folder: folder(repository), name, reference: branch.reference(), tracking }
    }

    /// Another ref of a remote, which no ref of the user's follows.
    pub fn other(repository: &Repository, name: &'a str, reference: &str) -> Self {
        let tracking = tracking(name, reference.trim_start_matches("refs/"));
        Remote { folder: folder(repository), name, reference: reference.to_owned(), tracking }
    }

    /// Fetches the ref and gives where it is; none where the remote has no such ref.
    pub fn fetch(&self, repository: &Repository) -> Result<Option<ObjectId>, GitError> {
        let refspec = format!("+{}:{}", self.reference, self.tracking);
        let options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
        let mut fetched = self.git("fetch", &options, &refspec)?;
        for _ in 0..FETCH_AGAIN {
            if fetched.status.success() {
                return repository.ref_target(&self.tracking);
            }
            // Another publisher in this repository fetches at the same time.
            if !message(&fetched).contains("cannot lock ref") {
                break;
            }
            thread::sleep(FETCH_WAIT);
            fetched = self.git("fetch", &options, &refspec)?;
        }
        // Git has no exit code of its own for "no such branch".
        let listed = self.git("ls-remote", &["--exit-code"], &self.reference)?;
        if listed.status.code() == Some(2) {
            return Ok(None);
        }
        Err(GitError::Fetch { remote: without_user(self.name), message: message(&fetched) })
    }

    /// Pushes a commit that follows `expected`, as a plain fast-forward.
    pub fn push(
        &self,
        repository: &Repository,
        commit: ObjectId,
        expected: Option<ObjectId>,
    ) -> Result<Move, GitError> {
        let refspec = format!("{commit}:{}", self.reference);
        let options = ["--porcelain", "--no-follow-tags", "--no-recurse-submodules"];
        let pushed = self.git("push", &options, &refspec)?;
        if pushed.status.success() {
            return Ok(Move::Done);
        }
        let message = message(&pushed);
        if MOVED.iter().any(|words| message.contains(words)) && self.fetch(repository)? != expected {
            return Ok(Move::Lost);
        }
        let branch = self.reference.trim_start_matches("refs/heads/").to_owned();
        Err(GitError::Push { remote: without_user(self.name), branch, message })
    }

    fn git(&self, command: &str, options: &[&str], refspec: &str) -> Result<Output, GitError> {
        let mut git = Command::new("git");
        for variable in REPOSITORY_VARIABLES {
            git.env_remove(variable);
        }
        git.env("LC_ALL", "C")
            .current_dir(&self.folder)
            .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false", command])
            .args(options)
            .args(["--", self.name, refspec])
            .stdin(Stdio::null())
            .output()
            .map_err(GitError::NoProgram)
    }
}

fn folder(repository: &Repository) -> PathBuf {
    let git = repository.git();
    git.workdir().unwrap_or(git.path()).to_owned()
}

/// A ref of our own that follows one of a remote.
fn tracking(remote: &str, reference: &str) -> String {
    format!("refs/bayplan/remotes/{}/{reference}", object_id(ObjectKind::Blob, remote.as_bytes()).short())
}

/// The lines of git's answer that say why: refused refs, then what it printed on stderr.
fn message(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let refused = stdout.lines().filter_map(|line| line.strip_prefix("!\t")).map(|line| line.replace('\t', " "));
    let said = stderr.lines().filter(|line| !line.starts_with("hint:")).map(str::to_owned);
    let lines: Vec<String> = refused.chain(said).map(|line| clean(&line)).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { format!("git ended with {}", output.status) } else { lines.join("; ") }
}

fn clean(line: &str) -> String {
    let visible: String = line.chars().filter(|character| !character.is_control()).collect();
    visible.trim().to_owned()
}

/// A URL without the user and password that it may hold.
pub fn without_user(remote: &str) -> String {
    match remote.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let start = rest[..end].rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[start..])
        }
        None => remote.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_no_password() {
        assert_eq!(without_user("https://me:secret@git.example.org/a@b.git"), "https://git.example.org/a@b.git");
        assert_eq!(without_user("origin"), "origin");
        assert_eq!(without_user("git@git.example.org:a.git"), "git@git.example.org:a.git");
    }
}
