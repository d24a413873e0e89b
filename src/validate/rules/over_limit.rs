//! `over-limit`: containers and claims beyond what a LimitRange of their namespace allows.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::kubernetes::quantity;
use crate::object::Object;
use crate::pointer::Pointer;
use crate::validate::view::{View, items, pointer, text};
use serde_json::Value;
use std::cmp::Ordering;

pub static CODE: Code = Code {
    name: "over-limit",
    explanation: "A container asks for more than the `max` of a LimitRange in its namespace, or a claim does: the API server refuses \
                  the claim, and the pods of a workload that it has accepted. Ask for less, or have the limit raised where the \
                  namespace is made.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a container or a claim that is larger than the namespace allows",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (number, range) in view.of_kind("", "LimitRange") {
        let Some(spec) = range.value.get("spec") else { continue };
        for (index, limit) in items(spec, "limits") {
            let Some(max) = limit.get("max").and_then(Value::as_object) else { continue };
            for (resource, most) in max {
                let here = pointer("/spec/limits").child(index).child("max").child(resource.as_str());
                let bound = Bound { range, number, here, resource, most };
                match text(limit, "type") {
                    "Container" => bound.containers(view, found),
                    "PersistentVolumeClaim" => bound.claims(view, found),
                    _ => {}
                }
            }
        }
    }
}

/// The most that a LimitRange allows of one resource.
struct Bound<'b> {
    range: &'b Object<'b>,
    number: usize,
    here: Pointer,
    resource: &'b str,
    most: &'b Value,
}

impl Bound<'_> {
    fn containers(&self, view: &View<'_>, found: &mut Found) {
        for pod in &view.pods {
            if pod.of.namespace != self.range.namespace() {
                continue;
            }
            for container in &pod.containers {
                // A request beyond the limit is an error of its own, so that the larger one tells.
                for kind in ["limits", "requests"] {
                    let path = ["resources", kind, self.resource];
                    let asked = path.iter().try_fold(container.value, |value, key| value.get(key));
                    if asked.is_some_and(|asked| self.is_exceeded_by(asked)) {
                        let field = path.iter().fold(container.pointer(), |field, key| field.child(*key));
                        let who = format!("{} of {}", container.title(), view.name_of(pod));
                        self.report(pod.object, field, &who, found);
                        break;
                    }
                }
            }
        }
    }

    fn claims(&self, view: &View<'_>, found: &mut Found) {
        for (number, claim) in view.of_kind("", "PersistentVolumeClaim") {
            let field = pointer("/spec/resources/requests").child(self.resource);
            let is_here = claim.namespace() == self.range.namespace();
            if is_here && claim.value.pointer(&field.to_string()).is_some_and(|asked| self.is_exceeded_by(asked)) {
                self.report(number, field, &claim.identity().to_string(), found);
            }
        }
    }

    fn is_exceeded_by(&self, asked: &Value) -> bool {
        quantity::compare(asked, self.most) == Some(Ordering::Greater)
    }

    fn report(&self, object: usize, field: Pointer, who: &str, found: &mut Found) {
        let message = format!("{who} asks for more {} than {} allows", self.resource, self.range.identity());
        let help = "ask for less, or raise the limit where the namespace is made";
        found.push(Finding::new(object, field, message, help).also(self.number, self.here.clone(), "the most"));
    }
}
