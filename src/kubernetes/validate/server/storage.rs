//! Claims, volumes and classes of storage.

use super::{Fields, Walk, forms, items, present, selector};
use crate::kubernetes::quantity;
use crate::kubernetes::validate::Step;
use serde_json::Value;
use std::cmp::Ordering;

pub(super) fn check_claim<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    access_modes(walk, spec);
    let requests = spec.get("resources").and_then(|resources| resources.get("requests"));
    match requests.and_then(|requests| requests.get("storage")).filter(|amount| !amount.is_null()) {
        Some(_) => walk.map(spec, "resources", |walk, resources| {
            walk.map(resources, "requests", |walk, requests| positive(walk, requests, "storage"));
        }),
        None => walk.refuse("does not say how much storage it asks for", "set resources.requests.storage"),
    }
    walk.form(spec, "storageClassName", forms::is_subdomain, forms::SUBDOMAIN);
    walk.map(spec, "selector", selector::check);
}

pub(super) fn check_volume<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    access_modes(walk, spec);
    match spec.get("capacity") {
        Some(Value::Object(capacity)) if present(capacity, "storage").is_some() => {
            walk.below(Step::Field("capacity"), |walk| positive(walk, capacity, "storage"));
        }
        _ => walk.refuse("does not say how much it holds", "set capacity.storage"),
    }
    walk.form(spec, "storageClassName", forms::is_subdomain, forms::SUBDOMAIN);
    let mut sources = spec.iter().filter(|(name, value)| !NO_SOURCES.contains(&name.as_str()) && !value.is_null());
    match (sources.next(), sources.next()) {
        (None, _) => walk.refuse("does not say where it is kept", "set one source, such as csi, nfs or hostPath"),
        (Some((first, _)), Some((second, _))) => {
            walk.refuse_at(second, "is a second source of the volume", &format!("keep one of {first} and {second}"));
        }
        (Some(_), None) => {}
    }
    walk.map(spec, "nfs", |walk, share| {
        walk.not_empty(share, "server");
        let form = forms::Form { what: "must be an absolute path", help: "begin it with `/`" };
        walk.form(share, "path", |path| path.starts_with('/'), form);
    });
}

/// Fields of a volume's spec that are no source.
const NO_SOURCES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

fn access_modes<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    walk.due_list(spec, "accessModes");
    let modes = items(spec, "accessModes");
    if modes.len() > 1 && modes.iter().any(|mode| mode == "ReadWriteOncePod") {
        walk.refuse_at("accessModes", "cannot hold ReadWriteOncePod and others", "keep one");
    }
}

fn positive<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, name: &'v str) {
    walk.field(fields, name, |walk, amount| {
        let order = quantity::compare(amount, &Value::from(0));
        if matches!(order, Some(Ordering::Less | Ordering::Equal)) {
            walk.refuse("must be above zero", "correct the amount");
        }
    });
}

pub(super) fn check_class<'v>(walk: &mut Walk<'_, 'v>, class: &'v Fields) {
    walk.not_empty(class, "provisioner");
    let is_provisioner = |name: &str| forms::is_qualified_name(&name.to_ascii_lowercase());
    walk.form(class, "provisioner", is_provisioner, forms::QUALIFIED);
}
