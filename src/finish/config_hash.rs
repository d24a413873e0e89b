//! Stamps pod templates with a hash of the configuration that their containers read, so that a change of it rolls the pods.
//!
//! The hash is the first 10 hex digits of SHA-256 over compact JSON with sorted keys: the sorted list of `[kind, name, data]`,
//! one for each ConfigMap and Secret of the namespace in this output which the pod names in `env`, `envFrom` or `volumes`.
//! `data` is `{"binaryData": …, "data": …}` of a ConfigMap (`{}` where absent); of a SOPS file the document without its
//! `sops` key; of a Secret that an ExternalSecret or SealedSecret makes, that object's `spec`.

use super::hash::{hex, sha256_of_json};
use crate::object::{Object, pod_template_path};
use crate::spec::template::Run;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The annotation on pod templates.
pub const ANNOTATION: &str = "bayplan/config-hash";

/// A ConfigMap or Secret by kind and name, with what is hashed of it.
type Sources = BTreeMap<(&'static str, String), Value>;

/// Stamps every pod template of a namespace's objects; a Job that runs `once` is left as it is.
pub fn stamp(objects: &mut [Object<'_>]) {
    let sources = sources(objects);
    if sources.is_empty() {
        return;
    }
    for object in objects.iter_mut().filter(|object| object.verbatim.is_none() && object.run != Some(Run::Once)) {
        let Some(path) = pod_template_path(object.kind()) else { continue };
        let Some(template) = object.value.pointer_mut(path) else { continue };
        let found: Vec<Value> = template
            .get("spec")
            .map(references)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|key| sources.get(&key).map(|data| json!([key.0, key.1, data])))
            .collect();
        if found.is_empty() {
            continue;
        }
        let hash = hex(&sha256_of_json(&Value::Array(found)), 10);
        set_annotation(template, &hash);
    }
}

fn set_annotation(template: &mut Value, hash: &str) {
    let Value::Object(template) = template else { return };
    let metadata = template.entry("metadata").or_insert_with(|| json!({}));
    let Value::Object(metadata) = metadata else { return };
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if let Value::Object(annotations) = annotations {
        annotations.insert(ANNOTATION.to_owned(), json!(hash));
    }
}

fn sources(objects: &[Object<'_>]) -> Sources {
    let mut sources = Sources::new();
    for object in objects {
        let value = &object.value;
        let or_empty = |key: &str| value.get(key).cloned().unwrap_or_else(|| json!({}));
        let name = object.name().to_owned();
        match (object.group(), object.kind()) {
            ("", "ConfigMap") => {
                let data = json!({"binaryData": or_empty("binaryData"), "data": or_empty("data")});
                sources.insert(("ConfigMap", name), data);
            }
            ("", "Secret") => {
                let mut data = value.clone();
                if let Value::Object(map) = &mut data {
                    map.remove("sops");
                }
                sources.insert(("Secret", name), data);
            }
            _ => {
                if let Some(secret) = made_secret(object) {
                    sources.insert(("Secret", secret.to_owned()), or_empty("spec"));
                }
            }
        }
    }
    sources
}

/// The name of the Secret that an ExternalSecret or SealedSecret makes.
pub fn made_secret<'o>(object: &'o Object<'_>) -> Option<&'o str> {
    let explicit = match (object.group(), object.kind()) {
        ("external-secrets.io", "ExternalSecret") => "/spec/target/name",
        ("bitnami.com", "SealedSecret") => "/spec/template/metadata/name",
        _ => return None,
    };
    Some(object.value.pointer(explicit).and_then(Value::as_str).unwrap_or_else(|| object.name()))
}

/// The ConfigMaps and Secrets that a pod names in `env`, `envFrom` and `volumes`.
fn references(pod: &Value) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    let mut add = |kind: &'static str, name: Option<&Value>| {
        found.extend(name.and_then(Value::as_str).map(|name| (kind, name.to_owned())));
    };
    let containers = ["containers", "initContainers"].into_iter().flat_map(|list| items(pod, list));
    for container in containers {
        for variable in items(container, "env") {
            add("ConfigMap", variable.pointer("/valueFrom/configMapKeyRef/name"));
            add("Secret", variable.pointer("/valueFrom/secretKeyRef/name"));
        }
        for source in items(container, "envFrom") {
            add("ConfigMap", source.pointer("/configMapRef/name"));
            add("Secret", source.pointer("/secretRef/name"));
        }
    }
    for volume in items(pod, "volumes") {
        add("ConfigMap", volume.pointer("/configMap/name"));
        add("Secret", volume.pointer("/secret/secretName"));
        for source in volume.get("projected").into_iter().flat_map(|projected| items(projected, "sources")) {
            add("ConfigMap", source.pointer("/configMap/name"));
            add("Secret", source.pointer("/secret/name"));
        }
    }
    found
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}
