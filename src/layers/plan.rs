//! What a template's schema says of merging: which lists have keys.

use crate::near::hint;
use crate::pointer::Pointer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LIST_TYPE: &str = "x-kubernetes-list-type";
const MAP_KEYS: &str = "x-kubernetes-list-map-keys";

/// The merge rules of one template's values, made once from its schema.
///
/// Holds only those parts of the schema that lead to a keyed list: all else merges without looking anything up.
#[derive(Debug, Clone, Default)]
pub struct MergePlan {
    nodes: Vec<Node>,
    root: Option<NodeId>,
    /// The keys at the top that the template declares; none where any is allowed.
    declared: Option<BTreeSet<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(usize);

#[derive(Debug, Clone, Default)]
struct Node {
    properties: BTreeMap<String, NodeId>,
    /// For keys without a schema of their own.
    additional: Option<NodeId>,
    /// The keys of a keyed list; empty where lists are replaced.
    keys: Vec<String>,
    item: Option<NodeId>,
}

/// A schema that says something impossible of merging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// Where in the schema.
    pub pointer: Pointer,
    pub message: String,
    pub help: Option<String>,
}

impl MergePlan {
    /// Reads a JSON Schema. Follows references within it, and counts what `allOf`, `anyOf`, `oneOf`, `if`, `then` and `else` say
    /// as if it stood beside them. A schema with `properties` is closed at the top unless it says `additionalProperties`; for a
    /// template that declares no values, give `{"properties": {}}`.
    pub fn new(schema: &Value) -> Result<Self, Vec<PlanError>> {
        let mut builder = Builder { document: schema, nodes: Vec::new(), known: BTreeMap::new(), errors: Vec::new() };
        let parts = builder.parts(vec![Part { at: Pointer::root(), schema }]);
        let declared = declared(&parts);
        let root = builder.node(parts);
        let Builder { nodes, errors, .. } = builder;
        if errors.is_empty() { Ok(MergePlan { root: Some(root), nodes, declared }.pruned()) } else { Err(errors) }
    }

    pub(super) fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// Whether the template declares a key at the top.
    pub fn declares(&self, key: &str) -> bool {
        self.declared.as_ref().is_none_or(|declared| declared.contains(key))
    }

    /// The keys that the template declares at the top; nothing where any key is allowed.
    pub fn declared(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().flatten().map(String::as_str)
    }

    pub(super) fn child(&self, node: Option<NodeId>, key: &str) -> Option<NodeId> {
        let node = self.node(node?)?;
        node.properties.get(key).copied().or(node.additional)
    }

    /// The keys by which the items of the list here merge; empty where the list is replaced.
    pub(super) fn keys(&self, node: Option<NodeId>) -> &[String] {
        node.and_then(|node| self.node(node)).map_or(&[], |node| node.keys.as_slice())
    }

    pub(super) fn item(&self, node: Option<NodeId>) -> Option<NodeId> {
        self.node(node?)?.item
    }

    fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.0)
    }

    /// Drops what leads to no keyed list. A property without keys hides `additional` all the same, so it stays where that does.
    fn pruned(mut self) -> Self {
        let mut matters: Vec<bool> = self.nodes.iter().map(|node| !node.keys.is_empty()).collect();
        loop {
            let mut changed = false;
            for (index, node) in self.nodes.iter().enumerate() {
                let leads = node.properties.values().chain(&node.additional).any(|child| matters[child.0]);
                if leads && !matters[index] {
                    matters[index] = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        for node in &mut self.nodes {
            node.additional = node.additional.filter(|child| matters[child.0]);
            node.item = node.item.filter(|child| matters[child.0]);
            if node.additional.is_none() {
                node.properties.retain(|_, child| matters[child.0]);
            }
        }
        self.root = self.root.filter(|root| matters[root.0]);
        self
    }
}

/// The names that may stand in a map; none where any may. Like the rest of a template's schema, it is closed where it has
/// `properties` and does not say `additionalProperties`.
fn declared(parts: &[Part<'_>]) -> Option<BTreeSet<String>> {
    let mut names: Option<BTreeSet<String>> = None;
    for part in parts {
        let open = |keyword: &str| part.schema.get(keyword).is_some_and(|schema| *schema != Value::Bool(false));
        if open("additionalProperties") || open("patternProperties") {
            return None;
        }
        if let Some(Value::Object(properties)) = part.schema.get("properties") {
            names.get_or_insert_default().extend(properties.keys().cloned());
        }
    }
    names
}

/// One of the schemas that hold for a value.
#[derive(Clone)]
struct Part<'s> {
    at: Pointer,
    schema: &'s Value,
}

impl<'s> Part<'s> {
    fn child(&self, path: &[&str]) -> Option<Part<'s>> {
        let mut at = self.at.clone();
        let mut schema = self.schema;
        for segment in path {
            at.push(segment);
            schema = schema.get(segment)?;
        }
        Some(Part { at, schema })
    }

    /// Identity of the schema in its document.
    fn address(&self) -> usize {
        std::ptr::from_ref(self.schema).addr()
    }
}

struct Builder<'s> {
    document: &'s Value,
    nodes: Vec<Node>,
    /// Nodes by the schemas that they are made of: a schema that refers to itself comes round to the same node.
    known: BTreeMap<Vec<usize>, NodeId>,
    errors: Vec<PlanError>,
}

impl<'s> Builder<'s> {
    /// All schemas that hold where the given ones do.
    fn parts(&mut self, mut open: Vec<Part<'s>>) -> Vec<Part<'s>> {
        let mut found: Vec<Part<'s>> = Vec::new();
        open.reverse();
        while let Some(part) = open.pop() {
            if found.iter().any(|other| other.address() == part.address()) {
                continue;
            }
            if let Some(reference) = part.schema.get("$ref") {
                open.extend(self.resolve(&part.at.child("$ref"), reference));
            }
            for keyword in ["if", "then", "else"] {
                open.extend(part.child(&[keyword]));
            }
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let members = part.schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
                let at = part.at.child(keyword);
                open.extend(members.enumerate().map(|(index, schema)| Part { at: at.child(index), schema }));
            }
            found.push(part);
        }
        found
    }

    fn resolve(&mut self, at: &Pointer, reference: &Value) -> Option<Part<'s>> {
        let target = reference
            .as_str()
            .and_then(|text| text.strip_prefix('#'))
            .and_then(|text| Pointer::parse(text).ok())
            .and_then(|pointer| Some(Part { schema: pointer.get(self.document)?, at: pointer }));
        if target.is_none() {
            let message = format!("{reference} refers to nothing in this schema");
            self.error(at, message, Some("references look like `#/$defs/NAME`".to_owned()));
        }
        target
    }

    fn node(&mut self, parts: Vec<Part<'s>>) -> NodeId {
        let mut address: Vec<usize> = parts.iter().map(Part::address).collect();
        address.sort_unstable();
        if let Some(known) = self.known.get(&address) {
            return *known;
        }
        let id = NodeId(self.nodes.len());
        self.known.insert(address, id);
        self.nodes.push(Node::default());

        let mut names = BTreeSet::new();
        for part in &parts {
            if let Some(Value::Object(properties)) = part.schema.get("properties") {
                names.extend(properties.keys().map(String::as_str));
            }
        }
        let mut node = Node::default();
        for name in names {
            if let Some(child) = self.below(&parts, &["properties", name]) {
                node.properties.insert(name.to_owned(), child);
            }
        }
        node.additional = self.additional(&parts);
        node.keys = self.keys(&parts);
        if !node.keys.is_empty() {
            self.check_keys_are_declared(&parts, &node.keys);
            node.item = self.below(&parts, &["items"]);
        }
        self.nodes[id.0] = node;
        id
    }

    fn below(&mut self, parts: &[Part<'s>], path: &[&str]) -> Option<NodeId> {
        self.combined(parts.iter().filter_map(|part| part.child(path)).collect())
    }

    /// The node for keys that have no schema of their own. Patterns are not matched: what any of them says holds for all.
    fn additional(&mut self, parts: &[Part<'s>]) -> Option<NodeId> {
        let mut found: Vec<Part<'s>> = parts.iter().filter_map(|part| part.child(&["additionalProperties"])).collect();
        for part in parts {
            let Some(Value::Object(patterns)) = part.schema.get("patternProperties") else { continue };
            found.extend(patterns.keys().filter_map(|pattern| part.child(&["patternProperties", pattern])));
        }
        self.combined(found)
    }

    fn combined(&mut self, parts: Vec<Part<'s>>) -> Option<NodeId> {
        if parts.iter().all(|part| !part.schema.is_object()) {
            return None;
        }
        let parts = self.parts(parts);
        Some(self.node(parts))
    }

    fn keys(&mut self, parts: &[Part<'s>]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for part in parts {
            let keys = self.own_keys(part);
            if !found.is_empty() && !keys.is_empty() && keys != found {
                let message = format!("two parts of the schema give this list other keys: {found:?} and {keys:?}");
                self.error(&part.at, message, None);
            } else if !keys.is_empty() {
                found = keys;
            }
        }
        found
    }

    fn own_keys(&mut self, part: &Part<'s>) -> Vec<String> {
        let keys = part.schema.get(MAP_KEYS);
        match (part.schema.get(LIST_TYPE).map(Value::as_str), keys) {
            (None, None) | (Some(Some("atomic" | "set")), None) => Vec::new(),
            (None | Some(Some("atomic" | "set")), Some(_)) => {
                let message = format!("`{MAP_KEYS}` has no effect without `{LIST_TYPE}: map`");
                self.error(&part.at.child(MAP_KEYS), message, Some(format!("write `{LIST_TYPE}: map` beside it")));
                Vec::new()
            }
            (Some(Some("map")), None) => {
                let help = format!("name the keys by which items are known: `{MAP_KEYS}: [name]`");
                self.error(&part.at.child(LIST_TYPE), format!("`{LIST_TYPE}: map` needs `{MAP_KEYS}`"), Some(help));
                Vec::new()
            }
            (Some(Some("map")), Some(keys)) => {
                let words =
                    keys.as_array().map(|keys| keys.iter().map(|key| key.as_str().map(str::to_owned)).collect());
                let words: Option<Vec<String>> = words.unwrap_or(None).filter(|words: &Vec<String>| !words.is_empty());
                if words.is_none() {
                    let message = format!("`{MAP_KEYS}` is a list of names of properties");
                    self.error(&part.at.child(MAP_KEYS), message, Some(format!("write `{MAP_KEYS}: [name]`")));
                }
                words.unwrap_or_default()
            }
            (Some(word), _) => {
                let help = hint(word.unwrap_or_default(), ["atomic", "map", "set"]);
                self.error(&part.at.child(LIST_TYPE), format!("`{LIST_TYPE}` is `map`, `set` or `atomic`"), help);
                Vec::new()
            }
        }
    }

    /// A key that no item can have would make the list unusable.
    fn check_keys_are_declared(&mut self, parts: &[Part<'s>], keys: &[String]) {
        let items: Vec<Part<'s>> = parts.iter().filter_map(|part| part.child(&["items"])).collect();
        let items = self.parts(items);
        let Some(known) = declared(&items).filter(|known| !known.is_empty()) else { return };
        for key in keys.iter().filter(|key| !known.contains(*key)) {
            let Some(at) = parts.iter().find_map(|part| part.child(&[MAP_KEYS])).map(|part| part.at) else { return };
            let help = hint(key, known.iter().map(String::as_str));
            self.error(&at, format!("items of this list have no property `{key}`"), help);
        }
    }

    fn error(&mut self, at: &Pointer, message: String, help: Option<String>) {
        let error = PlanError { pointer: at.clone(), message, help };
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}
