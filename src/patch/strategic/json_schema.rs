//! Merge rules read from a JSON Schema: an OpenAPI document, or a definition of a custom resource.

use super::schema::{ListRule, MapRule, MergeSchema};
use serde_json::Value;

/// How deep references may lead to references.
const MAX_HOPS: usize = 16;

/// Which keywords of a schema count for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSource {
    /// `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`, as kubectl uses them for Kubernetes' own kinds.
    PatchStrategy,
    /// `x-kubernetes-list-type` and `x-kubernetes-list-map-keys`, for custom resources.
    ListType,
}

/// A place in a JSON Schema that lies in memory. Follows `$ref` within its document, and `allOf`.
#[derive(Debug, Clone, Copy)]
pub struct JsonMergeSchema<'a> {
    document: &'a Value,
    node: &'a Value,
    source: ListSource,
}

impl<'a> JsonMergeSchema<'a> {
    /// `node` is the schema of the object; `document` is what its references start from.
    pub fn new(document: &'a Value, node: &'a Value, source: ListSource) -> Self {
        JsonMergeSchema { document, node, source }
    }

    /// Whether any list below says by which keys it merges: without one, a strategic merge has nothing to go by.
    pub fn has_keyed_lists(&self) -> bool {
        has_keyword(self.document, self.node, self.key_keyword(), &mut Vec::new())
    }

    fn key_keyword(&self) -> &'static str {
        match self.source {
            ListSource::PatchStrategy => "x-kubernetes-patch-merge-key",
            ListSource::ListType => "x-kubernetes-list-map-keys",
        }
    }

    fn at(&self, node: &'a Value) -> Self {
        JsonMergeSchema { node, ..*self }
    }

    /// The first schema that holds for this place and satisfies `find`: itself, what it refers to, what it is made of.
    fn find<T>(&self, find: &dyn Fn(&'a Value) -> Option<T>) -> Option<T> {
        find_in(self.document, self.node, MAX_HOPS, find)
    }

    fn keyword(&self, name: &str) -> Option<&'a Value> {
        self.find(&|node| node.get(name))
    }

    fn word(&self, name: &str) -> Option<&'a str> {
        self.keyword(name)?.as_str()
    }

    /// Whether the comma-separated patch strategies hold `word`; `retainKeys` beside it only matters when patches are made.
    fn strategy_is(&self, word: &str) -> bool {
        self.word("x-kubernetes-patch-strategy").is_some_and(|words| words.split(',').any(|other| other.trim() == word))
    }
}

impl MergeSchema for JsonMergeSchema<'_> {
    fn property(&self, name: &str) -> Option<Self> {
        self.find(&|node| node.get("properties")?.get(name))
            .or_else(|| self.find(&|node| node.get("additionalProperties").filter(|schema| schema.is_object())))
            .map(|node| self.at(node))
    }

    fn items(&self) -> Option<Self> {
        // A reference to a map with a merge key beside it stands for a list of such maps.
        self.keyword("items").map(|node| self.at(node)).or_else(|| {
            self.word("x-kubernetes-patch-merge-key")?;
            self.find(&|node| node.get("properties").map(|_| node)).map(|node| self.at(node))
        })
    }

    fn map_rule(&self) -> MapRule {
        let replace = match self.source {
            ListSource::PatchStrategy => self.strategy_is("replace"),
            ListSource::ListType => self.word("x-kubernetes-map-type") == Some("atomic"),
        };
        if replace { MapRule::Replace } else { MapRule::Merge }
    }

    fn list_rule(&self) -> ListRule<'_> {
        match self.source {
            ListSource::PatchStrategy => match self.word("x-kubernetes-patch-merge-key") {
                _ if !self.strategy_is("merge") => ListRule::Atomic,
                Some(key) => ListRule::Keyed(vec![key]),
                None => ListRule::Set,
            },
            ListSource::ListType => match self.word("x-kubernetes-list-type") {
                Some("set") => ListRule::Set,
                Some("map") => {
                    let keys = self.keyword("x-kubernetes-list-map-keys").and_then(Value::as_array);
                    let keys: Vec<&str> = keys.into_iter().flatten().filter_map(Value::as_str).collect();
                    if keys.is_empty() { ListRule::Atomic } else { ListRule::Keyed(keys) }
                }
                _ => ListRule::Atomic,
            },
        }
    }
}

fn find_in<'a, T>(
    document: &'a Value,
    node: &'a Value,
    hops: usize,
    find: &dyn Fn(&'a Value) -> Option<T>,
) -> Option<T> {
    if let Some(found) = find(node) {
        return Some(found);
    }
    let hops = hops.checked_sub(1)?;
    let referred = node.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(document, reference));
    let parts = node.get("allOf").and_then(Value::as_array).into_iter().flatten();
    referred.into_iter().chain(parts).find_map(|node| find_in(document, node, hops, find))
}

fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// Looks for a keyword in a schema and all that it refers to, each reference once.
fn has_keyword<'a>(document: &'a Value, node: &'a Value, keyword: &str, seen: &mut Vec<&'a str>) -> bool {
    match node {
        Value::Object(map) => {
            if map.contains_key(keyword) {
                return true;
            }
            if let Some(reference) = map.get("$ref").and_then(Value::as_str)
                && !seen.contains(&reference)
            {
                seen.push(reference);
                if resolve(document, reference).is_some_and(|node| has_keyword(document, node, keyword, seen)) {
                    return true;
                }
            }
            map.values().any(|node| has_keyword(document, node, keyword, seen))
        }
        Value::Array(items) => items.iter().any(|node| has_keyword(document, node, keyword, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
