//! What is told of what stands at a place, as Markdown.

use super::complete::{description_of, inline, type_of};
use super::fleet::Fleet;
use super::index::Entry;
use super::names::Named;
use super::schema::Place;
use super::story;
use super::subject::{self, Subject};
use super::text::Bytes;
use crate::codes;
use crate::load::templates::TEMPLATE_ROOT;
use crate::mustache::Step;
use crate::pointer::Pointer;
use crate::resolve::roots::RESERVED;
use crate::spec::{Kind, schema};
use serde_json::Value;
use std::collections::BTreeSet;

/// Names of one sort that a hover lists.
const MAX_NAMES: usize = 8;

/// What is told, and the bytes that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    pub markdown: String,
    pub bytes: Bytes,
}

/// `now` is the time of the source commit, as a check takes it.
pub fn hover(fleet: &Fleet, path: &str, offset: usize, now: Option<i64>) -> Option<Hover> {
    let pointed = subject::at(fleet, path, offset)?;
    let markdown = match &pointed.subject {
        Subject::Name { named: Named::Spec(kind), name } => of_spec(fleet, *kind, name)?,
        Subject::Name { named: Named::File, name } => {
            fleet.sources().find(name)?;
            format!("file `{name}`")
        }
        Subject::Name { named: Named::Tier, name } => of_tier(fleet, name),
        Subject::Name { named: Named::Change, name } => {
            let code = codes::all().into_iter().find(|code| code.name == name)?;
            format!("`{name}`\n\n{}", code.explanation)
        }
        Subject::Value { templates, steps } => {
            let declared = of_value(fleet, templates, steps);
            let story = story::tell(fleet, path, offset, &pointed, now);
            let told: Vec<String> = declared.into_iter().chain(story).collect();
            (!told.is_empty()).then(|| told.join("\n\n"))?
        }
        Subject::Field { kind, path } => of_field(*kind, path)?,
        Subject::Partial { file, .. } => format!("partial `{file}`"),
    };
    Some(Hover { markdown, bytes: pointed.bytes })
}

fn of_spec(fleet: &Fleet, kind: Kind, name: &str) -> Option<String> {
    let (path, entry) = fleet.index().find(kind, name)?;
    let mut lines = vec![format!("**{} `{name}`** in `{path}`", kind.name())];
    lines.extend(comment_of(fleet, path, entry));
    let names = |named: Named| -> Option<String> {
        let all: BTreeSet<&str> = entry.mentioned(named).collect();
        (!all.is_empty()).then(|| listed(all.into_iter()))
    };
    let said: Vec<String> = [
        ("tenant", Named::Spec(Kind::Tenant)),
        ("template", Named::Spec(Kind::Template)),
        ("environments", Named::Spec(Kind::Environment)),
        ("clusters", Named::Spec(Kind::Cluster)),
        ("tiers", Named::Tier),
    ]
    .into_iter()
    .filter_map(|(word, named)| Some(format!("- {word}: {}", names(named)?)))
    .collect();
    lines.extend((!said.is_empty()).then(|| said.join("\n")));
    let sites = fleet.index().of_kind(Kind::Site).filter(|(_, site)| site.mentions(Named::Spec(kind), name)).count();
    match kind {
        Kind::Template => {
            let scope = fleet.template(name).map(|declared| declared.scope.name()).unwrap_or("unknown");
            lines.push(format!("scope {scope}, named by {sites} sites; files in `{TEMPLATE_ROOT}/{name}/`"));
        }
        Kind::Tenant | Kind::Environment => lines.push(format!("named by {sites} sites")),
        Kind::Fleet | Kind::Cluster | Kind::Site | Kind::Acknowledgement => {}
    }
    Some(lines.join("\n\n"))
}

/// The comment at the top of a document.
fn comment_of(fleet: &Fleet, path: &str, entry: &Entry) -> Option<String> {
    let text = fleet.text(path)?.get(entry.bytes.clone())?;
    let lines = text.trim_start_matches('\u{FEFF}').lines();
    let words: Vec<&str> = lines
        .skip_while(|line| line.starts_with("---") || line.trim().is_empty())
        .map_while(|line| line.strip_prefix('#'))
        .map(str::trim)
        .filter(|line| !line.starts_with("yaml-language-server"))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let more = all.len().saturating_sub(MAX_NAMES);
    let shown = all[..all.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn of_tier(fleet: &Fleet, tier: &str) -> String {
    let of = |kind: Kind| -> Vec<&str> {
        let all = fleet.index().of_kind(kind).filter(|(_, entry)| entry.mentions(Named::Tier, tier));
        all.map(|(_, entry)| entry.name.as_str()).collect()
    };
    let line = |word: &str, names: Vec<&str>| match names.is_empty() {
        true => format!("- {word}: none"),
        false => format!("- {word}: {}", listed(names.into_iter())),
    };
    let lines = [line("environments of it", of(Kind::Environment)), line("clusters that accept it", of(Kind::Cluster))];
    format!("tier `{tier}`\n\n{}", lines.join("\n"))
}

fn of_value(fleet: &Fleet, templates: &BTreeSet<String>, steps: &[Step]) -> Option<String> {
    let below = pointer_of(steps);
    let title = format!("`{}`", named(steps));
    let mut told: Vec<String> = Vec::new();
    for template in templates {
        let Some(declared) = fleet.template(template) else { continue };
        let place = Place::root(&declared.root_schema).at(&below);
        if place.is_nowhere() {
            continue;
        }
        let is_computed = matches!(steps, [Step::Key(name), ..] if declared.computed.contains(name));
        let is_reserved = matches!(steps, [Step::Key(name), ..] if RESERVED.contains(&name.as_str()));
        let what = match (is_computed, is_reserved) {
            (true, _) => "computed by",
            (_, true) => "reserved root, known to",
            (false, false) => "value of",
        };
        let mut text = format!("{what} template `{template}`");
        if let Some(name) = type_of(&place.members()) {
            text.push_str(&format!(": {name}"));
        }
        if let Some(default) = below.get(&declared.defaults) {
            text.push_str(&format!("\n\ndefault: `{}`", short(default)));
        }
        if let Some(description) = description_of(&place.members()) {
            text.push_str(&format!("\n\n{description}"));
        }
        told.push(text);
    }
    if told.is_empty() {
        return None;
    }
    Some(format!("{title}\n\n{}", told.join("\n\n---\n\n")))
}

/// Lists and maps as JSON, cut where they are long.
fn short(value: &Value) -> String {
    const MAX: usize = 120;
    let text = inline(value).replace('`', "'");
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn pointer_of(steps: &[Step]) -> Pointer {
    Pointer::from_segments(steps.iter().map(|step| match step {
        Step::Key(key) => key.as_str(),
        Step::Item => "0",
    }))
}

/// `hosts[].name`.
fn named(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.push_str(&format!(".{key}")),
            Step::Item => text.push_str("[]"),
        }
    }
    text
}

fn of_field(kind: Kind, path: &Pointer) -> Option<String> {
    let compiled = schema::compiled(kind)?;
    let place = Place::root(&compiled.schema).at(path);
    let description = place.description()?;
    let name = path.segments().iter().rev().find(|segment| segment.parse::<usize>().is_err())?;
    let of_type = type_of(&place.members()).map(|name| format!(": {name}")).unwrap_or_default();
    Some(format!("`{name}`{of_type}\n\n{description}"))
}
