//! From a scanned template to what the engine executes: partials put in place, names bound, text gathered into runs.
//!
//! Takes a tree of tags, the partial table and something that binds names; gives runs, sections and the engine's structure.
//! It renders nothing and knows no values.

use super::codes;
use super::engine::Builder;
use super::origin::{Bytes, Origin};
use super::partials::{Partial as Target, Partials};
use super::runs::{
    BUDGET, Compiled, CompiledSection, Hole, HoleSource, Include, Inclusion, PIECE_COST, Piece, Place, Run, Text,
};
use super::scan::{MAX_DEPTH, Node, Partial, Scanned, Section};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use std::collections::BTreeSet;

/// What putting a partial in place counts besides its text.
const PARTIAL_COST: usize = 1024;

/// Binds names while the tree is walked through.
pub(super) trait Names {
    /// Where a value is found.
    type Address;
    /// Unknown partials are errors, and a standalone partial ends in a line break. The specification has neither.
    const IS_STRICT: bool;
    fn variable(&mut self, name: &str, escaped: bool, tag: Span) -> Result<Self::Address, Box<Diagnostic>>;
    /// Binds a section's name and goes into it, whether it was bound or not.
    fn enter(&mut self, name: &str, inverted: bool, tag: Span) -> Result<Self::Address, Box<Diagnostic>>;
    fn leave(&mut self);
}

/// Compiles a template. Nothing where the engine refused the structure, which would be a bug; all else that is wrong is
/// pushed, and the result must not be used then.
pub(super) fn compile<N: Names>(
    template: &Scanned,
    partials: &Partials,
    names: &mut N,
    diagnostics: &mut Diagnostics,
) -> Option<Compiled<N::Address>> {
    let mut compiler = Compiler {
        partials,
        names,
        diagnostics,
        builder: Builder::new(),
        runs: Vec::new(),
        sections: Vec::new(),
        pieces: Vec::new(),
        begins_document: false,
        inside: Vec::new(),
        chain: Vec::new(),
        through: None,
        inclusions: Vec::new(),
        open_sections: 0,
        includes: BTreeSet::new(),
        cost: 0,
    };
    compiler.walk(&template.nodes, template, None);
    compiler.end_run();
    let Compiler { builder, runs, sections, includes, inclusions, .. } = compiler;
    let includes = includes.into_iter().collect();
    match builder.finish() {
        Ok(structure) => Some(Compiled { structure, runs, sections, includes, inclusions }),
        Err(error) => {
            let message = format!("the template engine refused its own structure: {error}");
            diagnostics.push(
                Diagnostic::error(&codes::ENGINE_REFUSED, message)
                    .at(Span::file(template.origin.file_id()), "")
                    .help("this is a bug of bayplan: please report it with this template"),
            );
            None
        }
    }
}

struct Compiler<'p, 'd, N: Names> {
    partials: &'p Partials,
    names: &'d mut N,
    diagnostics: &'d mut Diagnostics,
    builder: Builder,
    runs: Vec<Run<N::Address>>,
    sections: Vec<CompiledSection<N::Address>>,
    /// The run that is being gathered.
    pieces: Vec<Piece<N::Address>>,
    begins_document: bool,
    /// The sections that are open, outermost first; an unknown one has the number of the one around it.
    inside: Vec<usize>,
    /// The partials that are being put in place, with the tags that name them.
    chain: Vec<(Box<str>, Span)>,
    /// The innermost of them, as a number of `inclusions`.
    through: Option<u32>,
    inclusions: Vec<Inclusion>,
    open_sections: usize,
    includes: BTreeSet<Include>,
    cost: usize,
}

/// What is put before each line of a partial, and the tag that it comes from.
#[derive(Clone)]
struct Indent {
    text: String,
    tag: Span,
}

impl<N: Names> Compiler<'_, '_, N> {
    fn walk(&mut self, nodes: &[Node], source: &Scanned, indent: Option<&Indent>) {
        for node in nodes {
            if !self.charge(PIECE_COST) {
                return;
            }
            match node {
                Node::Text(bytes) => self.text(bytes, source, indent),
                Node::Nothing(tag) => self.indent(tag.start, source, indent),
                Node::Variable(variable) => {
                    self.indent(variable.tag.start, source, indent);
                    let tag = source.origin.span(&variable.tag);
                    match self.names.variable(&variable.name, variable.escaped, tag) {
                        Ok(address) => {
                            let source = HoleSource::Value { name: variable.name.clone(), address };
                            self.pieces.push(Piece::Hole(Hole { tag, through: self.through, source }));
                        }
                        Err(error) => self.diagnostics.push(*error),
                    }
                }
                Node::Section(section) => self.section(section, source, indent),
                Node::Partial(partial) => self.partial(partial, source, indent),
            }
        }
    }

    fn section(&mut self, section: &Section, source: &Scanned, indent: Option<&Indent>) {
        if !section.open.standalone {
            self.indent(section.open.tag.start, source, indent);
        }
        let run_before = self.end_run();
        let tag = source.origin.span(&section.open.tag);
        if self.is_too_deep(tag) {
            return;
        }
        match self.names.enter(&section.name, section.inverted, tag) {
            Ok(address) => {
                let number = self.builder.open(section.inverted);
                let outer = self.inside.last().copied();
                self.sections.push(CompiledSection { address, tag, inverted: section.inverted, outer });
                if let Some(run) = run_before.and_then(|run| self.runs.get_mut(run)) {
                    run.section_behind = Some(number);
                }
                self.inside.push(number);
                self.inside(section, source, indent);
                self.inside.pop();
                self.builder.close(number);
            }
            Err(error) => {
                self.diagnostics.push(*error);
                self.inside(section, source, indent);
            }
        }
        self.names.leave();
    }

    fn inside(&mut self, section: &Section, source: &Scanned, indent: Option<&Indent>) {
        self.open_sections += 1;
        self.walk(&section.children, source, indent);
        if !section.close.standalone {
            self.indent(section.close.tag.start, source, indent);
        }
        self.end_run();
        self.open_sections -= 1;
    }

    fn partial(&mut self, partial: &Partial, source: &Scanned, indent: Option<&Indent>) {
        let tag = source.origin.span(&partial.tag);
        let Some(target) = self.partials.get(&partial.name) else {
            if N::IS_STRICT {
                self.diagnostics.push(self.partials.unknown(&partial.name, tag));
            }
            return;
        };
        match target {
            Target::File(file) => {
                self.includes.insert(Include { file: file.file, tag });
                let empty = partial.tag.start..partial.tag.start;
                let (before, after) = partial.line.clone().unwrap_or((empty.clone(), empty));
                self.indent(partial.line.as_ref().map_or(partial.tag.start, |line| line.0.start), source, indent);
                self.text_as_it_is(&before, source);
                let hole = HoleSource::File { name: partial.name.clone(), file: file.file, text: file.text.clone() };
                self.pieces.push(Piece::Hole(Hole { tag, through: self.through, source: hole }));
                self.text_as_it_is(&after, source);
            }
            Target::Template(target) => {
                let target = target.clone();
                self.includes.insert(Include { file: target.origin.file_id(), tag });
                if partial.line.is_none() {
                    self.indent(partial.tag.start, source, indent);
                }
                self.put_in_place(partial, &target, tag, source, indent);
            }
        }
    }

    fn put_in_place(
        &mut self,
        partial: &Partial,
        target: &Scanned,
        tag: Span,
        source: &Scanned,
        indent: Option<&Indent>,
    ) {
        if self.chain.iter().any(|(name, _)| *name == partial.name) {
            self.diagnostics.push(recursive(&self.chain, &partial.name, tag));
            return;
        }
        if self.is_too_deep(tag) || !self.charge(PARTIAL_COST) {
            return;
        }
        let outer = indent.map_or("", |indent| indent.text.as_str());
        let inner = partial
            .line
            .as_ref()
            .map(|(before, _)| Indent { text: format!("{outer}{}", &source.text[before.clone()]), tag });
        let inner = inner.filter(|indent| !indent.text.is_empty());
        let outer = self.through;
        self.through = u32::try_from(self.inclusions.len()).ok();
        self.inclusions.push(Inclusion { tag, outer });
        self.chain.push((partial.name.clone(), tag));
        self.walk(&target.nodes, target, inner.as_ref());
        self.chain.pop();
        self.through = outer;
        if N::IS_STRICT && partial.line.is_some() && self.leaves_line_open(target) {
            self.push_text("\n", Place::Whole(tag));
        }
    }

    /// Whether the last line that a partial renders is without a line break: not where it is the line of a standalone tag,
    /// which is left out.
    fn leaves_line_open(&self, partial: &Scanned) -> bool {
        match partial.nodes.last() {
            None => false,
            Some(Node::Text(bytes)) => !partial.text[bytes.clone()].ends_with('\n'),
            Some(Node::Nothing(_) | Node::Variable(_)) => true,
            Some(Node::Section(section)) => !section.close.standalone,
            Some(Node::Partial(inner)) => match (&inner.line, self.partials.get(&inner.name)) {
                (Some((_, after)), Some(Target::File(_))) => !partial.text[after.clone()].ends_with('\n'),
                (Some(_), _) => false,
                (None, _) => true,
            },
        }
    }

    fn is_too_deep(&mut self, tag: Span) -> bool {
        let is_too_deep = self.open_sections + self.chain.len() >= MAX_DEPTH;
        if is_too_deep {
            let message = format!("sections and partials nest more than {MAX_DEPTH} levels deep");
            let mut error = Diagnostic::error(&codes::TEMPLATE_DEPTH, message).at(tag, "one level too many");
            if let Some((name, tag)) = self.chain.last() {
                error = error.also(*tag, format!("partial `{name}` is included here"));
            }
            self.diagnostics.push(error);
        }
        is_too_deep
    }

    /// Puts the indentation where a line of the partial's own text begins.
    fn indent(&mut self, offset: usize, source: &Scanned, indent: Option<&Indent>) {
        if let Some(indent) = indent.filter(|_| is_line_start(&source.text, offset)) {
            self.push_text(&indent.text, Place::Whole(indent.tag));
        }
    }

    fn text(&mut self, bytes: &Bytes, source: &Scanned, indent: Option<&Indent>) {
        if indent.is_none() {
            self.text_as_it_is(bytes, source);
            return;
        }
        let mut start = bytes.start;
        for line in source.text[bytes.clone()].split_inclusive('\n') {
            self.indent(start, source, indent);
            self.text_as_it_is(&(start..start + line.len()), source);
            start += line.len();
        }
    }

    fn text_as_it_is(&mut self, bytes: &Bytes, source: &Scanned) {
        self.push_text(&source.text[bytes.clone()], place(&source.origin, bytes));
    }

    /// Adds text to the run; a line of `---` begins a new one.
    fn push_text(&mut self, mut text: &str, mut place: Place) {
        while !text.is_empty() {
            if begins_document(text) {
                let is_line_start = match self.pieces.last() {
                    None => true,
                    Some(Piece::Text(before)) => before.text.ends_with('\n'),
                    Some(Piece::Hole(_)) => false,
                };
                if is_line_start {
                    self.end_run();
                    self.begins_document = true;
                }
            }
            let (head, rest) = text.split_at(next_document(text).unwrap_or(text.len()));
            if self.charge(head.len()) {
                self.pieces.push(Piece::Text(Text { text: head.into(), place, through: self.through }));
            }
            if let Place::Exact(span) = &mut place {
                span.start += u32::try_from(head.len()).unwrap_or(u32::MAX);
            }
            text = rest;
        }
    }

    /// Counts what was read; false, and an error once, where that is too much.
    fn charge(&mut self, bytes: usize) -> bool {
        let was_within = self.cost <= BUDGET;
        self.cost = self.cost.saturating_add(bytes);
        if was_within && self.cost > BUDGET {
            let error = Diagnostic::error(&codes::TEMPLATE_BUDGET, "the text with all its partials is over 64 MiB");
            self.diagnostics.push(match self.chain.last() {
                Some((_, tag)) => {
                    error.at(*tag, "this partial is one of them").help("include fewer partials from partials")
                }
                None => error,
            });
        }
        self.cost <= BUDGET
    }

    /// Ends the run that is being gathered; gives its number where there was one.
    fn end_run(&mut self) -> Option<usize> {
        let begins_document = std::mem::take(&mut self.begins_document);
        if self.pieces.is_empty() {
            return None;
        }
        let pieces = std::mem::take(&mut self.pieces);
        let ends_line = matches!(pieces.last(), Some(Piece::Text(text)) if text.text.ends_with('\n'));
        let cost = pieces.iter().map(|piece| piece.len() + PIECE_COST).sum();
        let section = self.inside.last().copied();
        let number = self.runs.len();
        self.builder.run(number);
        self.runs.push(Run { pieces, cost, begins_document, ends_line, section, section_behind: None });
        Some(number)
    }
}

fn place(origin: &Origin, bytes: &Bytes) -> Place {
    if origin.is_exact() { Place::Exact(origin.span(bytes)) } else { Place::Whole(origin.span(bytes)) }
}

fn is_line_start(text: &str, offset: usize) -> bool {
    let before = &text[..offset];
    before.is_empty() || before.ends_with('\n') || before == "\u{FEFF}"
}

/// A line that ends a document and begins the next, at the start of the text.
fn begins_document(text: &str) -> bool {
    text.strip_prefix("---").is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r']))
}

/// The offset of the next such line behind the first.
fn next_document(text: &str) -> Option<usize> {
    text.match_indices("\n---").map(|(offset, _)| offset + 1).find(|offset| begins_document(&text[*offset..]))
}

fn recursive(chain: &[(Box<str>, Span)], name: &str, tag: Span) -> Diagnostic {
    let first = chain.iter().position(|(other, _)| **other == *name).unwrap_or(0);
    let names: Vec<&str> = chain[first..].iter().map(|(name, _)| &**name).chain([name]).collect();
    let message = format!("partial `{name}` includes itself: {}", names.join(" -> "));
    let mut error = Diagnostic::error(&codes::RECURSIVE_PARTIAL, message).at(tag, format!("includes `{name}` again"));
    for (name, tag) in &chain[first..] {
        error = error.also(*tag, format!("includes `{name}`"));
    }
    error.help("write out the levels that may occur, each with its own section")
}
