//! What a validator says, as findings: alternatives are told as one, and the schema is asked what would be right.

use super::words::{bound_help, either, first_sentence, phrase, show, type_help, type_problem};
use super::{FORM, Finding, Problem};
use crate::near;
use crate::pointer::Pointer;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

/// Adds what an error comes to.
pub(super) fn collect(error: &ValidationError<'_>, schema: &Value, findings: &mut Vec<Finding>) {
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
            let help = form(schema, error).unwrap_or_else(|| match described(schema, error) {
                Some(what) => format!("write {what}, in the form {pattern}"),
                None => format!("write it in the form {pattern}"),
            });
            add(false, Problem::Invalid(format!("cannot be {found}")), Some(help));
        }
        ValidationErrorKind::Constant { expected_value } => {
            let due = show(expected_value);
            add(false, Problem::Invalid(format!("must be {due}")), Some(format!("write {due}")));
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
    let help = help.or_else(|| Some(format!("write {}", either(&words)?)));
    let one_of = if words.len() > 1 { "one of " } else { "" };
    let phrase = format!("must be {one_of}{}, found {}", words.join(", "), show(instance));
    Finding { pointer, at_key: false, problem: Problem::Invalid(phrase), help }
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
    form(schema, error).or_else(|| Some(format!("write {}", described(schema, error)?)))
}

/// What the failed schema's description says that the value is.
fn described(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    Some(first_sentence(sibling(schema, error, "description")?.as_str()?))
}

/// `write a duration, such as 5m`, where the schema says so under [`FORM`].
fn form(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    Some(format!("write {}", sibling(schema, error, FORM)?.as_str()?))
}
