//! Paths of specs that lie in values: whose schema speaks there, and where that is written.

use super::fleet::{Declared, Fleet};
use super::names::Named;
use super::outline::{Outline, Part};
use super::text::Bytes;
use crate::load::templates::TEMPLATE_ROOT;
use crate::mustache::Step;
use crate::pointer::Pointer;
use crate::spec::Kind;
use crate::spec::template::Scope;
use std::collections::BTreeSet;

/// A place in values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InValues {
    /// The templates whose schemas speak of it.
    pub templates: BTreeSet<String>,
    /// The path below `values`, `enforce` or `defaults`.
    pub below: Pointer,
}

/// What a path of a document means, where it lies in values or is the map of them.
pub fn of_path(fleet: &Fleet, part: &Part, kind: Kind, path: &Pointer) -> Option<InValues> {
    let segments: Vec<&str> = path.segments().iter().map(String::as_str).collect();
    let below = |rest: &[&str]| Pointer::from_segments(rest.iter().copied());
    let own_name = part.text(&["metadata", "name"]).unwrap_or_default();
    let one = |name: &str| BTreeSet::from([name.to_owned()]);
    let all = |scopes: &[Scope]| -> BTreeSet<String> {
        let fitting = fleet.templates().filter(|(_, declared)| scopes.contains(&declared.scope));
        fitting.map(|(name, _)| name.to_owned()).collect()
    };
    let (templates, rest) = match (kind, segments.as_slice()) {
        (Kind::Template, ["spec", "values", "defaults", rest @ ..]) => (one(own_name), rest),
        (Kind::Site, ["spec", "values", rest @ ..]) => (templates_of_site(part, None), rest),
        (Kind::Site, ["spec", "namespace", "values", rest @ ..]) => (namespace_templates(fleet, part), rest),
        (Kind::Site, ["spec", "environments", environment, "clusters", _, "values", rest @ ..])
        | (Kind::Site, ["spec", "environments", environment, "values", rest @ ..]) => {
            (templates_of_site(part, Some(environment)), rest)
        }
        (Kind::Fleet | Kind::Cluster, ["spec", "values" | "enforce", rest @ ..]) => {
            (all(&[Scope::Site, Scope::Namespace, Scope::Cluster]), rest)
        }
        (Kind::Environment | Kind::Tenant, ["spec", "values" | "enforce", rest @ ..])
        | (Kind::Tenant, ["spec", "environments", _, "values" | "enforce", rest @ ..]) => {
            (all(&[Scope::Site, Scope::Namespace]), rest)
        }
        _ => return None,
    };
    let below = below(rest);
    let templates = match below.segments().first() {
        // Of many templates, those that know the value.
        Some(first) if templates.len() > 1 => {
            let declares = |name: &String| fleet.template(name).is_some_and(|declared| declares(declared, first));
            templates.into_iter().filter(declares).collect()
        }
        Some(_) | None => templates,
    };
    Some(InValues { templates, below })
}

fn declares(declared: &Declared, key: &str) -> bool {
    declared.schema.get("properties").is_some_and(|properties| properties.get(key).is_some())
}

/// The template of a site in an environment; all that it has, where none is given.
fn templates_of_site(part: &Part, environment: Option<&str>) -> BTreeSet<String> {
    let own = part.text(&["spec", "template"]);
    let Some(environment) = environment else {
        let path = Pointer::from_segments(["spec", "environments"]);
        let environments = part.keys(&path).map(|token| token.text.clone()).collect::<Vec<_>>();
        let others = environments.iter().filter_map(|name| part.text(&["spec", "environments", name, "template"]));
        return own.into_iter().chain(others).map(str::to_owned).collect();
    };
    part.text(&["spec", "environments", environment, "template"]).or(own).map(str::to_owned).into_iter().collect()
}

/// The templates of the namespaces of a site.
fn namespace_templates(fleet: &Fleet, part: &Part) -> BTreeSet<String> {
    let path = Pointer::from_segments(["spec", "environments"]);
    let environments: BTreeSet<&str> = part.keys(&path).map(|token| token.text.as_str()).collect();
    fleet
        .index()
        .of_kind(Kind::Environment)
        .filter(|(_, entry)| environments.contains(entry.name.as_str()))
        .flat_map(|(_, entry)| entry.mentioned(Named::Spec(Kind::Template)))
        .filter(|name| fleet.template(name).is_some_and(|declared| declared.scope == Scope::Namespace))
        .map(str::to_owned)
        .collect()
}

/// The path of a template's head.
pub fn head_of(template: &str) -> String {
    format!("{TEMPLATE_ROOT}/{template}/template.yaml")
}

/// A path below values as steps, numbers being items of lists.
pub fn steps(below: &Pointer) -> Vec<Step> {
    let step = |segment: &String| match segment.parse::<usize>() {
        Ok(_) => Step::Item,
        Err(_) => Step::Key(segment.clone()),
    };
    below.segments().iter().map(step).collect()
}

/// Where a template's head declares a value: the key of its property, or of the nearest one around it that is written.
pub fn property_at(fleet: &Fleet, template: &str, steps: &[Step]) -> Option<(String, Bytes)> {
    let path = head_of(template);
    let outline = Outline::of(fleet.text(&path)?);
    let part = outline.documents.iter().find(|part| super::index::kind_of(part) == Some(Kind::Template))?;
    let schema = Pointer::from_segments(["spec", "values", "schema"]);
    let mut here = schema.clone();
    let mut found = None;
    for step in steps {
        let below = |here: &Pointer| match step {
            Step::Key(key) => here.child("properties").child(key),
            Step::Item => here.child("items"),
        };
        let mut next = below(&here);
        if part.key(&next).is_none() {
            let reference = part.scalar(&segments_of(&here.child("$ref"))).map(|token| token.text.clone());
            let target = reference.as_deref().and_then(|text| Pointer::parse(text.strip_prefix('#')?).ok());
            next = below(&target.map(|target| schema.join(&target)).unwrap_or(here.clone()));
        }
        let Some(token) = part.key(&next) else { break };
        if matches!(step, Step::Key(_)) {
            found = Some(token.bytes.clone());
        }
        here = next;
    }
    found.or_else(|| computed_at(part, steps)).map(|bytes| (path, bytes))
}

fn computed_at(part: &Part, steps: &[Step]) -> Option<Bytes> {
    let Some(Step::Key(name)) = steps.first() else { return None };
    let entries = part.tokens.iter().filter(|token| token.text == *name);
    entries
        .filter(|token| matches!(segments_of(&token.path).as_slice(), ["spec", "computed", _, "name"]))
        .map(|token| token.bytes.clone())
        .next()
}

/// Where a template's head has the default of a value.
pub fn default_at(fleet: &Fleet, template: &str, steps: &[Step]) -> Option<(String, Bytes)> {
    let path = head_of(template);
    let outline = Outline::of(fleet.text(&path)?);
    let part = outline.documents.iter().find(|part| super::index::kind_of(part) == Some(Kind::Template))?;
    let mut pointer = Pointer::from_segments(["spec", "values", "defaults"]);
    for step in steps {
        let Step::Key(key) = step else { break };
        pointer.push(key);
    }
    let token = part.key(&pointer)?;
    Some((path, token.bytes.clone()))
}

pub fn segments_of(pointer: &Pointer) -> Vec<&str> {
    pointer.segments().iter().map(String::as_str).collect()
}
