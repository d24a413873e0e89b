//! `restarts pods`, and objects that the cluster is told to leave as they are.

use super::{Class, Remark};
use crate::diff::fields::FieldChange;
use crate::diff::object::Object;
use crate::diff::path::Step;
use crate::finish::config_hash;
use crate::object::pod_template_path;
use serde_json::Value;

const SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";
const RECONCILE: &str = "kustomize.toolkit.fluxcd.io/reconcile";
const FORCE: &str = "kustomize.toolkit.fluxcd.io/force";

/// Whether Flux is told not to apply it to an object that is there.
pub fn is_left_alone(object: &Object) -> bool {
    matches!(object.annotation(SSA), "IfNotPresent" | "Ignore") || object.annotation(RECONCILE) == "disabled"
}

pub fn changed(new: &Object, fields: &[FieldChange], remarks: &mut Vec<Remark>) {
    let Some(template) = pod_template_path(&new.identity.group, &new.identity.kind) else { return };
    let steps: Vec<&str> = template.split('/').skip(1).collect();
    if !fields.iter().any(|field| field.path.starts_with(&steps)) {
        return;
    }
    match new.identity.kind.as_str() {
        "Deployment" if new.get("/spec/paused") == Some(&Value::Bool(true)) => {
            remarks.push(Remark::new(Class::InPlace, "it is paused: its pods stay until it is resumed"));
        }
        "StatefulSet" | "DaemonSet" if new.text("/spec/updateStrategy/type") == "OnDelete" => {
            remarks.push(Remark::new(Class::InPlace, "its pods stay until they are deleted (updateStrategy OnDelete)"));
        }
        "Deployment" | "StatefulSet" | "DaemonSet" => remarks.push(Remark::plain(Class::RestartsPods)),
        "CronJob" => remarks.push(Remark::new(Class::InPlace, "counts from its next run")),
        "ReplicaSet" | "ReplicationController" => {
            remarks.push(Remark::new(Class::InPlace, "counts for pods that are made from now on"));
        }
        "Job" if new.annotation(FORCE) == "enabled" => {
            remarks.push(Remark::new(Class::JobRuns, "Flux deletes it and makes it anew"));
        }
        _ => {}
    }
}

/// Whether a field is the stamp that says which configuration pods read, or holds nothing else.
pub fn is_stamp(field: &FieldChange) -> bool {
    fn holds_stamp_alone(value: &Value) -> bool {
        let Value::Object(map) = value else { return false };
        match (map.len(), map.iter().next()) {
            (1, Some((key, _))) if key == config_hash::ANNOTATION => true,
            (1, Some((key, below))) => matches!(key.as_str(), "annotations" | "metadata") && holds_stamp_alone(below),
            _ => false,
        }
    }
    match field.path.steps().last() {
        Some(Step::Field(name)) if name == config_hash::ANNOTATION => true,
        _ => [&field.old, &field.new].into_iter().flatten().all(holds_stamp_alone),
    }
}
