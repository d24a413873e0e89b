//! Looks up which line of a spec sets the fields of a diff, and what holds the objects that a change passes over.

use crate::cli::open::Opened;
use crate::diff::edited::EditedLines;
use crate::diff::{Diff, SetBy, Subject, Values};
use crate::explain::Role;
use crate::explain::causes::causes;
use crate::object::Identity;
use crate::pipeline::places::{self, Field, Setter};
use crate::pipeline::{Options, UnitSummary};
use crate::pointer::Pointer;
use serde_json::Value;
use std::collections::BTreeSet;

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

/// One side: what was compiled, how, and what is known of its namespaces.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub opened: &'a Opened,
    pub options: &'a Options,
    pub units: &'a [UnitSummary],
}

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

/// Hunks and fields that are answered, by side.
type Answered = [BTreeSet<(usize, usize)>; 2];

/// Adds who sets each field on the sides whose specs are known: the line that was edited, where a field is made from one, else the
/// line that sets it.
pub fn fill(diff: &mut Diff, sides: [Option<Side<'_>>; 2], most: Most) {
    let mut answered = Answered::default();
    let mut only = None;
    if let [Some(old), Some(new)] = sides {
        let edited = EditedLines::between(&old.opened.sources, &new.opened.sources);
        only = only_edit(&edited);
        for (number, side) in [(1, new), (0, old)] {
            fill_edited(diff, number, side, &edited[number], &mut answered, most);
        }
    }
    for (number, side) in sides.into_iter().enumerate().rev() {
        let Some(Side { opened, options, .. }) = side else { continue };
        let mut questions = questions(diff, number, &answered, most);
        // Where a line that was edited is told, what stood elsewhere before is beside the point.
        let has_edit = |hunk: usize| answered[0].range((hunk, 0)..(hunk + 1, 0)).next().is_some();
        questions.retain(|question| number == 1 || !matches!(question.slot, Slot::Field(hunk, _) if has_edit(hunk)));
        let fields: Vec<Field<'_>> = questions.iter().map(Question::field).collect();
        if fields.is_empty() {
            continue;
        }
        let answers = places::setters(&opened.sources, options, &fields);
        for (question, answer) in questions.iter().zip(answers) {
            if let Some(setter) = answer {
                put(diff, question.slot, told(&setter, opened, number == 0));
            }
        }
    }
    if let Some(by) = only {
        fill_only(diff, &by);
    }
}

/// Where one line is all that was edited, it is behind what nothing else is known to set.
fn only_edit([old, new]: &[EditedLines; 2]) -> Option<SetBy> {
    let at =
        |(file, line): (&str, usize), is_old: bool| SetBy { file: file.to_owned(), line, who: String::new(), is_old };
    match (old.only(), new.only()) {
        (Some(was), Some(is)) if was.0 == is.0 => Some(at(is, false)),
        (None, Some(is)) if old.is_empty() => Some(at(is, false)),
        (Some(was), None) if new.is_empty() => Some(at(was, true)),
        _ => None,
    }
}

fn fill_only(diff: &mut Diff, by: &SetBy) {
    for hunk in diff.hunks.iter_mut().filter(|hunk| !hunk.is_bundle()) {
        let is_unknown = hunk.fields.iter().all(|field| field.set_by.is_empty());
        if let Some(field) = hunk.fields.first_mut().filter(|_| is_unknown) {
            field.set_by.push(by.clone());
        }
    }
}

/// Of all that a field is made from, the line that was edited.
fn fill_edited(
    diff: &mut Diff,
    side: usize,
    known: Side<'_>,
    edited: &EditedLines,
    answered: &mut Answered,
    most: Most,
) {
    let Side { opened, options, units } = known;
    let mut questions = questions(diff, side, answered, most);
    questions.retain(|question| matches!(question.slot, Slot::Field(..)));
    let fields: Vec<Field<'_>> = questions.iter().map(Question::field).collect();
    if fields.is_empty() {
        return;
    }
    let answers = causes(&opened.sources, options, units, &fields);
    for (question, causes) in questions.iter().zip(answers) {
        let lines = causes.iter().filter_map(|cause| Some((cause, edited.first_in(&opened.sources, cause.place)?)));
        let (Some((cause, line)), Slot::Field(hunk, field)) =
            (lines.min_by_key(|(cause, _)| rank(cause.role)), question.slot)
        else {
            continue;
        };
        let file = opened.sources.path(cause.place.file).to_owned();
        put(diff, question.slot, SetBy { file, line, who: cause.who.clone(), is_old: side == 0 });
        // What the new side says of an edit is enough; what the old side says leaves open who says it now.
        answered[..=side].iter_mut().for_each(|known| _ = known.insert((hunk, field)));
    }
}

/// What is told first, where an edit changed several things that a field is made from.
fn rank(role: Role) -> usize {
    match role {
        Role::Patch => 0,
        Role::Value | Role::Removed | Role::Setting | Role::Root | Role::Fact => 1,
        Role::Computed | Role::File => 2,
        Role::Template | Role::Compiler => 3,
        Role::Section => 4,
    }
}

/// The questions about a side that have no answer yet.
fn questions(diff: &Diff, side: usize, answered: &Answered, most: Most) -> Vec<Question> {
    let mut questions = Vec::new();
    for (number, hunk) in diff.hunks.iter().enumerate().take(most.hunks).filter(|(_, hunk)| !hunk.is_bundle()) {
        let (Some(identity), Some(subject)) = (&hunk.sample[side], hunk.subjects.first()) else { continue };
        let unanswered = hunk.fields.iter().enumerate().take(most.fields);
        for (index, field) in unanswered.filter(|(index, _)| !answered[side].contains(&(number, *index))) {
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

impl Question {
    fn field(&self) -> Field<'_> {
        Field {
            cluster: &self.cluster,
            namespace: &self.namespace,
            identity: &self.identity,
            at: &self.at,
            was: self.was.as_deref(),
        }
    }
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
            if !is_told && by.is_old {
                field.set_by.push(by);
            } else if !is_told {
                field.set_by.insert(0, by);
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
