//! The commit that bayplan writes: identity, message, trailers; and telling it from others.

use super::object::{Commit, ObjectId};
use super::source::SourceFacts;

/// Author and committer of every published commit.
pub const IDENTITY: &str = "bayplan <bayplan@localhost>";

const SOURCE: &str = "Bayplan-Source";
const SOURCE_TREE: &str = "Bayplan-Source-Tree";
const TREE: &str = "Bayplan-Tree";
const VERSION: &str = "Bayplan-Version";
const ROLLBACK: &str = "Bayplan-Rollback";

/// What a published commit says of itself in its trailers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The source commit.
    pub source: ObjectId,
    /// The tree that holds just the inputs.
    pub source_tree: ObjectId,
    /// The commit's own tree.
    pub tree: ObjectId,
    /// The version of bayplan.
    pub version: String,
    /// The source that was published before, where this one is not its descendant.
    pub rollback_from: Option<ObjectId>,
}

impl Provenance {
    /// Reads the trailers of a commit that bayplan made; none where it is another's, or was changed since.
    pub fn of(commit: &Commit) -> Option<Self> {
        if commit.author != IDENTITY || commit.committer != IDENTITY {
            return None;
        }
        Provenance::claimed(commit).filter(|provenance| provenance.tree == commit.tree)
    }

    /// Reads the trailers of any commit, whoever made it and whatever was done to its tree.
    pub fn claimed(commit: &Commit) -> Option<Self> {
        let trailers = commit.message.trim_end().rsplit("\n\n").next()?;
        let value = |name: &str| -> Option<&str> {
            let mut values = trailers
                .lines()
                .filter_map(|line| line.split_once(": "))
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value);
            values.next().filter(|_| values.next().is_none())
        };
        let id = |name| value(name).and_then(ObjectId::parse);
        Some(Provenance {
            source: id(SOURCE)?,
            source_tree: id(SOURCE_TREE)?,
            tree: id(TREE)?,
            version: value(VERSION)?.to_owned(),
            rollback_from: id(ROLLBACK),
        })
    }
}

/// The commit to write. Everything in it comes from the source, the tool and the branch's tip.
pub fn commit(source: &SourceFacts, provenance: &Provenance, parent: Option<ObjectId>, notes: &[String]) -> Commit {
    Commit {
        tree: provenance.tree,
        parents: parent.into_iter().collect(),
        author: IDENTITY.to_owned(),
        committer: IDENTITY.to_owned(),
        time: source.time,
        message: message(source, provenance, notes),
    }
}

fn message(source: &SourceFacts, provenance: &Provenance, notes: &[String]) -> String {
    let mut text = format!("Render {}", source.commit.short());
    let subject = clean(&source.subject);
    if !subject.is_empty() {
        text.push_str(": ");
        text.push_str(&cut(&subject, 72 - text.len()));
    }
    text.push('\n');
    for note in notes.iter().map(|note| clean_paragraph(note)).filter(|note| !note.is_empty()) {
        text.push('\n');
        text.push_str(&note);
        text.push('\n');
    }
    text.push_str(&format!("\n{SOURCE}: {}\n", provenance.source));
    text.push_str(&format!("{SOURCE_TREE}: {}\n", provenance.source_tree));
    text.push_str(&format!("{TREE}: {}\n", provenance.tree));
    text.push_str(&format!("{VERSION}: {}\n", clean(&provenance.version)));
    if let Some(from) = provenance.rollback_from {
        text.push_str(&format!("{ROLLBACK}: {from}\n"));
    }
    text
}

/// One line without control characters, white space at most one blank wide.
fn clean(text: &str) -> String {
    let visible: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A paragraph keeps its lines; empty ones would end it.
fn clean_paragraph(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line: String = line.chars().filter(|character| !character.is_control()).collect();
        line.trim_end().to_owned()
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// At most so many characters, the last an ellipsis where something was cut.
fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(length.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('\u{2026}');
    cut
}

#[cfg(test)]
mod tests {
    use super::super::object::{CommitTime, ObjectKind, object_id};
    use super::*;

    fn id(text: &str) -> ObjectId {
        object_id(ObjectKind::Blob, text.as_bytes())
    }

    fn facts(subject: &str) -> SourceFacts {
        SourceFacts {
            commit: id("source"),
            reference: None,
            time: CommitTime { seconds: 1_700_000_000, offset: 120 },
            author: "a <a@b>".to_owned(),
            subject: subject.to_owned(),
            body: String::new(),
        }
    }

    fn provenance() -> Provenance {
        Provenance {
            source: id("source"),
            source_tree: id("inputs"),
            tree: id("tree"),
            version: "1.2.3".to_owned(),
            rollback_from: None,
        }
    }

    #[test]
    fn a_commit_reads_back_as_ours() {
        for rollback_from in [None, Some(id("newer"))] {
            let provenance = Provenance { rollback_from, ..provenance() };
            let made = commit(&facts("add a site"), &provenance, Some(id("parent")), &["a note".to_owned()]);
            assert_eq!(Provenance::of(&made), Some(provenance));
        }
    }

    #[test]
    fn a_commit_that_was_touched_is_not_ours() {
        let made = commit(&facts("x"), &provenance(), None, &[]);
        let touched = [
            Commit { tree: id("other"), ..made.clone() },
            Commit { author: "someone <a@b>".to_owned(), ..made.clone() },
            Commit { committer: "someone <a@b>".to_owned(), ..made.clone() },
            Commit { message: made.message.replace("Bayplan-Tree", "Tree"), ..made.clone() },
            Commit { message: format!("{}Bayplan-Tree: {}\n", made.message, id("tree")), ..made.clone() },
            Commit { message: format!("{}\nmore\n", made.message), ..made },
        ];
        for commit in touched {
            assert_eq!(Provenance::of(&commit), None, "{}", commit.message);
        }
    }

    #[test]
    fn nothing_in_a_subject_or_note_passes_for_a_trailer() {
        let forged = format!("Bayplan-Tree: {}", id("forged"));
        let made = commit(
            &facts(&format!("x\n\n{forged}")),
            &provenance(),
            None,
            &[forged, "a\n\n\u{1b}[31mb\u{0}".to_owned()],
        );
        assert_eq!(Provenance::of(&made), Some(provenance()));
        assert!(made.message.contains("\n\na\n[31mb\n\nBayplan-Source: "), "{}", made.message);
    }

    #[test]
    fn the_subject_is_short() {
        let made = commit(&facts(&"long words ".repeat(20)), &provenance(), None, &[]);
        let subject = made.message.lines().next().unwrap();
        assert_eq!(subject.chars().count(), 72);
        assert!(subject.ends_with('\u{2026}'), "{subject}");
    }
}
