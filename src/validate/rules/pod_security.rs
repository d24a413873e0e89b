//! `pod-security`: pods that the Pod Security level of their namespace does not admit.

mod baseline;
mod restricted;

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::kubernetes::Minor;
use crate::pointer::{Follow, Pointer};
use crate::validate::view::View;
use crate::validate::view::path::Path;
use crate::validate::view::pod::{Container, Pod};
use serde_json::Value;
use std::fmt;

pub static CODE: Code = Code {
    name: "pod-security",
    explanation: "The Namespace has the label `pod-security.kubernetes.io/enforce` with the level baseline or restricted, and a pod \
                  does not meet it: the API server takes the Deployment or Job and refuses every pod of it. The controls are \
                  those of the Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/) in \
                  the version of the label `enforce-version`, or the cluster's minor. Init containers and Jobs count like \
                  any other. Levels of `warn` and `audit` are not judged.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a pod that the Pod Security level of its namespace refuses",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

const LEVEL: &str = "pod-security.kubernetes.io/enforce";
const VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// One way in which a pod breaks a control.
pub struct Violation {
    pub field: Pointer,
    /// `may not share the network of its node`, after the name of the pod's owner or container.
    pub message: String,
    pub help: &'static str,
}

impl Violation {
    /// The message without the name of the container.
    fn sort(&self) -> String {
        self.message.split('`').step_by(2).collect()
    }

    /// Capabilities of the list at `field` that may not be added; none, if all may.
    fn of_capabilities(who: &str, field: &Pointer, list: &Value, is_allowed: impl Fn(&str) -> bool) -> Option<Self> {
        let refused: Vec<(usize, &str)> = list
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, name)| Some((index, name.as_str().filter(|name| !is_allowed(name))?)))
            .collect();
        let names: Vec<&str> = refused.iter().map(|(_, name)| *name).collect();
        let (word, help) = match names.len() {
            0 => return None,
            1 => ("capability", "remove it"),
            _ => ("capabilities", "remove them"),
        };
        let field = match refused.as_slice() {
            [(index, _)] => field.child(index),
            _ => field.clone(),
        };
        let message = format!("{who} may not add the {word} {}", names.join(", "));
        Some(Violation { field, message, help })
    }
}

/// What controls look at.
pub struct Subject<'p, 'a> {
    pub pod: &'p Pod<'a>,
    /// The version of the standards.
    pub minor: Minor,
}

impl<'a> Subject<'_, 'a> {
    /// The security contexts that have a field: the pod's own first, each with who it is and where the field lies.
    fn contexts(&self, field: &'static str) -> impl Iterator<Item = (Who<'_, 'a>, Path, &'a Value)> {
        let own = self.pod.spec.get("securityContext").and_then(|context| context.follow(field));
        let own = own.map(|value| (Who::Pod, self.pod.path("/spec/securityContext").child(field), value));
        let rest = self.pod.containers.iter().filter_map(move |container| {
            let value = container.value.get("securityContext")?.follow(field)?;
            Some((Who::Container(container), container.path().child("securityContext").child(field), value))
        });
        own.into_iter().chain(rest).filter(|(_, _, value)| !value.is_null())
    }

    /// Whether its pods have user namespaces of their own, for which some controls are relaxed.
    fn has_user_namespace(&self) -> bool {
        self.pod.spec.get("hostUsers").and_then(Value::as_bool) == Some(false)
    }

    fn is_windows(&self) -> bool {
        self.pod.spec.follow("/os/name").and_then(Value::as_str) == Some("windows")
    }
}

/// Whose security context it is.
enum Who<'p, 'a> {
    Pod,
    Container(&'p Container<'a>),
}

impl fmt::Display for Who<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Pod => formatter.write_str("the pod"),
            Who::Container(container) => formatter.write_str(&container.title()),
        }
    }
}

fn check(view: &View<'_>, found: &mut Found) {
    for (number, namespace) in view.of_kind("", "Namespace") {
        let level = namespace.label(LEVEL).unwrap_or_default();
        if !matches!(level, "baseline" | "restricted") {
            continue;
        }
        let version =
            namespace.label(VERSION).and_then(|version| version.strip_prefix("v1.")?.parse().ok()).map(Minor::new);
        let minor = version.unwrap_or_else(|| view.context.api.minor());
        for pod in &view.pods {
            if pod.of.namespace != namespace.name() {
                continue;
            }
            let subject = Subject { pod, minor };
            let mut violations = Vec::new();
            if level == "restricted" {
                restricted::check(&subject, &mut violations);
            }
            let mut more = Vec::new();
            baseline::check(&subject, &mut more);
            // A pod that baseline takes may be what is meant.
            let is_baseline = level == "restricted" && more.is_empty();
            // Where restricted refuses a field too, it says more.
            more.retain(|violation| {
                let own = violation.field.segments();
                violations.iter().all(|told| {
                    let told = told.field.segments();
                    !own.starts_with(told) && !told.starts_with(own)
                })
            });
            violations.append(&mut more);
            for violation in violations {
                let message =
                    format!("{}: {}, as level {level} of its namespace asks", view.name_of(pod), violation.message);
                let label = Pointer::from_segments(["metadata", "labels", LEVEL]);
                let sort = violation.sort();
                let other =
                    if is_baseline { "; or give the namespace the level baseline, which the pod meets" } else { "" };
                let help = format!("{}{other}", violation.help);
                let finding = Finding::new(pod.object, violation.field, message, help).sort(sort);
                found.push(finding.also(number, label, "the level"));
            }
        }
    }
}
