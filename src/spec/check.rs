//! Holds values against a JSON Schema and tells what is wrong in bayplan's words.
//!
//! Used for specs (the schema comes from the Rust types) and for merged values (the schema is the template's). It knows
//! pointers, no places: the caller finds those.

mod collect;
mod words;

pub use words::found_name;

use crate::diag::Code;
use crate::kubernetes::codes::TYPE_MISMATCH;
use crate::near;
use crate::pointer::Pointer;
use collect::collect;
use jsonschema::Validator;
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

/// The finding for a value that is of none of the types that `types`, the keyword of a schema, lists.
pub fn wrong_type(pointer: Pointer, types: &Value, instance: &Value) -> Option<Finding> {
    let schema = serde_json::json!({ "type": types });
    let validator = jsonschema::draft202012::new(&schema).ok()?;
    let finding = check(&validator, &schema, instance).into_iter().next()?;
    Some(Finding { pointer, ..finding })
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
