//! `service-selects-nothing`: Services without pods.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::pointer::Follow;
use crate::validate::view::pod::Pod;
use crate::validate::view::selector::{has_all, nearest};
use crate::validate::view::{View, pointer};
use serde_json::Value;
use std::collections::BTreeMap;

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

/// Pods by namespace, and a key and value of their labels.
type ByLabel<'a> = BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a Pod<'a>>>;

fn check(view: &View<'_>, found: &mut Found) {
    let pods = by_label(view);
    for (number, service) in view.of_kind("", "Service") {
        let Some(selector) = service.value.follow("/spec/selector") else { continue };
        if selector.as_object().is_none_or(serde_json::Map::is_empty)
            || service.value.follow("/spec/type").and_then(Value::as_str) == Some("ExternalName")
        {
            continue;
        }
        // Of the pods that have one of the labels, the fewest.
        let candidates = selector.as_object().into_iter().flatten().map(|(key, value)| {
            let key = (service.namespace(), key.as_str(), value.as_str().unwrap_or_default());
            pods.get(&key).map(Vec::as_slice).unwrap_or_default()
        });
        let candidates = candidates.min_by_key(|pods| pods.len()).unwrap_or_default();
        let is_selected = candidates.iter().any(|pod| has_all(selector, pod.labels()));
        // Kinds of other operators make pods that are not seen here.
        if !is_selected
            && !has_unseen_pods(view, service.namespace(), selector)
            && !is_meant_for_a_mismatch(view, service.namespace(), selector)
        {
            let message = format!("{} selects no pod of its namespace", service.identity());
            let finding = match nearest(view, service.namespace(), selector) {
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

fn by_label<'a>(view: &'a View<'_>) -> ByLabel<'a> {
    let mut pods = ByLabel::new();
    for pod in &view.pods {
        let Some(object) = view.object(pod.object) else { continue };
        for (key, value) in pod.labels().and_then(Value::as_object).into_iter().flatten() {
            let key = (object.namespace(), key.as_str(), value.as_str().unwrap_or_default());
            pods.entry(key).or_default().push(pod);
        }
    }
    pods
}

/// Whether an object of an operator's kind may make the pods: one whose name the selector mentions.
fn has_unseen_pods(view: &View<'_>, namespace: &str, selector: &Value) -> bool {
    let mentions =
        |name: &str| selector.as_object().into_iter().flatten().any(|(_, value)| value.as_str() == Some(name));
    view.objects.iter().any(|object| {
        object.group().contains('.')
            && !object.group().ends_with(".k8s.io")
            && object.namespace() == namespace
            && object.value.get("spec").is_some()
            && mentions(object.name())
    })
}

/// Whether a workload selects what the Service does, and has pods of other labels: that is told at the workload.
fn is_meant_for_a_mismatch(view: &View<'_>, namespace: &str, selector: &Value) -> bool {
    view.pods.iter().filter_map(|pod| view.object(pod.object)).any(|object| {
        let own = object.value.pointer("/spec/selector/matchLabels");
        object.group() == "apps" && object.namespace() == namespace && own.is_some() && has_all(selector, own)
    })
}
