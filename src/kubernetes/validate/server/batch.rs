//! Jobs and CronJobs. That the name of one is too long is told by the rule `name-too-long`.

use super::{Fields, Walk, cron, integer, is_true, pod, present, text, workload};

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, kind: &str, object: &'v Fields) {
    match kind {
        "Job" => walk.spec(object, |walk, spec| job(walk, spec, false)),
        "CronJob" => walk.map(object, "spec", cron_job),
        _ => {}
    }
}

fn cron_job<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    if let Some(schedule) = text(spec, "schedule") {
        if schedule.is_empty() {
            walk.refuse_at("schedule", "must not be empty", "write five fields, such as \"30 4 * * *\"");
        } else if schedule.contains("TZ") {
            walk.refuse_at("schedule", "cannot hold a time zone", "set spec.timeZone");
        } else if let Some(fault) = cron::fault(schedule).filter(|_| !has_hash(schedule)) {
            walk.refuse_at("schedule", "is not a schedule", &fault);
        }
    }
    if let Some(zone) = text(spec, "timeZone") {
        let is_name = zone.split('/').all(|part| {
            !part.is_empty()
                && part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
        });
        if !is_name || zone.eq_ignore_ascii_case("local") {
            walk.refuse_at(
                "timeZone",
                "is not the name of a time zone",
                "write one such as Etc/UTC or Europe/Helsinki",
            );
        }
    }
    walk.at_least(spec, &["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"], 0);
    walk.map(spec, "jobTemplate", |walk, template| walk.spec(template, |walk, spec| job(walk, spec, true)));
}

/// Whether a field holds the `H` that bayplan replaces: one that is left is malformed, and told as that.
fn has_hash(schedule: &str) -> bool {
    !schedule.starts_with('@') && schedule.split_whitespace().any(|field| field.contains('H') && !field.contains("THU"))
}

fn job<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields, in_cron_job: bool) {
    let numbers = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    walk.at_least(spec, &numbers, 0);
    if text(spec, "completionMode") == Some("Indexed") {
        if present(spec, "completions").is_none() {
            walk.refuse("must say how many completions it has, being Indexed", "set completions");
        }
        if integer(spec, "parallelism").is_some_and(|number| number > 100_000) {
            walk.refuse_at("parallelism", "must be at most 100000 for an Indexed job", "correct the number");
        }
    } else {
        for name in ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] {
            if present(spec, name).is_some() {
                walk.refuse_at(name, "is for Indexed jobs alone", "remove it, or set completionMode: Indexed");
            }
        }
    }
    if present(spec, "selector").is_some() && (in_cron_job || !is_true(spec, "manualSelector")) {
        walk.refuse_at("selector", "is set by the server", "remove it");
    }
    if in_cron_job && is_true(spec, "manualSelector") {
        walk.refuse_at("manualSelector", "cannot be true in a CronJob", "remove it");
    }
    workload::template(walk, spec, pod::Owner::Job, &[]);
}
