//! Where pods may run: selectors of nodes, tolerations, affinity, spread; and priority classes.

use super::{Fields, Walk, forms, integer, items, present, selector, text};
use crate::kubernetes::validate::metadata::{is_label_value, is_qualified_name};
use serde_json::Value;

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    walk.map(spec, "nodeSelector", selector::check_labels);
    walk.each(spec, "tolerations", toleration);
    walk.map(spec, "affinity", |walk, affinity| {
        walk.map(affinity, "nodeAffinity", node_affinity);
        for name in ["podAffinity", "podAntiAffinity"] {
            walk.map(affinity, name, |walk, affinity| {
                walk.each(affinity, "requiredDuringSchedulingIgnoredDuringExecution", pod_term);
                walk.each(affinity, "preferredDuringSchedulingIgnoredDuringExecution", |walk, preferred| {
                    walk.within(preferred, &["weight"], 1, 100);
                    walk.map(preferred, "podAffinityTerm", pod_term);
                });
            });
        }
    });
    walk.each(spec, "topologySpreadConstraints", |walk, constraint| {
        walk.at_least(constraint, &["maxSkew", "minDomains"], 1);
        walk.not_empty(constraint, "topologyKey");
        walk.map(constraint, "labelSelector", selector::check);
        if present(constraint, "minDomains").is_some() && text(constraint, "whenUnsatisfiable") != Some("DoNotSchedule")
        {
            walk.refuse_at("minDomains", "is for whenUnsatisfiable: DoNotSchedule", "remove it");
        }
    });
}

fn toleration<'v>(walk: &mut Walk<'_, 'v>, toleration: &'v Fields) {
    let key = text(toleration, "key").unwrap_or_default();
    let operator = text(toleration, "operator").unwrap_or("Equal");
    walk.form(toleration, "key", is_qualified_name, forms::QUALIFIED);
    if key.is_empty() && operator != "Exists" {
        walk.refuse("has no key", "set one, or tolerate everything with `operator: Exists`");
    }
    if operator == "Exists" && text(toleration, "value").is_some_and(|value| !value.is_empty()) {
        walk.refuse_at("value", "cannot be set for Exists", "remove it");
    }
    let value = forms::Form { what: "is not a label value", help: "write what the taint has" };
    walk.form(toleration, "value", is_label_value, value);
    if present(toleration, "tolerationSeconds").is_some() && text(toleration, "effect") != Some("NoExecute") {
        walk.refuse_at("tolerationSeconds", "is for the effect NoExecute alone", "remove it, or set the effect");
    }
}

fn node_affinity<'v>(walk: &mut Walk<'_, 'v>, affinity: &'v Fields) {
    walk.map(affinity, "requiredDuringSchedulingIgnoredDuringExecution", |walk, required| {
        if items(required, "nodeSelectorTerms").is_empty()
            && required.get("nodeSelectorTerms").is_some_and(Value::is_array)
        {
            walk.refuse_at("nodeSelectorTerms", "must have an item", "list at least one term");
        }
        walk.each(required, "nodeSelectorTerms", node_term);
    });
    walk.each(affinity, "preferredDuringSchedulingIgnoredDuringExecution", |walk, preferred| {
        walk.within(preferred, &["weight"], 1, 100);
        walk.map(preferred, "preference", node_term);
    });
}

fn node_term<'v>(walk: &mut Walk<'_, 'v>, term: &'v Fields) {
    selector::check_requirements(walk, term, false);
    walk.each(term, "matchFields", |walk, requirement| {
        if text(requirement, "key").is_some_and(|key| key != "metadata.name") {
            walk.refuse_at("key", "must be metadata.name", "select labels with matchExpressions");
        }
    });
}

fn pod_term<'v>(walk: &mut Walk<'_, 'v>, term: &'v Fields) {
    walk.filled(term, "topologyKey", is_qualified_name, forms::QUALIFIED);
    walk.map(term, "labelSelector", selector::check);
    walk.map(term, "namespaceSelector", selector::check);
    walk.each_text(term, "namespaces", |walk, namespace| {
        if !forms::is_label(namespace) {
            walk.refuse(forms::LABEL.what, forms::LABEL.help);
        }
    });
}

pub(super) fn check_priority_class<'v>(walk: &mut Walk<'_, 'v>, class: &'v Fields) {
    if integer(class, "value").is_some_and(|value| value > 1_000_000_000) {
        walk.refuse_at("value", "must be at most 1000000000", "greater ones are the system's own");
    }
    let name = class.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Value::as_str);
    if name.is_some_and(|name| name.starts_with("system-")) {
        walk.refuse(
            "has a name that begins with `system-`, which is kept for the system's own",
            "give it another name",
        );
    }
}
