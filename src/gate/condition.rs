//! Conditions of findings that more than the two versions of an object decide.

use super::facts::Facts;
use super::finding::Finding;
use super::new_tree::NewTree;
use super::object::Published;
use super::owner::{self, Passage};
use crate::emit::CLUSTER_FOLDER;
use crate::failure::Failed;
use crate::spec::common::Layer;
use std::collections::BTreeMap;

/// When a finding is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Always,
    /// Where this claim was published, is protected, and does not leave itself, which has its own gate.
    ClaimIsKept(String),
    /// Where the namespace was not published with `protect: false`.
    NamespaceIsKept,
    /// Where somebody else has it from now on, and it was not just renamed.
    IsHandedOver(Vec<Passage>),
    /// Where the cluster may refuse to let a claim of this storage class grow.
    GrowthIsDoubtful {
        class: String,
    },
}

/// StorageClasses that the new tree adds or changes, by path.
pub type Classes = BTreeMap<String, Published>;

/// Keeps the findings whose condition holds.
pub fn keep_those_that_hold(
    findings: Vec<Finding>,
    left: &[Published],
    classes: &Classes,
    new: &NewTree<'_>,
    facts: &mut Facts<'_>,
) -> Result<Vec<Finding>, Failed> {
    let mut kept = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let subject = &finding.subject;
        let (cluster, environment, namespace) = (&subject.cluster, &subject.environment, &subject.namespace);
        let holds = match &finding.condition {
            Condition::Always => true,
            Condition::ClaimIsKept(claim) => {
                let leaves = left.iter().any(|old| {
                    old.is_claim()
                        && old.identity.name == *claim
                        && old.identity.namespace == *namespace
                        && old.place.cluster == *cluster
                });
                !leaves && facts.is_claim_kept(cluster, environment, namespace, claim)?
            }
            Condition::IsHandedOver(passages) => {
                let is_let_go = facts.is_let_go(cluster, environment, namespace)?;
                let severity = if is_let_go { None } else { owner::judged(passages, cluster, new, facts)? };
                finding.severity = severity.unwrap_or(finding.severity);
                severity.is_some()
            }
            Condition::NamespaceIsKept => !facts.is_let_go(cluster, environment, namespace)?,
            Condition::GrowthIsDoubtful { class } => {
                let why = doubt(&finding, class, classes, facts)?;
                finding.what.extend(why.map(|why| format!(": {why}")));
                why.is_some()
            }
        };
        if holds {
            kept.push(finding);
        }
    }
    Ok(kept)
}

/// Why a claim may not grow. Only a bound one may, and only where its class lets it; whether it is bound is not in the tree, but
/// one that no pod uses is bound only where its class does not wait for the first pod.
fn doubt(finding: &Finding, class: &str, classes: &Classes, facts: &Facts<'_>) -> Result<Option<&'static str>, Failed> {
    let subject = &finding.subject;
    let path = format!("{}/{CLUSTER_FOLDER}/{}/storageclass-{class}.yaml", subject.cluster, Layer::Platform.name());
    let class = match classes.get(&path) {
        Some(class) => Some(class.clone()),
        None => facts.read(&path)?,
    };
    if let Some(class) = class {
        if class.get("/allowVolumeExpansion").and_then(serde_json::Value::as_bool) != Some(true) {
            return Ok(Some("its storage class does not say `allowVolumeExpansion: true`"));
        }
        if class.text("/volumeBindingMode") != "WaitForFirstConsumer" {
            return Ok(None);
        }
    }
    let is_used = facts.is_claim_used(&subject.cluster, &subject.environment, &subject.namespace, &subject.name)?;
    Ok((!is_used).then_some("no published pod uses it, so it may not be bound yet"))
}
