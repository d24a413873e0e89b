//! Probes and the handlers of a container's life.

use super::{Fields, Walk, forms, integer, items, present, text};
use serde_json::Value;

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, probe: &'v Fields, name: &str) {
    handler(walk, probe, &["exec", "httpGet", "tcpSocket", "grpc"]);
    let numbers = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];
    walk.at_least(probe, &numbers, 0);
    if name != "readinessProbe" && integer(probe, "successThreshold").is_some_and(|number| number > 1) {
        walk.refuse_at("successThreshold", "must be 1 but for readiness", "remove it");
    }
    walk.at_least(probe, &["terminationGracePeriodSeconds"], 1);
    if name == "readinessProbe" && present(probe, "terminationGracePeriodSeconds").is_some() {
        walk.refuse_at("terminationGracePeriodSeconds", "is not for readiness", "remove it");
    }
}

/// `postStart` or `preStop`.
pub(super) fn check_handler<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields) {
    handler(walk, fields, &["exec", "httpGet", "tcpSocket", "sleep"]);
}

fn handler<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, names: &[&'static str]) {
    walk.exactly_one(fields, names, "handler");
    walk.map(fields, "exec", |walk, exec| {
        if items(exec, "command").is_empty() {
            walk.refuse("has no command", "set command to a list of words");
        }
    });
    walk.map(fields, "httpGet", |walk, get| {
        port(walk, get);
        walk.each(get, "httpHeaders", |walk, header| {
            let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let form = forms::Form { what: "is not the name of a header", help: "write letters, digits and `-`" };
            walk.filled(header, "name", is_name, form);
        });
    });
    walk.map(fields, "tcpSocket", port);
    walk.map(fields, "grpc", |walk, grpc| walk.within(grpc, &["port"], 1, 65535));
}

/// A number, or the name of a port of the container.
fn port<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields) {
    match fields.get("port") {
        Some(Value::Number(number)) if number.as_i64().is_some_and(|port| !forms::is_port(port)) => {
            walk.refuse_at("port", "must be between 1 and 65535", "correct the number");
        }
        Some(Value::String(_)) => {
            let name = text(fields, "port").unwrap_or_default();
            if !forms::is_port_name(name) {
                let help = if name.bytes().all(|byte| byte.is_ascii_digit()) {
                    "write a number without quotes"
                } else {
                    forms::PORT_NAME.help
                };
                walk.refuse_at("port", forms::PORT_NAME.what, help);
            }
        }
        _ => {}
    }
}
