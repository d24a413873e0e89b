//! `job-runs-again`: a Job that ran once comes back under another name.

use super::codes::JOB_RUNS_AGAIN;
use super::condition::Condition;
use super::finding::{Finding, plain};
use super::new_tree::NewTree;
use super::object::Published;
use crate::finish::labels;
use crate::pipeline::ObjectSummary;
use std::collections::BTreeMap;

/// How Flux is told to leave a Job alone that is there.
const SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";
/// Digits of the hash at the end of a Job's name that runs on change.
const DIGITS: usize = 8;

/// What is to be said of Jobs that leave, where others come in their place.
pub fn findings(left: &[Published], new: &NewTree<'_>, added: &BTreeMap<String, Option<Vec<u8>>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for old in left.iter().filter(|old| ran_once(old)) {
        let site = old.label(labels::SITE);
        let fresh = new
            .objects_in(&old.place.cluster, old.home())
            .filter(|object| object.identity.is("batch", "Job") && added.contains_key(&object.path));
        let comes_back = |object: &&ObjectSummary| {
            let bytes = added.get(&object.path).and_then(Option::as_ref);
            let is_sites = bytes
                .and_then(|bytes| Published::read(&object.path, bytes))
                .is_some_and(|job| job.label(labels::SITE) == site);
            is_sites && (object.runs_once || on_change_name(&object.identity.name) == Some(&old.identity.name))
        };
        let Some(heir) = fresh.into_iter().find(comes_back) else { continue };
        let what = match heir.runs_once {
            true => format!("{} ran once, and {} runs in its place", plain(old), heir.identity.name),
            false => format!("{} ran once, and runs on each change from now on", plain(old)),
        };
        let finding = Finding::about(&JOB_RUNS_AGAIN, old, what);
        findings.push(Finding { path: Some(heir.path.clone()), condition: Condition::NamespaceIsKept, ..finding });
    }
    findings
}

/// Whether a published Job was one that runs once. With Argo CD it carries no mark, and its name has no hash.
fn ran_once(old: &Published) -> bool {
    old.is("batch", "Job")
        && (old.annotation(SSA) == "IfNotPresent" || !old.annotation(crate::delivery::argocd::SYNC_WAVE).is_empty())
        && on_change_name(&old.identity.name).is_none()
}

/// The name that a Job which runs on change has in its template.
fn on_change_name(name: &str) -> Option<&str> {
    let (base, hash) = name.rsplit_once('-')?;
    let is_hash =
        hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
    is_hash.then_some(base)
}
