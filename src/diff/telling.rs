//! What a reader should know of an object that is new: a few fields of each kind, as data.

use super::fields::{FieldChange, Sort};
use super::object::Object;
use super::path::{Path, Step};
use super::secret;
use crate::pointer::Pointer;
use serde_json::Value;

/// Longest list or map that is told whole.
const MOST_ITEMS: usize = 12;

/// By group and kind: pointers, in which `*` is every item of a list, under its name.
const TELLING: &[(&str, &str, &[&str])] = &[
    ("", "ConfigMap", &["/data", "/binaryData"]),
    ("", "LimitRange", &["/spec/limits"]),
    ("", "Namespace", &["/metadata/labels"]),
    ("", "PersistentVolume", &["/spec/capacity/storage", "/spec/persistentVolumeReclaimPolicy"]),
    ("", "PersistentVolumeClaim", &["/spec/resources/requests/storage", "/spec/storageClassName", "/spec/accessModes"]),
    ("", "ResourceQuota", &["/spec/hard"]),
    ("", "Service", &["/spec/type", "/spec/ports", "/spec/selector"]),
    ("apps", "DaemonSet", &["/spec/template/spec/containers/*/image"]),
    ("apps", "Deployment", &["/spec/replicas", "/spec/template/spec/containers/*/image"]),
    (
        "apps",
        "StatefulSet",
        &["/spec/replicas", "/spec/template/spec/containers/*/image", "/spec/volumeClaimTemplates"],
    ),
    ("autoscaling", "HorizontalPodAutoscaler", &["/spec/minReplicas", "/spec/maxReplicas"]),
    (
        "batch",
        "CronJob",
        &["/spec/schedule", "/spec/suspend", "/spec/jobTemplate/spec/template/spec/containers/*/image"],
    ),
    ("batch", "Job", &["/spec/template/spec/containers/*/image"]),
    ("cert-manager.io", "Certificate", &["/spec/dnsNames", "/spec/issuerRef/name"]),
    ("external-secrets.io", "ExternalSecret", &["/spec/secretStoreRef/name", "/spec/target/name"]),
    ("gateway.networking.k8s.io", "Gateway", &["/spec/gatewayClassName"]),
    ("gateway.networking.k8s.io", "HTTPRoute", &["/spec/hostnames"]),
    ("networking.k8s.io", "Ingress", &["/spec/ingressClassName"]),
    ("networking.k8s.io", "NetworkPolicy", &["/spec/policyTypes", "/spec/podSelector"]),
    ("policy", "PodDisruptionBudget", &["/spec/minAvailable", "/spec/maxUnavailable"]),
    ("rbac.authorization.k8s.io", "ClusterRole", &["/rules"]),
    ("rbac.authorization.k8s.io", "Role", &["/rules"]),
];

/// The fields of a new object that tell what it is for.
pub fn of(object: &Object) -> Vec<FieldChange> {
    let known = TELLING.iter().find(|(group, kind, _)| object.is(group, kind));
    let mut found = Vec::new();
    for pointer in known.map(|(_, _, pointers)| *pointers).unwrap_or_default() {
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        walk(&object.value, &steps, Path::default(), Pointer::root(), &mut found);
    }
    found
}

fn walk(value: &Value, steps: &[&str], path: Path, at: Pointer, found: &mut Vec<FieldChange>) {
    let Some((first, rest)) = steps.split_first() else {
        let new = Some(short(value));
        return found.push(FieldChange { path, old: None, new, sort: Sort::Value, at: [at.clone(), at] });
    };
    match (*first, value) {
        ("*", Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Value::as_str);
                let step = name.map_or(Step::Index(index), |name| Step::Item(name.to_owned()));
                walk(item, rest, path.child(step), at.child(index), found);
            }
        }
        (field, value) => {
            if let Some(below) = value.get(field) {
                walk(below, rest, path.child(Step::Field(field.to_owned())), at.child(field), found);
            }
        }
    }
}

/// Long texts, such as the files in a ConfigMap, by their size.
fn short(value: &Value) -> Value {
    match secret::shown(value) {
        Value::Object(map) => {
            let more = map.len().saturating_sub(MOST_ITEMS);
            let mut told: serde_json::Map<String, Value> =
                map.into_iter().take(MOST_ITEMS).map(|(key, value)| (key, brief(value))).collect();
            if more > 0 {
                told.insert("\u{2026}".to_owned(), Value::String(format!("{more} more")));
            }
            Value::Object(told)
        }
        other => other,
    }
}

fn brief(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => Value::String(format!("({} lines)", text.lines().count())),
        other => other,
    }
}
