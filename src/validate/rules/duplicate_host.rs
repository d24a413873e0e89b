//! `duplicate-host`: one host for two deployments.
//!
//! A unit gives the hosts that its written objects claim ([`claims`]); [`conflicts`] holds the claims of all units against each
//! other.

use super::{Check, ERROR, Policy, Rule, Standing, subject};
use crate::diag::{Code, Severity};
use crate::finish::UnitContext;
use crate::object::{Identity, Names, Object, Owner};
use crate::pointer::Pointer;
use crate::validate::view::items;
use crate::validate::view::path::Path;
use serde_json::Value;
use std::collections::BTreeMap;

pub static CODE: Code = Code {
    name: "duplicate-host",
    explanation: "Two deployments that are not the same site and environment claim one host, or one claims a wildcard that covers \
                  the other's host: an Ingress, a route or a listener of each names it. Which of them answers is left to chance, \
                  and between tenants it is a way to take over traffic. The same site and environment may claim its host on \
                  several clusters. Objects of disabled sites that are not written do not count.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a host that two deployments claim",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Fleet,
};

/// A host that an object claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostClaim {
    /// In lower case, without a final dot.
    pub host: String,
    pub claimant: Claimant,
    pub object: Identity,
    /// Where the object names it.
    pub field: Pointer,
    pub severity: Severity,
    /// The Acknowledgement that lets this object through.
    pub acknowledgement: Option<String>,
}

/// Who claims a host; clusters are left out, since a site may be reached on several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claimant {
    Site {
        site: String,
        environment: String,
    },
    /// The template of a namespace.
    Namespace {
        namespace: String,
        environment: String,
    },
    /// A cluster's templates.
    Cluster,
}

impl std::fmt::Display for Claimant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Claimant::Site { site, environment } => write!(formatter, "site {site} in {environment}"),
            Claimant::Namespace { namespace, .. } => write!(formatter, "the template of namespace {namespace}"),
            Claimant::Cluster => formatter.write_str("a cluster's template"),
        }
    }
}

/// The hosts that a unit's written objects claim.
pub fn claims(
    written: &[&Object<'_>],
    context: &UnitContext<'_>,
    policy: &Policy<'_>,
    tier: Option<&str>,
) -> Vec<HostClaim> {
    let Some(severity) = policy.severity(&RULE, tier) else { return Vec::new() };
    let mut claims = Vec::new();
    for object in written {
        let of = object.names();
        // A gateway that is shared listens for the hosts of others.
        if object.owner == Owner::Cluster && of.kind == "Gateway" {
            continue;
        }
        for (host, field) in hosts(of, object) {
            claims.push(HostClaim {
                host: host.trim_end_matches('.').to_ascii_lowercase(),
                claimant: claimant(object.owner, context),
                object: object.identity(),
                field: field.pointer(),
                severity,
                acknowledgement: policy.acknowledged(&RULE, || subject(object, context)).map(str::to_owned),
            });
        }
    }
    claims
}

fn claimant(owner: Owner, context: &UnitContext<'_>) -> Claimant {
    let Some(namespace) = &context.namespace else { return Claimant::Cluster };
    let environment = namespace.environment.to_owned();
    match owner {
        Owner::Site(number) => {
            let site = namespace.deployments.get(number).map(|deployment| deployment.site).unwrap_or_default();
            Claimant::Site { site: site.to_owned(), environment }
        }
        Owner::Namespace | Owner::Cluster => Claimant::Namespace { namespace: namespace.name.to_owned(), environment },
    }
}

/// Hosts that an object names, each with its field: of an Ingress, of routes and of listeners.
pub fn hosts<'a>(of: Names<'_>, object: &'a Object<'_>) -> Vec<(&'a str, Path)> {
    let listed = |list: &'static str| {
        let at = Path::new("/spec").child(list);
        let spec = object.value.get("spec").unwrap_or(&Value::Null);
        items(spec, list).map(move |(index, item)| (item, at.child(index)))
    };
    let below = |list: &'static str, field: &'static str| {
        listed(list)
            .filter_map(|(item, at)| Some((item.get(field)?.as_str()?, at.child(field))))
            .filter(|(host, _)| !host.is_empty())
            .collect()
    };
    match (of.group, of.kind) {
        ("networking.k8s.io", "Ingress") => below("rules", "host"),
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => {
            listed("hostnames").filter_map(|(host, at)| Some((host.as_str()?, at))).collect()
        }
        ("gateway.networking.k8s.io", "Gateway" | "ListenerSet") => below("listeners", "hostname"),
        _ => Vec::new(),
    }
}

/// A host that several deployments claim: indexes into the claims, the first of each claimant, in order; two at least.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict {
    pub claims: Vec<usize>,
    /// Acknowledgements without which there would be more of them.
    pub acknowledged: Vec<usize>,
}

/// Hosts that two claimants share, and hosts that another's wildcard covers, in order of host.
pub fn conflicts(claims: &[&HostClaim]) -> Vec<Conflict> {
    let mut by_host: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, claim) in claims.iter().enumerate() {
        by_host.entry(&claim.host).or_default().push(number);
    }
    by_host
        .iter()
        .filter_map(|(host, own)| {
            let covering = wildcards(host).filter_map(|(wildcard, is_next)| {
                let found = by_host.get(wildcard.as_str())?.iter().copied();
                // A wildcard of an Ingress stands for one label, that of a route or listener for any number.
                Some(
                    found.filter(move |number| is_next || claims[*number].object.kind != "Ingress").collect::<Vec<_>>(),
                )
            });
            let all: Vec<usize> = own.iter().copied().chain(covering.flatten()).collect();
            judge(claims, own, &all)
        })
        .collect()
}

/// The conflict of a host's own claims with all that are about it.
fn judge(claims: &[&HostClaim], own: &[usize], all: &[usize]) -> Option<Conflict> {
    let firsts = |wanted: &dyn Fn(&HostClaim) -> bool| {
        let mut firsts: BTreeMap<&Claimant, usize> = BTreeMap::new();
        for number in all.iter().filter(|number| wanted(claims[**number])) {
            firsts.entry(&claims[*number].claimant).or_insert(*number);
        }
        let mut numbers: Vec<usize> = firsts.into_values().collect();
        numbers.sort_by_key(|number| (!own.contains(number), *number));
        numbers
    };
    let everyone = firsts(&|_| true);
    // Wildcards that cover a host are no conflict with each other here: their own hosts tell that.
    if everyone.len() < 2 || !own.contains(&everyone[0]) {
        return None;
    }
    let acknowledged = all.iter().copied().filter(|number| claims[*number].acknowledgement.is_some()).collect();
    let mut refused = firsts(&|claim| claim.acknowledgement.is_none());
    if refused.len() < 2 || !own.contains(&refused[0]) {
        refused.clear();
    }
    Some(Conflict { claims: refused, acknowledged })
}

/// The wildcards that may cover a host, nearest first, each with whether it is the next one.
fn wildcards(host: &str) -> impl Iterator<Item = (String, bool)> {
    let mut rest = host.strip_prefix("*.").unwrap_or(host);
    // `*.example.org` is not covered by itself, but by `*.org`.
    let mut is_next = !host.starts_with("*.");
    std::iter::from_fn(move || {
        let (_, parent) = rest.split_once('.')?;
        rest = parent;
        Some((format!("*.{parent}"), std::mem::take(&mut is_next)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(host: &str, site: &str, environment: &str, kind: &str) -> HostClaim {
        HostClaim {
            host: host.to_owned(),
            claimant: Claimant::Site { site: site.to_owned(), environment: environment.to_owned() },
            object: Identity {
                group: String::new(),
                kind: kind.to_owned(),
                namespace: "n".to_owned(),
                name: "o".to_owned(),
            },
            field: Pointer::root(),
            severity: Severity::Error,
            acknowledgement: None,
        }
    }

    #[test]
    fn hosts_are_shared_by_deployments_that_are_not_the_same_site_and_environment() {
        /// Host, site, environment, kind.
        type Row = (&'static str, &'static str, &'static str, &'static str);
        let rows: [(&[Row], &[&[usize]]); 9] = [
            (&[("a.org", "x", "prod", "Ingress"), ("a.org", "y", "prod", "Ingress")], &[&[0, 1]]),
            (&[("a.org", "x", "prod", "Ingress"), ("a.org", "x", "prod", "HTTPRoute")], &[]),
            (&[("a.org", "x", "prod", "Ingress"), ("a.org", "x", "test", "Ingress")], &[&[0, 1]]),
            (&[("a.org", "x", "prod", "Ingress"), ("b.org", "y", "prod", "Ingress")], &[]),
            (&[("*.a.org", "x", "prod", "Ingress"), ("b.a.org", "y", "prod", "Ingress")], &[&[1, 0]]),
            (&[("*.a.org", "x", "prod", "Ingress"), ("c.b.a.org", "y", "prod", "Ingress")], &[]),
            (&[("*.a.org", "x", "prod", "HTTPRoute"), ("c.b.a.org", "y", "prod", "Ingress")], &[&[1, 0]]),
            (&[("*.a.org", "x", "prod", "Ingress"), ("a.org", "y", "prod", "Ingress")], &[]),
            (
                &[
                    ("*.a.org", "x", "prod", "HTTPRoute"),
                    ("*.b.a.org", "y", "prod", "HTTPRoute"),
                    ("c.b.a.org", "z", "prod", "HTTPRoute"),
                ],
                &[&[1, 0], &[2, 0, 1]],
            ),
        ];
        for (claims, expected) in rows {
            let claims: Vec<HostClaim> = claims.iter().map(|row| claim(row.0, row.1, row.2, row.3)).collect();
            let claims: Vec<&HostClaim> = claims.iter().collect();
            let found: Vec<Vec<usize>> = conflicts(&claims).into_iter().map(|conflict| conflict.claims).collect();
            assert_eq!(found, expected, "{claims:?}");
        }
    }

    #[test]
    fn an_acknowledged_claim_is_let_through_and_the_others_are_not() {
        let mut claims = [
            claim("a.org", "x", "prod", "Ingress"),
            claim("a.org", "y", "prod", "Ingress"),
            claim("a.org", "z", "prod", "Ingress"),
        ];
        claims[1].acknowledgement = Some("shared".to_owned());
        let all: Vec<&HostClaim> = claims.iter().collect();
        assert_eq!(conflicts(&all), [Conflict { claims: vec![0, 2], acknowledged: vec![1] }]);
        assert_eq!(conflicts(&all[..2]), [Conflict { claims: vec![], acknowledged: vec![1] }]);
    }
}
