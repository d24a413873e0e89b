//! Publishes output trees to a branch, and reads sources from commits: the git edge.
//!
//! Takes a [`CommitSource`] and what the compiler hands over; gives a commit on a branch that is moved by one
//! compare-and-swap, or an error and an untouched branch. It never forces, and never touches `HEAD`, the index or a work tree.
//!
//! ```text
//! CommitSource::open ─▶ Publisher::open ─▶ previous ─▶ writer ─▶ (compile) ─▶ finish ─▶ (gates) ─▶ commit ─▶ Outcome
//!                                             ▲                                                        │
//!                                             └─────────────────── Outcome::LostRace ──────────────────┘
//! ```
//!
//! libgit2 reads packs and refs and moves the ref. Loose objects are read, and all objects written, by modules of our own.

mod ancestry;
mod branch;
mod built;
mod changes;
mod codes;
mod dirty;
mod error;
mod history;
mod loose;
mod message;
mod object;
mod pack;
mod pack_index;
mod previous;
mod published;
mod remote;
mod rendered;
mod repository;
mod revision;
mod source;
mod temporary;
mod tree_comparer;
mod tree_writer;

pub use branch::BranchName;
pub use changes::{Change, ChangeKind, Changes, MAX_ADDED_PATHS};
pub use codes::CODES;
pub use error::GitError;
pub use history::{Held, held_since};
pub use message::{IDENTITY, Provenance};
pub use object::{Commit, CommitTime, ObjectId, ObjectKind};
pub use previous::{Allowed, Notice, Previous, Start};
pub use published::{PublishedFile, PublishedTree, files, read};
pub use rendered::Rendered;
pub use repository::Repository;
pub use revision::{Resolved, merge_base, resolve};
pub use source::{CommitSource, SourceFacts};
pub use tree_comparer::{ChangedFile, ComparedTree, TreeComparer};
pub use tree_writer::{TreeWriter, WrittenTree};

use ancestry::{Ancestry, ancestry};
use branch::Move;
use object::{commit_content, object_id};
use pack::NewObject;
use remote::Remote;

/// What GitOps Promoter's contract asks for at the root of a tree. It names the source, so it is left out when trees are compared.
pub const HYDRATOR_FILE: &str = "hydrator.metadata";

/// How often a lost race is planned again.
pub const MAX_ATTEMPTS: usize = 5;

/// Where and how to publish.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// `--push`: the remote whose branch is the previous state and gets the commit first.
    pub remote: Option<String>,
    pub allowed: Allowed,
    /// The version of bayplan, for the trailer.
    pub version: String,
}

/// Publishes one source to one branch.
pub struct Publisher {
    repository: Repository,
    source: SourceFacts,
    branch: BranchName,
    options: PublishOptions,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The output is what is published already.
    Unchanged { tip: ObjectId, notices: Vec<Notice> },
    /// The branch has a new commit.
    Published(Published),
    /// Someone moved the branch meanwhile, or swept the unfinished pack away: begin again at [`Publisher::previous`], at most
    /// [`MAX_ATTEMPTS`] times.
    LostRace,
}

/// A commit that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub commit: ObjectId,
    pub parent: Option<ObjectId>,
    pub tree: ObjectId,
    pub changes: Changes,
    pub notices: Vec<Notice>,
}

impl Publisher {
    /// Checks all that can be checked before anything is compiled, and cleans up after killed runs.
    pub fn open(source: &CommitSource, options: PublishOptions) -> Result<Self, GitError> {
        let repository = source.repository().reopen()?;
        let branch = BranchName::parse(&options.branch)?;
        branch::check(&repository, &branch, source.facts())?;
        temporary::remove_left_over(&repository.pack_folder());
        Ok(Publisher { repository, source: source.facts().clone(), branch, options })
    }

    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    pub fn branch(&self) -> &BranchName {
        &self.branch
    }

    /// Reads the state to build on, from the remote where there is one to push to, and refuses a branch that is not ours or
    /// is ahead of the source.
    pub fn previous(&self) -> Result<Previous, GitError> {
        let start = match self.remote() {
            Some(remote) => Start::at_remote(&self.repository, &self.branch, remote.fetch(&self.repository)?)?,
            None => Start::here(&self.repository, &self.branch)?,
        };
        previous::judge(&self.repository, &self.branch, &self.source, start, self.options.allowed)
    }

    /// Whether there is nothing to do, told without compiling: this version of bayplan made the tip from the same commit, or
    /// from the same inputs where the caller knows [`CommitSource::inputs_tree`].
    pub fn up_to_date(&self, previous: &Previous, source_tree: Option<ObjectId>) -> Result<Option<Outcome>, GitError> {
        let (Some(tip), Some(ours)) = (previous.tip, &previous.provenance) else { return Ok(None) };
        let same_source = ours.source == self.source.commit || Some(ours.source_tree) == source_tree;
        if same_source && ours.version == self.options.version {
            self.settle(previous, tip).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A sink for the output, which stores what the previous tree lacks.
    pub fn writer(&self, previous: &Previous) -> Result<TreeWriter, GitError> {
        TreeWriter::new(&self.repository, previous.tree)
    }

    /// A sink that only compares, for `--dry-run`.
    pub fn comparer(&self, previous: &Previous) -> Result<TreeComparer, GitError> {
        TreeComparer::new(&self.repository, previous.tree)
    }

    /// Commits the output and moves the branch.
    ///
    /// `source_tree` is [`CommitSource::inputs_tree`]; `notes` are paragraphs for the commit message, which must follow from
    /// the source and the previous tree alone.
    pub fn commit(
        &self,
        previous: &Previous,
        mut written: WrittenTree,
        source_tree: ObjectId,
        notes: &[String],
    ) -> Result<Outcome, GitError> {
        if let Some(tip) = previous.tip.filter(|_| previous.provenance.is_some() && previous.tree == Some(written.tree))
        {
            return self.settle(previous, tip);
        }
        let provenance = Provenance {
            source: self.source.commit,
            source_tree,
            tree: written.tree,
            version: self.options.version.clone(),
            rollback_from: previous.rollback_from,
        };
        let content = commit_content(&message::commit(&self.source, &provenance, previous.tip, notes));
        let commit = object_id(ObjectKind::Commit, &content);
        if self.remote().is_some() && !self.may_follow(previous, commit)? {
            return Err(self.ahead());
        }
        written.pack.append(vec![NewObject { id: commit, kind: ObjectKind::Commit, content }])?;
        let sealed = written.pack.finish()?;
        // The last look before anything becomes visible; what decides is the compare-and-swap below.
        if self.local()? != previous.local {
            return Ok(Outcome::LostRace);
        }
        let Some(_installed) = sealed.install()? else { return Ok(Outcome::LostRace) };
        let mut notices = previous.notices.clone();
        match self.remote() {
            None => {
                if self.swap(previous.local, commit)? == Move::Lost {
                    return Ok(Outcome::LostRace);
                }
            }
            Some(remote) => {
                if remote.push(&self.repository, commit, previous.tip)? == Move::Lost {
                    return Ok(Outcome::LostRace);
                }
                notices.extend(self.follow(commit)?);
            }
        }
        let Previous { tip: parent, .. } = *previous;
        Ok(Outcome::Published(Published { commit, parent, tree: written.tree, changes: written.changes, notices }))
    }

    /// Nothing to commit: sees to it that the local branch is where the remote one is.
    fn settle(&self, previous: &Previous, tip: ObjectId) -> Result<Outcome, GitError> {
        let mut notices = previous.notices.clone();
        if previous.local != Some(tip) {
            notices.extend(self.follow(tip)?);
        }
        Ok(Outcome::Unchanged { tip, notices })
    }

    /// Moves the local branch to a commit that is already on the remote, unless it has commits of its own.
    fn follow(&self, commit: ObjectId) -> Result<Option<Notice>, GitError> {
        for _ in 0..MAX_ATTEMPTS {
            let local = self.local()?;
            let may_move = match local {
                None => true,
                Some(local) => ancestry(&self.repository, local, commit)? == Ancestry::Ancestor,
            };
            if !may_move {
                break;
            }
            if local == Some(commit) || self.swap(local, commit)? == Move::Done {
                return Ok(None);
            }
        }
        Ok(Some(Notice::LocalLeft { branch: self.branch.to_string() }))
    }

    /// Whether the local branch has nothing that the new commit, which follows the remote's tip, would lack.
    fn may_follow(&self, previous: &Previous, commit: ObjectId) -> Result<bool, GitError> {
        match (previous.local, previous.tip) {
            (None, _) => Ok(true),
            (Some(local), _) if local == commit => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(local), Some(tip)) => Ok(ancestry(&self.repository, local, tip)? == Ancestry::Ancestor),
        }
    }

    fn ahead(&self) -> GitError {
        let remote = self.options.remote.as_deref().map(remote::without_user).unwrap_or_default();
        GitError::AheadOfRemote { branch: self.branch.to_string(), remote }
    }

    fn local(&self) -> Result<Option<ObjectId>, GitError> {
        self.repository.ref_target(&self.branch.reference())
    }

    fn swap(&self, old: Option<ObjectId>, new: ObjectId) -> Result<Move, GitError> {
        let log = format!("bayplan: publish {}", self.source.commit.short());
        branch::compare_and_swap(&self.repository, &self.branch, old, new, &log)
    }

    fn remote(&self) -> Option<Remote<'_>> {
        let name = self.options.remote.as_deref()?;
        Some(Remote::new(&self.repository, name, &self.branch))
    }
}
