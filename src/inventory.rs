//! What a fleet holds, as people ask for it: which site runs which image where, under which hosts, on what storage.
//!
//! Takes the deployments of a fleet ([`Inventory::new`]) and what they compile to, as it goes through the sink
//! ([`collect::Collector`]); gives rows in order of site. Since when an image is published is told by who can read the branch
//! ([`Inventory::images_mut`]). Pure; knows no output format.

pub mod collect;
pub mod version;

use crate::acknowledgement::Date;
use crate::resolve::Unit;
use crate::spec::State;
use collect::{Collector, Facts};
use std::collections::{BTreeMap, BTreeSet};
use version::Lag;

/// A whole fleet, or what a filter selects of it.
#[derive(Debug, Default)]
pub struct Inventory {
    /// From tests to production, as far as tiers say; then by name.
    pub environments: Vec<Environment>,
    /// By name.
    pub clusters: BTreeMap<String, Cluster>,
    /// By name.
    pub sites: BTreeMap<String, Site>,
    /// In order of cluster, environment, namespace.
    pub namespaces: Vec<Namespace>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pub name: String,
    pub tier: String,
}

#[derive(Debug, Default)]
pub struct Cluster {
    pub kubernetes_version: String,
    pub deployments: usize,
    pub namespaces: usize,
}

#[derive(Debug, Default)]
pub struct Site {
    pub tenant: String,
    /// By environment, then in order of cluster.
    pub deployments: BTreeMap<String, Vec<Deployment>>,
}

/// One site in one environment on one cluster.
#[derive(Debug)]
pub struct Deployment {
    pub cluster: String,
    pub namespace: String,
    pub template: String,
    pub state: State,
    pub hosts: BTreeSet<String>,
    pub images: Vec<Image>,
    pub claims: Vec<Claim>,
}

/// An image that a container of a site runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// As the object names it.
    pub name: String,
    /// The objects that run it, such as `Deployment portal-web`.
    pub workloads: BTreeSet<String>,
    /// The first file of the output tree that names it; that of a container that stays, if there is one.
    pub path: String,
    /// Whether that container stays, as one of a Deployment does and no init container and no Job's.
    pub stays: bool,
    /// Whether it runs in the layer `app` in a container that stays: what people mean by "the image of the site".
    pub is_main: bool,
    pub since: Option<Since>,
    /// The environments before this one that have a newer one.
    pub lags: Vec<Lag>,
}

/// Since when the rendered branch holds an image at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The day of the source commit that brought it.
    Day(Date),
    /// That day or earlier: what is known of the branch begins there.
    AtLeast(Date),
    /// The branch does not hold it.
    Unpublished,
}

/// A claim, or a claim template of a StatefulSet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    pub name: String,
    pub size: String,
    pub class: String,
    pub modes: Vec<String>,
}

#[derive(Debug)]
pub struct Namespace {
    pub cluster: String,
    pub environment: String,
    pub name: String,
    pub tenant: String,
    pub sites: Vec<String>,
    /// The hard limits of its quotas.
    pub quota: BTreeMap<String, String>,
    pub claims: Vec<Claim>,
}

impl Inventory {
    /// Rows of units, with what was collected of them.
    pub fn new(units: &[Unit<'_>], collector: Collector) -> Self {
        let mut inventory = Inventory::default();
        let mut collected = collector.into_facts();
        let mut environments = BTreeSet::new();
        for unit in units {
            let cluster_name = unit.cluster.spec.name();
            let facts = collected.remove(&(cluster_name.to_owned(), unit.namespace.clone())).unwrap_or_default();
            let cluster = inventory.clusters.entry(cluster_name.to_owned()).or_default();
            cluster.kubernetes_version.clone_from(&unit.cluster.spec.spec.kubernetes_version);
            cluster.deployments += unit.deployments.len();
            cluster.namespaces += 1;
            let tier = &unit.environment.spec.tier;
            environments.insert((tier_order(tier), unit.environment.name().to_owned(), tier.clone()));
            inventory.add(unit, facts);
        }
        inventory.environments = environments.into_iter().map(|(_, name, tier)| Environment { name, tier }).collect();
        inventory
            .namespaces
            .sort_by(|a, b| (&a.cluster, &a.environment, &a.name).cmp(&(&b.cluster, &b.environment, &b.name)));
        version::compare(&mut inventory);
        inventory
    }

    fn add(&mut self, unit: &Unit<'_>, mut facts: Facts) {
        let cluster = unit.cluster.spec.name().to_owned();
        self.namespaces.push(Namespace {
            cluster: cluster.clone(),
            environment: unit.environment.name().to_owned(),
            name: unit.namespace.clone(),
            tenant: unit.tenant.name().to_owned(),
            sites: unit.deployments.iter().map(|deployment| deployment.site.name().to_owned()).collect(),
            quota: std::mem::take(&mut facts.quota),
            claims: facts.sites.values().flat_map(|site| site.claims.iter().cloned()).collect(),
        });
        for deployment in &unit.deployments {
            let found = facts.sites.remove(deployment.site.name()).unwrap_or_default();
            let site = self.sites.entry(deployment.site.name().to_owned()).or_default();
            deployment.tenant.name().clone_into(&mut site.tenant);
            let row = Deployment {
                cluster: cluster.clone(),
                namespace: unit.namespace.clone(),
                template: deployment.template.spec.name().to_owned(),
                state: deployment.state,
                hosts: found.hosts,
                images: found.images,
                claims: found.claims,
            };
            let rows = site.deployments.entry(unit.environment.name().to_owned()).or_default();
            rows.push(row);
            rows.sort_by(|a, b| a.cluster.cmp(&b.cluster));
        }
    }

    /// All deployments, by site and environment.
    pub fn deployments(&self) -> impl Iterator<Item = &Deployment> {
        self.sites.values().flat_map(|site| site.deployments.values().flatten())
    }

    /// All images, to be told since when they are published.
    pub fn images_mut(&mut self) -> impl Iterator<Item = &mut Image> {
        self.sites
            .values_mut()
            .flat_map(|site| site.deployments.values_mut().flatten())
            .flat_map(|deployment| deployment.images.iter_mut())
    }
}

/// Where the tier `production` stands.
const PRODUCTION: u8 = 3;

/// Where a tier stands on the way to production; tiers of a fleet's own stand between.
fn tier_order(tier: &str) -> u8 {
    match tier {
        "testing" => 0,
        "staging" => 2,
        "production" => PRODUCTION,
        _ => 1,
    }
}
