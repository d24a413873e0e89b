//! Stamps pod templates with a hash of the configuration that their containers read, so that a change of it rolls the pods.
//!
//! The hash is the first 10 hex digits of SHA-256 over compact JSON with sorted keys: the sorted list of `[kind, name, data]`,
//! one for each ConfigMap and Secret of the namespace in this output which the pod names in `env`, `envFrom` or `volumes`.
//! `data` is `{"binaryData": …, "data": …}` of a ConfigMap (`{}` where absent); of a SOPS file the document without its
//! `sops` key; of a Secret that an ExternalSecret or SealedSecret makes, that object's `spec`.

use super::hash::{hex, sha256_of_json};
use crate::object::{Object, pod_template_path};
use crate::pointer::Pointer;
use crate::spec::template::Run;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The annotation on pod templates.
pub const ANNOTATION: &str = "bayplan/config-hash";

/// A ConfigMap or Secret by kind and name, with the object that says what it holds.
type Sources<'o, 's> = BTreeMap<(&'static str, &'o str), &'o Object<'s>>;

/// Stamps every pod template of a namespace's objects; a Job that runs `once` is left as it is.
pub fn stamp(objects: &mut [Object<'_>]) {
    let hashes: Vec<Option<String>> = {
        let sources = sources(objects);
        objects.iter().map(|object| hash_of(object, &sources)).collect()
    };
    for (object, hash) in objects.iter_mut().zip(hashes) {
        let path = pod_template_path(object.group(), object.kind());
        if let (Some(hash), Some(path)) = (hash, path)
            && let Some(template) = object.value.pointer_mut(path)
        {
            set_annotation(template, &hash);
        }
    }
}

/// The hash of what an object's pods read; none where they read nothing of this output.
fn hash_of(object: &Object<'_>, sources: &Sources<'_, '_>) -> Option<String> {
    if sources.is_empty() || object.verbatim.is_some() || object.run == Some(Run::Once) {
        return None;
    }
    let found: Vec<Value> =
        read_by(object, sources).map(|((kind, name), source)| json!([kind, name, data_of(source)])).collect();
    (!found.is_empty()).then(|| hex(&sha256_of_json(&Value::Array(found)), 10))
}

/// The ConfigMaps and Secrets of this output that an object's pods read, in order, each with the object that it comes from.
fn read_by<'p, 'o, 's>(
    object: &'p Object<'_>,
    sources: &'p Sources<'o, 's>,
) -> impl Iterator<Item = ((&'static str, &'p str), &'o Object<'s>)> {
    let path = pod_template_path(object.group(), object.kind());
    let pod = path.and_then(|path| object.value.pointer(path)?.get("spec"));
    let keys = pod.map(references).unwrap_or_default();
    keys.into_iter().filter_map(|key| sources.get(&key).map(|source| (key, *source)))
}

/// The objects that the hash of an object's pods is computed from.
pub fn hashed<'o, 's>(object: &Object<'_>, objects: &'o [Object<'s>]) -> Vec<&'o Object<'s>> {
    let sources = sources(objects);
    read_by(object, &sources).map(|(_, source)| source).collect()
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

fn sources<'o, 's>(objects: &'o [Object<'s>]) -> Sources<'o, 's> {
    let mut sources = Sources::new();
    for object in objects {
        match (object.group(), object.kind()) {
            ("", "ConfigMap") => {
                sources.insert(("ConfigMap", object.name()), object);
            }
            ("", "Secret") => {
                sources.insert(("Secret", object.name()), object);
            }
            _ => sources.extend(made_secret(object).map(|secret| (("Secret", secret), object))),
        }
    }
    sources
}

/// Whether a field of a ConfigMap, a Secret, or an object that makes one is part of what is hashed.
pub fn covers(object: &Object<'_>, field: &Pointer) -> bool {
    let segments: Vec<&str> = field.segments().iter().map(String::as_str).collect();
    match (object.group(), object.kind(), segments.as_slice()) {
        (_, _, ["metadata", "name"]) => true,
        ("", "ConfigMap", [first, ..]) => matches!(*first, "data" | "binaryData"),
        ("", "Secret", [first, ..]) => *first != "sops",
        (_, _, [first, ..]) => *first == "spec",
        (_, _, []) => true,
    }
}

/// What is hashed of a ConfigMap, a Secret, or an object that makes one.
fn data_of(object: &Object<'_>) -> Value {
    let value = &object.value;
    let or_empty = |key: &str| value.get(key).cloned().unwrap_or_else(|| json!({}));
    match (object.group(), object.kind()) {
        ("", "ConfigMap") => json!({"binaryData": or_empty("binaryData"), "data": or_empty("data")}),
        ("", "Secret") => {
            let mut data = value.clone();
            if let Value::Object(map) = &mut data {
                map.remove("sops");
            }
            data
        }
        _ => or_empty("spec"),
    }
}

/// The name of the Secret that an ExternalSecret or SealedSecret makes.
pub fn made_secret<'o>(object: &'o Object<'_>) -> Option<&'o str> {
    secret_made_by(object.group(), object.kind(), object.name(), &object.value)
}

/// As [`made_secret`], of an object that was read again.
pub fn secret_made_by<'o>(group: &str, kind: &str, name: &'o str, value: &'o Value) -> Option<&'o str> {
    let explicit = match (group, kind) {
        ("external-secrets.io", "ExternalSecret") => "/spec/target/name",
        ("bitnami.com", "SealedSecret") => "/spec/template/metadata/name",
        _ => return None,
    };
    Some(value.pointer(explicit).and_then(Value::as_str).unwrap_or(name))
}

/// The ConfigMaps and Secrets that a pod names in `env`, `envFrom` and `volumes`.
pub fn references<'p>(pod: &'p Value) -> BTreeSet<(&'static str, &'p str)> {
    let mut found = BTreeSet::new();
    let mut add = |kind: &'static str, name: Option<&'p Value>| {
        found.extend(name.and_then(Value::as_str).map(|name| (kind, name)));
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
