//! Each object against the schema of its kind on its cluster.

use super::in_deployment;
use crate::diag::{Diagnostic, Diagnostics};
use crate::finish::UnitContext;
use crate::finish::codes::UNKNOWN_KIND;
use crate::kubernetes::{Lookup, NearKinds};
use crate::object::Object;
use crate::pointer::Pointer;

/// Reports an unknown kind, or every field that breaks the kind's schema.
pub fn check(object: &Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    match context.api.kind(object.api_version(), object.kind()) {
        Lookup::Served(_) => {}
        Lookup::Removed { last, replacement } => {
            let message = format!(
                "{} of {} is not served by Kubernetes {}: {last} was the last",
                object.kind(),
                object.api_version(),
                context.api.minor()
            );
            report(
                object,
                "apiVersion",
                message,
                replacement.map(|version| format!("use {version}")),
                context,
                diagnostics,
            );
        }
        Lookup::NotYet { first, replacement } => {
            let message = format!(
                "{} of {} is not yet served by Kubernetes {}: {first} is the first",
                object.kind(),
                object.api_version(),
                context.api.minor()
            );
            report(
                object,
                "apiVersion",
                message,
                replacement.map(|version| format!("use {version}")),
                context,
                diagnostics,
            );
        }
        Lookup::Unknown(near) => {
            let is_let_through =
                context.unvalidated.iter().any(|kind| kind.group == object.group() && kind.kind == object.kind());
            if !is_let_through {
                let message = format!("no kind {} in {}", object.kind(), object.api_version());
                report(object, "kind", message, Some(near_help(&near, object)), context, diagnostics);
            }
        }
    }
}

fn near_help(near: &NearKinds<'_>, object: &Object<'_>) -> String {
    if !near.api_versions.is_empty() {
        return format!("{} is in {}", object.kind(), near.api_versions.join(", "));
    }
    let candidates = if near.kinds.is_empty() { &near.near_api_versions } else { &near.kinds };
    match candidates.as_slice() {
        [] => "put its CustomResourceDefinition into crds/, or list it under `unvalidated` in the Fleet".to_owned(),
        names => format!("did you mean {}?", names.join(" or ")),
    }
}

fn report(
    object: &Object<'_>,
    field: &str,
    message: String,
    help: Option<String>,
    context: &UnitContext<'_>,
    diagnostics: &mut Diagnostics,
) {
    let place = object.origin.field(&Pointer::from_segments([field]));
    let diagnostic = Diagnostic::error(&UNKNOWN_KIND, message).at(place.span, place.label).maybe_help(help);
    diagnostics.push(in_deployment(diagnostic, object.owner, context));
}
