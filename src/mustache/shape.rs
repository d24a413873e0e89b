//! The shape of a document: its text with placeholders, parsed once and ready to be filled.
//!
//! Takes the runs that a document consists of; gives a [`Shape`], or what is wrong with the text, with places in the
//! template. Two documents of the same runs have the same shape, whatever their values are.

mod build;
mod part;
mod text;

pub(super) use build::{holes, next_hole};
pub(super) use part::{Chunk, HoleId, Key, KeyedMapPart, MapPart, Part, PartStep};
pub(super) use text::DocumentText;

use super::bind::Lookup;
use super::codes;
use super::runs::{Compiled, HoleSource};
use crate::diag::{Code, Diagnostic, Severity};
use crate::source::{FileId, MAX_FILE_BYTES, Span};
use crate::yaml;
use crate::yaml::finding::Finding;
use crate::yaml::node::Node;
use crate::yaml::read::{self, ReadOptions};

/// A parsed text, with all that is needed to fill it and to explain it.
#[derive(Debug)]
pub(super) struct Shape {
    pub text: DocumentText,
    /// Most often one; more where a separator could not be told beforehand.
    pub documents: Vec<ShapeDocument>,
    pub warnings: Vec<Diagnostic>,
}

#[derive(Debug)]
pub(super) struct ShapeDocument {
    pub root: Node,
    pub part: Part,
    /// What its own text counts in a budget, aliases replaced.
    pub cost: usize,
    pub octals: Vec<OctalPart>,
}

/// A bare scalar such as `0644`, which was read as octal.
#[derive(Debug)]
pub(super) struct OctalPart {
    pub path: Vec<PartStep>,
    pub text: Box<str>,
    pub place: Span,
}

/// Something wrong with a shape, and the section whose value may be the cause.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub diagnostic: Diagnostic,
    pub section: Option<usize>,
}

impl Shape {
    pub fn new(compiled: &Compiled<Lookup>, runs: &[u32], file: FileId) -> Result<Shape, Vec<Fault>> {
        let text = DocumentText::assemble(compiled, runs, file);
        if text.text.len() as u64 > MAX_FILE_BYTES {
            let message = format!("a document is over the {} MiB limit", MAX_FILE_BYTES / 1024 / 1024);
            let error = Diagnostic::error(&codes::TEMPLATE_BUDGET, message).at(text.map.span(0, 0), "begins here");
            return Err(vec![Fault { diagnostic: error, section: None }]);
        }
        let reading = read::read_text(&text.text, ReadOptions { holes: true, comments: false });
        let mut faults = Vec::new();
        let mut warnings = Vec::new();
        for finding in reading.findings {
            match finding.severity {
                Severity::Error => faults.push(carry_back(compiled, &text, finding)),
                Severity::Warning | Severity::Note if is_of_rendering(compiled, finding.code) => {}
                Severity::Warning | Severity::Note => warnings.push(carry_back(compiled, &text, finding).diagnostic),
            }
        }
        let mut documents = Vec::new();
        for root in reading.roots {
            let (compiled, text) = (compiled, &text);
            let mut builder =
                build::Builder { compiled, text, faults: Vec::new(), octals: Vec::new(), path: Vec::new() };
            let part = builder.root(&root);
            faults.append(&mut builder.faults);
            let cost = part.cost();
            documents.push(ShapeDocument { root, part, cost, octals: builder.octals });
        }
        if faults.is_empty() { Ok(Shape { text, documents, warnings }) } else { Err(faults) }
    }
}

/// Whether a warning of the reader need not be about the template: files with different line ends were put together, or the
/// alias of an anchor is in a section that was not rendered.
fn is_of_rendering(compiled: &Compiled<Lookup>, code: &'static Code) -> bool {
    let is = |other: &'static Code| std::ptr::eq(code, other);
    is(&yaml::codes::LINE_ENDS) && !compiled.includes.is_empty()
        || is(&yaml::codes::UNUSED_ANCHOR) && !compiled.sections.is_empty()
}

/// A finding about the rendered text, as one about the template.
fn carry_back(compiled: &Compiled<Lookup>, text: &DocumentText, finding: Finding) -> Fault {
    let place = text.map.span(finding.start, finding.end);
    let mut diagnostic = Diagnostic::new(finding.code, finding.severity, finding.message).at(place, finding.label);
    for note in finding.related {
        diagnostic = diagnostic.also(text.map.span(note.start, note.end), note.text);
    }
    diagnostic = diagnostic.maybe_help(finding.help);
    if finding.severity == Severity::Error
        && let Some((message, help)) = lone_tag(compiled, text, finding.start)
    {
        diagnostic.message = message;
        diagnostic.help = vec![help];
    }
    let run = text.map.run(finding.start).and_then(|run| compiled.runs.get(run as usize));
    let section = run.and_then(|run| run.section);
    if let Some(section) = section.and_then(|section| compiled.sections.get(section)) {
        diagnostic = diagnostic.also(section.tag, "inside this section");
    }
    if section.is_some() {
        let (number, line) = text.line_at(finding.start);
        diagnostic = diagnostic.note(format!("the rendered text has in line {number}: `{}`", line.trim_end()));
    }
    Fault { diagnostic, section }
}

/// A tag that is alone on a line where only a scalar may stand: what is wrong, and what to do about it.
fn lone_tag(compiled: &Compiled<Lookup>, text: &DocumentText, offset: u32) -> Option<(String, String)> {
    let offset = offset as usize;
    let line_start = |at: usize| text.text.get(..at).map(|before| before.rfind('\n').map_or(0, |newline| newline + 1));
    let from = line_start(offset)?;
    let from = if from > 0 { line_start(from - 1)? } else { from };
    let to = text.text.get(offset..)?.find('\n').map_or(text.text.len(), |newline| offset + newline);
    let lone = text.holes.iter().filter(|hole| (from..to).contains(&(hole.offset as usize))).find(|hole| {
        let line = text.text.get(line_start(hole.offset as usize).unwrap_or(0)..).and_then(|rest| rest.lines().next());
        line.is_some_and(|line| matches!(next_hole(line.trim()), Some(("", _, ""))))
    })?;
    match &lone.hole(compiled)?.source {
        HoleSource::File { name, .. } => Some((
            format!("the file `{name}` is inserted as a string, which cannot stand here"),
            format!("call it `{name}.mustache`, if it is to be part of the template's text"),
        )),
        HoleSource::Value { name, .. } => Some((
            format!("`{{{{{name}}}}}` fills one value, which cannot stand here"),
            format!(
                "write it after a key or a dash; to add the entries of a mapping, write `<<: {{{{{name}}}}}` first in it"
            ),
        )),
    }
}
