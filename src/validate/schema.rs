//! Each object against the schema of its kind on its cluster.

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::finish::UnitContext;
use crate::kubernetes::{Kind, KindProblem, Lookup, Problem, ServedKind, Violation, validate_object};
use crate::near;
use crate::object::{FieldPlace, Object};
use crate::pointer::Pointer;

/// Reports an unknown kind, or every field that breaks the kind's schema.
pub fn check(object: &Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    let lookup = context.api.kind(object.api_version(), object.kind());
    match &lookup {
        Lookup::Served(served) => {
            let mut violations = Vec::new();
            // Of a SOPS file, the block that the cluster's decryption takes off is no field of a Secret.
            match &object.verbatim {
                Some(_) => validate_object(*served, &without_sops(object), &mut violations),
                None => validate_object(*served, &object.value, &mut violations),
            }
            // An octal that is told as such is of the wrong type because of that alone.
            let told = octals(Some(*served), object, context, diagnostics);
            let is_follower =
                |violation: &&Violation| told.contains(&violation.pointer) || is_misspelt(violation, &violations);
            for violation in violations.iter().filter(|violation| !is_follower(violation)) {
                diagnostics.push(context.of_owner(diagnostic(violation, object), object.owner));
            }
            if let Some(problem) = served.deprecation() {
                report(problem, Severity::Warning, "apiVersion", object, context, diagnostics);
            }
        }
        Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown(_) => {
            let is_let_through = matches!(lookup, Lookup::Unknown(_))
                && context
                    .unvalidated
                    .iter()
                    .any(|listed| listed.group == object.group() && listed.kind == object.kind());
            let problem = lookup.problem(object.api_version(), object.kind(), context.api.minor());
            if let Some(problem) = problem.filter(|_| !is_let_through) {
                let field = if matches!(lookup, Lookup::Unknown(_)) { "kind" } else { "apiVersion" };
                report(problem, Severity::Error, field, object, context, diagnostics);
            } else {
                octals(None, object, context, diagnostics);
            }
        }
    }
}

/// Whether a field is missing because it is misspelt, which is told where it is written.
fn is_misspelt(missing: &Violation, violations: &[Violation]) -> bool {
    let Problem::MissingField { is_null: false } = missing.problem else { return false };
    let name = missing.pointer.last();
    violations.iter().any(|violation| match &violation.problem {
        Problem::UnknownField { near, .. } => {
            violation.pointer.parent() == missing.pointer.parent()
                && near.iter().any(|near| Some(near.as_str()) == name)
        }
        _ => false,
    })
}

fn without_sops(object: &Object<'_>) -> serde_json::Value {
    let mut value = object.value.clone();
    if let Some(map) = value.as_object_mut() {
        map.remove("sops");
    }
    value
}

/// A violation with the template's line, and the line of the value that was inserted there.
fn diagnostic(violation: &Violation, object: &Object<'_>) -> Diagnostic {
    let name = object.identity().to_string();
    let mut diagnostic =
        Diagnostic::error(violation.code(), violation.message(&name)).about(object.name()).maybe_help(violation.help());
    let label = |place: &FieldPlace| match (place.label.as_str(), violation.label()) {
        ("", own) => own,
        (at, _) => at.to_owned(),
    };
    if matches!(violation.problem, Problem::MissingField { is_null: false })
        && let Some((span, label)) = object.origin.removed(&violation.pointer)
    {
        diagnostic.help = vec!["leave it there: Kubernetes asks for it".to_owned()];
        return diagnostic.at(span, label);
    }
    if matches!(violation.problem, Problem::MissingField { is_null: false })
        && let Some(near) = near_item(violation, object)
    {
        diagnostic.help.insert(0, format!("did you mean `{near}`? this item has a name that no other has"));
    }
    let place = match violation.problem {
        // The pointer names what is not there: the place is what should hold it.
        Problem::MissingField { is_null: false } => {
            object.origin.field(&violation.pointer.parent().unwrap_or_default())
        }
        _ => object.origin.field(&violation.pointer),
    };
    let span = match violation.problem {
        Problem::UnknownField { .. } | Problem::BadKey | Problem::ServerField => place.key.unwrap_or(place.span),
        Problem::MissingField { is_null: false } => place.key.unwrap_or(place.span),
        _ => place.span,
    };
    let text = match violation.problem {
        Problem::UnknownField { .. } if place.value.is_none() => violation.label(),
        Problem::MissingField { is_null: false } => violation.label(),
        _ => label(&place),
    };
    diagnostic = diagnostic.at(span, text);
    // A value of the declared type that is of the wrong type here is a mistake of the template, wherever it was set.
    let declared = place.declared.filter(|_| matches!(violation.problem, Problem::WrongType { .. }));
    if let Some((declared, label)) = declared {
        diagnostic = diagnostic.also(declared, label);
    } else if let Some((value, layer)) = place.value {
        diagnostic = diagnostic.also(value, format!("this value, from {layer}"));
    } else if let Some((part, layer)) = place.part.filter(|_| violation.is_of_the_value()) {
        diagnostic = diagnostic.also(part, format!("a part of it, from {layer}"));
    }
    diagnostic
}

/// The name of another item of the list that was probably meant by the item that lacks a field.
fn near_item<'v>(violation: &Violation, object: &'v Object<'_>) -> Option<&'v str> {
    let item = violation.pointer.parent()?;
    let items = item.parent()?.get(&object.value)?.as_array()?;
    let name = |item: &'v serde_json::Value| item.get("name").and_then(serde_json::Value::as_str);
    let own = name(item.get(&object.value)?)?;
    near::near_names(own, items.iter().filter_map(name)).first().copied()
}

/// `0644` is 420 where the schema wants a number, and an error elsewhere: readers of YAML 1.2 take it for 644.
/// Gives the places of those that it told.
fn octals(
    served: Option<ServedKind<'_>>,
    object: &Object<'_>,
    context: &UnitContext<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Pointer> {
    let mut told = Vec::new();
    for octal in &object.octals {
        let segments = octal.pointer.segments();
        let root = served.map(|served| served.schema);
        let schema = root.and_then(|root| segments.iter().try_fold(root, |schema, segment| schema.at(segment)));
        let is_text = schema.is_some_and(|schema| schema.kind() == Kind::String);
        let is_number = schema.is_some_and(|schema| match schema.kind() {
            Kind::Integer | Kind::Number => true,
            Kind::Any
            | Kind::Object
            | Kind::List
            | Kind::String
            | Kind::Boolean
            | Kind::IntOrString
            | Kind::Quantity => false,
        });
        if !is_number {
            let mut diagnostic = octal.refused();
            if is_text {
                diagnostic.help = vec![format!("write it in quotes: \"{}\"", octal.text)];
            }
            diagnostics.push(context.of_owner(diagnostic, object.owner));
            told.push(octal.pointer.clone());
        }
    }
    told
}

fn report(
    problem: KindProblem,
    severity: Severity,
    field: &str,
    object: &Object<'_>,
    context: &UnitContext<'_>,
    diagnostics: &mut Diagnostics,
) {
    let place = object.origin.field(&Pointer::from_segments([field]));
    let diagnostic = Diagnostic::new(problem.code, severity, problem.message)
        .about(context.api.minor().to_string())
        .at(place.span, place.label)
        .help(problem.help);
    diagnostics.push(context.of_owner(diagnostic, object.owner));
}
