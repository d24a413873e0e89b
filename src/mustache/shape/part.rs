//! What a document is filled from: its tree, with literal values classified and holes by kind.

use serde_json::Value;

use crate::source::Span;

/// Number of a hole in its document.
pub(in crate::mustache) type HoleId = u32;

/// A value of the document.
#[derive(Debug)]
pub(in crate::mustache) enum Part {
    /// Nothing in it is filled.
    Literal(Value),
    /// A whole plain scalar: the value, with its type.
    Whole(HoleId),
    /// Text with values in it: a string whatever it looks like.
    Text(Box<[Chunk]>),
    List(Box<[Part]>),
    Map(Box<MapPart>),
}

#[derive(Debug)]
pub(in crate::mustache) struct MapPart {
    pub entries: Box<[EntryPart]>,
    /// `<<: {{map}}`: entries below those that are written.
    pub merge: Option<HoleId>,
    /// Some key holds a value, so that keys must be compared again.
    pub has_key_holes: bool,
}

#[derive(Debug)]
pub(in crate::mustache) struct EntryPart {
    pub key: Key,
    pub place: Span,
    pub value: Part,
}

#[derive(Debug, Clone)]
pub(in crate::mustache) enum Key {
    Literal(Box<str>),
    Text(Box<[Chunk]>),
}

#[derive(Debug, Clone)]
pub(in crate::mustache) enum Chunk {
    Literal(Box<str>),
    Hole(HoleId),
}

/// A step to a part, for what is noted about parts by the way.
#[derive(Debug, Clone)]
pub(in crate::mustache) enum PartStep {
    Key(Key),
    Index(usize),
}
