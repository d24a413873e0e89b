//! From a template's text to a tree of text and tags, each with its bytes.
//!
//! Takes the text and its [`Origin`]; gives [`Scanned`] and pushes what is wrong with the tags: unclosed, unmatched, foreign.
//! Follows the Mustache specification (mustache/spec) for delimiters, comments and standalone lines. It knows neither values
//! nor partial files: names are bound in [`super::bind`], partials are put in place in [`super::compile`].

mod lex;
mod name;
mod tree;

use super::codes;
use super::origin::{Bytes, Origin};
use crate::diag::{Diagnostic, Diagnostics};
use crate::yaml::read::{HOLE_END, HOLE_START};
use std::sync::Arc;

/// Deepest nesting of sections in one file, and of all sections and partials that are open at one place.
pub const MAX_DEPTH: usize = 100;

/// A template's text, taken apart.
#[derive(Debug, Clone)]
pub struct Scanned {
    pub text: Arc<str>,
    pub origin: Origin,
    pub nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Bytes that are rendered as they are. Lines that hold nothing but a standalone tag are left out.
    Text(Bytes),
    /// A comment or set-delimiters tag inside a line; only its place counts, for the indentation of that line.
    Nothing(Bytes),
    Variable(Variable),
    Section(Section),
    Partial(Partial),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: Box<str>,
    pub tag: Bytes,
    /// `{{x}}`, not `{{{x}}}` or `{{&x}}`; only spec mode tells them apart.
    pub escaped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: Box<str>,
    pub inverted: bool,
    pub open: Boundary,
    pub close: Boundary,
    pub children: Vec<Node>,
}

/// The opening or closing tag of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    pub tag: Bytes,
    /// The tag is alone on its line, so that the whole line is left out.
    pub standalone: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    pub name: Box<str>,
    pub tag: Bytes,
    /// Where the tag is alone on its line: the white space before it, and what follows up to and with the line break.
    /// Neither is part of a text node.
    pub line: Option<(Bytes, Bytes)>,
}

/// Takes a template apart. What is wrong is pushed; the tree holds the rest, so that later stages can say more.
pub fn scan(text: &str, origin: Origin, diagnostics: &mut Diagnostics) -> Scanned {
    refuse_reserved(text, &origin, diagnostics);
    let tokens = lex::lex(text, &origin, diagnostics);
    let nodes = tree::build(text, tokens, &origin, diagnostics);
    Scanned { text: text.into(), origin, nodes }
}

/// Refuses a text that holds the characters of placeholders.
pub(super) fn refuse_reserved(text: &str, origin: &Origin, diagnostics: &mut Diagnostics) {
    for (offset, character) in text.char_indices() {
        if character == HOLE_START || character == HOLE_END {
            let place = origin.span(&(offset..offset + character.len_utf8()));
            let message = format!("the text holds the reserved character U+{:04X}", character as u32);
            diagnostics.push(
                Diagnostic::error(&codes::RESERVED_CHARACTER, message)
                    .at(place, "this invisible character")
                    .help("delete it"),
            );
        }
    }
}
