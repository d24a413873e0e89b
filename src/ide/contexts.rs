//! Which template a text with tags belongs to, and inside which sections: a partial is read where it is included.

use super::fleet::Fleet;
use super::names::Named;
use super::tags::{OpenSection, TagCursor, TagSort, open_before, tags};
use crate::load::templates::{SHARED, TEMPLATE_ROOT, folder_of};
use crate::mustache::TagScope;
use crate::spec::Kind;
use std::collections::BTreeSet;

/// How deep partials in partials are followed, and how many contexts are told apart.
const MAX_DEPTH: usize = 4;
const MAX_CONTEXTS: usize = 16;
/// Inclusions that are followed: partials that include each other are many paths.
const MAX_STEPS: usize = 200;
const SUFFIX: &str = ".mustache";

/// A place where a text is rendered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context {
    pub template: String,
    /// The sections around the text, outermost first.
    pub sections: Vec<OpenSection>,
}

/// What a search has found so far.
struct Found {
    contexts: BTreeSet<Context>,
    steps: usize,
}

/// The contexts of the file at a path, in order.
pub fn of_file(fleet: &Fleet, path: &str) -> BTreeSet<Context> {
    let mut found = Found { contexts: BTreeSet::new(), steps: 0 };
    add(fleet, path, Vec::new(), 0, &mut found);
    found.contexts
}

fn add(fleet: &Fleet, path: &str, inner: Vec<OpenSection>, depth: usize, found: &mut Found) {
    found.steps += 1;
    if depth > MAX_DEPTH || found.contexts.len() >= MAX_CONTEXTS || found.steps > MAX_STEPS {
        return;
    }
    let in_template = |template: &str| Context { template: template.to_owned(), sections: inner.clone() };
    let Some(name) = partial_name(path) else {
        match folder_of(path) {
            Some(template) => {
                found.contexts.insert(in_template(template));
            }
            None => found.contexts.extend(templates_of_manifest(fleet, path).iter().map(|name| in_template(name))),
        }
        return;
    };
    let own = folder_of(path);
    let mut is_included = false;
    for including in mustache_files(fleet, own) {
        let Some(text) = fleet.text(&including).filter(|text| text.contains(name.as_str())) else { continue };
        let all = tags(text);
        for tag in all.iter().filter(|tag| tag.sort == TagSort::Partial && tag.name == name && including != path) {
            is_included = true;
            let mut sections = open_before(&all, tag.bytes.start);
            sections.extend(inner.iter().cloned());
            add(fleet, &including, sections, depth + 1, found);
        }
    }
    if let (false, Some(template)) = (is_included, own) {
        found.contexts.insert(in_template(template));
    }
}

/// The name by which tags include the file at a path; nothing where it is no partial.
pub fn partial_name(path: &str) -> Option<String> {
    let below = path.strip_prefix(TEMPLATE_ROOT)?.strip_prefix('/')?;
    let name = match below.split_once('/')? {
        (SHARED, name) => format!("{SHARED}/{name}"),
        (_, rest) => rest.strip_prefix("partials/")?.to_owned(),
    };
    Some(name.strip_suffix(SUFFIX).map_or(name.clone(), str::to_owned))
}

/// The file that a partial's name stands for, seen from a file that includes it.
pub fn partial_file(fleet: &Fleet, from: &str, name: &str) -> Option<String> {
    let owners: Vec<String> = of_file(fleet, from).into_iter().map(|context| context.template).collect();
    let folders: Vec<String> = match name.strip_prefix("shared/") {
        Some(_) => vec![TEMPLATE_ROOT.to_owned()],
        None => owners.iter().map(|template| format!("{TEMPLATE_ROOT}/{template}/partials")).collect(),
    };
    folders
        .iter()
        .flat_map(|folder| [format!("{folder}/{name}{SUFFIX}"), format!("{folder}/{name}")])
        .find(|path| fleet.sources().find(path).is_some())
}

/// The partials that a file may include, by name, each with its file.
pub fn partials(fleet: &Fleet, from: &str) -> Vec<(String, String)> {
    let owners: BTreeSet<String> = of_file(fleet, from).into_iter().map(|context| context.template).collect();
    let folders = owners.iter().map(|template| format!("{TEMPLATE_ROOT}/{template}/partials"));
    folders
        .chain([format!("{TEMPLATE_ROOT}/{SHARED}")])
        .flat_map(|folder| fleet.sources().under(&folder).map(|(_, file)| file.path.clone()).collect::<Vec<_>>())
        .filter(|path| path != from)
        .filter_map(|path| Some((partial_name(&path)?, path)))
        .collect()
}

/// The files with tags of a template, or of all; sites' own manifests too.
pub fn mustache_files(fleet: &Fleet, template: Option<&str>) -> Vec<String> {
    let folder = template.map_or(TEMPLATE_ROOT.to_owned(), |template| format!("{TEMPLATE_ROOT}/{template}"));
    let own = fleet.sources().under(&folder).map(|(_, file)| file.path.clone());
    let mut files: BTreeSet<String> = own.filter(|path| path.ends_with(SUFFIX)).collect();
    let sites = fleet.index().of_kind(Kind::Site).map(|(_, entry)| entry);
    for site in sites {
        let is_of_it = template.is_none_or(|template| site.mentions(Named::Spec(Kind::Template), template));
        let named = site.mentioned(Named::File).filter(|path| is_of_it && path.ends_with(SUFFIX));
        files.extend(named.filter(|path| fleet.sources().find(path).is_some()).map(str::to_owned));
    }
    files.into_iter().collect()
}

/// The templates of the sites that list a file as a manifest of theirs.
fn templates_of_manifest(fleet: &Fleet, path: &str) -> BTreeSet<String> {
    let sites = fleet.index().of_kind(Kind::Site).map(|(_, entry)| entry);
    sites
        .filter(|site| site.mentions(Named::File, path))
        .flat_map(|site| site.mentioned(Named::Spec(Kind::Template)))
        .map(str::to_owned)
        .collect()
}

/// Calls `with` for the names in scope of a tag, once for each context that the file is read in.
pub fn with_scopes(fleet: &Fleet, path: &str, cursor: &TagCursor, mut with: impl FnMut(&Context, &TagScope<'_>)) {
    for context in of_file(fleet, path) {
        let Some(declared) = fleet.template(&context.template) else { continue };
        let mut scope = TagScope::new(&declared.root_schema);
        for section in context.sections.iter().chain(&cursor.open) {
            scope.enter(&section.name, section.is_inverted);
        }
        with(&context, &scope);
    }
}
