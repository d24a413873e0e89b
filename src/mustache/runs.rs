//! What a template is compiled to: runs of text and holes, and the sections between them.

use super::engine::Structure;
use crate::source::{FileId, Span};
use std::sync::Arc;

/// What a file may render, and what the partials of a file may add up to: 64 MiB.
pub(super) const BUDGET: usize = 64 * 1024 * 1024;
/// What a piece of text or a turn of a section counts in a budget besides its bytes.
pub(super) const PIECE_COST: usize = 16;
/// A template that is ready for the engine.
#[derive(Debug)]
pub(super) struct Compiled<A> {
    pub structure: Structure,
    pub runs: Vec<Run<A>>,
    pub sections: Vec<CompiledSection<A>>,
    /// The partials that were put in place, each tag once, in order of file and place.
    pub includes: Vec<Include>,
    /// Each time that a partial was put in place, in order of the text.
    pub inclusions: Vec<Inclusion>,
}

/// One time that a partial was put in place; [`Text::through`] and its like are numbers of these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inclusion {
    /// The tag that names the partial.
    pub tag: Span,
    /// The inclusion that this tag itself came through.
    pub outer: Option<u32>,
}

impl<A> Compiled<A> {
    /// The tags that a text came through, from the file that is rendered to the innermost.
    pub fn tags_of(&self, through: Option<u32>) -> Vec<Span> {
        let mut tags = Vec::new();
        let mut next = through;
        while let Some(inclusion) = next.and_then(|number| self.inclusions.get(number as usize)) {
            tags.push(inclusion.tag);
            next = inclusion.outer;
        }
        tags.reverse();
        tags
    }

    /// A section and those around it, from the innermost outwards.
    pub fn around(&self, section: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(section, |number| self.sections.get(*number)?.outer)
    }
}

/// A partial that a tag names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Include {
    pub file: FileId,
    pub tag: Span,
}

#[derive(Debug)]
pub(super) struct CompiledSection<A> {
    pub address: A,
    pub tag: Span,
    pub inverted: bool,
    /// The section that it is in.
    pub outer: Option<usize>,
}

/// Text and holes without a section between them.
#[derive(Debug)]
pub(super) struct Run<A> {
    pub pieces: Vec<Piece<A>>,
    /// What it counts in a budget.
    pub cost: usize,
    /// It begins with `---`: a new document, if it stands at the start of a line.
    pub begins_document: bool,
    /// It ends in a line break.
    pub ends_line: bool,
    /// The section that it is in.
    pub section: Option<usize>,
    /// The section that begins right behind it.
    pub section_behind: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Piece<A> {
    Text(Text),
    Hole(Hole<A>),
}

#[derive(Debug)]
pub(super) struct Text {
    pub text: Box<str>,
    pub place: Place,
    pub through: Option<u32>,
}

/// Where text comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Byte for byte from here.
    Exact(Span),
    /// All of it from here: indentation and line breaks of a partial's tag, a string with escapes.
    Whole(Span),
}

/// A place that a value fills.
#[derive(Debug)]
pub(super) struct Hole<A> {
    pub tag: Span,
    pub through: Option<u32>,
    pub source: HoleSource<A>,
}

#[derive(Debug)]
pub(super) enum HoleSource<A> {
    /// A variable, and its name as written.
    Value { name: Box<str>, address: A },
    /// A word-for-word partial.
    File { name: Box<str>, file: FileId, text: Arc<str> },
}

impl<A> Piece<A> {
    /// Bytes of its text.
    pub fn len(&self) -> usize {
        match self {
            Piece::Text(text) => text.text.len(),
            Piece::Hole(_) => 0,
        }
    }
}
