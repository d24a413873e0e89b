//! What is wrong with a template's values schema as a JSON Schema, in plain words.
//!
//! JSON Schema passes over keywords that it does not know, so a misspelt one would be lost without a word.

use super::VALUES_SCHEMA;
use crate::diag::{Diagnostic, Diagnostics};
use crate::near;
use crate::pointer::Pointer;
use crate::spec::{Spec, TemplateSpec};
use serde_json::Value;

/// Keywords of JSON Schema, and those of OpenAPI and Kubernetes that people write beside them.
const KEYWORDS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "discriminator",
    "else",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
];

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// Reports keywords that are near to one that JSON Schema knows. Others pass: tools have their own.
pub(super) fn check(schema: &Value, at: &Pointer, head: &Spec<TemplateSpec>, diagnostics: &mut Diagnostics) {
    let Value::Object(map) = schema else { return };
    for (keyword, inner) in map {
        let here = at.child(keyword);
        let is_known = KEYWORDS.contains(&keyword.as_str());
        let near = || near::near_names(keyword, KEYWORDS.iter().copied()).into_iter().next();
        if !is_known && let Some(near) = near() {
            diagnostics.push(
                Diagnostic::error(&VALUES_SCHEMA, format!("`{keyword}` is no keyword of JSON Schema"))
                    .at(head.document.locate_key(&here), "has no effect")
                    .help(format!("did you mean `{near}`?")),
            );
        }
        for (pointer, inner) in subschemas(keyword, inner, &here) {
            check(inner, &pointer, head, diagnostics);
        }
    }
}

/// The schemas that a keyword holds.
fn subschemas<'s>(keyword: &str, value: &'s Value, at: &Pointer) -> Vec<(Pointer, &'s Value)> {
    match (keyword, value) {
        ("properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas", Value::Object(map)) => {
            map.iter().map(|(name, inner)| (at.child(name), inner)).collect()
        }
        ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(items)) => {
            items.iter().enumerate().map(|(index, inner)| (at.child(index), inner)).collect()
        }
        (
            "items"
            | "additionalProperties"
            | "contains"
            | "propertyNames"
            | "not"
            | "if"
            | "then"
            | "else"
            | "unevaluatedItems"
            | "unevaluatedProperties",
            Value::Object(_),
        ) => vec![(at.clone(), value)],
        _ => Vec::new(),
    }
}

/// The error of a schema that breaks the rules of JSON Schema at `pointer`.
pub(super) fn no_schema(error: &jsonschema::ValidationError<'_>, pointer: &Pointer) -> Diagnostic {
    match (pointer.last(), error.instance().as_ref()) {
        (Some("type"), Value::String(word)) => {
            Diagnostic::error(&VALUES_SCHEMA, format!("`{word}` is no type of JSON Schema"))
                .maybe_help(near::hint(word, TYPES))
        }
        _ => Diagnostic::error(&VALUES_SCHEMA, format!("the values schema is no JSON Schema: {error}"))
            .help("see the rules of JSON Schema, draft 2020-12, for what this keyword takes"),
    }
}
