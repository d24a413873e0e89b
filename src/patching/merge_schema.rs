//! How the lists of a kind merge, from its Kubernetes schema or CRD.

use crate::kubernetes::{ListType, Origin, Schema, ServedKind};
use crate::patch::{ListRule, MapRule, MergeSchema};

/// The schema of a kind as strategic merge patches need it.
///
/// Built-in kinds have merge keys of their own (`patch-merge-key`), which differ from the list-map keys in places; custom
/// kinds have list-map keys alone.
#[derive(Clone, Copy)]
pub struct KindMergeSchema<'a> {
    schema: Schema<'a>,
    is_built_in: bool,
}

impl<'a> KindMergeSchema<'a> {
    /// None for a custom kind whose CRD says of no list how it merges: kubectl refuses strategic patches there as well.
    pub fn of(kind: &ServedKind<'a>) -> Option<Self> {
        let is_built_in = kind.origin == Origin::Kubernetes;
        (is_built_in || has_keyed_list(kind.schema, 0)).then_some(KindMergeSchema { schema: kind.schema, is_built_in })
    }
}

/// Levels of a CRD's schema that are looked through for a list with keys.
const MAX_DEPTH: usize = 12;

fn has_keyed_list(schema: Schema<'_>, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    schema.list_type() == ListType::Map
        || schema.properties().any(|property| has_keyed_list(property.schema, depth + 1))
        || schema.items().is_some_and(|items| has_keyed_list(items, depth + 1))
        || schema.additional_properties().is_some_and(|values| has_keyed_list(values, depth + 1))
}

impl<'a> MergeSchema for KindMergeSchema<'a> {
    fn property(&self, name: &str) -> Option<Self> {
        let schema = self
            .schema
            .property(name)
            .map(|property| property.schema)
            .or_else(|| self.schema.additional_properties())?;
        Some(KindMergeSchema { schema, ..*self })
    }

    fn items(&self) -> Option<Self> {
        self.schema.items().map(|schema| KindMergeSchema { schema, ..*self })
    }

    fn map_rule(&self) -> MapRule {
        let strategies = self.schema.patch_strategy().unwrap_or_default();
        if strategies.split(',').any(|strategy| strategy == "replace") { MapRule::Replace } else { MapRule::Merge }
    }

    fn list_rule(&self) -> ListRule<'_> {
        if self.is_built_in {
            let merges =
                self.schema.patch_strategy().unwrap_or_default().split(',').any(|strategy| strategy == "merge");
            return match (merges, self.schema.patch_merge_key()) {
                (true, Some(key)) => ListRule::Keyed(vec![key]),
                (true, None) => ListRule::Set,
                (false, _) => ListRule::Atomic,
            };
        }
        match self.schema.list_type() {
            ListType::Atomic => ListRule::Atomic,
            ListType::Set => ListRule::Set,
            ListType::Map => {
                let keys: Vec<&str> = self.schema.list_map_keys().iter().map(|key| &*key.name).collect();
                if keys.is_empty() { ListRule::Atomic } else { ListRule::Keyed(keys) }
            }
        }
    }
}
