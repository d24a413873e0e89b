//! Items of two lists, paired by key where there is one, else by alignment.

use super::{Comparison, FieldChange, Here, Sort};
use crate::diff::align::{Aligned, align};
use crate::diff::path::Step;
use crate::diff::secret;
use crate::kubernetes::{ListType, Schema};
use crate::value;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Fields that tell items apart where no schema says so, the first that all items have and no two share.
const TELLING: &[&str] =
    &["name", "host", "hostname", "key", "id", "type", "mountPath", "path", "sectionName", "secretName"];

/// The fields by which items are told apart, with what counts where one is left out.
type Keys<'k> = Vec<(&'k str, Option<&'k Value>)>;

impl Comparison {
    pub(super) fn lists(&mut self, here: &Here, old: &[Value], new: &[Value], schema: Option<Schema<'_>>) {
        let items = schema.and_then(Schema::items);
        let keys = schema.map(keys_of).unwrap_or_default();
        if let (Some(old_keys), Some(new_keys)) = (keyed(old, &keys), keyed(new, &keys)) {
            return self.keyed(here, old, new, (&old_keys, &new_keys), items);
        }
        for key in TELLING {
            let keys = vec![(*key, None)];
            if let (Some(old_keys), Some(new_keys)) = (keyed(old, &keys), keyed(new, &keys)) {
                return self.keyed(here, old, new, (&old_keys, &new_keys), items);
            }
        }
        self.aligned(here, old, new, items);
    }

    fn keyed(
        &mut self,
        here: &Here,
        old: &[Value],
        new: &[Value],
        (old_keys, new_keys): (&[String], &[String]),
        items: Option<Schema<'_>>,
    ) {
        let new_places: BTreeMap<&String, usize> = new_keys.iter().zip(0..).collect();
        let old_places: BTreeMap<&String, usize> = old_keys.iter().zip(0..).collect();
        for (index, key) in old_keys.iter().enumerate() {
            let step = Step::Item(key.clone());
            match new_places.get(key) {
                Some(place) => self.values(&here.item(step, index, *place), &old[index], &new[*place], items),
                None => self.push(&here.item(step, index, new.len()), Some(&old[index]), None),
            }
        }
        for (index, key) in new_keys.iter().enumerate().filter(|(_, key)| !old_places.contains_key(key)) {
            self.push(&here.item(Step::Item(key.clone()), old.len(), index), None, Some(&new[index]));
        }
        let stay = |keys: &[String], others: &BTreeMap<&String, usize>| -> Vec<String> {
            keys.iter().filter(|key| others.contains_key(key)).cloned().collect()
        };
        let (before, after) = (stay(old_keys, &new_places), stay(new_keys, &old_places));
        if before != after {
            let list = |keys: Vec<String>| Some(Value::Array(keys.into_iter().map(Value::String).collect()));
            let (old, new) = (list(before), list(after));
            self.changes.push(FieldChange {
                path: here.path.clone(),
                old,
                new,
                sort: Sort::Order,
                at: here.at.clone(),
            });
        }
    }

    /// Equal items pair where they stand; between them, items that are alike pair in order, and the rest has come or gone.
    fn aligned(&mut self, here: &Here, old: &[Value], new: &[Value], items: Option<Schema<'_>>) {
        let mut gap: (Vec<usize>, Vec<usize>) = Default::default();
        for step in align(old, new, value::same) {
            match step {
                Aligned::Old(index) => gap.0.push(index),
                Aligned::New(index) => gap.1.push(index),
                Aligned::Both(..) => self.gap(here, std::mem::take(&mut gap), (old, new), items),
            }
        }
        self.gap(here, gap, (old, new), items);
    }

    fn gap(
        &mut self,
        here: &Here,
        (gone, mut come): (Vec<usize>, Vec<usize>),
        (old, new): (&[Value], &[Value]),
        items: Option<Schema<'_>>,
    ) {
        for index in gone {
            match come.iter().position(|place| is_alike(&old[index], &new[*place])) {
                Some(position) => {
                    let place = come.remove(position);
                    self.values(&here.item(Step::Index(place), index, place), &old[index], &new[place], items);
                }
                None => self.push(&here.item(Step::Index(index), index, new.len()), Some(&old[index]), None),
            }
        }
        for index in come {
            self.push(&here.item(Step::Index(index), old.len(), index), None, Some(&new[index]));
        }
    }
}

/// Whether one may have become the other: scalars of one type, and maps that share a field's value.
fn is_alike(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().any(|(key, value)| new.get(key).is_some_and(|new| value::same(value, new)))
                || (old.len() == 1 && old.keys().eq(new.keys()))
        }
        (Value::Array(_), Value::Array(_)) => true,
        (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new) && !old.is_object() && !old.is_array(),
    }
}

/// The keys that a schema names: those of server-side apply, else that of strategic merge patches.
fn keys_of(schema: Schema<'_>) -> Keys<'_> {
    if schema.list_type() == ListType::Map {
        return schema.list_map_keys().iter().map(|key| (&*key.name, key.default.as_ref())).collect();
    }
    let merges = schema.patch_strategy().is_some_and(|strategy| strategy.split(',').any(|word| word == "merge"));
    schema.patch_merge_key().filter(|_| merges).map(|key| (key, None)).into_iter().collect()
}

/// What tells each item apart; none where an item lacks a key or two share one.
fn keyed(list: &[Value], keys: &Keys<'_>) -> Option<Vec<String>> {
    if keys.is_empty() {
        return None;
    }
    let mut found = Vec::with_capacity(list.len());
    for item in list {
        found.push(key_of(item.as_object()?, keys)?);
    }
    let distinct: std::collections::BTreeSet<&String> = found.iter().collect();
    (distinct.len() == found.len()).then_some(found)
}

fn key_of(item: &Map<String, Value>, keys: &Keys<'_>) -> Option<String> {
    let mut parts = Vec::with_capacity(keys.len());
    for (key, default) in keys {
        let part = match item.get(*key).filter(|value| !value.is_null()).or(*default) {
            Some(hidden) if secret::is_hidden(hidden) => return None,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Object(_) | Value::Array(_)) => return None,
            Some(scalar) => scalar.to_string(),
            // A key that may be left out is part of the name where it is there.
            None if keys.len() > 1 => String::new(),
            None => return None,
        };
        parts.push(part);
    }
    Some(parts.join("/"))
}
