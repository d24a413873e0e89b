//! The controls of the level baseline.

use super::{Subject, Violation};
use crate::pointer::{Follow, Pointer};
use crate::validate::view::path::Path;
use crate::validate::view::{items, text};
use serde_json::Value;

/// Capabilities that may be added.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Sysctls that concern the pod alone. Those that later versions added are let through in all: the lists only grow, and a
/// node's kernel decides.
const SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

const SELINUX_TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const APPARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

pub fn check(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    host(subject, violations);
    privileges(subject, violations);
    profiles(subject, violations);
    if subject.minor.number() >= 34 {
        handlers(subject, violations);
    }
}

fn host(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    for (field, what) in [("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "IPC")] {
        if subject.pod.spec.get(field).and_then(Value::as_bool) == Some(true) {
            violations.push(Violation {
                field: subject.pod.pointer("/spec").child(field),
                message: format!("the pod may not share the {what} of its node"),
                help: "remove this field",
            });
        }
    }
    for (index, volume) in items(subject.pod.spec, "volumes") {
        if volume.get("hostPath").is_some_and(|path| !path.is_null()) {
            violations.push(Violation {
                field: subject.pod.pointer("/spec/volumes").child(index).child("hostPath"),
                message: format!("volume `{}` may not be a folder of the node", text(volume, "name")),
                help: "use a claim, or an emptyDir",
            });
        }
    }
    for container in &subject.pod.containers {
        for (index, port) in items(container.value, "ports") {
            if port.get("hostPort").and_then(Value::as_i64).is_some_and(|port| port != 0) {
                violations.push(Violation {
                    field: container.pointer().child("ports").child(index).child("hostPort"),
                    message: format!("{} may not take a port of the node", container.title()),
                    help: "remove hostPort, and use a Service",
                });
            }
        }
    }
}

fn privileges(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    let mut refuse = |field: Path, message: String, help: &'static str| {
        violations.push(Violation { field: field.pointer(), message, help });
    };
    for (who, field, value) in subject.contexts("/windowsOptions/hostProcess") {
        if value.as_bool() == Some(true) {
            refuse(field, format!("{who} may not run as a process of the node"), "remove hostProcess");
        }
    }
    for (who, field, value) in subject.contexts("/privileged") {
        if value.as_bool() == Some(true) {
            refuse(field, format!("{who} may not be privileged"), "remove privileged");
        }
    }
    for (who, field, value) in subject.contexts("/capabilities/add") {
        let is_allowed = |name: &str| CAPABILITIES.contains(&name);
        violations.extend(Violation::of_capabilities(&who.to_string(), &field.pointer(), value, is_allowed));
    }
    let mut refuse = |field: Path, message: String, help: &'static str| {
        violations.push(Violation { field: field.pointer(), message, help });
    };
    for (who, field, value) in subject.contexts("/procMount") {
        if value.as_str().is_some_and(|kind| !matches!(kind, "" | "Default")) && !subject.has_user_namespace() {
            refuse(field, format!("{who} may not change how /proc is mounted"), "remove procMount");
        }
    }
    let sysctls = subject.pod.spec.get("securityContext");
    for (index, sysctl) in sysctls.into_iter().flat_map(|context| items(context, "sysctls")) {
        let name = text(sysctl, "name");
        if !SYSCTLS.contains(&name) {
            let field = subject.pod.path("/spec/securityContext/sysctls").child(index).child("name");
            refuse(field, format!("the pod may not set the sysctl {name}"), "remove it");
        }
    }
}

fn profiles(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    let mut refuse = |field: Pointer, message: String, help: &'static str| {
        violations.push(Violation { field, message, help });
    };
    for (path, what) in [("/seccompProfile/type", "a seccomp"), ("/appArmorProfile/type", "an AppArmor")] {
        for (who, field, value) in subject.contexts(path) {
            if value.as_str().is_some_and(|kind| !matches!(kind, "RuntimeDefault" | "Localhost")) {
                refuse(
                    field.pointer(),
                    format!("{who} may not run without {what} profile"),
                    "use RuntimeDefault or Localhost",
                );
            }
        }
    }
    for (key, value) in subject.pod.annotations().and_then(Value::as_object).into_iter().flatten() {
        let is_allowed = value
            .as_str()
            .is_none_or(|value| value.is_empty() || value == "runtime/default" || value.starts_with("localhost/"));
        if key.starts_with(APPARMOR_ANNOTATION) && !is_allowed {
            let field = subject.pod.pointer("/metadata/annotations").child(key);
            refuse(
                field,
                "the pod may not run without an AppArmor profile".to_owned(),
                "use runtime/default or localhost/NAME",
            );
        }
    }
    for (who, field, value) in subject.contexts("/seLinuxOptions/type") {
        if value.as_str().is_some_and(|kind| !SELINUX_TYPES.contains(&kind)) {
            refuse(field.pointer(), format!("{who} may not have this SELinux type"), "remove it, or use container_t");
        }
    }
    for (part, path) in [("user", "/seLinuxOptions/user"), ("role", "/seLinuxOptions/role")] {
        for (who, field, value) in subject.contexts(path) {
            if value.as_str().is_some_and(|name| !name.is_empty()) {
                refuse(field.pointer(), format!("{who} may not set the SELinux {part}"), "remove it");
            }
        }
    }
}

/// Probes and hooks that call another host than the pod itself, which the node would do; since 1.34.
fn handlers(subject: &Subject<'_, '_>, violations: &mut Vec<Violation>) {
    for container in &subject.pod.containers {
        for path in ["/livenessProbe", "/readinessProbe", "/startupProbe", "/lifecycle/postStart", "/lifecycle/preStop"]
        {
            let Some(handler) = container.value.follow(path) else { continue };
            for action in ["httpGet", "tcpSocket"] {
                let host = handler.get(action).map(|action| text(action, "host")).unwrap_or_default();
                if !host.is_empty() {
                    violations.push(Violation {
                        field: container
                            .pointer()
                            .join(&crate::validate::view::pointer(path))
                            .child(action)
                            .child("host"),
                        message: format!("{} may not have another host called by its node", container.title()),
                        help: "remove host: the pod itself is called",
                    });
                }
            }
        }
    }
}
