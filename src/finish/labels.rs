//! Labels that say where an object comes from: on its metadata only, never in selectors or pod templates.

use super::UnitContext;
use super::codes::RESERVED_KEY;
use super::config_hash;
use crate::diag::{Diagnostic, Diagnostics};
use crate::near::near_names;
use crate::object::{Object, Owner, pod_template_path};
use crate::pointer::{Follow, Pointer};
use serde_json::{Map, Value};

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
    let owner = object.owner;
    let Some(labels) = object.labels_mut() else { return };
    if labels.get(MANAGED_BY).is_none_or(|value| !value.is_string()) {
        set(labels, MANAGED_BY, "bayplan");
    }
    let Some(namespace) = &context.namespace else { return };
    set(labels, TENANT, namespace.tenant);
    set(labels, ENVIRONMENT, namespace.environment);
    if let Owner::Site(number) = owner
        && let Some(deployment) = namespace.deployments.get(number)
    {
        set(labels, SITE, deployment.site);
    }
}

fn set(labels: &mut Map<String, Value>, key: &str, value: &str) {
    labels.insert(key.to_owned(), Value::from(value));
}

/// Keys that templates may write. Those with a value that is no text are left to the schema.
const ALLOWED: [&str; 2] = ["bayplan/layer", "bayplan/run"];

fn report_reserved(object: &Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    let of_pods = pod_template_path(object.group(), object.kind());
    for template in std::iter::once("").chain(of_pods) {
        let metadata = object.value.follow(template).and_then(|template| template.get("metadata"));
        for field in ["labels", "annotations"] {
            let map = metadata.and_then(|metadata| metadata.get(field)).and_then(Value::as_object);
            for key in map.into_iter().flat_map(|map| map.keys()).filter(|key| key.starts_with("bayplan/")) {
                let is_allowed = template.is_empty() && field == "annotations" && ALLOWED.contains(&key.as_str());
                if !is_allowed {
                    let at = Pointer::from_segments(template.split('/').skip(1).chain(["metadata", field, key]));
                    report_key(&at, key, object, context, diagnostics);
                }
            }
        }
    }
}

fn report_key(
    pointer: &Pointer,
    key: &str,
    object: &Object<'_>,
    context: &UnitContext<'_>,
    diagnostics: &mut Diagnostics,
) {
    let is_ours = [TENANT, ENVIRONMENT, SITE, config_hash::ANNOTATION].contains(&key);
    let help = match near_names(key, ALLOWED).first() {
        Some(near) if !is_ours => format!("did you mean the annotation `{near}`?"),
        _ if is_ours => "remove it: the compiler sets it".to_owned(),
        _ => "templates may set the annotations bayplan/layer and bayplan/run, nothing else of `bayplan/`".to_owned(),
    };
    let place = object.origin.field(pointer);
    let message = format!("{} may not carry `{key}`: `bayplan/` is the compiler's", object.identity());
    let diagnostic = Diagnostic::error(&RESERVED_KEY, message)
        .about(object.name())
        .at(place.key.unwrap_or(place.span), "written here")
        .help(help);
    diagnostics.push(context.of_owner(diagnostic, object.owner));
}
