//! Roles that allow more, and bindings that give them to more.

use super::{Class, Remark, some};
use crate::diff::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

const GROUP: &str = "rbac.authorization.k8s.io";

pub fn changed(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    compare(Some(old), new, remarks);
}

pub fn added(new: &Object, remarks: &mut Vec<Remark>) {
    compare(None, new, remarks);
}

fn compare(old: Option<&Object>, new: &Object, remarks: &mut Vec<Remark>) {
    if new.identity.group != GROUP {
        return;
    }
    let mut tell = |text: String| remarks.push(Remark::new(Class::Permissions, text));
    match new.identity.kind.as_str() {
        "Role" | "ClusterRole" => {
            let before: Vec<Allowed<'_>> = old.map(rules).unwrap_or_default();
            let more = rules(new).into_iter().filter(|new| !before.iter().any(|old| old.covers(new)));
            let more: Vec<String> = more.map(|allowed| allowed.told()).collect();
            if !more.is_empty() {
                tell(format!("allows {}", some(more)));
            }
            if old.is_some_and(|old| old.get("/aggregationRule") != new.get("/aggregationRule")) {
                tell("other roles are gathered into it".to_owned());
            }
        }
        "RoleBinding" | "ClusterRoleBinding" => {
            let role = format!("{} {}", new.text("/roleRef/kind"), new.text("/roleRef/name"));
            let is_other = old.is_some_and(|old| old.get("/roleRef") != new.get("/roleRef"));
            let before = old.filter(|_| !is_other).map(subjects).unwrap_or_default();
            let more: Vec<String> = subjects(new).difference(&before).cloned().collect();
            if !more.is_empty() {
                tell(format!("gives {role} to {}", some(more)));
            }
        }
        _ => {}
    }
}

/// One verb on one resource, or on one path of the API server.
struct Allowed<'v> {
    group: &'v str,
    resource: &'v str,
    verb: &'v str,
    /// Empty: every object.
    names: Vec<&'v str>,
    is_path: bool,
}

fn rules(role: &Object) -> Vec<Allowed<'_>> {
    let mut found = Vec::new();
    for rule in role.list("/rules") {
        for verb in texts(rule, "verbs") {
            for group in texts(rule, "apiGroups") {
                for resource in texts(rule, "resources") {
                    found.push(Allowed { group, resource, verb, names: texts(rule, "resourceNames"), is_path: false });
                }
            }
            for resource in texts(rule, "nonResourceURLs") {
                found.push(Allowed { group: "", resource, verb, names: Vec::new(), is_path: true });
            }
        }
    }
    found
}

fn texts<'v>(rule: &'v Value, key: &str) -> Vec<&'v str> {
    rule.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

impl Allowed<'_> {
    fn covers(&self, other: &Allowed<'_>) -> bool {
        let any = |own: &str, other: &str| own == "*" || own == other;
        let names = self.names.is_empty()
            || (!other.names.is_empty() && other.names.iter().all(|name| self.names.contains(name)));
        let is_path = self.is_path == other.is_path;
        is_path
            && any(self.group, other.group)
            && any(self.resource, other.resource)
            && any(self.verb, other.verb)
            && names
    }

    fn told(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        let names = if self.names.is_empty() { String::new() } else { format!(" {}", self.names.join("/")) };
        format!("{} {}{group}{names}", self.verb, self.resource)
    }
}

fn subjects(binding: &Object) -> BTreeSet<String> {
    let subjects = binding.list("/subjects").iter();
    let told = subjects.map(|subject| {
        let text = |key: &str| subject.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("namespace") {
            "" => format!("{} {}", text("kind"), text("name")),
            namespace => format!("{} {namespace}/{}", text("kind"), text("name")),
        }
    });
    told.collect()
}
