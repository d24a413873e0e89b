//! `job-ttl`: finished Jobs that delete themselves.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::pointer::Follow;
use crate::validate::view::{View, pointer};

pub static CODE: Code = Code {
    name: "job-ttl",
    explanation: "A Job sets `ttlSecondsAfterFinished`, so it is deleted when it is done. The next reconciliation finds it missing \
                  and creates it again: it runs for ever, and an install or a migration runs on live data. Remove the field; a \
                  Job of `bayplan/run: on-change` is replaced when its content changes. Jobs of a CronJob may have one.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a Job that deletes itself, and is then created anew",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (number, job) in view.of_kind("batch", "Job") {
        let field = "/spec/ttlSecondsAfterFinished";
        if job.value.follow(field).is_some_and(|seconds| !seconds.is_null()) {
            let message = format!("{} deletes itself and would run again at each reconciliation", job.identity());
            let help = "remove ttlSecondsAfterFinished";
            found.push(Finding::new(number, pointer(field), message, help));
        }
    }
}
