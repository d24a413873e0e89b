//! Fields, values and names in specs and in heads of templates.

use super::{Completion, Sort, inline, type_of};
use crate::gate;
use crate::ide::fleet::Fleet;
use crate::ide::index::{is_template_head, kind_of};
use crate::ide::names::{self, Named};
use crate::ide::outline::{Cursor, CursorRole, Outline, Part};
use crate::ide::schema::{Place, Property};
use crate::ide::values::{self, InValues};
use crate::inputs::{FLEET_FILE, INPUT_FOLDERS};
use crate::pointer::Pointer;
use crate::spec::template::Scope;
use crate::spec::{API_VERSION, Kind, schema};
use crate::validate::rules;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The pointer of a document's root, with a place to borrow it from.
pub(super) fn root() -> &'static Pointer {
    static ROOT: LazyLock<Pointer> = LazyLock::new(Pointer::root);
    &ROOT
}

pub(super) fn complete(fleet: &Fleet, path: &str, text: &str, offset: usize) -> Vec<Completion> {
    let outline = Outline::of(text);
    let Some(cursor) = outline.cursor(text, offset) else { return Vec::new() };
    let Some(part) = outline.part(offset) else { return Vec::new() };
    let site = Site { fleet, text, part, cursor: &cursor, has_colon: has_colon(text, cursor.bytes.end) };
    let Some(kind) = kind_of(part) else { return site.head(path) };
    let mut found = Vec::new();
    match cursor.role {
        CursorRole::Key => {
            let map = cursor.path.parent().unwrap_or_default();
            site.keys(kind, &map, &mut found);
        }
        CursorRole::Word => {
            site.keys(kind, &cursor.path, &mut found);
            site.values(kind, &cursor.path, path, &mut found);
        }
        CursorRole::Value => site.values(kind, &cursor.path, path, &mut found),
    }
    found
}

/// Whether a colon follows already.
fn has_colon(text: &str, end: usize) -> bool {
    text[end..].trim_start_matches([' ', '\t']).starts_with(':')
}

/// Where something is written.
struct Site<'a> {
    fleet: &'a Fleet,
    text: &'a str,
    part: &'a Part,
    cursor: &'a Cursor,
    has_colon: bool,
}

impl Site<'_> {
    fn completion(&self, label: impl Into<String>, sort: Sort, insert: String) -> Completion {
        let replaces = self.cursor.bytes.clone();
        Completion { label: label.into(), sort, detail: None, documentation: None, insert, replaces }
    }

    /// A document that does not say its kind yet.
    fn head(&self, path: &str) -> Vec<Completion> {
        let kinds: &[Kind] = match path {
            FLEET_FILE => &[Kind::Fleet],
            path if is_template_head(path) => &[Kind::Template],
            _ => &[Kind::Site, Kind::Tenant, Kind::Environment, Kind::Cluster, Kind::Acknowledgement],
        };
        let at = values::segments_of(&self.cursor.path);
        match (self.cursor.role, at.as_slice()) {
            (CursorRole::Value, ["kind"]) => {
                kinds.iter().map(|kind| self.completion(kind.name(), Sort::Value, kind.name().to_owned())).collect()
            }
            (CursorRole::Value, ["apiVersion"]) => {
                vec![self.completion(API_VERSION, Sort::Value, API_VERSION.to_owned())]
            }
            (CursorRole::Word, []) | (CursorRole::Key, [_]) => {
                let mut found = Vec::new();
                if let Some(kind) = kinds.first() {
                    self.properties(&Place::root(compiled(*kind)), root(), &mut found);
                }
                found
            }
            _ => Vec::new(),
        }
    }

    /// Keys of the map at a path: names that stand there, then fields.
    fn keys(&self, kind: Kind, map: &Pointer, found: &mut Vec<Completion>) {
        if let Some(named) = names::of_key(kind, &map.child("*")) {
            let taken: BTreeSet<&str> = self.part.keys(map).map(|token| token.text.as_str()).collect();
            for (name, detail) in self.names(kind, named, map) {
                if taken.contains(name.as_str()) && name != self.cursor.text {
                    continue;
                }
                let insert = if self.has_colon { name.clone() } else { format!("{name}: ") };
                found.push(Completion { detail, ..self.completion(name, Sort::Name, insert) });
            }
        }
        if let Some(inside) = values::of_path(self.fleet, self.part, kind, map) {
            self.value_keys(&inside, map, found);
        } else {
            self.properties(&Place::root(compiled(kind)).at(map), map, found);
        }
    }

    fn value_keys(&self, inside: &InValues, map: &Pointer, found: &mut Vec<Completion>) {
        for template in &inside.templates {
            let Some(declared) = self.fleet.template(template) else { continue };
            let before = found.len();
            self.properties(&Place::root(&declared.schema).at(&inside.below), map, found);
            let labels: BTreeSet<String> = found[..before].iter().map(|completion| completion.label.clone()).collect();
            let mut index = 0;
            found.retain(|completion| {
                index += 1;
                index <= before || !labels.contains(&completion.label)
            });
        }
    }

    fn properties(&self, place: &Place<'_>, map: &Pointer, found: &mut Vec<Completion>) {
        let taken: BTreeSet<&str> = self.part.keys(map).map(|token| token.text.as_str()).collect();
        let mut properties = place.properties();
        properties.retain(|property| !taken.contains(property.name) || property.name == self.cursor.text);
        properties.sort_by_key(|property| !property.is_required);
        found.extend(properties.iter().map(|property| {
            let insert = if self.has_colon { property.name.to_owned() } else { self.key_text(property) };
            let required = if property.is_required { ", due" } else { "" };
            let detail = type_of(&property.place.members()).map(|name| format!("{name}{required}"));
            Completion {
                detail,
                documentation: documentation(&property.place),
                ..self.completion(property.name, Sort::Field, insert)
            }
        }));
    }

    /// The key with its colon; a map begins on the next line, unless brackets are around.
    fn key_text(&self, property: &Property<'_>) -> String {
        let name = property.name;
        let types = property.place.types();
        let start = crate::ide::text::line_start(self.text, self.cursor.bytes.start);
        let before = &self.text[start..self.cursor.bytes.start];
        let is_block = before.trim_start_matches([' ', '-']).is_empty();
        let column = before.chars().count();
        match types.as_slice() {
            ["object"] if is_block => format!("{name}:\n{}", " ".repeat(column + 2)),
            ["array"] if is_block => format!("{name}:\n{}- ", " ".repeat(column + 2)),
            _ => format!("{name}: "),
        }
    }

    /// Scalars at a path: names, then words and defaults of the schema.
    fn values(&self, kind: Kind, at: &Pointer, path: &str, found: &mut Vec<Completion>) {
        if let Some(named) = names::of_value(kind, at) {
            let sort = if named == Named::File { Sort::File } else { Sort::Name };
            let taken = self.taken_items(at);
            for (name, detail) in self.names(kind, named, at) {
                if !taken.contains(name.as_str()) && name != path {
                    let insert = inline(&Value::String(name.clone()));
                    found.push(Completion { detail, ..self.completion(name, sort, insert) });
                }
            }
        }
        let mut add = |place: &Place<'_>, default: Option<&Value>| {
            let mut words: Vec<(&Value, Option<&str>)> = Vec::new();
            words.extend(
                default.or(place.default()).filter(|value| is_scalar(value)).map(|value| (value, Some("default"))),
            );
            words.extend(place.words().into_iter().filter(|word| !word.is_null()).map(|word| (word, None)));
            for (word, detail) in words {
                let text = inline(word);
                if found.iter().all(|known| known.label != text) {
                    let detail = detail.map(str::to_owned);
                    let documentation = documentation(place);
                    found.push(Completion {
                        detail,
                        documentation,
                        ..self.completion(text.clone(), Sort::Value, text)
                    });
                }
            }
        };
        if let Some(inside) = values::of_path(self.fleet, self.part, kind, at) {
            for template in &inside.templates {
                let Some(declared) = self.fleet.template(template) else { continue };
                let is_head = kind == Kind::Template;
                let default = inside.below.get(&declared.defaults).filter(|_| !is_head);
                add(&Place::root(&declared.schema).at(&inside.below), default);
            }
        } else {
            add(&Place::root(compiled(kind)).at(at), None);
        }
    }

    /// The other items of the list that a path lies in: a list of names has each once.
    fn taken_items(&self, at: &Pointer) -> BTreeSet<&str> {
        let is_item = at.last().is_some_and(|last| last.parse::<usize>().is_ok());
        let Some(list) = at.parent().filter(|_| is_item) else { return BTreeSet::new() };
        let items =
            self.part.tokens.iter().filter(|token| token.path.parent().as_ref() == Some(&list) && token.path != *at);
        items.map(|token| token.text.as_str()).collect()
    }

    /// Names of a sort, each with what tells it apart.
    fn names(&self, kind: Kind, named: Named, at: &Pointer) -> Vec<(String, Option<String>)> {
        let index = self.fleet.index();
        match named {
            Named::Spec(Kind::Template) => {
                let due = due_scope(kind, at);
                let fits = |scope: Scope| due.is_none_or(|due| due == scope);
                let known: BTreeMap<&str, Scope> =
                    self.fleet.templates().map(|(name, declared)| (name, declared.scope)).collect();
                known
                    .into_iter()
                    .filter(|(_, scope)| fits(*scope))
                    .map(|(name, scope)| (name.to_owned(), Some(format!("template of scope {}", scope.name()))))
                    .collect()
            }
            Named::Spec(of) => {
                let mut all: Vec<(String, Option<String>)> = index
                    .of_kind(of)
                    .map(|(path, entry)| (entry.name.clone(), Some(format!("{}, {path}", of.name()))))
                    .collect();
                all.sort();
                all.dedup_by(|one, other| one.0 == other.0);
                all
            }
            Named::File => {
                let files = self.fleet.sources().iter().map(|(_, file)| file.path.clone());
                let mut files: Vec<String> = files.filter(|path| !crate::ide::index::is_spec_file(path)).collect();
                // A file of a template or a CRD is seldom meant.
                files.sort_by_key(|path| INPUT_FOLDERS.iter().any(|folder| path.starts_with(folder)));
                files.into_iter().map(|path| (path, None)).collect()
            }
            Named::Tier => {
                let tiers: BTreeSet<&str> = ["testing", "staging", "production"]
                    .into_iter()
                    .chain(index.iter().flat_map(|(_, entry)| entry.mentioned(Named::Tier)))
                    .collect();
                tiers.into_iter().map(|tier| (tier.to_owned(), None)).collect()
            }
            Named::Change => {
                let gates = gate::codes::CODES.iter().map(|code| (code.name.to_owned(), Some("gate".to_owned())));
                let rules = rules::RULES.iter().map(|rule| (rule.code.name.to_owned(), Some("rule".to_owned())));
                gates.chain(rules).collect()
            }
        }
    }
}

/// The scope that a template named at a path must have.
fn due_scope(kind: Kind, at: &Pointer) -> Option<Scope> {
    match (kind, values::segments_of(at).as_slice()) {
        (Kind::Site, _) | (_, ["spec", "replace", ..]) => Some(Scope::Site),
        (Kind::Environment, ["spec", "template"]) => Some(Scope::Namespace),
        (Kind::Cluster, ["spec", "templates", ..]) => Some(Scope::Cluster),
        _ => None,
    }
}

fn compiled(kind: Kind) -> &'static Value {
    static NOTHING: Value = Value::Null;
    schema::compiled(kind).map_or(&NOTHING, |compiled| &compiled.schema)
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Array(_) | Value::Object(_))
}

fn documentation(place: &Place<'_>) -> Option<String> {
    place.description().map(str::to_owned)
}
