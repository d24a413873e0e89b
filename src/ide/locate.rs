//! Where things are defined, and where they are mentioned.

use super::contexts;
use super::fleet::Fleet;
use super::index::{Entry, kind_of};
use super::names::Named;
use super::outline::{Outline, Role};
use super::subject::{self, Subject};
use super::tags::{TagCursor, TagSort, open_before, tags};
use super::text::Bytes;
use super::{story, values};
use crate::mustache::Step;
use crate::spec::Kind;
use std::collections::BTreeSet;

/// Places that are told at most.
const MAX_PLACES: usize = 1_000;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub path: String,
    pub start: usize,
    pub end: usize,
}

impl Target {
    pub fn new(path: impl Into<String>, bytes: &Bytes) -> Self {
        Target { path: path.into(), start: bytes.start, end: bytes.end }
    }
}

/// The name of a spec where it is defined.
pub fn name_of(fleet: &Fleet, kind: Kind, name: &str) -> Option<Target> {
    fleet.index().find(kind, name).map(|(path, entry)| Target::new(path, &entry.name_at))
}

/// Where what stands at an offset is defined: a value in its template's schema, then its default there.
pub fn definitions(fleet: &Fleet, path: &str, offset: usize) -> Vec<Target> {
    let Some(pointed) = subject::at(fleet, path, offset) else { return Vec::new() };
    let mut targets = defined(fleet, &pointed.subject);
    if let Subject::Value { steps, .. } = &pointed.subject
        && targets.is_empty()
    {
        targets.extend(spec_of_root(fleet, steps, path, offset));
    }
    targets
}

/// The spec that a reserved root such as `site` tells of, in the deployment that a place is about.
fn spec_of_root(fleet: &Fleet, steps: &[Step], path: &str, offset: usize) -> Option<Target> {
    let [Step::Key(root), ..] = steps else { return None };
    let chosen = story::choose(fleet, path, offset)?;
    let index = fleet.index();
    let (_, site) = index.find(Kind::Site, &chosen.site)?;
    let environment = || {
        let first = || site.mentioned(Named::Spec(Kind::Environment)).next().map(str::to_owned);
        chosen.environment.clone().or_else(first)
    };
    match root.as_str() {
        "site" => name_of(fleet, Kind::Site, &chosen.site),
        "tenant" => name_of(fleet, Kind::Tenant, site.mentioned(Named::Spec(Kind::Tenant)).next()?),
        "environment" => name_of(fleet, Kind::Environment, &environment()?),
        "cluster" => {
            let environment = environment()?;
            let (_, environment) = index.find(Kind::Environment, &environment)?;
            let named = |entry: &Entry| entry.mentioned(Named::Spec(Kind::Cluster)).next().map(str::to_owned);
            name_of(fleet, Kind::Cluster, &chosen.cluster.or_else(|| named(site)).or_else(|| named(environment))?)
        }
        "fleet" => index.of_kind(Kind::Fleet).next().map(|(path, entry)| Target::new(path, &entry.name_at)),
        _ => None,
    }
}

fn defined(fleet: &Fleet, subject: &Subject) -> Vec<Target> {
    match subject {
        Subject::Name { named: Named::Spec(kind), name } => {
            let all = fleet.index().of_kind(*kind).filter(|(_, entry)| entry.name == *name);
            all.map(|(path, entry)| Target::new(path, &entry.name_at)).collect()
        }
        Subject::Name { named: Named::File, name } | Subject::Partial { file: name, .. } => {
            let exists = fleet.sources().find(name).is_some();
            exists.then(|| Target::new(name.as_str(), &(0..0))).into_iter().collect()
        }
        // A tier is defined by those that accept it.
        Subject::Name { named: Named::Tier, name } => {
            let clusters = fleet.index().of_kind(Kind::Cluster);
            let accepting =
                clusters.flat_map(|(path, entry)| entry.mentions.iter().map(move |mention| (path, mention)));
            accepting
                .filter(|(_, mention)| mention.named == Named::Tier && mention.name == *name)
                .map(|(path, mention)| Target::new(path, &mention.at))
                .collect()
        }
        Subject::Name { named: Named::Change, .. } | Subject::Field { .. } => Vec::new(),
        Subject::Value { templates, steps } => {
            let mut targets = Vec::new();
            for template in templates {
                let places = [values::property_at(fleet, template, steps), values::default_at(fleet, template, steps)];
                targets.extend(places.into_iter().flatten().map(|(path, bytes)| Target::new(path, &bytes)));
            }
            targets.extend(root_of(fleet, steps));
            targets
        }
    }
}

/// The fact that a tag names, in the files that clusters read facts from.
fn root_of(fleet: &Fleet, steps: &[Step]) -> Vec<Target> {
    let [Step::Key(root), Step::Key(name), ..] = steps else { return Vec::new() };
    if root != "facts" {
        return Vec::new();
    }
    let clusters = fleet.index().of_kind(Kind::Cluster).map(|(_, entry)| entry);
    let files: BTreeSet<&str> = clusters.flat_map(|entry| entry.mentioned(Named::File)).collect();
    let at = crate::pointer::Pointer::from_segments([name.as_str()]);
    files
        .into_iter()
        .filter_map(|path| {
            let outline = Outline::of(fleet.text(path)?);
            let bytes = outline.documents.first()?.key(&at)?.bytes.clone();
            Some(Target::new(path, &bytes))
        })
        .collect()
}

/// Where what stands at an offset is mentioned, in order of place; with where it is defined, if that is asked for.
pub fn references(fleet: &Fleet, path: &str, offset: usize, with_definition: bool) -> Vec<Target> {
    let Some(pointed) = subject::at(fleet, path, offset) else { return Vec::new() };
    let mut targets: BTreeSet<Target> = match &pointed.subject {
        Subject::Name { named, name } => mentions(fleet, *named, name),
        Subject::Value { templates, steps } => uses(fleet, templates, steps),
        Subject::Partial { file, .. } => includes(fleet, file),
        Subject::Field { .. } => BTreeSet::new(),
    };
    if let Subject::Name { named: Named::Spec(Kind::Template), name } = &pointed.subject {
        // Whoever asks for a template wants to see its files, too.
        let folder = format!("templates/{name}");
        targets.extend(fleet.sources().under(&folder).map(|(_, file)| Target::new(file.path.as_str(), &(0..0))));
    }
    let definitions = defined(fleet, &pointed.subject);
    if with_definition {
        targets.extend(definitions);
    } else {
        definitions.iter().for_each(|definition| {
            targets.remove(definition);
        });
    }
    targets.into_iter().take(MAX_PLACES).collect()
}

fn mentions(fleet: &Fleet, named: Named, name: &str) -> BTreeSet<Target> {
    let all = fleet.index().iter().flat_map(|(path, entry)| entry.mentions.iter().map(move |mention| (path, mention)));
    all.filter(|(_, mention)| mention.named == named && mention.name == name)
        .map(|(path, mention)| Target::new(path, &mention.at))
        .collect()
}

/// Tags that use a value, and lines of all layers that set it.
fn uses(fleet: &Fleet, templates: &BTreeSet<String>, steps: &[Step]) -> BTreeSet<Target> {
    let mut targets = BTreeSet::new();
    let Some(Step::Key(last)) = steps.iter().rev().find(|step| matches!(step, Step::Key(_))) else { return targets };
    let files: BTreeSet<String> = contexts::mustache_files(fleet, None).into_iter().collect();
    for path in &files {
        let Some(text) = fleet.text(path).filter(|text| text.contains(last.as_str())) else { continue };
        let all = tags(text);
        for tag in &all {
            if !matches!(tag.sort, TagSort::Variable | TagSort::Section | TagSort::Inverted) {
                continue;
            }
            let cursor = TagCursor { tag: tag.clone(), open: open_before(&all, tag.bytes.start) };
            contexts::with_scopes(fleet, path, &cursor, |context, scope| {
                let is_it = templates.contains(&context.template)
                    && scope.resolve(&tag.name).is_some_and(|resolved| resolved.path.starts_with(steps));
                if is_it {
                    targets.insert(Target::new(path.as_str(), &tag.name_at));
                }
            });
        }
    }
    for (path, entry) in fleet.index().iter() {
        let Some(text) = fleet.text(path).filter(|text| text.contains(last.as_str())) else { continue };
        let outline = Outline::of(text);
        let Some(part) = outline.documents.iter().find(|part| part.bytes == entry.bytes) else { continue };
        let Some(kind) = kind_of(part) else { continue };
        for token in part.tokens.iter().filter(|token| token.role == Role::Key && token.text == *last) {
            let inside = values::of_path(fleet, part, kind, &token.path);
            let is_it = inside.is_some_and(|inside| {
                values::steps(&inside.below) == steps && !inside.templates.is_disjoint(templates)
            });
            if is_it {
                targets.insert(Target::new(path, &token.bytes));
            }
        }
    }
    targets
}

fn includes(fleet: &Fleet, file: &str) -> BTreeSet<Target> {
    let mut targets = BTreeSet::new();
    let Some(name) = contexts::partial_name(file) else { return targets };
    for path in contexts::mustache_files(fleet, None) {
        let Some(text) = fleet.text(&path).filter(|text| text.contains(name.as_str())) else { continue };
        for tag in tags(text).iter().filter(|tag| tag.sort == TagSort::Partial && tag.name == name) {
            if contexts::partial_file(fleet, &path, &name).as_deref() == Some(file) {
                targets.insert(Target::new(path.as_str(), &tag.name_at));
            }
        }
    }
    targets
}
