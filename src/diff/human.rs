//! The report for people at a terminal.

use super::class::Class;
use super::lines::{self, Limits, Line, Mark, Writer, clean};
use super::summary::count;
use super::{Hunk, Report, ValueChange};
use crate::diag::Severity;

/// How it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub color: bool,
    /// Everything, however long.
    pub is_full: bool,
}

/// Hunks shown where not all are asked for.
const MOST_HUNKS: usize = 60;

/// Findings of the gates, each sort once.
const MOST_FINDINGS: usize = 8;

const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
const FAINT: &str = "2";

/// The whole text.
pub fn render(report: &Report, style: Style) -> String {
    let mut page = Page { text: String::new(), style };
    let limits = if style.is_full { Limits::FULL } else { Limits::BRIEF };
    page.line(FAINT, &format!("{} -> {}", clean(&report.sides[0]), clean(&report.sides[1])));
    for note in &report.notes {
        page.line(FAINT, &clean(note));
    }
    for withheld in &report.withheld {
        page.line(RED, &clean(&withheld.told()));
    }
    if !report.is_withheld_whole() {
        let color = if report.diff.summary.count(Class::DataAtRisk) > 0 { RED } else { BOLD };
        page.line(color, &clean(&report.headline()));
        match &report.values {
            None => page.gates(report),
            Some(values) => page.values(&values.changes, values.deployments, &limits),
        }
    }
    let most = if style.is_full { usize::MAX } else { MOST_HUNKS };
    let mut writer = Writer::new(&limits);
    for hunk in report.diff.hunks.iter().take(most) {
        page.hunk(hunk, &limits, &mut writer);
    }
    let left = report.diff.hunks.len().saturating_sub(most);
    if left > 0 {
        let objects: usize = report.diff.hunks.iter().skip(most).map(|hunk| hunk.subjects.len()).sum();
        page.text.push('\n');
        let text = format!("and {} of {}; -v shows them", count(left, "more change"), count(objects, "object"));
        page.line(FAINT, &text);
    }
    page.rest(report);
    page.text
}

struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn line(&mut self, color: &str, text: &str) {
        self.piece(color, text);
        self.text.push('\n');
    }

    fn piece(&mut self, color: &str, text: &str) {
        if self.style.color && !color.is_empty() && !text.is_empty() {
            self.text.push_str(&format!("\u{1b}[{color}m{text}\u{1b}[0m"));
        } else {
            self.text.push_str(text);
        }
    }

    fn gates(&mut self, report: &Report) {
        if let Some(why) = &report.gates.not_asked {
            self.line(FAINT, &format!("gates: not asked, {}", clean(why)));
            return;
        }
        if report.gates.refusals().next().is_none() {
            self.line("", "gates: nothing would be refused");
        }
        let findings = report.gate_findings();
        let most = if self.style.is_full { usize::MAX } else { MOST_FINDINGS };
        for finding in findings.iter().take(most) {
            let color = if finding.severity == Severity::Error { RED } else { YELLOW };
            self.line(color, &format!("gates: {}", clean(&finding.told())));
        }
        let left: usize = findings.iter().skip(most).map(|finding| finding.count).sum();
        if left > 0 {
            self.line(RED, &format!("gates: and {}; -v shows them", count(left, "more finding")));
        }
    }

    fn values(&mut self, values: &[ValueChange], deployments: usize, limits: &Limits) {
        if values.is_empty() {
            return;
        }
        self.text.push_str("\nvalues\n");
        let mut writer = Writer::new(limits);
        for change in values {
            for line in writer.value(change, deployments) {
                self.marked(&line);
            }
        }
    }

    fn hunk(&mut self, hunk: &Hunk, limits: &Limits, writer: &mut Writer<'_>) {
        self.text.push('\n');
        let color = match hunk.action.sign() {
            '+' => GREEN,
            '-' => RED,
            _ => YELLOW,
        };
        let title = clean(&hunk.title);
        self.piece(color, &format!("{} {title}", hunk.action.sign()));
        self.piece(FAINT, &format!("  {}", lines::places(hunk, limits)));
        let classes: Vec<&str> = lines::classes(hunk).into_iter().map(Class::words).collect();
        if !classes.is_empty() {
            let is_grave = hunk.classes.iter().any(|class| class.is_grave());
            self.piece(if is_grave { RED } else { CYAN }, &format!("  [{}]", classes.join(", ")));
        }
        self.text.push('\n');
        for line in writer.hunk(hunk) {
            self.marked(&line);
        }
    }

    fn marked(&mut self, line: &Line) {
        let (color, sign) = match line.mark {
            Mark::Plain => ("", "  "),
            Mark::Old => (RED, "- "),
            Mark::New => (GREEN, "+ "),
            Mark::Remark => (FAINT, "# "),
            Mark::Warning => (RED, "! "),
        };
        self.text.push_str(&"  ".repeat(line.depth + 1));
        self.line(color, &format!("{sign}{}", line.text));
    }

    fn rest(&mut self, report: &Report) {
        let diff = &report.diff;
        if !diff.formatting.is_empty() {
            self.text.push('\n');
            let what = count(diff.formatting.len(), "object");
            self.line(FAINT, &format!("= {what} written differently, with nothing changed  [formatting only]"));
        }
        if !diff.others.is_empty() {
            self.text.push('\n');
            let named: Vec<String> = diff.others.iter().take(5).map(|path| clean(path)).collect();
            let more = diff.others.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.line(YELLOW, &format!("? files that are no objects of bayplan's differ: {}{more}", named.join(", ")));
        }
    }
}

impl super::Withheld {
    /// One sentence.
    pub fn told(&self) -> String {
        let errors = count(self.errors, "error");
        match &self.namespaces {
            None => format!("{} does not compile ({errors}): nothing is told of what differs", self.side),
            Some(names) if names.is_empty() => format!("{} has {errors}: what left the tree is not told", self.side),
            Some(names) => {
                let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
                let more = names.len() - shown.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!(
                    "{} does not compile in part ({errors}): nothing is told of {}: {}{more}",
                    self.side,
                    count(names.len(), "namespace"),
                    shown.join(", ")
                )
            }
        }
    }
}
