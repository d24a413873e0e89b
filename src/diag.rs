//! What is said about the user's input: diagnostics with a code, places and a remedy.
//!
//! Phases push [`Diagnostic`]s and go on; the driver stops at the end of the first phase that pushed an error. Rendering for
//! people is in [`render`], for machines in [`json`], [`github`] and [`sarif`]; no other module knows how a message looks.

pub mod github;
pub mod json;
pub mod render;
pub mod sarif;

use crate::source::{Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The stable name of a kind of diagnostic, with what `bayplan explain CODE` and the docs say of it.
///
/// Each module keeps its own codes as statics; [`crate::codes`] lists them all.
#[derive(Debug)]
pub struct Code {
    /// Kebab case, such as `unknown-field`.
    pub name: &'static str,
    /// One or more paragraphs: what it means, why it is refused, what to do.
    pub explanation: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A place and what to say of it. An empty text shows the place alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One finding. Build with [`Diagnostic::error`] or [`Diagnostic::warning`] and the methods that add to it.
///
/// `message` is one lower-case phrase without a full stop; labels say what is there; help says what to do.
/// No text may hold the value of a secret.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    pub message: String,
    /// The place to look at first; none only for findings about the run as a whole.
    pub primary: Option<Label>,
    /// Further places: the other definition, the value, the schema.
    pub related: Vec<Label>,
    pub help: Vec<String>,
    /// What else to know, after the help.
    pub notes: Vec<String>,
    /// Deployments that it is about, each `SITE@ENVIRONMENT@CLUSTER`; filled in by the phases that work per deployment.
    pub deployments: Vec<String>,
    /// Whether the text at its places is a secret: places are then named and not shown.
    pub is_confidential: bool,
    /// The part of the message that differs from deployment to deployment, such as the name of an object.
    subject: Option<String>,
    /// What makes findings at one place the same mistake.
    alike: Option<Alike>,
}

/// Findings of one sort at one place are one mistake, whatever each says of its own object.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alike {
    sort: String,
    /// The value that is to be corrected, wherever it was inserted: such findings at any places are one mistake.
    value: Option<Span>,
    /// Whom it is about, such as `Deployment portal-web`.
    owner: String,
    /// Whom those are about that were folded into this one.
    others: BTreeSet<String>,
}

impl Diagnostic {
    pub fn new(code: &'static Code, severity: Severity, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary: None,
            related: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            deployments: Vec::new(),
            is_confidential: false,
            subject: None,
            alike: None,
        }
    }

    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic::new(code, Severity::Error, message)
    }

    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic::new(code, Severity::Warning, message)
    }

    /// Sets the primary place.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: label.into() });
        self
    }

    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Label { span, text: label.into() });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a help line where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// The text at its places is never shown.
    #[must_use]
    pub fn confidential(mut self) -> Self {
        self.is_confidential = true;
        self
    }

    /// Names the part of the message by which alone the same mistake may differ in other deployments: those are then told as one.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Says what makes this and others at its places the same mistake, though their messages name other objects: they are then
    /// told as one, with a note that names some of the others. `value` is the one that all of them got, if it is that.
    #[must_use]
    pub fn alike(mut self, sort: impl Into<String>, owner: impl Into<String>, value: Option<Span>) -> Self {
        self.alike = Some(Alike { sort: sort.into(), value, owner: owner.into(), others: BTreeSet::new() });
        self
    }

    /// Takes over what a finding of the same mistake has besides.
    fn fold(&mut self, other: Diagnostic) {
        self.deployments.extend(other.deployments);
        if let (Some(own), Some(other)) = (&mut self.alike, other.alike)
            && own.owner != other.owner
        {
            own.others.insert(other.owner);
        }
    }

    /// The note on the findings that were folded into this one.
    fn finish(&mut self) {
        self.deployments.sort();
        self.deployments.dedup();
        let Some(Alike { others, .. }) = self.alike.take().filter(|alike| !alike.others.is_empty()) else { return };
        let shown: Vec<&str> = others.iter().take(3).map(String::as_str).collect();
        let rest = match others.len().saturating_sub(shown.len()) {
            0 => String::new(),
            count => format!(", and {count} more"),
        };
        self.notes.push(format!("the same in {}{rest}", shown.join(", ")));
    }

    #[must_use]
    pub fn in_deployment(mut self, deployment: impl Into<String>) -> Self {
        self.deployments.push(deployment.into());
        self
    }
}

/// The findings of a run, in the order in which they were pushed until [`Diagnostics::into_sorted`].
#[derive(Debug, Default, Clone)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn new() -> Self {
        Diagnostics::default()
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.items.extend(diagnostics);
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Makes every warning an error (`--strict`).
    pub fn make_strict(&mut self) {
        for diagnostic in &mut self.items {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
        }
    }

    /// Folds findings that differ only in their deployments and what names those into one, and sorts: errors first, then by
    /// place, code, message.
    pub fn into_sorted(self, sources: &Sources) -> Vec<Diagnostic> {
        let mut folded: BTreeMap<SortKey, Diagnostic> = BTreeMap::new();
        for diagnostic in self.items {
            let key = SortKey::of(&diagnostic, sources);
            match folded.entry(key) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(diagnostic);
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    slot.get_mut().fold(diagnostic);
                }
            }
        }
        folded
            .into_values()
            .map(|mut diagnostic| {
                diagnostic.finish();
                diagnostic
            })
            .collect()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// The text without a name, wherever that stands as a word of its own.
fn without(text: &str, name: &str) -> String {
    if name.is_empty() {
        return text.to_owned();
    }
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(name) {
        let (before, after) = (&rest[..start], &rest[start + name.len()..]);
        left.push_str(before);
        if left.ends_with(is_part) || after.starts_with(is_part) {
            left.push_str(name);
        }
        rest = after;
    }
    left + rest
}

/// Order of findings, and what makes two of them the same. The place is compared by path, so that ids do not matter.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SortKey {
    severity: Severity,
    path: String,
    start: u32,
    code: &'static str,
    message: String,
    labels: Vec<Label>,
    help: Vec<String>,
}

impl SortKey {
    fn of(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let value = diagnostic.alike.as_ref().and_then(|alike| alike.value);
        let place = value.or_else(|| diagnostic.primary.as_ref().map(|label| label.span));
        let subject = diagnostic.subject.as_deref().unwrap_or_default();
        let labels = diagnostic.primary.iter().chain(&diagnostic.related).filter(|_| value.is_none());
        let (message, help) = match &diagnostic.alike {
            Some(alike) => (alike.sort.clone(), Vec::new()),
            None => (without(&diagnostic.message, subject), diagnostic.help.clone()),
        };
        let text = |label: &Label| match &diagnostic.alike {
            Some(_) => String::new(),
            None => without(&label.text, subject),
        };
        SortKey {
            severity: diagnostic.severity,
            path: place.map(|span| sources.path(span.file).to_owned()).unwrap_or_default(),
            start: place.map_or(0, |span| span.start),
            code: diagnostic.code.name,
            message,
            labels: labels.map(|label| Label { span: label.span, text: text(label) }).collect(),
            help,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_out_as_a_word_only() {
        assert_eq!(without("ConfigMap s has no field `s`", "s"), "ConfigMap  has no field ``");
        assert_eq!(without("spec.x of Deployment a-web-a", "a-web"), "spec.x of Deployment a-web-a");
        assert_eq!(without("ConfigMap größe", "größe"), "ConfigMap ");
        assert_eq!(without("nothing of it", ""), "nothing of it");
    }
}
