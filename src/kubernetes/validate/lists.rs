//! Lists whose items may not be there twice: sets, and lists of objects that are told apart by keys.

use super::{Problem, Step, Walk};
use crate::kubernetes::schema::Schema;
use serde_json::Value;
use std::collections::HashMap;

/// Longer lists are compared by a hash of their keys, shorter ones item by item.
const SHORT: usize = 24;

pub(super) fn check_set<'v>(walk: &mut Walk<'_, 'v>, items: &'v [Value]) {
    let keys: Vec<Option<[&Value; 1]>> = items.iter().map(|item| Some([item])).collect();
    for (index, first) in repeated(&keys) {
        walk.below(Step::Item(index), |walk| walk.problem(Problem::DuplicateItem { first }));
    }
    no_nulls(walk, items);
}

pub(super) fn check_map<'v>(walk: &mut Walk<'_, 'v>, schema: Schema<'_>, items: &'v [Value]) {
    no_nulls(walk, items);
    let names = schema.list_map_keys();
    for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object()) {
        for key in names.iter().filter(|key| key.default.is_none() && present(item, &key.name).is_none()) {
            let is_required =
                schema.items().and_then(|items| items.property(&key.name)).is_some_and(|key| key.required);
            if !is_required {
                walk.below(Step::Item(index), |walk| walk.missing(&key.name, item.get(&*key.name).is_some()));
            }
        }
    }
    // One item alone is no other's double.
    if items.len() < 2 {
        return;
    }
    let of_items: Vec<Option<Vec<&Value>>> = items
        .iter()
        .map(|item| names.iter().map(|key| present(item, &key.name).or(key.default.as_ref())).collect())
        .collect();
    for (index, first) in repeated(&of_items) {
        let keys = names.iter().map(|key| key.name.to_string()).collect();
        walk.below(Step::Item(index), |walk| walk.problem(Problem::DuplicateKey { first, keys }));
    }
}

fn present<'v>(item: &'v Value, key: &str) -> Option<&'v Value> {
    item.get(key).filter(|value| !value.is_null())
}

/// A `null` cannot be told apart from others, so the API server refuses it in these lists.
fn no_nulls<'v>(walk: &mut Walk<'_, 'v>, items: &'v [Value]) {
    for (index, _) in items.iter().enumerate().filter(|(_, item)| item.is_null()) {
        walk.below(Step::Item(index), |walk| walk.problem(Problem::NullItem));
    }
}

/// Each item that has the key of an earlier one, with the first that has it. Items without a whole key are passed over.
fn repeated<'v, K: AsRef<[&'v Value]>>(keys: &[Option<K>]) -> Vec<(usize, usize)> {
    let known = keys.iter().enumerate().filter_map(|(index, key)| Some((index, key.as_ref()?.as_ref())));
    if keys.len() <= SHORT {
        let known: Vec<(usize, &[&Value])> = known.collect();
        let mut repeated = Vec::new();
        for (place, (index, key)) in known.iter().enumerate() {
            if let Some((first, _)) = known[..place].iter().find(|(_, earlier)| earlier == key) {
                repeated.push((*index, *first));
            }
        }
        return repeated;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    known
        .filter_map(|(index, key)| {
            let first = *seen.entry(serde_json::to_string(key).ok()?).or_insert(index);
            (first != index).then_some((index, first))
        })
        .collect()
}
