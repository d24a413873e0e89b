//! `ingress-nginx`: routes through the retired controller.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::object::Object;
use crate::pointer::{Follow, Pointer};
use crate::validate::view::{View, items, pointer};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "ingress-nginx",
    explanation: "An Ingress goes through ingress-nginx: the class `nginx`, or annotations below `nginx.ingress.kubernetes.io`. That \
                  controller was retired in March 2026 and gets no fixes any more, not even for security; its maintainers advise \
                  against it in clusters with several tenants. Use the Gateway API, or another controller and its class. Other \
                  controllers of the same class name, or that read the same annotations, are not told apart: switch the rule off \
                  in a fleet that has one.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a route through the retired ingress-nginx controller",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

const OLD_CLASS: &str = "kubernetes.io/ingress.class";
const PREFIX: &str = "nginx.ingress.kubernetes.io/";

fn check(view: &View<'_>, found: &mut Found) {
    for (number, (of, object)) in view.named().enumerate() {
        let field = match (of.group, of.kind) {
            ("networking.k8s.io", "Ingress") => of_ingress(object),
            ("networking.k8s.io", "IngressClass") => {
                is(&object.value, "/spec/controller", "k8s.io/ingress-nginx").then(|| pointer("/spec/controller"))
            }
            ("cert-manager.io", "Issuer" | "ClusterIssuer") => of_issuer(object),
            _ => None,
        };
        if let Some(field) = field {
            let message = format!("{} uses ingress-nginx, which is retired", object.identity());
            let help = "move to the Gateway API, or to a controller that is kept up";
            found.push(Finding::new(number, field, message, help));
        }
    }
}

fn is(value: &Value, path: &str, expected: &str) -> bool {
    value.follow(path).and_then(Value::as_str) == Some(expected)
}

fn of_ingress(ingress: &Object<'_>) -> Option<Pointer> {
    if is(&ingress.value, "/spec/ingressClassName", "nginx") {
        return Some(pointer("/spec/ingressClassName"));
    }
    let annotations = ingress.value.follow("/metadata/annotations")?.as_object()?;
    let is_old = |(key, value): (&String, &Value)| {
        (key == OLD_CLASS && value.as_str() == Some("nginx")) || key.starts_with(PREFIX)
    };
    let (key, _) = annotations.iter().find(|entry| is_old(*entry))?;
    Some(Pointer::from_segments(["metadata", "annotations", key]))
}

fn of_issuer(issuer: &Object<'_>) -> Option<Pointer> {
    let acme = issuer.value.follow("/spec/acme")?;
    items(acme, "solvers").find_map(|(index, solver)| {
        let field = ["class", "ingressClassName"]
            .into_iter()
            .find(|field| is(solver, &format!("/http01/ingress/{field}"), "nginx"))?;
        let at = pointer("/spec/acme/solvers").child(index);
        Some(at.join(&pointer("/http01/ingress")).child(field))
    })
}
