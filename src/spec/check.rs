//! Holds values against a JSON Schema and tells what is wrong in bayplan's words.
//!
//! Used for specs (the schema comes from the Rust types) and for merged values (the schema is the template's). It knows
//! pointers, no places: the caller finds those.

use crate::diag::Code;
use crate::kubernetes::codes::TYPE_MISMATCH;
use crate::near;
use crate::pointer::Pointer;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;

pub static UNKNOWN_FIELD: Code = Code {
    name: "unknown-field",
    explanation: "A key that the kind, or the template's values schema, does not declare. Nothing would read it, so a misspelt \
                  key would be lost without a word. Correct the name or remove the line; names are case-sensitive.",
};
pub static MISSING_FIELD: Code = Code {
    name: "missing-field",
    explanation: "A required key is absent. For values of a template, `required` is checked after all layers are merged, so \
                  any layer may set it.",
};
pub static INVALID_VALUE: Code = Code {
    name: "invalid-value",
    explanation: "A value of the right type that the schema does not allow: not one of the listed words, outside the bounds, \
                  or not of the form that the pattern asks for.",
};

/// Keyword of our own schemas: the form of a text that a pattern asks for, in words.
pub const FORM: &str = "x-form";

pub static CODES: &[&Code] = &[&UNKNOWN_FIELD, &MISSING_FIELD, &INVALID_VALUE];

/// One way in which a value breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub pointer: Pointer,
    /// Whether the key, not the value, is the place to show.
    pub at_key: bool,
    pub problem: Problem,
    /// What to write instead, where the schema tells.
    pub help: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The last segment of the pointer is the unknown key.
    UnknownField,
    /// Types by the names that people use; `wants_text` where a string would do.
    WrongType { expected: String, found: &'static str, wants_text: bool },
    /// The pointer is the map in which the key is missing.
    MissingField { name: String },
    /// Anything else, as a phrase that follows the name of the field: `must be at least 1`.
    Invalid(String),
}

impl Finding {
    pub fn code(&self) -> &'static Code {
        match self.problem {
            Problem::UnknownField => &UNKNOWN_FIELD,
            Problem::WrongType { .. } => &TYPE_MISMATCH,
            Problem::MissingField { .. } => &MISSING_FIELD,
            Problem::Invalid(_) => &INVALID_VALUE,
        }
    }

    /// The headline. `root` names what an empty pointer stands for, such as `this Site`; `prefix` stands before all others.
    pub fn message(&self, root: &str, prefix: &str) -> String {
        let name = |pointer: &Pointer| match pointer.is_root() {
            true => root.to_owned(),
            false => format!("{prefix}{}", pointer.dotted()),
        };
        match &self.problem {
            Problem::UnknownField => {
                let key = self.pointer.last().unwrap_or_default();
                format!("unknown field `{key}` in {}", name(&self.pointer.parent().unwrap_or_default()))
            }
            Problem::WrongType { expected, found, .. } => {
                format!("{} must be {expected}, found {found}", name(&self.pointer))
            }
            Problem::MissingField { name: field } => format!("{} lacks the field `{field}`", name(&self.pointer)),
            Problem::Invalid(phrase) => format!("{} {phrase}", name(&self.pointer)),
        }
    }

    /// What is at the place.
    pub fn label(&self) -> &'static str {
        match self.problem {
            Problem::UnknownField => "not known here",
            Problem::WrongType { .. } | Problem::Invalid(_) => "this value",
            Problem::MissingField { .. } => "in this map",
        }
    }
}

/// All findings, in order of pointer. An empty list means that the instance is valid.
pub fn check(validator: &Validator, schema: &Value, instance: &Value) -> Vec<Finding> {
    if validator.is_valid(instance) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for error in validator.iter_errors(instance) {
        collect(&error, schema, &mut findings);
    }
    findings.sort();
    findings.dedup();
    drop_followers(&mut findings);
    findings
}

/// A misspelt key is one mistake, not two: the field that it stands for is not told as missing.
fn drop_followers(findings: &mut Vec<Finding>) {
    let misspelt: Vec<Pointer> = findings
        .iter()
        .filter(|finding| finding.problem == Problem::UnknownField)
        .map(|finding| finding.pointer.clone())
        .collect();
    findings.retain(|finding| {
        let Problem::MissingField { name } = &finding.problem else { return true };
        !misspelt.iter().any(|key| {
            key.parent().as_ref() == Some(&finding.pointer)
                && !near::near_names(key.last().unwrap_or_default(), [name.as_str()]).is_empty()
        })
    });
}

fn collect(error: &ValidationError<'_>, schema: &Value, findings: &mut Vec<Finding>) {
    let pointer = pointer_of(error);
    let mut add = |at_key: bool, problem: Problem, help: Option<String>| {
        findings.push(Finding { pointer: pointer.clone(), at_key, problem, help });
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = sibling(schema, error, "properties");
            let known: Vec<&str> = known
                .and_then(Value::as_object)
                .map(|properties| properties.keys().map(String::as_str).collect())
                .unwrap_or_default();
            for key in unexpected {
                findings.push(Finding {
                    pointer: pointer.child(key),
                    at_key: true,
                    problem: Problem::UnknownField,
                    help: near::hint(key, known.iter().copied()),
                });
            }
        }
        ValidationErrorKind::Type { kind } => {
            let types: Vec<JsonType> = match kind {
                TypeKind::Single(one) => vec![*one],
                TypeKind::Multiple(set) => set.iter().collect(),
            };
            add(false, type_problem(&types, error.instance()), type_help(&types, error.instance()));
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default().to_owned();
            let description = sibling(schema, error, "properties")
                .and_then(|properties| properties.get(&name)?.get("description")?.as_str())
                .map(|text| format!(", {}", first_sentence(text)));
            let help = format!("add `{name}`{}", description.unwrap_or_default());
            add(true, Problem::MissingField { name }, Some(help));
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            collect_branches(context, error, schema, findings);
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&Value> = options.as_array().into_iter().flatten().collect();
            findings.push(not_one_of(pointer.clone(), &options, error.instance()));
        }
        ValidationErrorKind::Pattern { pattern } => {
            let found = show(error.instance());
            let help = due(schema, error).unwrap_or_else(|| format!("it must match the pattern {pattern}"));
            add(false, Problem::Invalid(format!("cannot be {found}")), Some(help));
        }
        ValidationErrorKind::Constant { expected_value } => {
            add(false, Problem::Invalid(format!("must be {}", show(expected_value))), None);
        }
        ValidationErrorKind::UniqueItems => {
            let items = error.instance().as_array().map(Vec::as_slice).unwrap_or_default();
            let second = items.iter().enumerate().find(|(index, item)| items[..*index].contains(item));
            let Some((index, item)) = second else { return };
            findings.push(Finding {
                pointer: pointer.child(index),
                at_key: false,
                problem: Problem::Invalid(format!("repeats {}", show(item))),
                help: Some("remove one of them".to_owned()),
            });
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let key = inner.instance().as_str().unwrap_or_default().to_owned();
            let help = due(schema, error).or_else(|| Some(inner.to_string()));
            findings.push(Finding {
                pointer: pointer.child(&key),
                at_key: true,
                problem: Problem::Invalid("is not a key that is allowed here".to_owned()),
                help,
            });
        }
        _ => {
            let phrase = phrase(error.kind()).unwrap_or_else(|| format!("is not valid: {error}"));
            let help = form(schema, error).or_else(|| bound_help(error.kind()));
            add(false, Problem::Invalid(phrase), help);
        }
    }
}

/// Words for the plain bounds of JSON Schema.
fn phrase(kind: &ValidationErrorKind) -> Option<String> {
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
fn bound_help(kind: &ValidationErrorKind) -> Option<String> {
    Some(match kind {
        ValidationErrorKind::Minimum { limit } => format!("write {limit} or more"),
        ValidationErrorKind::Maximum { limit } => format!("write {limit} or less"),
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => {
            "write more, or remove the line".to_owned()
        }
        ValidationErrorKind::MaxLength { .. } => "shorten it".to_owned(),
        _ => return None,
    })
}

/// Of alternatives, tells of the one that fits the instance's type best; if none fits, names all types.
fn collect_branches(
    branches: &[Vec<ValidationError<'static>>],
    error: &ValidationError<'_>,
    schema: &Value,
    findings: &mut Vec<Finding>,
) {
    let here = pointer_of(error);
    // Words with a description each are alternatives of one constant.
    let constants: Option<Vec<&Value>> = branches.iter().map(|branch| constant(branch)).collect();
    if let Some(constants) = constants.filter(|constants| !constants.is_empty()) {
        findings.push(not_one_of(here, &constants, error.instance()));
        return;
    }
    let is_type_error = |inner: &ValidationError<'_>| {
        matches!(inner.kind(), ValidationErrorKind::Type { .. }) && pointer_of(inner) == here
    };
    let fitting = branches.iter().filter(|branch| !branch.iter().any(is_type_error)).min_by_key(|branch| {
        (branch.iter().map(|inner| usize::MAX - inner.instance_path().segments().count()).min(), branch.len())
    });
    if let Some(branch) = fitting {
        for inner in branch {
            collect(inner, schema, findings);
        }
        return;
    }
    let mut types: Vec<JsonType> = Vec::new();
    for inner in branches.iter().flatten() {
        if let ValidationErrorKind::Type { kind } = inner.kind() {
            match kind {
                TypeKind::Single(one) => types.push(*one),
                TypeKind::Multiple(set) => types.extend(set.iter()),
            }
        }
    }
    let help = type_help(&types, error.instance());
    findings.push(Finding { pointer: here, at_key: false, problem: type_problem(&types, error.instance()), help });
}

/// The one constant that a branch asks for.
fn constant<'e>(branch: &'e [ValidationError<'static>]) -> Option<&'e Value> {
    branch.iter().find_map(|inner| match inner.kind() {
        ValidationErrorKind::Constant { expected_value } => Some(&**expected_value),
        _ => None,
    })
}

fn not_one_of(pointer: Pointer, options: &[&Value], instance: &Value) -> Finding {
    let words: Vec<String> = options.iter().map(|option| show(option)).collect();
    let help = instance.as_str().and_then(|word| {
        let known = options.iter().filter_map(|option| option.as_str());
        near::near_names(word, known).first().map(|name| format!("did you mean `{name}`?"))
    });
    let one_of = if words.len() > 1 { "one of " } else { "" };
    let phrase = format!("must be {one_of}{}, found {}", words.join(", "), show(instance));
    Finding { pointer, at_key: false, problem: Problem::Invalid(phrase), help }
}

/// The finding for a value that is of none of the types that `types`, the keyword of a schema, lists.
pub fn wrong_type(pointer: Pointer, types: &Value, instance: &Value) -> Option<Finding> {
    let schema = serde_json::json!({ "type": types });
    let validator = jsonschema::draft202012::new(&schema).ok()?;
    let finding = check(&validator, &schema, instance).into_iter().next()?;
    Some(Finding { pointer, ..finding })
}

fn type_problem(types: &[JsonType], instance: &Value) -> Problem {
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
fn type_help(types: &[JsonType], found: &Value) -> Option<String> {
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

fn show(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { format!("{}…", text.chars().take(60).collect::<String>()) } else { text }
}

fn pointer_of(error: &ValidationError<'_>) -> Pointer {
    Pointer::parse(error.instance_path().as_str()).unwrap_or_default()
}

/// A keyword beside the one that failed.
fn sibling<'s>(schema: &'s Value, error: &ValidationError<'_>, keyword: &str) -> Option<&'s Value> {
    let parent = Pointer::parse(error.schema_path().as_str()).ok()?.parent()?;
    parent.get(schema)?.get(keyword)
}

/// What to write: the form that our own schemas spell out, else what the failed schema's description says it is.
fn due(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    form(schema, error).or_else(|| {
        let text = sibling(schema, error, "description")?.as_str()?;
        Some(format!("it is {}", first_sentence(text)))
    })
}

/// `write a duration, such as 5m`, where the schema says so under [`FORM`].
fn form(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    Some(format!("write {}", sibling(schema, error, FORM)?.as_str()?))
}

fn first_sentence(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn messages(schema: Value, instance: Value) -> Vec<String> {
        let validator = jsonschema::validator_for(&schema).expect("schema is valid");
        check(&validator, &schema, &instance)
            .into_iter()
            .map(|finding| match &finding.help {
                Some(help) => format!("{} [{help}]", finding.message("the document", "")),
                None => finding.message("the document", ""),
            })
            .collect()
    }

    #[test]
    fn every_problem_is_told_in_plain_words() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["image"],
            "properties": {
                "image": {"type": "string"},
                "replicas": {"type": "integer", "minimum": 1},
                "kind": {"enum": ["apache", "nginx"]},
                "clusters": {"anyOf": [
                    {"type": "array", "items": {"type": "string"}},
                    {"type": "object", "additionalProperties": {"type": "object"}}]},
            }
        });
        assert_eq!(
            messages(schema.clone(), json!({"replicsa": 1, "kind": "apach", "clusters": 3})),
            [
                "the document lacks the field `image` [add `image`]",
                "clusters must be a list or a map, found a number [write a list: `[...]`, or each item on a line of its own after a dash]",
                "kind must be one of \"apache\", \"nginx\", found \"apach\" [did you mean `apache`?]",
                "unknown field `replicsa` in the document [did you mean `replicas`?]",
            ]
        );
        assert_eq!(
            messages(schema, json!({"image": 1, "replicas": 0, "clusters": ["a", 2]})),
            [
                "clusters[1] must be a string, found a number",
                "image must be a string, found a number",
                "replicas must be at least 1 [write 1 or more]",
            ]
        );
    }
}
