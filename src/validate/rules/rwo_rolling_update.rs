//! `rwo-rolling-update`: a roll-out that waits for a claim which the old pod holds.

use super::rwo_replicas::single_node_claim;
use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::pointer::Follow;
use crate::validate::view::{View, pointer};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "rwo-rolling-update",
    explanation: "A Deployment mounts a ReadWriteOnce claim and is rolled out by RollingUpdate, which is the default: the new pod \
                  is started before the old one ends. On another node it waits for a claim that the old pod holds, and the \
                  roll-out never ends; on the same node two pods write to the same files. Set `strategy: {type: Recreate}`, or \
                  `rollingUpdate: {maxSurge: 0}`.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a rolling update of pods on a ReadWriteOnce claim",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        let Some(object) = view.object(pod.object).filter(|_| pod.of.kind == "Deployment") else { continue };
        let Some((claim, mode)) = single_node_claim(view, pod) else { continue };
        let strategy = object.value.follow("/spec/strategy");
        let rolls = strategy
            .and_then(|strategy| strategy.get("type"))
            .and_then(Value::as_str)
            .is_none_or(|kind| kind == "RollingUpdate");
        let surge = strategy.and_then(|strategy| strategy.follow("/rollingUpdate/maxSurge"));
        let is_without_surge = surge.is_some_and(|surge| match surge {
            Value::Number(number) => number.as_u64() == Some(0),
            Value::String(text) => matches!(text.as_str(), "0" | "0%"),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
        });
        if rolls && !is_without_surge {
            let message =
                format!("{} mounts the {mode} claim `{claim}` and is rolled out by RollingUpdate", object.identity());
            let help = "set spec.strategy.type to Recreate";
            found.push(Finding::new(pod.object, pointer("/spec/strategy/type"), message, help));
        }
    }
}
