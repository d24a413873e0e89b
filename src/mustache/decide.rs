//! The decision pass: the engine executes a template's sections over values, and no text is made.
//!
//! Takes a compiled template and values; gives, for each document, the runs in the order in which they are rendered, which
//! decide its text and so its shape, and the values of their holes. Runs are counted against a budget before anything grows.

use super::bind::{Lookup, Scope};
use super::engine::Host;
use super::runs::{BUDGET, Compiled, HoleSource, PIECE_COST, Piece};
use super::values::{Resolved, Turns, Values, follow, turns};
use crate::pointer::Pointer;
use ramhorns::encoding::Encoder;
use serde_json::Value;
use std::cell::RefCell;
use std::io;
use std::ops::Range;

/// What rendering a template over some values comes to.
#[derive(Debug)]
pub(super) struct Decision<'v> {
    /// All runs, in order.
    pub runs: Vec<u32>,
    /// All holes of these runs, in order.
    pub holes: Vec<Resolved<'v>>,
    pub documents: Vec<Document>,
    /// The value path of each hole, where it was asked for.
    pub paths: Vec<Pointer>,
    /// What sections were asked, where it was asked for.
    pub questions: Vec<Question>,
    /// For each run the items that the sections around it put in front, where it was asked for.
    pub contexts: Vec<Vec<Around>>,
}

/// How much of the way is recorded; the values and runs of a decision do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Record {
    Nothing,
    /// Where the values of holes stand.
    Paths,
    /// Also what sections decided.
    All,
}

/// A section was asked whether it renders anything.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub section: usize,
    /// Where its value stands.
    pub path: Pointer,
    /// How many runs there were before.
    pub runs: usize,
}

/// A section around a run.
#[derive(Debug, Clone)]
pub(super) struct Around {
    pub section: usize,
    /// Where its value stands.
    pub path: Pointer,
    /// Which item of its list is in front.
    pub index: Option<usize>,
}

/// One document: its part of the runs and of the holes.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub runs: Range<usize>,
    pub holes: Range<usize>,
}

/// Why a template cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It renders more than the budget; the section that was open, where there was one.
    OverBudget { section: Option<usize> },
    /// A section's name is looked for in a list or a scalar, at key number `depth` of its path.
    Blocked { section: usize, depth: usize },
}

/// Runs the template. `record` says what is kept for messages and `explain`.
pub(super) fn decide<'v>(
    compiled: &Compiled<Lookup>,
    roots: usize,
    values: &Values<'v>,
    record: Record,
) -> Result<Decision<'v>, Refusal> {
    let state = State {
        roots: vec![None; roots],
        frames: Vec::new(),
        runs: Vec::with_capacity(compiled.runs.len()),
        holes: Vec::with_capacity(2 * compiled.runs.len()),
        documents: Vec::new(),
        paths: Vec::new(),
        questions: Vec::new(),
        contexts: Vec::new(),
        document: (0, 0),
        at_line_start: true,
        cost: 0,
        refusal: None,
    };
    let deciding = Deciding { compiled, values, record, state: RefCell::new(state) };
    // It fails where there is a refusal, and nowhere else.
    let _ = compiled.structure.execute(&deciding);
    let mut state = deciding.state.into_inner();
    if let Some(refusal) = state.refusal {
        return Err(refusal);
    }
    state.end_document();
    let State { runs, holes, documents, paths, questions, contexts, .. } = state;
    Ok(Decision { runs, holes, documents, paths, questions, contexts })
}

struct Deciding<'c, 'v> {
    compiled: &'c Compiled<Lookup>,
    values: &'c Values<'v>,
    record: Record,
    state: RefCell<State<'v>>,
}

struct State<'v> {
    /// Values at top level, once they were looked up.
    roots: Vec<Option<Resolved<'v>>>,
    frames: Vec<Frame<'v>>,
    runs: Vec<u32>,
    holes: Vec<Resolved<'v>>,
    documents: Vec<Document>,
    paths: Vec<Pointer>,
    questions: Vec<Question>,
    contexts: Vec<Vec<Around>>,
    /// Where the document that is being rendered begins in runs and holes.
    document: (usize, usize),
    at_line_start: bool,
    cost: usize,
    refusal: Option<Refusal>,
}

/// What a section put in front.
#[derive(Clone, Copy)]
struct Frame<'v> {
    item: &'v Value,
    section: usize,
    index: Option<usize>,
}

impl<'v> State<'v> {
    fn resolve(&mut self, lookup: &Lookup, values: &Values<'v>) -> Resolved<'v> {
        match lookup.scope {
            Scope::Root(number) => match self.roots.get(number) {
                Some(Some(resolved)) => *resolved,
                Some(None) | None => {
                    let resolved = values.resolve(&lookup.path);
                    if let Some(root) = self.roots.get_mut(number) {
                        *root = Some(resolved);
                    }
                    resolved
                }
            },
            Scope::Section(depth) => match self.frames.get(depth) {
                Some(frame) => follow(frame.item, &lookup.path, 0),
                None => Resolved::Absent { depth: 0 },
            },
        }
    }

    /// Where a lookup's value stands, seen from the root.
    fn path(&self, lookup: &Lookup, sections: &Compiled<Lookup>) -> Pointer {
        let mut path = match lookup.scope {
            Scope::Root(_) => Pointer::root(),
            Scope::Section(depth) => match self.frames.get(depth) {
                Some(frame) => {
                    let mut path = self.path(&sections.sections[frame.section].address, sections);
                    if let Some(index) = frame.index {
                        path.push(index);
                    }
                    path
                }
                None => Pointer::root(),
            },
        };
        for key in &lookup.path {
            path.push(key);
        }
        path
    }

    /// The sections around a run, from the innermost outwards.
    fn around(&self, section: Option<usize>, compiled: &Compiled<Lookup>) -> Vec<Around> {
        let index = |section: usize| self.frames.iter().find(|frame| frame.section == section)?.index;
        let around = compiled.around(section);
        around
            .map(|section| Around {
                section,
                path: self.path(&compiled.sections[section].address, compiled),
                index: index(section),
            })
            .collect()
    }

    fn end_document(&mut self) {
        let (runs, holes) = self.document;
        if runs < self.runs.len() {
            self.documents.push(Document { runs: runs..self.runs.len(), holes: holes..self.holes.len() });
        }
        self.document = (self.runs.len(), self.holes.len());
    }

    fn charge(&mut self, cost: usize) {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > BUDGET && self.refusal.is_none() {
            self.refusal = Some(Refusal::OverBudget { section: self.frames.last().map(|frame| frame.section) });
        }
    }
}

impl<'v> Host<'v> for Deciding<'_, 'v> {
    fn turns(&self, section: usize) -> Turns<'v> {
        let mut state = self.state.borrow_mut();
        state.charge(PIECE_COST);
        if state.refusal.is_some() {
            return Turns::None;
        }
        let lookup = &self.compiled.sections[section].address;
        let value = match state.resolve(lookup, self.values) {
            Resolved::Value(value) => Some(value),
            Resolved::Absent { .. } => None,
            Resolved::Blocked { depth } => {
                state.refusal = Some(Refusal::Blocked { section, depth });
                None
            }
        };
        if self.record == Record::All {
            let question = Question { section, path: state.path(lookup, self.compiled), runs: state.runs.len() };
            state.questions.push(question);
        }
        turns(value, &lookup.test)
    }

    fn enter(&self, section: usize, item: &'v Value, index: Option<usize>) {
        let mut state = self.state.borrow_mut();
        state.frames.push(Frame { item, section, index });
        state.charge(PIECE_COST);
    }

    fn leave(&self, _: usize) {
        self.state.borrow_mut().frames.pop();
    }

    fn run<E: Encoder>(&self, number: usize, encoder: &mut E) -> Result<(), E::Error> {
        let mut state = self.state.borrow_mut();
        let run = &self.compiled.runs[number];
        state.charge(run.cost);
        if state.refusal.is_some() {
            drop(state);
            return encoder.write_unescaped("");
        }
        if run.begins_document && state.at_line_start {
            state.end_document();
        }
        state.at_line_start = run.ends_line;
        state.runs.push(u32::try_from(number).unwrap_or(u32::MAX));
        if self.record == Record::All {
            let around = state.around(run.section, self.compiled);
            state.contexts.push(around);
        }
        for piece in &run.pieces {
            let Piece::Hole(hole) = piece else { continue };
            let (resolved, path) = match &hole.source {
                HoleSource::File { .. } => (Resolved::Absent { depth: 0 }, None),
                HoleSource::Value { address, .. } => (state.resolve(address, self.values), Some(address)),
            };
            state.holes.push(resolved);
            if self.record >= Record::Paths {
                let path = path.map(|address| state.path(address, self.compiled)).unwrap_or_default();
                state.paths.push(path);
            }
        }
        Ok(())
    }

    fn write(&self, _: &[u8]) -> io::Result<()> {
        match self.state.borrow().refusal {
            Some(_) => Err(io::ErrorKind::Other.into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;
    use crate::mustache::bind::Binder;
    use crate::mustache::compile::compile;
    use crate::mustache::origin::Origin;
    use crate::mustache::partials::Partials;
    use crate::mustache::scan::scan;
    use crate::source::{SourceFile, Sources};
    use serde_json::json;

    /// Compiles with a schema that declares the keys of the values, whose own schemas are open.
    fn compiled(text: &str, values: &Value) -> (Compiled<Lookup>, usize) {
        let file = Sources::new([SourceFile::regular("a", *b"")]).find("a").expect("the file is there");
        let mut diagnostics = Diagnostics::new();
        let scanned = scan(text, Origin::file(file, text), &mut diagnostics);
        let declared = values.as_object().into_iter().flatten().map(|(key, _)| (key.clone(), json!({})));
        let schema = json!({"properties": declared.collect::<serde_json::Map<_, _>>()});
        let mut binder = Binder::new(&schema);
        let compiled = compile(&scanned, &Partials::default(), &mut binder, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        (compiled.expect("the template compiles"), binder.finish().roots)
    }

    /// The text that the runs come to, `?` for each hole, and one string a document.
    fn documents(text: &str, values: &Value) -> Result<Vec<String>, Refusal> {
        let (compiled, roots) = compiled(text, values);
        let map = values.as_object().expect("values are a map");
        let decision = decide(&compiled, roots, &Values::new([map]), Record::Nothing)?;
        let text = |document: &Document| {
            let runs = decision.runs[document.runs.clone()].iter().map(|run| &compiled.runs[*run as usize]);
            let pieces = runs.flat_map(|run| &run.pieces).map(|piece| match piece {
                Piece::Text(text) => &*text.text,
                Piece::Hole(_) => "?",
            });
            pieces.collect()
        };
        Ok(decision.documents.iter().map(text).collect())
    }

    #[test]
    fn documents_are_told_apart_also_inside_sections() {
        let template = "a: {{x}}\n{{#list}}\n---\nb: {{.}}\n{{/list}}\n---\nc: 1\n";
        let found = documents(template, &json!({"x": 1, "list": [1, 2]}));
        assert_eq!(found, Ok(vec!["a: ?\n".into(), "---\nb: ?\n".into(), "---\nb: ?\n".into(), "---\nc: 1\n".into()]));
        // Not at the start of a line, it is no separator.
        assert_eq!(
            documents("a: {{x}}{{#list}}---\n{{/list}}", &json!({"x": 1, "list": [1]})).map(|found| found.len()),
            Ok(1)
        );
    }

    #[test]
    fn sections_nest_deeper_than_the_engine_can() {
        for depth in [15, 16, 17, 18, 40, 100] {
            let open: String = (0..depth).map(|level| if level % 2 == 0 { "{{#a}}" } else { "{{^b}}" }).collect();
            let close: String =
                (0..depth).rev().map(|level| if level % 2 == 0 { "{{/a}}" } else { "{{/b}}" }).collect();
            let template = format!("<{open}x{close}>");
            let found = documents(&template, &json!({"a": true, "b": false}));
            assert_eq!(found, Ok(vec!["<x>".to_owned()]), "depth {depth}");
            let found = documents(&template, &json!({"a": [], "b": false}));
            assert_eq!(found, Ok(vec!["<>".to_owned()]), "depth {depth}");
        }
    }

    #[test]
    fn paths_lead_through_sections_to_the_values() {
        let values = json!({"a": {"list": [{"inner": {"name": 1}}, {"inner": [{"name": 2}]}]}, "x": {"y": 3}});
        let (compiled, roots) = compiled("{{#a.list}}{{#inner}}{{name}}{{/inner}}{{.}}{{/a.list}}{{x.y}}", &values);
        let map = values.as_object().expect("values are a map");
        let decision = decide(&compiled, roots, &Values::new([map]), Record::Paths).expect("it is decided");
        let paths: Vec<String> = decision.paths.iter().map(Pointer::dotted).collect();
        assert_eq!(paths, ["a.list[0].inner.name", "a.list[0]", "a.list[1].inner[0].name", "a.list[1]", "x.y"]);
    }

    #[test]
    fn the_budget_stops_nested_sections_before_memory_grows() {
        let list: Vec<u32> = (0..10_000).collect();
        let values = json!({"list": list});
        for inside in ["", "x"] {
            let template =
                format!("{{{{#list}}}}{{{{#list}}}}{{{{#list}}}}{inside}{{{{/list}}}}{{{{/list}}}}{{{{/list}}}}");
            let refused = documents(&template, &values);
            assert!(matches!(refused, Err(Refusal::OverBudget { section: Some(_) })), "{refused:?}");
        }
    }
}
