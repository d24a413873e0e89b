//! Mustache in a string of a spec: computed values, names of namespaces, branches and secrets.
//!
//! Takes such a string and values; gives a value: of its own type where the string is one tag, else a text.

use super::bind::{Binder, Lookup, NameUse};
use super::compile;
use super::decide::{self, Record};
use super::fill::{Budget, Filler};
use super::origin::Origin;
use super::partials::Partials;
use super::report::{self, RenderError};
use super::runs::{BUDGET, Compiled, Hole, HoleSource, Piece};
use super::scan;
use super::shape::{Chunk, Part};
use super::trace::{Asked, Inserted};
use super::values::Values;
use crate::diag::Diagnostics;
use crate::source::Span;
use serde_json::Value;

/// A string with tags, read and bound.
#[derive(Debug)]
pub struct Inline {
    compiled: Compiled<Lookup>,
    uses: Vec<NameUse>,
    roots: usize,
    place: Span,
}

impl Inline {
    /// Compiles a string that stands at `place` in a spec. What is wrong with its tags is pushed, and nothing is given then.
    pub fn compile(text: &str, place: Span, schema: &Value, diagnostics: &mut Diagnostics) -> Option<Inline> {
        let mut found = Diagnostics::new();
        let scanned = scan::scan(text, Origin::scalar(place, text), &mut found);
        let mut binder = Binder::new(schema);
        let compiled = compile::compile(&scanned, &Partials::for_specs(), &mut binder, &mut found);
        let is_broken = found.has_errors();
        diagnostics.extend(found);
        let compiled = compiled.filter(|_| !is_broken)?;
        let bound = binder.finish();
        Some(Inline { compiled, uses: bound.uses, roots: bound.roots, place })
    }

    /// The names that its tags use, in order of path.
    pub fn uses(&self) -> &[NameUse] {
        &self.uses
    }

    /// Whether the string is one variable and nothing else, so that its value keeps its type.
    pub fn is_one_tag(&self) -> bool {
        let is_variable = |piece: &Piece<Lookup>| match piece {
            Piece::Hole(hole) => matches!(hole.source, HoleSource::Value { .. }),
            Piece::Text(_) => false,
        };
        let [run] = self.compiled.runs.as_slice() else { return false };
        self.compiled.sections.is_empty() && run.pieces.len() == 1 && run.pieces.iter().all(is_variable)
    }

    /// Where the string stands.
    pub fn place(&self) -> Span {
        self.place
    }

    /// What its tags insert, and what its sections ask. Runs the string once more.
    pub fn trace(&self, values: &Values<'_>) -> Option<(Vec<Inserted>, Vec<Asked>)> {
        let decision = decide::decide(&self.compiled, self.roots, values, Record::All).ok()?;
        let pieces = decision.runs.iter().filter_map(|run| self.compiled.runs.get(*run as usize));
        let holes = pieces.flat_map(|run| &run.pieces).filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Text(_) => None,
        });
        let inserted = holes.zip(&decision.paths).map(|(hole, path)| Inserted::new(hole, path, &[]));
        let asked = decision.questions.iter().filter_map(|question| Asked::question(&self.compiled, question));
        Some((inserted.collect(), asked.collect()))
    }

    /// Fills in values.
    pub fn render(&self, values: &Values<'_>) -> Result<Value, Vec<RenderError>> {
        let decision = decide::decide(&self.compiled, self.roots, values, Record::Paths)
            .map_err(|refusal| vec![report::refusal(&self.compiled, self.place, refusal)])?;
        let mut holes: Vec<&Hole<Lookup>> = Vec::new();
        let mut chunks = Vec::new();
        for run in &decision.runs {
            for piece in self.compiled.runs.get(*run as usize).map_or(&[][..], |run| &run.pieces) {
                match piece {
                    Piece::Text(text) => chunks.push(Chunk::Literal(text.text.clone())),
                    Piece::Hole(hole) => {
                        chunks.push(Chunk::Hole(u32::try_from(holes.len()).unwrap_or(u32::MAX)));
                        holes.push(hole);
                    }
                }
            }
        }
        let part = if self.is_one_tag() { Part::Whole(0) } else { Part::Text(chunks.into()) };
        let mut budget = Budget::new(BUDGET);
        let mut filler = Filler { holes: &decision.holes, budget: &mut budget, faults: Vec::new() };
        let value = filler.fill(&part);
        let faults = filler.faults.into_iter();
        let errors: Vec<RenderError> = faults
            .filter_map(|fault| {
                report::fault(fault, self.place, |hole| {
                    let hole = hole as usize;
                    Some((*holes.get(hole)?, decision.paths.get(hole).cloned()))
                })
            })
            .collect();
        if errors.is_empty() { Ok(value) } else { Err(errors) }
    }
}
