//! What the objects of a unit provide, or have their controllers make.

use super::{View, items, text};
use crate::finish::config_hash::secret_made_by;
use crate::object::{Names, Object};
use serde_json::Value;
use std::collections::BTreeSet;

/// The objects of a unit, and those that their controllers make.
pub struct Provided<'v, 'a> {
    view: &'v View<'a>,
    /// Namespaces and names of the Secrets that are made.
    secrets: BTreeSet<(&'a str, &'a str)>,
}

impl<'v, 'a> Provided<'v, 'a> {
    pub fn of(view: &'v View<'a>) -> Self {
        let made = |(of, object): (Names<'a>, &'a Object<'_>)| {
            made_secrets(of, object).into_iter().map(move |secret| (of.namespace, secret))
        };
        Provided { view, secrets: view.named().flat_map(made).collect() }
    }

    pub fn has(&self, namespace: &str, kind: &str, name: &str) -> bool {
        self.view.has(namespace, kind, name) || kind == "Secret" && self.secrets.contains(&(namespace, name))
    }

    /// Names of what is provided of a kind in a namespace.
    pub fn names(&self, namespace: &str, kind: &str) -> impl Iterator<Item = &'a str> {
        let made = self.secrets.iter().filter(move |(known, _)| kind == "Secret" && *known == namespace);
        self.view.names_of(namespace, kind).chain(made.map(|(_, name)| *name))
    }
}

/// Whether Kubernetes itself provides an object in every namespace.
pub fn by_kubernetes(kind: &str, name: &str) -> bool {
    matches!((kind, name), ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt"))
}

/// Names of the Secrets that an object's controller makes.
fn made_secrets<'a>(of: Names<'a>, object: &'a Object<'_>) -> Vec<&'a str> {
    let spec = || object.value.get("spec").unwrap_or(&Value::Null);
    match (of.group, of.kind) {
        ("cert-manager.io", "Certificate") => vec![text(spec(), "secretName")],
        // cert-manager makes a Certificate for an annotated Ingress or Gateway.
        ("networking.k8s.io", "Ingress") if is_annotated(object) => {
            items(spec(), "tls").map(|(_, tls)| text(tls, "secretName")).collect()
        }
        ("gateway.networking.k8s.io", "Gateway" | "ListenerSet") if is_annotated(object) => items(spec(), "listeners")
            .filter_map(|(_, listener)| listener.get("tls"))
            .flat_map(|tls| items(tls, "certificateRefs").map(|(_, certificate)| text(certificate, "name")))
            .collect(),
        (group, kind) => secret_made_by(group, kind, of.name, &object.value).into_iter().collect(),
    }
}

fn is_annotated(object: &Object<'_>) -> bool {
    ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"].iter().any(|key| object.annotation(key).is_some())
        || object.annotation("kubernetes.io/tls-acme") == Some("true")
}
