//! A diff as a page: what happens and what the gates say, the fleet as a matrix, then each change beside the lines that caused it.

mod changes;
mod matrix;

use super::{Page, select, words};
use crate::diff::class::Class;
use crate::diff::lines::clean;
use crate::diff::{Finding, Hunk, Report, SetBy, Subject, summary};
use crate::inventory::Inventory;
use crate::inventory::collect::Collector;
use matrix::Matrix;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};
use summary::count;

/// What a page shows.
pub struct View<'v> {
    /// Empty where the fleet could not be read.
    pub fleet: &'v str,
    pub report: &'v Report,
    /// The new side.
    pub inventory: &'v Inventory,
    /// The old version of what differs.
    pub before: &'v Collector,
    /// The text of the lines that set fields.
    pub quotes: &'v Quotes,
    /// By number of the hunk: the lines that ask for whole namespaces, or for what becomes of them.
    pub asked_by: &'v BTreeMap<usize, Vec<SetBy>>,
}

/// The text of lines of specs and templates, by where they stand.
#[derive(Debug, Default)]
pub struct Quotes(BTreeMap<(bool, String, usize), String>);

impl<'p> FromIterator<(&'p SetBy, String)> for Quotes {
    fn from_iter<I: IntoIterator<Item = (&'p SetBy, String)>>(quoted: I) -> Self {
        let key = |place: &SetBy| (place.is_old, place.file.clone(), place.line);
        Quotes(quoted.into_iter().map(|(place, text)| (key(place), text)).collect())
    }
}

impl Quotes {
    fn of(&self, place: &SetBy) -> Option<&str> {
        self.0.get(&(place.is_old, place.file.clone(), place.line)).map(String::as_str)
    }
}

/// The whole file.
pub fn page(view: &View<'_>) -> String {
    let [old, new] = &view.report.sides;
    let title = match view.fleet {
        "" => "What changes".to_owned(),
        fleet if view.report.values.is_some() => format!("Fleet {fleet}: {} against {}", clean(old), clean(new)),
        fleet => format!("Fleet {fleet}: what changes"),
    };
    let origin = format!("{} \u{2192} {}", clean(old), clean(new));
    Page { title: &title, origin: &origin, body: body(view) }.into_text()
}

fn body(view: &View<'_>) -> Markup {
    let report = view.report;
    let is_known = report.differs() && !report.is_withheld_whole();
    let matrix = Matrix::of(view);
    html! {
        section aria-labelledby="summary" {
            h2 #summary { "Summary" }
            (verdict(report))
            @if report.values.is_none() { (gates(report)) }
            @if is_known { (effects(report)) }
        }
        @if is_known {
            (filters(view, &matrix))
            @if !matrix.is_empty() { (matrix.section(view)) }
            (changes::values(view))
            (changes::section(view))
            (rest(report))
        }
    }
}

/// The sentence that comes first, and what is not told.
fn verdict(report: &Report) -> Markup {
    let is_at_risk = report.diff.summary.count(Class::DataAtRisk) > 0;
    let class = if is_at_risk || report.is_withheld_whole() { "verdict bad" } else { "verdict" };
    html! {
        div class=(class) {
            @if report.is_withheld_whole() {
                p.headline { strong { "Not compared" } }
            } @else {
                p.headline { strong { (sentence(&clean(&report.headline()))) } }
            }
            @for note in &report.notes { p { (with_code(&sentence(&clean(note.strip_prefix("note: ").unwrap_or(note))))) } }
        }
        @for withheld in &report.withheld { div.verdict.bad { p { (sentence(&clean(&withheld.told()))) } } }
    }
}

fn gates(report: &Report) -> Markup {
    let gates = &report.gates;
    let refusals = gates.refusals().count();
    let warnings = gates.findings.len() - refusals;
    let (class, told) = match (&gates.not_asked, refusals, warnings) {
        (Some(why), ..) => ("verdict warn", format!("Gates: not asked, {}.", clean(why))),
        (None, 0, 0) => ("verdict good", "Gates: nothing would be refused.".to_owned()),
        (None, 0, _) => ("verdict warn", format!("Gates: nothing would be refused, {}.", count(warnings, "warning"))),
        (None, ..) => {
            ("verdict bad", format!("Gates: publishing this would be refused, {}.", count(refusals, "reason")))
        }
    };
    html! {
        div class=(class) {
            p { strong { (told) } }
            @if gates.findings.len() <= FEW_FINDINGS {
                @for finding in &gates.findings { (self::finding(finding)) }
            } @else {
                (many_findings(report))
            }
        }
    }
}

/// So many findings of gates are told one by one.
const FEW_FINDINGS: usize = 8;
/// Of more, so many are told at most, and so many Acknowledgements printed of each code.
const MOST_FINDINGS: usize = 40;

/// Many findings: each sort once, then what to do by code.
fn many_findings(report: &Report) -> Markup {
    let folded = report.gate_findings();
    let mut by_code: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.gates.findings {
        by_code.entry(finding.code).or_default().push(finding);
    }
    html! {
        ul {
            @for finding in folded.iter().take(MOST_FINDINGS) { li { (with_code(&sentence(&clean(&finding.told())))) } }
            @if folded.len() > MOST_FINDINGS { li { "and " (folded.len() - MOST_FINDINGS) " more" } }
        }
        @for (code, findings) in by_code {
            @let helps = || findings.iter().flat_map(|finding| &finding.help);
            @let advice: BTreeSet<&str> = helps().filter(|help| !help.contains('\n')).map(String::as_str).collect();
            @let pasted: Vec<&str> = helps().filter_map(|help| acknowledgement_of(help)).collect();
            div.finding {
                p { code { (code) } }
                @for help in advice.into_iter().take(FEW_FINDINGS) { p.soft { (with_code(&sentence(&clean(help)))) } }
                @if !pasted.is_empty() {
                    details {
                        summary { "To go on all the same, add to site-specs/ (" (pasted.len()) "):" }
                        pre tabindex="0" {
                            code {
                                @for (number, text) in pasted.iter().take(MOST_FINDINGS).enumerate() {
                                    @if number > 0 { "---\n" }
                                    @for line in text.lines() { (clean(line)) "\n" }
                                }
                                @if pasted.len() > MOST_FINDINGS {
                                    "# and " (pasted.len() - MOST_FINDINGS) " more, which `bayplan publish --dry-run` prints\n"
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The Acknowledgement that a line of help prints.
fn acknowledgement_of(help: &str) -> Option<&str> {
    let start = help.find("apiVersion: ")?;
    help.get(start..).filter(|text| text.contains("kind: Acknowledgement"))
}

fn finding(finding: &Finding) -> Markup {
    let is_refusal = finding.severity == crate::diag::Severity::Error;
    html! {
        div.finding {
            p {
                @if is_refusal { span.badge.bad { "would refuse" } } @else { span.badge.warn { "would warn" } }
                " " code { (finding.code) } " " (with_code(&sentence(&clean(&finding.message))))
            }
            @for help in &finding.help {
                // What comes after the first line is to be pasted.
                @match help.split_once('\n') {
                    None => p.soft { (with_code(&sentence(&clean(help)))) },
                    Some((first, rest)) => details {
                        summary { (sentence(&clean(first))) }
                        pre tabindex="0" { code { @for line in rest.lines() { (clean(line)) "\n" } } }
                    },
                }
            }
        }
    }
}

/// What stands between backticks as code.
fn with_code(text: &str) -> Markup {
    html! {
        @for (number, piece) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// What happens, one item a class; an object may be in several.
fn effects(report: &Report) -> Markup {
    let classes = &report.diff.summary.classes;
    html! {
        @if !classes.is_empty() && report.values.is_none() {
            ul.effects aria-label="What happens to the objects in the clusters" {
                @for (class, counted) in classes {
                    li {
                        (badge(*class)) " "
                        strong { (listed(counted.by_kind.iter().map(|(kind, number)| count(*number, kind)))) }
                        " on " (listed(counted.clusters.iter().cloned())) ": "
                        span.soft { (meaning(*class)) }
                    }
                }
            }
        }
    }
}

/// At most eight of a list, and how many more.
fn listed(items: impl Iterator<Item = String>) -> String {
    const MOST: usize = 8;
    let items: Vec<String> = items.collect();
    let shown = items.iter().take(MOST).map(|item| clean(item)).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn filters(view: &View<'_>, matrix: &Matrix<'_>) -> Markup {
    let hunks = &view.report.diff.hunks;
    let subjects = || hunks.iter().flat_map(|hunk| &hunk.subjects);
    let names = |part: fn(&Subject) -> &str| -> BTreeSet<&str> {
        subjects().map(part).filter(|name| !name.is_empty()).collect()
    };
    let classes: BTreeSet<Class> = hunks.iter().flat_map(|hunk| hunk.classes.iter().copied()).collect();
    html! {
        form.filters.no-script role="search" aria-label="Filter sites and changes" {
            label { span { "Search (press /)" } input type="search" data-filter="text" placeholder="site, object, field, file"; }
            (select("tenant", "Tenant", names(|subject| &subject.tenant)))
            (select("environment", "Environment", names(|subject| &subject.environment)))
            (select("cluster", "Cluster", names(|subject| &subject.cluster)))
            @if !classes.is_empty() {
                label { span { "What happens" }
                    select data-filter="class" {
                        option value="" { "all" }
                        @for class in classes { option value=(class.name()) { (class.words()) } }
                    }
                }
            }
            @if matrix.has_unchanged() {
                label.check { input type="checkbox" data-filter="flags" value="changed" checked; (matrix.only()) }
            }
            button type="reset" { "Clear" }
            output aria-live="polite" {}
        }
    }
}

/// What is no change of an object.
fn rest(report: &Report) -> Markup {
    const MOST: usize = 50;
    let diff = &report.diff;
    html! {
        @if !diff.formatting.is_empty() {
            p.soft { (count(diff.formatting.len(), "object")) " written differently, with nothing changed." }
        }
        @if !diff.others.is_empty() {
            section aria-labelledby="others" {
                h2 #others { "Other files" }
                p { "Files that are no objects of bayplan's differ:" }
                ul {
                    @for path in diff.others.iter().take(MOST) { li { code { (clean(path)) } } }
                    @if diff.others.len() > MOST { li { "and " (diff.others.len() - MOST) " more" } }
                }
            }
        }
    }
}

/// A phrase as a sentence of its own.
fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let mut text: String = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    text.push_str(letters.as_str());
    if !text.ends_with(['.', ':', '!', '?']) {
        text.push('.');
    }
    text
}

fn badge(class: Class) -> Markup {
    html! { span class=(format!("badge {}", colour(class))) { (class.words()) } }
}

/// How a class is set off.
fn colour(class: Class) -> &'static str {
    match class {
        Class::DataAtRisk | Class::Recreates | Class::Removed => "bad",
        Class::Permissions | Class::Exposure | Class::SecretReference => "warn",
        Class::RestartsPods | Class::JobRuns => "info",
        Class::New => "good",
        Class::InPlace | Class::LeftAlone | Class::Formatting => "",
    }
}

/// What a class means, for those who read it for the first time.
fn meaning(class: Class) -> &'static str {
    match class {
        Class::DataAtRisk => "data may be lost, or no longer be where it was",
        Class::Recreates => "Kubernetes cannot change them: they are deleted and made anew",
        Class::Removed => "leave the cluster",
        Class::Permissions => "more is allowed than before",
        Class::Exposure => "can be reached from more places than before",
        Class::SecretReference => "a secret, or which one is read; values are never shown",
        Class::RestartsPods => "their pods are replaced",
        Class::JobRuns => "start once",
        Class::New => "are created",
        Class::InPlace => "are changed while they run",
        Class::LeftAlone => "the cluster keeps what it has",
        Class::Formatting => "nothing of them changes",
    }
}

/// The attributes that filters look for, of a hunk.
fn is_of<'h>(hunk: &'h Hunk, part: fn(&'h Subject) -> &'h str) -> String {
    words(hunk.subjects.iter().map(part).filter(|name| !name.is_empty()).collect::<BTreeSet<_>>())
}
