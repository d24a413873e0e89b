//! `route-snippet`: annotations by which one tenant writes the configuration of a proxy that all share.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::pointer::{Follow, Pointer};
use crate::validate::view::View;
use serde_json::Value;

pub static CODE: Code = Code {
    name: "route-snippet",
    explanation: "An annotation such as `nginx.ingress.kubernetes.io/configuration-snippet` puts text of the Ingress into the \
                  configuration of the controller, which serves all tenants: who writes it can read the traffic and the \
                  certificates of everybody (CVE-2021-25742 and its kin). Controllers that allow snippets at all should not on \
                  a cluster with several tenants. Use what the routes and the web server of the site can do.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a route that writes configuration of the shared proxy",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

fn check(view: &View<'_>, found: &mut Found) {
    for (number, ingress) in view.of_kind("networking.k8s.io", "Ingress") {
        let Some(annotations) = ingress.value.follow("/metadata/annotations").and_then(Value::as_object) else {
            continue;
        };
        for key in annotations.keys().filter(|key| is_snippet(key)) {
            let message =
                format!("{} writes configuration of the controller that all tenants share", ingress.identity());
            let field = Pointer::from_segments(ANNOTATIONS).child(key.as_str());
            found.push(Finding::new(number, field, message, "remove the annotation"));
        }
    }
}

/// `configuration-snippet`, `server-snippets` and so on, whoever's they are; the part before the slash is the controller's name.
fn is_snippet(key: &str) -> bool {
    let name = key.split_once('/').map_or(key, |(_, name)| name);
    name.split('-').any(|word| matches!(word, "snippet" | "snippets"))
}
