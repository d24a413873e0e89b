//! What could be written at a place: names, fields, values and tags.

mod spec;
mod tag;

use super::fleet::Fleet;
use super::tags;
use super::text::Bytes;
use serde_json::{Map, Value};

/// Something that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub label: String,
    pub sort: Sort,
    /// One short line beside the label: a type, a file.
    pub detail: Option<String>,
    pub documentation: Option<String>,
    /// The text that takes the place of `replaces`.
    pub insert: String,
    pub replaces: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    Field,
    Value,
    Name,
    File,
    Tag,
    Section,
}

/// Completions at an offset of a file, in the order in which they are to be shown.
pub fn complete(fleet: &Fleet, path: &str, offset: usize) -> Vec<Completion> {
    let Some(text) = fleet.text(path) else { return Vec::new() };
    if super::has_tags(path)
        && let Some(cursor) = tags::at(text, offset)
    {
        return tag::complete(fleet, path, &cursor);
    }
    if super::index::is_spec_file(path) { spec::complete(fleet, path, text, offset) } else { Vec::new() }
}

/// A type in words, from schema objects: `integer`, `list of string`, `one of a, b`.
pub fn type_of(schemas: &[&Map<String, Value>]) -> Option<String> {
    let words: Vec<String> = schemas
        .iter()
        .filter_map(|schema| schema.get("enum")?.as_array())
        .flatten()
        .filter(|word| !word.is_null())
        .map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
        .collect();
    if !words.is_empty() {
        return Some(format!("one of {}", words.join(", ")));
    }
    let name = schemas.iter().find_map(|schema| schema.get("type")?.as_str())?;
    Some(match name {
        "array" => {
            let items = schemas.iter().find_map(|schema| schema.get("items")?.get("type")?.as_str());
            items.map_or("list".to_owned(), |items| format!("list of {items}"))
        }
        "object" => "map".to_owned(),
        other => other.to_owned(),
    })
}

/// What a schema says of a value in words.
pub fn description_of(schemas: &[&Map<String, Value>]) -> Option<String> {
    schemas.iter().find_map(|schema| schema.get("description")?.as_str()).map(str::to_owned)
}

/// A value on one line of YAML.
pub fn inline(value: &Value) -> String {
    match value {
        Value::String(text) if crate::yaml::scalar::needs_quotes(text) || text.contains(['\n', '"']) => {
            Value::String(text.clone()).to_string()
        }
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
