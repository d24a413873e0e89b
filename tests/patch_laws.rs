//! Laws of patches, on generated objects and patches: what comes out holds no directive, and each field's origin is told right.

#![allow(clippy::unwrap_used, reason = "this is a test")]

use bayplan::patch::{
    Applied, JsonMergeSchema, JsonPatch, ListSource, MergePatch, Origin, Patch, StrategicPatch, apply, merge_value,
};
use bayplan::pointer::Pointer;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// `x`, `y`: scalars, `m`: a map like this one, `k`: a list keyed by `id` of such maps, `s`: a set of scalars, `l`: any list.
fn schema() -> Value {
    json!({
        "$ref": "#/$defs/map",
        "$defs": {"map": {"properties": {
            "id": {}, "x": {}, "y": {}, "m": {"$ref": "#/$defs/map"},
            "k": {
                "items": {"$ref": "#/$defs/map"},
                "x-kubernetes-patch-merge-key": "id", "x-kubernetes-patch-strategy": "merge"
            },
            "s": {"items": {}, "x-kubernetes-patch-strategy": "merge"},
            "l": {"items": {}}
        }}}
    })
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

/// A map that follows the schema; in a patch, with nulls and directives that are right more often than not.
fn map(depth: u32, patch: bool) -> BoxedStrategy<Value> {
    let scalar = prop_oneof![(0..4).prop_map(|number| json!(number)), Just(json!("text"))].boxed();
    let scalars =
        || subsequence(vec![json!(1), json!(2), json!(3), json!(4)], 0..=4).prop_shuffle().prop_map(Value::Array);
    let plain_list = vec(prop_oneof![scalar.clone(), Just(json!({"x": 1}))], 0..3).prop_map(Value::Array).boxed();
    let or_null = |value: BoxedStrategy<Value>| {
        if patch { prop_oneof![5 => value, 1 => Just(Value::Null)].boxed() } else { value }
    };
    let mut fields = vec![
        ("x", or_null(scalar.clone())),
        ("y", or_null(scalar)),
        ("s", or_null(scalars().boxed())),
        ("l", or_null(plain_list)),
    ];
    if depth > 0 {
        fields.push(("m", or_null(map(depth - 1, patch))));
        fields.push(("k", or_null(keyed(depth - 1, patch))));
    }
    if !patch {
        return map_of(fields);
    }
    let order = subsequence(vec!["a", "b", "c", "d"], 0..=4).prop_shuffle();
    let directives = map_of(vec![
        ("$patch", select(vec![json!("replace"), json!("replace"), json!("delete"), json!("delet")]).boxed()),
        ("$retainKeys", Just(json!(["x", "m", "k", "s", "l", "id"])).boxed()),
        ("$deleteFromPrimitiveList/s", scalars().boxed()),
        ("$setElementOrder/k", order.prop_map(|ids| ids.into_iter().map(|id| json!({"id": id})).collect()).boxed()),
    ]);
    (map_of(fields), directives, 0..4)
        .prop_map(|(mut map, directives, chance)| {
            if chance == 0 {
                let directives = directives.as_object().unwrap().clone();
                map.as_object_mut().unwrap().extend(directives);
            }
            map
        })
        .boxed()
}

fn keyed(depth: u32, patch: bool) -> BoxedStrategy<Value> {
    let items = (subsequence(vec!["a", "b", "c", "d"], 0..=4).prop_shuffle(), vec((map(depth, patch), 0..5), 4), 0..12);
    items
        .prop_map(move |(ids, items, replace)| {
            let item = |(id, (mut item, deletes)): (&str, (Value, i32))| {
                if patch && deletes == 0 {
                    return json!({"id": id, "$patch": "delete"});
                }
                item.as_object_mut().unwrap().remove("$patch");
                item["id"] = json!(id);
                item
            };
            let mut items: Vec<Value> = ids.into_iter().zip(items).map(item).collect();
            if patch && replace == 0 {
                items.insert(items.len() / 2, json!({"$patch": "replace"}));
            }
            Value::Array(items)
        })
        .boxed()
}

fn operation() -> impl Strategy<Value = Value> {
    let path = || {
        let segment = select(vec!["x", "m", "k", "s", "l", "0", "1", "2", "-"]);
        vec(segment, 1..4).prop_map(|segments| segments.iter().map(|segment| format!("/{segment}")).collect::<String>())
    };
    let verb = select(vec!["add", "add", "remove", "replace", "move", "copy", "test"]);
    (verb, path(), path(), map(1, false)).prop_map(|(op, path, from, value)| match op {
        "remove" => json!({"op": op, "path": path}),
        "move" | "copy" => json!({"op": op, "path": path, "from": from}),
        _ => json!({"op": op, "path": path, "value": value}),
    })
}

fn run(patch: Option<Patch>, object: &Value) -> Option<Applied> {
    let schema = schema();
    apply(&patch?, object, Some(JsonMergeSchema::new(&schema, &schema, ListSource::PatchStrategy))).ok()
}

/// Each scalar of the result is where its origin says that it is.
fn check_origins(
    at: &Pointer,
    value: &Value,
    applied: &Applied,
    before: &Value,
    patch: &Value,
) -> Result<(), TestCaseError> {
    match value {
        Value::Object(map) => {
            map.iter().try_for_each(|(key, value)| check_origins(&at.child(key), value, applied, before, patch))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| check_origins(&at.child(index), value, applied, before, patch)),
        scalar => {
            let origin = applied.touched.origin(at);
            let there = match &origin {
                Origin::Patch(pointer) => pointer.get(patch),
                Origin::Before(pointer) => pointer.get(before),
            };
            prop_assert_eq!(there, Some(scalar), "{} has {:?} in {}", at, origin, applied.object);
            Ok(())
        }
    }
}

fn has_directive(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| key.starts_with('$') || has_directive(value)),
        Value::Array(items) => items.iter().any(has_directive),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn strategic_patches_leave_no_directive_and_tell_origins(object in map(2, false), patch in map(2, true)) {
        let Some(applied) = run(StrategicPatch::parse(&patch).0.map(Patch::Strategic), &object) else { return Ok(()) };
        prop_assert!(!has_directive(&applied.object), "{}", applied.object);
        check_origins(&Pointer::root(), &applied.object, &applied, &object, &patch)?;
    }

    #[test]
    fn strategic_patches_that_only_set_are_idempotent(object in map(2, false), patch in map(2, false)) {
        let strategic = StrategicPatch::parse(&patch).0.map(Patch::Strategic);
        let Some(once) = run(strategic.clone(), &object) else { return Ok(()) };
        let twice = run(strategic, &once.object).unwrap();
        prop_assert_eq!(twice.object, once.object);
    }

    #[test]
    fn merge_patches_do_what_rfc_7386_says_and_tell_origins(object in map(2, false), patch in map(2, true)) {
        let applied = run(MergePatch::parse(&patch).0.map(Patch::Merge), &object).unwrap();
        let mut expected = object.clone();
        merge_value(&mut expected, &patch);
        prop_assert_eq!(&applied.object, &expected);
        check_origins(&Pointer::root(), &applied.object, &applied, &object, &patch)?;
    }

    #[test]
    fn json_patches_tell_origins(object in map(2, false), operations in vec(operation(), 1..4)) {
        let patch = Value::Array(operations);
        let Some(applied) = run(JsonPatch::parse(&patch).0.map(Patch::Json), &object) else { return Ok(()) };
        check_origins(&Pointer::root(), &applied.object, &applied, &object, &patch)?;
        for pointer in applied.touched.set() {
            prop_assert!(pointer.get(&applied.object).is_some(), "{} in {}", pointer, applied.object);
        }
    }
}
