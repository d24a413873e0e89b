//! Quotas and ranges of what a namespace may use.

use super::{Fields, Walk, forms};
use crate::kubernetes::quantity;
use crate::kubernetes::validate::Step;
use crate::near;
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Resources that a quota counts as whole things.
const COUNTED: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

pub(super) fn check_quota<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    scopes(walk, spec);
    walk.map(spec, "hard", |walk, hard| {
        for (name, amount) in hard {
            walk.below(Step::Field(name), |walk| {
                if !is_quota_resource(name) {
                    let help =
                        "write one such as pods, requests.cpu, limits.memory, requests.storage or count/jobs.batch";
                    walk.refuse("is not a resource that a quota counts", help);
                } else if quantity::is_negative(amount) {
                    walk.refuse("must not be negative", "correct the amount");
                } else if (COUNTED.contains(&name.as_str()) || name.starts_with("count/"))
                    && !quantity::is_whole(amount)
                {
                    walk.refuse("must be a whole number", "correct the amount");
                }
            });
        }
    });
}

/// What a scope is, and the resources that a quota with it may count: those of pods, or their number alone.
const SCOPES: [(&str, &[&str]); 7] = [
    ("BestEffort", &["pods"]),
    ("CrossNamespacePodAffinity", OF_PODS),
    ("NotBestEffort", OF_PODS),
    ("NotTerminating", OF_PODS),
    ("PriorityClass", OF_PODS),
    ("Terminating", OF_PODS),
    ("VolumeAttributesClass", &["persistentvolumeclaims", "requests.storage"]),
];

const OF_PODS: &[&str] = &["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

fn scopes<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    walk.each_text(spec, "scopes", |walk, name| {
        let Some((_, resources)) = SCOPES.iter().find(|(scope, _)| *scope == name) else {
            let names = SCOPES.map(|(name, _)| name);
            let help = near::hint(name, names).unwrap_or_else(|| format!("write one of {}", names.join(", ")));
            walk.refuse("is not a scope", &help);
            return;
        };
        let hard = spec.get("hard").and_then(Value::as_object).into_iter().flat_map(|hard| hard.keys());
        if let Some(other) = hard.into_iter().find(|name| !resources.contains(&name.as_str())) {
            walk.refuse(
                &format!("does not go with {other}"),
                &format!("count {other} in a quota of its own, without scopes"),
            );
        }
    });
}

fn is_quota_resource(name: &str) -> bool {
    let bare = name.strip_prefix("requests.").or_else(|| name.strip_prefix("limits.")).unwrap_or(name);
    COUNTED.contains(&name)
        || matches!(bare, "cpu" | "memory" | "storage" | "ephemeral-storage")
        || bare.starts_with("hugepages-")
        || (name.contains('/') && forms::is_qualified_name(name))
        || (bare.contains('/') && forms::is_qualified_name(bare))
}

fn is_limited(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory" | "storage" | "ephemeral-storage")
        || resource.starts_with("hugepages-")
        || (resource.contains('/') && forms::is_qualified_name(resource))
}

pub(super) fn check_limit_range<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    // Of each pair, the first may not be above the second.
    const ORDER: [(&str, &str); 6] = [
        ("min", "max"),
        ("min", "default"),
        ("min", "defaultRequest"),
        ("default", "max"),
        ("defaultRequest", "max"),
        ("defaultRequest", "default"),
    ];
    let mut kinds = BTreeSet::new();
    walk.each(spec, "limits", |walk, limit| {
        let is_kind = |kind: &str| {
            matches!(kind, "Container" | "Pod" | "PersistentVolumeClaim")
                || (kind.contains('/') && forms::is_qualified_name(kind))
        };
        let form =
            forms::Form { what: "is not a type of limit", help: "write Container, Pod or PersistentVolumeClaim" };
        walk.filled(limit, "type", is_kind, form);
        if super::text(limit, "type").is_some_and(|kind| !kinds.insert(kind)) {
            walk.refuse_at("type", "is that of an earlier item", "make one item of the two");
        }
        for name in ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"] {
            walk.map(limit, name, |walk, amounts| {
                for resource in amounts.keys().filter(|resource| !is_limited(resource)) {
                    walk.refuse_at(resource, "is not a resource", "write cpu, memory, storage or ephemeral-storage");
                }
            });
        }
        let kind = limit.get("type").and_then(Value::as_str).unwrap_or_default();
        if kind == "Pod" {
            for name in ["default", "defaultRequest"] {
                if super::present(limit, name).is_some() {
                    walk.refuse_at(name, "cannot be set for the type Pod", "remove it, or take the type Container");
                }
            }
        }
        if kind == "PersistentVolumeClaim" {
            let has = |name: &str| limit.get(name).and_then(|amounts| amounts.get("storage")).is_some();
            if !has("min") && !has("max") {
                walk.refuse("says neither the least nor the most storage", "set min.storage or max.storage");
            }
        }
        for (lesser, greater) in ORDER {
            let Some(Value::Object(greatest)) = limit.get(greater) else { continue };
            walk.map(limit, lesser, |walk, least| {
                for (name, amount) in least {
                    let other = greatest.get(name);
                    if other.and_then(|other| quantity::compare(amount, other)) == Some(Ordering::Greater) {
                        walk.refuse_at(name, &format!("is greater than that of {greater}"), "correct one of the two");
                    }
                }
            });
        }
    });
}
