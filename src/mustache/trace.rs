//! From a field of a rendered object back to the template and to the values that fill it.

use super::bind::{Lookup, Test};
use super::decide::{Around, Decision, Document, Question};
use super::fill::push_text;
use super::runs::{Compiled, CompiledSection, Hole, HoleSource};
use super::shape::{HoleId, Shape, holes, next_hole};
use super::values::Resolved;
use crate::pointer::Pointer;
use crate::source::{FileId, Span};
use crate::yaml::node::{Entry, Node, NodeValue, ScalarStyle};
use serde_json::Value;

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The template's text of the value.
    pub place: Span,
    /// The template's text of its key, where it has one.
    pub key: Option<Span>,
    /// The keys that the text stands under, outermost first; its own is not among them.
    pub under: Vec<Span>,
    /// The tags of the partials that the text came through, from the rendered file to the innermost.
    pub through: Vec<Span>,
    /// What the value is, or is made with; empty for the template's own text.
    pub inserted: Vec<Inserted>,
    /// The sections that the text stands in, from the innermost outwards, and those that decided on parts of it.
    pub asked: Vec<Asked>,
    /// What was not found below that place: empty, unless the field is not there.
    pub missing: Pointer,
}

/// Something that a tag inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    pub tag: Span,
    /// The name as the tag has it.
    pub name: String,
    pub source: InsertedFrom,
}

/// A section whose value decided that a text is there, or that it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub tag: Span,
    /// The value that was asked, seen from the top level.
    pub path: Pointer,
    /// Which item of it is in front, where it is a list that the section goes through.
    pub index: Option<usize>,
    pub question: Asking,
    /// Whether all of the text stands in the section; else it decided on a part of it.
    pub is_around: bool,
}

/// What a section asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// `{{#name}}`.
    IsTrue,
    /// `{{^name}}`.
    IsFalse,
    /// `{{#name.word}}`.
    IsWord(String),
    /// `{{^name.word}}`.
    IsNotWord(String),
    /// `{{#name.any}}`.
    HasItems,
    /// `{{^name.any}}`.
    HasNoItems,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InsertedFrom {
    /// The value at `path`, seen from the top level, and in it the field `below`.
    Value { path: Pointer, below: Pointer },
    /// A word-for-word file.
    File(FileId),
}

/// A shape and the values of its holes.
pub(super) struct Filled<'f, 'v> {
    pub compiled: &'f Compiled<Lookup>,
    pub shape: &'f Shape,
    pub decision: &'f Decision<'v>,
    /// The document's part of the decision.
    pub place: &'f Document,
}

impl Inserted {
    pub(super) fn new(hole: &Hole<Lookup>, path: &Pointer, below: &[String]) -> Self {
        let (name, source) = match &hole.source {
            HoleSource::Value { name, .. } => {
                let below = Pointer::from_segments(below.iter().cloned());
                (name, InsertedFrom::Value { path: path.clone(), below })
            }
            HoleSource::File { name, file, .. } => (name, InsertedFrom::File(*file)),
        };
        Inserted { tag: hole.tag, name: name.to_string(), source }
    }
}

impl Asked {
    pub(super) fn question(compiled: &Compiled<Lookup>, question: &Question) -> Option<Self> {
        let section = compiled.sections.get(question.section)?;
        Some(Asked::new(section, question.path.clone(), None, false))
    }

    fn around(compiled: &Compiled<Lookup>, around: &Around) -> Option<Self> {
        let section = compiled.sections.get(around.section)?;
        Some(Asked::new(section, around.path.clone(), around.index, true))
    }

    fn new(section: &CompiledSection<Lookup>, path: Pointer, index: Option<usize>, is_around: bool) -> Self {
        let question = match (&section.address.test, section.inverted) {
            (Test::Truth, false) => Asking::IsTrue,
            (Test::Truth, true) => Asking::IsFalse,
            (Test::Word(word), false) => Asking::IsWord(word.to_string()),
            (Test::Word(word), true) => Asking::IsNotWord(word.to_string()),
            (Test::Any, false) => Asking::HasItems,
            (Test::Any, true) => Asking::HasNoItems,
        };
        Asked { tag: section.tag, path, index, question, is_around }
    }
}

/// Follows a path through a document's tree, as far as it goes.
pub(super) fn trace(filled: &Filled<'_, '_>, root: &Node, pointer: &Pointer) -> Trace {
    let segments = pointer.segments();
    let mut node = root;
    let mut key: Option<&Node> = None;
    let mut under: Vec<Span> = Vec::new();
    for (depth, segment) in segments.iter().enumerate() {
        let below = &segments[depth..];
        let step = match &node.value {
            NodeValue::Mapping(entries) => filled.entry(entries, segment),
            NodeValue::Sequence(items) => {
                segment.parse::<usize>().ok().and_then(|index| items.get(index)).map(Step::Item)
            }
            NodeValue::Scalar { .. } => None,
        };
        match step {
            Some(Step::Entry(entry)) => {
                under.extend(key.replace(&entry.key).map(|key| filled.span(key)));
                node = &entry.value;
            }
            Some(Step::Item(item)) => {
                under.extend(key.take().map(|key| filled.span(key)));
                node = item;
            }
            Some(Step::Merged(entry, hole)) => {
                let inserted = filled.inserted(hole, below).into_iter().collect();
                under.extend(key.map(|key| filled.span(key)));
                return Trace { under, ..filled.at(&entry.value, Some(&entry.key), inserted, &[]) };
            }
            None => return Trace { under, ..filled.end(node, key, below) },
        }
    }
    Trace { under, ..filled.end(node, key, &[]) }
}

enum Step<'n> {
    Entry(&'n Entry),
    Item(&'n Node),
    /// The entry is in the mapping that `<<` merges.
    Merged(&'n Entry, HoleId),
}

impl Filled<'_, '_> {
    fn end(&self, node: &Node, key: Option<&Node>, below: &[String]) -> Trace {
        match self.whole(node) {
            Some(hole) => self.at(node, key, self.inserted(hole, below).into_iter().collect(), &[]),
            None => {
                let inserted = holes(node.text().unwrap_or_default()).filter_map(|hole| self.inserted(hole, &[]));
                self.at(node, key, inserted.collect(), below)
            }
        }
    }

    fn at(&self, node: &Node, key: Option<&Node>, inserted: Vec<Inserted>, missing: &[String]) -> Trace {
        let in_key = key.and_then(Node::text).into_iter().flat_map(holes);
        let in_key = in_key.filter_map(|hole| self.inserted(hole, &[]));
        Trace {
            place: self.span(node),
            key: key.map(|key| self.span(key)),
            under: Vec::new(),
            through: self.compiled.tags_of(self.shape.text.map.through(node.start)),
            inserted: inserted.into_iter().chain(in_key).collect(),
            asked: self.asked(node, key),
            missing: Pointer::from_segments(missing.iter().cloned()),
        }
    }

    /// The sections around a node's first byte, and those that were asked between its key and its end.
    fn asked(&self, node: &Node, key: Option<&Node>) -> Vec<Asked> {
        let map = &self.shape.text.map;
        let first = self.place.runs.start;
        let start = key.map_or(node.start, |key| key.start);
        let context = map.position(start).and_then(|position| self.decision.contexts.get(first + position));
        let mut asked: Vec<Asked> =
            context.into_iter().flatten().filter_map(|around| Asked::around(self.compiled, around)).collect();
        // A scalar alone: what is in a list or a mapping has fields of its own.
        if node.text().is_none() {
            return asked;
        }
        let within = self.decision.questions.iter().filter(|question| {
            let is_of_document = question.runs > first && question.runs <= self.place.runs.end;
            let at = || map.start_of(question.runs - first);
            is_of_document && (start + 1..=node.end).contains(&at())
        });
        for question in within.filter_map(|question| Asked::question(self.compiled, question)) {
            if !asked.contains(&question) {
                asked.push(question);
            }
        }
        asked
    }

    fn entry<'n>(&self, entries: &'n [Entry], segment: &str) -> Option<Step<'n>> {
        let written = entries.iter().find(|entry| self.merged(entry).is_none() && self.key(&entry.key) == segment);
        let merged = || {
            entries.iter().find_map(|entry| {
                let hole = self.merged(entry)?;
                self.value(hole)?.get(segment)?;
                Some(Step::Merged(entry, hole))
            })
        };
        written.map(Step::Entry).or_else(merged)
    }

    fn merged(&self, entry: &Entry) -> Option<HoleId> {
        let is_merge =
            matches!(&entry.key.value, NodeValue::Scalar { text, style: ScalarStyle::Plain } if &**text == "<<");
        if is_merge { self.whole(&entry.value) } else { None }
    }

    /// A key's text with its values.
    fn key(&self, node: &Node) -> String {
        let mut text = String::new();
        let mut rest = node.text().unwrap_or_default();
        while let Some((before, hole, behind)) = next_hole(rest) {
            text.push_str(before);
            if let Some(value) = self.value(hole) {
                // What has no text is no key; the file was refused then.
                let _ = push_text(value, &mut text);
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn whole(&self, node: &Node) -> Option<HoleId> {
        match &node.value {
            NodeValue::Scalar { text, style: ScalarStyle::Plain } => match next_hole(text) {
                Some(("", hole, "")) => Some(hole),
                _ => None,
            },
            NodeValue::Scalar { .. } | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }

    fn value(&self, hole: HoleId) -> Option<&Value> {
        match self.decision.holes.get(self.place.holes.start + hole as usize)? {
            Resolved::Value(value) => Some(value),
            Resolved::Absent { .. } | Resolved::Blocked { .. } => None,
        }
    }

    fn inserted(&self, hole: HoleId, below: &[String]) -> Option<Inserted> {
        let place = self.shape.text.holes.get(hole as usize)?.hole(self.compiled)?;
        let path = self.decision.paths.get(self.place.holes.start + hole as usize)?;
        Some(Inserted::new(place, path, below))
    }

    fn span(&self, node: &Node) -> Span {
        self.shape.text.map.span(node.start, node.end)
    }
}
