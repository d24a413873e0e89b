//! JSON Schemas as editors use them: what may stand at a path, with types, words, defaults and descriptions.
//!
//! Takes a schema and a path; follows `$ref`, `allOf`, `anyOf` and `oneOf`, and is lenient: what may be there, is told.

use crate::pointer::Pointer;
use serde_json::{Map, Value};

/// Schemas that are looked at for one value.
const MAX_STEPS: usize = 1_000;
const MAX_DEPTH: usize = 16;

/// All schema objects that speak about one value.
#[derive(Debug, Clone)]
pub struct Place<'s> {
    root: &'s Value,
    members: Vec<&'s Map<String, Value>>,
    /// Whether the schema lets anything stand here.
    is_free: bool,
}

/// A key that a map may have.
#[derive(Debug, Clone)]
pub struct Property<'s> {
    pub name: &'s str,
    pub is_required: bool,
    pub place: Place<'s>,
}

impl<'s> Place<'s> {
    pub fn root(schema: &'s Value) -> Self {
        Place::of(schema, [schema])
    }

    fn of(root: &'s Value, schemas: impl IntoIterator<Item = &'s Value>) -> Self {
        let mut place = Place { root, members: Vec::new(), is_free: false };
        let mut steps = 0;
        for schema in schemas {
            place.is_free |= schema == &Value::Bool(true);
            place.gather(schema, 0, &mut steps);
        }
        place
    }

    fn gather(&mut self, schema: &'s Value, depth: usize, steps: &mut usize) {
        let Some(object) = schema.as_object() else { return };
        *steps += 1;
        let is_known = self.members.iter().any(|member| std::ptr::eq(*member, object));
        if depth > MAX_DEPTH || *steps > MAX_STEPS || is_known {
            return;
        }
        self.members.push(object);
        let reference = object.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        let target =
            reference.and_then(|pointer| Pointer::parse(pointer).ok()).and_then(|pointer| pointer.get(self.root));
        let listed =
            ["allOf", "anyOf", "oneOf"].iter().filter_map(|keyword| object.get(*keyword)?.as_array()).flatten();
        for part in target.into_iter().chain(listed).chain(["then", "else"].iter().filter_map(|key| object.get(*key))) {
            self.gather(part, depth + 1, steps);
        }
    }

    /// All schema objects that speak about the value.
    pub fn members(&self) -> Vec<&'s Map<String, Value>> {
        self.members.clone()
    }

    /// What the schema says of a value below.
    pub fn at(&self, path: &Pointer) -> Place<'s> {
        path.segments().iter().fold(self.clone(), |place, segment| place.step(segment))
    }

    fn step(&self, segment: &str) -> Place<'s> {
        let mut below = Vec::new();
        for member in &self.members {
            let declared = member.get("properties").and_then(|properties| properties.get(segment));
            let open = || member.get("additionalProperties");
            below.extend(declared.or_else(open));
            if segment.parse::<usize>().is_ok() || segment == "*" {
                below.extend(member.get("items"));
                below.extend(member.get("prefixItems").and_then(Value::as_array).into_iter().flatten());
            }
        }
        let is_free = self.is_free || self.members.iter().any(|member| is_free_map(member));
        let mut place = Place::of(self.root, below);
        place.is_free |= place.members.is_empty() && is_free;
        place
    }

    /// Whether the schema does not know the place.
    pub fn is_nowhere(&self) -> bool {
        self.members.is_empty() && !self.is_free
    }

    /// The keys that a map here may have, in order of name.
    pub fn properties(&self) -> Vec<Property<'s>> {
        let mut names: Vec<&'s str> = self
            .members
            .iter()
            .filter_map(|member| member.get("properties")?.as_object())
            .flat_map(|properties| properties.keys().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        let required = |name: &str| {
            let lists = self.members.iter().filter_map(|member| member.get("required")?.as_array());
            lists.flatten().any(|listed| listed.as_str() == Some(name))
        };
        names.into_iter().map(|name| Property { name, is_required: required(name), place: self.step(name) }).collect()
    }

    /// The values that `enum` and `const` allow, then `true` and `false` of a boolean.
    pub fn words(&self) -> Vec<&'s Value> {
        static TRUTHS: [Value; 2] = [Value::Bool(true), Value::Bool(false)];
        let listed = self.members.iter().filter_map(|member| member.get("enum")?.as_array()).flatten();
        let constants = self.members.iter().filter_map(|member| member.get("const"));
        let mut words: Vec<&Value> = listed.chain(constants).collect();
        if words.is_empty() && self.has_type("boolean") {
            words.extend(&TRUTHS);
        }
        words
    }

    pub fn default(&self) -> Option<&'s Value> {
        self.members.iter().find_map(|member| member.get("default"))
    }

    pub fn description(&self) -> Option<&'s str> {
        self.members.iter().find_map(|member| member.get("description")?.as_str())
    }

    /// The types that it may have, as the schema names them.
    pub fn types(&self) -> Vec<&'s str> {
        let mut types: Vec<&str> = Vec::new();
        for member in &self.members {
            match member.get("type") {
                Some(Value::String(one)) => types.push(one),
                Some(Value::Array(several)) => types.extend(several.iter().filter_map(Value::as_str)),
                _ if member.contains_key("properties") => types.push("object"),
                _ => {}
            }
        }
        types.sort_unstable();
        types.dedup();
        types.retain(|name| *name != "null");
        types
    }

    pub fn has_type(&self, name: &str) -> bool {
        self.types().contains(&name)
    }
}

fn is_free_map(schema: &Map<String, Value>) -> bool {
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
    is_object && !schema.contains_key("properties") && !schema.contains_key("additionalProperties")
}
