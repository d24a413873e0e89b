//! The table of partials that a template's tags may name.
//!
//! Takes the files of `partials/` and `templates/shared/`, which the caller has read; gives what a name stands for. No name
//! leads out of the table, whatever it looks like.

use super::codes;
use super::origin::Origin;
use super::scan::{self, Scanned};
use crate::diag::{Diagnostic, Diagnostics};
use crate::near;
use crate::source::{FileId, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What marks a file whose tags are read.
const SUFFIX: &str = ".mustache";
/// How names of `templates/shared/` begin.
const SHARED: &str = "shared/";

/// What the name in a partial tag stands for.
#[derive(Debug, Clone)]
pub enum Partial {
    /// A part of the template's text: `NAME.mustache`.
    Template(Arc<Scanned>),
    /// A file inserted as a string: `NAME`.
    File(WordForWord),
}

impl Partial {
    pub fn file(&self) -> FileId {
        match self {
            Partial::Template(scanned) => scanned.origin.file_id(),
            Partial::File(file) => file.file,
        }
    }
}

/// A file that is inserted as it is.
#[derive(Debug, Clone)]
pub struct WordForWord {
    pub file: FileId,
    pub text: Arc<str>,
}

/// Partials by name: those of one template, and below `shared/` those of all.
#[derive(Debug, Clone, Default)]
pub struct Partials {
    own: BTreeMap<String, Partial>,
    shared: Option<Arc<Partials>>,
    /// There are no partial files where this is used.
    is_for_specs: bool,
}

impl Partials {
    /// Reads the files of one folder, each with its path below that folder. Says what is wrong with them: two files for one
    /// name, bytes that are no text, tags that do not close.
    pub fn read<'f>(
        files: impl IntoIterator<Item = (&'f str, FileId, &'f [u8])>,
        diagnostics: &mut Diagnostics,
    ) -> Partials {
        let mut own: BTreeMap<String, Partial> = BTreeMap::new();
        let mut read: BTreeMap<String, FileId> = BTreeMap::new();
        for (path, file, bytes) in files {
            let (name, is_template) = match path.strip_suffix(SUFFIX) {
                Some(name) => (name, true),
                None => (path, false),
            };
            if let Some(first) = read.insert(name.to_owned(), file) {
                diagnostics.push(ambiguous(name, first, file));
                continue;
            }
            let Some(text) = check_bytes(bytes, file, diagnostics) else { continue };
            let partial = if is_template {
                Partial::Template(Arc::new(scan::scan(text, Origin::file(file, text), diagnostics)))
            } else {
                Partial::File(WordForWord { file, text: text.into() })
            };
            own.insert(name.to_owned(), partial);
        }
        Partials { own, ..Partials::default() }
    }

    /// The table for strings in specs, which have no partials.
    pub(super) fn for_specs() -> Partials {
        Partials { is_for_specs: true, ..Partials::default() }
    }

    /// Adds the partials of `templates/shared/`, which are named `shared/NAME`. A template's own `partials/shared/` could not be
    /// named any more, so that is an error.
    #[must_use]
    pub fn with_shared(mut self, shared: Arc<Partials>, diagnostics: &mut Diagnostics) -> Self {
        for (name, partial) in self.own.iter().filter(|(name, _)| name.starts_with(SHARED)) {
            diagnostics.push(
                Diagnostic::error(
                    &codes::AMBIGUOUS_PARTIAL,
                    format!("the partial name `{name}` leads to `templates/shared/`"),
                )
                .at(Span::file(partial.file()), "this file cannot be named")
                .help("put it into another folder of `partials/`"),
            );
        }
        self.shared = Some(shared);
        self
    }

    pub fn get(&self, name: &str) -> Option<&Partial> {
        match (name.strip_prefix(SHARED), &self.shared) {
            (Some(name), Some(shared)) => shared.own.get(name),
            (Some(_), None) | (None, _) => self.own.get(name),
        }
    }

    /// Says that no partial has this name.
    pub(super) fn unknown(&self, name: &str, place: Span) -> Diagnostic {
        let shared = self.shared.iter().flat_map(|shared| shared.own.keys()).map(|name| format!("{SHARED}{name}"));
        let known: Vec<String> = self.own.keys().cloned().chain(shared).collect();
        let error = Diagnostic::error(&codes::UNKNOWN_PARTIAL, format!("no partial is named `{name}`"));
        if self.is_for_specs {
            return error.at(place, "strings of a spec include no partials").help("write the text out here");
        }
        let is_path = name.starts_with('/') || name.split('/').any(|part| part == ".." || part == ".");
        let stem = name.strip_suffix(SUFFIX).filter(|stem| self.get(stem).is_some());
        match (is_path, stem) {
            (true, _) => {
                error.at(place, "a path is no name").help("a name is a path below `partials/`, or `shared/NAME`")
            }
            (false, Some(stem)) => {
                error.at(place, "not in the partial table").help(format!("write `{{{{> {stem}}}}}`"))
            }
            (false, None) => {
                let help = near::hint(name, known.iter().map(String::as_str));
                let is_empty = known.is_empty();
                let error = error.at(place, "not in the partial table").maybe_help(help);
                if is_empty { error.help("put the file into the template's folder `partials/`") } else { error }
            }
        }
    }
}

fn ambiguous(name: &str, first: FileId, second: FileId) -> Diagnostic {
    Diagnostic::error(&codes::AMBIGUOUS_PARTIAL, format!("the partial name `{name}` leads to two files"))
        .at(Span::file(second), "this file")
        .also(Span::file(first), "and this one")
        .help("rename one of them")
}

fn check_bytes<'b>(bytes: &'b [u8], file: FileId, diagnostics: &mut Diagnostics) -> Option<&'b str> {
    let refuse = |message: &str, start: usize, end: usize, label: &str| {
        Diagnostic::error(&codes::PARTIAL_BYTES, message).at(Span::new(file, start, end), label)
    };
    match std::str::from_utf8(bytes) {
        Err(error) => {
            let start = error.valid_up_to();
            let end = start + error.error_len().unwrap_or(bytes.len() - start);
            diagnostics.push(
                refuse("the partial is not UTF-8 text", start, end, "these bytes are no character")
                    .help("save it as UTF-8"),
            );
            None
        }
        Ok(text) => {
            if let Some(offset) = text.find('\0') {
                let error = refuse("the partial holds a NUL byte", offset, offset + 1, "this byte");
                diagnostics.push(error.help("delete it; binary files cannot be inserted"));
                return None;
            }
            Some(text)
        }
    }
}
