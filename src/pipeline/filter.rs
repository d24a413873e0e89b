//! Which deployments a compile is about.

use super::{Counts, Units};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Cluster, Names, Specs};
use crate::near;
use crate::patching::book::PatchLayer;
use crate::resolve::Deployment;
use crate::spec::Kind;
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

    /// The names of each sort, with the kind that they are of.
    pub fn by_kind(&self) -> [(Kind, &[String]); 4] {
        [
            (Kind::Cluster, &self.clusters),
            (Kind::Environment, &self.environments),
            (Kind::Site, &self.sites),
            (Kind::Tenant, &self.tenants),
        ]
    }

    /// Reports names that nothing has.
    pub fn check(&self, names: &Names, diagnostics: &mut Diagnostics) -> bool {
        let mut is_known = true;
        for (kind, listed) in self.by_kind() {
            let what = kind.name().to_lowercase();
            for name in listed.iter().filter(|name| !names.contains(kind, name)) {
                is_known = false;
                diagnostics.push(
                    Diagnostic::error(&UNKNOWN_FILTER, format!("no {what} is called `{name}`, as --{what} asks"))
                        .maybe_help(near::hint(name, names.of(kind))),
                );
            }
        }
        is_known
    }

    /// The units that hold a selected deployment, and what is known of the scope of each layer.
    pub fn select<'s>(&self, units: Units<'s>, specs: &Specs) -> (Units<'s>, Scope) {
        let mut scope = Scope { is_filtered: !self.is_empty(), ..Scope::default() };
        let mut selected = Vec::with_capacity(units.len());
        for cluster in specs.clusters.values().filter(|cluster| !cluster.spec.spec.templates.is_empty()) {
            scope.add_cluster(cluster.spec.name(), self.compiles_cluster(cluster));
        }
        for unit in units {
            let is_selected = unit.deployments.iter().any(|deployment| self.selects(deployment));
            for deployment in &unit.deployments {
                scope.add(deployment, is_selected);
            }
            if is_selected {
                selected.push(unit);
            }
        }
        (selected, scope)
    }
}

/// Whether a filter's list of one sort lets a name through.
pub fn holds(names: &[String], name: &str) -> bool {
    names.is_empty() || names.iter().any(|listed| listed == name)
}

/// How much of each layer's scope was compiled: a patch is judged only where all of it was.
#[derive(Debug, Default, Clone)]
pub struct Scope {
    /// For each layer, how many deployments it has and how many of them are left out.
    layers: BTreeMap<PatchLayer, (usize, usize)>,
    sites: BTreeSet<String>,
    clusters: BTreeSet<String>,
    deployments: usize,
    /// Whether anything was left out.
    is_filtered: bool,
    /// Whether some of what was left out could not be read, so that it is not known which layers it has.
    pub is_blind: bool,
    /// Whether sites of other tenants were not looked at: the layers that tenants share may have more than is counted.
    pub lacks_tenants: bool,
}

impl Scope {
    /// A cluster's own objects count as one deployment of its layers.
    fn add_cluster(&mut self, name: &str, is_selected: bool) {
        for layer in [PatchLayer::Fleet, PatchLayer::Cluster(name.to_owned())] {
            self.count(layer, is_selected);
        }
    }

    fn count(&mut self, layer: PatchLayer, is_selected: bool) {
        let (all, left_out) = self.layers.entry(layer).or_default();
        *all += 1;
        *left_out += usize::from(!is_selected);
    }

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
            self.count(layer, is_selected);
        }
        if is_selected {
            self.sites.insert(site);
            self.clusters.insert(cluster);
            self.deployments += 1;
        }
    }

    /// Whether all of the layer's deployments were compiled; with a filter it must have some.
    pub fn is_whole(&self, layer: &PatchLayer) -> bool {
        let is_of_tenants = layer.is_shared() && !matches!(layer, PatchLayer::Tenant(_));
        let is_unknown = layer.is_shared() && self.is_blind || is_of_tenants && self.lacks_tenants;
        let counts = self.layers.get(layer);
        !is_unknown && (!self.is_filtered || counts.is_some_and(|(all, left_out)| *all > 0 && *left_out == 0))
    }

    pub fn counts(&self) -> Counts {
        Counts { clusters: self.clusters.len(), sites: self.sites.len(), deployments: self.deployments, objects: 0 }
    }
}
