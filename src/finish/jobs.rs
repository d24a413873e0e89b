//! Jobs that run once or on change, and the `H` of schedules.

use super::UnitContext;
use super::codes::{JOB_RUN, SCHEDULE};
use super::cron;
use super::hash::{hex, sha256_of_json};
use crate::diag::{Diagnostic, Diagnostics};
use crate::object::Object;
use crate::pointer::{Follow, Pointer};
use crate::spec::fleet::DeliveryKind;
use crate::spec::template::Run;
use serde_json::{Value, json};

/// Longest name of a Job that gets a suffix: 63 less `-` and 8 digits, less the room that its pods' names need.
const MAX_BASE_NAME: usize = 52;

/// Gives a Job that runs on change its suffix, and marks one that runs once.
pub fn name(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    match object.run {
        None => {}
        Some(Run::OnChange) => {
            let base = object.name().to_owned();
            if base.len() > MAX_BASE_NAME {
                let pointer = Pointer::from_segments(["metadata", "name"]);
                let diagnostic = Diagnostic::error(
                    &JOB_RUN,
                    format!("the name of Job {base} is too long for one that runs on change"),
                )
                .about(base.as_str())
                .at(object.origin.locate(&pointer), "this name")
                .help(format!("it gets a suffix: shorten it to {MAX_BASE_NAME} characters"));
                diagnostics.push(context.of_owner(diagnostic, object.owner));
            }
            let hash = sha256_of_json(object.value.get("spec").unwrap_or(&Value::Null));
            object.set_metadata("name", &format!("{base}-{}", hex(&hash, 8)));
        }
        Some(Run::Once) => match context.delivery {
            DeliveryKind::Flux => object.set_annotation("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"),
            // Its Application ignores the Job's spec.
            DeliveryKind::Argocd | DeliveryKind::None => {}
        },
    }
}

/// Replaces each `H` in a CronJob's schedule.
pub fn schedule(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    if object.kind() != "CronJob" || object.group() != "batch" {
        return;
    }
    let Some(schedule) = object.value.follow("/spec/schedule").and_then(Value::as_str) else { return };
    let identity = format!("{}/{}/{}", context.cluster, object.namespace(), object.name());
    match cron::expand(schedule, &identity) {
        Ok(None) => {}
        Ok(Some(expanded)) => {
            if let Some(slot) = object.value.pointer_mut("/spec/schedule") {
                *slot = json!(expanded);
            }
        }
        Err(bad) => {
            let pointer = Pointer::from_segments(["spec", "schedule"]);
            let message = format!("spec.schedule of {} has the field `{}`", object.identity(), bad.field);
            let diagnostic = Diagnostic::error(&SCHEDULE, message)
                .about(object.name())
                .at(object.origin.locate(&pointer), "this schedule")
                .help(bad.reason);
            diagnostics.push(context.of_owner(diagnostic, object.owner));
        }
    }
}
