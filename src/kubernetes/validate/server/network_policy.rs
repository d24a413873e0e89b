//! NetworkPolicies.

use super::{Fields, Walk, forms, integer, items, present, selector, text};
use serde_json::Value;
use std::net::IpAddr;

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields) {
    walk.map(spec, "podSelector", selector::check);
    for (list, peers) in [("ingress", "from"), ("egress", "to")] {
        walk.each(spec, list, |walk, rule| {
            walk.each(rule, "ports", port);
            walk.each(rule, peers, peer);
        });
    }
    if items(spec, "policyTypes").len() > 2 {
        walk.refuse_at("policyTypes", "may have 2 items at most", "list Ingress and Egress once");
    }
}

fn port<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields) {
    let from = match fields.get("port") {
        Some(Value::Number(number)) => {
            let number = number.as_i64();
            if number.is_some_and(|number| !forms::is_port(number)) {
                walk.refuse_at("port", "must be between 1 and 65535", "correct the number");
            }
            number
        }
        Some(Value::String(name)) => {
            if !forms::is_port_name(name) {
                walk.refuse_at("port", forms::PORT_NAME.what, forms::PORT_NAME.help);
            }
            None
        }
        _ => None,
    };
    if let Some(to) = integer(fields, "endPort") {
        match from {
            None => walk.refuse_at("endPort", "needs a port that is a number", "set port to the first of the range"),
            Some(from) if to < from => walk.refuse_at("endPort", "must not be below port", "correct the range"),
            Some(_) if !forms::is_port(to) => {
                walk.refuse_at("endPort", "must be between 1 and 65535", "correct the number");
            }
            Some(_) => {}
        }
    }
}

fn peer<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields) {
    let has = |name| present(fields, name).is_some();
    if has("ipBlock") && (has("podSelector") || has("namespaceSelector")) {
        walk.refuse_at("ipBlock", "cannot be set beside a selector", "make it an item of its own");
    } else if !has("ipBlock") && !has("podSelector") && !has("namespaceSelector") {
        walk.refuse("says nothing", "set podSelector, namespaceSelector or ipBlock");
    }
    walk.map(fields, "podSelector", selector::check);
    walk.map(fields, "namespaceSelector", selector::check);
    walk.map(fields, "ipBlock", |walk, block| {
        walk.not_empty(block, "cidr");
        let form = forms::Form { what: "is not a range of IP addresses", help: "write it like 192.0.2.0/24" };
        walk.form(block, "cidr", |range| network(range).is_some(), form);
        let whole = text(block, "cidr").and_then(network);
        walk.each_text(block, "except", |walk, range| match (network(range), whole) {
            (None, _) => walk.refuse(form.what, form.help),
            (Some(part), Some(whole)) if !is_within(part, whole) => {
                walk.refuse("is not a part of cidr, smaller than it", "take it out of the range that it lies in");
            }
            (Some(_), _) => {}
        });
    });
}

/// An address as bits, the length of its prefix and of the address.
type Network = (u128, u32, u32);

fn network(range: &str) -> Option<Network> {
    let (address, prefix) = range.split_once('/')?;
    let (bits, length) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = prefix.parse().ok().filter(|prefix: &u32| is_number && *prefix <= length)?;
    Some((bits, prefix, length))
}

fn is_within(part: Network, whole: Network) -> bool {
    let shift = whole.2 - whole.1;
    let start = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
    part.2 == whole.2 && part.1 > whole.1 && start(part.0) == start(whole.0)
}
