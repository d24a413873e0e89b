//! The state that a publish builds on: the branch's tip, whose it is, and whether the source may follow it.

use super::ancestry::{Ancestry, Walk, ancestry};
use super::branch::{self, BranchName};
use super::error::GitError;
use super::message::Provenance;
use super::object::{Commit, ObjectId};
use super::published::differing_paths;
use super::repository::Repository;
use super::source::SourceFacts;
use std::fmt;

/// So many ancestors of a foreign tip are looked at for a commit of ours.
const ANCESTORS_LOOKED_AT: usize = 1000;
/// So many paths of an edited branch are named.
const EDITED_PATHS_NAMED: usize = 50;

/// The previous state of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    /// The commit that the new one follows; none on a first publish.
    pub tip: Option<ObjectId>,
    /// The tip's tree.
    pub tree: Option<ObjectId>,
    /// What the tip says of itself; none on a first publish and where the tip is not ours.
    pub provenance: Option<Provenance>,
    /// The source that was published last and is not an ancestor of the one to publish.
    pub rollback_from: Option<ObjectId>,
    /// What the summary should say.
    pub notices: Vec<Notice>,
    /// Where the local branch is, which need not be the tip.
    pub(super) local: Option<ObjectId>,
}

/// Something that the user should know and that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The branch does not exist here, so the remote one is the previous state.
    StartedAtRemote { branch: String, remote_ref: String },
    /// In a shallow clone only commit times could be compared.
    AncestryUnknown,
    /// The tip was made by other hands and was taken as the previous state.
    Adopted { tip: ObjectId },
    /// The branch was pushed, and the local one, which had moved meanwhile, was left where it is.
    LocalLeft { branch: String },
}

impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::StartedAtRemote { branch, remote_ref } => {
                write!(out, "there is no branch `{branch}` here, so it starts at {remote_ref}")
            }
            Notice::AncestryUnknown => out.write_str(
                "the clone is shallow, so whether the source is newer than the published one was judged by commit times; \
                 set `fetch-depth: 0` to be sure",
            ),
            Notice::Adopted { tip } => {
                write!(out, "commit {}, not made by bayplan, was taken as the previous state", tip.short())
            }
            Notice::LocalLeft { branch } => {
                write!(out, "the local branch `{branch}` has commits of its own and was not moved")
            }
        }
    }
}

/// What the user allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// `--adopt`: a tip by other hands.
    pub adopt: bool,
    /// `--rollback`: a source that does not follow the published one.
    pub rollback: bool,
}

/// Where a branch starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Start {
    /// The commit to build on; none on a first publish.
    pub tip: Option<ObjectId>,
    /// Where the local branch is. It is read once, since it is what the compare-and-swap expects.
    pub local: Option<ObjectId>,
    pub notices: Vec<Notice>,
}

impl Start {
    /// The start without the network: the local branch, or the only remote one.
    pub fn here(repository: &Repository, branch: &BranchName) -> Result<Self, GitError> {
        let local = repository.ref_target(&branch.reference())?;
        let remote_refs = branch::remote_refs(repository, branch)?;
        match local {
            Some(local) => {
                check_not_behind(repository, branch, local, remote_refs)?;
                Ok(Start { tip: Some(local), local: Some(local), notices: Vec::new() })
            }
            None => match remote_refs.as_slice() {
                [] => Ok(Start::default()),
                [(name, tip)] => {
                    let notice = Notice::StartedAtRemote { branch: branch.to_string(), remote_ref: name.clone() };
                    Ok(Start { tip: Some(*tip), local: None, notices: vec![notice] })
                }
                _ => {
                    let refs = remote_refs.into_iter().map(|(name, _)| name).collect();
                    Err(GitError::SeveralRemotes { branch: branch.to_string(), refs })
                }
            },
        }
    }

    /// The start where the remote's branch counts: its tip as fetched just now.
    pub(super) fn at_remote(
        repository: &Repository,
        branch: &BranchName,
        tip: Option<ObjectId>,
    ) -> Result<Self, GitError> {
        Ok(Start { tip, local: repository.ref_target(&branch.reference())?, notices: Vec::new() })
    }
}

fn check_not_behind(
    repository: &Repository,
    branch: &BranchName,
    local: ObjectId,
    remote_refs: Vec<(String, ObjectId)>,
) -> Result<(), GitError> {
    for (remote_ref, tip) in remote_refs {
        let lacks = match ancestry(repository, tip, local)? {
            Ancestry::Ancestor => false,
            Ancestry::Apart => true,
            Ancestry::Unknown => repository.commit(tip)?.time.seconds > repository.commit(local)?.time.seconds,
        };
        if lacks {
            return Err(GitError::BehindRemote { branch: branch.to_string(), remote_ref });
        }
    }
    Ok(())
}

/// Judges a tip: whose it is, and whether the source may follow it.
pub(super) fn judge(
    repository: &Repository,
    branch: &BranchName,
    source: &SourceFacts,
    start: Start,
    allowed: Allowed,
) -> Result<Previous, GitError> {
    let Start { tip, local, notices } = start;
    let mut previous = Previous { tip, tree: None, provenance: None, rollback_from: None, notices, local };
    let Some(tip) = tip else { return Ok(previous) };
    let commit = repository.commit(tip)?;
    let provenance = Provenance::of(&commit);
    previous.tree = Some(commit.tree);
    previous.provenance = provenance.clone();
    let last_ours = match provenance {
        Some(ours) => Some(ours),
        None => {
            let before = last_of_ours(repository, tip)?;
            if !allowed.adopt {
                return Err(not_ours(repository, branch, tip, &commit, before)?);
            }
            previous.notices.push(Notice::Adopted { tip });
            before.map(|(_, _, ours)| ours)
        }
    };
    if let Some(published) = last_ours.map(|ours| ours.source) {
        match follows(repository, source, published, &commit)? {
            Ancestry::Ancestor => {}
            Ancestry::Unknown => previous.notices.push(Notice::AncestryUnknown),
            Ancestry::Apart if allowed.rollback => previous.rollback_from = Some(published),
            Ancestry::Apart => {
                return Err(GitError::StaleSource {
                    branch: branch.to_string(),
                    source_commit: source.commit,
                    published,
                });
            }
        }
    }
    Ok(previous)
}

/// Whether the source comes after the published one. Where a shallow clone cannot tell, an older time means that it does not;
/// a rendered commit has the time of its source.
fn follows(
    repository: &Repository,
    source: &SourceFacts,
    published: ObjectId,
    tip: &Commit,
) -> Result<Ancestry, GitError> {
    match ancestry(repository, published, source.commit)? {
        Ancestry::Unknown if source.time.seconds < tip.time.seconds => Ok(Ancestry::Apart),
        answer => Ok(answer),
    }
}

/// The newest commit of ours among the tip's first ancestors.
pub(super) fn last_of_ours(
    repository: &Repository,
    tip: ObjectId,
) -> Result<Option<(ObjectId, Commit, Provenance)>, GitError> {
    let mut walk = Walk::from(repository, tip)?;
    for _ in 0..=ANCESTORS_LOOKED_AT {
        let Some((id, commit)) = walk.next_commit()? else { break };
        if let Some(ours) = Provenance::of(&commit) {
            return Ok(Some((id, commit, ours)));
        }
    }
    Ok(None)
}

fn not_ours(
    repository: &Repository,
    branch: &BranchName,
    tip: ObjectId,
    commit: &Commit,
    before: Option<(ObjectId, Commit, Provenance)>,
) -> Result<GitError, GitError> {
    let branch = branch.to_string();
    let Some((ours, our_commit, _)) = before else { return Ok(GitError::ForeignBranch { branch, tip }) };
    let paths = differing_paths(repository, our_commit.tree, commit.tree, EDITED_PATHS_NAMED)?;
    Ok(GitError::EditedBranch { branch, ours, paths })
}
