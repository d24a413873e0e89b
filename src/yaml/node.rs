//! The tree that the reader gives: every node with its bytes in the file, scalars as written.
//!
//! Aliases are already replaced by copies of what they name, and merge keys (`<<`) are already merged, but for one whose
//! value is a template's hole.

use crate::pointer::Pointer;
use crate::source::{FileId, Span};

/// One document of a YAML stream.
#[derive(Debug, Clone)]
pub struct Document {
    pub file: FileId,
    pub root: Node,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Byte range in the file; of a block collection, from its first to its last entry.
    pub start: u32,
    pub end: u32,
    pub value: NodeValue,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    /// The text after unescaping, folding and chomping.
    Scalar {
        text: Box<str>,
        style: ScalarStyle,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Node,
    pub value: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

impl Document {
    pub fn span(&self, node: &Node) -> Span {
        node.span(self.file)
    }

    /// The place of the value at `pointer`, else of its nearest ancestor that is written here.
    pub fn locate(&self, pointer: &Pointer) -> Span {
        self.root.locate(pointer).0.span(self.file)
    }

    /// The place of the key at `pointer` (the value's where it is a list item or the root).
    pub fn locate_key(&self, pointer: &Pointer) -> Span {
        self.root.locate(pointer).1.unwrap_or_else(|| self.root.locate(pointer).0).span(self.file)
    }
}

impl Node {
    pub fn span(&self, file: FileId) -> Span {
        Span { file, start: self.start, end: self.end }
    }

    /// The key's text and value of each entry, for a mapping; nothing for other nodes. Keys are scalars: the reader saw to it.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        let entries = match &self.value {
            NodeValue::Mapping(entries) => entries.as_slice(),
            NodeValue::Scalar { .. } | NodeValue::Sequence(_) => &[],
        };
        entries.iter().map(|entry| (entry.key.text().unwrap_or_default(), &entry.value))
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            NodeValue::Mapping(entries) => entries.iter().find(|entry| entry.key.text() == Some(key)),
            NodeValue::Scalar { .. } | NodeValue::Sequence(_) => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::Sequence(items) => items,
            NodeValue::Scalar { .. } | NodeValue::Mapping(_) => &[],
        }
    }

    /// The text of a scalar, whatever its style.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Scalar { text, .. } => Some(text),
            NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }

    /// The node at `pointer`.
    pub fn find(&self, pointer: &Pointer) -> Option<&Node> {
        pointer.segments().iter().try_fold(self, |node, segment| node.step(segment).map(|(_, value)| value))
    }

    /// The node at `pointer` or its deepest ancestor here, with its key where it has one.
    pub fn locate(&self, pointer: &Pointer) -> (&Node, Option<&Node>) {
        let mut found: (&Node, Option<&Node>) = (self, None);
        for segment in pointer.segments() {
            match found.0.step(segment) {
                Some((key, value)) => found = (value, key),
                None => break,
            }
        }
        found
    }

    fn step(&self, segment: &str) -> Option<(Option<&Node>, &Node)> {
        match &self.value {
            NodeValue::Mapping(_) => self.entry(segment).map(|entry| (Some(&entry.key), &entry.value)),
            NodeValue::Sequence(items) => Some((None, items.get(segment.parse::<usize>().ok()?)?)),
            NodeValue::Scalar { .. } => None,
        }
    }
}
