//! Services.

use super::{Fields, Walk, forms, integer, items, present, selector, text};
use crate::kubernetes::arena::Format;
use crate::kubernetes::validate::formats::has_format;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::IpAddr;

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    let kind = text(spec, "type").unwrap_or("ClusterIP");
    let address = text(spec, "clusterIP").unwrap_or_default();
    let is_headless = address == "None";
    if kind == "ExternalName" {
        walk.due(spec, "externalName");
        let form = forms::SUBDOMAIN;
        walk.form(spec, "externalName", |name| forms::is_subdomain(name.strip_suffix('.').unwrap_or(name)), form);
        if !address.is_empty() {
            walk.refuse_at("clusterIP", "cannot be set for the type ExternalName", "remove it");
        }
    } else {
        if items(spec, "ports").is_empty() && !is_headless {
            walk.refuse("has no ports", "list at least one port, or set `clusterIP: None`");
        }
        if !address.is_empty() && !is_headless && address.parse::<IpAddr>().is_err() {
            walk.refuse_at("clusterIP", "is neither an IP address nor None", "remove it: the server finds one");
        }
        if is_headless && matches!(kind, "NodePort" | "LoadBalancer") {
            walk.refuse_at(
                "clusterIP",
                "cannot be None for the types NodePort and LoadBalancer",
                "remove it, or take the type ClusterIP",
            );
        }
    }
    ports(walk, spec, kind);
    walk.map(spec, "selector", selector::check_labels);
    walk.each_text(spec, "externalIPs", |walk, address| {
        if address.parse::<IpAddr>().is_err() {
            walk.refuse("is not an IP address", "write it like 192.0.2.1");
        }
    });
    walk.each_text(spec, "loadBalancerSourceRanges", |walk, range| {
        if !has_format(Format::Cidr, range.trim()) {
            walk.refuse("is not a range of IP addresses", "write it like 192.0.2.0/24");
        }
    });
    let is_outside = matches!(kind, "NodePort" | "LoadBalancer");
    for (name, is_allowed) in [
        ("loadBalancerSourceRanges", kind == "LoadBalancer"),
        ("loadBalancerClass", kind == "LoadBalancer"),
        ("allocateLoadBalancerNodePorts", kind == "LoadBalancer"),
        ("externalTrafficPolicy", is_outside || !items(spec, "externalIPs").is_empty()),
    ] {
        let is_set = present(spec, name).is_some_and(|value| !value.as_array().is_some_and(Vec::is_empty));
        if is_set && !is_allowed {
            let types = if name == "externalTrafficPolicy" { "NodePort and LoadBalancer" } else { "LoadBalancer" };
            walk.refuse_at(name, &format!("is for the type {types}"), "remove it, or set the type");
        }
    }
    walk.map(spec, "sessionAffinityConfig", |walk, config| {
        walk.map(config, "clientIP", |walk, client| walk.within(client, &["timeoutSeconds"], 1, 86400));
    });
}

fn ports<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields, kind: &str) {
    let is_named = items(spec, "ports").len() > 1;
    let mut names = BTreeSet::new();
    walk.each(spec, "ports", |walk, port| {
        walk.within(port, &["port"], 1, 65535);
        walk.form(port, "name", forms::is_label, forms::LABEL);
        match text(port, "name").filter(|name| !name.is_empty()) {
            None if is_named => walk.refuse("has no name", "name each port where there are several"),
            Some(name) if !names.insert(name) => {
                walk.refuse_at(
                    "name",
                    "is the name of another port of this Service",
                    "give one of the two another name",
                );
            }
            None | Some(_) => {}
        }
        match port.get("targetPort") {
            // 0 and the empty text are the port itself.
            Some(Value::Number(number))
                if number
                    .as_i64()
                    .is_some_and(|port| port != 0 && i32::try_from(port).is_ok() && !forms::is_port(port)) =>
            {
                walk.refuse_at("targetPort", "must be between 1 and 65535", "correct the number");
            }
            Some(Value::String(name)) if !name.is_empty() && !forms::is_port_name(name) => {
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                let help = if is_number { "write a number without quotes" } else { forms::PORT_NAME.help };
                walk.refuse_at("targetPort", forms::PORT_NAME.what, help);
            }
            _ => {}
        }
        let node_port = integer(port, "nodePort").unwrap_or(0);
        if node_port != 0 && matches!(kind, "ClusterIP" | "ExternalName") {
            walk.refuse_at("nodePort", "is for the types NodePort and LoadBalancer", "remove it, or set the type");
        }
        walk.within(port, &["nodePort"], 0, 65535);
    });
}
