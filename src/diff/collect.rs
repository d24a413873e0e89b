//! Takes the files that differ, in batches, and keeps of each what the difference comes to.

use super::change::{Action, Change, Loose};
use super::class;
use super::object::{Object, Subject};
use super::pair;
use super::telling;
use super::{Context, Diff};
use crate::kubernetes::Api;
use crate::output::file_name_of;
use rayon::prelude::*;

const INDEX: &str = "kustomization.yaml";

/// One file that differs: its bytes on each side where it is there.
#[derive(Debug, Clone, Default)]
pub struct FileChange {
    pub path: String,
    pub old: Option<Vec<u8>>,
    pub new: Option<Vec<u8>>,
}

/// Collects what differs between two trees.
pub struct Collector {
    api: Api,
    /// Whether there is an old tree, in which a new object may be found at another path.
    has_old: bool,
    pub(super) found: Found,
}

/// What was collected.
#[derive(Debug, Default)]
pub struct Found {
    pub changes: Vec<Change>,
    pub removed: Vec<Loose>,
    pub added: Vec<Loose>,
    /// Objects whose files differ in nothing but how they are written.
    pub formatting: Vec<Subject>,
    /// Files that are no objects: not ours, or not readable.
    pub others: Vec<String>,
}

enum Outcome {
    Nothing,
    Changed(Box<Change>),
    /// Another object at the same path, or one side alone.
    Loose(Option<Box<Loose>>, Option<Box<Loose>>),
    Formatting(Subject),
    Other(String),
}

impl Collector {
    /// `api` says how lists are compared; `has_old` is false where nothing was published before.
    pub fn new(api: Api, has_old: bool) -> Self {
        Collector { api, has_old, found: Found::default() }
    }

    /// Takes files that differ; a batch is worked on in parallel.
    pub fn add(&mut self, files: Vec<FileChange>) {
        let (api, has_old) = (&self.api, self.has_old);
        let outcomes: Vec<Outcome> = files.into_par_iter().map(|file| look_at(file, api, has_old)).collect();
        for outcome in outcomes {
            match outcome {
                Outcome::Nothing => {}
                Outcome::Changed(change) => self.found.changes.push(*change),
                Outcome::Loose(old, new) => {
                    self.found.removed.extend(old.map(|loose| *loose));
                    self.found.added.extend(new.map(|loose| *loose));
                }
                Outcome::Formatting(subject) => self.found.formatting.push(subject),
                Outcome::Other(path) => self.found.others.push(path),
            }
        }
    }

    /// What the differences come to, paired and folded.
    pub fn finish(self, context: &Context<'_>) -> Diff {
        let Collector { api, found, .. } = self;
        super::fold::fold(pair::pair(found, &api, context), context)
    }
}

fn look_at(file: FileChange, api: &Api, has_old: bool) -> Outcome {
    let FileChange { path, old, new } = file;
    if file_name_of(&path) == INDEX || !path.contains('/') {
        return Outcome::Nothing;
    }
    let read = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| Object::read(&path, bytes));
    let (was, is) = (read(&old), read(&new));
    if matches!(was, Some(None)) || matches!(is, Some(None)) {
        return Outcome::Other(path);
    }
    let (was, is) = (was.flatten(), is.flatten());
    if let (Some(was), Some(is)) = (&was, &is)
        && was.identity == is.identity
    {
        return match Change::between(was, is, api) {
            Some(change) => Outcome::Changed(Box::new(change)),
            None => Outcome::Formatting(is.subject.clone()),
        };
    }
    let removed =
        was.map(|was| Box::new(Loose::new(&was, class::of_removed(&was), Vec::new(), old.unwrap_or_default())));
    let added = is.map(|is| {
        let bytes = if has_old { new.unwrap_or_default() } else { Vec::new() };
        Box::new(Loose::new(&is, class::of_new(&is), telling::of(&is), bytes))
    });
    Outcome::Loose(removed, added)
}

impl Action {
    /// Whether an object of one side alone is meant.
    pub fn is_one_sided(self) -> bool {
        matches!(self, Action::New | Action::Removed)
    }
}
