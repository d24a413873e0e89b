//! What is YAML but not what its author meant: odd spaces, missing spaces, escapes that no text may hold.
//!
//! Takes single scalars and entries with their places in the text; gives findings.

use super::bytes::{HOLE_END, HOLE_START};
use super::codes;
use super::escapes::escapes;
use super::finding::{Finding, Findings};
use super::places::{line_end, line_start};
use std::ops::Range;

/// A bare scalar: spaces that YAML takes for letters, where a person would take them for spaces.
pub(super) fn odd_spaces(text: &str, scalar: &Range<usize>) -> Option<Finding> {
    let source = &text[scalar.clone()];
    if source.is_ascii() {
        return None;
    }
    let (at, character) = odd_space(source)?;
    let place = scalar.start + at..scalar.start + at + character.len_utf8();
    let name = if character == '\u{A0}' { "non-breaking space" } else { "odd space" };
    let line = &text[line_start(text, scalar.start)..scalar.start];
    Some(if source[..at].ends_with(':') {
        Finding::error_in(&codes::SPACING, &place, format!("{name} after `:`")).help("use a plain space")
    } else if at == 0 && line.trim_matches(' ').is_empty() {
        Finding::error_in(&codes::INDENTATION, &place, format!("{name} in indentation"))
            .help("indent with plain spaces")
    } else {
        Finding::error_in(&codes::INDENTATION, &place, format!("{name} at the edge of a bare text"))
            .help("remove it, or quote the text")
    })
}

/// A double-quoted scalar: NUL, and the characters of holes, which would pass for one.
pub(super) fn refused_escapes(text: &str, scalar: &Range<usize>, findings: &mut Findings) {
    let source = &text[scalar.clone()];
    if !source.contains('\\') {
        return;
    }
    for (at, character) in escapes(source) {
        let message = match character {
            Some('\0') => "NUL in a text",
            Some(HOLE_START | HOLE_END) => "a noncharacter that bayplan keeps for itself",
            Some(_) | None => continue,
        };
        let place = scalar.start + at.start..scalar.start + at.end;
        findings.push(Finding::error_in(&codes::CHARACTER, &place, message).help("remove it"));
    }
}

/// Any scalar: a byte order mark, most likely left by putting two files together.
pub(super) fn inner_mark(text: &str, scalar: &Range<usize>) -> Option<Finding> {
    let at = scalar.start + text[scalar.clone()].find('\u{FEFF}')?;
    let place = at..at + '\u{FEFF}'.len_utf8();
    let finding = Finding::warning_in(&codes::CHARACTER, &place, "byte order mark inside a text");
    Some(finding.help("remove it, or write it as \"\\uFEFF\""))
}

/// A bare scalar in brackets that begins with `?`: a text in YAML 1.2, a key to kubectl.
pub(super) fn question_mark(text: &str, scalar: &Range<usize>) -> Option<Finding> {
    text[scalar.clone()].starts_with('?').then(|| {
        let place = scalar.start..scalar.start + 1;
        Finding::error_in(&codes::SYNTAX, &place, "`?` at the start of a bare text in brackets")
            .help("quote the text: kubectl takes the `?` for the sign of a key")
    })
}

/// A block scalar that should end in a line break at the end of a text that does not: YAML 1.2 and kubectl put one there,
/// kustomize and PyYAML do not.
pub(super) fn open_end(text: &str, scalar: &Range<usize>) -> Option<Finding> {
    (scalar.end == text.len() && !text.ends_with('\n')).then(|| {
        let place = scalar.end..scalar.end;
        Finding::warning_in(&codes::LINE_ENDS, &place, "the file ends inside a text without a line break")
            .label("read with a line break here, as kubectl does; not so by kustomize")
            .help("end the file with a line break, or begin the text with `|-`")
    })
}

/// A bare key of a flow mapping that has no value: `{a:1}` is a key `a:1`.
pub(super) fn flow_key(text: &str, key: &Range<usize>) -> Option<Finding> {
    text.get(key.clone())?.find(':').map(|colon| missing_space(key.start + colon))
}

/// A bare scalar that is the first thing on its line: `key:value` there is a text, and reads as an entry.
pub(super) fn own_line(text: &str, scalar: usize) -> Option<Finding> {
    if !text[line_start(text, scalar)..scalar].trim_start_matches(['-', ' ']).is_empty() {
        return None;
    }
    key_without_space(&text[scalar..line_end(text, scalar)]).map(|colon| missing_space(scalar + colon))
}

/// The first space that YAML takes for a letter, at the edges of a bare text's lines or after a colon.
fn odd_space(source: &str) -> Option<(usize, char)> {
    let is_odd = |character: char| !character.is_ascii() && character.is_whitespace();
    source.char_indices().find(|(at, character)| {
        let is_edge = || {
            let before = source[..*at].trim_end_matches([' ', '\t']);
            let after = source[*at + character.len_utf8()..].trim_start_matches([' ', '\t']);
            let is_line_edge = |rest: &str| rest.is_empty() || rest.starts_with(['\n', '\r']);
            before.is_empty() || before.ends_with(['\n', ':']) || is_line_edge(after)
        };
        is_odd(*character) && is_edge()
    })
}

/// Where the colon is in a line such as `key:value`; none in `http://...`.
fn key_without_space(line: &str) -> Option<usize> {
    let colon =
        line.find(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '_' | '-' | '.' | '/'))?;
    let rest = line[colon..].strip_prefix(':')?;
    let starts_as_key = line.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
    let follows = rest.chars().next()?;
    (starts_as_key && !follows.is_whitespace() && !rest.starts_with("//") && !line[..colon].ends_with('/'))
        .then_some(colon)
}

fn missing_space(colon: usize) -> Finding {
    Finding::error_in(&codes::SPACING, &(colon..colon + 1), "missing space after `:`")
        .help("write `key: value`; quote the text if it is one")
}
