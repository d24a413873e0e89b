//! Kinds that keep pods running, and budgets for their disruption.

use super::forms::{amount_or_percent_fault, is_zero};
use super::{Fields, Walk, integer, maps, pod, present, selector, text};
use crate::kubernetes::validate::Step;
use serde_json::Value;

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, kind: &str, object: &'v Fields) {
    let claims: Vec<&str> = match object.get("spec") {
        Some(Value::Object(spec)) if kind == "StatefulSet" => {
            let metadata = maps(spec, "volumeClaimTemplates").filter_map(|claim| claim.get("metadata"));
            metadata.filter_map(|metadata| metadata.get("name")?.as_str()).collect()
        }
        _ => Vec::new(),
    };
    walk.map(object, "spec", |walk, spec| {
        walk.at_least(spec, &["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], 0);
        let ready = integer(spec, "minReadySeconds").unwrap_or(0);
        if kind == "Deployment" && integer(spec, "progressDeadlineSeconds").unwrap_or(600) <= ready {
            let what = "must be less than progressDeadlineSeconds, which is 600 where it is not set";
            walk.refuse_at("minReadySeconds", what, "correct one of the two");
        }
        walk.map(spec, "selector", selector::check);
        template(walk, spec, pod::Owner::Running, &claims);
        match kind {
            "Deployment" => walk.map(spec, "strategy", |walk, strategy| rolling(walk, strategy, "Recreate", true)),
            "DaemonSet" => walk.map(spec, "updateStrategy", |walk, strategy| rolling(walk, strategy, "OnDelete", true)),
            "StatefulSet" => walk.map(spec, "updateStrategy", |walk, strategy| {
                rolling(walk, strategy, "OnDelete", false);
                walk.map(strategy, "rollingUpdate", |walk, update| walk.at_least(update, &["partition"], 0));
            }),
            _ => {}
        }
    });
}

/// The pod template of a spec.
pub(super) fn template<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields, owner: pod::Owner, claims: &[&'v str]) {
    walk.map(spec, "template", |walk, template| match template.get("spec") {
        Some(Value::Object(spec)) => walk.below(Step::Field("spec"), |walk| pod::check(walk, spec, owner, claims)),
        None | Some(Value::Null) => walk.missing("spec", false),
        Some(_) => {}
    });
}

/// How pods are replaced. `other` is the type that knows no rolling update.
fn rolling<'v>(walk: &mut Walk<'_, 'v>, strategy: &'v Fields, other: &str, has_surge: bool) {
    if text(strategy, "type") == Some(other) && present(strategy, "rollingUpdate").is_some() {
        walk.refuse_at(
            "rollingUpdate",
            &format!("cannot be set for the type {other}"),
            "remove it, or take RollingUpdate",
        );
    }
    walk.map(strategy, "rollingUpdate", |walk, update| {
        for name in ["maxUnavailable", "maxSurge"] {
            walk.field(update, name, |walk, amount| {
                if let Some(fault) = amount_or_percent_fault(amount) {
                    walk.refuse(fault.what, fault.help);
                } else if amount.as_str().is_some_and(is_over_hundred) && name == "maxUnavailable" {
                    walk.refuse("must be at most 100%", "correct the percentage");
                }
            });
        }
        let is_none = |name| present(update, name).is_some_and(is_zero);
        // Left out, a Deployment has 25% of both, a DaemonSet 1 and 0.
        let surge_is_none = is_none("maxSurge") || (other == "OnDelete" && present(update, "maxSurge").is_none());
        if has_surge && is_none("maxUnavailable") && surge_is_none {
            walk.refuse_at(
                "maxUnavailable",
                "cannot be 0 when maxSurge is 0",
                "set one of the two to 1: no pod could be replaced",
            );
        }
    });
}

fn is_over_hundred(text: &str) -> bool {
    text.strip_suffix('%').and_then(|digits| digits.parse::<u64>().ok()).is_some_and(|percent| percent > 100)
}

pub(super) fn check_disruption_budget<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    for name in ["minAvailable", "maxUnavailable"] {
        walk.field(spec, name, |walk, amount| {
            if let Some(fault) = amount_or_percent_fault(amount) {
                walk.refuse(fault.what, fault.help);
            } else if amount.as_str().is_some_and(is_over_hundred) {
                walk.refuse("must be at most 100%", "correct the percentage");
            }
        });
    }
    if present(spec, "minAvailable").is_some() && present(spec, "maxUnavailable").is_some() {
        walk.refuse_at("maxUnavailable", "cannot be set beside minAvailable", "remove one of the two");
    }
    walk.map(spec, "selector", selector::check);
}
