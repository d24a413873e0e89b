//! Makes schema nodes of JSON: of a CRD's structural schema, and of the OpenAPI definitions that the table is made of.
//!
//! Takes `serde_json` values and a function that knows what a `$ref` means; gives an [`Arena`]. Equal schemas become one node.
//! What it does not know it lets pass: a schema that the API server would refuse is not this module's to judge.
//!
//! Beyond OpenAPI, `type` may be `quantity` or `int-or-string`, `x-bayplan-object-meta` marks the metadata of objects, and a
//! list map key may be an object with a `name` and the `default` that the API server gives it.

use super::arena::{Arena, Facets, Format, Kind, ListMapKey, ListType, Node, NodeId, Pattern, PropertyNode, required};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ops::Range;

/// Name under which [`Builder`] asks for the schema of `metadata` in embedded resources.
pub const OBJECT_META: &str = "ObjectMeta";

/// Deeper schemas are cut off and let everything through; real ones end before 40.
const MAX_DEPTH: usize = 150;

type Resolve<'r> = Box<dyn Fn(&str) -> Option<NodeId> + 'r>;

/// Collects the nodes of one chunk.
pub struct Builder<'r> {
    chunk: u8,
    resolve: Resolve<'r>,
    arena: Arena,
    nodes: HashMap<Node, u32>,
    properties: HashMap<Vec<PropertyNode>, Range<u32>>,
    facets: HashMap<String, u32>,
}

/// Whether a schema describes a whole value, or only adds conditions to one (below `allOf` and the like).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Condition,
}

impl<'r> Builder<'r> {
    /// `resolve` gives the node of a `$ref` and of [`OBJECT_META`].
    pub fn new(chunk: u8, resolve: impl Fn(&str) -> Option<NodeId> + 'r) -> Self {
        Builder {
            chunk,
            resolve: Box::new(resolve),
            arena: Arena::default(),
            nodes: HashMap::new(),
            properties: HashMap::new(),
            facets: HashMap::new(),
        }
    }

    /// Sets aside the first `count` places for [`Builder::define`], so that schemas can name each other.
    pub fn reserve(&mut self, count: usize) {
        self.arena.nodes.resize(count, Node::ANY);
    }

    /// Fills a reserved place.
    pub fn define(&mut self, index: u32, schema: &Value) {
        let node = self.node(schema, Part::Whole, 0);
        if let Some(place) = self.arena.nodes.get_mut(index as usize) {
            *place = node;
        }
    }

    pub fn add(&mut self, schema: &Value) -> NodeId {
        self.id(schema, Part::Whole, 0)
    }

    pub fn finish(self) -> Arena {
        self.arena
    }

    fn id(&mut self, schema: &Value, part: Part, depth: usize) -> NodeId {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return (self.resolve)(reference).unwrap_or_else(|| self.intern(Node::ANY));
        }
        let node = if depth < MAX_DEPTH { self.node(schema, part, depth) } else { Node::ANY };
        self.intern(node)
    }

    fn intern(&mut self, node: Node) -> NodeId {
        let next = narrow(self.arena.nodes.len());
        let index = *self.nodes.entry(node.clone()).or_insert(next);
        if index == next {
            self.arena.nodes.push(node);
        }
        NodeId { chunk: self.chunk, index }
    }

    fn node(&mut self, schema: &Value, part: Part, depth: usize) -> Node {
        let Some(schema) = schema.as_object() else { return Node::ANY };
        let embedded_resource = flag(schema, "x-kubernetes-embedded-resource");
        let additional = schema.get("additionalProperties");
        let items = schema.get("items").or(additional).filter(|items| items.is_object());
        let (kind, nullable) = kind(schema);
        let properties = self.fields(schema, embedded_resource, part, depth);
        let own = self.arena.properties.get(properties.start as usize..properties.end as usize).unwrap_or_default();
        let required = required(own);
        Node {
            kind,
            format: schema.get("format").and_then(Value::as_str).map_or(Format::None, Format::named),
            nullable,
            open: part == Part::Condition
                || flag(schema, "x-kubernetes-preserve-unknown-fields")
                || additional == Some(&Value::Bool(true))
                || kind == Kind::Any,
            embedded_resource,
            object_meta: flag(schema, "x-bayplan-object-meta"),
            properties,
            required,
            items: items.map(|items| self.id(items, part, depth + 1)),
            facets: self.facets(schema, depth),
        }
    }

    fn fields(&mut self, schema: &Map<String, Value>, embedded: bool, part: Part, depth: usize) -> Range<u32> {
        let none = Map::new();
        let declared = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let mut fields: Vec<PropertyNode> = declared
            .iter()
            .map(|(name, field)| {
                // The API server fills in a default before it looks at what is required.
                let required =
                    names(schema, "required").any(|required| required == name) && field.get("default").is_none();
                PropertyNode::new(name, required, self.id(field, part, depth + 1))
            })
            .collect();
        for name in names(schema, "required").filter(|name| !declared.contains_key(*name)) {
            let any = self.intern(Node::ANY);
            fields.push(PropertyNode::new(name, true, any));
        }
        if embedded {
            self.embed(&mut fields);
        }
        fields.sort_by(|one, other| one.name.cmp(&other.name));
        if fields.is_empty() {
            return 0..0;
        }
        let start = narrow(self.arena.properties.len());
        let range = self.properties.entry(fields.clone()).or_insert(start..start + narrow(fields.len())).clone();
        if range.start == start {
            self.arena.properties.extend(fields);
        }
        range
    }

    /// Adds the fields that every embedded object has.
    fn embed(&mut self, fields: &mut Vec<PropertyNode>) {
        fields.retain(|field| !matches!(&*field.name, "apiVersion" | "kind" | "metadata"));
        let text = self.intern(Node { kind: Kind::String, nullable: false, open: false, ..Node::ANY });
        let metadata = (self.resolve)(OBJECT_META).unwrap_or_else(|| self.intern(Node::ANY));
        for (name, required, schema) in
            [("apiVersion", true, text), ("kind", true, text), ("metadata", false, metadata)]
        {
            fields.push(PropertyNode::new(name, required, schema));
        }
    }

    fn facets(&mut self, schema: &Map<String, Value>, depth: usize) -> Option<u32> {
        let number = |name: &str| schema.get(name).and_then(Value::as_f64);
        let size = |name: &str| schema.get(name).and_then(Value::as_u64);
        let text = |name: &str| schema.get(name).and_then(Value::as_str);
        let mut facets = Facets {
            enumeration: schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
            pattern: text("pattern").map(|pattern| Pattern::from(pattern.to_owned())),
            minimum: number("minimum"),
            maximum: number("maximum"),
            exclusive_minimum: flag(schema, "exclusiveMinimum"),
            exclusive_maximum: flag(schema, "exclusiveMaximum"),
            multiple_of: number("multipleOf"),
            min_length: size("minLength"),
            max_length: size("maxLength"),
            min_items: size("minItems"),
            max_items: size("maxItems"),
            min_properties: size("minProperties"),
            max_properties: size("maxProperties"),
            list_type: match text("x-kubernetes-list-type") {
                Some("set") => ListType::Set,
                Some("map") => ListType::Map,
                _ => ListType::Atomic,
            },
            list_map_keys: list_map_keys(schema),
            patch_strategy: text("x-kubernetes-patch-strategy").map(Into::into),
            patch_merge_key: text("x-kubernetes-patch-merge-key").map(Into::into),
            ..Facets::default()
        };
        facets.all_of = self.conditions(schema, "allOf", depth);
        facets.one_of = self.conditions(schema, "oneOf", depth);
        // Beside int-or-string the only `anyOf` that is allowed says the same once more.
        if !flag(schema, "x-kubernetes-int-or-string") {
            facets.any_of = self.conditions(schema, "anyOf", depth);
        }
        facets.not = schema.get("not").map(|not| self.id(not, Part::Condition, depth + 1));
        self.intern_facets(facets)
    }

    fn conditions(&mut self, schema: &Map<String, Value>, name: &str, depth: usize) -> Vec<NodeId> {
        let conditions = schema.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        conditions.iter().map(|condition| self.id(condition, Part::Condition, depth + 1)).collect()
    }

    fn intern_facets(&mut self, facets: Facets) -> Option<u32> {
        let combined = [&facets.all_of, &facets.any_of, &facets.one_of];
        let key = format!("{}{combined:?}{:?}", serde_json::to_string(&facets).ok()?, facets.not);
        if key == format!("{{}}{:?}None", [&Vec::<NodeId>::new(); 3]) {
            return None;
        }
        let next = narrow(self.arena.facets.len());
        let index = *self.facets.entry(key).or_insert(next);
        if index == next {
            self.arena.facets.push(facets);
        }
        Some(index)
    }
}

/// The kind that a schema asks for, and whether `null` will do as well.
fn kind(schema: &Map<String, Value>) -> (Kind, bool) {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kind = match types.iter().find(|name| **name != "null") {
        _ if flag(schema, "x-kubernetes-int-or-string") => Kind::IntOrString,
        Some(&"object") => Kind::Object,
        Some(&"array") => Kind::List,
        Some(&"string") => Kind::String,
        Some(&"integer") => Kind::Integer,
        Some(&"number") => Kind::Number,
        Some(&"boolean") => Kind::Boolean,
        Some(&"int-or-string") => Kind::IntOrString,
        Some(&"quantity") => Kind::Quantity,
        _ => Kind::Any,
    };
    (kind, kind == Kind::Any || types.contains(&"null") || flag(schema, "nullable"))
}

fn list_map_keys(schema: &Map<String, Value>) -> Vec<ListMapKey> {
    let Some(keys) = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array) else { return Vec::new() };
    let item = schema.get("items").and_then(|items| items.get("properties"));
    keys.iter()
        .filter_map(|key| match key {
            Value::String(name) => {
                let default = item.and_then(|fields| fields.get(name)?.get("default")).cloned();
                Some(ListMapKey { name: name.as_str().into(), default })
            }
            _ => serde_json::from_value(key.clone()).ok(),
        })
        .collect()
}

fn names<'s>(schema: &'s Map<String, Value>, list: &str) -> impl Iterator<Item = &'s str> {
    schema.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str)
}

fn flag(schema: &Map<String, Value>, name: &str) -> bool {
    schema.get(name) == Some(&Value::Bool(true))
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
