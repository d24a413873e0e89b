//! HorizontalPodAutoscalers.

use super::{Fields, Walk, forms, integer, maps, present, text};
use crate::kubernetes::quantity;
use serde_json::Value;

const SOURCES: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, api_version: &str, autoscaler: &'v Fields) {
    walk.map(autoscaler, "spec", |walk, spec| {
        walk.at_least(spec, &["maxReplicas"], 1);
        // Zero asks for metrics of other things than the pods themselves.
        let has_outer = maps(spec, "metrics").any(|metric| matches!(text(metric, "type"), Some("Object" | "External")));
        walk.at_least(spec, &["minReplicas"], if has_outer { 0 } else { 1 });
        if let (Some(least), Some(most)) = (integer(spec, "minReplicas"), integer(spec, "maxReplicas"))
            && least > most
            && most >= 1
        {
            walk.refuse_at("maxReplicas", "must not be below minReplicas", "correct one of the two");
        }
        walk.map(spec, "scaleTargetRef", |walk, target| {
            segments(walk, target, &["kind", "name"]);
        });
        if api_version == "autoscaling/v1" {
            walk.at_least(spec, &["targetCPUUtilizationPercentage"], 1);
            return;
        }
        walk.each(spec, "metrics", metric);
        walk.map(spec, "behavior", |walk, behavior| {
            for name in ["scaleUp", "scaleDown"] {
                walk.map(behavior, name, |walk, rules| {
                    walk.within(rules, &["stabilizationWindowSeconds"], 0, 3600);
                    let policies = rules.get("policies").and_then(Value::as_array);
                    if policies.is_some_and(Vec::is_empty) {
                        walk.refuse_at("policies", "must have an item", "remove it: the server has its own");
                    }
                    walk.form(rules, "selectPolicy", |word| ["Max", "Min", "Disabled"].contains(&word), SELECT);
                    walk.each(rules, "policies", |walk, policy| {
                        walk.form(policy, "type", |word| ["Pods", "Percent"].contains(&word), POLICY);
                        walk.at_least(policy, &["value"], 1);
                        walk.within(policy, &["periodSeconds"], 1, 1800);
                    });
                });
            }
        });
    });
}

const SELECT: forms::Form = forms::Form { what: "is not a choice", help: "write Max, Min or Disabled" };
const POLICY: forms::Form = forms::Form { what: "is not a type of policy", help: "write Pods or Percent" };
const TARGET: forms::Form =
    forms::Form { what: "is not a type of target", help: "write Utilization, AverageValue or Value" };

/// Names that must be able to stand in a path.
fn segments<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, names: &[&'v str]) {
    for name in names {
        walk.filled(fields, name, forms::is_path_segment, forms::PATH_SEGMENT);
    }
}

fn metric<'v>(walk: &mut Walk<'_, 'v>, metric: &'v Fields) {
    let kind = text(metric, "type").unwrap_or_default();
    let own = SOURCES.iter().find(|(name, _)| *name == kind);
    if own.is_none() && present(metric, "type").is_some() {
        let names = SOURCES.map(|(name, _)| name).join(", ");
        walk.refuse_at("type", "is not a type of metric", &format!("write one of {names}"));
    }
    for (name, field) in SOURCES {
        let is_set = present(metric, field).is_some();
        if own.is_some_and(|(own, _)| *own != name) && is_set {
            walk.refuse_at(field, &format!("is for the type {name}, and this is {kind}"), "remove it, or set the type");
        }
        if own.is_some_and(|(own, _)| *own == name) && !is_set {
            walk.missing(field, false);
        }
        walk.map(metric, field, |walk, source| {
            let is_resource = matches!(name, "Resource" | "ContainerResource");
            if is_resource {
                walk.not_empty(source, "name");
            }
            walk.map(source, "metric", |walk, named| {
                segments(walk, named, &["name"]);
            });
            walk.map(source, "describedObject", |walk, object| segments(walk, object, &["kind", "name"]));
            walk.map(source, "target", |walk, target| target_of(walk, target, is_resource));
        });
    }
}

/// Each type of target has one field; the others may stand beside it only in part.
fn target_of<'v>(walk: &mut Walk<'_, 'v>, target: &'v Fields, is_resource: bool) {
    walk.filled(target, "type", |word| ["Utilization", "AverageValue", "Value"].contains(&word), TARGET);
    walk.at_least(target, &["averageUtilization"], 1);
    for name in ["value", "averageValue"] {
        if present(target, name).is_some_and(|amount| quantity::is_negative(amount) || is_nothing(amount)) {
            walk.refuse_at(name, "must be above zero", "correct the amount");
        }
    }
    let names: &[&'static str] =
        if is_resource { &["averageUtilization", "averageValue"] } else { &["value", "averageValue"] };
    walk.exactly_one(target, names, "target value");
}

fn is_nothing(amount: &Value) -> bool {
    quantity::compare(amount, &Value::from(0)) == Some(std::cmp::Ordering::Equal)
}
