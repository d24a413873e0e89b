//! `exposure`: what can be reached that could not be before.

use super::{Class, Remark, network_policy, some};
use crate::diff::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

pub fn changed(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    compare(Some(old), new, remarks);
    if old.is("networking.k8s.io", "NetworkPolicy") {
        network_policy::changed(old, new, remarks);
    }
}

pub fn added(new: &Object, remarks: &mut Vec<Remark>) {
    compare(None, new, remarks);
    if new.is("networking.k8s.io", "NetworkPolicy") {
        network_policy::added(new, remarks);
    }
}

pub fn removed(old: &Object, remarks: &mut Vec<Remark>) {
    if old.is("networking.k8s.io", "NetworkPolicy") {
        network_policy::removed(old, remarks);
    }
}

fn compare(old: Option<&Object>, new: &Object, remarks: &mut Vec<Remark>) {
    let mut tell = |what: &str, items: BTreeSet<String>| {
        if !items.is_empty() {
            let plural = if items.len() == 1 { "" } else { "s" };
            let text = format!("new {what}{plural} {}", some(items.into_iter().collect()));
            remarks.push(Remark::new(Class::Exposure, text));
        }
    };
    let fresh = |of: &dyn Fn(&Object) -> BTreeSet<String>| -> BTreeSet<String> {
        let before = old.map(of).unwrap_or_default();
        of(new).difference(&before).cloned().collect()
    };
    tell("host", fresh(&hosts));
    tell("host port", fresh(&host_ports));
    if old.is_some() {
        tell("parent", fresh(&parents));
        tell("ingress class", fresh(&|object| text_at(object, "Ingress", "/spec/ingressClassName")));
    }
    if new.is("", "Service") {
        let kind = |object: &Object| match object.text("/spec/type") {
            "" => "ClusterIP".to_owned(),
            text => text.to_owned(),
        };
        let (was, is) = (old.map_or_else(|| "ClusterIP".to_owned(), kind), kind(new));
        if was != is && matches!(is.as_str(), "NodePort" | "LoadBalancer") {
            remarks.push(Remark::new(Class::Exposure, format!("it becomes a {is}")));
        }
        let mut tell = |what: &str, items: BTreeSet<String>| {
            if !items.is_empty() {
                let text = format!("new {what} {}", some(items.into_iter().collect()));
                remarks.push(Remark::new(Class::Exposure, text));
            }
        };
        if old.is_some() || is != "ClusterIP" {
            tell("port", fresh(&ports));
        }
        tell("external address", fresh(&|object| texts(object.list("/spec/externalIPs"))));
        source_ranges(old, new, remarks);
    }
}

/// A load balancer that stops to ask where callers come from, or lets in more of them.
fn source_ranges(old: Option<&Object>, new: &Object, remarks: &mut Vec<Remark>) {
    const RANGES: &str = "/spec/loadBalancerSourceRanges";
    let Some(old) = old else { return };
    let (was, is) = (texts(old.list(RANGES)), texts(new.list(RANGES)));
    let more: Vec<String> = is.difference(&was).cloned().collect();
    if !was.is_empty() && is.is_empty() {
        remarks.push(Remark::new(Class::Exposure, "callers from anywhere are let in"));
    } else if !was.is_empty() && !more.is_empty() {
        remarks.push(Remark::new(Class::Exposure, format!("callers from {} are let in", some(more))));
    }
}

/// The hosts that an object of any of the kinds that route asks for; `*` for all of them.
fn hosts(object: &Object) -> BTreeSet<String> {
    let or_any = |host: &str| if host.is_empty() { "*".to_owned() } else { host.to_owned() };
    let of_items = |list: &str, field: &str| -> BTreeSet<String> {
        let items = object.list(list).iter();
        items.map(|item| or_any(item.get(field).and_then(Value::as_str).unwrap_or_default())).collect()
    };
    match (object.identity.group.as_str(), object.identity.kind.as_str()) {
        ("networking.k8s.io", "Ingress") => of_items("/spec/rules", "host"),
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => texts(object.list("/spec/hostnames")),
        (group, "Gateway" | "ListenerSet" | "XListenerSet") if group.starts_with("gateway.networking.") => {
            let listeners = object.list("/spec/listeners").iter();
            let told = listeners.map(|listener| {
                let host = or_any(listener.get("hostname").and_then(Value::as_str).unwrap_or_default());
                let port = listener.get("port").and_then(Value::as_u64);
                port.map_or(host.clone(), |port| format!("{host}:{port}"))
            });
            told.collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The gateways that a route hangs on.
fn parents(object: &Object) -> BTreeSet<String> {
    let parents = object.list("/spec/parentRefs").iter();
    let named = parents.map(|parent| {
        let text = |key: &str| parent.get(key).and_then(Value::as_str).unwrap_or_default();
        [text("namespace"), text("name"), text("sectionName")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/")
    });
    named.filter(|_| object.identity.group == "gateway.networking.k8s.io").collect()
}

fn text_at(object: &Object, kind: &str, pointer: &str) -> BTreeSet<String> {
    let text = object.text(pointer);
    (object.identity.kind == kind && !text.is_empty()).then(|| text.to_owned()).into_iter().collect()
}

fn ports(object: &Object) -> BTreeSet<String> {
    let ports = object.list("/spec/ports").iter();
    let told = ports.filter_map(|port| {
        let number = port.get("port")?.as_u64()?;
        let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
        Some(format!("{number}/{protocol}"))
    });
    told.collect()
}

/// Ports of the node that containers take for themselves.
fn host_ports(object: &Object) -> BTreeSet<String> {
    let Some(pod) = super::security::pod_spec(object) else { return BTreeSet::new() };
    let containers = super::security::containers(pod);
    let ports =
        containers.flat_map(|(_, container)| container.get("ports").and_then(Value::as_array).into_iter().flatten());
    ports
        .filter_map(|port| port.get("hostPort")?.as_u64())
        .filter(|port| *port > 0)
        .map(|port| port.to_string())
        .collect()
}

fn texts(list: &[Value]) -> BTreeSet<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
