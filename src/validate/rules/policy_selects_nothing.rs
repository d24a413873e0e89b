//! `policy-selects-nothing`: a site's NetworkPolicies and PodDisruptionBudgets without pods.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::object::Owner;
use crate::pointer::Follow;
use crate::validate::view::selector::{nearest, selects};
use crate::validate::view::{View, pointer};

pub static CODE: Code = Code {
    name: "policy-selects-nothing",
    explanation: "A NetworkPolicy or PodDisruptionBudget of a site selects no pod of its namespace, though one has some of the labels: \
                  it protects nothing, and nobody notices. Policies of namespace templates are offers to whichever pods come, and \
                  are not judged; nor are selectors of which no pod has a single label, whose pods may come from elsewhere.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a NetworkPolicy or PodDisruptionBudget of a site that selects no pod",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (group, kind, path) in [
        ("networking.k8s.io", "NetworkPolicy", "/spec/podSelector"),
        ("policy", "PodDisruptionBudget", "/spec/selector"),
    ] {
        for (number, policy) in view.of_kind(group, kind) {
            let Some(selector) = policy.value.follow(path).filter(|_| matches!(policy.owner, Owner::Site(_))) else {
                continue;
            };
            let namespace = policy.namespace();
            if view.pods.iter().any(|pod| pod.of.namespace == namespace && selects(selector, pod.labels)) {
                continue;
            }
            let wanted = selector.get("matchLabels");
            let Some(miss) = wanted.and_then(|wanted| nearest(view, namespace, wanted)) else { continue };
            let message = format!("{} selects no pod of its namespace", policy.identity());
            let field = pointer(path).child("matchLabels").child(miss.key);
            let finding = Finding::new(number, field, message, miss.help());
            let labels = miss.pod.pointer("/metadata/labels").child(miss.key);
            found.push(finding.also(miss.pod.object, labels, miss.label(view)).sort(kind).of_absence());
        }
    }
}
