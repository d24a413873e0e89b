//! `permissions`: who may do more than before, and which pods are held less tightly.

use super::{Class, Remark, rbac, security, some};
use crate::diff::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

pub fn changed(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    rbac::changed(old, new, remarks);
    security::changed(old, new, remarks);
    let mut tell = |text: String| remarks.push(Remark::new(Class::Permissions, text));
    if new.is("", "ServiceAccount") {
        // Absent is true.
        let mounts = |object: &Object| object.get("/automountServiceAccountToken") != Some(&Value::Bool(false));
        if mounts(new) && !mounts(old) {
            tell("its token is mounted into pods".to_owned());
        }
        if let Some(key) = added_keys(old, new, "/metadata/annotations") {
            // Cloud identities are bound by annotation.
            tell(format!("new annotation {key}"));
        }
    }
    if new.is("", "Namespace") && level(new) < level(old) {
        let named = |object: &Object| match label(object) {
            "" => "no level".to_owned(),
            text => text.to_owned(),
        };
        tell(format!("Pod Security is {} and was {}", named(new), named(old)));
    }
    if new.is_delivery() {
        let account = "/spec/serviceAccountName";
        if new.is("kustomize.toolkit.fluxcd.io", "Kustomization") && old.text(account) != new.text(account) {
            tell(format!("it is applied as {}", new.text(account)));
        }
        if new.is("argoproj.io", "AppProject") && project_allows_more(old, new) {
            tell("the tenant's Applications may deploy more".to_owned());
        }
    }
}

pub fn added(new: &Object, remarks: &mut Vec<Remark>) {
    rbac::added(new, remarks);
    security::added(new, remarks);
}

/// Whether an AppProject lists something that it allows which it did not, or no longer lists something that it denies.
fn project_allows_more(old: &Object, new: &Object) -> bool {
    const ALLOWS: [&str; 5] = [
        "/spec/destinations",
        "/spec/sourceRepos",
        "/spec/sourceNamespaces",
        "/spec/clusterResourceWhitelist",
        "/spec/namespaceResourceWhitelist",
    ];
    const DENIES: [&str; 2] = ["/spec/clusterResourceBlacklist", "/spec/namespaceResourceBlacklist"];
    let gains = |one: &Object, other: &Object, list: &str| {
        let before = one.list(list);
        other.list(list).iter().any(|item| !before.contains(item))
    };
    // Without a list of what is allowed in a namespace, all is.
    let opens = !old.list(ALLOWS[4]).is_empty() && new.list(ALLOWS[4]).is_empty();
    let adds = |list: &&str| gains(old, new, list) && !(*list == ALLOWS[4] && old.list(list).is_empty());
    opens || ALLOWS.iter().any(|list| adds(list)) || DENIES.iter().any(|list| gains(new, old, list))
}

fn label(namespace: &Object) -> &str {
    let labels = namespace.get("/metadata/labels");
    labels.and_then(|labels| labels.get(ENFORCE)).and_then(Value::as_str).unwrap_or_default()
}

fn level(namespace: &Object) -> u8 {
    match label(namespace) {
        "restricted" => 2,
        "baseline" => 1,
        _ => 0,
    }
}

fn added_keys(old: &Object, new: &Object, pointer: &str) -> Option<String> {
    let keys = |object: &Object| -> BTreeSet<String> {
        object.get(pointer).and_then(Value::as_object).map(|map| map.keys().cloned().collect()).unwrap_or_default()
    };
    let (before, after) = (keys(old), keys(new));
    let is_ours =
        |key: &&String| ["kustomize.toolkit.fluxcd.io/", "argocd.argoproj.io/"].iter().any(|own| key.starts_with(own));
    let fresh: Vec<String> = after.difference(&before).filter(|key| !is_ours(key)).cloned().collect();
    (!fresh.is_empty()).then(|| some(fresh))
}
