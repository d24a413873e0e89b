//! Explanations for machines.

use crate::explain::{Lost, Step};
use crate::source::{Sources, Span};
use serde_json::{Map, Value, json};

/// A step with all below it.
pub fn step(step: &Step, sources: &Sources) -> Value {
    let mut line = Map::new();
    line.insert("role".to_owned(), json!(step.role.name()));
    line.insert("what".to_owned(), json!(step.what));
    if !step.name.is_empty() {
        line.insert("name".to_owned(), json!(step.name));
    }
    if let Some(span) = step.place {
        line.extend(place(span, sources));
    }
    if let Some(value) = &step.value {
        line.insert("value".to_owned(), value.clone());
    }
    if !step.through.is_empty() {
        let through: Vec<Value> = step.through.iter().map(|span| Value::Object(place(*span, sources))).collect();
        line.insert("through".to_owned(), json!(through));
    }
    if !step.from.is_empty() {
        let from: Vec<Value> = step.from.iter().map(|inner| self::step(inner, sources)).collect();
        line.insert("from".to_owned(), json!(from));
    }
    if !step.lost.is_empty() {
        let lost: Vec<Value> = step.lost.iter().map(|lost| self::lost(lost, sources)).collect();
        line.insert("lost".to_owned(), json!(lost));
    }
    Value::Object(line)
}

/// Where to edit in order to change a field.
pub fn origin(step: &Step, sources: &Sources) -> Value {
    let decisive = step.decisive();
    match decisive.place {
        Some(span) => {
            let mut origin = place(span, sources);
            origin.insert("role".to_owned(), json!(decisive.role.name()));
            Value::Object(origin)
        }
        None => Value::Null,
    }
}

pub fn lost(lost: &Lost, sources: &Sources) -> Value {
    let mut line = lost.place.map(|span| place(span, sources)).unwrap_or_default();
    line.insert("what".to_owned(), json!(lost.what));
    if let Some(value) = &lost.value {
        line.insert("value".to_owned(), value.clone());
    }
    Value::Object(line)
}

pub fn place(span: Span, sources: &Sources) -> Map<String, Value> {
    let at = sources.line_column(span.file, span.start);
    let mut place = Map::new();
    place.insert("file".to_owned(), json!(sources.path(span.file)));
    place.insert("line".to_owned(), json!(at.line));
    place.insert("column".to_owned(), json!(at.column));
    place
}
