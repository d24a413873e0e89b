//! What the objects of a unit provide, or have their controllers make.

use super::{View, items, text};
use crate::finish::config_hash::made_secret;
use crate::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

/// Kinds and names by namespace.
pub type Provided<'a> = BTreeSet<(&'a str, &'a str, &'a str)>;

/// Objects as (namespace, kind, name), and those that their controllers make.
pub fn of<'a>(view: &View<'a>) -> Provided<'a> {
    let mut provided = Provided::new();
    for object in view.objects {
        provided.insert((object.namespace(), object.kind(), object.name()));
        for secret in made_secrets(object) {
            provided.insert((object.namespace(), "Secret", secret));
        }
    }
    provided
}

/// Whether Kubernetes itself provides an object in every namespace.
pub fn by_kubernetes(kind: &str, name: &str) -> bool {
    matches!((kind, name), ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt"))
}

/// Names of the Secrets that an object's controller makes.
pub fn made_secrets<'a>(object: &'a Object<'_>) -> Vec<&'a str> {
    let spec = || object.value.get("spec").unwrap_or(&Value::Null);
    match (object.group(), object.kind()) {
        ("cert-manager.io", "Certificate") => vec![text(spec(), "secretName")],
        // cert-manager makes a Certificate for an annotated Ingress or Gateway.
        ("networking.k8s.io", "Ingress") if is_annotated(object) => {
            items(spec(), "tls").map(|(_, tls)| text(tls, "secretName")).collect()
        }
        ("gateway.networking.k8s.io", "Gateway" | "ListenerSet") if is_annotated(object) => items(spec(), "listeners")
            .filter_map(|(_, listener)| listener.get("tls"))
            .flat_map(|tls| items(tls, "certificateRefs").map(|(_, certificate)| text(certificate, "name")))
            .collect(),
        _ => made_secret(object).into_iter().collect(),
    }
}

fn is_annotated(object: &Object<'_>) -> bool {
    ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"].iter().any(|key| object.annotation(key).is_some())
        || object.annotation("kubernetes.io/tls-acme") == Some("true")
}
