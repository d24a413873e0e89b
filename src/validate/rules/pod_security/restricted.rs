//! The controls that the level restricted adds to baseline.

use super::{Subject, Violation};
use crate::pointer::Follow;
use crate::validate::view::pod::Container;
use crate::validate::view::{items, text};
use serde_json::Value;

/// Kinds of volume that are not allowed. `hostPath` is left to baseline.
const VOLUMES: [&str; 20] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

pub fn check(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    volumes(subject, violations);
    users(subject, violations);
    if subject.is_windows() {
        return;
    }
    seccomp(subject, violations);
    for container in &subject.pod.containers {
        if in_context(container, "/allowPrivilegeEscalation").and_then(Value::as_bool) != Some(false) {
            violations.push(Violation {
                field: container.pointer().child("securityContext").child("allowPrivilegeEscalation"),
                message: format!("{} must set allowPrivilegeEscalation to false", container.title()),
                help: "set securityContext.allowPrivilegeEscalation: false",
            });
        }
        capabilities(container, violations);
    }
}

fn in_context<'a>(container: &Container<'a>, path: &str) -> Option<&'a Value> {
    container.value.get("securityContext")?.follow(path).filter(|value| !value.is_null())
}

fn volumes(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    for (index, volume) in items(subject.pod.spec, "volumes") {
        for kind in VOLUMES.iter().filter(|kind| volume.get(**kind).is_some_and(|value| !value.is_null())) {
            violations.push(Violation {
                field: subject.pod.pointer("/spec/volumes").child(index).child(kind),
                message: format!("volume `{}` may not be of the type {kind}", text(volume, "name")),
                help: "use a claim",
            });
        }
    }
}

fn users(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    if subject.has_user_namespace() {
        return;
    }
    let own = subject.pod.spec.follow("/securityContext/runAsNonRoot").and_then(Value::as_bool);
    if own == Some(false) {
        violations.push(Violation {
            field: subject.pod.pointer("/spec/securityContext/runAsNonRoot"),
            message: "the pod may not set runAsNonRoot to false".to_owned(),
            help: "set it to true",
        });
    }
    for container in &subject.pod.containers {
        let set = in_context(container, "/runAsNonRoot").and_then(Value::as_bool);
        // What the pod says is told once, at the pod.
        let is_told = set.is_none() && own == Some(false);
        if set.or(own) != Some(true) && !is_told {
            violations.push(Violation {
                field: container.pointer().child("securityContext").child("runAsNonRoot"),
                message: format!("{} must set runAsNonRoot to true", container.title()),
                help: "set securityContext.runAsNonRoot: true on the pod or on each container",
            });
        }
    }
    for (who, field, value) in subject.contexts("/runAsUser") {
        if value.as_i64() == Some(0) {
            violations.push(Violation {
                field: field.pointer(),
                message: format!("{who} may not run as user 0"),
                help: "choose another user, or leave it to the image",
            });
        }
    }
}

fn seccomp(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    let own = subject.pod.spec.follow("/securityContext/seccompProfile/type");
    for container in &subject.pod.containers {
        if own.is_none() && in_context(container, "/seccompProfile/type").is_none() {
            violations.push(Violation {
                field: container.pointer().child("securityContext").child("seccompProfile"),
                message: format!("{} must have a seccomp profile", container.title()),
                help: "set securityContext.seccompProfile.type: RuntimeDefault on the pod or on each container",
            });
        }
    }
}

fn capabilities(container: &Container<'_>, violations: &mut Vec<Violation>) {
    let list = |path: &str| in_context(container, path).and_then(Value::as_array).into_iter().flatten();
    let at = container.path().child("/securityContext/capabilities");
    if !list("/capabilities/drop").any(|name| name.as_str() == Some("ALL")) {
        violations.push(Violation {
            field: at.child("drop").pointer(),
            message: format!("{} must drop all capabilities", container.title()),
            help: "set securityContext.capabilities.drop: [ALL]",
        });
    }
    if let Some(add) = in_context(container, "/capabilities/add") {
        let is_allowed = |name: &str| name == "NET_BIND_SERVICE";
        violations.extend(Violation::of_capabilities(&container.title(), &at.child("add").pointer(), add, is_allowed));
    }
}
