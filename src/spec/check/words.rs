//! What is wrong and what to write instead, in words.

use super::Problem;
use jsonschema::JsonType;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

/// Words for the plain bounds of JSON Schema.
pub(super) fn phrase(kind: &ValidationErrorKind) -> Option<String> {
    let plural = |count: u64, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    Some(match kind {
        ValidationErrorKind::Minimum { limit } => format!("must be at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("must be at most {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        ValidationErrorKind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        ValidationErrorKind::MinLength { limit } => format!("must have at least {}", plural(*limit, "character")),
        ValidationErrorKind::MaxLength { limit } => format!("must have at most {}", plural(*limit, "character")),
        ValidationErrorKind::MinItems { limit } => format!("must have at least {}", plural(*limit, "item")),
        ValidationErrorKind::MaxItems { limit } => format!("must have at most {}", plural(*limit, "item")),
        ValidationErrorKind::MinProperties { limit } => format!("must have at least {}", plural(*limit, "key")),
        ValidationErrorKind::MaxProperties { limit } => format!("must have at most {}", plural(*limit, "key")),
        ValidationErrorKind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        ValidationErrorKind::Format { format } => format!("is not a valid {format}"),
        ValidationErrorKind::FalseSchema => "must not be set".to_owned(),
        ValidationErrorKind::Not { .. } => "is one of those that are ruled out here".to_owned(),
        _ => return None,
    })
}

/// What to write within a plain bound.
pub(super) fn bound_help(kind: &ValidationErrorKind) -> Option<String> {
    Some(match kind {
        ValidationErrorKind::Minimum { limit } => format!("write {limit} or more"),
        ValidationErrorKind::Maximum { limit } => format!("write {limit} or less"),
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => {
            "write more, or remove the line".to_owned()
        }
        ValidationErrorKind::MaxLength { .. } => "shorten it".to_owned(),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("write more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("write less than {limit}"),
        ValidationErrorKind::MinProperties { .. } => "write more keys, or remove the map".to_owned(),
        ValidationErrorKind::MaxItems { .. } | ValidationErrorKind::MaxProperties { .. } => {
            "remove what is too much".to_owned()
        }
        ValidationErrorKind::MultipleOf { multiple_of } => format!("write a multiple of {multiple_of}"),
        ValidationErrorKind::FalseSchema => "remove it".to_owned(),
        _ => return None,
    })
}

/// `"a", "b" or "c"`, unless they are many.
pub(super) fn either(words: &[String]) -> Option<String> {
    let (last, others) = words.split_last().filter(|_| words.len() <= 12)?;
    Some(if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) })
}

pub(super) fn type_problem(types: &[JsonType], instance: &Value) -> Problem {
    let mut names: Vec<&str> = Vec::new();
    for kind in types {
        let name = type_name(*kind);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Problem::WrongType {
        expected: names.join(" or "),
        found: found_name(instance),
        wants_text: types.contains(&JsonType::String),
    }
}

/// How to write a value of the type that is due. A scalar that is to be text is the caller's, who knows how it is written.
pub(super) fn type_help(types: &[JsonType], found: &Value) -> Option<String> {
    let kind = types.first()?;
    let help = match (kind, found) {
        (_, Value::Null) => "write a value, or remove the line",
        (JsonType::Array, Value::Object(_)) => "write a list, each item after a dash: `- ...`",
        (JsonType::Array, _) => "write a list: `[...]`, or each item on a line of its own after a dash",
        (JsonType::Object, Value::Array(_)) => "write a map: `KEY: VALUE`, without dashes",
        (JsonType::Object, _) => "write a map: `KEY: VALUE`",
        (JsonType::Integer, _) => "write a whole number, such as 3",
        (JsonType::Number, _) => "write a number, such as 3 or 0.5",
        (JsonType::Boolean, _) => "write true or false, without quotes",
        (JsonType::String, Value::Array(_) | Value::Object(_)) => "write one text",
        (JsonType::String | JsonType::Null, _) => return None,
    };
    Some(help.to_owned())
}

fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "a list",
        JsonType::Object => "a map",
    }
}

/// What a value is, for `found …`.
pub fn found_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

pub(super) fn show(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { format!("{}…", text.chars().take(60).collect::<String>()) } else { text }
}

pub(super) fn first_sentence(text: &str) -> String {
    let sentence = text.split_inclusive(". ").next().unwrap_or(text).trim().trim_end_matches('.');
    uncapitalise(sentence)
}

fn uncapitalise(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}
