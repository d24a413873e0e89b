//! The objects by which Flux or Argo CD takes a cluster's part of the branch.
//!
//! A pure function of the settings and of what each namespace of the cluster was found to hold. Names hold no environment, so
//! that renaming one moves nothing.

pub mod argocd;
pub mod flux;
pub mod settings;

use crate::diag::Code;
use crate::finish::hash::{hex, sha256_of_text};
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub use settings::Settings;

pub static TAKEN_PROJECT: Code = Code {
    name: "taken-project",
    explanation: "On clusters that Argo CD delivers, a tenant has an AppProject of its name. `default`, `bayplan` and `bayplan-platform` exist \
                  already and mean something else, so no tenant may be called so there.",
};

pub static CODES: &[&Code] = &[&TAKEN_PROJECT];

/// The project, and prefix of accounts, that the compiler's own objects use.
const OURS: &str = "bayplan";
/// Longest name of a delivery object.
const MAX_NAME: usize = 63;

/// What delivery needs to know of one namespace of the cluster.
#[derive(Debug, Clone)]
pub struct DeliveredNamespace {
    pub name: String,
    pub environment: String,
    pub tenant: String,
    /// The layers that hold a file.
    pub layers: BTreeSet<Layer>,
    /// The layers that hold a SOPS file.
    pub sops_layers: BTreeSet<Layer>,
    /// Whether its data is kept when an edit removes it.
    pub protect: bool,
    /// The Secret with the keys for its SOPS files.
    pub sops_secret: String,
    /// Layer and name of each Job that runs once.
    pub once_jobs: BTreeSet<(Layer, String)>,
}

/// What delivery needs to know of a cluster.
#[derive(Debug, Clone)]
pub struct DeliveredCluster {
    pub name: String,
    pub branch: String,
    /// Whether other clusters share the branch.
    pub is_shared_branch: bool,
    /// The layers of the cluster's own objects.
    pub layers: BTreeSet<Layer>,
    /// In order of name.
    pub namespaces: Vec<DeliveredNamespace>,
}

impl DeliveredCluster {
    /// Each tenant with its namespaces.
    fn tenants(&self) -> BTreeMap<&str, Vec<&DeliveredNamespace>> {
        let mut tenants: BTreeMap<&str, Vec<&DeliveredNamespace>> = BTreeMap::new();
        for namespace in &self.namespaces {
            tenants.entry(&namespace.tenant).or_default().push(namespace);
        }
        tenants
    }
}

/// All delivery objects of a cluster.
pub fn objects(cluster: &DeliveredCluster, settings: &Settings) -> Vec<Value> {
    let of_namespaces = cluster.namespaces.iter().flat_map(|namespace| namespace_objects(cluster, namespace, settings));
    shared_objects(cluster, settings).into_iter().chain(of_namespaces).collect()
}

/// The delivery objects of a cluster that are of none of its namespaces; none where nothing delivers.
pub fn shared_objects(cluster: &DeliveredCluster, settings: &Settings) -> Vec<Value> {
    match settings.kind {
        DeliveryKind::Flux => flux::shared_objects(cluster, settings),
        DeliveryKind::Argocd => argocd::shared_objects(cluster, settings),
        DeliveryKind::None => Vec::new(),
    }
}

/// The delivery objects of one of its namespaces.
pub fn namespace_objects(
    cluster: &DeliveredCluster,
    namespace: &DeliveredNamespace,
    settings: &Settings,
) -> Vec<Value> {
    match settings.kind {
        DeliveryKind::Flux => flux::namespace_objects(cluster, namespace, settings),
        DeliveryKind::Argocd => argocd::namespace_objects(cluster, namespace, settings),
        DeliveryKind::None => Vec::new(),
    }
}

/// A name of at most 63 characters: a longer one is cut to 54, and ends in `-` and 8 hex digits of the SHA-256 of the whole.
fn bounded_name(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    // Names are made of DNS labels: every byte is a character.
    format!("{}-{}", &name[..54], hex(&sha256_of_text(name), 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let one = bounded_name(&format!("{}-services", "a".repeat(60)));
        let other = bounded_name(&format!("{}-app", "a".repeat(60)));
        assert_eq!((one.len(), other.len()), (63, 63));
        assert_ne!(one, other);
        assert_eq!(bounded_name("short"), "short");
    }
}
