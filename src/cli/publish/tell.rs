//! What became of a branch, for people and for machines.

use crate::cli::report::Report;
use crate::failure::Failed;
use crate::publish::{ChangeKind, Changes, CommitSource, Outcome};
use serde_json::json;

/// What came of a branch; a race that was lost is not told here.
pub fn outcome(
    report: &Report,
    branch: &str,
    source: &CommitSource,
    outcome: Outcome,
    notes: &[String],
) -> Result<(), Failed> {
    let published = match outcome {
        Outcome::Unchanged { notices, .. } => {
            notices.iter().for_each(|notice| report.note(&format!("note: {notice}")));
            if report.is_json() {
                return report.result_line(&json!({"type": "result", "branch": branch, "state": "unchanged"}));
            }
            return report.result_bytes(format!("{branch}: up to date\n").as_bytes());
        }
        Outcome::LostRace => return Ok(()),
        Outcome::Published(published) => published,
    };
    published.notices.iter().for_each(|notice| report.note(&format!("note: {notice}")));
    notes.iter().for_each(|note| report.note(note));
    let source = source.facts().commit;
    let changes = &published.changes;
    if report.is_json() {
        return report.result_line(&json!({
            "type": "result", "branch": branch, "state": "published", "commit": published.commit.to_string(),
            "parent": published.parent.map(|parent| parent.to_string()), "tree": published.tree.to_string(),
            "source": source.to_string(), "added": changes.added, "modified": changes.modified,
            "removed": changes.removed, "notes": notes,
        }));
    }
    let line = format!("{branch}: {} from {} ({})\n", published.commit.short(), source.short(), counted(changes));
    report.result_bytes(line.as_bytes())
}

/// What would come of it, for `--dry-run`.
pub fn planned(report: &Report, branch: &str, changes: &Changes) -> Result<(), Failed> {
    if report.is_json() {
        let paths: Vec<_> = changes
            .paths
            .iter()
            .map(|change| json!({"path": change.path, "change": change_word(change.kind)}))
            .collect();
        return report.result_line(&json!({
            "type": "result", "branch": branch, "state": "planned", "added": changes.added,
            "modified": changes.modified, "removed": changes.removed, "paths": paths,
        }));
    }
    let mut text = format!("{branch}: would change ({})\n", counted(changes));
    if changes.is_empty() {
        text = format!("{branch}: would not change\n");
    }
    for change in &changes.paths {
        text.push_str(&format!("  {} {}\n", change_word(change.kind), change.path));
    }
    report.result_bytes(text.as_bytes())
}

fn change_word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Removed => "removed",
    }
}

fn counted(changes: &Changes) -> String {
    format!("{} added, {} modified, {} removed", changes.added, changes.modified, changes.removed)
}
