//! `service-selects-nothing`: Services without pods.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::pointer::Follow;
use crate::validate::view::pod::Pod;
use crate::validate::view::selector::{has_all, nearest};
use crate::validate::view::{View, pointer};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "service-selects-nothing",
    explanation: "No pod of the namespace has the labels that a Service selects, so it has no endpoints and every call to it is \
                  refused. Pods of Jobs and disabled sites count. A Service whose endpoints are written by something else has no \
                  selector.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a Service that selects no pod",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

/// A namespace, and a key and value of labels.
type Label<'a> = (&'a str, &'a str, &'a str);

fn check(view: &View<'_>, found: &mut Found) {
    let mut services = view.of_kind("", "Service").peekable();
    if services.peek().is_none() {
        return;
    }
    let pods = by_label(view);
    for (number, service) in services {
        let Some(selector) = service.value.follow("/spec/selector") else { continue };
        if selector.as_object().is_none_or(serde_json::Map::is_empty)
            || service.value.follow("/spec/type").and_then(Value::as_str) == Some("ExternalName")
        {
            continue;
        }
        let namespace = service.namespace();
        // Of the pods that have one of the labels, the fewest.
        let candidates = selector
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| with_label(&pods, (namespace, key, value.as_str().unwrap_or_default())));
        let candidates = candidates.min_by_key(|pods| pods.len()).unwrap_or_default();
        let is_selected = candidates.iter().any(|(_, pod)| has_all(selector, pod.labels));
        // Kinds of other operators make pods that are not seen here.
        if !is_selected
            && !has_unseen_pods(view, namespace, selector)
            && !is_meant_for_a_mismatch(view, namespace, selector)
        {
            let message = format!("{} selects no pod of its namespace", service.identity());
            let finding = match nearest(view, namespace, selector) {
                Some(miss) => {
                    let labels = miss.pod.pointer("/metadata/labels").child(miss.key);
                    Finding::new(number, pointer("/spec/selector").child(miss.key), message, miss.help()).also(
                        miss.pod.object,
                        labels,
                        miss.label(view),
                    )
                }
                None => {
                    Finding::new(number, pointer("/spec/selector"), message, "select labels that the pod template has")
                }
            };
            found.push(finding.sort("service").of_absence());
        }
    }
}

/// Pods by each of their labels, in order of label.
fn by_label<'v>(view: &'v View<'_>) -> Vec<(Label<'v>, &'v Pod<'v>)> {
    let mut pods = Vec::new();
    for pod in &view.pods {
        for (key, value) in pod.labels.and_then(Value::as_object).into_iter().flatten() {
            pods.push(((pod.of.namespace, key.as_str(), value.as_str().unwrap_or_default()), pod));
        }
    }
    pods.sort_unstable_by_key(|(label, _)| *label);
    pods
}

fn with_label<'p, 'v>(pods: &'p [(Label<'v>, &'v Pod<'v>)], label: Label<'_>) -> &'p [(Label<'v>, &'v Pod<'v>)] {
    let start = pods.partition_point(|(known, _)| *known < label);
    let end = pods.partition_point(|(known, _)| *known <= label);
    pods.get(start..end).unwrap_or_default()
}

/// Whether an object of an operator's kind may make the pods: one whose name the selector mentions.
fn has_unseen_pods(view: &View<'_>, namespace: &str, selector: &Value) -> bool {
    let mentions =
        |name: &str| selector.as_object().into_iter().flatten().any(|(_, value)| value.as_str() == Some(name));
    view.named().any(|(of, object)| {
        of.group.contains('.')
            && !of.group.ends_with(".k8s.io")
            && of.namespace == namespace
            && object.value.get("spec").is_some()
            && mentions(of.name)
    })
}

/// Whether a workload selects what the Service does, and has pods of other labels: that is told at the workload.
fn is_meant_for_a_mismatch(view: &View<'_>, namespace: &str, selector: &Value) -> bool {
    view.pods.iter().filter(|pod| pod.of.group == "apps" && pod.of.namespace == namespace).any(|pod| {
        let own = view.object(pod.object).and_then(|object| object.value.follow("/spec/selector/matchLabels"));
        own.is_some() && has_all(selector, own)
    })
}
