//! Says what is wrong with a text that the parser refuses, at the place that a person would look at.
//!
//! Takes the parser's error and what was open when it came; gives a finding. The parser says where it noticed; the cause may
//! lie before that: the opening quote, the tab, the line that is indented otherwise. Offsets are those of the parsed text.

mod indentation;
mod quotes;

use super::bytes::HOLE_START;
use super::codes;
use super::finding::{Finding, narrow};
use super::misleading::own_line;
use super::places::{line_end, line_start, token_end};
use super::read::MAX_DEPTH;
use crate::diag::Code;
use granit_parser::{ErrorKind, ScanError};
use std::ops::Range;

/// What was known when the error came.
pub(super) struct Context<'t> {
    pub text: &'t str,
    /// The collections that were open, outermost first.
    pub open: Vec<OpenCollection>,
    /// End of the last thing that was read.
    pub last_end: usize,
    pub last_scalar: Range<usize>,
    /// Start of the block collection that ended last.
    pub last_closed: Option<usize>,
}

pub(super) struct OpenCollection {
    pub start: usize,
    pub is_flow: bool,
}

pub(super) fn too_deep(start: usize) -> Finding {
    let message = format!("more than {MAX_DEPTH} levels of nesting");
    Finding::error(&codes::LIMIT, narrow(start), narrow(start), message)
}

pub(super) fn tag(text: &str, range: &Range<usize>) -> Finding {
    if text[range.clone()].contains(HOLE_START) {
        return Finding::error_in(&codes::MISPLACED_HOLE, range, "a variable in a tag")
            .help("leave the tag out, or quote the text");
    }
    Finding::error_in(&codes::TAG, range, "tags are not supported")
        .help("delete the tag; quote a value that is to be a string, and a text that begins with `!`")
}

pub(super) fn explain(context: &Context<'_>, error: &ScanError) -> Finding {
    let at = floor(context.text, error.marker().byte_offset().unwrap_or(context.text.len()));
    if let Some(finding) = limits_and_directives(context.text, at, error.kind()) {
        return finding;
    }
    quotes::explain(context, at, error.kind())
        .or_else(|| indentation::white_space(context, at, error.kind()))
        .or_else(|| missing_space(context.text, at, error.kind()))
        .or_else(|| indentation::columns(context, at, error.kind()))
        .unwrap_or_else(|| in_words(context, at, error.kind()))
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn limits_and_directives(text: &str, at: usize, kind: &ErrorKind) -> Option<Finding> {
    match kind {
        ErrorKind::RecursionLimitExceeded => Some(too_deep(at)),
        ErrorKind::DirectiveDisallowed => {
            let line = &text[at..line_end(text, at)];
            let range = at..at + line.trim_end().len();
            Some(if line.contains(HOLE_START) {
                Finding::error_in(&codes::MISPLACED_HOLE, &range, "a variable in a directive").help("delete the line")
            } else {
                Finding::error_in(&codes::DIRECTIVE, &range, "directives are not supported").help("delete the line")
            })
        }
        ErrorKind::BomInsideDocument => {
            Some(error(text, &codes::CHARACTER, at, "byte order mark inside a document").help("remove it"))
        }
        _ => None,
    }
}

fn in_words(context: &Context<'_>, at: usize, kind: &ErrorKind) -> Finding {
    use ErrorKind as E;
    let text = context.text;
    let (message, help): (String, &str) = match kind {
        E::UnexpectedCharacter { character } => {
            (format!("a bare text cannot begin with `{}`", character.escape_default()), "quote the text")
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement => (
            "a key and its value cannot stand here".to_owned(),
            "quote the text if its colon belongs to it; otherwise begin a new line",
        ),
        E::BlockSequenceEntryNotAllowed | E::BlockEntryInFlowCollection => (
            "a list item cannot stand here".to_owned(),
            "begin a new line with `- `; quote a text that begins with `-`",
        ),
        E::MappingKeyNotAllowed => {
            ("a key cannot stand here".to_owned(), "begin a new line; quote a text that begins with `?`")
        }
        E::ExpectedBlockMappingKey => return no_key(text, at),
        E::ExpectedBlockSequenceEntry => {
            ("a list item was expected here".to_owned(), "begin the line with `- `, or indent it to its item")
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("a key without `:`".to_owned(), "write `key: value`; a text of several lines is indented below its key")
        }
        E::ExpectedFlowMappingSeparator => {
            ("`,` or `}` was expected here".to_owned(), "separate the entries with commas")
        }
        E::ExpectedFlowSequenceSeparator => {
            ("`,` or `]` was expected here".to_owned(), "separate the items with commas")
        }
        E::MisplacedFlowCollectionEnd => {
            ("a closing bracket that was never opened".to_owned(), "remove it, or quote the text")
        }
        E::CommentNotSeparated => {
            ("a comment needs a space before `#`".to_owned(), "write ` #`; quote the text if `#` belongs to it")
        }
        E::CommentInterceptedScalar => {
            ("a comment in the middle of a text of several lines".to_owned(), "move the comment, or quote the text")
        }
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => (
            "nothing but `+`, `-`, a digit and a comment may follow `|` or `>`".to_owned(),
            "begin the text on the next line; quote a text that begins with `|` or `>`",
        ),
        E::InvalidBlockScalarIndent => {
            ("a blank line is indented further than the text below it".to_owned(), "take spaces off the blank line")
        }
        E::ExpectedDocumentStart | E::InvalidDocumentEnd => {
            ("text after the end of the document".to_owned(), "begin a new document with `---`, or indent the line")
        }
        E::UnexpectedEofBlockMapping | E::UnexpectedEofBlockSequence | E::ExpectedNodeContent => {
            ("a value was expected here".to_owned(), "quote the text if it is one")
        }
        E::MissingAnchorOrAliasName => {
            ("a name was expected after `&` or `*`".to_owned(), "quote a text that begins with `&` or `*`")
        }
        E::PlainScalarStartsWithDashFlowIndicator => {
            ("a bare text cannot begin with this".to_owned(), "quote the text")
        }
        E::ExpectedTagBang
        | E::ExpectedTagDirectiveBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8
        | E::UndeclaredTagHandle => {
            return tag(text, &(at..token_end(text, at)));
        }
        other => return error(text, &codes::SYNTAX, at, other.to_string()),
    };
    error(text, &codes::SYNTAX, at, message).help(help)
}

/// The parser expected a key, and the line begins with a dash, or goes on after a value, or has no key.
fn no_key(text: &str, at: usize) -> Finding {
    let line = line_start(text, at);
    let before = text[line..at].trim_start_matches(' ');
    let first = at - before.len();
    if text[first..].starts_with("- ") && before.trim_start_matches(['-', ' ']).is_empty() {
        error(text, &codes::SYNTAX, first, "a list item among the keys of a mapping")
            .help("put the list below a key of its own")
    } else if before.is_empty() {
        error(text, &codes::SYNTAX, at, "a key was expected here").help("write `key: value`")
    } else {
        error(text, &codes::SYNTAX, at, "text after the end of the value").help("put the whole value in quotes")
    }
}

fn missing_space(text: &str, at: usize, kind: &ErrorKind) -> Option<Finding> {
    if !matches!(kind, ErrorKind::SimpleKeyExpected | ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidSimpleKey)
    {
        return None;
    }
    let start = at + text[at..].len() - text[at..].trim_start_matches(' ').len();
    own_line(text, start)
}

fn error(text: &str, code: &'static Code, at: usize, message: impl Into<String>) -> Finding {
    Finding::error(code, narrow(at), narrow(token_end(text, at)), message)
}
