//! `data-detached`: which published claims a pod template mounts, and no longer does.

use super::object::Published;
use crate::object::pod_template_path;
use serde_json::Value;
use std::collections::BTreeSet;

/// A claim as a container sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    pub claim: String,
    /// The folder of the claim that is mounted; empty for all of it.
    pub sub_path: String,
    container: String,
    mount_path: String,
}

/// A mount that is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Detached {
    pub claim: String,
    /// What happened, for people.
    pub how: String,
}

/// The mounts of a workload. Jobs are left out: they end, and their names change with their content.
pub fn of(object: &Published) -> BTreeSet<Mount> {
    let Some(spec) = pod_spec(object) else { return BTreeSet::new() };
    mounted(spec)
        .filter_map(|(container, mount)| {
            let claim = claim_of(spec, text(mount, "name"))?.to_owned();
            let sub_path = [text(mount, "subPath"), text(mount, "subPathExpr")].concat();
            let mount_path = text(mount, "mountPath").to_owned();
            Some(Mount { claim, sub_path, container: container.to_owned(), mount_path })
        })
        .collect()
}

/// The claims that the old pod template mounts and the new one does not, or has something else in the place of.
pub fn detached(old: &Published, new: &Published) -> BTreeSet<Detached> {
    let (before, after) = (of(old), of(new));
    let replaced_by = |mount: &Mount| {
        let spec = pod_spec(new)?;
        let same_place = |(container, candidate): &(&str, &Value)| {
            *container == mount.container && text(candidate, "mountPath") == mount.mount_path
        };
        let (_, candidate) = mounted(spec).find(same_place)?;
        Some(describe(spec, candidate))
    };
    before
        .iter()
        .filter(|mount| !after.contains(*mount))
        .filter_map(|mount| {
            let is_elsewhere = after.iter().any(|other| other.claim == mount.claim && other.sub_path == mount.sub_path);
            match replaced_by(mount) {
                Some(by) => {
                    Some(format!("container {} mounts {by} at {} in its place", mount.container, mount.mount_path))
                }
                None if is_elsewhere => None,
                None => Some(format!("nothing mounts it at {} any more", mount.mount_path)),
            }
            .map(|how| Detached { claim: mount.claim.clone(), how })
        })
        .collect()
}

fn pod_spec(object: &Published) -> Option<&Value> {
    match object.identity.kind.as_str() {
        "Pod" => object.get("/spec"),
        "Job" => None,
        kind => object.get(&format!("{}/spec", pod_template_path(&object.identity.group, kind)?)),
    }
}

/// Each mount with the name of its container.
fn mounted(spec: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let containers = ["containers", "initContainers"].into_iter().flat_map(|key| list(spec, key));
    containers
        .flat_map(|container| list(container, "volumeMounts").iter().map(|mount| (text(container, "name"), mount)))
}

fn claim_of<'v>(spec: &'v Value, volume: &str) -> Option<&'v str> {
    let volume = list(spec, "volumes").iter().find(|candidate| text(candidate, "name") == volume)?;
    volume.pointer("/persistentVolumeClaim/claimName").and_then(Value::as_str)
}

/// What a mount shows: a claim, a folder of one, or another sort of volume.
fn describe(spec: &Value, mount: &Value) -> String {
    let name = text(mount, "name");
    let folder = [text(mount, "subPath"), text(mount, "subPathExpr")].concat();
    let volume = list(spec, "volumes").iter().find(|candidate| text(candidate, "name") == name);
    let source = volume.and_then(Value::as_object).and_then(|volume| volume.keys().find(|key| *key != "name"));
    match (claim_of(spec, name), source) {
        (Some(claim), _) if folder.is_empty() => format!("claim {claim}"),
        (Some(claim), _) => format!("folder {folder} of claim {claim}"),
        (None, Some(source)) => format!("a volume of type {source}"),
        (None, None) => format!("volume {name}"),
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
