//! `owner-changed`: a namespace or data that stays, and is somebody else's from now on.
//!
//! Namespaces get their names from patterns, so an edit of a pattern can give one environment the namespaces of another, with all
//! data in them. Names alone do not tell that: nothing leaves and nothing comes. The owner's labels do.

use super::codes::OWNER_CHANGED;
use super::condition::Condition;
use super::facts::Facts;
use super::finding::{Finding, plain};
use super::new_tree::NewTree;
use super::object::Published;
use super::pair::Pair;
use crate::diag::Severity;
use crate::failure::Failed;
use crate::finish::labels;
use std::collections::BTreeSet;

/// In what respect something is somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Tenant,
    Environment,
    Site,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Tenant, Role::Environment, Role::Site];

    pub fn of(self, object: &Published) -> &str {
        match self {
            Role::Tenant => object.label(labels::TENANT),
            Role::Environment => object.label(labels::ENVIRONMENT),
            Role::Site => object.label(labels::SITE),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Role::Tenant => "tenant",
            Role::Environment => "environment",
            Role::Site => "site",
        }
    }
}

/// An owner that was replaced by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    role: Role,
    old: String,
    new: String,
}

/// What is to be said of one object; whether it is refused is decided by [`judged`].
pub fn finding(pair: &Pair) -> Option<Finding> {
    let Pair { old, new } = pair;
    if !old.is_kept() && !old.has_claim_templates() {
        return None;
    }
    let passages: Vec<Passage> = Role::ALL
        .into_iter()
        .map(|role| Passage { role, old: role.of(old).to_owned(), new: role.of(new).to_owned() })
        .filter(|Passage { old, new, .. }| !old.is_empty() && !new.is_empty() && old != new)
        .collect();
    if passages.is_empty() {
        return None;
    }
    let told = passages.iter().map(|Passage { role, old, new }| format!("from {0} {old} to {0} {new}", role.name()));
    let what = format!("{} passes {}", plain(old), told.collect::<Vec<_>>().join(" and "));
    let condition = Condition::IsHandedOver(passages);
    Some(Finding { condition, ..Finding::about(&OWNER_CHANGED, old, what) })
}

/// How bad it is that something passes to another owner; none where an environment was renamed, which says nothing of who is in
/// it.
///
/// It is a rename where the old owner has nothing any more and the new one had nothing before.
pub fn judged(
    passages: &[Passage],
    cluster: &str,
    new: &NewTree<'_>,
    facts: &mut Facts<'_>,
) -> Result<Option<Severity>, Failed> {
    let mut worst = None;
    for Passage { role, old, new: heir } in passages {
        let is_rename = !has_any(new, *role, old) && !facts.had_any(cluster, *role, heir)?;
        match (is_rename, role) {
            (false, _) => return Ok(Some(Severity::Error)),
            (true, Role::Tenant | Role::Site) => worst = Some(Severity::Warning),
            (true, Role::Environment) => {}
        }
    }
    Ok(worst)
}

fn has_any(new: &NewTree<'_>, role: Role, name: &str) -> bool {
    new.units.iter().any(|unit| match role {
        Role::Tenant => unit.tenant == name,
        Role::Environment => unit.environment == name,
        Role::Site => unit.sites.iter().any(|site| site == name),
    })
}

/// Leaves out what the Namespace says for all that is in it.
pub fn without_repetition(findings: &mut Vec<Finding>) {
    let is_ours = |finding: &Finding| finding.code.name == OWNER_CHANGED.name;
    let passage = |finding: &Finding| match &finding.condition {
        Condition::IsHandedOver(passages) => passages.clone(),
        _ => Vec::new(),
    };
    let told: Vec<(String, String, Vec<Passage>)> = findings
        .iter()
        .filter(|finding| is_ours(finding) && finding.subject.kind == "Namespace")
        .map(|finding| (finding.subject.cluster.clone(), finding.subject.namespace.clone(), passage(finding)))
        .collect();
    let homes: BTreeSet<(&str, &str)> =
        told.iter().map(|(cluster, namespace, _)| (cluster.as_str(), namespace.as_str())).collect();
    findings.retain(|finding| {
        let (cluster, namespace) = (finding.subject.cluster.as_str(), finding.subject.namespace.as_str());
        if !is_ours(finding) || finding.subject.kind == "Namespace" || !homes.contains(&(cluster, namespace)) {
            return true;
        }
        let own = passage(finding);
        !told
            .iter()
            .any(|(of, home, told)| of == cluster && home == namespace && own.iter().all(|one| told.contains(one)))
    });
}
