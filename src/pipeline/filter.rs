//! Which deployments a compile is about.

use super::{Counts, Units};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Cluster, Specs};
use crate::near;
use crate::patching::book::PatchLayer;
use crate::resolve::Deployment;
use std::collections::{BTreeMap, BTreeSet};

pub static UNKNOWN_FILTER: Code = Code {
    name: "unknown-filter",
    explanation: "A filter such as `--site` names what the fleet does not have. Nothing would be selected, so the command was called \
                  wrongly.",
};

pub static CODES: &[&Code] = &[&UNKNOWN_FILTER];

/// Names of each sort: a deployment is selected if each sort that has names has its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub clusters: Vec<String>,
    pub environments: Vec<String>,
    pub sites: Vec<String>,
    pub tenants: Vec<String>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        [&self.clusters, &self.environments, &self.sites, &self.tenants].into_iter().all(Vec::is_empty)
    }

    pub fn selects(&self, deployment: &Deployment<'_>) -> bool {
        holds(&self.clusters, deployment.cluster.spec.name())
            && holds(&self.environments, deployment.environment.name())
            && holds(&self.sites, deployment.site.name())
            && holds(&self.tenants, deployment.tenant.name())
    }

    /// Whether the filter is by cluster alone, so that whole clusters are compiled.
    pub fn is_by_cluster(&self) -> bool {
        self.environments.is_empty() && self.sites.is_empty() && self.tenants.is_empty()
    }

    /// Whether a cluster's own objects are compiled: with whole clusters alone, since delivery names all that is in one.
    pub fn compiles_cluster(&self, cluster: &Cluster) -> bool {
        self.is_by_cluster() && holds(&self.clusters, cluster.spec.name())
    }

    /// Reports names that nothing has.
    pub fn check(&self, specs: &Specs, diagnostics: &mut Diagnostics) -> bool {
        let mut is_known = true;
        let mut check = |what: &str, names: &[String], known: Vec<&str>| {
            for name in names.iter().filter(|name| !known.contains(&name.as_str())) {
                is_known = false;
                diagnostics.push(
                    Diagnostic::error(&UNKNOWN_FILTER, format!("no {what} is called `{name}`, as --{what} asks"))
                        .maybe_help(near::hint(name, known.iter().copied())),
                );
            }
        };
        check("cluster", &self.clusters, specs.clusters.keys().map(String::as_str).collect());
        check("environment", &self.environments, specs.environments.keys().map(String::as_str).collect());
        check("site", &self.sites, specs.sites.keys().map(String::as_str).collect());
        check("tenant", &self.tenants, specs.tenants.keys().map(String::as_str).collect());
        is_known
    }

    /// The selected deployments in their units, and what is known of the scope of each layer.
    pub fn select<'s>(&self, units: Units<'s>) -> (Units<'s>, Scope) {
        let mut scope = Scope { is_filtered: !self.is_empty(), ..Scope::default() };
        let mut selected = Vec::with_capacity(units.len());
        for mut unit in units {
            for deployment in &unit.deployments {
                scope.add(deployment, self.selects(deployment));
            }
            unit.deployments.retain(|deployment| self.selects(deployment));
            if !unit.deployments.is_empty() {
                selected.push(unit);
            }
        }
        (selected, scope)
    }
}

fn holds(names: &[String], name: &str) -> bool {
    names.is_empty() || names.iter().any(|listed| listed == name)
}

/// How much of each layer's scope was compiled: a patch is judged only where all of it was.
#[derive(Debug, Default)]
pub struct Scope {
    /// For each layer, how many deployments it has and how many of them are left out.
    layers: BTreeMap<PatchLayer, (usize, usize)>,
    sites: BTreeSet<String>,
    clusters: BTreeSet<String>,
    deployments: usize,
    /// Whether anything was left out.
    is_filtered: bool,
}

impl Scope {
    fn add(&mut self, deployment: &Deployment<'_>, is_selected: bool) {
        let site = deployment.site.name().to_owned();
        let cluster = deployment.cluster.spec.name().to_owned();
        let mut layers = vec![
            PatchLayer::Fleet,
            PatchLayer::Cluster(cluster.clone()),
            PatchLayer::Environment(deployment.environment.name().to_owned()),
            PatchLayer::Tenant(deployment.tenant.name().to_owned()),
            PatchLayer::Site(site.clone()),
            PatchLayer::Namespace(site.clone()),
        ];
        if let Some((environment, _)) = deployment.cluster_entry {
            layers.push(PatchLayer::SiteCluster(site.clone(), environment.to_owned(), cluster.clone()));
        }
        for layer in layers {
            let (all, left_out) = self.layers.entry(layer).or_default();
            *all += 1;
            *left_out += usize::from(!is_selected);
        }
        if is_selected {
            self.sites.insert(site);
            self.clusters.insert(cluster);
            self.deployments += 1;
        }
    }

    /// Whether all of the layer's deployments were compiled; with a filter it must have some.
    pub fn is_whole(&self, layer: &PatchLayer) -> bool {
        !self.is_filtered || self.layers.get(layer).is_some_and(|(all, left_out)| *all > 0 && *left_out == 0)
    }

    pub fn counts(&self) -> Counts {
        Counts { clusters: self.clusters.len(), sites: self.sites.len(), deployments: self.deployments, objects: 0 }
    }
}
