//! Two compiles side by side: units meet as they are handed over, and what is equal is dropped at once.
//!
//! Both sides hand over their units in the same order, so that those of one that wait for the other's are few. A side that is far
//! ahead waits.

use super::kept::KeptTree;
use super::page::Differences;
use crate::diff::FileChange;
use crate::failure::Failed;
use crate::gate::{Changed, Gate, is_watched};
use crate::output::{OutputFile, Sink, Unit};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many units of one side may wait for the other's before it waits as well.
const MOST_WAITING: usize = 1024;

/// Which side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Old = 0,
    New = 1,
}

/// Where both sides meet.
pub struct Join {
    state: Mutex<State>,
    moved: Condvar,
}

/// What is known so far.
pub struct State {
    /// Units whose other side has not come, by folder.
    waiting: [BTreeMap<String, Vec<OutputFile>>; 2],
    /// Folders that came.
    pub received: [BTreeSet<String>; 2],
    is_done: [bool; 2],
    pub differences: Differences,
    pub gate: Gate,
    pub kept: KeptTree,
}

impl Join {
    pub fn new(differences: Differences) -> Self {
        let state = State {
            waiting: Default::default(),
            received: Default::default(),
            is_done: [false; 2],
            differences,
            gate: Gate::default(),
            kept: KeptTree::default(),
        };
        Join { state: Mutex::new(state), moved: Condvar::new() }
    }

    /// The sink of one side. When it is dropped, the other side waits for it no more.
    pub fn sink(&self, side: Side) -> JoinSink<'_> {
        JoinSink { join: self, side }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A side that panicked ends the process.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came of both, once they are done. Units of one side alone count where the other side is sound, and are not known
    /// where it is not.
    pub fn finish(self, is_sound: [bool; 2]) -> State {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let [old, new] = std::mem::take(&mut state.waiting);
        if is_sound[Side::New as usize] {
            old.into_iter().for_each(|(folder, files)| state.compare(&folder, files, Vec::new()));
        }
        if is_sound[Side::Old as usize] {
            new.into_iter().for_each(|(folder, files)| state.compare(&folder, Vec::new(), files));
        }
        state
    }
}

impl State {
    fn take(&mut self, side: Side, unit: Unit) {
        let folder = unit.folder().to_string();
        self.received[side as usize].insert(folder.clone());
        let files = unit.into_files();
        if side == Side::Old {
            for file in &files {
                self.kept.add(format!("{folder}/{}", file.path), &file.bytes);
            }
        }
        let other = 1 - side as usize;
        match (self.waiting[other].remove(&folder), side) {
            (None, _) => {
                self.waiting[side as usize].insert(folder, files);
            }
            (Some(old), Side::New) => self.compare(&folder, old, files),
            (Some(new), Side::Old) => self.compare(&folder, files, new),
        }
    }

    /// Compares two lists of files, each in order of path.
    fn compare(&mut self, folder: &str, old: Vec<OutputFile>, new: Vec<OutputFile>) {
        let mut changes = Vec::new();
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.path.cmp(&new.path),
            };
            let was = if order.is_le() { old.next() } else { None };
            let is = if order.is_ge() { new.next() } else { None };
            let name = was.as_ref().or(is.as_ref()).map(|file| file.path.to_string()).unwrap_or_default();
            let (was, is) = (was.map(|file| file.bytes), is.map(|file| file.bytes));
            if was != is {
                changes.push(FileChange { path: format!("{folder}/{name}"), old: was, new: is });
            }
        }
        let mut watched = Vec::with_capacity(changes.len());
        for FileChange { path, old, new } in &changes {
            if let (Some(bytes), None) = (old, new) {
                self.kept.keep(path, bytes);
            }
            let wanted = |bytes: &Option<Vec<u8>>| bytes.clone().filter(|_| is_watched(path));
            watched.push(Changed {
                path: path.clone(),
                is_old: old.is_some(),
                is_new: new.is_some(),
                old: wanted(old),
                new: wanted(new),
            });
        }
        self.gate.add(watched);
        self.differences.add(changes);
    }
}

/// Takes the units of one side.
pub struct JoinSink<'j> {
    join: &'j Join,
    side: Side,
}

impl Sink for JoinSink<'_> {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        let (own, other) = (self.side as usize, 1 - self.side as usize);
        let mut state = self.join.lock();
        for unit in units {
            state.take(self.side, unit);
        }
        self.join.moved.notify_all();
        // The other side has fewer waiting, so it is not waiting itself.
        while state.waiting[own].len() > MOST_WAITING
            && state.waiting[own].len() > state.waiting[other].len()
            && !state.is_done[other]
        {
            state = self.join.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}

impl Drop for JoinSink<'_> {
    fn drop(&mut self) {
        self.join.lock().is_done[self.side as usize] = true;
        self.join.moved.notify_all();
    }
}
