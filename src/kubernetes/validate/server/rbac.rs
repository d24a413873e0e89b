//! Roles and their bindings.

use super::{Fields, Walk, forms, items, present, selector, text};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, kind: &str, object: &'v Fields) {
    match kind {
        "Role" | "ClusterRole" => {
            walk.each(object, "rules", |walk, rule| check_rule(walk, rule, kind == "Role"));
            walk.map(object, "aggregationRule", |walk, aggregation| {
                walk.due_list(aggregation, "clusterRoleSelectors");
                walk.each(aggregation, "clusterRoleSelectors", selector::check);
            });
        }
        "RoleBinding" | "ClusterRoleBinding" => {
            walk.map(object, "roleRef", |walk, role| {
                if text(role, "apiGroup").is_some_and(|group| group != GROUP && !group.is_empty()) {
                    walk.refuse_at("apiGroup", "must be rbac.authorization.k8s.io", "write that");
                }
                let is_known = |name| name == "ClusterRole" || (kind == "RoleBinding" && name == "Role");
                if text(role, "kind").is_some_and(|name| !is_known(name)) {
                    let known = if kind == "RoleBinding" { "Role or ClusterRole" } else { "ClusterRole" };
                    walk.refuse_at("kind", &format!("must be {known}"), "correct it");
                }
                walk.filled(role, "name", forms::is_path_segment, forms::PATH_SEGMENT);
            });
            walk.each(object, "subjects", |walk, fields| subject(walk, fields, kind == "ClusterRoleBinding"));
        }
        _ => {}
    }
}

fn check_rule<'v>(walk: &mut Walk<'_, 'v>, rule: &'v Fields, is_namespaced: bool) {
    let is_set = |name| !items(rule, name).is_empty();
    if !is_set("verbs") && rule.get("verbs").is_some_and(serde_json::Value::is_array) {
        walk.refuse_at("verbs", "must have an item", "list what is allowed, such as get, list and watch");
    }
    if is_set("nonResourceURLs") {
        if is_namespaced {
            walk.refuse_at("nonResourceURLs", "is for ClusterRoles alone", "remove it");
        } else if is_set("apiGroups") || is_set("resources") || is_set("resourceNames") {
            walk.refuse_at("nonResourceURLs", "cannot be set beside resources", "make it a rule of its own");
        }
        return;
    }
    if !is_set("apiGroups") {
        walk.refuse("has no apiGroups", "list the groups; the core one is \"\"");
    }
    if !is_set("resources") {
        walk.refuse("has no resources", "list them, such as pods");
    }
}

fn subject<'v>(walk: &mut Walk<'_, 'v>, subject: &'v Fields, of_cluster: bool) {
    walk.not_empty(subject, "name");
    let group = text(subject, "apiGroup").unwrap_or_default();
    match text(subject, "kind") {
        Some("ServiceAccount") => {
            if !group.is_empty() {
                walk.refuse_at("apiGroup", "must be \"\" for a ServiceAccount", "remove it");
            }
            walk.form(subject, "name", forms::is_subdomain, forms::SUBDOMAIN);
            if of_cluster && text(subject, "namespace").is_none_or(str::is_empty) {
                if present(subject, "namespace").is_some() {
                    walk.not_empty(subject, "namespace");
                } else {
                    walk.missing("namespace", false);
                }
            }
        }
        Some("User" | "Group") if !group.is_empty() && group != GROUP => {
            walk.refuse_at("apiGroup", "must be rbac.authorization.k8s.io for users and groups", "write that");
        }
        Some("User" | "Group") => {}
        Some(_) => walk.refuse_at("kind", "must be ServiceAccount, User or Group", "correct it"),
        None => {}
    }
}
