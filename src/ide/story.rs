//! Why a value is what it is in one deployment, for hovers: the winner, the losers, and the fields that it ends up in.
//!
//! Asks [`crate::explain`] of a part of the fleet: one site in one environment. Where that part has errors there is no story.

use super::check::part_of;
use super::feeds::{self, Feeds};
use super::fleet::Fleet;
use super::index::Entry;
use super::names::Named;
use super::subject::{Pointed, Subject};
use super::values::segments_of;
use crate::explain::fleet::{home, inner};
use crate::explain::values::ValueStory;
use crate::explain::{self, Lost, Role, Step};
use crate::mustache::Step as PathStep;
use crate::pipeline::prepare::Prepared;
use crate::pipeline::{Filter, Findings, Loaded, Options, Phase, unit};
use crate::pointer::Pointer;
use crate::resolve::{Deployment, Unit};
use crate::source::{Sources, Span};
use crate::spec::Kind;
use crate::value::brief;
use serde_json::Value;
use std::collections::BTreeSet;

/// Deployments that are looked through for one in which the line at hand wins.
const MAX_DEPLOYMENTS: usize = 12;
/// Bytes between a key and its value: a colon and white space.
const MAX_GAP: usize = 40;
/// Fields that are told.
const MAX_FIELDS: usize = 6;
/// Losers that are told.
const MAX_LOSERS: usize = 8;
/// Characters of a value that are shown.
const MAX_VALUE: usize = 100;

/// The deployment that a place is about: of a site's document that site, in the environment at the place; else the first of
/// those that the file feeds.
pub(super) struct Chosen {
    pub site: String,
    pub environment: Option<String>,
    pub cluster: Option<String>,
}

/// Tells the story of the value that stands at a place, as Markdown.
pub fn tell(fleet: &Fleet, path: &str, offset: usize, pointed: &Pointed, now: Option<i64>) -> Option<String> {
    let Subject::Value { steps, .. } = &pointed.subject else { return None };
    // The value of any item is none in particular: the list that holds it is told of.
    let keys = steps.iter().map_while(|step| match step {
        PathStep::Key(key) => Some(key.as_str()),
        PathStep::Item => None,
    });
    let value = Pointer::from_segments(keys);
    let chosen = choose(fleet, path, offset)?;
    let feeds = Feeds { sites: BTreeSet::from([chosen.site.clone()]), ..Feeds::default() };
    let part = part_of(fleet, path, &feeds, std::slice::from_ref(&chosen.site));
    let environments = chosen.environment.iter().cloned().collect();
    let filter = Filter { sites: vec![chosen.site.clone()], environments, ..Filter::default() };
    let options = Options { filter, now, ..Options::default() };
    let (specs, mut findings) = Loaded::of_part(fleet.sources(), &options, &part).into_specs();
    let specs = specs.filter(|_| !findings.has_errors())?;
    let prepared = Prepared::new(fleet.sources(), &specs, &options, findings.phase(Phase::Load))?;
    let explained = explain::Fleet::new(&prepared, &options.filter, findings.phase(Phase::Resolve));
    let is_asked = |deployment: &Deployment<'_>| {
        deployment.site.name() == chosen.site
            && chosen.environment.as_ref().is_none_or(|name| deployment.environment.name() == name)
            && chosen.cluster.as_ref().is_none_or(|name| deployment.cluster.spec.name() == name)
    };
    let all = explained.units.iter().flat_map(|unit| unit.deployments.iter().map(move |deployment| (unit, deployment)));
    let mut first = None;
    for (unit, deployment) in all.filter(|(_, deployment)| is_asked(deployment)).take(MAX_DEPLOYMENTS) {
        let Some((step, text)) = of_deployment(&explained, unit, deployment, &value) else { continue };
        // Best of all one in which it is this very line that wins.
        let wins = step.place.is_some_and(|place| {
            explained.prepared.sources.path(place.file) == path
                && (pointed.bytes.start..=place.end as usize).contains(&offset)
                && (place.start as usize).saturating_sub(pointed.bytes.end) <= MAX_GAP
        });
        if wins {
            first = Some((unit, text));
            break;
        }
        first.get_or_insert((unit, text));
    }
    let (unit, mut text) = first?;
    for line in rendered(&explained, unit, &value, &mut findings) {
        text.push('\n');
        text.push_str(&line);
    }
    Some(text)
}

/// The deployment that a place in a file is about.
pub(super) fn choose(fleet: &Fleet, path: &str, offset: usize) -> Option<Chosen> {
    let entries = fleet.index().in_file(path);
    let here = entries.iter().find(|entry| entry.bytes.contains(&offset) || entry.bytes.end == offset);
    if let Some(entry) = here.filter(|entry| entry.kind == Kind::Site) {
        let text = fleet.text(path)?;
        let cursor = super::outline::Outline::of(text).cursor(text, offset)?;
        let segments = segments_of(&cursor.path);
        let (environment, cluster) = match segments.as_slice() {
            ["spec", "environments", environment, "clusters", cluster, ..] => (Some(*environment), Some(*cluster)),
            ["spec", "environments", environment, ..] => (Some(*environment), None),
            _ => (None, None),
        };
        let owned = |name: Option<&str>| name.map(str::to_owned);
        return Some(Chosen { site: entry.name.clone(), environment: owned(environment), cluster: owned(cluster) });
    }
    let feeds = feeds::of_file(fleet, path);
    let of_kind = |kind: Kind| here.filter(|entry| entry.kind == kind).map(|entry: &Entry| entry.name.clone());
    let environment = of_kind(Kind::Environment);
    let is_in = |site: &&String| {
        let Some(environment) = &environment else { return true };
        let entry = fleet.index().find(Kind::Site, site).map(|(_, entry)| entry);
        entry.is_some_and(|entry| entry.mentions(Named::Spec(Kind::Environment), environment))
    };
    let site = feeds.sites.iter().find(is_in)?.clone();
    Some(Chosen { site, environment, cluster: of_kind(Kind::Cluster) })
}

fn of_deployment(
    fleet: &explain::Fleet<'_, '_>,
    unit: &Unit<'_>,
    deployment: &Deployment<'_>,
    value: &Pointer,
) -> Option<(Step, String)> {
    let sources = fleet.prepared.sources;
    let mut findings = Findings::default();
    let number = unit.deployments.iter().position(|other| other.id() == deployment.id())?;
    let (_, deployments) = unit::inputs(fleet.prepared, unit, &mut findings)?;
    let inputs = deployments.get(number)?;
    let home = home(fleet.prepared, unit.cluster, Some(inner(unit, deployment)));
    let story = ValueStory { trace: inputs.retrace(), home };
    let step = story.explain(value);
    let mut lines = vec![match story.get(value) {
        Some(found) => format!("in `{}`: `{}`", deployment.id(), shown(found)),
        None => format!("in `{}`: not set", deployment.id()),
    }];
    lines.push(format!("- {}{}", step.what, place(step.place, sources)));
    for Lost { place: at, what, value } in step.lost.iter().take(MAX_LOSERS) {
        let said = value.as_ref().map_or_else(|| "removed it".to_owned(), |value| format!("`{}`", shown(value)));
        lines.push(format!("- beats {what}: {said}{}", place(*at, sources)));
    }
    if step.lost.len() > MAX_LOSERS {
        lines.push(format!("- and {} more", step.lost.len() - MAX_LOSERS));
    }
    for from in step.from.iter().take(MAX_LOSERS) {
        let said = from.value.as_ref().map(|value| format!(": `{}`", shown(value))).unwrap_or_default();
        lines.push(format!("- `{}`{said}, {}{}", from.name, from.what, place(from.place, sources)));
    }
    Some((step, lines.join("\n")))
}

/// The fields that the value ends up in, as lines.
fn rendered(fleet: &explain::Fleet<'_, '_>, unit: &Unit<'_>, value: &Pointer, findings: &mut Findings) -> Vec<String> {
    let Some(traced) = fleet.namespace(unit, findings) else { return Vec::new() };
    let mut lines = Vec::new();
    let mut count = 0;
    let name = value.dotted();
    for number in 0..traced.objects().len() {
        let Some(subject) = traced.subject(number) else { continue };
        let Some(path) = subject.path() else { continue };
        for field in subject.fields() {
            if is_made_of(&subject.explain(&field), &name) {
                count += 1;
                if count <= MAX_FIELDS {
                    lines.push(format!("- rendered as `{}` in `{path}`", field.dotted()));
                }
            }
        }
    }
    if count > MAX_FIELDS {
        lines.push(format!("- and in {} more fields", count - MAX_FIELDS));
    }
    lines
}

/// Whether a step is made from a value, or from a part of it. That a section asked for it is no part of what it says.
fn is_made_of(step: &Step, name: &str) -> bool {
    let is_value = matches!(step.role, Role::Value | Role::Computed | Role::Removed);
    let below = step.name.strip_prefix(name);
    let is_it = is_value && below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    is_it || step.from.iter().filter(|from| from.role != Role::Section).any(|from| is_made_of(from, name))
}

fn place(span: Option<Span>, sources: &Sources) -> String {
    let Some(span) = span else { return String::new() };
    let at = sources.line_column(span.file, span.start);
    format!(" (`{}:{}`)", sources.path(span.file), at.line)
}

/// A value on one line, cut where it is long.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => brief(other),
    };
    let text = text.replace('`', "'").replace('\n', " ");
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
