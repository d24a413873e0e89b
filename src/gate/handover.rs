//! `delivery-moved`: what applied objects leaves, and the objects stay.
//!
//! Flux and Argo CD delete what a Kustomization or Application applied when it goes, whether or not another one is about to apply
//! the same: the two know nothing of each other.

use super::codes::DELIVERY_MOVED;
use super::facts::Facts;
use super::finding::Finding;
use super::object::{Place, Published, identity_of, read_object};
use crate::acknowledgement::Subject;
use crate::diag::Severity;
use crate::emit::DELIVERY_FOLDER;
use crate::failure::Failed;
use crate::finish::{labels, protection};
use crate::object::Identity;
use crate::output::cluster_of;
use serde_json::Value;
use std::collections::BTreeSet;

/// The index of a cluster's delivery, below the cluster's folder.
pub const INDEX: &str = "delivery/kustomization.yaml";
/// Objects named in one message; the rest are counted.
const MAX_NAMED: usize = 3;

/// A published Kustomization or Application.
#[derive(Debug, Clone)]
pub struct Applier {
    cluster: String,
    identity: Identity,
    environment: String,
    tenant: String,
    /// The folders that it applies.
    folders: Vec<String>,
    /// Whether what it applied goes with it.
    deletes: bool,
    /// Where Argo CD applies it; nothing with Flux.
    destination: Value,
}

/// Whether a path is that of an object that applies others.
pub fn is_applier(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let (folder, file, rest) = (parts.next(), parts.next().unwrap_or_default(), parts.next());
    folder == Some(DELIVERY_FOLDER)
        && rest.is_none()
        && (file.starts_with("kustomization-") || file.starts_with("application-"))
}

impl Applier {
    pub fn read(path: &str, bytes: &[u8]) -> Option<Self> {
        let value = read_object(bytes)?;
        let identity = identity_of(&value)?;
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let label = |key: &str| {
            let labels = value.pointer("/metadata/labels");
            labels.and_then(|labels| labels.get(key)).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let sources = value.pointer("/spec/sources").and_then(Value::as_array).into_iter().flatten();
        let of_sources = sources.filter_map(|source| source.get("path")?.as_str());
        let paths = [text("/spec/path"), text("/spec/source/path")].into_iter().chain(of_sources);
        let folders = paths.map(|path| path.trim_start_matches("./").to_owned()).filter(|path| !path.is_empty());
        let deletes = match identity.kind.as_str() {
            "Kustomization" => {
                value.pointer("/spec/prune") == Some(&Value::Bool(true)) && text("/spec/deletionPolicy") != "Orphan"
            }
            _ => {
                let finalizers = value.pointer("/metadata/finalizers").and_then(Value::as_array);
                finalizers.is_some_and(|list| !list.is_empty())
            }
        };
        Some(Applier {
            cluster: cluster_of(path).to_owned(),
            environment: label(labels::ENVIRONMENT),
            tenant: label(labels::TENANT),
            folders: folders.collect(),
            deletes,
            destination: value.pointer("/spec/destination").cloned().unwrap_or_default(),
            identity,
        })
    }

    /// Whether another version of it is the same to the cluster.
    pub fn is_same_as(&self, new: &Applier) -> bool {
        self.identity == new.identity
    }

    /// That what it applied would be looked for in another cluster.
    pub fn sent_elsewhere(&self, new: &Applier) -> Option<Finding> {
        let cluster = |applier: &Applier| {
            let of = |key: &str| applier.destination.get(key).and_then(Value::as_str).map(str::to_owned);
            of("name").or_else(|| of("server"))
        };
        let (was, is) = (cluster(self)?, cluster(new)?);
        (was != is).then(|| self.finding(Severity::Error, format!("{} goes to {is} instead of {was}", self.identity)))
    }

    fn finding(&self, severity: Severity, what: String) -> Finding {
        let subject = Subject {
            cluster: self.cluster.clone(),
            environment: self.environment.clone(),
            tenant: self.tenant.clone(),
            site: String::new(),
            namespace: self.identity.namespace.clone(),
            kind: self.identity.kind.clone(),
            name: self.identity.name.clone(),
        };
        Finding { severity, ..Finding::error(&DELIVERY_MOVED, subject, what) }
    }
}

/// What is to be said of those that leave. `gone` has the paths of objects that leave themselves, and `moved` has objects of which
/// another gate tells that they are made anew; a cluster of `undelivered` has no delivery any more, so that nothing tells the
/// cluster that any of it left.
pub fn findings(
    leaving: &[Applier],
    gone: &BTreeSet<&str>,
    moved: &BTreeSet<Subject>,
    undelivered: &BTreeSet<String>,
    facts: &Facts<'_>,
) -> Result<Vec<Finding>, Failed> {
    let mut findings = Vec::new();
    for applier in leaving.iter().filter(|applier| applier.deletes && !undelivered.contains(&applier.cluster)) {
        let (mut grave, mut others) = (Vec::new(), 0);
        for folder in &applier.folders {
            for path in facts.last.files(folder)? {
                if Place::of(&path).is_none() || gone.contains(path.as_str()) {
                    continue;
                }
                match facts.read(&path)? {
                    Some(object) if moved.contains(&object.subject()) => {}
                    Some(object) if protection::is_kept(&object.value) => {}
                    Some(object) if is_grave(&object) => grave.push(object.identity.to_string()),
                    Some(_) | None => others += 1,
                }
            }
        }
        if grave.is_empty() && others == 0 {
            continue;
        }
        let severity = if grave.is_empty() { Severity::Warning } else { Severity::Error };
        let all = grave.len() + others;
        let named: Vec<&str> = grave.iter().take(MAX_NAMED).map(String::as_str).collect();
        let told = match (named.as_slice(), all - named.len()) {
            ([], 1) => "1 object".to_owned(),
            ([], more) => format!("{more} objects"),
            (named, 0) => named.join(", "),
            (named, more) => format!("{} and {more} more", named.join(", ")),
        };
        let stays = if all == 1 { "stays" } else { "stay" };
        findings.push(applier.finding(severity, format!("{} leaves while {told} {stays}", applier.identity)));
    }
    // The grave ones first, and one yes for all of a cluster, where one is due.
    findings.sort_by_key(|finding| finding.severity);
    let refused: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.subject.cluster.clone())
        .collect();
    for finding in findings.iter_mut().filter(|finding| refused.contains(&finding.subject.cluster)) {
        finding.severity = Severity::Error;
    }
    Ok(findings)
}

/// What may not be gone for a moment: it takes data or an address along.
fn is_grave(object: &Published) -> bool {
    object.is("apiextensions.k8s.io", "CustomResourceDefinition")
        || object.is("apps", "StatefulSet")
        || object.is("", "Service") && object.text("/spec/type") == "LoadBalancer"
}
