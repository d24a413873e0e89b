//! From a field of a rendered object back to the template and to the values that fill it.

use super::bind::Lookup;
use super::fill::push_text;
use super::runs::{Compiled, HoleSource};
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
    /// What the value is, or is made with; empty for the template's own text.
    pub inserted: Vec<Inserted>,
    /// What was not found below that place: empty, unless the field is not there.
    pub missing: Pointer,
}

/// Something that a tag inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    pub tag: Span,
    pub source: InsertedFrom,
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
    pub holes: &'f [Resolved<'v>],
    pub paths: &'f [Pointer],
}

/// Follows a path through a document's tree, as far as it goes.
pub(super) fn trace(filled: &Filled<'_, '_>, root: &Node, pointer: &Pointer) -> Trace {
    let segments = pointer.segments();
    let mut node = root;
    let mut key = None;
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
                key = Some(filled.span(&entry.key));
                node = &entry.value;
            }
            Some(Step::Item(item)) => {
                key = None;
                node = item;
            }
            Some(Step::Merged(entry, hole)) => {
                let inserted = filled.inserted(hole, below);
                return Trace {
                    place: filled.span(&entry.value),
                    key: Some(filled.span(&entry.key)),
                    inserted: inserted.into_iter().collect(),
                    missing: Pointer::root(),
                };
            }
            None => return filled.end(node, key, below),
        }
    }
    filled.end(node, key, &[])
}

enum Step<'n> {
    Entry(&'n Entry),
    Item(&'n Node),
    /// The entry is in the mapping that `<<` merges.
    Merged(&'n Entry, HoleId),
}

impl Filled<'_, '_> {
    fn end(&self, node: &Node, key: Option<Span>, below: &[String]) -> Trace {
        let mut trace = Trace { place: self.span(node), key, inserted: Vec::new(), missing: Pointer::root() };
        match self.whole(node) {
            Some(hole) => trace.inserted.extend(self.inserted(hole, below)),
            None => {
                trace
                    .inserted
                    .extend(holes(node.text().unwrap_or_default()).filter_map(|hole| self.inserted(hole, &[])));
                trace.missing = Pointer::from_segments(below.iter().cloned());
            }
        }
        trace
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
        match self.holes.get(hole as usize)? {
            Resolved::Value(value) => Some(value),
            Resolved::Absent { .. } | Resolved::Blocked { .. } => None,
        }
    }

    fn inserted(&self, hole: HoleId, below: &[String]) -> Option<Inserted> {
        let place = self.shape.text.holes.get(hole as usize)?.hole(self.compiled)?;
        let source = match &place.source {
            HoleSource::Value { .. } => InsertedFrom::Value {
                path: self.paths.get(hole as usize).cloned()?,
                below: Pointer::from_segments(below.iter().cloned()),
            },
            HoleSource::File { file, .. } => InsertedFrom::File(*file),
        };
        Some(Inserted { tag: place.tag, source })
    }

    fn span(&self, node: &Node) -> Span {
        self.shape.text.map.span(node.start, node.end)
    }
}
