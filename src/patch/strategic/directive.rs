//! The directives of one map of a patch.

use super::{MergeSchema, Merger};
use crate::near::{hint, near_names};
use crate::patch::problem::codes;
use crate::value::brief;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList";
const SET_ORDER: &str = "$setElementOrder";
const ALL: [&str; 4] = [PATCH, RETAIN_KEYS, DELETE_FROM, SET_ORDER];

/// The value of `$patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Replace,
    Delete,
}

/// Directives by what they speak of; those that are wrong were reported and are left out.
#[derive(Default)]
pub(super) struct Directives<'p> {
    pub marker: Option<Marker>,
    pub retain_keys: Option<Vec<&'p str>>,
    pub order: BTreeMap<&'p str, &'p [Value]>,
    pub deletions: BTreeMap<&'p str, &'p [Value]>,
    /// Keys that look like directives and were refused.
    refused: BTreeSet<&'p str>,
}

impl<'p> Directives<'p> {
    pub fn read<S: MergeSchema>(merger: &mut Merger, patch: &'p Map<String, Value>, schema: Option<S>) -> Self {
        let mut directives = Directives::default();
        for (key, value) in patch.iter().filter(|(key, _)| key.starts_with('$')) {
            match key.split_once('/') {
                None if key == PATCH => directives.marker = marker(merger, value),
                None if key == RETAIN_KEYS => directives.retain_keys = names(merger, key, value),
                Some((SET_ORDER, field)) => {
                    directives.order.extend(list(merger, key, value).map(|items| (field, items)));
                }
                Some((DELETE_FROM, field)) => {
                    directives.deletions.extend(list(merger, key, value).map(|items| (field, items)));
                }
                // `$ref` and the like are fields of some kinds.
                _ if is_declared(key, schema) => {}
                _ => {
                    refuse(merger, key);
                    directives.refused.insert(key);
                }
            }
        }
        directives
    }

    /// The fields that the patch speaks of, by value or by directive.
    pub fn fields(&self, patch: &'p Map<String, Value>) -> BTreeSet<&'p str> {
        let plain = patch.keys().map(String::as_str).filter(|key| !is_directive(key) && !self.refused.contains(key));
        plain.chain(self.order.keys().copied()).chain(self.deletions.keys().copied()).collect()
    }
}

pub(super) fn is_directive(key: &str) -> bool {
    ALL.contains(&key.split_once('/').map_or(key, |(word, _)| word))
}

/// The marker of a map or an item. `$patch: merge` is refused as kubectl refuses it: merging is what happens without it.
fn marker(merger: &mut Merger, value: &Value) -> Option<Marker> {
    match value.as_str() {
        Some("replace") => Some(Marker::Replace),
        Some("delete") => Some(Marker::Delete),
        other => {
            let help = match other {
                Some("merge") => Some("remove it: maps merge by themselves, and lists by their key".to_owned()),
                Some(word) => hint(word, ["replace", "delete"]),
                None => hint("", ["replace", "delete"]),
            };
            let message = format!("`$patch` is `replace` or `delete`, not {}", brief(value));
            merger.error_at(PATCH, &codes::PATCH_DIRECTIVE, message, |problem| problem.maybe_help(help));
            None
        }
    }
}

/// Reads `$patch` of an item of a list, if it has one.
pub(super) fn item_marker(merger: &mut Merger, item: &Map<String, Value>) -> Option<Marker> {
    marker(merger, item.get(PATCH)?)
}

fn list<'p>(merger: &mut Merger, key: &str, value: &'p Value) -> Option<&'p [Value]> {
    let items = value.as_array();
    if items.is_none() {
        merger.misfit(key, "a list", value);
    }
    items.map(Vec::as_slice)
}

fn names<'p>(merger: &mut Merger, key: &str, value: &'p Value) -> Option<Vec<&'p str>> {
    let names = list(merger, key, value)?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
    if names.is_none() {
        merger.misfit(key, "a list of names of fields", value);
    }
    names
}

/// Whether the schema has a field of this name, and the name is no slip of a directive.
fn is_declared<S: MergeSchema>(key: &str, schema: Option<S>) -> bool {
    near_names(key, ALL).is_empty() && schema.is_some_and(|schema| schema.property(key).is_some())
}

fn refuse(merger: &mut Merger, key: &str) {
    let word = key.split_once('/').map_or(key, |(word, _)| word);
    let (message, help) = if matches!(word, SET_ORDER | DELETE_FROM) {
        (format!("`{word}` must say which list it is about"), Some(format!("write `{word}/FIELD: [...]`")))
    } else {
        let forms = ["$patch", "$retainKeys", "$deleteFromPrimitiveList/FIELD", "$setElementOrder/FIELD"];
        let near = near_names(word, ALL).first().map(|near| format!("did you mean `{near}`?"));
        (format!("unknown directive `{key}`"), near.or_else(|| hint(word, forms)))
    };
    merger.error_at(key, &codes::PATCH_DIRECTIVE, message, |problem| problem.on_key().maybe_help(help));
}
