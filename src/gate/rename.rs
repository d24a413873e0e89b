//! Tells renames for what they are: the old namespace or claim leaves, and one that begins empty takes its place.

use super::new_tree::NewTree;
use super::object::Published;
use crate::finish::labels;
use crate::pipeline::UnitSummary;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a namespace of either tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home<'h> {
    pub cluster: &'h str,
    pub namespace: &'h str,
    pub environment: &'h str,
    pub tenant: &'h str,
    pub sites: BTreeSet<&'h str>,
}

/// How one namespace became another, where no more than one of cluster, environment, tenant and sites differs.
pub fn told_move(old: &Home<'_>, new: &Home<'_>) -> Option<String> {
    let sites = |home: &Home<'_>| home.sites.iter().copied().collect::<Vec<_>>().join(", ");
    let same = [
        old.cluster == new.cluster,
        old.environment == new.environment,
        old.tenant == new.tenant,
        old.sites == new.sites,
    ];
    Some(match same {
        [true, true, true, true] => format!("the namespace is now called {}", new.namespace),
        [false, true, true, true] => format!("the namespace moves to cluster {}", new.cluster),
        [true, false, true, true] => format!("environment {} is now {}", old.environment, new.environment),
        [true, true, false, true] => format!("tenant {} is now {}", old.tenant, new.tenant),
        [true, true, true, false] => format!("site {} is now {}", sites(old), sites(new)),
        _ => return None,
    })
}

/// Where what leaves went, as far as one can tell.
pub struct Renames {
    /// By cluster and namespace.
    namespaces: BTreeMap<(String, String), String>,
    /// By cluster, namespace and claim.
    claims: BTreeMap<(String, String, String), String>,
}

impl Renames {
    pub fn new(
        left: &[Published],
        new: &NewTree<'_>,
        added: &BTreeMap<String, Option<Vec<u8>>>,
        stayed: &BTreeSet<(String, String)>,
    ) -> Self {
        let mut homes: BTreeMap<(&str, &str), Home<'_>> = BTreeMap::new();
        for old in left {
            let home = homes.entry((&old.place.cluster, old.home())).or_default();
            (home.cluster, home.namespace) = (&old.place.cluster, old.home());
            home.environment = &old.place.environment;
            let tenant = old.label(labels::TENANT);
            if !tenant.is_empty() {
                home.tenant = tenant;
            }
            home.sites.extend(Some(old.label(labels::SITE)).filter(|site| !site.is_empty()));
        }
        let fresh: Vec<&UnitSummary> = new
            .units
            .iter()
            .filter(|unit| !unit.sites.is_empty() && !unit.objects.is_empty())
            .filter(|unit| unit.objects.iter().all(|object| added.contains_key(&object.path)))
            .filter(|unit| !stayed.contains(&(unit.cluster.clone(), unit.namespace.clone())))
            .copied()
            .collect();
        let namespaces = homes
            .iter()
            .filter(|((cluster, namespace), _)| !new.has_namespace(cluster, namespace))
            .filter_map(|((cluster, namespace), home)| {
                Some((((*cluster).to_owned(), (*namespace).to_owned()), moved(home, &fresh)?))
            })
            .collect();
        Renames { namespaces, claims: claims(left, new, added) }
    }

    /// Where an object that leaves went.
    pub fn told(&self, old: &Published) -> Option<String> {
        let (cluster, home) = (old.place.cluster.clone(), old.home().to_owned());
        let claim = self.claims.get(&(cluster.clone(), home.clone(), old.identity.name.clone()));
        claim.filter(|_| old.is_claim()).or_else(|| self.namespaces.get(&(cluster, home))).cloned()
    }
}

/// The only new namespace that differs from an old one in no more than one of cluster, environment, tenant and sites.
fn moved(home: &Home<'_>, fresh: &[&UnitSummary]) -> Option<String> {
    let mut found = fresh.iter().filter_map(|unit| {
        let new = Home {
            cluster: &unit.cluster,
            namespace: &unit.namespace,
            environment: &unit.environment,
            tenant: &unit.tenant,
            sites: unit.sites.iter().map(String::as_str).collect(),
        };
        let told = told_move(home, &new)?;
        let (namespace, cluster) = (new.namespace, new.cluster);
        let begins = format!("namespace {namespace} on cluster {cluster} begins with empty volumes");
        Some(format!("{told}: {begins}, and the data stays in {}", home.namespace))
    });
    found.next().filter(|_| found.next().is_none())
}

/// In a namespace that stays: a claim that leaves, and the only new one of its site that asks for the same.
fn claims(
    left: &[Published],
    new: &NewTree<'_>,
    added: &BTreeMap<String, Option<Vec<u8>>>,
) -> BTreeMap<(String, String, String), String> {
    let gone: Vec<&Published> =
        left.iter().filter(|old| old.is_claim() && new.has_namespace(&old.place.cluster, old.home())).collect();
    if gone.is_empty() {
        return BTreeMap::new();
    }
    let fresh: Vec<Published> = added
        .iter()
        .filter(|(path, _)| path.contains("/persistentvolumeclaim-"))
        .filter_map(|(path, bytes)| Published::read(path, bytes.as_ref()?))
        .filter(Published::is_claim)
        .collect();
    let asked = |claim: &Published| {
        let spec = |key: &str| claim.get("/spec").and_then(|spec| spec.get(key)).cloned().unwrap_or(Value::Null);
        (
            claim.place.cluster.clone(),
            claim.home().to_owned(),
            spec("accessModes"),
            claim.label(labels::SITE).to_owned(),
        )
    };
    let mut told = BTreeMap::new();
    for old in gone {
        let mut alike = fresh.iter().filter(|claim| asked(claim) == asked(old));
        if let (Some(claim), None) = (alike.next(), alike.next()) {
            let name = &old.identity.name;
            let text = format!(
                "claim {name} is now called {}, which begins empty; the data stays in {name}",
                claim.identity.name
            );
            told.insert((old.place.cluster.clone(), old.home().to_owned(), name.clone()), text);
        }
    }
    told
}
