//! What the reader has to say about a text that is not yet, or never, a source file.
//!
//! Places are byte offsets, so that a rendered template's findings can be carried back to the template; for a source file
//! [`Finding::into_diagnostic`] makes a diagnostic of it.

use super::bytes::{HOLE_END, HOLE_START};
use crate::diag::{Code, Diagnostic, Severity};
use crate::source::{FileId, Span};
use std::ops::Range;

/// A place in the text and what to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub start: u32,
    pub end: u32,
    pub text: String,
}

/// One finding of the reader, with places as byte offsets into the text that it was given.
#[derive(Debug, Clone)]
pub struct Finding {
    pub code: &'static Code,
    pub severity: Severity,
    pub start: u32,
    pub end: u32,
    /// One lower-case phrase without a full stop.
    pub message: String,
    /// What is at the place; may be empty.
    pub label: String,
    pub related: Vec<Note>,
    pub help: Option<String>,
}

impl Finding {
    pub(super) fn error(code: &'static Code, start: u32, end: u32, message: impl Into<String>) -> Self {
        Finding {
            code,
            severity: Severity::Error,
            start,
            end: end.max(start),
            message: message.into(),
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    pub(super) fn warning(code: &'static Code, start: u32, end: u32, message: impl Into<String>) -> Self {
        Finding { severity: Severity::Warning, ..Finding::error(code, start, end, message) }
    }

    pub(super) fn error_in(code: &'static Code, range: &Range<usize>, message: impl Into<String>) -> Self {
        Finding::error(code, narrow(range.start), narrow(range.end), message)
    }

    pub(super) fn warning_in(code: &'static Code, range: &Range<usize>, message: impl Into<String>) -> Self {
        Finding::warning(code, narrow(range.start), narrow(range.end), message)
    }

    #[must_use]
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub(super) fn also(mut self, start: u32, end: u32, text: impl Into<String>) -> Self {
        self.related.push(Note { start, end: end.max(start), text: text.into() });
        self
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The finding as one about the source file `file`.
    pub fn into_diagnostic(self, file: FileId) -> Diagnostic {
        let span = |start: u32, end: u32| Span { file, start, end };
        let mut diagnostic = Diagnostic::new(self.code, self.severity, self.message)
            .at(span(self.start, self.end), self.label)
            .maybe_help(self.help);
        for note in self.related {
            diagnostic = diagnostic.also(span(note.start, note.end), note.text);
        }
        diagnostic
    }
}

/// Findings in the order in which they were made, up to a limit.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub items: Vec<Finding>,
    pub errors: usize,
    /// Whether the limit was met, and what came after was dropped.
    pub is_full: bool,
}

impl Findings {
    /// After so many findings about one text it says nothing new to a reader, and it would cost memory.
    pub const LIMIT: usize = 1_000;

    pub fn push(&mut self, finding: Finding) {
        self.errors += usize::from(finding.is_error());
        if self.items.len() < Findings::LIMIT {
            self.items.push(finding);
        } else {
            self.is_full = true;
        }
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

/// A text of the input as messages show it: escaped, cut, holes as `{{...}}`.
pub(super) fn shown(text: &str) -> String {
    const LENGTH: usize = 60;
    let mut shown = String::new();
    let mut is_in_hole = false;
    for character in text.chars() {
        match character {
            HOLE_START => {
                is_in_hole = true;
                shown.push_str("{{...}}");
            }
            HOLE_END => is_in_hole = false,
            _ if is_in_hole => {}
            _ => shown.extend(character.escape_debug()),
        }
        if shown.len() > LENGTH {
            shown.push_str("...");
            break;
        }
    }
    shown
}

/// A byte offset as the trees hold it; texts are at most 4 MiB, so nothing is cut.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
