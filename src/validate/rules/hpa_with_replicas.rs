//! `hpa-with-replicas`: two that set one number.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::pointer::Follow;
use crate::validate::view::{View, pointer, text};

pub static CODE: Code = Code {
    name: "hpa-with-replicas",
    explanation: "A HorizontalPodAutoscaler scales an object that also sets `spec.replicas`. Each reconciliation puts the number \
                  of the manifest back, and the autoscaler changes it again. Leave `replicas` out of what is scaled.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "replicas of an object that a HorizontalPodAutoscaler scales",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (scaler_number, scaler) in view.of_kind("autoscaling", "HorizontalPodAutoscaler") {
        let Some(target) = scaler.value.follow("/spec/scaleTargetRef") else { continue };
        let target = view.find("apps", text(target, "kind"), scaler.namespace(), text(target, "name"));
        let Some((number, object)) = target else { continue };
        if object.value.follow("/spec/replicas").is_some_and(|replicas| !replicas.is_null()) {
            let message = format!("{} sets replicas, which {} sets too", object.identity(), scaler.identity());
            let help = "remove spec.replicas";
            let finding = Finding::new(number, pointer("/spec/replicas"), message, help);
            found.push(finding.also(scaler_number, pointer("/spec/scaleTargetRef"), "scaled by this"));
        }
    }
}
