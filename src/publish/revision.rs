//! Finds the commit that a revision names.
//!
//! Names of refs, full ids and `~N`, `^N` after them are resolved here, with reads that are guarded against damaged objects;
//! other forms (`main@{1}`, `:/text`, `v1-3-gabcdef`) by libgit2.

use super::error::{GitError, NO_COMMIT_YET};
use super::object::ObjectId;
use super::repository::{Repository, object_id, oid};

/// A commit, and the ref that it was named by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub commit: ObjectId,
    /// The full name of the branch, tag or remote branch, after symbolic refs; none for ids and expressions.
    pub reference: Option<String>,
}

/// Resolves a revision to a commit.
pub fn resolve(repository: &Repository, revision: &str) -> Result<Resolved, GitError> {
    let (base, steps) = split_steps(revision);
    if let Some((start, reference)) = resolve_base(repository, base)? {
        let mut commit = repository.peel_to_commit(start, revision)?;
        for step in &steps {
            commit = take_step(repository, commit, *step, revision)?;
        }
        return Ok(Resolved { commit, reference: reference.filter(|_| steps.is_empty()) });
    }
    let object = repository.git().revparse_single(revision).map_err(|error| GitError::Revision {
        revision: revision.to_owned(),
        why: match error.code() {
            _ if base == "HEAD" => NO_COMMIT_YET.to_owned(),
            git2::ErrorCode::NotFound => "there is no such branch, tag or commit".to_owned(),
            git2::ErrorCode::Ambiguous => "it is the beginning of several ids".to_owned(),
            _ => error.message().to_owned(),
        },
    })?;
    Ok(Resolved { commit: repository.peel_to_commit(object_id(object.id()), revision)?, reference: None })
}

/// The newest commit that both revisions have behind them; none where they share nothing.
pub fn merge_base(repository: &Repository, one: &str, other: &str) -> Result<Option<ObjectId>, GitError> {
    let doing = || GitError::doing("looking for the commit that two revisions share");
    let one = oid(resolve(repository, one)?.commit).map_err(doing())?;
    let other = oid(resolve(repository, other)?.commit).map_err(doing())?;
    match repository.git().merge_base(one, other) {
        Ok(base) => Ok(Some(object_id(base))),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(doing()(error)),
    }
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
    if matches!(base, "" | "@" | "HEAD") {
        return head(repository);
    }
    if let Ok(reference) = repository.git().resolve_reference_from_short_name(base) {
        let resolved = reference.resolve().map_err(GitError::doing(format!("resolving {base}")))?;
        let name = resolved.name().ok().map(str::to_owned);
        return Ok(resolved.target().map(|target| (object_id(target), name)));
    }
    Ok(ObjectId::parse(base).map(|id| (id, None)))
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
