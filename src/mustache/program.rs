//! A compiled template file: values in, typed documents out.
//!
//! A [`Program`] is made once and rendered from many threads. It keeps the shapes that it has met; what it gives for some
//! values does not depend on what was rendered before.

use super::bind::{Binder, Lookup, NameUse};
use super::cache::{Made, ShapeCache};
use super::compile;
use super::decide::{self, Decision, Record};
use super::fill::{Budget, Fault, Filler};
use super::list;
use super::origin::Origin;
use super::partials::Partials;
use super::report::{self, RenderError};
use super::runs::{BUDGET, Compiled, Include};
use super::scan::{self, Node, Scanned};
use super::shape::{OctalPart, Shape, ShapeDocument};
use super::trace::{self, Trace};
use super::values::Values;
use crate::diag::{Diagnostic, Diagnostics};
use crate::pointer::Pointer;
use crate::source::{FileId, Span};
use crate::yaml::value::Octal;
use serde_json::Value;

/// A template file, read and bound.
#[derive(Debug)]
pub struct Program {
    file: FileId,
    compiled: Compiled<Lookup>,
    uses: Vec<NameUse>,
    /// How many different names at top level it uses.
    roots: usize,
    shapes: ShapeCache,
}

/// What a template file comes to for some values.
#[derive(Debug, Default)]
pub struct Rendering {
    pub documents: Vec<Rendered>,
    /// The same for all values that lead to the same shapes.
    pub warnings: Vec<Diagnostic>,
}

/// One object.
#[derive(Debug)]
pub struct Rendered {
    pub value: Value,
    pub origin: DocumentOrigin,
    /// Bare scalars such as `0644` of the template's text, which were read as octal; places in `value`.
    pub octals: Vec<Octal>,
}

/// Which document of a file an object is; [`Program::trace`] takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentOrigin {
    pub(super) document: usize,
    pub(super) root: usize,
    /// Where in the document the object is: not the root for an item of a `kind: List`.
    pub(super) inside: Pointer,
}

impl Program {
    /// Compiles a template. All that is wrong with its tags is pushed, and so is what is wrong with its YAML where no section
    /// decides it; nothing is given then. `schema` is the JSON Schema of an object that holds all values at top level.
    pub fn compile(
        file: FileId,
        text: &str,
        partials: &Partials,
        schema: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Program> {
        let mut found = Diagnostics::new();
        let scanned = scan::scan(text, Origin::file(file, text), &mut found);
        Program::from_scanned(&scanned, partials, schema, found, diagnostics)
    }

    /// Reads a word-for-word manifest: YAML without tags, whatever stands between braces.
    pub fn word_for_word(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Option<Program> {
        let mut found = Diagnostics::new();
        let origin = Origin::file(file, text);
        scan::refuse_reserved(text, &origin, &mut found);
        let scanned = Scanned { text: text.into(), origin, nodes: vec![Node::Text(0..text.len())] };
        Program::from_scanned(&scanned, &Partials::default(), &Value::Bool(true), found, diagnostics)
    }

    /// Compiles what was scanned; `found` is what the scanner found.
    fn from_scanned(
        scanned: &Scanned,
        partials: &Partials,
        schema: &Value,
        mut found: Diagnostics,
        diagnostics: &mut Diagnostics,
    ) -> Option<Program> {
        let mut binder = Binder::new(schema);
        let compiled = compile::compile(scanned, partials, &mut binder, &mut found);
        let is_broken = found.has_errors();
        diagnostics.extend(found);
        let compiled = compiled.filter(|_| !is_broken)?;
        let bound = binder.finish();
        let file = scanned.origin.file_id();
        let program = Program { file, compiled, uses: bound.uses, roots: bound.roots, shapes: ShapeCache::default() };
        let errors = program.check_text();
        let is_sound = errors.is_empty();
        diagnostics.extend(errors);
        is_sound.then_some(program)
    }

    /// What is wrong with the text of a file without sections, whose shapes no value decides.
    fn check_text(&self) -> Vec<Diagnostic> {
        if !self.compiled.sections.is_empty() {
            return Vec::new();
        }
        let Ok(decision) = decide::decide(&self.compiled, self.roots, &Values::new([]), Record::Nothing) else {
            return Vec::new();
        };
        let made = decision.documents.iter().map(|document| self.shape(&decision.runs[document.runs.clone()]));
        made.flat_map(|made| match &*made {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(|fault| fault.diagnostic.clone()).collect(),
        })
        .collect()
    }

    /// The names that its tags use, in order of path.
    pub fn uses(&self) -> &[NameUse] {
        &self.uses
    }

    /// The partials that it includes, and their partials.
    pub fn includes(&self) -> &[Include] {
        &self.compiled.includes
    }

    pub fn file(&self) -> FileId {
        self.file
    }

    /// How many shapes it has met.
    pub fn shapes(&self) -> usize {
        self.shapes.len()
    }

    /// Fills in values. The objects are in order of the text; empty documents are left out, and a `kind: List` is taken apart.
    pub fn render(&self, values: &Values<'_>) -> Result<Rendering, Vec<RenderError>> {
        let decision = decide::decide(&self.compiled, self.roots, values, Record::Nothing)
            .map_err(|refusal| vec![report::refusal(&self.compiled, Span::file(self.file), refusal)])?;
        let mut rendering = Rendering::default();
        let mut errors = Vec::new();
        let mut faults = Vec::new();
        let mut budget = Budget::new(BUDGET);
        for (document, place) in decision.documents.iter().enumerate() {
            let made = self.shape(&decision.runs[place.runs.clone()]);
            let shape = match &*made {
                Ok(shape) => shape,
                Err(faults) => {
                    errors.extend(faults.iter().map(|fault| report::shape_fault(&self.compiled, fault)));
                    continue;
                }
            };
            rendering.warnings.extend(shape.warnings.iter().cloned());
            for (root, shape_document) in shape.documents.iter().enumerate() {
                let holes = &decision.holes[place.holes.clone()];
                let mut filler = Filler { holes, budget: &mut budget, faults: Vec::new() };
                let value = filler.document(&shape_document.part, shape_document.cost);
                if filler.faults.is_empty() {
                    let octals = octals(&mut filler, shape_document);
                    let origin = DocumentOrigin { document, root, inside: Pointer::root() };
                    let rendered = Rendered { value, origin, octals };
                    list::take_apart(rendered, shape, shape_document, &mut rendering.documents, &mut errors);
                } else {
                    faults.extend(filler.faults.into_iter().map(|fault| (document, fault)));
                }
            }
        }
        errors.extend(self.explain_faults(values, &decision, faults));
        if errors.is_empty() { Ok(rendering) } else { Err(errors) }
    }

    /// Where the value at `pointer` of an object comes from: the template's text, and the values that fill it. Runs the
    /// template once more.
    pub fn trace(&self, values: &Values<'_>, origin: &DocumentOrigin, pointer: &Pointer) -> Option<Trace> {
        self.retrace(values)?.field(origin, pointer)
    }

    /// Runs the template once more and keeps the way that it took, so that many fields can be asked about.
    pub fn retrace<'v>(&self, values: &Values<'v>) -> Option<Retraced<'_, 'v>> {
        let decision = decide::decide(&self.compiled, self.roots, values, Record::All).ok()?;
        Some(Retraced { program: self, decision })
    }

    fn shape(&self, runs: &[u32]) -> Made {
        self.shapes.get(runs, || Shape::new(&self.compiled, runs, self.file))
    }

    /// Errors about values, with the paths that a second run finds.
    fn explain_faults(
        &self,
        values: &Values<'_>,
        decision: &Decision<'_>,
        faults: Vec<(usize, Fault)>,
    ) -> Vec<RenderError> {
        if faults.is_empty() {
            return Vec::new();
        }
        let traced = decide::decide(&self.compiled, self.roots, values, Record::Paths);
        let paths = traced.map(|decision| decision.paths).unwrap_or_default();
        let explain = |(document, fault): (usize, Fault)| {
            let place = decision.documents.get(document)?;
            let made = self.shape(&decision.runs[place.runs.clone()]);
            let shape = made.as_ref().as_ref().ok()?;
            report::fault(fault, shape.text.map.span(0, 0), |hole| {
                let path = paths.get(place.holes.start + hole as usize).cloned();
                Some((shape.text.holes.get(hole as usize)?.hole(&self.compiled)?, path))
            })
        };
        faults.into_iter().filter_map(explain).collect()
    }
}

/// A run of a program with the way that it took.
#[derive(Debug)]
pub struct Retraced<'p, 'v> {
    program: &'p Program,
    decision: Decision<'v>,
}

impl Retraced<'_, '_> {
    /// Where the value at `pointer` of an object comes from: the template's text, and the values that fill it.
    pub fn field(&self, origin: &DocumentOrigin, pointer: &Pointer) -> Option<Trace> {
        let place = self.decision.documents.get(origin.document)?;
        let made = self.program.shape(&self.decision.runs[place.runs.clone()]);
        let shape = made.as_ref().as_ref().ok()?;
        let document = shape.documents.get(origin.root)?;
        let filled = trace::Filled { compiled: &self.program.compiled, shape, decision: &self.decision, place };
        Some(trace::trace(&filled, &document.root, &origin.inside.join(pointer)))
    }
}

fn octals(filler: &mut Filler<'_, '_>, document: &ShapeDocument) -> Vec<Octal> {
    let octal =
        |part: &OctalPart| Octal { pointer: filler.pointer(&part.path), text: part.text.to_string(), span: part.place };
    document.octals.iter().map(octal).collect()
}
