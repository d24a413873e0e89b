//! What holds pods: security contexts, the node's namespaces and paths, and the account that they run as.

use super::{Class, Remark, some};
use crate::diff::object::Object;
use crate::object::pod_template_path;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub fn changed(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    let (Some(was), Some(is)) = (pod_spec(old), pod_spec(new)) else { return };
    let (before, after) = (slack(was, false), slack(is, false));
    let named = |pod: &'_ Value| containers(pod).map(|(name, _)| name.to_owned()).collect::<BTreeSet<String>>();
    let old_names = named(was);
    // A container that is new is held to no earlier state: of it only what is dangerous by itself is told.
    let fresh = slack(is, true);
    let mut looser = Vec::new();
    for (container, words) in &after {
        let is_new = !container.is_empty() && !old_names.contains(container);
        let words = if is_new { fresh.get(container).cloned().unwrap_or_default() } else { words.clone() };
        let known = before.get(container).cloned().unwrap_or_default();
        looser.extend(words.difference(&known).map(|word| told(container, word)));
    }
    if !looser.is_empty() {
        remarks.push(Remark::new(Class::Permissions, some(looser)));
    }
    let account = |pod: &Value| match pod.get("serviceAccountName").and_then(Value::as_str) {
        Some("") | None => "default".to_owned(),
        Some(name) => name.to_owned(),
    };
    if account(was) != account(is) {
        let text = format!("pods run as service account {} and ran as {}", account(is), account(was));
        remarks.push(Remark::new(Class::Permissions, text));
    }
}

pub fn added(new: &Object, remarks: &mut Vec<Remark>) {
    let Some(pod) = pod_spec(new) else { return };
    let told: Vec<String> = slack(pod, true)
        .iter()
        .flat_map(|(container, words)| words.iter().map(move |word| told(container, word)))
        .collect();
    if !told.is_empty() {
        remarks.push(Remark::new(Class::Permissions, some(told)));
    }
}

fn told(container: &str, word: &str) -> String {
    if container.is_empty() { word.to_owned() } else { format!("container {container} {word}") }
}

/// The specification of an object's pods.
pub fn pod_spec(object: &Object) -> Option<&Value> {
    if object.is("", "Pod") {
        return object.get("/spec");
    }
    let template = pod_template_path(&object.identity.group, &object.identity.kind)?;
    object.get(template)?.get("spec")
}

/// All containers of a pod by name.
pub fn containers(pod: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let all = lists.into_iter().flat_map(|list| pod.get(list).and_then(Value::as_array).into_iter().flatten());
    all.map(|container| (container.get("name").and_then(Value::as_str).unwrap_or_default(), container))
}

/// In what a pod (under the empty name) and its containers are let loose: of each what is not held. With `explicit` only what
/// is dangerous by itself, not what is merely left out.
fn slack(pod: &Value, explicit: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut of_pod = BTreeSet::new();
    for (key, words) in [
        ("hostNetwork", "pods share the node's network"),
        ("hostPID", "pods see the node's processes"),
        ("hostIPC", "pods share the node's memory segments"),
    ] {
        if pod.get(key) == Some(&Value::Bool(true)) {
            of_pod.insert(words.to_owned());
        }
    }
    for volume in pod.get("volumes").and_then(Value::as_array).into_iter().flatten() {
        if let Some(path) = volume.pointer("/hostPath/path").and_then(Value::as_str) {
            of_pod.insert(format!("pods mount the node's {path}"));
        }
    }
    if !explicit && pod.get("automountServiceAccountToken") != Some(&Value::Bool(false)) {
        of_pod.insert("the service account's token is mounted".to_owned());
    }
    found.insert(String::new(), of_pod);
    let shared = pod.get("securityContext").unwrap_or(&Value::Null);
    for (name, container) in containers(pod) {
        let own = container.get("securityContext").unwrap_or(&Value::Null);
        found.insert(name.to_owned(), slack_of_container(own, shared, explicit));
    }
    found
}

fn slack_of_container(own: &Value, shared: &Value, explicit: bool) -> BTreeSet<String> {
    let either = |key: &str| own.get(key).or_else(|| shared.get(key)).filter(|value| !value.is_null());
    let is = |value: Option<&Value>, due: bool| value == Some(&Value::Bool(due));
    let mut words = BTreeSet::new();
    let mut add = |condition: bool, text: &str| {
        if condition {
            words.insert(text.to_owned());
        }
    };
    let escalation = own.get("allowPrivilegeEscalation");
    add(is(own.get("privileged"), true), "is privileged");
    add(if explicit { is(escalation, true) } else { !is(escalation, false) }, "may gain privileges");
    add(either("runAsUser").and_then(Value::as_u64) == Some(0), "runs as root");
    add(is(either("runAsNonRoot"), false) || (!explicit && !is(either("runAsNonRoot"), true)), "may run as root");
    let profile = either("seccompProfile").and_then(|profile| profile.get("type")).and_then(Value::as_str);
    add(profile == Some("Unconfined") || (!explicit && profile.is_none()), "may call all of the kernel");
    add(own.get("procMount").and_then(Value::as_str) == Some("Unmasked"), "sees all of /proc");
    if !explicit {
        add(!is(own.get("readOnlyRootFilesystem"), true), "may write to its image");
        let drops = own.pointer("/capabilities/drop").and_then(Value::as_array).into_iter().flatten();
        let drops_all = drops.filter_map(Value::as_str).any(|name| name == "ALL");
        add(!drops_all, "keeps the default capabilities");
    }
    for name in own.pointer("/capabilities/add").and_then(Value::as_array).into_iter().flatten() {
        words.insert(format!("gets capability {}", name.as_str().unwrap_or_default()));
    }
    words
}
