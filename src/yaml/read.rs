//! The YAML reader: bytes in, trees with places out.
//!
//! Strict where readers of Kubernetes tools differ, and within budgets: whatever the input, it ends soon, in little memory and
//! on a small stack. It resolves no scalar (see [`super::value`]) and knows nothing of what a document is about.

use super::bytes;
use super::codes;
use super::compose;
use super::finding::{Finding, Findings};
use super::node::{Document, Node, NodeValue};
use crate::diag::Diagnostics;
use crate::source::{FileId, MAX_FILE_BYTES};
use std::ops::Range;

pub use super::bytes::{HOLE_END, HOLE_START};

/// Levels of nesting, with aliases replaced.
pub const MAX_DEPTH: usize = 100;
/// Nodes of one document, with aliases replaced.
pub const MAX_NODES: u32 = 100_000;
/// Nodes that all aliases of one file may copy: many small documents could multiply the budget of one.
pub const MAX_ALIAS_NODES: u32 = 500_000;
/// Bytes of text that all aliases of one file may copy.
pub const MAX_ALIAS_BYTES: u32 = 16 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// The text is a rendered template: U+FDD0, digits, U+FDD1 stand for a value that is filled in later.
    ///
    /// A hole may lie in a scalar (a key too) or in a comment; anywhere else it is an error. `<<` with one hole as its bare
    /// value stays in its mapping as the first entry, for the filler to merge. Without this option U+FDD0 and U+FDD1 are
    /// refused.
    pub holes: bool,
    /// Give the comments' places in [`Reading::comments`], as `holes` does anyway.
    pub comments: bool,
}

/// What a text comes to.
#[derive(Debug, Default)]
pub struct Reading {
    /// The roots of the documents in which no error was found, in order. Empty documents are left out.
    pub roots: Vec<Node>,
    /// Byte ranges of the comments, `#` included, in order; empty unless asked for.
    pub comments: Vec<Range<u32>>,
    /// Errors and warnings; those about bytes first, then by document.
    pub findings: Vec<Finding>,
}

impl Reading {
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Reads all documents of a source file, and pushes what is wrong with it, every place of it.
///
/// After an error of syntax it goes on with the next document. Gives the documents that are sound and not empty: none for an
/// empty file, and that is no error here. Bytes that are not UTF-8, or hold refused characters, give no documents.
pub fn read(file: FileId, bytes: &[u8], options: ReadOptions, diagnostics: &mut Diagnostics) -> Vec<Document> {
    let reading = read_bytes(bytes, options);
    diagnostics.extend(reading.findings.into_iter().map(|finding| finding.into_diagnostic(file)));
    reading.roots.into_iter().map(|root| Document { file, root }).collect()
}

/// Reads a text that is no source file, such as a rendered template; all places are byte offsets into it.
pub fn read_text(text: &str, options: ReadOptions) -> Reading {
    read_bytes(text.as_bytes(), options)
}

/// The text of a source file that is read in another way first, such as a template; what keeps it from being text is pushed.
pub fn decode<'b>(file: FileId, bytes: &'b [u8], diagnostics: &mut Diagnostics) -> Option<&'b str> {
    let mut findings = Findings::default();
    let text = bytes::decode(bytes, &mut findings);
    diagnostics.extend(findings.items.into_iter().map(|finding| finding.into_diagnostic(file)));
    text
}

fn read_bytes(bytes: &[u8], options: ReadOptions) -> Reading {
    let mut findings = Findings::default();
    let (roots, comments) = decode_and_compose(bytes, options, &mut findings);
    if findings.is_full {
        let place = findings.items.last().map_or((0, 0), |last| (last.start, last.end));
        let message = format!("more than {} findings; the rest of the file was not read", Findings::LIMIT);
        findings.items.push(Finding::error(&codes::LIMIT, place.0, place.1, message));
    }
    Reading { roots, comments, findings: findings.items }
}

fn decode_and_compose(bytes: &[u8], options: ReadOptions, findings: &mut Findings) -> (Vec<Node>, Vec<Range<u32>>) {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("the file is over the {} MiB limit", MAX_FILE_BYTES / 1024 / 1024);
        findings.push(Finding::error(&codes::LIMIT, 0, 0, message));
        return Default::default();
    }
    let Some(text) = bytes::decode(bytes, findings) else { return Default::default() };
    let checked = bytes::check(text, options.holes, findings);
    if findings.errors > 0 {
        return Default::default();
    }
    if checked.skipped_marks.is_empty() {
        return compose::compose(text, &checked.holes, checked.has_inner_marks, options, findings);
    }
    without_marks(text, &checked, options, findings)
}

/// Reads a text whose documents begin with byte order marks: they are taken out, and the places moved back.
fn without_marks(
    text: &str,
    checked: &bytes::Checked,
    options: ReadOptions,
    findings: &mut Findings,
) -> (Vec<Node>, Vec<Range<u32>>) {
    const LENGTH: usize = '\u{FEFF}'.len_utf8();
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    let mut marks: Vec<u32> = Vec::new();
    for mark in &checked.skipped_marks {
        clean.push_str(&text[from..*mark]);
        marks.push(super::finding::narrow(clean.len()));
        from = mark + LENGTH;
    }
    clean.push_str(&text[from..]);
    let marks_before = |offset: u32| marks.partition_point(|mark| *mark <= offset);
    let moved = |offset: u32| offset + super::finding::narrow(LENGTH * marks_before(offset));
    let holes: Vec<Range<usize>> = checked
        .holes
        .iter()
        .map(|hole| {
            let before = LENGTH * checked.skipped_marks.partition_point(|mark| *mark < hole.start);
            hole.start - before..hole.end - before
        })
        .collect();

    let mut inner = Findings::default();
    let (mut roots, mut comments) = compose::compose(&clean, &holes, checked.has_inner_marks, options, &mut inner);
    for mut finding in inner.items {
        (finding.start, finding.end) = (moved(finding.start), moved(finding.end));
        for note in &mut finding.related {
            (note.start, note.end) = (moved(note.start), moved(note.end));
        }
        findings.push(finding);
    }
    findings.is_full |= inner.is_full;
    roots.iter_mut().for_each(|root| move_node(root, &moved));
    comments.iter_mut().for_each(|comment| *comment = moved(comment.start)..moved(comment.end));
    (roots, comments)
}

fn move_node(node: &mut Node, moved: &impl Fn(u32) -> u32) {
    (node.start, node.end) = (moved(node.start), moved(node.end));
    match &mut node.value {
        NodeValue::Scalar { .. } => {}
        NodeValue::Sequence(items) => items.iter_mut().for_each(|item| move_node(item, moved)),
        NodeValue::Mapping(entries) => entries.iter_mut().for_each(|entry| {
            move_node(&mut entry.key, moved);
            move_node(&mut entry.value, moved);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every node's source text, parents first.
    fn slices<'t>(text: &'t str, node: &Node, found: &mut Vec<&'t str>) {
        found.push(&text[node.start as usize..node.end as usize]);
        node.items().iter().for_each(|item| slices(text, item, found));
        if let NodeValue::Mapping(entries) = &node.value {
            for entry in entries {
                slices(text, &entry.key, found);
                slices(text, &entry.value, found);
            }
        }
    }

    #[test]
    fn nodes_know_their_bytes() {
        let text = "\u{FEFF}a: 'é' # x\nb: # | y\n  |+\n  t\n  u\n\nc:\n- {d: [1]}\n- e:\n    f\n    g\n  h:\n";
        let reading = read_text(text, ReadOptions::default());
        assert!(reading.findings.is_empty(), "{:?}", reading.findings);
        let mut found = Vec::new();
        slices(text, &reading.roots[0], &mut found);
        assert_eq!(found[0], &text[3..text.len() - 1]);
        let expected =
            ["a", "'é'", "b", "|+\n  t\n  u", "c", "- {d: [1]}\n- e:\n    f\n    g\n  h:", "{d: [1]}", "d", "[1]", "1"];
        assert_eq!(found[1..11], expected);
        assert_eq!(found[11..], ["e:\n    f\n    g\n  h:", "e", "f\n    g", "h", ""]);
    }

    #[test]
    fn findings_lie_between_characters() {
        for text in ["b: [x, \u{a0}<: y}}\n", "b: [\u{e9}: y}\n", "{\"a\": [\u{e9}b\": [1]}}, [], {}]}\n"] {
            let reading = read_text(text, ReadOptions::default());
            assert!(!reading.findings.is_empty(), "{text}");
            for finding in &reading.findings {
                let places = [(finding.start, finding.end)].into_iter();
                for (start, end) in places.chain(finding.related.iter().map(|note| (note.start, note.end))) {
                    assert!(text.get(start as usize..end as usize).is_some(), "{start}..{end} of {text}");
                }
            }
        }
    }

    #[test]
    fn comments_are_given_in_order_where_they_are_asked_for() {
        let text = "# a\nb: | # c\n  # d\ne: \"# f\" # g\n";
        let options = ReadOptions { comments: true, ..ReadOptions::default() };
        let comments = read_text(text, options).comments;
        let found: Vec<&str> = comments.iter().map(|range| &text[range.start as usize..range.end as usize]).collect();
        assert_eq!(found, ["# a", "# c", "# g"]);
        assert!(read_text(text, ReadOptions::default()).comments.is_empty());
    }
}
