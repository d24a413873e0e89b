//! `missing-resources`: containers that a quota has no number for.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::validate::view::{View, items, pointer, text};
use serde_json::Value;
use std::collections::BTreeSet;

pub static CODE: Code = Code {
    name: "missing-resources",
    explanation: "A ResourceQuota of the namespace counts CPU or memory, and a container says nothing of what it needs: the API \
                  server refuses its pods (failed quota: must specify requests or limits). Set `resources` of every container, \
                  init containers included, or give the namespace a LimitRange with `default` and `defaultRequest` for \
                  containers. A limit counts as the request, too.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a container without the requests or limits that a quota counts",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

/// What a quota may count of containers: its own name, and where a container says it.
const COUNTED: [(&str, &str, &str); 6] = [
    ("cpu", "requests", "cpu"),
    ("memory", "requests", "memory"),
    ("requests.cpu", "requests", "cpu"),
    ("requests.memory", "requests", "memory"),
    ("limits.cpu", "limits", "cpu"),
    ("limits.memory", "limits", "memory"),
];

type Wanted = BTreeSet<(&'static str, &'static str)>;

fn check(view: &View<'_>, found: &mut Found) {
    for (number, quota) in view.of_kind("", "ResourceQuota") {
        let Some(spec) = quota.value.get("spec") else { continue };
        // A quota with a scope counts some pods only: which ones is not judged here.
        if spec.get("scopes").is_some() || spec.get("scopeSelector").is_some() {
            continue;
        }
        let hard = spec.get("hard");
        let mut wanted: Wanted = COUNTED
            .iter()
            .filter(|(name, _, _)| hard.and_then(|hard| hard.get(name)).is_some_and(|value| !value.is_null()))
            .map(|(_, kind, resource)| (*kind, *resource))
            .collect();
        for given in defaults(view, quota.namespace()) {
            wanted.remove(&given);
        }
        if wanted.is_empty() {
            continue;
        }
        for pod in &view.pods {
            if pod.of.namespace != quota.namespace() || pod.spec.get("resources").is_some() {
                continue;
            }
            for container in &pod.containers {
                let resources = container.value.get("resources");
                let says = |kind: &str, resource: &str| {
                    resources
                        .and_then(|resources| resources.get(kind)?.get(resource))
                        .is_some_and(|value| !value.is_null())
                };
                let missing: Vec<String> = wanted
                    .iter()
                    .filter(|(kind, resource)| !says(kind, resource) && !says("limits", resource))
                    .map(|(kind, resource)| format!("{kind}.{resource}"))
                    .collect();
                if missing.is_empty() {
                    continue;
                }
                let help =
                    format!("set {}, or defaults in a LimitRange of the namespace", listed("resources.", &missing));
                let missing = listed("", &missing);
                let message = format!(
                    "{} of {} sets no {missing}, which {} counts",
                    container.title(),
                    view.name_of(pod),
                    quota.identity()
                );
                let finding = Finding::new(pod.object, container.pointer().child("resources"), message, help);
                found.push(finding.also(number, pointer("/spec/hard"), "counted here"));
            }
        }
    }
}

/// `limits.memory and requests.memory`, each after a prefix.
fn listed(prefix: &str, names: &[String]) -> String {
    names.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>().join(" and ")
}

/// What a namespace's LimitRanges give to containers that say nothing. As the API server does it, `max` stands in for a missing
/// default, and the default, or else `min`, for a missing default request.
fn defaults(view: &View<'_>, namespace: &str) -> Wanted {
    let mut given = Wanted::new();
    for (_, range) in view.of_kind("", "LimitRange").filter(|(_, range)| range.namespace() == namespace) {
        let Some(spec) = range.value.get("spec") else { continue };
        for (_, limit) in items(spec, "limits").filter(|(_, limit)| text(limit, "type") == "Container") {
            let has = |field: &str, resource: &str| {
                limit.get(field).and_then(|values| values.get(resource)).is_some_and(|value| !Value::is_null(value))
            };
            for resource in ["cpu", "memory"] {
                if has("default", resource) || has("max", resource) {
                    given.extend([("limits", resource), ("requests", resource)]);
                }
                if has("defaultRequest", resource) || has("min", resource) {
                    given.insert(("requests", resource));
                }
            }
        }
    }
    given
}
