//! `data-removed`, `namespace-removed`, `crd-removed`, and StatefulSets that leave their volumes behind.

use super::NewTree;
use super::codes::{CRD_REMOVED, DATA_DETACHED, DATA_REMOVED, NAMESPACE_REMOVED};
use super::finding::{Finding, plain};
use super::last_tree::LastTree;
use super::object::Published;
use super::rename;
use crate::emit::CLUSTER_FOLDER;
use crate::failure::Failed;
use crate::finish::labels;
use crate::spec::common::Layer;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is asked of the last tree beyond what differs; each answer is looked up once.
pub struct Facts<'t> {
    pub last: &'t dyn LastTree,
    let_go: BTreeMap<(String, String, String), bool>,
}

impl<'t> Facts<'t> {
    pub fn new(last: &'t dyn LastTree) -> Self {
        Facts { last, let_go: BTreeMap::new() }
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
            let Some(object) = self.read(&path)?.filter(|object| !object.is_sops) else { continue };
            marks += 1;
            kept += usize::from(object.is_kept());
        }
        let is_let_go = marks > 0 && kept == 0;
        self.let_go.insert(key, is_let_go);
        Ok(is_let_go)
    }

    /// Whether a claim was published, and protected.
    pub fn is_claim_kept(
        &self,
        cluster: &str,
        environment: &str,
        namespace: &str,
        claim: &str,
    ) -> Result<bool, Failed> {
        let file = format!("persistentvolumeclaim-{claim}.yaml");
        let paths = [
            format!("{cluster}/{environment}/{namespace}/{}/{file}", Layer::Data.name()),
            format!("{cluster}/{CLUSTER_FOLDER}/{}/{namespace}/{file}", Layer::Data.name()),
        ];
        for path in paths {
            if let Some(claim) = self.read(&path)? {
                return Ok(claim.is_kept());
            }
        }
        Ok(false)
    }

    pub fn read(&self, path: &str) -> Result<Option<Published>, Failed> {
        Ok(self.last.read(path)?.and_then(|bytes| Published::read(path, &bytes)))
    }
}

/// What is to be said of objects that leave.
pub fn findings(
    left: &[Published],
    new: &NewTree<'_>,
    added: &BTreeMap<String, Option<Vec<u8>>>,
    facts: &mut Facts<'_>,
) -> Result<Vec<Finding>, Failed> {
    let mut findings = Vec::new();
    let renames = rename::Renames::new(left, new, added);
    let mut homes: BTreeMap<(&str, &str), Vec<&Published>> = BTreeMap::new();
    for old in left {
        homes.entry((&old.place.cluster, old.home())).or_default().push(old);
    }
    for old in left {
        let around = homes.get(&(old.place.cluster.as_str(), old.home())).map(Vec::as_slice).unwrap_or_default();
        let found = if old.is_namespace() && old.is_kept() {
            Some(Finding {
                left_over: Some(format!("namespace {}", old.identity.name)),
                ..Finding::about(&NAMESPACE_REMOVED, old, namespace_leaves(old, around))
            })
        } else if old.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            Some(Finding::about(&CRD_REMOVED, old, format!("{} leaves", plain(old))))
        } else if is_protected(old, facts)? {
            let what = format!("{} leaves", plain(old));
            Some(Finding { left_over: Some(delete_line(old)), ..Finding::about(&DATA_REMOVED, old, what) })
        } else {
            stateful_set_leaves(old, new, facts)?
        };
        findings.extend(found.map(|finding| Finding { because: renames.told(old), ..named_site(finding, around) }));
    }
    Ok(findings)
}

/// A Namespace is its site's where it has but one.
fn named_site(mut finding: Finding, around: &[&Published]) -> Finding {
    if finding.subject.site.is_empty() {
        let sites: std::collections::BTreeSet<&str> = around.iter().map(|other| other.label(labels::SITE)).collect();
        let mut named = sites.into_iter().filter(|site| !site.is_empty());
        if let (Some(only), None) = (named.next(), named.next()) {
            finding.subject.site = only.to_owned();
        }
    }
    finding
}

/// Data that the cluster keeps. A SOPS file carries no annotation, so its namespace answers for it.
fn is_protected(old: &Published, facts: &mut Facts<'_>) -> Result<bool, Failed> {
    if old.is_kept() {
        return Ok(true);
    }
    let place = &old.place;
    Ok(old.is_sops
        && place.layer == Layer::Data
        && !facts.is_let_go(&place.cluster, &place.environment, &place.namespace)?)
}

fn namespace_leaves(old: &Published, around: &[&Published]) -> String {
    let claims: Vec<&str> =
        around.iter().filter(|other| other.is_claim()).map(|claim| claim.identity.name.as_str()).collect();
    match claims.as_slice() {
        [] => format!("namespace {} leaves", old.identity.name),
        [one] => format!("namespace {} leaves with claim {one}", old.identity.name),
        several => {
            format!("namespace {} leaves with {} claims ({})", old.identity.name, several.len(), several.join(", "))
        }
    }
}

/// `--namespace acme persistentvolumeclaim portal-files`, the kind with its group.
fn delete_line(old: &Published) -> String {
    let identity = &old.identity;
    let kind = identity.kind.to_lowercase();
    let kind = if identity.group.is_empty() { kind } else { format!("{kind}.{}", identity.group) };
    match identity.namespace.as_str() {
        "" => format!("{kind} {}", identity.name),
        namespace => format!("--namespace {namespace} {kind} {}", identity.name),
    }
}

/// The claims that a StatefulSet made are nobody's when it leaves.
fn stateful_set_leaves(old: &Published, new: &NewTree<'_>, facts: &mut Facts<'_>) -> Result<Option<Finding>, Failed> {
    let templates = old.get("/spec/volumeClaimTemplates").and_then(Value::as_array);
    let place = &old.place;
    if !old.is("apps", "StatefulSet")
        || templates.is_none_or(Vec::is_empty)
        || new.is_disabled(&place.cluster, old.home(), old.label(labels::SITE))
        || facts.is_let_go(&place.cluster, &place.environment, &place.namespace)?
    {
        return Ok(None);
    }
    let is_deleted = old.text("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted") == "Delete";
    let then =
        if is_deleted { "the claims that it made are deleted" } else { "nothing mounts the claims that it made" };
    let what = format!("{} leaves, and {then}", plain(old));
    Ok(Some(Finding::about(&DATA_DETACHED, old, what)))
}
