//! The values that a template is rendered with, and how a bound name finds its own among them.

use super::bind::Test;
use serde_json::{Map, Value};

/// Values at top level, in layers: the first map that holds a key wins, so that what many sites share is not copied.
#[derive(Debug, Clone)]
pub struct Values<'v> {
    layers: Vec<&'v Map<String, Value>>,
}

impl<'v> Values<'v> {
    pub fn new(layers: impl IntoIterator<Item = &'v Map<String, Value>>) -> Self {
        Values { layers: layers.into_iter().collect() }
    }

    pub fn get(&self, name: &str) -> Option<&'v Value> {
        self.layers.iter().find_map(|layer| layer.get(name))
    }

    /// The value at a path of keys, the first of them at top level.
    pub(super) fn resolve(&self, path: &[Box<str>]) -> Resolved<'v> {
        match path.split_first() {
            None => Resolved::Absent { depth: 0 },
            Some((first, rest)) => match self.get(first) {
                None => Resolved::Absent { depth: 0 },
                Some(value) => follow(value, rest, 1),
            },
        }
    }
}

/// What a bound name leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resolved<'v> {
    Value(&'v Value),
    /// The key number `depth` of the path is not there.
    Absent {
        depth: usize,
    },
    /// The key number `depth` of the path is looked for in a list or a scalar.
    Blocked {
        depth: usize,
    },
}

/// The value at a path of keys below a value, which is itself `depth` keys deep.
pub(super) fn follow<'v>(mut value: &'v Value, path: &[Box<str>], depth: usize) -> Resolved<'v> {
    for (index, key) in path.iter().enumerate() {
        let depth = depth + index;
        match value {
            Value::Object(map) => match map.get(&**key) {
                Some(below) => value = below,
                None => return Resolved::Absent { depth },
            },
            Value::Null => return Resolved::Absent { depth },
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Resolved::Blocked { depth };
            }
        }
    }
    Resolved::Value(value)
}

/// How often a section is rendered, and with what in front.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turns<'v> {
    None,
    /// Once, with nothing put in front.
    Asked,
    Once(&'v Value),
    Each(&'v [Value]),
}

impl<'v> Turns<'v> {
    pub fn is_none(&self) -> bool {
        match self {
            Turns::None => true,
            Turns::Asked | Turns::Once(_) => false,
            Turns::Each(items) => items.is_empty(),
        }
    }

    pub fn once(truth: bool) -> Self {
        if truth { Turns::Asked } else { Turns::None }
    }
}

/// What a section over a value does: absent, null, `false` and the empty list are false; `0`, `""` and `{}` are true.
pub(super) fn turns<'v>(value: Option<&'v Value>, test: &Test) -> Turns<'v> {
    match (test, value) {
        (Test::Word(word), Some(value)) => Turns::once(is_word(value, word)),
        (Test::Any, Some(Value::Array(items))) => Turns::once(!items.is_empty()),
        (Test::Word(_) | Test::Any, _) => Turns::None,
        (Test::Truth, None | Some(Value::Null | Value::Bool(false))) => Turns::None,
        (Test::Truth, Some(Value::Array(items))) => Turns::Each(items),
        (Test::Truth, Some(value)) => Turns::Once(value),
    }
}

fn is_word(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text == word,
        Value::Number(number) => number.to_string() == word,
        Value::Bool(truth) => truth.to_string() == word,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}
