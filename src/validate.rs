//! Finished objects held against what Kubernetes takes and what the fleet's rules ask.

pub mod rules;
pub mod schema;
pub mod view;

use crate::diag::{Diagnostic, Diagnostics};
use crate::finish::UnitContext;
use crate::finish::codes::NOT_AN_OBJECT;
use crate::object::Object;
use crate::pointer::Pointer;
use rules::{RuleContext, Verdict};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether a rendered document says what it is: `apiVersion`, `kind`, `metadata.name`.
pub fn identity(object: &Object<'_>, deployment: Option<&str>, diagnostics: &mut Diagnostics) {
    let mut refuse = |message: String, pointer: Pointer, help: &str| {
        let place = object.origin.field(&pointer);
        let mut diagnostic = Diagnostic::error(&NOT_AN_OBJECT, message).at(place.span, place.label).help(help);
        if let Some(deployment) = deployment {
            diagnostic = diagnostic.in_deployment(deployment);
        }
        diagnostics.push(diagnostic);
    };
    for key in ["apiVersion", "kind"] {
        match object.value.get(key) {
            Some(Value::String(text)) if !text.is_empty() => {}
            Some(_) => {
                refuse(format!("`{key}` must be a string"), Pointer::from_segments([key]), "write it in quotes");
                return;
            }
            None => {
                let help = format!("add `{key}: ...`: every document of a template is a Kubernetes object");
                refuse(format!("this document has no `{key}`"), Pointer::root(), &help);
                return;
            }
        }
    }
    let metadata = object.value.get("metadata");
    if metadata.is_some_and(|metadata| metadata.get("generateName").is_some()) {
        let pointer = Pointer::from_segments(["metadata", "generateName"]);
        refuse("metadata.generateName is not supported".to_owned(), pointer, "set metadata.name");
        return;
    }
    match metadata.and_then(|metadata| metadata.get("name")) {
        Some(Value::String(name)) if !name.is_empty() => {}
        Some(Value::String(_) | Value::Null) => {
            let pointer = Pointer::from_segments(["metadata", "name"]);
            refuse("metadata.name is empty".to_owned(), pointer, "set metadata.name");
        }
        Some(_) => {
            let pointer = Pointer::from_segments(["metadata", "name"]);
            refuse("metadata.name must be a string".to_owned(), pointer, "write it in quotes");
        }
        None => {
            let pointer = Pointer::from_segments(["metadata"]);
            refuse(format!("this {} has no metadata.name", object.kind()), pointer, "set metadata.name");
        }
    }
}

/// All checks of a unit's finished objects, of schemas and of rules.
pub fn objects(
    objects: &[Object<'_>],
    context: &UnitContext<'_>,
    rules: &RuleContext<'_>,
    diagnostics: &mut Diagnostics,
) -> Verdict {
    let broken = schemas(objects, context, diagnostics);
    rules::check(objects, &broken, context, rules, diagnostics)
}

/// The schemas alone, for what the compiler writes itself. Gives the numbers of the objects that do not fit.
pub fn schemas(objects: &[Object<'_>], context: &UnitContext<'_>, diagnostics: &mut Diagnostics) -> BTreeSet<usize> {
    let mut broken = BTreeSet::new();
    for (number, object) in objects.iter().enumerate() {
        let mut found = Diagnostics::new();
        schema::check(object, context, &mut found);
        if found.has_errors() {
            broken.insert(number);
        }
        diagnostics.extend(found);
    }
    broken
}
