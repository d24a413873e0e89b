//! Laws of the merge of value layers, on generated layers.

#![allow(clippy::unwrap_used, reason = "this is a test")]

use bayplan::layers::{Enforcer, Layer, MergePlan, Merged, Source, Trace, merge};
use bayplan::pointer::Pointer;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Map, Value, json};

/// `s`: anything that is no map, `m`: a map of such values and of itself, `k`: a list keyed by `id` whose items are like `m`.
fn plan() -> MergePlan {
    let schema = json!({
        "properties": {"s": {}, "m": {"$ref": "#/$defs/map"}, "k": {"$ref": "#/$defs/keyed"}},
        "$defs": {
            "map": {"properties": {"x": {}, "y": {}, "m": {"$ref": "#/$defs/map"}, "k": {"$ref": "#/$defs/keyed"}}},
            "keyed": {
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"],
                "items": {"properties": {"id": {}, "x": {}, "k": {"$ref": "#/$defs/keyed"}}}
            }
        }
    });
    MergePlan::new(&schema).unwrap()
}

fn merged(layers: &[&Value], enforcers: &[(usize, &Value)]) -> Merged {
    let layers: Vec<Layer> = layers.iter().map(|values| Layer { values, strict: false }).collect();
    let enforcers: Vec<Enforcer> = enforcers.iter().map(|(layer, values)| Enforcer { layer: *layer, values }).collect();
    merge(&plan(), &layers, &enforcers, &mut ())
}

/// The merged values, of layers among which nothing may be wrong.
fn values(layers: &[&Value]) -> Value {
    let merged = merged(layers, &[]);
    assert!(merged.errors.is_empty(), "{:?}", merged.errors);
    Value::Object(merged.values)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0..3).prop_map(|number| json!(number)),
        Just(json!("text")),
        Just(json!(true)),
        Just(json!([1, {"x": null}]))
    ]
}

fn or_null(value: BoxedStrategy<Value>, removals: bool) -> BoxedStrategy<Value> {
    if removals { prop_oneof![4 => value, 1 => Just(Value::Null)].boxed() } else { value }
}

fn map_of(entries: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(key, value)| proptest::option::of(value).prop_map(move |value| (key, value)))
        .collect();
    entries
        .prop_map(|entries| {
            entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Map<_, _>>().into()
        })
        .boxed()
}

fn keyed(depth: u32, removals: bool) -> BoxedStrategy<Value> {
    let mut fields = vec![("x", or_null(scalar().boxed(), removals))];
    if depth > 0 {
        fields.push(("k", or_null(keyed(depth - 1, removals), removals)));
    }
    let item = (map_of(fields), 0..if removals { 4 } else { 1 });
    (subsequence(vec!["a", "b", "c", "d"], 0..=4).prop_shuffle(), vec(item, 4))
        .prop_map(|(ids, items)| {
            let item = |(id, (mut item, deletes)): (&str, (Value, i32))| {
                if deletes == 3 {
                    return json!({"id": id, "$patch": "delete"});
                }
                item["id"] = json!(id);
                item
            };
            Value::Array(ids.into_iter().zip(items).map(item).collect())
        })
        .boxed()
}

fn map(depth: u32, removals: bool) -> BoxedStrategy<Value> {
    let mut fields = vec![("x", or_null(scalar().boxed(), removals)), ("y", or_null(scalar().boxed(), removals))];
    if depth > 0 {
        fields.push(("m", or_null(map(depth - 1, removals), removals)));
        fields.push(("k", or_null(keyed(depth - 1, removals), removals)));
    }
    map_of(fields)
}

/// A layer in which nothing is wrong; with nulls and deletions, or without.
fn layer(removals: bool) -> BoxedStrategy<Value> {
    map_of(vec![
        ("s", or_null(scalar().boxed(), removals)),
        ("m", or_null(map(2, removals), removals)),
        ("k", or_null(keyed(1, removals), removals)),
    ])
}

/// Any JSON below any of three keys, so that shapes meet that do not fit.
fn wild_layer() -> BoxedStrategy<Value> {
    let leaf =
        prop_oneof![Just(Value::Null), (0..2).prop_map(|number| json!(number)), Just(json!([null, {"a": null}]))];
    let any = leaf.prop_recursive(3, 12, 3, |inner| {
        btree_map("[abc]", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect()))
    });
    btree_map("[abc]", any, 0..3).prop_map(|map| Value::Object(map.into_iter().collect())).boxed()
}

/// The leaves of a tree as enforcement sees them, but for lists with keys.
fn leaves(at: &Pointer, value: &Value, found: &mut Vec<(Pointer, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| leaves(&at.child(key), value, found))
        }
        leaf => found.push((at.clone(), leaf.clone())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_empty_layer_changes_nothing(layers in vec(layer(true), 0..4), place in 0..4_usize) {
        let empty = json!({});
        let all: Vec<&Value> = layers.iter().collect();
        let mut with = all.clone();
        with.insert(place.min(all.len()), &empty);
        prop_assert_eq!(values(&with), values(&all));
    }

    #[test]
    fn lower_layers_may_be_merged_first(a in layer(true), b in layer(true), c in layer(true)) {
        prop_assert_eq!(values(&[&values(&[&a, &b]), &c]), values(&[&a, &b, &c]));
    }

    #[test]
    fn layers_without_removals_may_be_merged_in_any_groups(a in layer(false), b in layer(false), c in layer(false)) {
        let all = values(&[&a, &b, &c]);
        prop_assert_eq!(values(&[&a, &values(&[&b, &c])]), all.clone());
        prop_assert_eq!(values(&[&values(&[&a, &b]), &c]), all);
    }

    #[test]
    fn a_layer_twice_in_a_row_counts_once(a in layer(true), b in layer(true)) {
        prop_assert_eq!(values(&[&a, &b, &b]), values(&[&a, &b]));
    }

    #[test]
    fn without_keyed_lists_the_law_is_rfc_7386(layers in vec(wild_layer(), 1..5)) {
        let mut expected = json!({});
        layers.iter().for_each(|layer| json_patch::merge(&mut expected, layer));
        let plan = MergePlan::new(&json!({})).unwrap();
        let layers: Vec<Layer> = layers.iter().map(|values| Layer { values, strict: false }).collect();
        // Conflicts are errors here, and the result is that of RFC 7386 nevertheless.
        prop_assert_eq!(Value::Object(merge(&plan, &layers, &[], &mut ()).values), expected);
    }

    #[test]
    fn items_stand_in_the_order_of_their_first_mention(layers in vec(keyed(0, true), 1..5)) {
        let mut expected: Vec<Value> = Vec::new();
        for item in layers.iter().flat_map(|list| list.as_array().unwrap()) {
            let place = expected.iter().position(|other| other["id"] == item["id"]);
            match (place, item.get("$patch")) {
                (Some(place), None) => json_patch::merge(&mut expected[place], item),
                (Some(place), Some(_)) => drop(expected.remove(place)),
                (None, None) => {
                    let mut new = json!({});
                    json_patch::merge(&mut new, item);
                    expected.push(new);
                }
                (None, Some(_)) => {}
            }
        }
        let layers: Vec<Value> = layers.into_iter().map(|list| json!({"k": list})).collect();
        prop_assert_eq!(&values(&layers.iter().collect::<Vec<_>>())["k"], &json!(expected));
    }

    #[test]
    fn what_is_enforced_comes_out(layers in vec(wild_layer(), 1..4), enforced in wild_layer()) {
        let plan = MergePlan::new(&json!({})).unwrap();
        let top = layers.len() - 1;
        let layers: Vec<Layer> = layers.iter().map(|values| Layer { values, strict: false }).collect();
        let enforcers = [Enforcer { layer: top, values: &enforced }];
        let free = merge(&plan, &layers, &[], &mut ());
        let merged = merge(&plan, &layers, &enforcers, &mut ());
        // Nothing is above it, so nothing contradicts it, and it is the topmost layer. What it replaces is not looked at.
        prop_assert!(merged.errors.iter().all(|error| free.errors.contains(error)), "{:?}", merged.errors);
        let mut expected = Value::Object(free.values);
        json_patch::merge(&mut expected, &enforced);
        prop_assert_eq!(Value::Object(merged.values), expected);
    }

    #[test]
    fn enforcement_holds_or_is_reported(below in layer(true), above in vec(layer(true), 0..3), enforced in layer(true)) {
        let mut layers = vec![&below];
        layers.extend(&above);
        let with = merged(&layers, &[(0, &enforced)]);
        let mut all = Vec::new();
        leaves(&Pointer::root(), &enforced, &mut all);
        let has_keys = |pointer: &Pointer| pointer.segments().iter().any(|segment| segment == "k");
        for (pointer, leaf) in all.into_iter().filter(|(pointer, _)| !has_keys(pointer)) {
            let found = pointer.get(&Value::Object(with.values.clone())).cloned();
            // An empty map says only that there is one.
            if leaf != json!({}) {
                prop_assert_eq!(found.unwrap_or(Value::Null), leaf);
            } else {
                prop_assert!(found.is_some_and(|found| found.is_object()));
            }
        }
        // Where the layers above say nothing that is enforced, or repeat it, there is nothing to report.
        let alone = merged(&[&below, &enforced], &[(0, &enforced)]);
        let repeats_absence = alone.errors.is_empty();
        prop_assert!(repeats_absence, "{:?}", alone.errors);
        prop_assert!(merged(&[&below], &[(0, &enforced)]).errors.is_empty());
    }

    #[test]
    fn plain_values_that_differ_from_what_is_enforced_are_reported(
        above in vec(btree_map("[abc]", prop_oneof![Just(json!(1)), Just(json!(2)), Just(Value::Null)], 0..3), 0..3),
        enforced in btree_map("[abc]", prop_oneof![Just(json!(1)), Just(Value::Null)], 0..3),
    ) {
        let last_word = |key: &String| above.iter().rev().find_map(|layer| layer.get(key));
        let expected: Vec<&String> =
            enforced.iter().filter(|(key, value)| last_word(key).is_some_and(|last| last != *value)).map(|(key, _)| key).collect();
        let layers: Vec<Value> = std::iter::once(json!({})).chain(above.iter().map(|layer| json!(layer))).collect();
        let layers: Vec<Layer> = layers.iter().map(|values| Layer { values, strict: false }).collect();
        let values = json!(enforced);
        let merged = merge(&MergePlan::new(&json!({})).unwrap(), &layers, &[Enforcer { layer: 0, values: &values }], &mut ());
        let found: Vec<String> = merged.errors.iter().map(|error| error.pointer.dotted()).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_trace_knows_each_leaf_and_where_it_was_written(layers in vec(layer(true), 1..4), enforced in layer(true)) {
        let sources: Vec<Layer> = layers.iter().map(|values| Layer { values, strict: false }).collect();
        let enforcers = [Enforcer { layer: 0, values: &enforced }];
        let plan = plan();
        let mut trace = Trace::default();
        let traced = merge(&plan, &sources, &enforcers, &mut trace);
        let plain = merge(&plan, &sources, &enforcers, &mut ());
        prop_assert_eq!(&traced.values, &plain.values);
        prop_assert_eq!(&traced.errors, &plain.errors);

        let result = Value::Object(traced.values);
        for (pointer, leaf) in trace.leaves() {
            let written = match leaf.winner.source {
                Source::Layer(index) => leaf.winner.pointer.get(&layers[index]),
                Source::Enforcer(_) => leaf.winner.pointer.get(&enforced),
            };
            let empty = |value: Option<&Value>| {
                value.is_some_and(|value| value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty))
            };
            // An empty map or list may be what is left of more.
            prop_assert!(written == pointer.get(&result) || empty(pointer.get(&result)), "{} in {}", pointer, result);
        }
        for (pointer, _) in trace.removed() {
            prop_assert_eq!(pointer.get(&result), None);
        }
        let mut all = Vec::new();
        leaves(&Pointer::root(), &result, &mut all);
        for (pointer, leaf) in all {
            let known = trace.find(&pointer).is_some() || leaf.is_array() && trace.below(&pointer).next().is_some();
            prop_assert!(known || pointer.is_root(), "{}", pointer);
        }
    }
}
