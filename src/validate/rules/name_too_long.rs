//! `name-too-long`: names over the limit of their kind, where the form of names in general allows more.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::object::{Names, Object};
use crate::pointer::{Follow, Pointer};
use crate::spec::template::Run;
use crate::validate::view::path::Path;
use crate::validate::view::pod::Pod;
use crate::validate::view::{View, items, pointer};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "name-too-long",
    explanation: "A name is longer than its kind allows. A CronJob may have 52 characters and a Job 63, since their pods carry the \
                  name in a label; a StatefulSet 52, since a label of its pods holds the name and a hash of 10; containers and \
                  volumes 63; the name of a container's port 15; a host 253, with 63 between two dots; the common name of a \
                  certificate 64. Nothing is cut, because a cut name could meet another one: shorten the names that it is made \
                  of.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a name over the limit of its kind",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (number, (of, object)) in view.named().enumerate() {
        let limit = match (of.group, of.kind) {
            ("batch", "CronJob") | ("apps", "StatefulSet") => 52,
            // One that runs on change has a suffix, and its own limit before it got that.
            ("batch", "Job") if object.run != Some(Run::OnChange) => 63,
            _ => usize::MAX,
        };
        // What is said is made only where something is said.
        let mut judge = |name: &str, limit: usize, what: &dyn Fn() -> String, field: &dyn Fn() -> Pointer| {
            if name.len() > limit {
                let what = format!("{} of {}", what(), object.identity());
                let message = format!("{what} has {} characters, {limit} at most are allowed", name.len());
                found.push(Finding::new(number, field(), message, "choose a shorter name").label(""));
            }
        };
        judge(of.name, limit, &|| "the name".to_owned(), &|| pointer("/metadata/name"));
        for (host, field) in hosts(of, object) {
            judge(host, 253, &|| format!("host `{host}`"), &|| field.pointer());
            let longest = host.split('.').max_by_key(|label| label.len()).unwrap_or_default();
            judge(longest, 63, &|| format!("`{longest}` in a host"), &|| field.pointer());
        }
        if of.is("cert-manager.io", "Certificate")
            && let Some(common) = object.value.follow("/spec/commonName").and_then(Value::as_str)
        {
            judge(common, 64, &|| "the common name".to_owned(), &|| pointer("/spec/commonName"));
        }
    }
    for pod in &view.pods {
        of_pod(view, pod, found);
    }
}

fn of_pod(view: &View<'_>, pod: &Pod<'_>, found: &mut Found) {
    let mut judge = |value: &Value, limit: usize, what: &str, at: &dyn Fn() -> Pointer| {
        if let Some(name) = value.get("name").and_then(Value::as_str).filter(|name| name.len() > limit) {
            let owner = view.name_of(pod);
            let message = format!(
                "the name of {what} `{name}` of {owner} has {} characters, {limit} at most are allowed",
                name.len()
            );
            found.push(Finding::new(pod.object, at().child("name"), message, "choose a shorter name"));
        }
    };
    for container in &pod.containers {
        judge(container.value, 63, "container", &|| container.pointer());
        for (index, port) in items(container.value, "ports") {
            judge(port, 15, "port", &|| container.pointer().child("ports").child(index));
        }
    }
    for (index, volume) in items(pod.spec, "volumes") {
        judge(volume, 63, "volume", &|| pod.pointer("/spec/volumes").child(index));
    }
}

/// Hosts of routes and certificates.
fn hosts<'a>(of: Names<'_>, object: &'a Object<'_>) -> Vec<(&'a str, Path)> {
    if of.is("cert-manager.io", "Certificate") {
        let Some(spec) = object.value.get("spec") else { return Vec::new() };
        let at = Path::new("/spec/dnsNames");
        return items(spec, "dnsNames").filter_map(|(index, name)| Some((name.as_str()?, at.child(index)))).collect();
    }
    super::duplicate_host::hosts(of, object)
}
