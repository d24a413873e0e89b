//! Quotes and brackets that are not closed, or not where their author thought, and escapes that are none.

use super::{Context, error};
use crate::yaml::codes;
use crate::yaml::escapes::escapes;
use crate::yaml::finding::{Finding, narrow};
use crate::yaml::places::{line_end, line_start, token_end};
use granit_parser::ErrorKind;

pub(super) fn explain(context: &Context<'_>, at: usize, kind: &ErrorKind) -> Option<Finding> {
    use ErrorKind as E;
    let text = context.text;
    match kind {
        E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent | E::DocumentIndicatorInQuotedScalar => {
            let opening = opening_quote(text, context.last_end, at)?;
            Some(unclosed(text, opening, format!("unclosed quote {}", &text[opening..=opening])))
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            let opening = opening_quote(text, context.last_end, at)?;
            if text[opening..at].contains('\n') {
                let message = format!("unclosed quote {}", &text[opening..=opening]);
                let note = "the next quote closes it before this";
                return Some(unclosed(text, opening, message).also(narrow(at), narrow(token_end(text, at)), note));
            }
            let finding = error(text, &codes::SYNTAX, at, "text after a closing quote");
            let closing = at - text[opening..at].len() + text[opening..at].trim_end().len();
            let finding = finding.also(narrow(opening), narrow(closing), "the quoted text");
            Some(finding.help(if text[opening..].starts_with('\'') {
                "put the whole text in quotes; inside single quotes write '' for '"
            } else {
                "put the whole text in quotes; inside double quotes write \\\" for \""
            }))
        }
        E::UnclosedFlowCollection { open } => Some(unclosed(text, at, format!("unclosed bracket {open}"))),
        E::MismatchedFlowCollectionEnd { open, close } => {
            let finding = error(text, &codes::UNCLOSED, at, format!("bracket {open} closed by {close}"));
            // An entry `a: b` of a list is open too, and has no bracket.
            let is_bracket = |start: usize| text[start..].starts_with(['[', '{']);
            Some(match context.open.iter().rev().find(|open| open.is_flow && is_bracket(open.start)) {
                Some(open) => finding.also(narrow(open.start), narrow(open.start + 1), "opened here"),
                None => finding,
            })
        }
        E::UnknownQuotedScalarEscape => {
            bad_escape(text, at, "unknown escape", "write \\\\ for a backslash, or use single quotes")
        }
        E::InvalidQuotedScalarHexEscape | E::InvalidLowSurrogateHexEscape => {
            bad_escape(text, at, "hexadecimal digits are missing", "write \\xNN, \\uNNNN or \\UNNNNNNNN")
        }
        E::InvalidLowSurrogate | E::MissingLowSurrogate | E::UnpairedLowSurrogate | E::InvalidUnicodeEscape => {
            bad_escape(text, at, "the escape names no character", "write the character itself")
        }
        _ if is_flow_structure(kind) => open_bracket(context, at),
        _ => None,
    }
}

/// Errors inside `[` or `{` that mostly mean that the bracket was never closed.
fn is_flow_structure(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidIndentation
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofImplicitFlowMapping
    )
}

/// A line that cannot belong to the bracket opened above it.
fn open_bracket(context: &Context<'_>, at: usize) -> Option<Finding> {
    let text = context.text;
    if let Some(quote) = opening_quote(text, context.last_end, at) {
        return Some(unclosed(text, quote, format!("unclosed quote {}", &text[quote..=quote])));
    }
    let open = context.open.last().filter(|open| open.is_flow)?;
    let bracket = text[open.start..].chars().next().filter(|bracket| matches!(bracket, '[' | '{'))?;
    let is_below = at == text.len() || line_start(text, at) > open.start;
    is_below.then(|| {
        unclosed(text, open.start, format!("unclosed bracket {bracket}")).also(
            narrow(at),
            narrow(token_end(text, at)),
            "this line cannot belong to it",
        )
    })
}

fn unclosed(text: &str, start: usize, message: String) -> Finding {
    Finding::error(&codes::UNCLOSED, narrow(start), narrow(start + 1), message)
        .label("opened here")
        .help(if text[start..].starts_with(['"', '\'']) { "close the quote" } else { "close the bracket" })
}

/// The quote that was opened between the last thing read and the error, and not closed before it.
fn opening_quote(text: &str, from: usize, error_at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    let mut can_start = true;
    while at < error_at.min(bytes.len()) {
        match bytes[at] {
            b'#' if at == 0 || bytes[at - 1].is_ascii_whitespace() => at = line_end(text, at),
            quote @ (b'"' | b'\'') if can_start => {
                let end = quoted_end(bytes, at, quote);
                // What follows the closing quote may be blanks and then the error.
                let is_closed_before = end.is_some_and(|end| !text[end..error_at.max(end)].trim().is_empty());
                if !is_closed_before {
                    return Some(at);
                }
                at = end.unwrap_or(bytes.len());
                can_start = false;
            }
            byte => {
                can_start = byte.is_ascii_whitespace() || matches!(byte, b'[' | b'{' | b',' | b':' | b'-' | b'?');
                at += 1;
            }
        }
    }
    None
}

/// The offset after the closing quote.
fn quoted_end(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The parser reports a bad escape at the opening quote.
fn bad_escape(text: &str, quote: usize, message: &str, help: &str) -> Option<Finding> {
    let (range, _) = escapes(text.get(quote..)?).find(|(_, character)| character.is_none())?;
    let (start, end) = (quote + range.start, quote + range.end);
    Some(Finding::error(&codes::SYNTAX, narrow(start), narrow(end), message.to_owned()).help(help))
}
