//! What an object that stays may not do: gates that compare its two versions.

use super::codes::{
    DATA_DETACHED, DATA_REMOVED, GROWTH_DOUBTFUL, IMMUTABLE_CHANGED, OBJECT_MOVED, PROTECTION_REMOVED, STORAGE_SHRUNK,
};
use super::condition::Condition;
use super::finding::{Finding, plain};
use super::immutable;
use super::mounts::{self, Detached, Repointed, Volume};
use super::object::Published;
use super::owner;
use crate::diag::Severity;
use crate::kubernetes::quantity;
use crate::spec::common::Layer;
use serde_json::Value;
use std::cmp::Ordering;
use std::ops::Range;

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
        findings.extend(self.resized());
        findings.extend(self.immutable());
        findings.extend(self.renumbered());
        findings.extend(self.reserved());
        findings.extend(owner::finding(self));
        findings.extend(mounts::detached(&self.old, &self.new).into_iter().map(|detached| self.detached(detached)));
        findings.extend(mounts::repointed(&self.old, &self.new).into_iter().map(|repointed| self.repointed(repointed)));
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

    /// A claim that asks for another size.
    fn resized(&self) -> Option<Finding> {
        const STORAGE: &str = "/spec/resources/requests/storage";
        let (old, new) = (self.old.get(STORAGE)?, self.new.get(STORAGE)?);
        if !self.old.is_claim() {
            return None;
        }
        let size = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (was, is) = (size(old), size(new));
        match quantity::compare(new, old)? {
            Ordering::Less => {
                let what = format!("{} would shrink from {was} to {is}", plain(&self.old));
                Some(Finding::about(&STORAGE_SHRUNK, &self.old, what))
            }
            Ordering::Equal => None,
            Ordering::Greater => {
                let what = format!("{} grows from {was} to {is}", plain(&self.old));
                let class = self.new.text("/spec/storageClassName").to_owned();
                let condition = Condition::GrowthIsDoubtful { class };
                let finding = Finding::about(&GROWTH_DOUBTFUL, &self.old, what);
                Some(Finding { severity: Severity::Warning, condition, ..finding })
            }
        }
    }

    /// A StatefulSet whose pods get other numbers, and with them other claims.
    fn renumbered(&self) -> Option<Finding> {
        let (old, new) = (&self.old, &self.new);
        if !old.has_claim_templates() || !new.has_claim_templates() {
            return None;
        }
        let (was, is) = (numbers(old), numbers(new));
        let gone: Vec<String> = was.clone().filter(|number| !is.contains(number)).map(|n| n.to_string()).collect();
        let deletes = new.text("/spec/persistentVolumeClaimRetentionPolicy/whenScaled") == "Delete";
        let finding = if gone.is_empty() {
            return None;
        } else if deletes {
            let what = format!("{} loses its pods {}, and their claims are deleted", plain(old), gone.join(", "));
            Finding::about(&DATA_REMOVED, old, what)
        } else if is.start != was.start && !is.is_empty() {
            let what = format!(
                "pods of {} are numbered from {} instead of {}, and nothing mounts the claims of {}",
                plain(old),
                is.start,
                was.start,
                gone.join(", ")
            );
            Finding::about(&DATA_DETACHED, old, what)
        } else {
            // Scaled down: the claims wait for the pods to come back.
            return None;
        };
        Some(Finding { condition: Condition::NamespaceIsKept, ..finding })
    }

    /// A volume that was set aside for one claim, and is so for another or for anyone.
    fn reserved(&self) -> Option<Finding> {
        let claim = |object: &Published| {
            let name = object.text("/spec/claimRef/name");
            (!name.is_empty()).then(|| format!("claim {name} of namespace {}", object.text("/spec/claimRef/namespace")))
        };
        let (old, new) = (&self.old, &self.new);
        if !old.is("", "PersistentVolume") || !old.is_kept() {
            return None;
        }
        let was = claim(old)?;
        let is = claim(new);
        let to = is.as_deref().unwrap_or("whichever claim asks for one");
        let what = format!("{} is for {to}, no longer for {was}", plain(old));
        (is.as_deref() != Some(was.as_str())).then(|| Finding::about(&DATA_DETACHED, old, what))
    }

    fn detached(&self, detached: Detached) -> Finding {
        let Detached { volume, how, is_at_other_path } = detached;
        let (name, condition) = named(volume);
        let (severity, what) = match is_at_other_path {
            true => (Severity::Warning, format!("{} mounts {name} elsewhere: {how}", plain(&self.old))),
            false => (Severity::Error, format!("{} no longer mounts {name}: {how}", plain(&self.old))),
        };
        Finding { severity, condition, ..Finding::about(&DATA_DETACHED, &self.old, what) }
    }

    fn repointed(&self, repointed: Repointed) -> Finding {
        let (name, condition) = named(repointed.volume);
        let what = format!("{} may look elsewhere than in {name}: {}", plain(&self.old), repointed.how);
        Finding { severity: Severity::Warning, condition, ..Finding::about(&DATA_DETACHED, &self.old, what) }
    }

    fn immutable(&self) -> Option<Finding> {
        let changes = immutable::changes(&self.old, &self.new);
        if changes.is_empty() {
            return None;
        }
        let told: Vec<String> =
            changes.iter().map(|change| format!("{} was {}, is {}", change.field, change.old, change.new)).collect();
        let what = format!("{}: {}", plain(&self.old), told.join("; "));
        let because = immutable::forced_by(&self.new)
            .map(|mark| format!("`{mark}` makes it worse: the old one is deleted, with what it holds, and made anew"));
        Some(Finding { because, ..Finding::about(&IMMUTABLE_CHANGED, &self.old, what) })
    }
}

/// What a volume is called, and when it matters.
fn named(volume: Volume) -> (String, Condition) {
    match volume {
        Volume::Claim(claim) => (format!("claim {claim}"), Condition::ClaimIsKept(claim)),
        Volume::Template(template) => (format!("the claims of its template {template}"), Condition::NamespaceIsKept),
    }
}

/// The numbers of a StatefulSet's pods.
fn numbers(set: &Published) -> Range<u64> {
    let number = |pointer: &str, otherwise| set.get(pointer).and_then(Value::as_u64).unwrap_or(otherwise);
    let start = number("/spec/ordinals/start", 0);
    start..start.saturating_add(number("/spec/replicas", 1))
}

/// An object that moves to a later layer: refused for what must not be deleted in between.
pub fn moved(old: &Published, order: (bool, Layer), layer: Layer) -> Option<Finding> {
    if order <= old.place.order() {
        return None;
    }
    let is_balancer = old.is("", "Service") && old.text("/spec/type") == "LoadBalancer";
    let is_data = old.is_kept() || (old.is_verbatim && old.place.layer == Layer::Data);
    let is_refused = is_data || old.is("apps", "StatefulSet") || is_balancer;
    let from = if old.place.environment.is_empty() { "the cluster's own objects".to_owned() } else { layer_of(old) };
    let what = format!("{} moves from {from} to layer {}", plain(old), layer.name());
    let severity = if is_refused { Severity::Error } else { Severity::Warning };
    Some(Finding { severity, ..Finding::about(&OBJECT_MOVED, old, what) })
}

fn layer_of(object: &Published) -> String {
    format!("layer {}", object.place.layer.name())
}
