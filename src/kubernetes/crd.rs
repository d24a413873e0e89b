//! CustomResourceDefinitions of the fleet: their names, scope, served versions and structural schemas.
//!
//! Takes parsed `apiextensions.k8s.io/v1` objects; gives [`CustomKinds`] and what is wrong with each. It judges only what it
//! must know to use the CRD: the object itself is validated like any other.

use super::api::FLEET_CHUNK;
use super::arena::{Arena, NodeId};
use super::build::{Builder, OBJECT_META};
use super::catalogue::{Catalogue, Scope};
use crate::pointer::Pointer;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A custom kind in one served version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomKind {
    pub api_version: Box<str>,
    pub kind: Box<str>,
    pub plural: Box<str>,
    pub scope: Scope,
    pub(super) schema: NodeId,
}

/// The custom kinds that the fleet's `crds/` defines.
#[derive(Debug, Clone, Default)]
pub struct CustomKinds {
    /// By API version, then by kind.
    kinds: BTreeMap<Box<str>, BTreeMap<Box<str>, CustomKind>>,
    arena: Arena,
}

/// Why a CRD cannot be used. `index` is that of the CRD in the list that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrdProblem {
    pub index: usize,
    pub pointer: Pointer,
    pub kind: CrdProblemKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrdProblemKind {
    /// Not a `CustomResourceDefinition` of `apiextensions.k8s.io/v1`.
    NotACrd,
    /// A field without which the CRD says nothing.
    Missing,
    /// A version without `schema.openAPIV3Schema`.
    NoSchema,
    /// Another CRD defines the same kind in the same version.
    Duplicate { first: usize },
}

impl CustomKinds {
    /// Reads CRDs. What cannot be used is reported and left out.
    pub fn read<'v>(crds: impl IntoIterator<Item = &'v Value>) -> (Self, Vec<CrdProblem>) {
        let mut reader = CrdReader::new();
        for (index, crd) in crds.into_iter().enumerate() {
            reader.crd(index, crd);
        }
        (CustomKinds { kinds: reader.kinds, arena: reader.builder.finish() }, reader.problems)
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// All kinds, in order of API version and kind.
    pub fn iter(&self) -> impl Iterator<Item = &CustomKind> {
        self.kinds.values().flat_map(BTreeMap::values)
    }

    pub(super) fn get(&self, api_version: &str, kind: &str) -> Option<&CustomKind> {
        self.kinds.get(api_version)?.get(kind)
    }

    /// Whether a CRD of the fleet defines that kind, in whatever version.
    pub(super) fn defines(&self, group: &str, kind: &str) -> bool {
        self.iter().any(|custom| &*custom.kind == kind && super::catalogue::group(&custom.api_version) == group)
    }

    pub(super) fn arena(&self) -> &Arena {
        &self.arena
    }
}

struct CrdReader {
    builder: Builder<'static>,
    kinds: BTreeMap<Box<str>, BTreeMap<Box<str>, CustomKind>>,
    first_index: BTreeMap<(Box<str>, Box<str>), usize>,
    problems: Vec<CrdProblem>,
}

impl CrdReader {
    fn new() -> Self {
        let resolve = |name: &str| (name == OBJECT_META).then(|| Catalogue::built_in().object_meta());
        CrdReader {
            builder: Builder::new(FLEET_CHUNK, resolve),
            kinds: BTreeMap::new(),
            first_index: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    fn crd(&mut self, index: usize, crd: &Value) {
        let is = |field: &str, text: &str| crd.get(field).and_then(Value::as_str) == Some(text);
        if !is("apiVersion", "apiextensions.k8s.io/v1") || !is("kind", "CustomResourceDefinition") {
            self.problem(index, &["kind"], CrdProblemKind::NotACrd);
            return;
        }
        let group = self.text(index, crd, &["spec", "group"]);
        let kind = self.text(index, crd, &["spec", "names", "kind"]);
        let plural = self.text(index, crd, &["spec", "names", "plural"]);
        let scope = self.text(index, crd, &["spec", "scope"]);
        let versions = crd.pointer("/spec/versions").and_then(Value::as_array);
        if versions.is_none() {
            self.problem(index, &["spec", "versions"], CrdProblemKind::Missing);
        }
        let (Some(group), Some(kind), Some(plural), Some(scope), Some(versions)) =
            (group, kind, plural, scope, versions)
        else {
            return;
        };
        let scope = if scope == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
        for (place, version) in versions.iter().enumerate() {
            if version.get("served") != Some(&Value::Bool(true)) {
                continue;
            }
            let Some(name) = version.get("name").and_then(Value::as_str) else {
                self.problem(index, &["spec", "versions", &place.to_string(), "name"], CrdProblemKind::Missing);
                continue;
            };
            let Some(schema) = version.pointer("/schema/openAPIV3Schema").and_then(Value::as_object) else {
                self.problem(index, &["spec", "versions", &place.to_string(), "schema"], CrdProblemKind::NoSchema);
                continue;
            };
            let key: (Box<str>, Box<str>) = (format!("{group}/{name}").into(), kind.into());
            if let Some(first) = self.first_index.get(&key).copied() {
                let at = place.to_string();
                self.problem(index, &["spec", "versions", &at, "name"], CrdProblemKind::Duplicate { first });
                continue;
            }
            let schema = self.builder.add(&root_schema(schema));
            let custom =
                CustomKind { api_version: key.0.clone(), kind: key.1.clone(), plural: plural.into(), scope, schema };
            self.first_index.insert(key.clone(), index);
            self.kinds.entry(key.0).or_default().insert(key.1, custom);
        }
    }

    fn text<'v>(&mut self, index: usize, crd: &'v Value, path: &[&str]) -> Option<&'v str> {
        let found = path.iter().try_fold(crd, |value, segment| value.get(segment)).and_then(Value::as_str);
        if found.is_none() {
            self.problem(index, path, CrdProblemKind::Missing);
        }
        found
    }

    fn problem(&mut self, index: usize, path: &[&str], kind: CrdProblemKind) {
        let pointer = Pointer::from_segments(path.iter().copied());
        self.problems.push(CrdProblem { index, pointer, kind });
    }
}

/// A version's schema with the fields that every object has, whether the CRD names them or not.
fn root_schema(schema: &Map<String, Value>) -> Value {
    let mut root = schema.clone();
    root.insert("type".into(), json!("object"));
    // What a CRD says of the metadata (of names, nothing else is allowed) adds to what is said of all metadata.
    if let Some(metadata) = schema.get("properties").and_then(|fields| fields.get("metadata")?.get("properties")) {
        let condition = json!({"properties": {"metadata": {"properties": metadata}}});
        match root.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(conditions) => conditions.push(condition),
            None => _ = root.insert("allOf".into(), json!([condition])),
        }
    }
    let fields = root.entry("properties").or_insert_with(|| json!({}));
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("apiVersion".into(), json!({"type": "string"}));
        fields.insert("kind".into(), json!({"type": "string"}));
        fields.insert("metadata".into(), json!({"$ref": OBJECT_META}));
    }
    Value::Object(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crd(versions: Value) -> Value {
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": {
            "group": "example.org", "scope": "Cluster", "names": {"kind": "Widget", "plural": "widgets"}, "versions": versions}})
    }

    fn problems(crds: &[Value]) -> Vec<(usize, String, CrdProblemKind)> {
        let (_, problems) = CustomKinds::read(crds);
        problems.into_iter().map(|problem| (problem.index, problem.pointer.to_string(), problem.kind)).collect()
    }

    #[test]
    fn served_versions_become_kinds() {
        let schema = json!({"openAPIV3Schema": {"type": "object"}});
        let (kinds, problems) = CustomKinds::read(&[crd(json!([
            {"name": "v1", "served": true, "schema": schema},
            {"name": "v1beta1", "served": false, "schema": schema},
        ]))]);
        assert_eq!(problems, []);
        let found: Vec<(&str, Scope)> = kinds.iter().map(|kind| (&*kind.api_version, kind.scope)).collect();
        assert_eq!(found, [("example.org/v1", Scope::Cluster)]);
        assert!(kinds.defines("example.org", "Widget") && !kinds.defines("example.org", "Gadget"));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let schema = json!({"openAPIV3Schema": {"type": "object"}});
        let version = json!([{"name": "v1", "served": true, "schema": schema}]);
        assert_eq!(problems(&[json!({"kind": "ConfigMap"})]), [(0, "/kind".into(), CrdProblemKind::NotACrd)]);
        assert_eq!(
            problems(&[crd(json!([{"name": "v1", "served": true}, {"served": true}]))]),
            [
                (0, "/spec/versions/0/schema".into(), CrdProblemKind::NoSchema),
                (0, "/spec/versions/1/name".into(), CrdProblemKind::Missing),
            ]
        );
        assert_eq!(
            problems(&[crd(version.clone()), crd(version)]),
            [(1, "/spec/versions/0/name".into(), CrdProblemKind::Duplicate { first: 0 })]
        );
        let mut incomplete = crd(json!([]));
        incomplete["spec"]["names"] = json!({});
        assert_eq!(
            problems(&[incomplete]),
            [
                (0, "/spec/names/kind".into(), CrdProblemKind::Missing),
                (0, "/spec/names/plural".into(), CrdProblemKind::Missing),
            ]
        );
    }

    #[test]
    fn a_very_deep_schema_is_cut_off() {
        let mut schema = json!({"type": "string"});
        for _ in 0..400 {
            schema = json!({"type": "object", "properties": {"a": schema}});
        }
        let versions = json!([{"name": "v1", "served": true, "schema": {"openAPIV3Schema": schema}}]);
        let (kinds, problems) = CustomKinds::read(&[crd(versions)]);
        assert_eq!((kinds.iter().count(), problems.len()), (1, 0));
    }
}
