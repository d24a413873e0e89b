//! Specs of pods, alone or in a template.

use super::{Fields, Walk, container, forms, items, present, scheduling, text, volume};
use crate::kubernetes::validate::Step;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Whose pod it is: it decides about the restart policy and what else a template may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Pod,
    /// Deployments and all that keep their pods running.
    Running,
    /// Jobs.
    Job,
}

/// `claims` are the names of the claim templates that stand beside the pod's own volumes.
pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields, owner: Owner, claims: &[&'v str]) {
    if items(spec, "containers").is_empty() && spec.get("containers").is_some_and(Value::is_array) {
        walk.refuse_at("containers", "must have an item", "list at least one container");
    }
    let volumes = volume::check(walk, spec, claims);
    let in_host_network = super::is_true(spec, "hostNetwork");
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for list in ["initContainers", "containers"] {
        let role = if list == "containers" { container::Role::Main } else { container::Role::Init };
        walk.each(spec, list, |walk, fields| {
            container::check(walk, fields, role, &volumes, in_host_network);
            let Some(name) = text(fields, "name") else { return };
            // Within one list the list's own keys tell.
            if names.insert(name, list).is_some_and(|other| other != list) {
                walk.refuse_at("name", "is the name of an init container too", "give one of the two another name");
            }
        });
    }
    if !items(spec, "ephemeralContainers").is_empty() {
        walk.refuse_at(
            "ephemeralContainers",
            "cannot be set by whoever makes the pod",
            "remove it: `kubectl debug` adds them",
        );
    }
    restart_policy(walk, spec, owner);
    walk.within(spec, &["activeDeadlineSeconds"], 1, i64::from(i32::MAX));
    if owner == Owner::Running && present(spec, "activeDeadlineSeconds").is_some() {
        walk.refuse_at("activeDeadlineSeconds", "is for pods that end", "remove it");
    }
    walk.form(spec, "hostname", forms::is_label, forms::LABEL);
    walk.form(spec, "subdomain", forms::is_label, forms::LABEL);
    walk.form(spec, "nodeName", forms::is_subdomain, forms::SUBDOMAIN);
    walk.form(spec, "serviceAccountName", forms::is_subdomain, forms::SUBDOMAIN);
    walk.form(spec, "priorityClassName", forms::is_subdomain, forms::SUBDOMAIN);
    walk.form(spec, "runtimeClassName", forms::is_subdomain, forms::SUBDOMAIN);
    dns(walk, spec);
    walk.map(spec, "securityContext", |walk, context| {
        walk.within(context, &["runAsUser", "runAsGroup", "fsGroup"], 0, i64::from(i32::MAX));
        for (index, group) in items(context, "supplementalGroups").iter().enumerate() {
            if group.as_i64().is_some_and(|group| !(0..=i64::from(i32::MAX)).contains(&group)) {
                walk.below(Step::Field("supplementalGroups"), |walk| {
                    walk.below(Step::Item(index), |walk| {
                        walk.refuse("must be between 0 and 2147483647", "correct the number")
                    });
                });
            }
        }
        container::check_profiles(walk, context);
        sysctls(walk, context);
    });
    walk.each(spec, "hostAliases", |walk, alias| {
        walk.filled(alias, "ip", |text| text.parse::<std::net::IpAddr>().is_ok(), ADDRESS);
        walk.each_text(alias, "hostnames", |walk, name| {
            if !forms::is_subdomain(name) {
                walk.refuse(forms::SUBDOMAIN.what, forms::SUBDOMAIN.help);
            }
        });
    });
    scheduling::check(walk, spec);
}

fn sysctls<'v>(walk: &mut Walk<'_, 'v>, context: &'v Fields) {
    let mut names = BTreeSet::new();
    walk.each(context, "sysctls", |walk, sysctl| {
        let is_part = |part: &str| {
            let is_end =
                |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
            is_end(part.as_bytes().first()) && is_end(part.as_bytes().last()) && part.bytes().all(is_inner)
        };
        let form = forms::Form { what: "is not the name of a sysctl", help: "write it like net.core.somaxconn" };
        walk.filled(sysctl, "name", |name| name.len() <= 253 && name.split(['.', '/']).all(is_part), form);
        if text(sysctl, "name").is_some_and(|name| !name.is_empty() && !names.insert(name)) {
            walk.refuse_at("name", "is set twice", "remove one of the two");
        }
    });
}

const ADDRESS: forms::Form = forms::Form { what: "is not an IP address", help: "write it like 192.0.2.1" };

fn restart_policy<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields, owner: Owner) {
    let policy = text(spec, "restartPolicy");
    match owner {
        Owner::Job if policy.is_none_or(|policy| matches!(policy, "Always" | "")) => {
            let help = "set restartPolicy to OnFailure or Never; left out it is Always";
            if policy.is_some() {
                walk.refuse_at("restartPolicy", "cannot be Always in a Job", help);
            } else if present(spec, "restartPolicy").is_none() {
                walk.refuse("must say how often its containers are restarted", help);
            }
        }
        Owner::Running if policy.is_some_and(|policy| matches!(policy, "OnFailure" | "Never")) => {
            walk.refuse_at(
                "restartPolicy",
                "must be Always where pods are kept running",
                "remove it, or set it to Always",
            );
        }
        Owner::Pod | Owner::Running | Owner::Job => {}
    }
}

fn dns<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    let servers =
        spec.get("dnsConfig").and_then(Value::as_object).map_or(&[][..], |config| items(config, "nameservers"));
    if text(spec, "dnsPolicy") == Some("None") && servers.is_empty() {
        walk.refuse_at(
            "dnsPolicy",
            "asks for dnsConfig.nameservers when it is None",
            "list a name server, or take ClusterFirst",
        );
    }
    walk.map(spec, "dnsConfig", |walk, config| {
        walk.each_text(config, "nameservers", |walk, server| {
            if server.parse::<std::net::IpAddr>().is_err() {
                walk.refuse(ADDRESS.what, ADDRESS.help);
            }
        });
        walk.each_text(config, "searches", |walk, domain| {
            // Later minors take `_` in a label, and the dot alone.
            let bare = domain.strip_suffix('.').unwrap_or(domain).replace('_', "-");
            if domain != "." && !forms::is_subdomain(bare.trim_matches('-')) {
                walk.refuse(forms::SUBDOMAIN.what, forms::SUBDOMAIN.help);
            }
        });
        walk.each(config, "options", |walk, option| walk.due(option, "name"));
        if servers.len() > 3 {
            walk.refuse_at("nameservers", "may have 3 items at most", "remove the others");
        }
    });
}
