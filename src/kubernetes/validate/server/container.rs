//! Containers: ports, environment, mounts, security.

use super::volume::Volumes;
use super::{Fields, Walk, forms, integer, is_true, present, probe, resources, text};
use crate::kubernetes::quantity;
use crate::near;
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Main,
    Init,
}

pub(super) fn check<'v>(
    walk: &mut Walk<'_, 'v>,
    fields: &'v Fields,
    role: Role,
    volumes: &Volumes<'v>,
    in_host_network: bool,
) {
    walk.filled(fields, "name", forms::is_label_of_any_length, forms::LABEL);
    walk.due(fields, "image");
    ports(walk, fields, in_host_network);
    environment(walk, fields);
    walk.map(fields, "resources", resources::check);
    mounts(walk, fields, volumes);
    // An init container that always restarts is a sidecar, which may have all that others have.
    let is_sidecar = role == Role::Init && text(fields, "restartPolicy") == Some("Always");
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        walk.map(fields, name, |walk, probe| probe::check(walk, probe, name));
        if role == Role::Init && !is_sidecar && present(fields, name).is_some() {
            walk.refuse_at(name, "is not for init containers", "remove it");
        }
    }
    walk.map(fields, "lifecycle", |walk, lifecycle| {
        for name in ["postStart", "preStop"] {
            walk.map(lifecycle, name, probe::check_handler);
        }
    });
    if role == Role::Init && !is_sidecar && present(fields, "lifecycle").is_some() {
        walk.refuse_at("lifecycle", "is not for init containers", "remove it");
    }
    walk.map(fields, "securityContext", |walk, context| {
        walk.within(context, &["runAsUser", "runAsGroup"], 0, i64::from(i32::MAX));
        let adds_admin = context.get("capabilities").and_then(|all| all.get("add")).and_then(Value::as_array);
        let adds_admin = adds_admin.is_some_and(|added| added.iter().any(|name| name == "CAP_SYS_ADMIN"));
        if context.get("allowPrivilegeEscalation") == Some(&Value::Bool(false))
            && (is_true(context, "privileged") || adds_admin)
        {
            let what = "cannot be false for a container that is privileged";
            walk.refuse_at("allowPrivilegeEscalation", what, "remove it, or take the privilege away");
        }
        check_profiles(walk, context);
    });
}

/// The parts of a security context that pods and containers share.
pub(super) fn check_profiles<'v>(walk: &mut Walk<'_, 'v>, context: &'v Fields) {
    for name in ["seccompProfile", "appArmorProfile"] {
        walk.map(context, name, |walk, profile| {
            let is_local = text(profile, "type") == Some("Localhost");
            match (is_local, present(profile, "localhostProfile").is_some()) {
                (true, false) => walk.missing("localhostProfile", false),
                (false, true) => {
                    walk.refuse_at("localhostProfile", "is for the type Localhost alone", "remove it, or set the type");
                }
                (true, true) | (false, false) => {}
            }
        });
    }
}

fn ports<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, in_host_network: bool) {
    let mut names = BTreeSet::new();
    walk.each(fields, "ports", |walk, port| {
        walk.within(port, &["containerPort"], 1, 65535);
        walk.within(port, &["hostPort"], 0, 65535);
        walk.form(port, "name", forms::is_port_name_of_any_length, forms::PORT_NAME);
        if let Some(name) = text(port, "name").filter(|name| !name.is_empty())
            && !names.insert(name)
        {
            walk.refuse_at("name", "is the name of another port of this container", "give one of the two another name");
        }
        let (inside, outside) = (integer(port, "containerPort"), integer(port, "hostPort"));
        if in_host_network && outside.is_some_and(|port| port != 0) && inside != outside {
            walk.refuse_at("hostPort", "must be containerPort in the host's network", "write one number in both");
        }
    });
}

const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

fn environment<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields) {
    walk.each(fields, "env", |walk, variable| {
        walk.filled(variable, "name", forms::is_environment_name, forms::ENVIRONMENT_NAME);
        let has_value = text(variable, "value").is_some_and(|value| !value.is_empty());
        walk.map(variable, "valueFrom", |walk, source| {
            if has_value {
                walk.refuse("cannot be set beside a value", "remove one of the two");
            }
            walk.exactly_one(source, &SOURCES, "source of a value");
            for name in ["configMapKeyRef", "secretKeyRef"] {
                walk.map(source, name, |walk, reference| {
                    walk.due(reference, "name");
                    walk.form(reference, "name", forms::is_subdomain, forms::SUBDOMAIN);
                    walk.filled(reference, "key", forms::is_data_key, forms::DATA_KEY);
                });
            }
            walk.map(source, "fieldRef", |walk, reference| {
                walk.filled(reference, "fieldPath", is_field_of_environment, FIELD_PATH);
            });
            walk.map(source, "resourceFieldRef", |walk, reference| {
                walk.filled(reference, "resource", is_own_resource, OWN_RESOURCE);
                check_divisor(walk, reference);
            });
        });
    });
    walk.each(fields, "envFrom", |walk, source| {
        walk.exactly_one(source, &["configMapRef", "secretRef"], "source of variables");
        walk.form(source, "prefix", forms::is_environment_name, forms::ENVIRONMENT_NAME);
        for name in ["configMapRef", "secretRef"] {
            walk.map(source, name, |walk, reference| {
                walk.due(reference, "name");
                walk.form(reference, "name", forms::is_subdomain, forms::SUBDOMAIN);
            });
        }
    });
}

const FIELD_PATH: forms::Form = forms::Form {
    what: "is not a field of a pod that a variable may have",
    help: "write metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], \
           spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP or status.podIPs",
};

fn is_field_of_environment(path: &str) -> bool {
    const PLAIN: [&str; 9] = [
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    ];
    PLAIN.contains(&path) || is_keyed_field(path)
}

/// `metadata.labels['KEY']` or `metadata.annotations['KEY']`.
pub(super) fn is_keyed_field(path: &str) -> bool {
    let rest = path.strip_prefix("metadata.labels").or_else(|| path.strip_prefix("metadata.annotations"));
    let key = rest.and_then(|rest| rest.strip_prefix("['")).and_then(|rest| rest.strip_suffix("']"));
    key.is_some_and(|key| forms::is_qualified_name(&key.to_ascii_lowercase()))
}

pub(super) const OWN_RESOURCE: forms::Form = forms::Form {
    what: "is not a resource of a container",
    help: "write limits.cpu, limits.memory, limits.ephemeral-storage, or the same with requests",
};

pub(super) fn is_own_resource(name: &str) -> bool {
    name.strip_prefix("limits.").or_else(|| name.strip_prefix("requests.")).is_some_and(|resource| {
        matches!(resource, "cpu" | "memory" | "ephemeral-storage") || resource.starts_with("hugepages-")
    })
}

/// What an amount may be divided by depends on the resource.
pub(super) fn check_divisor<'v>(walk: &mut Walk<'_, 'v>, reference: &'v Fields) {
    const BYTES: [&str; 13] = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let resource = text(reference, "resource").unwrap_or_default();
    let allowed: &[&str] = if resource.ends_with(".cpu") { &["1m", "1"] } else { &BYTES };
    walk.field(reference, "divisor", |walk, divisor| {
        let is = |amount: &&str| quantity::compare(divisor, &Value::from(*amount)) == Some(std::cmp::Ordering::Equal);
        let is_nothing = quantity::compare(divisor, &Value::from(0)) == Some(std::cmp::Ordering::Equal);
        if quantity::compare(divisor, divisor).is_some() && !is_nothing && !allowed.iter().any(is) {
            walk.refuse("does not divide this resource", &format!("write one of {}", allowed.join(", ")));
        }
    });
}

fn mounts<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, volumes: &Volumes<'v>) {
    walk.each(fields, "volumeMounts", |walk, mount| {
        named_volume(walk, mount, volumes);
        walk.not_empty(mount, "mountPath");
        for name in ["subPath", "subPathExpr"] {
            walk.form(mount, name, forms::is_local_path, LOCAL_PATH);
        }
        let has = |name| text(mount, name).is_some_and(|path: &str| !path.is_empty());
        if has("subPath") && has("subPathExpr") {
            walk.refuse_at("subPathExpr", "cannot be set beside subPath", "remove one of the two");
        }
    });
    walk.each(fields, "volumeDevices", |walk, device| {
        named_volume(walk, device, volumes);
        walk.not_empty(device, "devicePath");
        let form = forms::Form { what: "must not hold `..`", help: "write the path itself" };
        walk.form(device, "devicePath", |path| path.split('/').all(|part| part != ".."), form);
    });
}

pub(super) const LOCAL_PATH: forms::Form =
    forms::Form { what: "must be a path within the volume", help: "write it without a leading `/` and without `..`" };

fn named_volume<'v>(walk: &mut Walk<'_, 'v>, mount: &'v Fields, volumes: &Volumes<'v>) {
    let Some(name) = text(mount, "name") else { return };
    if name.is_empty() {
        walk.refuse_at("name", "must not be empty", "name a volume of the pod");
    } else if !volumes.has(name) {
        let help = near::hint(name, volumes.names()).unwrap_or_else(|| "add it to the pod's volumes".to_owned());
        walk.refuse_at("name", "names a volume that its pod does not have", &help);
    }
}
