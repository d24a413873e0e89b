//! Annotations that keep data and namespaces when an edit removes them, and that keep Flux from substituting `${…}`.
//!
//! Both tools read the annotation from the object in the cluster, so it must be there from the first apply on.

use super::UnitContext;
use crate::object::Object;
use crate::pointer::Follow;
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use serde_json::Value;

pub const FLUX_PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
pub const ARGO_SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const FLUX_SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Marks data and namespaces of protected owners for both tools.
pub fn keep(object: &mut Object<'_>, context: &UnitContext<'_>) {
    let is_namespace = object.group().is_empty() && object.kind() == "Namespace";
    if (object.layer == Layer::Data || is_namespace) && context.is_protected(object.owner) {
        add_keep_annotations(object);
    }
}

/// Adds both tools' keep-annotations; sync options that the template wrote stay.
pub fn add_keep_annotations(object: &mut Object<'_>) {
    object.set_annotation(FLUX_PRUNE, "disabled");
    let mut options: Vec<String> = object
        .annotation(ARGO_SYNC_OPTIONS)
        .into_iter()
        .flat_map(|text| text.split(','))
        .map(|option| option.trim().to_owned())
        .filter(|option| !option.is_empty() && !option.starts_with("Prune=") && !option.starts_with("Delete="))
        .collect();
    options.extend(["Prune=false".to_owned(), "Delete=false".to_owned()]);
    object.set_annotation(ARGO_SYNC_OPTIONS, &options.join(","));
}

/// Whether an object is published with a keep-annotation.
pub fn is_kept(object: &Value) -> bool {
    let annotation = |key: &str| {
        object.follow("/metadata/annotations").and_then(|annotations| annotations.get(key)).and_then(Value::as_str)
    };
    annotation(FLUX_PRUNE) == Some("disabled")
}

/// On Flux clusters an object that holds `${` is kept out of variable substitution, which a platform team may have switched on.
pub fn refuse_substitution(object: &mut Object<'_>, context: &UnitContext<'_>) {
    if context.delivery == DeliveryKind::Flux && holds_variable(&object.value) {
        object.set_annotation(FLUX_SUBSTITUTE, "disabled");
    }
}

fn holds_variable(value: &Value) -> bool {
    // Most texts have no dollar at all, which is told faster.
    let is_in = |text: &str| text.as_bytes().contains(&b'$') && text.contains("${");
    match value {
        Value::String(text) => is_in(text),
        Value::Array(items) => items.iter().any(holds_variable),
        Value::Object(map) => map.iter().any(|(key, value)| is_in(key) || holds_variable(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
