//! Tells of branches that clusters had which the specs no longer have: nobody moves them any more.

use super::PublishArgs;
use crate::cli::report::Report;
use crate::failure::Failed;
use crate::publish::{CommitSource, rendered_branches};
use std::collections::BTreeMap;

/// Tells of rendered branches that look as `pattern`, the Fleet's `publish.branch`, and are none of `known`.
pub fn tell(
    args: &PublishArgs,
    report: &Report,
    source: &CommitSource,
    pattern: &str,
    known: &BTreeMap<String, String>,
) -> Result<(), Failed> {
    let (Some(start), Some(end)) = (pattern.find("{{"), pattern.rfind("}}")) else { return Ok(()) };
    if args.branch.is_some() || args.cluster.is_some() {
        return Ok(());
    }
    let (before, after) = (&pattern[..start], &pattern[end + 2..]);
    for branch in rendered_branches(source.repository())? {
        let is_like =
            branch.len() > before.len() + after.len() && branch.starts_with(before) && branch.ends_with(after);
        if is_like && !known.values().any(|known| *known == branch) {
            report.note(&format!(
                "note: no cluster of these specs is published to `{branch}`; it is left as it is, and what applies it goes on"
            ));
        }
    }
    Ok(())
}
