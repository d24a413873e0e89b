//! Finds a rendered commit by name, and the source that it says it was made from.
//!
//! Only reads. What a commit says of itself is a claim: [`super::previous`] decides whose a branch is before it is built on, and
//! `verify` recomputes the claim.

use super::branch::{self, BranchName};
use super::error::GitError;
use super::message::Provenance;
use super::object::ObjectId;
use super::previous::last_of_ours;
use super::repository::{Repository, object_id};
use super::revision;

/// A commit that holds a rendered tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub commit: ObjectId,
    pub tree: ObjectId,
    /// Where it was found: the full name of a ref; none for ids and expressions.
    pub reference: Option<String>,
    /// The newest commit, from this one back, that names its source, and what it names.
    pub claim: Option<(ObjectId, Provenance)>,
}

impl Rendered {
    /// Finds a local branch, else the only remote-tracking one of that name, else whatever git calls by it. None where there is
    /// no such branch at all and the name is no other revision either.
    pub fn find(repository: &Repository, name: &str) -> Result<Option<Self>, GitError> {
        let Some((commit, reference)) = locate(repository, name)? else { return Ok(None) };
        let content = repository.commit(commit)?;
        let claim = match Provenance::claimed(&content) {
            Some(provenance) => Some((commit, provenance)),
            None => last_of_ours(repository, commit)?.map(|(ours, _, provenance)| (ours, provenance)),
        };
        Ok(Some(Rendered { commit, tree: content.tree, reference, claim }))
    }
}

/// The local branches whose tip bayplan made, in order of name; one that cannot be read is somebody else's trouble.
pub fn rendered_branches(repository: &Repository) -> Result<Vec<String>, GitError> {
    let doing = || GitError::doing("listing branches");
    let mut found = Vec::new();
    for reference in repository.git().references_glob("refs/heads/*").map_err(doing())? {
        let reference = reference.map_err(doing())?;
        let name = reference.name().ok().and_then(|name| name.strip_prefix("refs/heads/")).map(str::to_owned);
        let is_ours = |tip| repository.commit(object_id(tip)).is_ok_and(|commit| Provenance::of(&commit).is_some());
        found.extend(name.filter(|_| reference.target().is_some_and(is_ours)));
    }
    found.sort();
    Ok(found)
}

fn locate(repository: &Repository, name: &str) -> Result<Option<(ObjectId, Option<String>)>, GitError> {
    if let Ok(branch) = BranchName::parse(name) {
        if let Some(tip) = repository.ref_target(&branch.reference())? {
            return Ok(Some((tip, Some(branch.reference()))));
        }
        match branch::remote_refs(repository, &branch)?.as_slice() {
            [] => {}
            [(reference, tip)] => return Ok(Some((*tip, Some(reference.clone())))),
            several => {
                let refs = several.iter().map(|(name, _)| name.clone()).collect();
                return Err(GitError::SeveralRemotes { branch: name.to_owned(), refs });
            }
        }
    }
    match revision::resolve(repository, name) {
        Ok(resolved) => Ok(Some((resolved.commit, resolved.reference))),
        Err(GitError::Revision { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
