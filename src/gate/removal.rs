//! `data-removed`, `namespace-removed`, `crd-removed`, and StatefulSets that leave their volumes behind.

use super::codes::{CRD_REMOVED, DATA_DETACHED, DATA_REMOVED, NAMESPACE_REMOVED};
use super::facts::Facts;
use super::finding::{Finding, plain};
use super::mounts::{self, Mount, Volume};
use super::new_tree::NewTree;
use super::object::{Place, Published, is_watched};
use super::rename;
use crate::failure::Failed;
use crate::finish::labels;
use crate::spec::common::Layer;
use serde_json::Value;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be said of objects that leave. `stayed` has the namespaces, by cluster, of which some object is at another path.
pub fn findings(
    left: &[Published],
    new: &NewTree<'_>,
    added: &BTreeMap<String, Option<Vec<u8>>>,
    stayed: &BTreeSet<(String, String)>,
    mounted: &mut Mounted<'_>,
    facts: &mut Facts<'_>,
) -> Result<Vec<Finding>, Failed> {
    let mut findings = Vec::new();
    let renames = rename::Renames::new(left, new, added, stayed);
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
        if found.is_none() {
            findings.extend(claims_forsaken(old, left, new, mounted, facts)?);
        }
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

/// Data that the cluster keeps. What is passed through carries no annotation, so its namespace answers for it.
fn is_protected(old: &Published, facts: &mut Facts<'_>) -> Result<bool, Failed> {
    if old.is_kept() {
        return Ok(true);
    }
    let place = &old.place;
    Ok(old.is_verbatim
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

/// The claims that a StatefulSet made are nobody's when it leaves, or are deleted with it.
fn stateful_set_leaves(old: &Published, new: &NewTree<'_>, facts: &mut Facts<'_>) -> Result<Option<Finding>, Failed> {
    let templates = old.get("/spec/volumeClaimTemplates").and_then(Value::as_array);
    let place = &old.place;
    if !old.is("apps", "StatefulSet")
        || templates.is_none_or(Vec::is_empty)
        || facts.is_let_go(&place.cluster, &place.environment, &place.namespace)?
    {
        return Ok(None);
    }
    if old.text("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted") == "Delete" {
        let what = format!("{} leaves, and the claims that it made are deleted with it", plain(old));
        return Ok(Some(Finding::about(&DATA_REMOVED, old, what)));
    }
    if new.is_disabled(&place.cluster, old.home(), old.label(labels::SITE)) {
        return Ok(None);
    }
    let what = format!("{} leaves, and nothing mounts the claims that it made", plain(old));
    Ok(Some(Finding::about(&DATA_DETACHED, old, what)))
}

/// Claims that stay while the workload that mounted them leaves, and that no other mounts.
fn claims_forsaken(
    old: &Published,
    left: &[Published],
    new: &NewTree<'_>,
    mounted: &mut Mounted<'_>,
    facts: &Facts<'_>,
) -> Result<Vec<Finding>, Failed> {
    let Place { cluster, environment, namespace, .. } = &old.place;
    let mounts = mounts::of(old);
    if mounts.is_empty()
        || !new.has_namespace(cluster, old.home())
        || new.is_disabled(cluster, old.home(), old.label(labels::SITE))
    {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    for mount in mounts {
        let Volume::Claim(claim) = &mount.volume else { continue };
        let identity = old.claim(claim);
        if left.iter().any(|other| other.identity == identity && other.place.cluster == *cluster)
            || mounted.shows(&mount, &old.place.cluster, old.home(), mounts::runs_on(&old.identity.kind), new, facts)?
            || !facts.is_claim_kept(cluster, environment, namespace, claim)?
        {
            continue;
        }
        let folder = if mount.sub_path.is_empty() { String::new() } else { format!("folder {} of ", mount.sub_path) };
        let what = format!("{} leaves, and nothing mounts {folder}claim {claim} any more", plain(old));
        findings.push(Finding::about(&DATA_DETACHED, old, what));
    }
    findings.dedup_by(|one, other| one.what == other.what);
    Ok(findings)
}

/// What the workloads of the new tree mount, by path; looked up where a workload leaves.
pub struct Mounted<'g> {
    /// Of files that differ and stay.
    changed: &'g BTreeMap<String, BTreeSet<Mount>>,
    /// The bytes of files that are new.
    added: &'g BTreeMap<String, Option<Vec<u8>>>,
    known: BTreeMap<String, BTreeSet<Mount>>,
}

impl<'g> Mounted<'g> {
    pub fn new(changed: &'g BTreeMap<String, BTreeSet<Mount>>, added: &'g BTreeMap<String, Option<Vec<u8>>>) -> Self {
        Mounted { changed, added, known: BTreeMap::new() }
    }

    /// Whether some workload shows what a mount showed; one that runs on is asked for where the one that leaves did. Where a
    /// CronJob leaves, such as a backup of a whole claim, it is enough that some part of the claim is in use.
    fn shows(
        &mut self,
        mount: &Mount,
        cluster: &str,
        namespace: &str,
        runs_on: bool,
        new: &NewTree<'_>,
        facts: &Facts<'_>,
    ) -> Result<bool, Failed> {
        let shows = |other: &Mount| {
            let is_around = other.sub_path == mount.sub_path || other.sub_path.is_empty();
            other.volume == mount.volume && (is_around || !runs_on)
        };
        for object in new.objects_in(cluster, namespace) {
            let kind = object.identity.kind.as_str();
            if !is_watched(&object.path) || runs_on && !mounts::runs_on(kind) {
                continue;
            }
            if self.of(&object.path, facts)?.iter().any(shows) {
                return Ok(true);
            }
        }
        for folder in new.kept_folders(cluster, namespace) {
            for path in facts.last.files(&folder)?.into_iter().filter(|path| is_watched(path)) {
                let object = facts.read(&path)?.filter(|object| !runs_on || mounts::runs_on(&object.identity.kind));
                if object.is_some_and(|object| mounts::of(&object).iter().any(shows)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn of(&mut self, path: &str, facts: &Facts<'_>) -> Result<&BTreeSet<Mount>, Failed> {
        let slot = match self.known.entry(path.to_owned()) {
            Entry::Occupied(slot) => return Ok(slot.into_mut()),
            Entry::Vacant(slot) => slot,
        };
        let of = |object: Option<Published>| object.map(|object| mounts::of(&object)).unwrap_or_default();
        Ok(slot.insert(match (self.changed.get(path), self.added.get(path)) {
            (Some(mounts), _) => mounts.clone(),
            (None, Some(bytes)) => of(bytes.as_ref().and_then(|bytes| Published::read(path, bytes))),
            // As it was.
            (None, None) => of(facts.read(path)?),
        }))
    }
}
