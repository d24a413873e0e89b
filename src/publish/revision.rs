//! Finds the commit that a revision names.
//!
//! Names of refs, ids, whole or their beginning, and `~N`, `^N`, `^{commit}` after them are resolved here, with reads that are
//! guarded against damaged objects; other forms (`main@{1}`, `:/text`, `v1-3-gabcdef`) by libgit2, for which nobody waits longer
//! than [`PATIENCE`]: a loose object that was cut short keeps it busy for ever.

use super::ancestry::Walk;
use super::error::{GitError, NO_COMMIT_YET};
use super::object::ObjectId;
use super::repository::{Repository, object_id};
use git2::{ErrorCode, Oid};
use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long libgit2 may take to resolve a revision.
const PATIENCE: Duration = Duration::from_secs(20);
/// Fewer digits are no id.
const SHORTEST_ID: usize = 4;

const AMBIGUOUS: &str = "it is the beginning of several ids";

/// A commit, and the ref that it was named by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub commit: ObjectId,
    /// The full name of the branch, tag or remote branch, after symbolic refs; none for ids and expressions.
    pub reference: Option<String>,
}

/// Resolves a revision to a commit.
pub fn resolve(repository: &Repository, revision: &str) -> Result<Resolved, GitError> {
    let refuse = |why: &str| GitError::Revision { revision: revision.to_owned(), why: why.to_owned() };
    let (base, steps) = split_steps(revision.trim_end_matches("^{commit}"));
    if base.is_empty() {
        // An empty variable of a script must not stand for HEAD.
        return Err(refuse("it is empty"));
    }
    if let Some((start, reference)) = resolve_base(repository, base)? {
        let mut commit = repository.peel_to_commit(start, revision)?;
        for step in &steps {
            commit = take_step(repository, commit, *step, revision)?;
        }
        return Ok(Resolved { commit, reference: reference.filter(|_| steps.is_empty()) });
    }
    if base == "HEAD" {
        return Err(refuse(NO_COMMIT_YET));
    }
    match ask_libgit2(repository, revision) {
        Some(Ok(id)) => Ok(Resolved { commit: repository.peel_to_commit(object_id(id), revision)?, reference: None }),
        Some(Err((ErrorCode::NotFound, _))) => Err(refuse("there is no such branch, tag or commit")),
        Some(Err((ErrorCode::Ambiguous, _))) => Err(refuse(AMBIGUOUS)),
        Some(Err((_, message))) => Err(refuse(&message)),
        None => Err(refuse("looking it up came to no end, as it does on a damaged object; `git fsck` names it")),
    }
}

/// The object that libgit2 finds; none where it does not come back.
fn ask_libgit2(repository: &Repository, revision: &str) -> Option<Result<Oid, (ErrorCode, String)>> {
    let (folder, revision) = (repository.git().path().to_owned(), revision.to_owned());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let answer = git2::Repository::open(&folder)
            .and_then(|git| git.revparse_single(&revision).map(|object| object.id()))
            .map_err(|error| (error.code(), error.message().to_owned()));
        // Nobody listens any more where it took too long.
        let _ = sender.send(answer);
    });
    receiver.recv_timeout(PATIENCE).ok()
}

/// The newest commit that both revisions have behind them; none where they share nothing.
pub fn merge_base(repository: &Repository, one: &str, other: &str) -> Result<Option<ObjectId>, GitError> {
    let (one, other) = (resolve(repository, one)?.commit, resolve(repository, other)?.commit);
    let mut behind = BTreeSet::new();
    let mut walk = Walk::from(repository, one)?;
    while let Some((id, _)) = walk.next_commit()? {
        behind.insert(id);
    }
    let mut walk = Walk::from(repository, other)?;
    while let Some((id, _)) = walk.next_commit()? {
        if behind.contains(&id) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// `~N`: so many first parents back.
    Back(usize),
    /// `^N`: the parent of that number.
    Parent(usize),
}

/// Splits `main~2^1` into `main` and its steps; a text with anything else behind the base is all base.
fn split_steps(revision: &str) -> (&str, Vec<Step>) {
    let end = revision.find(['~', '^']).unwrap_or(revision.len());
    let (base, mut rest) = revision.split_at(end);
    let mut steps = Vec::new();
    while let Some(sign) = rest.chars().next() {
        let digits = rest[1..].find(|digit: char| !digit.is_ascii_digit()).map_or(rest.len(), |length| length + 1);
        let number = match &rest[1..digits] {
            "" => Ok(1),
            number => number.parse(),
        };
        match (sign, number) {
            ('~', Ok(number)) => steps.push(Step::Back(number)),
            ('^', Ok(number)) => steps.push(Step::Parent(number)),
            _ => return (revision, Vec::new()),
        }
        rest = &rest[digits..];
    }
    (base, steps)
}

fn resolve_base(repository: &Repository, base: &str) -> Result<Option<(ObjectId, Option<String>)>, GitError> {
    if matches!(base, "@" | "HEAD") {
        return head(repository);
    }
    if let Ok(reference) = repository.git().resolve_reference_from_short_name(base) {
        let resolved = reference.resolve().map_err(GitError::doing(format!("resolving {base}")))?;
        let name = resolved.name().ok().map(str::to_owned);
        return Ok(resolved.target().map(|target| (object_id(target), name)));
    }
    if let Some(id) = ObjectId::parse(base) {
        return Ok(Some((id, None)));
    }
    Ok(id_beginning_with(repository, base)?.map(|id| (id, None)))
}

/// The only object whose id begins with these digits. No object is read.
fn id_beginning_with(repository: &Repository, digits: &str) -> Result<Option<ObjectId>, GitError> {
    if !(SHORTEST_ID..40).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let doing = || GitError::doing(format!("looking for an object {digits}"));
    let database = repository.git().odb().map_err(doing())?;
    let start = Oid::from_str(digits).map_err(doing())?;
    match database.exists_prefix(start, digits.len()) {
        Ok(id) => Ok(Some(object_id(id))),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) if error.code() == ErrorCode::Ambiguous => {
            Err(GitError::Revision { revision: digits.to_owned(), why: AMBIGUOUS.to_owned() })
        }
        Err(error) => Err(doing()(error)),
    }
}

fn head(repository: &Repository) -> Result<Option<(ObjectId, Option<String>)>, GitError> {
    let target = repository.ref_target("HEAD")?;
    let name = repository.git().head().ok().and_then(|head| head.name().ok().map(str::to_owned));
    Ok(target.map(|target| (target, name)))
}

fn take_step(repository: &Repository, commit: ObjectId, step: Step, revision: &str) -> Result<ObjectId, GitError> {
    let parent = |commit: ObjectId, number: usize| {
        let parents = repository.commit(commit)?.parents;
        parents.get(number - 1).copied().ok_or_else(|| GitError::Revision {
            revision: revision.to_owned(),
            why: format!("commit {} has {} parents", commit.short(), parents.len()),
        })
    };
    match step {
        Step::Parent(0) => Ok(commit),
        Step::Parent(number) => parent(commit, number),
        Step::Back(count) => (0..count).try_fold(commit, |commit, _| parent(commit, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_split_off() {
        assert_eq!(split_steps("main"), ("main", vec![]));
        assert_eq!(split_steps("HEAD~"), ("HEAD", vec![Step::Back(1)]));
        assert_eq!(split_steps("a/b~12^2^"), ("a/b", vec![Step::Back(12), Step::Parent(2), Step::Parent(1)]));
        assert_eq!(split_steps("v1^{commit}"), ("v1^{commit}", vec![]));
        assert_eq!(split_steps("main~x"), ("main~x", vec![]));
    }
}
