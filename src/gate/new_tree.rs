//! The new tree, as its summaries tell it.

use super::finding::Finding;
use super::object::Place;
use crate::object::Identity;
use crate::pipeline::{Compilation, ObjectSummary, UnitSummary};
use std::collections::{BTreeMap, BTreeSet};

pub struct NewTree<'c> {
    pub units: Vec<&'c UnitSummary>,
    pub clusters: &'c [String],
    objects: BTreeMap<(&'c str, &'c Identity), (&'c UnitSummary, &'c ObjectSummary)>,
    paths: BTreeMap<&'c str, &'c ObjectSummary>,
    /// Cluster and namespace of each unit.
    namespaces: BTreeSet<(&'c str, &'c str)>,
}

impl<'c> NewTree<'c> {
    pub fn of(compilation: &'c Compilation, clusters: &'c [String]) -> Self {
        let units: Vec<&UnitSummary> =
            compilation.units.iter().filter(|unit| clusters.contains(&unit.cluster)).collect();
        let mut objects = BTreeMap::new();
        let mut paths = BTreeMap::new();
        for unit in &units {
            for object in unit.objects.iter().filter(|object| Place::of(&object.path).is_some()) {
                objects.insert((unit.cluster.as_str(), &object.identity), (*unit, object));
                paths.insert(object.path.as_str(), object);
            }
        }
        let namespaces = units.iter().map(|unit| (unit.cluster.as_str(), unit.namespace.as_str())).collect();
        NewTree { units, clusters, objects, paths, namespaces }
    }

    /// Whether it has no object but those of delivery, and no deployment that would have some if it were enabled.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.units.iter().all(|unit| unit.sites.is_empty())
    }

    pub fn find(&self, cluster: &str, identity: &Identity) -> Option<(&'c UnitSummary, &'c ObjectSummary)> {
        self.objects.get(&(cluster, identity)).copied()
    }

    /// Whether some cluster has an object of that kind and name, and of that namespace where one is given.
    pub fn has_like(&self, identity: &Identity) -> bool {
        self.objects.keys().any(|(_, own)| {
            own.group == identity.group
                && own.kind == identity.kind
                && own.name == identity.name
                && (identity.namespace.is_empty() || own.namespace == identity.namespace)
        })
    }

    pub fn summary_at(&self, path: &str) -> Option<&'c ObjectSummary> {
        self.paths.get(path).copied()
    }

    pub fn has_namespace(&self, cluster: &str, namespace: &str) -> bool {
        self.namespaces.contains(&(cluster, namespace))
    }

    /// The objects in a namespace, whichever template makes them.
    pub fn objects_in(&self, cluster: &str, namespace: &str) -> impl Iterator<Item = &'c ObjectSummary> {
        let units = self.units.iter().filter(move |unit| unit.cluster == cluster);
        units.flat_map(|unit| &unit.objects).filter(move |object| object.identity.namespace == namespace)
    }

    /// Folders of a namespace's units that are as they were, and whose objects are therefore not told.
    pub fn kept_folders(&self, cluster: &str, namespace: &str) -> impl Iterator<Item = String> {
        let is_kept = |unit: &&&UnitSummary| !unit.environment.is_empty() && unit.objects.len() < unit.facts.objects;
        let units = self.units.iter().filter(is_kept);
        let units = units.filter(move |unit| unit.cluster == cluster && unit.namespace == namespace);
        units.map(|unit| format!("{}/{}/{}", unit.cluster, unit.environment, unit.namespace))
    }

    /// Whether a finding is about a Job that runs once, whose specification is nobody's to compare.
    pub fn runs_once(&self, finding: &Finding) -> bool {
        finding.path.as_deref().and_then(|path| self.summary_at(path)).is_some_and(|summary| summary.runs_once)
    }

    /// Whether a site is disabled in a namespace, so that what leaves of it is to leave.
    pub fn is_disabled(&self, cluster: &str, namespace: &str, site: &str) -> bool {
        self.units.iter().any(|unit| {
            unit.cluster == cluster && unit.namespace == namespace && unit.disabled.iter().any(|name| name == site)
        })
    }
}
