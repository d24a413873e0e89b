//! From the parser's events to one flat tree per document, with aliases not yet replaced.
//!
//! Takes text that passed the byte check; gives each document to [`super::expand`], whose items know how large they are once
//! aliases are replaced, so that budgets hold before anything is copied. Refuses what shows in one place: syntax, tags,
//! directives, misspelt or repeated anchors, odd spaces, missing spaces, holes where no value can stand. Offsets are those of
//! the text that it is given.

mod anchors;

use super::codes;
use super::expand;
use super::finding::{Finding, Findings, narrow};
use super::misleading;
use super::node::{Node, ScalarStyle};
use super::places;
use super::read::{MAX_DEPTH, MAX_NODES, ReadOptions};
use super::syntax;
use super::tree::{Composed, Item, ItemId, ItemKind, Size};
use anchors::Anchor;
use granit_parser::{Event, Parser, StrInput, StructureStyle};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Reads all documents of `text`. Gives the roots of those that are sound and not empty, and the comments' byte ranges where
/// the options ask for them. `holes` are the places of the template holes in the text, in order.
pub(super) fn compose(
    text: &str,
    holes: &[Range<usize>],
    has_inner_marks: bool,
    options: ReadOptions,
    findings: &mut Findings,
) -> (Vec<Node>, Vec<Range<u32>>) {
    let settings = granit_parser::options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: options.comments || options.holes,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut composer = Composer {
        text,
        options,
        has_inner_marks,
        findings,
        roots: Vec::new(),
        comments: Vec::new(),
        covered: Vec::new(),
        alias_size: Size { nodes: 0, bytes: 0, height: 0 },
        document: Document::default(),
        last_end: 0,
        block_scalar_before: None,
    };
    composer.run(Parser::new_from_str_with_options(text, settings));
    composer.account_for_holes(holes);
    // The comment behind a block scalar's header is announced after the scalar.
    composer.comments.sort_unstable_by_key(|comment| comment.start);
    (composer.roots, composer.comments)
}

struct Composer<'t, 'f> {
    text: &'t str,
    options: ReadOptions,
    has_inner_marks: bool,
    findings: &'f mut Findings,
    roots: Vec<Node>,
    comments: Vec<Range<u32>>,
    /// Ranges of the scalars and comments of a template, in which holes may lie.
    covered: Vec<Range<usize>>,
    /// What aliases have copied so far in the whole text.
    alias_size: Size,
    document: Document<'t>,
    /// End of the last thing read.
    last_end: usize,
    /// The start of the block scalar that the document before ended with, if it did.
    block_scalar_before: Option<usize>,
}

/// The document being read.
#[derive(Default)]
struct Document<'t> {
    start: Range<usize>,
    items: Vec<Item<'t>>,
    open: Vec<Open>,
    root: Option<ItemId>,
    /// Nodes so far, with aliases replaced.
    nodes: u32,
    anchors: BTreeMap<usize, Anchor>,
    names: BTreeMap<Cow<'t, str>, usize>,
    /// Errors found before this document.
    errors_before: usize,
    is_empty: bool,
    last_scalar: Range<usize>,
    last_is_block_scalar: bool,
    /// Start of the block collection that ended last.
    last_closed: Option<usize>,
}

struct Open {
    start: usize,
    is_flow: bool,
    is_mapping: bool,
    anchor: usize,
    children: Vec<ItemId>,
}

/// Why the rest of a document is skipped: a finding says.
struct Abandon;

impl<'t> Composer<'t, '_> {
    fn run(&mut self, mut parser: Parser<'t, StrInput<'t>>) {
        while let Some(result) = parser.next_event() {
            let outcome = match result {
                Ok((Event::StreamEnd, _)) => return,
                Ok((event, span)) => {
                    if event.tag().is_some() {
                        self.refuse_tag(span.tag_span().and_then(|tag| tag.byte_range()).unwrap_or(0..0));
                    }
                    self.event(event, span.byte_range().unwrap_or(0..0))
                }
                Err(error) => {
                    self.syntax_error(&error);
                    Err(Abandon)
                }
            };
            if self.findings.is_full {
                return;
            }
            if outcome.is_err() {
                self.document = Document::default();
                self.block_scalar_before = None;
                if let Err(error) = parser.proceed_next_document() {
                    return self.syntax_error(&error);
                }
            }
        }
    }

    fn event(&mut self, event: Event<'t>, range: Range<usize>) -> Result<(), Abandon> {
        match event {
            Event::DocumentStart(is_explicit, _) => self.start_document(is_explicit, range),
            Event::DocumentEnd => {
                self.end_document();
                self.reached(range.end);
            }
            Event::Scalar(text, style, anchor, _) => self.scalar(text, scalar_style(style), range, anchor)?,
            Event::SequenceStart(style, anchor, _) => self.open(range, style, false, anchor)?,
            Event::MappingStart(style, anchor, _) => self.open(range, style, true, anchor)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(range)?,
            Event::Anchor(id, name) => self.anchor(id, name, range),
            Event::Alias(id) => self.alias(id, range)?,
            Event::UnresolvedAlias(name) => self.unresolved_alias(&name, range)?,
            Event::Comment(_, _) => {
                self.reached(range.end);
                self.comments.push(narrow(range.start)..narrow(range.end));
                self.covered.push(range);
            }
            // StreamStart, and what a later version of the parser may add.
            _ => {}
        }
        Ok(())
    }

    fn reached(&mut self, end: usize) {
        self.last_end = self.last_end.max(end);
    }

    fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn refuse_tag(&mut self, range: Range<usize>) {
        self.findings.push(syntax::tag(self.text, &range));
    }

    fn syntax_error(&mut self, scan_error: &granit_parser::ScanError) {
        let open = &self.document.open;
        let context = syntax::Context {
            text: self.text,
            open: open.iter().map(|open| syntax::OpenCollection { start: open.start, is_flow: open.is_flow }).collect(),
            last_end: self.last_end,
            last_scalar: self.document.last_scalar.clone(),
            last_closed: self.document.last_closed,
        };
        let mut finding = syntax::explain(&context, scan_error);
        if let Some(scalar) = self.block_scalar_before {
            finding = finding.also(narrow(scalar), narrow(scalar + 1), ENDED_BLOCK_SCALAR);
        }
        self.findings.push(finding);
    }

    // Documents.

    fn start_document(&mut self, is_explicit: bool, range: Range<usize>) {
        let end = if is_explicit { range.end } else { range.start };
        if is_explicit {
            self.reached(range.end);
        }
        self.document =
            Document { start: range.start..end, errors_before: self.findings.errors, ..Document::default() };
    }

    fn end_document(&mut self) {
        let document = std::mem::take(&mut self.document);
        let block_scalar = document.last_is_block_scalar.then_some(document.last_scalar.start);
        let block_scalar_before = std::mem::replace(&mut self.block_scalar_before, block_scalar);
        let Some(root) = document.root.filter(|_| !document.is_empty) else { return };
        if let ItemKind::Scalar { style, .. } = &document.items[root].kind {
            let root_start = document.items[root].start as usize;
            let is_below_marker =
                !document.start.is_empty() && self.text[document.start.end..root_start].contains('\n');
            if let Some(scalar) = block_scalar_before.filter(|_| is_below_marker) {
                let finding = Finding::error_in(
                    &codes::SYNTAX,
                    &document.start,
                    "`---` at the start of a line ends the document",
                )
                .also(narrow(scalar), narrow(scalar + 1), ENDED_BLOCK_SCALAR)
                .help("indent the line if it belongs to the text");
                self.findings.push(finding);
            } else if *style == ScalarStyle::Plain {
                self.findings.extend(misleading::own_line(self.text, root_start));
            }
        }
        let composed = Composed { items: document.items, root };
        let node = expand::expand(&composed, self.text, self.options, self.findings);
        if self.findings.errors == document.errors_before {
            self.warn_of_unused_anchors(&document.anchors);
            self.roots.push(node);
        }
    }

    // Collections.

    fn open(
        &mut self,
        range: Range<usize>,
        style: StructureStyle,
        is_mapping: bool,
        anchor: usize,
    ) -> Result<(), Abandon> {
        if self.document.open.len() >= MAX_DEPTH {
            self.findings.push(syntax::too_deep(range.start));
            return Err(Abandon);
        }
        let is_flow = matches!(style, StructureStyle::Flow);
        let mut start = range.start;
        if !is_flow && !is_mapping && !self.text[start..].starts_with('-') {
            // The parser puts a list in the column of its key behind its first dash.
            start = self.text[self.last_end.min(start)..start].rfind('-').map_or(start, |dash| self.last_end + dash);
        }
        self.document.open.push(Open { start, is_flow, is_mapping, anchor, children: Vec::new() });
        self.reached(range.end);
        Ok(())
    }

    fn close(&mut self, range: Range<usize>) -> Result<(), Abandon> {
        let Some(open) = self.document.open.pop() else { return Ok(()) };
        let items = &self.document.items;
        let last_child = open.children.last().map(|child| items[*child].end);
        // A block collection has no end of its own, nor has a single pair in a flow list.
        let end = last_child.filter(|_| range.is_empty()).unwrap_or(narrow(range.end));
        let size = Size::of_collection(open.children.iter().map(|child| items[*child].size));
        let kind = if open.is_mapping {
            let entries: Vec<(ItemId, ItemId)> =
                open.children.chunks_exact(2).map(|entry| (entry[0], entry[1])).collect();
            for (key, value) in &entries {
                let finding = self.missing_space(*key, *value, open.is_flow);
                self.findings.extend(finding);
            }
            ItemKind::Mapping(entries)
        } else {
            ItemKind::Sequence(open.children)
        };
        if !open.is_flow {
            self.document.last_closed = Some(open.start);
        }
        if !range.is_empty() {
            self.reached(range.end);
        }
        self.add(Item { start: narrow(open.start), end, kind, size }, open.anchor)
    }

    /// Puts a finished node into the collection that is open, and counts it.
    fn add(&mut self, item: Item<'t>, anchor: usize) -> Result<(), Abandon> {
        let new_nodes = if matches!(item.kind, ItemKind::Alias(_)) { item.size.nodes } else { 1 };
        self.document.nodes = self.document.nodes.saturating_add(new_nodes);
        if self.document.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} nodes in one document");
            let finding = Finding::error(&codes::LIMIT, item.start, item.start, message);
            self.findings.push(finding.help("split the document, or use fewer aliases"));
            return Err(Abandon);
        }
        let id = self.document.items.len();
        self.document.items.push(item);
        if anchor != 0 {
            self.document.anchors.entry(anchor).or_default().item = Some(id);
        }
        match self.document.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.document.root = Some(id),
        }
        Ok(())
    }

    // Scalars.

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        range: Range<usize>,
        anchor: usize,
    ) -> Result<(), Abandon> {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if style == ScalarStyle::Plain && range.is_empty() {
            // The parser gives `~` for a node that is not there, and puts it before the colon.
            self.document.is_empty = self.document.open.is_empty() && anchor == 0;
            let colon = self.text[range.start..].find(|character| character != ' ').map(|at| range.start + at);
            let place = colon.filter(|at| self.text[*at..].starts_with(':')).map_or(range.start, |at| at + 1);
            let item = Item {
                start: narrow(place),
                end: narrow(place),
                kind: ItemKind::Scalar { text: Cow::Borrowed(""), style },
                size: Size::scalar(0),
            };
            return self.add(item, anchor);
        }
        let (mut start, mut end) = (range.start, range.end);
        if is_block {
            start = places::block_scalar_header(self.text, self.last_end, range.start);
            end = start + self.text[start..range.end].trim_end_matches(['\n', '\r', ' ']).len();
        }
        if self.options.holes {
            self.covered.push(range.clone());
        }
        self.check_scalar(&text, style, &range);
        self.reached(range.end);
        self.document.last_scalar = start..end;
        self.document.last_is_block_scalar = is_block;
        let size = Size::scalar(text.len());
        let kind = ItemKind::Scalar { text, style };
        self.add(Item { start: narrow(start), end: narrow(end), kind, size }, anchor)
    }

    fn check_scalar(&mut self, content: &str, style: ScalarStyle, range: &Range<usize>) {
        match style {
            ScalarStyle::Plain => {
                let is_in_flow = self.document.open.last().is_some_and(|open| open.is_flow);
                self.findings.extend(misleading::question_mark(self.text, range).filter(|_| is_in_flow));
                self.findings.extend(misleading::odd_spaces(self.text, range));
            }
            ScalarStyle::DoubleQuoted => misleading::refused_escapes(self.text, range, self.findings),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.findings.extend(misleading::open_end(self.text, range).filter(|_| content.ends_with('\n')));
            }
            ScalarStyle::SingleQuoted => {}
        }
        if self.has_inner_marks {
            self.findings.extend(misleading::inner_mark(self.text, range));
        }
    }

    fn missing_space(&self, key: ItemId, value: ItemId, is_flow: bool) -> Option<Finding> {
        let (key, value) = (&self.document.items[key], &self.document.items[value]);
        let ItemKind::Scalar { text, style: ScalarStyle::Plain } = &value.kind else { return None };
        let range = key.start as usize..key.end as usize;
        if is_flow {
            let is_bare = matches!(key.kind, ItemKind::Scalar { style: ScalarStyle::Plain, .. });
            return if is_bare && text.is_empty() { misleading::flow_key(self.text, &range) } else { None };
        }
        let is_on_own_line = !text.is_empty() && self.text.get(range.end..value.start as usize)?.contains('\n');
        if is_on_own_line { misleading::own_line(self.text, value.start as usize) } else { None }
    }

    // Holes.

    /// No hole may be lost: each lies in a scalar or a comment. Not asked where an error left text unread.
    fn account_for_holes(&mut self, holes: &[Range<usize>]) {
        if holes.is_empty() || self.findings.errors > 0 {
            return;
        }
        self.covered.sort_unstable_by_key(|range| range.start);
        let mut covered = self.covered.iter().peekable();
        for hole in holes {
            while covered.next_if(|range| range.end < hole.end).is_some() {}
            if covered.peek().is_none_or(|range| range.start > hole.start) {
                self.findings.push(
                    Finding::error_in(&codes::MISPLACED_HOLE, hole, "a variable where no value can stand")
                        .help("values can stand for keys, for values and in their text alone"),
                );
            }
        }
    }
}

const ENDED_BLOCK_SCALAR: &str = "the document before it ends in this text";

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}
