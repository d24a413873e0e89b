//! Looks up which line of a spec sets the fields of a diff, and what holds the objects that a change passes over.

use crate::cli::open::Opened;
use crate::diff::{Diff, SetBy, Subject, Values};
use crate::object::Identity;
use crate::pipeline::Options;
use crate::pipeline::places::{self, Field, Setter};
use crate::pointer::Pointer;
use serde_json::Value;

/// What is looked up; the rest is read by few.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    hunks: usize,
    /// Of each.
    fields: usize,
    exceptions: usize,
}

impl Most {
    /// For texts, which show as much.
    pub const TEXT: Most = Most { hunks: 60, fields: 6, exceptions: 4 };
    /// For pages, which people search.
    pub const PAGE: Most = Most { hunks: 200, fields: 40, exceptions: 6 };
}

/// One side: what was compiled, and how.
type SideOf<'a> = Option<(&'a Opened, &'a Options)>;

/// What a question is about.
#[derive(Clone, Copy)]
enum Slot {
    Field(usize, usize),
    Exception(usize, usize),
}

struct Question {
    slot: Slot,
    cluster: String,
    namespace: String,
    identity: Identity,
    at: Pointer,
    was: Option<String>,
}

/// Adds who sets each field on the sides whose specs are known.
pub fn fill(diff: &mut Diff, sides: [SideOf<'_>; 2], most: Most) {
    for (side, known) in sides.into_iter().enumerate().rev() {
        let Some((opened, options)) = known else { continue };
        let questions = questions(diff, side, most);
        let fields: Vec<Field<'_>> = questions
            .iter()
            .map(|question| Field {
                cluster: &question.cluster,
                namespace: &question.namespace,
                identity: &question.identity,
                at: &question.at,
                was: question.was.as_deref(),
            })
            .collect();
        if fields.is_empty() {
            continue;
        }
        let answers = places::setters(&opened.sources, options, &fields);
        for (question, answer) in questions.iter().zip(answers) {
            if let Some(setter) = answer {
                put(diff, question.slot, told(&setter, opened, side == 0));
            }
        }
    }
}

fn questions(diff: &Diff, side: usize, most: Most) -> Vec<Question> {
    let mut questions = Vec::new();
    for (number, hunk) in diff.hunks.iter().enumerate().take(most.hunks).filter(|(_, hunk)| !hunk.is_bundle()) {
        let (Some(identity), Some(subject)) = (&hunk.sample[side], hunk.subjects.first()) else { continue };
        for (index, field) in hunk.fields.iter().enumerate().take(most.fields) {
            let other = match &field.values {
                Values::Same { old, new } | Values::Differ { old, new, .. } => [new, old][side].as_ref(),
                Values::Alike { .. } => None,
            };
            let was = other.and_then(Value::as_str).map(str::to_owned);
            questions
                .push(Question { was, ..question(Slot::Field(number, index), subject, identity, &field.at[side]) });
        }
        let first = hunk.fields.first().filter(|_| side == 1);
        for (index, exception) in hunk.exceptions.iter().enumerate().take(most.exceptions) {
            let slot = Slot::Exception(number, index);
            questions.extend(first.map(|field| question(slot, &exception.subject, &exception.identity, &field.at[1])));
        }
    }
    questions
}

fn question(slot: Slot, subject: &Subject, identity: &Identity, at: &Pointer) -> Question {
    // A Job that runs on change is called by its subject's name in templates.
    let identity = Identity { name: subject.name.clone(), ..identity.clone() };
    let namespace = if subject.environment.is_empty() { String::new() } else { subject.namespace.clone() };
    Question { slot, cluster: subject.cluster.clone(), namespace, identity, at: at.clone(), was: None }
}

fn told(setter: &Setter, opened: &Opened, is_old: bool) -> SetBy {
    let place = opened.sources.line_column(setter.place.file, setter.place.start);
    SetBy { file: opened.sources.path(setter.place.file).to_owned(), line: place.line, who: setter.who.clone(), is_old }
}

fn put(diff: &mut Diff, slot: Slot, by: SetBy) {
    match slot {
        Slot::Field(hunk, field) => {
            let Some(field) = diff.hunks.get_mut(hunk).and_then(|hunk| hunk.fields.get_mut(field)) else { return };
            // The old line is worth telling where another one has taken over.
            let is_told = field.set_by.iter().any(|known| known.file == by.file && known.who == by.who);
            if !is_told {
                field.set_by.push(by);
            }
        }
        Slot::Exception(hunk, exception) => {
            let Some(hunk) = diff.hunks.get_mut(hunk) else { return };
            let is_same = hunk
                .fields
                .first()
                .is_some_and(|field| field.set_by.iter().any(|known| known.file == by.file && known.line == by.line));
            if let Some(exception) = hunk.exceptions.get_mut(exception).filter(|_| !is_same) {
                exception.set_by = Some(by);
            }
        }
    }
}
