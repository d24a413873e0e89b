//! Findings of the compiler as diagnostics of the protocol.

use crate::diag::{Diagnostic, Label, Severity};
use crate::ide::locate::Target;
use crate::ide::text::{Encoding, Lines, Position};
use crate::inputs::FLEET_FILE;
use crate::source::{FileId, Sources, Span};
use std::collections::BTreeMap;

/// Findings shown of one file, and of one check: an editor with more is no help.
const MAX_OF_FILE: usize = 100;
const MAX_OF_ALL: usize = 2_000;
/// Deployments that a message names.
const MAX_DEPLOYMENTS: usize = 5;

/// A finding at a place of a file, with the texts that it is shown with. Free of the snapshot that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub start: Position,
    pub end: Position,
    pub severity: Severity,
    pub code: &'static str,
    pub message: String,
    pub help: Vec<String>,
    pub related: Vec<Related>,
}

/// Another place that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub path: String,
    pub start: Position,
    pub end: Position,
    pub text: String,
}

/// Findings by the path of their file.
pub type ByPath = BTreeMap<String, Vec<Found>>;

/// Sorts findings by file. One without a place is shown at its home or, without one, at the top of bayplan.yaml.
pub fn by_path(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    encoding: Encoding,
    home: &dyn Fn(&Diagnostic) -> Option<Target>,
) -> ByPath {
    let mut places = Places { sources, encoding, lines: BTreeMap::new() };
    let mut found = ByPath::new();
    for diagnostic in diagnostics.iter().take(MAX_OF_ALL) {
        let (path, start, end) = match &diagnostic.primary {
            Some(label) => {
                let (start, end) = places.range(label.span);
                (sources.path(label.span.file).to_owned(), start, end)
            }
            None => {
                let target = home(diagnostic);
                let span = target
                    .as_ref()
                    .and_then(|target| Some(Span::new(sources.find(&target.path)?, target.start, target.end)));
                let top = Position { line: 0, column: 0 };
                let (start, end) = span.map_or((top, top), |span| places.range(span));
                (target.map_or_else(|| FLEET_FILE.to_owned(), |target| target.path), start, end)
            }
        };
        let list = found.entry(path).or_default();
        if list.len() >= MAX_OF_FILE {
            continue;
        }
        let related = diagnostic
            .related
            .iter()
            .map(|Label { span, text }| {
                let (start, end) = places.range(*span);
                let text = if text.is_empty() { "this place".to_owned() } else { text.clone() };
                Related { path: sources.path(span.file).to_owned(), start, end, text }
            })
            .collect();
        list.push(Found {
            start,
            end,
            severity: diagnostic.severity,
            code: diagnostic.code.name,
            message: message(diagnostic),
            help: diagnostic.help.clone(),
            related,
        });
    }
    found
}

/// All that is said, one thing a line.
fn message(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if let Some(label) = diagnostic.primary.as_ref().filter(|label| !label.text.is_empty()) {
        text.push_str(&format!("\n{}", label.text));
    }
    for help in &diagnostic.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    for note in &diagnostic.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    let deployments = &diagnostic.deployments;
    if !deployments.is_empty() {
        let named = deployments.iter().take(MAX_DEPLOYMENTS).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = deployments.len().saturating_sub(MAX_DEPLOYMENTS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("\nin {named}{more}"));
    }
    text
}

struct Places<'s> {
    sources: &'s Sources,
    encoding: Encoding,
    lines: BTreeMap<FileId, Lines<'s>>,
}

impl Places<'_> {
    /// A range of one line: what goes on for longer is marked at its beginning.
    fn range(&mut self, span: Span) -> (Position, Position) {
        let text = self.sources.text(span.file);
        let lines = self.lines.entry(span.file).or_insert_with(|| Lines::new(text));
        let start = lines.position(span.start as usize, self.encoding);
        let end = lines.position(span.end as usize, self.encoding);
        if end.line == start.line {
            return (start, end);
        }
        let line_end = Position { line: start.line, column: u32::MAX };
        let line_end = lines.offset(line_end, self.encoding);
        (start, lines.position(line_end, self.encoding))
    }
}
