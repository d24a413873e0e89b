//! What an object that stays may not do: gates that compare its two versions.

use super::codes::{DATA_DETACHED, IMMUTABLE_CHANGED, OBJECT_MOVED, PROTECTION_REMOVED, STORAGE_SHRUNK};
use super::finding::{Finding, plain};
use super::immutable;
use super::mounts;
use super::object::Published;
use crate::diag::Severity;
use crate::kubernetes::quantity;
use crate::spec::common::Layer;
use std::cmp::Ordering;

/// An object that is in both trees.
#[derive(Debug, Clone)]
pub struct Pair {
    pub old: Published,
    pub new: Published,
}

impl Pair {
    /// All findings but those that need to know more than the two.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let moved = self.moved();
        let is_refused = moved.as_ref().is_some_and(|finding| finding.severity == Severity::Error);
        findings.extend(moved);
        if !is_refused {
            findings.extend(self.protection());
        }
        findings.extend(self.shrunk());
        findings.extend(self.immutable());
        for detached in mounts::detached(&self.old, &self.new) {
            let what = format!("{} no longer mounts claim {}: {}", plain(&self.old), detached.claim, detached.how);
            findings.push(Finding { claim: Some(detached.claim), ..Finding::about(&DATA_DETACHED, &self.old, what) });
        }
        findings.iter_mut().for_each(|finding| finding.path = Some(self.new.path.clone()));
        findings
    }

    fn moved(&self) -> Option<Finding> {
        moved(&self.old, self.new.place.order(), self.new.place.layer)
    }

    fn protection(&self) -> Option<Finding> {
        let (old, new) = (&self.old, &self.new);
        if old.is_kept() && !new.is_kept() {
            let what = format!("{} is no longer kept when it leaves", plain(old));
            return Some(Finding::about(&PROTECTION_REMOVED, old, what));
        }
        let policies: &[(&str, &str, &str, &str)] = &[
            ("", "PersistentVolume", "/spec/persistentVolumeReclaimPolicy", "Retain"),
            ("apps", "StatefulSet", "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted", "Retain"),
            ("apps", "StatefulSet", "/spec/persistentVolumeClaimRetentionPolicy/whenScaled", "Retain"),
            ("snapshot.storage.k8s.io", "VolumeSnapshotClass", "/deletionPolicy", "Retain"),
            ("snapshot.storage.k8s.io", "VolumeSnapshotContent", "/spec/deletionPolicy", "Retain"),
        ];
        policies.iter().find_map(|(group, kind, field, keeps)| {
            let value = |object: &Published| match object.text(field) {
                "" => "Retain".to_owned(),
                text => text.to_owned(),
            };
            let differs = old.is(group, kind) && value(old) == *keeps && value(new) != *keeps;
            let name = field.trim_start_matches('/').replace('/', ".");
            let what = format!("{name} of {} was Retain, and is {}", plain(old), value(new));
            differs.then(|| Finding::about(&PROTECTION_REMOVED, old, what))
        })
    }

    fn shrunk(&self) -> Option<Finding> {
        const STORAGE: &str = "/spec/resources/requests/storage";
        let (old, new) = (self.old.get(STORAGE)?, self.new.get(STORAGE)?);
        if !self.old.is_claim() || quantity::compare(new, old) != Some(Ordering::Less) {
            return None;
        }
        let size = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let what = format!("{} would shrink from {} to {}", plain(&self.old), size(old), size(new));
        Some(Finding::about(&STORAGE_SHRUNK, &self.old, what))
    }

    fn immutable(&self) -> Option<Finding> {
        let changes = immutable::changes(&self.old, &self.new);
        if changes.is_empty() {
            return None;
        }
        let told: Vec<String> =
            changes.iter().map(|change| format!("{} was {}, is {}", change.field, change.old, change.new)).collect();
        let what = format!("{}: {}", plain(&self.old), told.join("; "));
        Some(Finding::about(&IMMUTABLE_CHANGED, &self.old, what))
    }
}

/// An object that moves to a later layer: refused for what must not be deleted in between.
pub fn moved(old: &Published, order: (bool, Layer), layer: Layer) -> Option<Finding> {
    if order <= old.place.order() {
        return None;
    }
    let is_balancer = old.is("", "Service") && old.text("/spec/type") == "LoadBalancer";
    let is_data = old.is_kept() || (old.is_sops && old.place.layer == Layer::Data);
    let is_refused = is_data || old.is("apps", "StatefulSet") || is_balancer;
    let from = if old.place.environment.is_empty() { "the cluster's own objects".to_owned() } else { layer_of(old) };
    let what = format!("{} moves from {from} to layer {}", plain(old), layer.name());
    let severity = if is_refused { Severity::Error } else { Severity::Warning };
    Some(Finding { severity, ..Finding::about(&OBJECT_MOVED, old, what) })
}

fn layer_of(object: &Published) -> String {
    format!("layer {}", object.place.layer.name())
}
