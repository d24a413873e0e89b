//! Labels that say where an object comes from: on its metadata only, never in selectors or pod templates.

use super::UnitContext;
use super::codes::RESERVED_KEY;
use crate::diag::{Diagnostic, Diagnostics};
use crate::object::{Object, Owner};
use crate::pointer::Pointer;
use serde_json::Value;

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
pub const TENANT: &str = "bayplan/tenant";
pub const ENVIRONMENT: &str = "bayplan/environment";
pub const SITE: &str = "bayplan/site";

/// Adds the labels of the owner, and reports keys that begin with `bayplan/` and are not the user's to set.
pub fn add(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    if object.verbatim.is_some() {
        return;
    }
    // What the compiler writes itself may carry its own labels.
    if object.origin.rendered.is_some() {
        report_reserved(object, context, diagnostics);
    }
    if object.label(MANAGED_BY).is_none() {
        object.set_label(MANAGED_BY, "bayplan");
    }
    let Some(namespace) = &context.namespace else { return };
    object.set_label(TENANT, namespace.tenant);
    object.set_label(ENVIRONMENT, namespace.environment);
    if let Owner::Site(number) = object.owner
        && let Some(deployment) = namespace.deployments.get(number)
    {
        object.set_label(SITE, deployment.site);
    }
}

fn report_reserved(object: &Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    for field in ["labels", "annotations"] {
        let keys = object.value.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_object);
        for key in keys.into_iter().flat_map(|map| map.keys()).filter(|key| key.starts_with("bayplan/")) {
            let pointer = Pointer::from_segments(["metadata", field, key]);
            let mut diagnostic = Diagnostic::error(
                &RESERVED_KEY,
                format!("{} of {} is not known: `bayplan/` is the compiler's", pointer.dotted(), object.identity()),
            )
            .at(object.origin.locate(&pointer), "written here")
            .help("templates may set the annotations bayplan/layer and bayplan/run, nothing else that begins with bayplan/");
            if let Some(deployment) = context.deployment_id(object.owner) {
                diagnostic = diagnostic.in_deployment(deployment);
            }
            diagnostics.push(diagnostic);
        }
    }
}
