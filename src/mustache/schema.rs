//! What a JSON Schema says about names: the properties that it declares, whether it lets others through, words of an `enum`.
//!
//! Takes a schema and the root that its `$ref`s point into. It judges no value (the `jsonschema` crate does) and is lenient
//! where a schema says little: what may be there, may be named.

use crate::pointer::Pointer;
use serde_json::{Map, Value};

/// Nesting of `$ref`, `allOf` and the like that is followed; deeper, or going round in a circle, a schema says nothing.
const MAX_DEPTH: usize = 32;
/// Schemas that are looked at for one value; above that the schema says nothing, so that no schema takes for ever.
const MAX_STEPS: usize = 10_000;

/// Types that a value may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    const NONE: Types = Types(0);
    const OBJECT: Types = Types(1);
    const LIST: Types = Types(2);
    const STRING: Types = Types(4);
    const NUMBER: Types = Types(8);
    const BOOLEAN: Types = Types(16);
    const NULL: Types = Types(32);
    const ALL: Types = Types(63);

    fn named(name: &str) -> Types {
        match name {
            "object" => Types::OBJECT,
            "array" => Types::LIST,
            "string" => Types::STRING,
            "number" | "integer" => Types::NUMBER,
            "boolean" => Types::BOOLEAN,
            "null" => Types::NULL,
            _ => Types::ALL,
        }
    }

    fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(_) => Types::NUMBER,
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::LIST,
            Value::Object(_) => Types::OBJECT,
        }
    }

    fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    fn and(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    fn may_be(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    /// The one type that a value has if it is not null.
    fn is_only(self, other: Types) -> bool {
        self.0 & !Types::NULL.0 == other.0
    }
}

/// One value's schema: all the schema objects that speak about it.
#[derive(Debug, Clone)]
pub(super) struct View<'s> {
    root: &'s Value,
    members: Vec<&'s Map<String, Value>>,
    types: Types,
    open: bool,
}

impl<'s> View<'s> {
    pub fn root(root: &'s Value) -> Self {
        View::of(root, [root])
    }

    fn of(root: &'s Value, schemas: impl IntoIterator<Item = &'s Value>) -> Self {
        let schemas: Vec<&Value> = schemas.into_iter().collect();
        let mut walk = Walk { root, steps: 0 };
        let mut members = Vec::new();
        for schema in &schemas {
            walk.gather(schema, 0, &mut members);
        }
        let types = schemas.iter().fold(Types::NONE, |all, schema| all.or(walk.types(schema, 0)));
        let types = if types == Types::NONE { Types::ALL } else { types };
        let open = schemas.is_empty() || schemas.iter().any(|schema| walk.is_open(schema, 0));
        View { root, members, types, open }
    }

    pub fn anything(root: &'s Value) -> Self {
        View { root, members: Vec::new(), types: Types::ALL, open: true }
    }

    /// All schema objects that speak about the value.
    pub fn members(&self) -> Vec<&'s Map<String, Value>> {
        self.members.clone()
    }

    /// The property, where the schema declares it.
    pub fn declared(&self, name: &str) -> Option<View<'s>> {
        let found: Vec<&Value> = self.properties().filter_map(|properties| properties.get(name)).collect();
        (!found.is_empty()).then(|| View::of(self.root, found))
    }

    /// A property that the schema does not declare and lets through.
    pub fn undeclared(&self) -> Option<View<'s>> {
        if !self.open || !self.types.may_be(Types::OBJECT) {
            return None;
        }
        let schemas: Vec<&Value> =
            self.members.iter().filter_map(|member| additional(member)).filter(|schema| schema.is_object()).collect();
        Some(if schemas.is_empty() { View::anything(self.root) } else { View::of(self.root, schemas) })
    }

    /// What a section over this value puts in front: the items of a list, else the value itself.
    pub fn section(&self) -> View<'s> {
        if self.is_list() {
            return self.items();
        }
        if !self.types.may_be(Types::LIST) {
            return self.clone();
        }
        let mut view = self.clone();
        let items = self.items();
        view.members.extend(items.members);
        view.types = Types::ALL;
        view.open = view.open || items.open;
        view
    }

    fn items(&self) -> View<'s> {
        let schemas: Vec<&Value> = self
            .members
            .iter()
            .flat_map(|member| {
                let positions = member.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
                positions.chain(member.get("items").filter(|items| items.is_object()))
            })
            .collect();
        if schemas.is_empty() { View::anything(self.root) } else { View::of(self.root, schemas) }
    }

    pub fn is_list(&self) -> bool {
        self.types.is_only(Types::LIST)
    }

    pub fn may_be_object(&self) -> bool {
        self.types.may_be(Types::OBJECT)
    }

    /// What the value is, for messages about a name that it cannot hold.
    pub fn noun(&self) -> &'static str {
        if self.is_list() {
            "a list"
        } else if self.types.is_only(Types::STRING) {
            "a string"
        } else if self.types.is_only(Types::NUMBER) {
            "a number"
        } else if self.types.is_only(Types::BOOLEAN) {
            "a boolean"
        } else {
            "a single value"
        }
    }

    pub fn property_names(&self) -> impl Iterator<Item = &'s str> {
        self.properties().flat_map(|properties| properties.keys().map(String::as_str)).collect::<Vec<_>>().into_iter()
    }

    /// The words of `enum`, as text; empty where the schema has none.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = self
            .members
            .iter()
            .filter_map(|member| member.get("enum")?.as_array())
            .flatten()
            .filter_map(|word| match word {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(truth) => Some(truth.to_string()),
                Value::Null | Value::Array(_) | Value::Object(_) => None,
            })
            .collect();
        words.sort();
        words.dedup();
        words
    }

    fn properties(&self) -> impl Iterator<Item = &'s Map<String, Value>> {
        self.members.iter().filter_map(|member| member.get("properties")?.as_object())
    }
}

/// Schemas that apply together with, or instead of, the one that holds them.
const ALWAYS: [&str; 1] = ["allOf"];
const ALTERNATIVES: [&str; 2] = ["anyOf", "oneOf"];
const CONDITIONAL: [&str; 2] = ["then", "else"];

fn listed<'s>(schema: &'s Map<String, Value>, keywords: &'static [&'static str]) -> impl Iterator<Item = &'s Value> {
    keywords.iter().filter_map(|keyword| schema.get(*keyword)?.as_array()).flatten()
}

fn referenced<'s>(root: &'s Value, schema: &'s Map<String, Value>) -> Option<Option<&'s Value>> {
    let reference = schema.get("$ref")?.as_str()?;
    let target = reference.strip_prefix('#').and_then(|pointer| Pointer::parse(pointer).ok());
    Some(target.and_then(|pointer| pointer.get(root)))
}

/// The keyword that speaks about properties which are not declared.
fn additional(schema: &Map<String, Value>) -> Option<&Value> {
    schema.get("additionalProperties").or_else(|| schema.get("unevaluatedProperties"))
}

/// A walk over the schemas that speak about one value.
struct Walk<'s> {
    root: &'s Value,
    steps: usize,
}

impl<'s> Walk<'s> {
    fn is_tired(&mut self, depth: usize) -> bool {
        self.steps += 1;
        depth > MAX_DEPTH || self.steps > MAX_STEPS
    }

    fn gather(&mut self, schema: &'s Value, depth: usize, members: &mut Vec<&'s Map<String, Value>>) {
        let Some(object) = schema.as_object() else { return };
        if self.is_tired(depth) || members.iter().any(|member| std::ptr::eq(*member, object)) {
            return;
        }
        members.push(object);
        let conditional = CONDITIONAL.iter().filter_map(|keyword| object.get(*keyword));
        let dependent = object.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::values);
        let parts = listed(object, &ALWAYS).chain(listed(object, &ALTERNATIVES)).chain(conditional).chain(dependent);
        for part in parts.chain(referenced(self.root, object).flatten()) {
            self.gather(part, depth + 1, members);
        }
    }

    fn types(&mut self, schema: &'s Value, depth: usize) -> Types {
        let Some(object) = schema.as_object() else { return Types::ALL };
        if self.is_tired(depth) {
            return Types::ALL;
        }
        let mut found = match (object.get("type"), object.get("enum"), object.get("const")) {
            (Some(Value::String(name)), _, _) => Types::named(name),
            (Some(Value::Array(names)), _, _) => {
                names.iter().filter_map(Value::as_str).fold(Types::NONE, |all, name| all.or(Types::named(name)))
            }
            (_, Some(Value::Array(words)), _) => words.iter().fold(Types::NONE, |all, word| all.or(Types::of(word))),
            (_, _, Some(constant)) => Types::of(constant),
            _ if object.contains_key("properties") => Types::OBJECT,
            _ if object.contains_key("items") => Types::LIST,
            _ => Types::ALL,
        };
        for part in referenced(self.root, object).flatten().into_iter().chain(listed(object, &ALWAYS)) {
            found = found.and(self.types(part, depth + 1));
        }
        for keyword in ALTERNATIVES {
            if let Some(Value::Array(parts)) = object.get(keyword) {
                let either = parts.iter().fold(Types::NONE, |all, part| all.or(self.types(part, depth + 1)));
                found = found.and(either);
            }
        }
        if found == Types::NONE { Types::ALL } else { found }
    }

    /// An object schema with `properties` is closed unless it says `additionalProperties`; one without either is open.
    fn is_open(&mut self, schema: &'s Value, depth: usize) -> bool {
        let Some(object) = schema.as_object() else { return schema != &Value::Bool(false) };
        let mut said = Said::default();
        self.hear(object, depth, &mut said);
        if said.open {
            return true;
        }
        if said.properties || said.closed {
            return false;
        }
        let mut objects = Vec::new();
        for part in said.alternatives {
            if self.types(part, depth + 1).may_be(Types::OBJECT) {
                objects.push(part);
            }
        }
        said.unresolved || objects.is_empty() || objects.into_iter().any(|part| self.is_open(part, depth + 1))
    }

    fn hear(&mut self, schema: &'s Map<String, Value>, depth: usize, said: &mut Said<'s>) {
        if self.is_tired(depth) {
            said.unresolved = true;
            return;
        }
        said.properties |= schema.contains_key("properties");
        said.open |= schema.contains_key("patternProperties");
        match additional(schema) {
            Some(Value::Bool(false)) => said.closed = true,
            Some(_) => said.open = true,
            None => {}
        }
        said.alternatives.extend(listed(schema, &ALTERNATIVES));
        let referenced = referenced(self.root, schema);
        said.unresolved |= referenced.is_some_and(|target| target.is_none());
        let parts = listed(schema, &ALWAYS).chain(referenced.flatten());
        for part in parts.filter_map(Value::as_object) {
            self.hear(part, depth + 1, said);
        }
    }
}

/// What a schema and those that apply together with it say about names.
#[derive(Default)]
struct Said<'s> {
    properties: bool,
    open: bool,
    closed: bool,
    /// A `$ref` leads nowhere, or the schema goes too deep.
    unresolved: bool,
    alternatives: Vec<&'s Value>,
}
