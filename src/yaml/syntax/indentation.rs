//! Lines whose indentation is at fault: tabs, odd spaces, columns that fit nothing above.

use super::Context;
use crate::yaml::codes;
use crate::yaml::finding::{Finding, narrow};
use crate::yaml::misleading::own_line;
use crate::yaml::places::{line_end, line_start, next_line, token_end};
use granit_parser::ErrorKind;

/// Tabs and odd spaces in the indentation of the line of the error, or of the one after it, where a bare text ended.
pub(super) fn white_space(context: &Context<'_>, at: usize, kind: &ErrorKind) -> Option<Finding> {
    let text = context.text;
    let is_about_tabs = matches!(
        kind,
        ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    );
    let is_in_flow = context.open.last().is_some_and(|open| open.is_flow);
    let this_line = line_start(text, at);
    for start in [Some(this_line), next_line(text, at)].into_iter().flatten() {
        let line = &text[start..line_end(text, start)];
        let indentation = line.len() - line.trim_start().len();
        if let Some(tab) = line[..indentation].find('\t').filter(|_| is_about_tabs || !is_in_flow && start == this_line)
        {
            return Some(tab_finding(start + tab, "tab used for indentation", "indent with spaces"));
        }
        if let Some((space, character)) =
            line[..indentation].char_indices().find(|(_, character)| !character.is_ascii())
        {
            let name = if character == '\u{A0}' { "non-breaking space" } else { "odd space" };
            let (start, end) = (start + space, start + space + character.len_utf8());
            let message = format!("{name} in indentation");
            return Some(
                Finding::error(&codes::INDENTATION, narrow(start), narrow(end), message)
                    .help("indent with plain spaces"),
            );
        }
    }
    if is_about_tabs
        || matches!(kind, ErrorKind::InvalidBlockEntryWhitespace | ErrorKind::InvalidMappingValueWhitespace)
    {
        let tab = text[this_line..line_end(text, at)].find('\t')?;
        return Some(tab_finding(this_line + tab, "tab where only spaces may stand", "use spaces"));
    }
    None
}

fn tab_finding(at: usize, message: &str, help: &str) -> Finding {
    Finding::error(&codes::INDENTATION, narrow(at), narrow(at + 1), message).help(help)
}

/// Lines whose column fits nothing above them.
pub(super) fn columns(context: &Context<'_>, at: usize, kind: &ErrorKind) -> Option<Finding> {
    match kind {
        ErrorKind::MappingValueNotAllowed => continued_text(context, at),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedDocumentStart => odd_column(context, at),
        _ => None,
    }
}

/// A line with a key that was taken for the rest of the bare text above it.
fn continued_text(context: &Context<'_>, at: usize) -> Option<Finding> {
    let text = context.text;
    let start = line_start(text, at);
    let scalar = &context.last_scalar;
    if !(scalar.start < start && start < scalar.end) {
        return None;
    }
    let (indent, above) = (indent_of(text, at), indent_of(text, scalar.start));
    let (from, to) = (narrow(scalar.start), narrow(line_end(text, scalar.start)));
    if indent <= above {
        if let Some(finding) = own_line(text, scalar.start) {
            return Some(finding);
        }
        let finding = Finding::error(&codes::SYNTAX, from, to, "a key without `:`");
        return Some(finding.help("write `key: value`; a text of several lines is indented below its key"));
    }
    Some(
        Finding::error(&codes::INDENTATION, narrow(start + indent), narrow(at), "the line is indented too far")
            .label(format!("{}, so it goes on with the text above", spaces(indent)))
            .also(from, to, format!("{} here", spaces(above)))
            .help("start the keys of one mapping in one column"),
    )
}

/// A line that begins in a column in which nothing above begins.
fn odd_column(context: &Context<'_>, at: usize) -> Option<Finding> {
    let text = context.text;
    let start = line_start(text, at);
    let indent = indent_of(text, at);
    let begins_the_line = text[start..at].trim_start_matches(['-', ' ']).is_empty();
    let column = |offset: usize| offset - line_start(text, offset);
    let mut above: Vec<usize> = context.open.iter().map(|open| open.start).chain(context.last_closed).collect();
    above.retain(|offset| line_start(text, *offset) < start);
    if !begins_the_line || above.iter().any(|offset| column(*offset) == indent) {
        return None;
    }
    let block = context.last_scalar.start;
    if text[block..].starts_with(['|', '>'])
        && !text[context.last_scalar.end..start].contains(|character: char| !character.is_whitespace())
    {
        return Some(
            Finding::error(
                &codes::INDENTATION,
                narrow(start + indent),
                narrow(token_end(text, start + indent)),
                "the line is indented less than the text above it",
            )
            .label(format!("{} here", spaces(indent)))
            .also(narrow(block), narrow(token_end(text, block)), "the text that begins here")
            .help("indent the line as the first line of the text, or as its key"),
        );
    }
    let nearest = above.into_iter().max_by_key(|offset| column(*offset))?;
    let end = token_end(text, start + indent);
    Some(
        Finding::error(&codes::INDENTATION, narrow(start + indent), narrow(end), "the indentation fits no line above")
            .label(format!("{} here", spaces(indent)))
            .also(narrow(nearest), narrow(token_end(text, nearest)), format!("{} here", spaces(column(nearest))))
            .help("start the entries of one mapping or list in one column"),
    )
}

fn spaces(count: usize) -> String {
    match count {
        0 => "no spaces".to_owned(),
        1 => "1 space".to_owned(),
        _ => format!("{count} spaces"),
    }
}

fn indent_of(text: &str, offset: usize) -> usize {
    let line = &text[line_start(text, offset)..];
    line.len() - line.trim_start_matches(' ').len()
}
