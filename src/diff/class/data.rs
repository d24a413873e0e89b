//! `data at risk` and `must be recreated`: what the gates say of an object, whether they would refuse it or not.

use super::{Class, Remark};
use crate::diff::object::Object;
use crate::gate::codes::{DATA_DETACHED, IMMUTABLE_CHANGED, OBJECT_MOVED, PROTECTION_REMOVED, STORAGE_SHRUNK};
use crate::gate::{DATA_KINDS, Published, concerns};
use crate::object::Identity;
use crate::spec::common::Layer;
use serde_json::Value;

/// What is said of a StatefulSet that leaves the claims that it made.
pub const CLAIMS_STAY: &str = "nothing mounts the claims that it made";

/// What is said of data that nothing protects.
pub const DELETED: &str = "the cluster deletes it";
pub fn changed(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    delivery(old, new, remarks);
    let (Some(was), Some(is)) = (published(old), published(new)) else { return };
    for (code, what) in concerns(&was, &is) {
        let class = match code.name {
            name if name == IMMUTABLE_CHANGED.name || name == OBJECT_MOVED.name => Class::Recreates,
            name if [&DATA_DETACHED, &PROTECTION_REMOVED, &STORAGE_SHRUNK].iter().any(|code| code.name == name) => {
                Class::DataAtRisk
            }
            _ => continue,
        };
        if class == Class::Recreates && old.is("", "PersistentVolumeClaim") {
            remarks.push(Remark::new(Class::DataAtRisk, "a claim that is made anew begins empty"));
        }
        remarks.push(Remark::new(class, without_name(&what, &old.identity)));
    }
    let size = |object: &Object| object.get("/spec/replicas").and_then(Value::as_u64);
    let is_deleted = new.text("/spec/persistentVolumeClaimRetentionPolicy/whenScaled") == "Delete";
    if old.is("apps", "StatefulSet") && is_deleted && size(new) < size(old) {
        remarks.push(Remark::new(Class::DataAtRisk, "claims of the replicas that go are deleted (whenScaled: Delete)"));
    }
}

/// Kustomizations and Applications that would begin to delete what they kept.
fn delivery(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    let prune = match (old.identity.group.as_str(), old.identity.kind.as_str()) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => "/spec/prune",
        ("argoproj.io", "Application") => "/spec/syncPolicy/automated/prune",
        _ => return,
    };
    let is_data = old.is_delivery() && old.identity.name.ends_with(&format!("-{}", Layer::Data.name()));
    let prunes = |object: &Object| object.get(prune) == Some(&Value::Bool(true));
    if is_data && prunes(new) && !prunes(old) {
        remarks.push(Remark::new(Class::DataAtRisk, "it begins to delete data that leaves the tree"));
    }
}

pub fn removed(old: &Object, remarks: &mut Vec<Remark>) {
    if old.is_delivery() {
        return;
    }
    let identity = &old.identity;
    let is_data_kind = DATA_KINDS.iter().any(|(group, kind)| identity.is(group, kind));
    let makes_claims = identity.is("apps", "StatefulSet") && !old.list("/spec/volumeClaimTemplates").is_empty();
    let deletes_claims = old.text("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted") == "Delete";
    let is_kept = published(old).is_some_and(|old| old.is_kept());
    if is_data_kind || makes_claims || is_kept || old.layer() == Some(Layer::Data) {
        let text = match is_kept {
            true => "the cluster keeps it, unmanaged",
            false if makes_claims && deletes_claims => "the claims that it made are deleted",
            false if makes_claims => CLAIMS_STAY,
            false => DELETED,
        };
        remarks.push(Remark::new(Class::DataAtRisk, text));
    }
}

fn published(object: &Object) -> Option<Published> {
    let place = object.place.clone()?;
    Some(Published::new(&object.path, place, object.identity.clone(), object.value.clone()))
}

/// The phrase without the name of the object, under which it is told.
fn without_name(what: &str, identity: &Identity) -> String {
    let name = identity.to_string();
    let rest = what.strip_prefix(&name).unwrap_or(what);
    rest.trim_start_matches(':').trim_start().to_owned()
}
