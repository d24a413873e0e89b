//! Whether a NetworkPolicy lets more through than before.
//!
//! Policies add up: what one of them allows is allowed. So a rule more is a way more, and a policy that allows nothing in a
//! direction, for the pods that it selects, is what closes that direction. A rule is taken apart into pairs of a peer and a port;
//! a pair is new where no old pair of the same direction covers it.

use super::{Class, Remark, some};
use crate::diff::object::Object;
use serde_json::Value;
use std::net::IpAddr;

const DIRECTIONS: [(&str, &str, &str, &str); 2] =
    [("Ingress", "/spec/ingress", "from", "callers"), ("Egress", "/spec/egress", "to", "ways out")];

pub fn changed(old: &Object, new: &Object, remarks: &mut Vec<Remark>) {
    for (direction, rules, peers, words) in DIRECTIONS {
        match (governs(old, direction), governs(new, direction)) {
            (true, false) => {
                let text = format!("it no longer closes {}", direction.to_lowercase());
                remarks.push(Remark::new(Class::Exposure, text));
            }
            (_, true) => {
                let before = ways(old.list(rules), peers);
                let wider =
                    ways(new.list(rules), peers).into_iter().filter(|way| !before.iter().any(|old| old.covers(way)));
                let wider: Vec<String> = wider.map(|way| way.told()).collect();
                if !wider.is_empty() {
                    remarks.push(Remark::new(Class::Exposure, format!("more {words}: {}", some(wider))));
                }
            }
            (false, false) => {}
        }
    }
    if old.get("/spec/podSelector") != new.get("/spec/podSelector") {
        remarks.push(Remark::new(Class::Exposure, "it selects other pods"));
    }
}

pub fn added(new: &Object, remarks: &mut Vec<Remark>) {
    for (direction, rules, peers, words) in DIRECTIONS {
        let ways: Vec<String> = ways(new.list(rules), peers).iter().map(Way::told).collect();
        if governs(new, direction) && !ways.is_empty() {
            let text = format!("lets through {words}, where another policy closes: {}", some(ways));
            remarks.push(Remark::new(Class::Exposure, text));
        }
    }
}

pub fn removed(old: &Object, remarks: &mut Vec<Remark>) {
    for (direction, rules, _, _) in DIRECTIONS {
        if governs(old, direction) && old.list(rules).is_empty() {
            let text = format!("{} was closed by it", direction.to_lowercase());
            remarks.push(Remark::new(Class::Exposure, text));
        }
    }
}

/// Whether a policy counts for a direction: by `policyTypes`, and without them as the API server fills them in.
fn governs(policy: &Object, direction: &str) -> bool {
    let types = policy.list("/spec/policyTypes");
    if types.is_empty() {
        return direction == "Ingress" || !policy.list("/spec/egress").is_empty();
    }
    types.iter().any(|listed| listed.as_str() == Some(direction))
}

/// One peer and one port; none is any.
#[derive(Debug)]
struct Way<'v> {
    peer: Option<&'v Value>,
    port: Option<&'v Value>,
}

fn ways<'v>(rules: &'v [Value], peers: &str) -> Vec<Way<'v>> {
    // An empty list of peers or ports is no restriction, as a missing one.
    let each = |rule: &'v Value, key: &str| -> Vec<Option<&'v Value>> {
        match rule.get(key).and_then(Value::as_array).map(Vec::as_slice) {
            None | Some([]) => vec![None],
            Some(items) => items.iter().map(Some).collect(),
        }
    };
    let pairs = rules.iter().flat_map(|rule| {
        let ports = each(rule, "ports");
        each(rule, peers)
            .into_iter()
            .flat_map(move |peer| ports.clone().into_iter().map(move |port| Way { peer, port }))
    });
    pairs.collect()
}

impl Way<'_> {
    fn covers(&self, other: &Way<'_>) -> bool {
        let peer = match (self.peer, other.peer) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => own == other || covers_block(own, other),
        };
        let port = match (self.port, other.port) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => own == other || covers_port(own, other),
        };
        peer && port
    }

    fn told(&self) -> String {
        let peer = self.peer.map_or_else(|| "anyone".to_owned(), told_peer);
        let Some(port) = self.port else { return peer };
        let number = match port.get("port") {
            None => "any port".to_owned(),
            Some(Value::String(name)) => format!("port {name}"),
            Some(number) => format!("port {number}"),
        };
        format!("{peer} at {number}")
    }
}

fn told_peer(peer: &Value) -> String {
    if let Some(block) = peer.pointer("/ipBlock/cidr").and_then(Value::as_str) {
        return block.to_owned();
    }
    let labels = |key: &str| -> Option<String> {
        let selector = peer.get(key)?;
        let labels = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
        let asked = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
        Some(labels.chain(asked.map(told_expression)).collect::<Vec<_>>().join(", "))
    };
    let told = |noun: &str, labels: &str| match labels {
        "" => format!("all {noun}"),
        labels => format!("{noun} with {labels}"),
    };
    match (labels("namespaceSelector"), labels("podSelector")) {
        (Some(namespaces), Some(pods)) => format!("{} of {}", told("pods", &pods), told("namespaces", &namespaces)),
        (Some(namespaces), None) => told("namespaces", &namespaces),
        (None, Some(pods)) => told("pods", &pods),
        (None, None) => "a peer".to_owned(),
    }
}

/// `tier in (web, worker)`.
fn told_expression(expression: &Value) -> String {
    let text = |key: &str| expression.get(key).and_then(Value::as_str).unwrap_or_default();
    let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<&str> = values.filter_map(Value::as_str).collect();
    match (text("operator"), values.as_slice()) {
        ("In", [one]) => format!("{}={one}", text("key")),
        ("In", several) => format!("{} in ({})", text("key"), several.join(", ")),
        ("NotIn", several) => format!("{} not in ({})", text("key"), several.join(", ")),
        ("Exists", _) => text("key").to_owned(),
        ("DoesNotExist", _) => format!("no {}", text("key")),
        (operator, _) => format!("{} {operator}", text("key")),
    }
}

/// Whether one block of addresses lies in another, with no exception of the outer one in it that the inner one has not.
fn covers_block(outer: &Value, inner: &Value) -> bool {
    let block = |peer: &Value| peer.pointer("/ipBlock/cidr").and_then(Value::as_str).and_then(Block::parse);
    let exceptions = |peer: &Value| -> Vec<Block> {
        let list = peer.pointer("/ipBlock/except").and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).filter_map(Block::parse).collect()
    };
    let (Some(own), Some(other)) = (block(outer), block(inner)) else { return false };
    let kept_out = exceptions(inner);
    own.holds(&other)
        && exceptions(outer).iter().all(|hole| {
            let is_apart = !other.holds(hole) && !hole.holds(&other);
            is_apart || kept_out.iter().any(|own| own.holds(hole))
        })
}

fn covers_port(outer: &Value, inner: &Value) -> bool {
    let protocol = |port: &Value| port.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
    if protocol(outer) != protocol(inner) {
        return false;
    }
    let range = |port: &Value| -> Option<(u64, u64)> {
        let first = port.get("port")?.as_u64()?;
        Some((first, port.get("endPort").and_then(Value::as_u64).unwrap_or(first)))
    };
    match (outer.get("port"), range(outer), range(inner)) {
        (None, _, _) => true,
        (_, Some((first, last)), Some((from, to))) => first <= from && to <= last,
        _ => outer.get("port") == inner.get("port") && outer.get("endPort") == inner.get("endPort"),
    }
}

/// A block of addresses: its first bits.
struct Block {
    bits: u128,
    length: u32,
    width: u32,
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        let (bits, width) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        (length <= width).then_some(Block { bits, length, width })
    }

    fn holds(&self, other: &Block) -> bool {
        let shift = self.width - self.length;
        self.width == other.width
            && self.length <= other.length
            && self.bits.checked_shr(shift).unwrap_or(0) == other.bits.checked_shr(shift).unwrap_or(0)
    }
}
