//! What is asked of the last tree beyond what differs; each answer that is asked for often is looked up once.

use super::last_tree::LastTree;
use super::mounts;
use super::object::{Place, Published};
use super::owner::Role;
use crate::emit::CLUSTER_FOLDER;
use crate::failure::Failed;
use crate::output::file_name_of;
use crate::spec::common::Layer;
use std::collections::{BTreeMap, BTreeSet};

/// How the files of objects with a pod template begin.
const WORKLOADS: &[&str] =
    &["cronjob-", "daemonset-", "deployment-", "job-", "pod-", "replicaset-", "replicationcontroller-", "statefulset-"];

pub struct Facts<'t> {
    pub last: &'t dyn LastTree,
    let_go: BTreeMap<(String, String, String), bool>,
    /// Whose namespaces and data a cluster has, once that was asked for.
    owners: BTreeMap<String, BTreeSet<(Role, String)>>,
}

impl<'t> Facts<'t> {
    pub fn new(last: &'t dyn LastTree) -> Self {
        Facts { last, let_go: BTreeMap::new(), owners: BTreeMap::new() }
    }

    pub fn read(&self, path: &str) -> Result<Option<Published>, Failed> {
        Ok(self.last.read(path)?.and_then(|bytes| Published::read(path, &bytes)))
    }

    /// Whether a published namespace was published with `protect: false`: it has a Namespace or data, and nothing of that is
    /// kept. One without either was never let go.
    pub fn is_let_go(&mut self, cluster: &str, environment: &str, namespace: &str) -> Result<bool, Failed> {
        let key = (cluster.to_owned(), environment.to_owned(), namespace.to_owned());
        if let Some(known) = self.let_go.get(&key) {
            return Ok(*known);
        }
        let folder = format!("{cluster}/{environment}/{namespace}");
        let data = format!("{folder}/{}/", Layer::Data.name());
        let own = format!("{folder}/{}/namespace-", Layer::Platform.name());
        let (mut marks, mut kept) = (0, 0);
        for path in self.last.files(&folder)? {
            if !path.starts_with(&data) && !path.starts_with(&own) {
                continue;
            }
            let Some(object) = self.read(&path)?.filter(|object| !object.is_verbatim) else { continue };
            marks += 1;
            kept += usize::from(object.is_kept());
        }
        let is_let_go = marks > 0 && kept == 0;
        self.let_go.insert(key, is_let_go);
        Ok(is_let_go)
    }

    /// Whether somebody had a namespace or data in a cluster.
    pub fn had_any(&mut self, cluster: &str, role: Role, name: &str) -> Result<bool, Failed> {
        let owner = (role, name.to_owned());
        if let Some(known) = self.owners.get(cluster) {
            return Ok(known.contains(&owner));
        }
        let mut owners = BTreeSet::new();
        for path in self.last.files(cluster)? {
            let Some(place) = Place::of(&path) else { continue };
            let file = file_name_of(&path);
            let is_telling = ["namespace-", "statefulset-"].iter().any(|start| file.starts_with(start));
            if place.layer != Layer::Data && !is_telling {
                continue;
            }
            if let Some(object) = self.read(&path)? {
                owners.extend(Role::ALL.map(|role| (role, role.of(&object).to_owned())));
            }
        }
        let had = owners.contains(&owner);
        self.owners.insert(cluster.to_owned(), owners);
        Ok(had)
    }

    /// Whether a claim was published, and protected.
    pub fn is_claim_kept(
        &self,
        cluster: &str,
        environment: &str,
        namespace: &str,
        claim: &str,
    ) -> Result<bool, Failed> {
        let file = format!("{}/persistentvolumeclaim-{claim}.yaml", Layer::Data.name());
        let of_cluster =
            format!("{cluster}/{CLUSTER_FOLDER}/{}/{namespace}/persistentvolumeclaim-{claim}.yaml", Layer::Data.name());
        let mut paths = vec![format!("{cluster}/{environment}/{namespace}/{file}"), of_cluster];
        if environment.is_empty() {
            // A cluster's own workload in the namespace of sites, of whatever environment.
            let end = format!("/{namespace}/{file}");
            paths.extend(self.last.files(cluster)?.into_iter().filter(|path| path.ends_with(&end)));
        }
        for path in paths {
            if let Some(claim) = self.read(&path)? {
                return Ok(claim.is_kept());
            }
        }
        Ok(false)
    }

    /// Whether the pods of some published workload use a claim.
    pub fn is_claim_used(
        &self,
        cluster: &str,
        environment: &str,
        namespace: &str,
        claim: &str,
    ) -> Result<bool, Failed> {
        let folder = match environment {
            "" => format!("{cluster}/{CLUSTER_FOLDER}"),
            _ => format!("{cluster}/{environment}/{namespace}"),
        };
        for path in self.last.files(&folder)? {
            let file = file_name_of(&path);
            if !WORKLOADS.iter().any(|start| file.starts_with(start)) {
                continue;
            }
            if self.read(&path)?.is_some_and(|object| object.home() == namespace && mounts::uses(&object, claim)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
