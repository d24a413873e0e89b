//! What a command says: diagnostics and progress on stderr, results on stdout; or all of it in a form for machines on stdout.

use super::args::{Color, Format, Global};
use super::exit::{CliError, ExitStatus};
use super::explain::Paint;
use crate::diag::{Diagnostic, Severity, github, json, render, sarif};
use crate::failure::Failed;
use crate::source::Sources;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};

/// Findings shown in full; the rest are counted.
const MAX_SHOWN: usize = 50;

/// Where and how a command speaks.
pub struct Report {
    format: Format,
    color: bool,
    /// Whether results are coloured.
    paint: Paint,
    quiet: bool,
    verbose: bool,
}

impl Report {
    pub fn new(global: &Global) -> Self {
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stderr().is_terminal(),
        };
        let is_painted = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal(),
        };
        let paint = if is_painted { Paint::Coloured } else { Paint::Plain };
        Report { format: global.format, color, paint, quiet: global.quiet, verbose: global.verbose }
    }

    /// Whether people read along and did not ask for quiet.
    pub fn is_talkative(&self) -> bool {
        !self.quiet && !self.is_json()
    }

    /// Whether more is to be told than usual.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// How results on stdout are set off.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints findings: at most 50 errors and 50 others in full, then the counts. For machines all of them.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) -> Result<(), Failed> {
        self.located(diagnostics, sources, "")
    }

    /// As [`Self::diagnostics`], for tools that count paths from the root of the git repository: `prefix` is the fleet's folder
    /// there, empty or with a `/` at its end.
    pub fn located(&self, diagnostics: &[Diagnostic], sources: &Sources, prefix: &str) -> Result<(), Failed> {
        let errors: Vec<&Diagnostic> =
            diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
        let others: Vec<&Diagnostic> =
            diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Error && !self.quiet).collect();
        match self.format {
            Format::Json => {
                for diagnostic in errors.iter().chain(&others) {
                    self.result_line(&json::to_json(diagnostic, sources))?;
                }
            }
            Format::Github => {
                for diagnostic in errors.iter().take(MAX_SHOWN).chain(others.iter().take(MAX_SHOWN)) {
                    self.result_bytes(github::to_line(diagnostic, sources, prefix).as_bytes())?;
                }
                for (found, word) in [(&errors, "error"), (&others, "warning")] {
                    if found.len() > MAX_SHOWN {
                        let more = count(found.len() - MAX_SHOWN, word);
                        self.result_bytes(format!("::notice::and {more} more\n").as_bytes())?;
                    }
                }
            }
            Format::Sarif => {
                let all: Vec<&Diagnostic> = errors.into_iter().chain(others).collect();
                self.result_line(&sarif::to_document(&all, sources, prefix))?;
            }
            Format::Human | Format::Markdown | Format::Html => {
                let mut stderr = io::stderr().lock();
                for diagnostic in others.iter().take(MAX_SHOWN).chain(errors.iter().take(MAX_SHOWN)) {
                    let text = render::to_text(diagnostic, sources, self.color);
                    // Nothing can be told if stderr is closed.
                    let _ = writeln!(stderr, "{text}");
                }
                for (found, word) in [(&others, "warning"), (&errors, "error")] {
                    if found.len() > MAX_SHOWN {
                        let _ = writeln!(stderr, "and {} more", count(found.len() - MAX_SHOWN, word));
                    }
                }
            }
        }
        Ok(())
    }

    /// One line of summary, last: for people on stderr, for machines with `type: summary`.
    pub fn summary(&self, text: &str, mut fields: Value) -> Result<(), Failed> {
        match self.format {
            Format::Json => {
                fields["type"] = json!("summary");
                self.result_line(&fields)
            }
            Format::Human | Format::Markdown | Format::Html | Format::Github | Format::Sarif => {
                if !self.quiet && !text.is_empty() {
                    let _ = writeln!(io::stderr(), "{text}");
                }
                Ok(())
            }
        }
    }

    /// A remark for `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbose && !self.is_json() {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// A remark that people should see, but that is no result.
    pub fn note(&self, text: &str) {
        if self.is_talkative() {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// One JSON object on stdout.
    pub fn result_line(&self, value: &Value) -> Result<(), Failed> {
        self.result_bytes(format!("{value}\n").as_bytes())
    }

    /// Bytes of a result on stdout. A reader that went away, as `head` does, has seen enough: the command goes on and ends with
    /// the exit code that it would have had.
    pub fn result_bytes(&self, bytes: &[u8]) -> Result<(), Failed> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Stdout { source }.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A text that is the whole result: as it is for people, under `name` of one result for machines.
    pub fn text(&self, name: &str, text: &[u8]) -> Result<(), Failed> {
        if !self.is_json() {
            return self.result_bytes(text);
        }
        self.result_line(&json!({"type": "result", name: String::from_utf8_lossy(text)}))?;
        self.summary("", json!({"exitCode": ExitStatus::Fine as u8}))
    }

    /// A failure that stops a part of the command. Where stdout is what failed, people are told on stderr whatever the format.
    pub fn problem(&self, failure: &Failed) {
        let diagnostic = failure.diagnostic();
        let sources = Sources::default();
        let is_stdout = matches!(failure.downcast_ref::<CliError>(), Some(CliError::Stdout { .. }));
        let written = match if is_stdout { Format::Human } else { self.format } {
            Format::Json => self.result_line(&json::to_json(&diagnostic, &sources)).is_ok(),
            Format::Github => self.result_bytes(github::to_line(&diagnostic, &sources, "").as_bytes()).is_ok(),
            Format::Sarif => self.result_line(&sarif::to_document(&[&diagnostic], &sources, "")).is_ok(),
            Format::Human | Format::Markdown | Format::Html => false,
        };
        if !written {
            // People read stderr, and so does whoever wonders why stdout broke off.
            let _ = writeln!(io::stderr(), "{}", render::to_text(&diagnostic, &sources, self.color));
        }
    }

    /// What stopped the command.
    pub fn failure(&self, failure: &Failed) {
        self.problem(failure);
        if self.is_json() {
            // If stdout is what failed, it was told on stderr.
            let _ = self.summary("", json!({"exitCode": ExitStatus::from(failure.class()) as u8}));
        }
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
