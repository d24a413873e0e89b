//! `selector-mismatch`: workloads that do not select their own pods.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::pointer::Follow;
use crate::validate::view::selector::selects;
use crate::validate::view::{View, pointer};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "selector-mismatch",
    explanation: "The selector of a Deployment, StatefulSet, DaemonSet or ReplicaSet does not select the pods of its own template, \
                  or is empty. The API server refuses that. The labels of `spec.template.metadata` must include those of \
                  `spec.selector`. A selector can never be changed later, so it is best kept to labels that stay.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a workload whose selector does not select its own pods",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        let Some(object) = view.object(pod.object).filter(|_| pod.of.group == "apps") else { continue };
        let Some(selector) = object.value.follow("/spec/selector").filter(|selector| selector.is_object()) else {
            continue;
        };
        let is_empty = |key: &str| match selector.get(key) {
            Some(Value::Object(map)) => map.is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            _ => true,
        };
        if is_empty("matchLabels") && is_empty("matchExpressions") {
            let message = format!("{} has an empty selector", object.identity());
            let help = "select the labels of its pod template";
            found.push(Finding::new(pod.object, pointer("/spec/selector"), message, help));
        } else if !selects(selector, pod.labels) {
            let (field, what) = first_mismatch(selector, pod.labels);
            let message = format!("{} does not select its own pods", object.identity());
            let help = "give the pod template the labels that the selector asks for";
            let labels = pod.pointer("/metadata/labels");
            // The label that differs, where there is one.
            let labels = match field.last().map(|key| labels.child(key)) {
                Some(label) if label.get(&object.value).is_some() => label,
                _ => labels,
            };
            let finding = Finding::new(pod.object, field, message, help).label(what);
            found.push(finding.also(pod.object, labels, "labels of its pods"));
        }
    }
}

/// The part of a selector that the labels do not meet.
fn first_mismatch(selector: &Value, labels: Option<&Value>) -> (crate::pointer::Pointer, String) {
    let at = pointer("/spec/selector");
    let wanted = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    for (key, value) in wanted {
        let found = labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
        if found != value.as_str() {
            let what = match found {
                Some(found) => format!("its pods have `{found}`"),
                None => "its pods have no such label".to_owned(),
            };
            return (at.child("matchLabels").child(key), what);
        }
    }
    (at.child("matchExpressions"), "not met by its pods".to_owned())
}
