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
mod changed_texts;
mod changes;
mod codes;
mod delta;
mod dirty;
mod error;
mod history;
mod hydrator;
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
mod state;
mod temporary;
mod texts;
mod tree_comparer;
mod tree_writer;

pub use branch::BranchName;
pub use changes::{Change, ChangeKind, Changes, MAX_ADDED_PATHS};
pub use codes::CODES;
pub use error::GitError;
pub use history::{Held, held_since};
pub use hydrator::{HYDRATOR_FILE, Hydrator, NOTES_REF, metadata};
pub use message::{IDENTITY, Provenance};
pub use object::{Commit, CommitTime, ObjectId, ObjectKind};
pub use previous::{Allowed, Notice, Previous, Start};
pub use published::{PublishedFile, PublishedTree, files, read};
pub use remote::without_user;
pub use rendered::{Rendered, rendered_branches};
pub use repository::Repository;
pub use revision::{Resolved, merge_base, resolve};
pub use source::{CommitSource, SourceFacts};
pub use state::State;
pub use texts::Texts;
pub use tree_comparer::{ChangedFile, ComparedTree, TreeComparer};
pub use tree_writer::{TreeWriter, WrittenTree};

use ancestry::{Ancestry, ancestry};
use branch::Move;
use object::{EntryMode, commit_content, object_id};
use pack::{NewObject, PackWriter};
use remote::Remote;
use std::collections::BTreeSet;

/// How often a lost race is planned again.
pub const MAX_ATTEMPTS: usize = 5;

/// Where and how to publish.
#[derive(Debug, Clone, Default)]
pub struct PublishOptions {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// `--push`: the remote whose branch is the previous state and gets the commit first.
    pub remote: Option<String>,
    pub allowed: Allowed,
    /// The version of bayplan, for the trailer.
    pub version: String,
    /// Nothing is written, not even a local branch that only had to follow.
    pub dry_run: bool,
    /// Set where GitOps Promoter's contract is to be kept.
    pub hydrator: Option<Hydrator>,
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
        if !options.dry_run {
            temporary::remove_left_over(&repository.pack_folder());
        }
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

    /// Whether there is nothing to do, told without compiling: this version of bayplan made the tip from the same inputs, where
    /// the caller knows [`CommitSource::inputs_tree`], else from the same commit, and for the same clusters, as far as their
    /// folders tell. Gives the tip, for [`Publisher::settle`].
    pub fn up_to_date(
        &self,
        previous: &Previous,
        source_tree: Option<ObjectId>,
        clusters: &[String],
    ) -> Result<Option<ObjectId>, GitError> {
        let (Some(tip), Some(ours)) = (previous.tip, &previous.provenance) else { return Ok(None) };
        // Of two fleets in one repository, each has inputs of its own in the same commit.
        let is_same_source = source_tree.map_or(ours.source == self.source.commit, |tree| tree == ours.source_tree);
        if !is_same_source || ours.version != self.options.version {
            return Ok(None);
        }
        let folders = self.repository.tree(ours.tree, "the published tree")?.into_iter();
        let folders: BTreeSet<Vec<u8>> =
            folders.filter(|entry| entry.mode == EntryMode::Folder).map(|entry| entry.name).collect();
        let clusters: BTreeSet<Vec<u8>> = clusters.iter().map(|cluster| cluster.clone().into_bytes()).collect();
        Ok((folders == clusters).then_some(tip))
    }

    /// A sink for the output, which stores what the previous tree lacks.
    pub fn writer(&self, previous: &Previous) -> Result<TreeWriter, GitError> {
        let mut writer = TreeWriter::new(&self.repository, previous.tree)?;
        if let Some(hydrator) = &self.options.hydrator {
            writer.set_aside(HYDRATOR_FILE, metadata(&self.source, hydrator));
        }
        Ok(writer)
    }

    /// A sink that only compares, for `--dry-run`.
    pub fn comparer(&self, previous: &Previous) -> Result<TreeComparer, GitError> {
        let mut comparer = TreeComparer::new(&self.repository, previous.tree)?;
        if let Some(hydrator) = &self.options.hydrator {
            comparer.set_aside(HYDRATOR_FILE, metadata(&self.source, hydrator));
        }
        Ok(comparer)
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
        self.note(commit)?;
        let Previous { tip: parent, .. } = *previous;
        Ok(Outcome::Published(Published { commit, parent, tree: written.tree, changes: written.changes, notices }))
    }

    /// Nothing to commit: sees to it that the local branch is where the remote one is.
    pub fn settle(&self, previous: &Previous, tip: ObjectId) -> Result<Outcome, GitError> {
        let mut notices = previous.notices.clone();
        if !self.options.dry_run {
            if previous.local != Some(tip) {
                notices.extend(self.follow(tip)?);
            }
            self.note(tip)?;
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

    /// Sees to it that the hydrator's note on a published commit names the source, where the contract is to be kept.
    ///
    /// Comes after the branch: a commit without its note is sound, and the next run adds it.
    fn note(&self, commit: ObjectId) -> Result<(), GitError> {
        if self.options.hydrator.is_none() {
            return Ok(());
        }
        let why = match self.try_note(commit) {
            Ok(true) => return Ok(()),
            Ok(false) => format!("someone else moved {NOTES_REF} each of {MAX_ATTEMPTS} times"),
            Err(error) => error.to_string(),
        };
        Err(GitError::Note { commit, why })
    }

    /// Adds the note; false where every race was lost.
    fn try_note(&self, commit: ObjectId) -> Result<bool, GitError> {
        let remote = self.options.remote.as_deref().map(|name| Remote::other(&self.repository, name, NOTES_REF));
        for _ in 0..MAX_ATTEMPTS {
            let local = self.repository.ref_target(NOTES_REF)?;
            let tip = remote.as_ref().map_or(Ok(local), |remote| remote.fetch(&self.repository))?;
            let Some(planned) = hydrator::plan(&self.repository, tip, commit, &self.source)? else {
                self.follow_notes(local, tip)?;
                return Ok(true);
            };
            let mut pack = PackWriter::create(&self.repository.pack_folder(), self.repository.shared_mode()?)?;
            pack.append(planned.objects)?;
            let Some(_installed) = pack.finish()?.install()? else { continue };
            match &remote {
                None => {
                    let log = format!("bayplan: publish {}", self.source.commit.short());
                    if branch::compare_and_swap(&self.repository, NOTES_REF, tip, planned.commit, &log)? == Move::Done {
                        return Ok(true);
                    }
                }
                Some(remote) => {
                    if remote.push(&self.repository, planned.commit, tip)? == Move::Done {
                        self.follow_notes(local, Some(planned.commit))?;
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Moves the local notes to where the remote's are, unless they hold some of their own.
    fn follow_notes(&self, local: Option<ObjectId>, tip: Option<ObjectId>) -> Result<(), GitError> {
        let Some(tip) = tip.filter(|tip| local != Some(*tip)) else { return Ok(()) };
        let may_move = match local {
            None => true,
            Some(local) => ancestry(&self.repository, local, tip)? == Ancestry::Ancestor,
        };
        if may_move {
            // Lost to another publisher that follows too: then it is there, or will be at the next run.
            branch::compare_and_swap(&self.repository, NOTES_REF, local, tip, "bayplan: fetched")?;
        }
        Ok(())
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
        let remote = self.options.remote.as_deref().map(without_user).unwrap_or_default();
        GitError::AheadOfRemote { branch: self.branch.to_string(), remote }
    }

    fn local(&self) -> Result<Option<ObjectId>, GitError> {
        self.repository.ref_target(&self.branch.reference())
    }

    fn swap(&self, old: Option<ObjectId>, new: ObjectId) -> Result<Move, GitError> {
        let log = format!("bayplan: publish {}", self.source.commit.short());
        branch::compare_and_swap(&self.repository, &self.branch.reference(), old, new, &log)
    }

    fn remote(&self) -> Option<Remote<'_>> {
        let name = self.options.remote.as_deref()?;
        Some(Remote::branch(&self.repository, name, &self.branch))
    }
}
