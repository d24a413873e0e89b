//! Fills values into the parts of a shape.
//!
//! Takes a part and the values of its holes; gives a `serde_json::Value`, and what is wrong with the values. No text is made
//! and none is parsed, so a value stays what it is wherever it is put.

use super::runs::PIECE_COST;
use super::shape::{Chunk, HoleId, Key, KeyedMapPart, MapPart, Part, PartStep};
use super::values::Resolved;
use crate::pointer::Pointer;
use crate::source::Span;
use crate::yaml::write;
use serde_json::{Map, Value};

/// Something wrong with a value at the place that it is inserted.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The key number `depth` of the hole's name is not there.
    Missing { hole: HoleId, depth: usize },
    /// The key number `depth` of the hole's name is looked for in a list or a scalar.
    Blocked { hole: HoleId, depth: usize },
    /// Null where text is due.
    Null { hole: HoleId },
    /// A list or a mapping where text is due.
    NoText { hole: HoleId, is_list: bool, is_key: bool },
    /// What `<<` merges is no mapping.
    NotMerged { hole: HoleId, noun: &'static str },
    /// A document is no mapping.
    NotMapping { hole: HoleId, noun: &'static str },
    /// Two keys of a mapping are the same, at these places.
    DuplicateKey { key: String, first: Span, second: Span },
    /// The file renders too much, with this hole or with the text of a document.
    OverBudget { hole: Option<HoleId> },
}

/// What a file may still insert.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    /// Too much was asked for; that is said once.
    is_over: bool,
}

impl Budget {
    pub fn new(bytes: usize) -> Self {
        Budget { left: bytes, is_over: false }
    }
}

/// Fills the parts of one document.
pub(super) struct Filler<'f, 'v> {
    pub holes: &'f [Resolved<'v>],
    /// The file's budget.
    pub budget: &'f mut Budget,
    pub faults: Vec<Fault>,
}

impl<'v> Filler<'_, 'v> {
    /// The value of a document, whose own text counts `cost` in the budget.
    pub fn document(&mut self, part: &Part, cost: usize) -> Value {
        if !self.spend(cost, None) {
            return Value::Null;
        }
        let value = self.fill(part);
        if let Part::Whole(hole) = part
            && self.faults.is_empty()
            && !value.is_object()
        {
            self.faults.push(Fault::NotMapping { hole: *hole, noun: noun(&value) });
        }
        value
    }

    pub fn fill(&mut self, part: &Part) -> Value {
        match part {
            Part::Literal(value) => value.clone(),
            Part::Whole(hole) => self.whole(*hole),
            Part::Text(chunks) => Value::String(self.text(chunks, false)),
            Part::List(parts) => Value::Array(parts.iter().map(|part| self.fill(part)).collect()),
            Part::Map(map) => Value::Object(self.map(map)),
            Part::KeyedMap(map) => Value::Object(self.keyed_map(map)),
        }
    }

    fn map(&mut self, part: &MapPart) -> Map<String, Value> {
        let mut map = part.skeleton.clone();
        let mut values = map.values_mut();
        let mut passed = 0;
        for (place, part) in &part.filled {
            if let Some(value) = values.nth(place - passed) {
                *value = self.fill(part);
            }
            passed = place + 1;
        }
        if let Some(hole) = part.merge {
            self.merge(hole, &mut map);
        }
        map
    }

    fn keyed_map(&mut self, part: &KeyedMapPart) -> Map<String, Value> {
        let mut map = Map::new();
        let mut places: Vec<(String, Span)> = Vec::with_capacity(part.entries.len());
        for entry in &part.entries {
            let before = self.faults.len();
            let key = self.key(&entry.key);
            let value = self.fill(&entry.value);
            // A key without a text is none that could be there twice.
            if self.faults.len() > before {
                continue;
            }
            if map.insert(key.clone(), value).is_some() {
                let first = places.iter().find(|(other, _)| *other == key).map_or(entry.place, |(_, place)| *place);
                self.faults.push(Fault::DuplicateKey { key: key.clone(), first, second: entry.place });
            }
            places.push((key, entry.place));
        }
        if let Some(hole) = part.merge {
            self.merge(hole, &mut map);
        }
        map
    }

    fn merge(&mut self, hole: HoleId, map: &mut Map<String, Value>) {
        match self.resolved(hole) {
            Some(Value::Object(merged)) => {
                for (key, value) in merged {
                    if !map.contains_key(key) {
                        let value = self.copy(value, hole);
                        map.insert(key.clone(), value);
                    }
                }
            }
            Some(value) => self.faults.push(Fault::NotMerged { hole, noun: noun(value) }),
            None => {}
        }
    }

    fn whole(&mut self, hole: HoleId) -> Value {
        match self.resolved(hole) {
            Some(value) => self.copy(value, hole),
            None => Value::Null,
        }
    }

    fn key(&mut self, key: &Key) -> String {
        match key {
            Key::Literal(key) => key.to_string(),
            Key::Text(chunks) => self.text(chunks, true),
        }
    }

    fn text(&mut self, chunks: &[Chunk], is_key: bool) -> String {
        let mut text = String::with_capacity(self.length(chunks));
        for chunk in chunks {
            let hole = match chunk {
                Chunk::Literal(literal) => {
                    text.push_str(literal);
                    continue;
                }
                Chunk::Hole(hole) => *hole,
            };
            let Some(value) = self.resolved(hole) else { continue };
            if let Value::String(string) = value
                && !self.spend(string.len(), Some(hole))
            {
                return text;
            }
            match push_text(value, &mut text) {
                Ok(()) => {}
                Err(NoText::Null) => self.faults.push(Fault::Null { hole }),
                Err(NoText::List) => self.faults.push(Fault::NoText { hole, is_list: true, is_key }),
                Err(NoText::Mapping) => self.faults.push(Fault::NoText { hole, is_list: false, is_key }),
            }
        }
        text
    }

    /// The length that a text will most likely have.
    fn length(&self, chunks: &[Chunk]) -> usize {
        let length = |chunk: &Chunk| match chunk {
            Chunk::Literal(literal) => literal.len(),
            Chunk::Hole(hole) => match self.holes.get(*hole as usize) {
                Some(Resolved::Value(Value::String(text))) => text.len(),
                Some(_) | None => 8,
            },
        };
        // A text beyond the budget is not made.
        chunks.iter().map(length).sum::<usize>().min(self.budget.left)
    }

    fn resolved(&mut self, hole: HoleId) -> Option<&'v Value> {
        match self.holes.get(hole as usize) {
            Some(Resolved::Value(value)) => Some(value),
            Some(Resolved::Absent { depth }) => {
                self.faults.push(Fault::Missing { hole, depth: *depth });
                None
            }
            Some(Resolved::Blocked { depth }) => {
                self.faults.push(Fault::Blocked { hole, depth: *depth });
                None
            }
            None => None,
        }
    }

    /// Copies a value, if the budget lasts.
    fn copy(&mut self, value: &Value, hole: HoleId) -> Value {
        if self.spend(cost(value), Some(hole)) { value.clone() } else { Value::Null }
    }

    fn spend(&mut self, bytes: usize, hole: Option<HoleId>) -> bool {
        if self.budget.is_over {
            return false;
        }
        match self.budget.left.checked_sub(bytes) {
            Some(left) => {
                self.budget.left = left;
                true
            }
            None => {
                self.budget.is_over = true;
                self.faults.push(Fault::OverBudget { hole });
                false
            }
        }
    }

    /// The output path of steps whose keys may hold values.
    pub fn pointer(&mut self, steps: &[PartStep]) -> Pointer {
        let segments = steps.iter().map(|step| match step {
            PartStep::Key(key) => self.key(key),
            PartStep::Index(index) => index.to_string(),
        });
        Pointer::from_segments(segments)
    }
}

/// Why a value has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoText {
    Null,
    List,
    Mapping,
}

/// Adds the text of a value: of a string itself, of a number or boolean what the writer writes.
pub(super) fn push_text(value: &Value, text: &mut String) -> Result<(), NoText> {
    match value {
        Value::String(string) => text.push_str(string),
        Value::Bool(_) | Value::Number(_) => text.push_str(&write::scalar_text(value).unwrap_or_default()),
        Value::Null => return Err(NoText::Null),
        Value::Array(_) => return Err(NoText::List),
        Value::Object(_) => return Err(NoText::Mapping),
    }
    Ok(())
}

/// What a value counts in a budget.
pub(super) fn cost(value: &Value) -> usize {
    PIECE_COST
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(cost).sum(),
            Value::Object(map) => map.iter().map(|(key, value)| key.len() + cost(value)).sum(),
        }
}

pub(super) fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
