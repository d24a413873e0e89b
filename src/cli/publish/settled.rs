//! Tells that there is nothing to do, without reading any input.

use super::last::Known;
use super::{PublishArgs, publish_options, tell_unchanged};
use crate::cli::report::Report;
use crate::failure::Failed;
use crate::publish::{CommitSource, Outcome, Publisher};
use serde_json::json;
use std::collections::BTreeSet;

/// Whether each branch is up to date, which is then told. What is not told here is for a whole run to find out: another answer
/// gives no reason, and leaves nothing behind.
pub fn tell(args: &PublishArgs, report: &Report, source: &CommitSource, known: &Known) -> Result<bool, Failed> {
    let Some(branches) = branches(args, known) else { return Ok(false) };
    if args.source.is_none() {
        source.check_work_tree(&known.named)?;
    }
    let source_tree = source.inputs_tree(&known.named)?;
    let mut settled = Vec::new();
    for branch in branches {
        match up_to_date(args, source, branch, source_tree)? {
            Some(outcome) => settled.push((branch, outcome)),
            None => return Ok(false),
        }
    }
    for (branch, outcome) in settled {
        tell_unchanged(report, branch, &outcome)?;
    }
    report.summary("", json!({"exitCode": 0}))?;
    Ok(true)
}

/// The branches to look at; none where a whole run has to say which.
fn branches<'k>(args: &'k PublishArgs, known: &'k Known) -> Option<BTreeSet<&'k str>> {
    // One branch of all, or a cluster's own: whether that may be is judged by a whole run.
    let branches: BTreeSet<&str> = match (&args.branch, &args.cluster) {
        (None, None) => known.branches.values().map(String::as_str).collect(),
        (Some(branch), None) => [branch.as_str()].into(),
        (None, Some(cluster)) => {
            let branch = known.branches.get(cluster)?;
            let sharing = known.branches.values().filter(|other| *other == branch).count();
            (sharing == 1).then(|| [branch.as_str()].into())?
        }
        (Some(_), Some(_)) => return None,
    };
    (!branches.is_empty()).then_some(branches)
}

fn up_to_date(
    args: &PublishArgs,
    source: &CommitSource,
    branch: &str,
    source_tree: crate::publish::ObjectId,
) -> Result<Option<Outcome>, Failed> {
    let Ok(publisher) = Publisher::open(source, publish_options(args, branch)) else { return Ok(None) };
    let Ok(previous) = publisher.previous() else { return Ok(None) };
    Ok(publisher.up_to_date(&previous, Some(source_tree))?)
}
