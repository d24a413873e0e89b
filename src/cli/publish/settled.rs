//! Tells that there is nothing to do, without reading any input.

use super::last::Known;
use super::{PublishArgs, abandoned, publish_options, tell};
use crate::cli::report::Report;
use crate::failure::Failed;
use crate::publish::{CommitSource, GitError, ObjectId, Previous, PublishOptions, Publisher};
use serde_json::json;
use std::collections::BTreeMap;

/// Whether each branch is up to date, which is then told. What is not told here is for a whole run to find out: another answer
/// gives no reason, and leaves nothing behind.
pub fn tell(args: &PublishArgs, report: &Report, source: &CommitSource, known: &Known) -> Result<bool, Failed> {
    let Some(branches) = branches(args, known) else { return Ok(false) };
    if args.source.is_none() {
        source.check_work_tree(&known.named)?;
    }
    let source_tree = source.inputs_tree(&known.named)?;
    let mut settled = Vec::new();
    for (branch, clusters) in branches {
        let options = publish_options(args, branch, known.hydrator.clone());
        match UpToDate::find(source, options, source_tree, &clusters) {
            Ok(Some(found)) => settled.push((branch, found)),
            Ok(None) | Err(_) => return Ok(false),
        }
    }
    // Only now may a local branch or a note follow: a whole run would not see that it had to.
    let mut outcomes = Vec::new();
    for (branch, UpToDate { publisher, previous, tip }) in &settled {
        match publisher.settle(previous, *tip) {
            Ok(outcome) => outcomes.push((branch, outcome)),
            Err(_) => return Ok(false),
        }
    }
    for (branch, outcome) in outcomes {
        tell::outcome(report, branch, source, outcome, &[])?;
    }
    abandoned::tell(args, report, source, &known.pattern, &known.branches)?;
    report.summary("", json!({"exitCode": 0}))?;
    Ok(true)
}

/// The branches to look at with the clusters of each; none where a whole run has to say which.
fn branches<'k>(args: &'k PublishArgs, known: &'k Known) -> Option<BTreeMap<&'k str, Vec<String>>> {
    let mut branches: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (cluster, branch) in &known.branches {
        let branch = args.branch.as_ref().unwrap_or(branch);
        branches.entry(branch).or_default().push(cluster.clone());
    }
    if let Some(cluster) = &args.cluster {
        // One branch of all: whether one cluster of it may be published is judged by a whole run.
        branches.retain(|_, clusters| clusters == std::slice::from_ref(cluster));
    }
    (!branches.is_empty()).then_some(branches)
}

/// A branch that is up to date.
struct UpToDate {
    publisher: Publisher,
    previous: Previous,
    tip: ObjectId,
}

impl UpToDate {
    fn find(
        source: &CommitSource,
        options: PublishOptions,
        source_tree: ObjectId,
        clusters: &[String],
    ) -> Result<Option<Self>, GitError> {
        let publisher = Publisher::open(source, options)?;
        let previous = publisher.previous()?;
        let tip = publisher.up_to_date(&previous, Some(source_tree), clusters)?;
        Ok(tip.map(|tip| UpToDate { publisher, previous, tip }))
    }
}
