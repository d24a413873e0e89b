//! What objects name: other objects of their namespace without which they do not work.

use super::path::Path;
use super::pod::Pod;
use super::{items, text};
use crate::object::{Names, Object};
use crate::pointer::Follow;
use serde_json::Value;

/// A name of another object in the same namespace.
pub struct Reference<'a> {
    pub kind: &'static str,
    pub name: &'a str,
    /// Where it is named.
    pub field: Path,
}

/// Collects references; a name that is no text, or empty, is none.
struct Collector<'a> {
    found: Vec<Reference<'a>>,
}

impl<'a> Collector<'a> {
    fn add(&mut self, kind: &'static str, holder: &'a Value, key: &'static str, at: Path) {
        let name = text(holder, key);
        if !name.is_empty() {
            self.found.push(Reference { kind, name, field: at.child(key) });
        }
    }

    /// As [`Self::add`], unless the holder says `optional: true`.
    fn add_due(&mut self, kind: &'static str, holder: Option<&'a Value>, key: &'static str, at: Path) {
        if let Some(holder) = holder
            && holder.get("optional").and_then(Value::as_bool) != Some(true)
        {
            self.add(kind, holder, key, at);
        }
    }
}

/// What containers read: ConfigMaps and Secrets in `env`, `envFrom` and volumes.
pub fn of_containers<'a>(pod: &Pod<'a>) -> Vec<Reference<'a>> {
    let mut collector = Collector { found: Vec::new() };
    for container in &pod.containers {
        for (index, variable) in items(container.value, "env") {
            let Some(source) = variable.get("valueFrom") else { continue };
            let at = container.path().child("env").child(index).child("valueFrom");
            for (kind, field) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
                collector.add_due(kind, source.get(field), "name", at.child(field));
            }
        }
        for (index, source) in items(container.value, "envFrom") {
            let at = container.path().child("envFrom").child(index);
            for (kind, field) in [("ConfigMap", "configMapRef"), ("Secret", "secretRef")] {
                collector.add_due(kind, source.get(field), "name", at.child(field));
            }
        }
    }
    let volumes = pod.path("/spec/volumes");
    for (index, volume) in items(pod.spec, "volumes") {
        if !["configMap", "secret", "projected"].into_iter().any(|source| volume.get(source).is_some()) {
            continue;
        }
        let at = volumes.child(index);
        collector.add_due("ConfigMap", volume.get("configMap"), "name", at.child("configMap"));
        collector.add_due("Secret", volume.get("secret"), "secretName", at.child("secret"));
        let Some(projected) = volume.get("projected") else { continue };
        for (index, source) in items(projected, "sources") {
            let at = at.child("projected").child("sources").child(index);
            for (kind, field) in [("ConfigMap", "configMap"), ("Secret", "secret")] {
                collector.add_due(kind, source.get(field), "name", at.child(field));
            }
        }
    }
    collector.found
}

/// All that a pod names.
pub fn of_pod<'a>(pod: &Pod<'a>) -> Vec<Reference<'a>> {
    let mut collector = Collector { found: of_containers(pod) };
    for (name, field) in pod.claims() {
        collector.found.push(Reference { kind: "PersistentVolumeClaim", name, field });
    }
    let spec = pod.path("/spec");
    collector.add("ServiceAccount", pod.spec, "serviceAccountName", spec);
    for (index, secret) in items(pod.spec, "imagePullSecrets") {
        collector.add("Secret", secret, "name", spec.child("imagePullSecrets").child(index));
    }
    collector.found
}

/// What an object itself names, apart from its pods.
pub fn of_object<'a>(of: Names<'a>, object: &'a Object<'_>) -> Vec<Reference<'a>> {
    let mut collector = Collector { found: Vec::new() };
    let Some(spec) = object.value.get("spec") else {
        if of.is("rbac.authorization.k8s.io", "RoleBinding") {
            role_binding(of, object, &mut collector);
        }
        return collector.found;
    };
    let at = Path::new("/spec");
    match (of.group, of.kind) {
        ("networking.k8s.io", "Ingress") => ingress(spec, &mut collector),
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute") => {
            for (rule, backend) in items(spec, "rules") {
                for (index, target) in items(backend, "backendRefs") {
                    let at = at.child("rules").child(rule).child("backendRefs").child(index);
                    if is_local(target, of, "Service") {
                        collector.add("Service", target, "name", at);
                    }
                }
            }
        }
        ("gateway.networking.k8s.io", "Gateway" | "ListenerSet") => {
            for (number, listener) in items(spec, "listeners") {
                let Some(tls) = listener.get("tls") else { continue };
                for (index, certificate) in items(tls, "certificateRefs") {
                    let at = at.child("listeners").child(number).child("tls").child("certificateRefs").child(index);
                    if is_local(certificate, of, "Secret") {
                        collector.add("Secret", certificate, "name", at);
                    }
                }
            }
        }
        ("apps", "StatefulSet") => collector.add("Service", spec, "serviceName", at),
        ("autoscaling", "HorizontalPodAutoscaler") => {
            if let Some(target) = spec.get("scaleTargetRef") {
                let kind = match text(target, "kind") {
                    "Deployment" => "Deployment",
                    "StatefulSet" => "StatefulSet",
                    _ => return collector.found,
                };
                collector.add(kind, target, "name", at.child("scaleTargetRef"));
            }
        }
        ("external-secrets.io", "ExternalSecret") => {
            if let Some(store) = spec.get("secretStoreRef").filter(|store| text(store, "kind") != "ClusterSecretStore")
            {
                collector.add("SecretStore", store, "name", at.child("secretStoreRef"));
            }
        }
        ("cert-manager.io", "Certificate") => {
            if let Some(issuer) = spec.get("issuerRef").filter(|issuer| {
                matches!(text(issuer, "kind"), "" | "Issuer") && matches!(text(issuer, "group"), "" | "cert-manager.io")
            }) {
                collector.add("Issuer", issuer, "name", at.child("issuerRef"));
            }
        }
        _ => {}
    }
    collector.found
}

fn role_binding<'a>(of: Names<'a>, binding: &'a Object<'_>, collector: &mut Collector<'a>) {
    if let Some(role) = binding.value.get("roleRef").filter(|role| text(role, "kind") == "Role") {
        collector.add("Role", role, "name", Path::new("/roleRef"));
    }
    for (index, subject) in items(&binding.value, "subjects") {
        if text(subject, "kind") == "ServiceAccount" && text(subject, "namespace") == of.namespace {
            collector.add("ServiceAccount", subject, "name", Path::new("/subjects").child(index));
        }
    }
}

fn ingress<'a>(spec: &'a Value, collector: &mut Collector<'a>) {
    let at = Path::new("/spec");
    if let Some(service) = spec.follow("/defaultBackend/service") {
        collector.add("Service", service, "name", at.child("/defaultBackend/service"));
    }
    for (number, rule) in items(spec, "rules") {
        let Some(http) = rule.get("http") else { continue };
        for (index, path) in items(http, "paths") {
            if let Some(service) = path.follow("/backend/service") {
                let at = at.child("rules").child(number).child("/http/paths").child(index);
                collector.add("Service", service, "name", at.child("/backend/service"));
            }
        }
    }
    for (index, tls) in items(spec, "tls") {
        collector.add("Secret", tls, "secretName", at.child("tls").child(index));
    }
}

/// Whether a reference of the Gateway API is to a kind of the core group (the default of that place) in the object's own namespace.
fn is_local(reference: &Value, of: Names<'_>, kind: &str) -> bool {
    let namespace = text(reference, "namespace");
    matches!(text(reference, "kind"), found if found.is_empty() || found == kind)
        && text(reference, "group").is_empty()
        && (namespace.is_empty() || namespace == of.namespace)
}
