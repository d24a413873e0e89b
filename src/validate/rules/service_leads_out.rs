//! `service-leads-out`: Services that send traffic somewhere else than to pods of their namespace.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::validate::view::{View, items, pointer, text};

pub static CODE: Code = Code {
    name: "service-leads-out",
    explanation: "A Service is an alias of a name (type ExternalName) or claims addresses of its own (externalIPs). By an alias, a \
                  route or a pod of one tenant reaches what network policies and the gateway keep from it, such as a Service of \
                  another tenant. Claimed addresses take over other people's traffic (CVE-2020-8554). Name the outside host in a \
                  value where it is needed. A fleet of several tenants does well to make this an error; where such a Service is \
                  really meant, an Acknowledgement lets it through.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a Service that leads out of its namespace",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (number, service) in view.of_kind("", "Service") {
        let Some(spec) = service.value.get("spec") else { continue };
        if text(spec, "type") == "ExternalName" {
            let message = format!("{} is an alias of a name outside its namespace", service.identity());
            let help = "give the host to those who need it, and leave the Service out";
            found.push(Finding::new(number, pointer("/spec/type"), message, help));
        }
        if items(spec, "externalIPs").next().is_some() {
            let message = format!("{} claims addresses for itself", service.identity());
            let help = "let traffic come in through the gateway, and remove externalIPs";
            found.push(Finding::new(number, pointer("/spec/externalIPs"), message, help));
        }
    }
}
