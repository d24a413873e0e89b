//! Stamps pod templates with a hash of the configuration that their containers read, so that a change of it rolls the pods.
//!
//! The hash is the first 10 hex digits of SHA-256 over compact JSON with sorted keys: the sorted list of `[kind, name, data]`,
//! one for each ConfigMap and Secret of the namespace in this output which the pod names in `env`, `envFrom` or `volumes`.
//! `data` is `{"binaryData": …, "data": …}` of a ConfigMap (`{}` where absent); of a SOPS file the document without its
//! `sops` key; of a Secret that an ExternalSecret or SealedSecret makes, that object's `spec`.

use super::hash::{hex, sha256_of_text};
use crate::object::{Object, pod_template_path};
use crate::pointer::{Follow, Pointer};
use crate::spec::template::Run;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The annotation on pod templates.
pub const ANNOTATION: &str = "bayplan/config-hash";

/// A ConfigMap or Secret by kind and name, with its name and the object that says what it holds.
type Sources<'o, 's> = BTreeMap<(&'static str, &'o str), (&'o str, &'o Object<'s>)>;
/// What of a source is hashed, as JSON.
type Texts<'o> = BTreeMap<(&'static str, &'o str), String>;

/// Stamps every pod template of a namespace's objects; a Job that runs `once` is left as it is.
pub fn stamp(objects: &mut [Object<'_>]) {
    let hashes: Vec<Option<String>> = {
        let sources = sources(objects);
        // What several pods read is made into text once.
        let mut texts = BTreeMap::new();
        objects.iter().map(|object| hash_of(object, &sources, &mut texts)).collect()
    };
    for (object, hash) in objects.iter_mut().zip(hashes) {
        if let Some(hash) = hash
            && let Some(path) = pod_template_path(object.group(), object.kind())
            && let Some(template) = object.value.pointer_mut(path)
        {
            set_annotation(template, &hash);
        }
    }
}

/// The hash of what an object's pods read; none where they read nothing of this output.
fn hash_of<'o>(object: &Object<'_>, sources: &Sources<'o, '_>, texts: &mut Texts<'o>) -> Option<String> {
    if sources.is_empty() || object.verbatim.is_some() || object.run == Some(Run::Once) {
        return None;
    }
    let mut list = String::new();
    for (kind, name, source) in read_by(object, sources) {
        let text = texts.entry((kind, name)).or_insert_with(|| data_of(source));
        let _ = write!(list, "{}[\"{kind}\",{},{text}]", if list.is_empty() { "[" } else { "," }, Value::from(name));
    }
    if list.is_empty() {
        return None;
    }
    list.push(']');
    Some(hex(&sha256_of_text(&list), 10))
}

/// The ConfigMaps and Secrets of this output that an object's pods read, in order, each with the object that it comes from.
fn read_by<'o, 's>(
    object: &Object<'_>,
    sources: &Sources<'o, 's>,
) -> impl Iterator<Item = (&'static str, &'o str, &'o Object<'s>)> {
    let path = pod_template_path(object.group(), object.kind());
    let pod = path.and_then(|path| object.value.follow(path)?.get("spec"));
    let keys = pod.map(references).unwrap_or_default();
    keys.into_iter().filter_map(|key| sources.get(&key).map(|(name, source)| (key.0, *name, *source)))
}

/// The objects that the hash of an object's pods is computed from.
pub fn hashed<'o, 's>(object: &Object<'_>, objects: &'o [Object<'s>]) -> Vec<&'o Object<'s>> {
    let sources = sources(objects);
    read_by(object, &sources).map(|(_, _, source)| source).collect()
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
        let of = object.names();
        let (kind, name) = match (of.group, of.kind) {
            ("", "ConfigMap") => ("ConfigMap", Some(of.name)),
            ("", "Secret") => ("Secret", Some(of.name)),
            (group, kind) => ("Secret", secret_made_by(group, kind, of.name, &object.value)),
        };
        sources.extend(name.map(|name| ((kind, name), (name, object))));
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

/// What is hashed of a ConfigMap, a Secret, or an object that makes one, as compact JSON with sorted keys.
fn data_of(object: &Object<'_>) -> String {
    let value = &object.value;
    let or_empty = |key: &str| value.get(key).map_or_else(|| "{}".to_owned(), Value::to_string);
    match (object.group(), object.kind()) {
        ("", "ConfigMap") => format!("{{\"binaryData\":{},\"data\":{}}}", or_empty("binaryData"), or_empty("data")),
        ("", "Secret") if value.get("sops").is_some() => {
            let mut data = value.clone();
            if let Value::Object(map) = &mut data {
                map.remove("sops");
            }
            data.to_string()
        }
        ("", "Secret") => value.to_string(),
        _ => or_empty("spec"),
    }
}

/// The name of the Secret that an ExternalSecret or SealedSecret makes.
pub fn secret_made_by<'o>(group: &str, kind: &str, name: &'o str, value: &'o Value) -> Option<&'o str> {
    let explicit = match (group, kind) {
        ("external-secrets.io", "ExternalSecret") => "/spec/target/name",
        ("bitnami.com", "SealedSecret") => "/spec/template/metadata/name",
        _ => return None,
    };
    Some(value.follow(explicit).and_then(Value::as_str).unwrap_or(name))
}

/// The ConfigMaps and Secrets that a pod names in `env`, `envFrom` and `volumes`.
pub fn references<'p>(pod: &'p Value) -> BTreeSet<(&'static str, &'p str)> {
    let mut found = BTreeSet::new();
    let mut add = |kind: &'static str, name: Option<&'p Value>| {
        found.extend(name.and_then(Value::as_str).map(|name| (kind, name)));
    };
    let containers = ["containers", "initContainers"].into_iter().flat_map(|list| items(pod, list));
    for container in containers {
        for source in items(container, "env").filter_map(|variable| variable.get("valueFrom")) {
            add("ConfigMap", source.follow("/configMapKeyRef/name"));
            add("Secret", source.follow("/secretKeyRef/name"));
        }
        for source in items(container, "envFrom") {
            add("ConfigMap", source.follow("/configMapRef/name"));
            add("Secret", source.follow("/secretRef/name"));
        }
    }
    for volume in items(pod, "volumes") {
        add("ConfigMap", volume.follow("/configMap/name"));
        add("Secret", volume.follow("/secret/secretName"));
        for source in volume.get("projected").into_iter().flat_map(|projected| items(projected, "sources")) {
            add("ConfigMap", source.follow("/configMap/name"));
            add("Secret", source.follow("/secret/name"));
        }
    }
    found
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}
