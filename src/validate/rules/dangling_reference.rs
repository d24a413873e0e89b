//! `dangling-reference`: names of objects that nothing provides.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::near;
use crate::pointer::Follow;
use crate::validate::view::View;
use crate::validate::view::provided::{self, Provided};
use crate::validate::view::references::{self, Reference};

pub static CODE: Code = Code {
    name: "dangling-reference",
    explanation: "An object names another one of its namespace (a ConfigMap, Secret, claim, ServiceAccount, Service, Role, Issuer, \
                  SecretStore, or the target of an autoscaler) that nothing provides: no object of this namespace in any layer, \
                  disabled sites included, no Certificate, ExternalSecret or SealedSecret, and not Kubernetes itself. Pods that \
                  wait for it never start. Correct the name; if somebody else provides it, list it under `external` of the \
                  Site, Tenant, Environment, Cluster or Template; if the pod can do without it, say `optional: true`.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a reference to an object that nothing provides",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    let provided = Provided::of(view);
    let mut judge = |number: usize, reference: Reference<'_>| {
        let Some(object) = view.object(number) else { return };
        let Reference { kind, name, field } = reference;
        if provided.has(object.namespace(), kind, name)
            || provided::by_kubernetes(kind, name)
            || view.is_external(kind, name)
            || kind == "PersistentVolumeClaim" && is_made_by_stateful_set(view, object.namespace(), name)
        {
            return;
        }
        let known = provided.names(object.namespace(), kind);
        let mut known: Vec<&str> = known.chain(view.external_of(kind)).collect();
        known.sort_unstable();
        known.dedup();
        let near = near::near_names(name, known.iter().copied());
        let help = match (near.first(), known.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => format!(
                "write one, or list it under `external` if somebody else provides it: {{kind: {kind}, name: {name}}}"
            ),
            (None, _) => format!(
                "name one that is there ({}), or list this one under `external` if somebody else provides it: \
                 {{kind: {kind}, name: {name}}}",
                some(&known)
            ),
        };
        let message = format!("{} names {kind} `{name}`, which nothing provides", object.identity());
        let mut finding = Finding::new(number, field.pointer(), message, help).sort(kind).of_absence();
        finding.unless_provided = Some((kind, name.to_owned()));
        found.push(finding);
    };
    for (number, (of, object)) in view.named().enumerate().filter(|(_, (_, object))| object.verbatim.is_none()) {
        for reference in references::of_object(of, object) {
            judge(number, reference);
        }
    }
    for pod in &view.pods {
        // A pod that names one object in ten places misses it once.
        let mut seen = std::collections::BTreeSet::new();
        for reference in references::of_pod(pod) {
            if seen.insert((reference.kind, reference.name)) {
                judge(pod.object, reference);
            }
        }
    }
}

/// The first names of a list, and how many more there are.
fn some(names: &[&str]) -> String {
    let shown = names.iter().take(4).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(4) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

/// Whether a claim is one of those that a StatefulSet makes for its pods: `TEMPLATE-SET-NUMBER`.
fn is_made_by_stateful_set(view: &View<'_>, namespace: &str, name: &str) -> bool {
    let Some((base, number)) = name.rsplit_once('-') else { return false };
    number.bytes().all(|byte| byte.is_ascii_digit())
        && view.of_kind("apps", "StatefulSet").filter(|(_, set)| set.namespace() == namespace).any(|(_, set)| {
            let Some(template) = base.strip_suffix(set.name()).and_then(|rest| rest.strip_suffix('-')) else {
                return false;
            };
            let claims = set.value.follow("/spec/volumeClaimTemplates").and_then(serde_json::Value::as_array);
            claims
                .into_iter()
                .flatten()
                .any(|claim| claim.follow("/metadata/name").and_then(serde_json::Value::as_str) == Some(template))
        })
}
