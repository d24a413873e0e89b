//! What a document is filled from: its tree, with literal values classified and holes by kind.

use crate::mustache::fill::cost;
use crate::mustache::runs::PIECE_COST;
use crate::source::Span;
use serde_json::{Map, Value};

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
    KeyedMap(Box<KeyedMapPart>),
}

impl Part {
    /// What it counts in a budget without the values that fill it.
    pub fn cost(&self) -> usize {
        let text = |chunks: &[Chunk]| {
            let bytes = chunks.iter().map(|chunk| if let Chunk::Literal(text) = chunk { text.len() } else { 0 });
            PIECE_COST + bytes.sum::<usize>()
        };
        match self {
            Part::Literal(value) => cost(value),
            Part::Whole(_) => 0,
            Part::Text(chunks) => text(chunks),
            Part::List(parts) => PIECE_COST + parts.iter().map(Part::cost).sum::<usize>(),
            Part::Map(map) => {
                let skeleton: usize = map.skeleton.iter().map(|(key, value)| key.len() + cost(value)).sum();
                PIECE_COST + skeleton + map.filled.iter().map(|(_, part)| part.cost()).sum::<usize>()
            }
            Part::KeyedMap(map) => {
                let entry = |entry: &EntryPart| {
                    entry.value.cost() + if let Key::Text(chunks) = &entry.key { text(chunks) } else { PIECE_COST }
                };
                PIECE_COST + map.entries.iter().map(entry).sum::<usize>()
            }
        }
    }
}

/// A mapping whose keys are all written.
#[derive(Debug)]
pub(in crate::mustache) struct MapPart {
    /// All entries; null stands for what is filled. Copying it is faster than building a map anew.
    pub skeleton: Map<String, Value>,
    /// What is filled, by its place among the skeleton's values, in order.
    pub filled: Box<[(usize, Part)]>,
    /// `<<: {{map}}`: entries below those that are written.
    pub merge: Option<HoleId>,
}

/// A mapping some of whose keys hold values, so that keys must be compared again.
#[derive(Debug)]
pub(in crate::mustache) struct KeyedMapPart {
    pub entries: Box<[EntryPart]>,
    pub merge: Option<HoleId>,
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
