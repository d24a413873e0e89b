//! Explanations for people: a step a paragraph, what it was made from below it, further in.

use crate::explain::{Lost, Role, Step};
use crate::source::{Sources, Span};
use crate::value::brief;
use serde_json::Value;

/// Columns of the role.
const ROLE: usize = 9;

/// How a text is set off, on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Coloured,
}

impl Paint {
    pub fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub fn place(self, text: &str) -> String {
        self.wrap("36", text)
    }

    pub fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Paint::Coloured if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Paint::Plain | Paint::Coloured => text.to_owned(),
        }
    }
}

/// A step and all below it, each line indented.
pub fn step(step: &Step, sources: &Sources, paint: Paint) -> String {
    let mut writer = Writer { sources, paint, text: String::new() };
    writer.step(step, 0);
    writer.text
}

/// `file:line:column`.
pub fn place(span: Span, sources: &Sources) -> String {
    let at = sources.line_column(span.file, span.start);
    format!("{}:{}:{}", sources.path(span.file), at.line, at.column)
}

/// A value on one line.
pub fn value(value: &Value) -> String {
    match value {
        Value::String(text) if is_bare(text) => text.clone(),
        other => brief(other),
    }
}

fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.len() <= 80 && text.trim() == text && !text.chars().any(char::is_control)
}

struct Writer<'w> {
    sources: &'w Sources,
    paint: Paint,
    text: String,
}

impl Writer<'_> {
    fn step(&mut self, step: &Step, depth: usize) {
        let mut lines = Vec::new();
        let says = step.value.as_ref().filter(|_| depth > 0 || step.role == Role::Value);
        match (step.name.as_str(), says) {
            ("", None) => {}
            ("", Some(says)) => lines.push(value(says)),
            (name, None) => lines.push(name.to_owned()),
            (name, Some(says)) => lines.push(format!("{name} = {}", value(says))),
        }
        match step.place {
            Some(span) => {
                let place = self.paint.place(&place(span, self.sources));
                lines.push(format!("{place}  {}", step.what));
                lines.extend(self.source_line(step, span).map(|line| self.paint.faint(&line)));
            }
            None => lines.push(step.what.clone()),
        }
        for tag in step.through.iter().rev() {
            lines.push(format!("{} {}", self.paint.faint("through"), place(*tag, self.sources)));
        }
        lines.extend(step.lost.iter().map(|lost| self.lost(lost)));
        let indent = "  ".repeat(depth);
        for (number, line) in lines.iter().enumerate() {
            let role = if number == 0 { step.role.name() } else { "" };
            let padded = format!("{role:<ROLE$}");
            let role = if role.is_empty() { padded } else { self.paint.strong(&padded) };
            self.text.push_str(format!("{indent}{role} {line}").trim_end());
            self.text.push('\n');
        }
        for inner in &step.from {
            self.step(inner, depth + 1);
        }
    }

    fn lost(&self, lost: &Lost) -> String {
        let place = lost.place.map(|span| format!("{}  ", place(span, self.sources))).unwrap_or_default();
        let value = lost.value.as_ref().map(|lost| format!(": {}", value(lost))).unwrap_or_default();
        self.paint.faint(&format!("over {place}{}{value}", lost.what))
    }

    /// The line of a template or a patch, which says more than its place.
    fn source_line(&self, step: &Step, span: Span) -> Option<String> {
        let is_telling = matches!(step.role, Role::Template | Role::Patch | Role::Computed | Role::Section);
        if !is_telling || self.sources.is_private(span.file) {
            return None;
        }
        let line = self.sources.line_column(span.file, span.start).line;
        let text = self.sources.text(span.file).lines().nth(line - 1)?.trim();
        Some(text.chars().take(100).collect())
    }
}
