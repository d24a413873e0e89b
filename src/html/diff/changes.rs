//! The changes, each folded as the model folds it: what changes on the left, the lines that say so on the right.

use super::{View, badge, colour, is_of};
use crate::diff::class::Class;
use crate::diff::lines::{self, Group, Limits, Line, Mark, Writer, clean};
use crate::diff::summary::count;
use crate::diff::{Action, Exception, Hunk, SetBy, Subject, Values};
use crate::html::words;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// What one change may take of the page.
const LIMITS: Limits = Limits { fields: 40, lines: 60, width: 400, names: 6 };
/// Changes that are shown.
const MOST_HUNKS: usize = 500;
/// So many are open to begin with, and of more those that deserve a second look.
const FEW: usize = 8;

pub fn section(view: &View<'_>) -> Markup {
    let hunks = &view.report.diff.hunks;
    let mut writer = Writer::new(&LIMITS);
    html! {
        @if !hunks.is_empty() {
            @let noun = if view.report.values.is_some() { "difference" } else { "change" };
            section aria-labelledby="changes" data-section=(noun) {
                h2 #changes { @if view.report.values.is_some() { "Objects that differ" } @else { "Changes" } }
                p.soft {
                    "What is the same on several sites is told once; " code { "{site}" } ", " code { "{environment}" } " and the \
                     like stand for their names."
                }
                p.folds.no-script {
                    button type="button" data-fold="open" { "Open all" } " "
                    button type="button" data-fold="close" { "Close all" }
                }
                @for (number, hunk) in hunks.iter().enumerate().take(MOST_HUNKS) { (self::hunk(number, hunk, view, &mut writer)) }
                @if hunks.len() > MOST_HUNKS {
                    p { "and " (count(hunks.len() - MOST_HUNKS, "more change")) ", which this page has no room for. This shows all of it:" }
                    pre tabindex="0" { code { (clean(&view.report.command)) } }
                }
            }
        }
    }
}

/// The values that differ between two environments, side by side: neither becomes the other.
pub fn values(view: &View<'_>) -> Markup {
    let Some(values) = view.report.values.as_ref().filter(|values| !values.changes.is_empty()) else {
        return html! {};
    };
    let [old, new] = view.report.sides.each_ref().map(|side| clean(side));
    let mut writer = Writer::new(&LIMITS);
    html! {
        section aria-labelledby="values" data-section="value" {
            h2 #values { "Values that differ" }
            table.cards.values {
                thead { tr { @for head in ["Value", &old, &new, "Sites"] { th scope="col" { (head) } } } }
                tbody {
                    @for change in &values.changes {
                        @let path = clean(&change.path.to_string());
                        @let lines = writer.told_value(change);
                        tr data-row=""
                            data-tenant=(names(&change.subjects, |subject| &subject.tenant))
                            data-environment=(names(&change.subjects, |subject| &subject.environment))
                            data-cluster=(names(&change.subjects, |subject| &subject.cluster))
                            data-flags=" changed "
                        {
                            th scope="row" { code { (path) } }
                            @for (side, name) in [&old, &new].into_iter().enumerate() {
                                td data-label=(name) {
                                    (one_side(&lines, side, &path))
                                    @if let Some(place) = &change.set_by[side] { (cause(place, "", view)) }
                                }
                            }
                            td data-label="Sites" {
                                @if change.subjects.len() == values.deployments && values.deployments > 1 { "all " (values.deployments) }
                                @else { (sites(&change.subjects)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What one of two sides says of a value.
fn one_side(lines: &[Line], side: usize, path: &str) -> Markup {
    let mark = [Mark::Old, Mark::New][side];
    let own = lines.iter().filter_map(|line| match &line.sides {
        Some(sides) => line.text.get(sides[side].clone()),
        None if line.mark == mark || (line.depth > 0 && matches!(line.mark, Mark::Plain | Mark::Remark)) => {
            let value = line.text.strip_prefix(path).and_then(|rest| rest.strip_prefix(": "));
            Some(value.unwrap_or(&line.text))
        }
        None if line.mark == Mark::Plain => line.text.strip_prefix(path)?.strip_prefix(": "),
        None => None,
    });
    let text = own.collect::<Vec<_>>().join("\n");
    html! {
        @if text.is_empty() { span.soft { "not set" } } @else { div.change { div.line { (text) } } }
    }
}

fn names<'s>(subjects: &'s [Subject], part: fn(&'s Subject) -> &'s str) -> String {
    words(subjects.iter().map(part).collect::<BTreeSet<_>>())
}

fn hunk(number: usize, hunk: &Hunk, view: &View<'_>, writer: &mut Writer<'_>) -> Markup {
    let is_grave = hunk.classes.iter().any(|class| class.is_grave() || *class == Class::Removed);
    let is_open = view.report.diff.hunks.len() <= FEW || (is_grave && number < FEW);
    html! {
        details.hunk id=(format!("c{}", number + 1)) open[is_open] data-row=""
            data-tenant=(is_of(hunk, |subject| &subject.tenant))
            data-environment=(is_of(hunk, |subject| &subject.environment))
            data-cluster=(is_of(hunk, |subject| &subject.cluster))
            data-class=(words(hunk.classes.iter().map(|class| class.name())))
            data-flags=" changed "
        {
            summary {
                h3 class=(sign_colour(hunk.action)) {
                    span.sign aria-hidden="true" { (sign(hunk.action)) }
                    span.hear { (hunk.action.name()) ": " }
                    (clean(&hunk.title))
                }
                span.places { (lines::places(hunk, &LIMITS)) }
                span.badges { @for class in &hunk.classes { (badge(*class)) " " } }
            }
            div.hunk-body {
                (said(&writer.told_of(hunk)))
                @if hunk.is_bundle() { (asked(number, hunk, view)) }
                (fields(hunk, view, writer))
                (exceptions(&hunk.exceptions, view))
                (subjects(hunk))
            }
        }
    }
}

fn sign(action: Action) -> &'static str {
    match action.sign() {
        '+' => "+ ",
        '-' => "\u{2212} ",
        _ => "~ ",
    }
}

fn sign_colour(action: Action) -> &'static str {
    match action {
        Action::Removed => colour(Class::Removed),
        Action::New => colour(Class::New),
        Action::Changed | Action::Moved => "",
    }
}

/// What is said of a change as a whole.
fn said(lines: &[Line]) -> Markup {
    html! {
        @if !lines.is_empty() {
            ul.said.wide {
                @for line in lines {
                    @if line.mark == Mark::Warning { li.warned { (line.text) } } @else { li { (line.text) } }
                }
            }
        }
    }
}

/// Who asks for what becomes of whole namespaces.
fn asked(number: usize, hunk: &Hunk, view: &View<'_>) -> Markup {
    let places = view.asked_by.get(&number).map(Vec::as_slice).unwrap_or_default();
    html! {
        div.wide {
            @for place in places {
                (cause(place, if place.is_old { "was asked for in " } else { "asked for in " }, view))
            }
            @if places.is_empty() && hunk.action == Action::Removed {
                p.soft { "No spec asks for it any more." }
            }
        }
    }
}

/// Fields beside who sets them; those of one origin stand together.
fn fields(hunk: &Hunk, view: &View<'_>, writer: &mut Writer<'_>) -> Markup {
    let groups = lines::grouped(&hunk.fields, &LIMITS);
    let shown = groups.get(..LIMITS.fields).unwrap_or(&groups);
    let left: usize = groups.iter().skip(shown.len()).map(|group| group.members().count()).sum();
    let first = if hunk.subjects.len() > 1 { hunk.subjects.first() } else { None };
    let of_first = |run: &[Group<'_>]| match first {
        // Of values of all sorts those of one object are looked up.
        Some(subject) if run.iter().any(|group| !matches!(group.first.values, Values::Same { .. })) => {
            format!("of {}: ", clean(&subject.place()))
        }
        Some(_) | None => String::new(),
    };
    html! {
        @for run in shown.chunk_by(|one, other| places(one) == places(other)) {
            @let told: Vec<Line> = run.iter().flat_map(|group| writer.told_group(group)).collect();
            (pair(&told, run.first().map(places).unwrap_or_default(), &of_first(run), view))
        }
        @if left > 0 { p.wide.soft { "and " (count(left, "more field")) } }
    }
}

/// Who sets the fields of a group, each once.
fn places<'f>(group: &Group<'f>) -> Vec<&'f SetBy> {
    let mut places: Vec<&SetBy> = Vec::new();
    for place in group.members().flat_map(|field| &field.set_by) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// What changes, and beside it the lines that say so.
fn pair(told: &[Line], places: Vec<&SetBy>, whose: &str, view: &View<'_>) -> Markup {
    html! {
        div.change { @for line in told { (self::line(line)) } }
        div.causes {
            @for place in places {
                @let verb = match (place.is_old, place.who.is_empty()) {
                    (true, true) => "was written in ",
                    (true, false) => "was set in ",
                    (false, true) => "written in ",
                    (false, false) => "set in ",
                };
                (cause(place, &format!("{whose}{verb}"), view))
            }
        }
    }
}

fn line(line: &Line) -> Markup {
    let depth = format!("line d{}", line.depth.min(3));
    let old = |text: &str| html! { del { span.hear { "was " } (text) } };
    let new = |text: &str| html! { ins { span.hear { "now " } (text) } };
    html! {
        @match (line.mark, &line.sides) {
            (_, Some([was, is])) => {
                @let (path, was, is) = (&line.text[..was.start], &line.text[was.clone()], &line.text[is.clone()]);
                div class=(depth) { span.path { (path) } (old(was)) " \u{2192} " (new(is)) }
            },
            (Mark::Old, None) => div class=(depth) { del.old { span.hear { "was " } (line.text) } },
            (Mark::New, None) => div class=(depth) { ins.new { span.hear { "now " } (line.text) } },
            (Mark::Plain, None) => div class=(depth) { span.path[line.depth == 0] { (line.text) } },
            (Mark::Remark | Mark::Warning, None) => div class=(format!("{depth} soft")) { (line.text) },
        }
    }
}

/// A line of a spec or template, with what it says.
fn cause(place: &SetBy, verb: &str, view: &View<'_>) -> Markup {
    html! {
        figure.cause {
            figcaption {
                (verb) code.where { (clean(&place.file)) ":" (place.line) }
                @if !place.who.is_empty() { ", " (clean(&place.who)) }
            }
            @if let Some(text) = view.quotes.of(place) { pre.quote { code { (text) } } }
        }
    }
}

/// Objects that the change passes over.
fn exceptions(exceptions: &[Exception], view: &View<'_>) -> Markup {
    html! {
        @if !exceptions.is_empty() {
            div.wide {
                p { strong { "Not on " (count(exceptions.len(), "object")) } ", which stay as they are:" }
                ul {
                    @for exception in exceptions.iter().take(LIMITS.names) {
                        li {
                            (clean(&exception.subject.place()))
                            @if let Some(place) = &exception.set_by { (cause(place, "set in ", view)) }
                        }
                    }
                    @if exceptions.len() > LIMITS.names { li.soft { "and " (exceptions.len() - LIMITS.names) " more" } }
                }
            }
        }
    }
}

/// All that the change is about, by environment and cluster.
fn subjects(hunk: &Hunk) -> Markup {
    html! {
        @if hunk.subjects.len() > 1 {
            details.wide {
                summary { "All " (hunk.subjects.len()) @if hunk.is_bundle() { " namespaces" } @else { " objects" } }
                (sites(&hunk.subjects))
            }
        }
    }
}

fn sites(subjects: &[Subject]) -> Markup {
    let mut homes: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for subject in subjects {
        let name = match (subject.site.as_str(), subject.namespace.as_str()) {
            ("", "") => subject.name.as_str(),
            ("", namespace) => namespace,
            (site, _) => site,
        };
        homes.entry((&subject.environment, &subject.cluster)).or_default().insert(name);
    }
    html! {
        dl {
            @for ((environment, cluster), names) in homes {
                dt { @if !environment.is_empty() { (environment) " on " } (cluster) }
                dd { (clean(&names.into_iter().collect::<Vec<_>>().join(", "))) }
            }
        }
    }
}
