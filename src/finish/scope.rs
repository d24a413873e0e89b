//! Namespaces: sets `metadata.namespace` on namespaced objects and refuses what an owner may not write.

use super::UnitContext;
use super::codes::{CLUSTER_SCOPED, FOREIGN_NAMESPACE, MISSING_NAMESPACE};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::kubernetes::{Lookup, Scope};
use crate::object::{Object, Owner};
use crate::pointer::Pointer;
use serde_json::Value;

/// The scope of an object's kind: from the cluster's schemas, the fleet's CRDs, or what the Fleet says of a kind that it
/// lets through. None for an unknown kind, which validation reports.
pub fn of(object: &Object<'_>, context: &UnitContext<'_>) -> Option<Scope> {
    match context.api.kind(object.api_version(), object.kind()) {
        Lookup::Served(info) => Some(info.scope),
        Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown { .. } => context
            .unvalidated
            .iter()
            .find(|kind| kind.group == object.group() && kind.kind == object.kind())
            .map(|kind| if kind.namespaced { Scope::Namespaced } else { Scope::Cluster }),
    }
}

/// Sets the namespace where one is due.
pub fn place(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    let Some(scope) = of(object, context) else { return };
    let written = object.namespace();
    match (scope, &context.namespace) {
        (Scope::Namespaced, Some(namespace)) if written.is_empty() => object.set_metadata("namespace", namespace.name),
        (Scope::Namespaced, Some(namespace)) if written == namespace.name => {}
        (Scope::Namespaced, Some(_)) => {
            let message = format!("{} is written into namespace `{written}`, not into its own", object.identity());
            let help = "remove metadata.namespace: the compiler sets it";
            report(object, context, &FOREIGN_NAMESPACE, &["metadata", "namespace"], message, help, diagnostics);
        }
        (Scope::Namespaced, None) if written.is_empty() => {
            let message = format!("{} names no namespace", object.identity());
            let help = "set metadata.namespace: an object of a cluster's template has no namespace of its own";
            report(object, context, &MISSING_NAMESPACE, &["metadata"], message, help, diagnostics);
        }
        (Scope::Namespaced, None) => {}
        (Scope::Cluster, _) => cluster_scoped(object, context, diagnostics),
    }
}

fn cluster_scoped(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    if matches!(object.owner, Owner::Site(_)) {
        let message = format!("{} is cluster-scoped, which a site's template may not write", object.identity());
        let help = "move it to a template of scope cluster or namespace";
        report(object, context, &CLUSTER_SCOPED, &["kind"], message, help, diagnostics);
        return;
    }
    let written = object.namespace();
    if !written.is_empty() {
        let message = format!("{} is cluster-scoped and cannot lie in namespace `{written}`", object.identity());
        let help = "remove metadata.namespace";
        report(object, context, &FOREIGN_NAMESPACE, &["metadata", "namespace"], message, help, diagnostics);
        if let Some(Value::Object(metadata)) = object.value.get_mut("metadata") {
            metadata.remove("namespace");
        }
    }
    if let Some(namespace) = &context.namespace
        && object.group().is_empty()
        && object.kind() == "Namespace"
        && object.name() != namespace.name
    {
        let message = format!("Namespace `{}` is not the one that this template is rendered for", object.name());
        let help = "name it `{{namespace}}`";
        report(object, context, &FOREIGN_NAMESPACE, &["metadata", "name"], message, help, diagnostics);
    }
}

fn report(
    object: &Object<'_>,
    context: &UnitContext<'_>,
    code: &'static Code,
    segments: &[&str],
    message: String,
    help: &str,
    diagnostics: &mut Diagnostics,
) {
    let pointer = Pointer::from_segments(segments.iter().copied());
    let diagnostic = Diagnostic::error(code, message)
        .about(object.name())
        .at(object.origin.locate(&pointer), "written here")
        .help(help);
    diagnostics.push(context.of_owner(diagnostic, object.owner));
}
