//! `restart-policy`: pod templates whose restart policy their kind does not take.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::validate::view::View;
use serde_json::Value;

pub static CODE: Code = Code {
    name: "restart-policy",
    explanation: "The pods of a Job or CronJob must set `restartPolicy` to OnFailure or Never (left out it is Always), those of a \
                  Deployment, StatefulSet, DaemonSet or ReplicaSet to Always. The API server refuses anything else.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a restart policy that the kind does not take",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        let Some(object) = view.object(pod.object) else { continue };
        let policy = match pod.spec.get("restartPolicy") {
            None | Some(Value::Null) => "Always",
            Some(Value::String(policy)) => policy.as_str(),
            Some(_) => continue,
        };
        let (is_allowed, help) = match object.kind() {
            "Pod" => continue,
            "Job" | "CronJob" => (policy != "Always", "set restartPolicy to OnFailure or Never"),
            _ => (policy == "Always", "remove restartPolicy, or set it to Always"),
        };
        if !is_allowed {
            let message = format!("the pods of {} may not have the restart policy {policy}", object.identity());
            found.push(Finding::new(pod.object, pod.pointer("/spec/restartPolicy"), message, help));
        }
    }
}
