//! The merge law of value layers and of `enforce`, case by case: values that come out, and findings with their places.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

use bayplan::layers::{Enforcer, Layer, MergePlan, Merged, Place, Recorder, Source, Trace, merge};
use bayplan::pointer::Pointer;
use serde_json::{Value, json};

/// Values as most templates have them: maps, scalars, a list without keys, a list with one key and one with two.
fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "a": {}, "b": {}, "image": {"type": "object"}, "hosts": {"type": "array"},
            "users": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                "items": {"$ref": "#/$defs/user"}
            },
            "ports": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
                "items": {"type": "object"}
            }
        },
        "$defs": {
            "user": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "shell": {},
                    "friends": {
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": {"$ref": "#/$defs/user"}
                    }
                }
            }
        }
    })
}

/// Merges with all layers strict but the first, and enforcers that belong to the layers of the given indexes.
fn run(layers: &[Value], enforcers: &[(usize, Value)], recorder: &mut impl Recorder) -> Merged {
    let plan = MergePlan::new(&schema()).unwrap();
    let layers: Vec<Layer> =
        layers.iter().enumerate().map(|(index, values)| Layer { values, strict: index > 0 }).collect();
    let enforcers: Vec<Enforcer> = enforcers.iter().map(|(layer, values)| Enforcer { layer: *layer, values }).collect();
    merge(&plan, &layers, &enforcers, recorder)
}

fn name(source: Source) -> String {
    match source {
        Source::Layer(index) => format!("layer {index}"),
        Source::Enforcer(index) => format!("enforcer {index}"),
    }
}

fn shown(place: &Place) -> String {
    format!("{} at {}", name(place.source), place.pointer)
}

/// All findings as text: code, message, places, help.
fn findings(merged: &Merged) -> Vec<String> {
    let show = |error: &bayplan::layers::LayerError| {
        let text = error.describe(&name);
        let other = error.other.as_ref().map(|place| format!("; {} ({})", shown(place), text.other_label));
        format!(
            "{}: {}\n  {} ({}){}\n  {}",
            text.code.name,
            text.message,
            shown(&error.place),
            text.label,
            other.unwrap_or_default(),
            text.help.join("\n  ")
        )
    };
    merged.errors.iter().map(show).collect()
}

fn check(layers: &[Value], expected: Value) {
    check_enforced(layers, &[], expected);
}

fn check_enforced(layers: &[Value], enforcers: &[(usize, Value)], expected: Value) {
    let merged = run(layers, enforcers, &mut ());
    assert_eq!(findings(&merged), Vec::<String>::new(), "{layers:?}");
    assert_eq!(Value::Object(merged.values), expected, "{layers:?}");
    let traced = run(layers, enforcers, &mut Trace::default());
    assert_eq!(Value::Object(traced.values), expected, "tracing changes nothing");
}

#[track_caller]
fn check_findings(layers: &[Value], enforcers: &[(usize, Value)], expected: &[&str]) {
    let merged = run(layers, enforcers, &mut ());
    assert_eq!(findings(&merged), expected);
    let traced = run(layers, enforcers, &mut Trace::default());
    assert_eq!(traced.errors, merged.errors, "tracing changes nothing");
    assert_eq!(traced.values, merged.values, "tracing changes nothing");
}

#[test]
fn maps_merge_and_all_else_replaces() {
    check(
        &[
            json!({"a": {"x": 1, "y": {"z": [1, 2]}}, "hosts": ["one", "two"], "b": 1}),
            json!({"a": {"x": 2, "y": {"w": true}}, "hosts": ["three"]}),
            json!({"b": ["scalars and lists change into each other"]}),
            Value::Null,
        ],
        json!({
            "a": {"x": 2, "y": {"z": [1, 2], "w": true}}, "hosts": ["three"],
            "b": ["scalars and lists change into each other"]
        }),
    );
    check(&[], json!({}));
}

#[test]
fn null_removes_what_is_inherited() {
    check(&[json!({"a": {"x": 1, "y": 2}, "b": 1}), json!({"a": {"x": null}, "b": null})], json!({"a": {"y": 2}}));
    check(&[json!({"a": {"x": 1}}), json!({"a": null}), json!({"a": 5})], json!({"a": 5}));
    check(&[json!({"a": {"x": 1}}), json!({"a": null}), json!({"a": {"y": 2}})], json!({"a": {"y": 2}}));
    check(&[json!({"a": {"nothing": null}, "b": null})], json!({"a": {}}));
}

#[test]
fn null_that_removes_nothing_is_an_error_in_a_strict_layer() {
    check_findings(
        &[json!({"image": {"tag": 1, "name": "x"}}), json!({"image": {"tagg": null}, "b": null})],
        &[],
        &[
            "removes-nothing: layer 1 removes `b`, which no layer below sets\n  layer 1 at /b (nothing to remove)\n  \
             drop this line: there is nothing to remove",
            "removes-nothing: layer 1 removes `image.tagg`, which no layer below sets\n  layer 1 at /image/tagg (nothing to \
             remove)\n  did you mean `tag`?",
        ],
    );
    check_findings(
        &[json!({"a": 1}), json!({"a": null}), json!({"a": null})],
        &[],
        &[
            "removes-nothing: layer 2 removes `a`, which no layer below sets\n  layer 2 at /a (nothing to remove)\n  drop this \
             line: there is nothing to remove",
        ],
    );
}

#[test]
fn maps_do_not_meet_other_shapes() {
    check_findings(
        &[json!({"a": {"x": 1}, "hosts": ["a"]}), json!({"a": "x"}), json!({"a": {"y": 1}, "hosts": {"one": true}})],
        &[],
        &[
            "value-conflict: `a` is a scalar in layer 1 and a map in layer 0\n  layer 1 at /a (a scalar); layer 0 at /a (a map in \
             layer 0)\n  make both the same; to replace one by the other on purpose, set it to null in a layer between",
            "value-conflict: `a` is a map in layer 2 and a scalar in layer 1\n  layer 2 at /a (a map); layer 1 at /a (a scalar in \
             layer 1)\n  make both the same; to replace one by the other on purpose, set it to null in a layer between",
            "value-conflict: `hosts` is a map in layer 2 and a list in layer 0\n  layer 2 at /hosts (a map); layer 0 at /hosts (a \
             list in layer 0)\n  make both the same; to replace one by the other on purpose, set it to null in a layer between",
        ],
    );
    check_findings(
        &[json!(["a"])],
        &[],
        &["values-shape: the values of layer 0 are a list, not a map\n  layer 0 at  (a list)\n  write `NAME: VALUE`"],
    );
}

#[test]
fn keyed_lists_merge_by_item_in_order_of_first_mention() {
    check(
        &[
            json!({"users": [{"name": "a", "shell": 1}, {"name": "b", "shell": 1}, {"name": "c"}]}),
            json!({"users": [{"name": "d"}, {"name": "b", "shell": 2}, {"name": "a", "$patch": "delete"}]}),
            json!({"users": [{"name": "a", "back": true}, {"name": "c", "shell": {"x": 1}}]}),
        ],
        json!({"users": [
            {"name": "b", "shell": 2}, {"name": "c", "shell": {"x": 1}}, {"name": "d"}, {"name": "a", "back": true}
        ]}),
    );
}

#[test]
fn keyed_lists_nest_and_take_several_keys() {
    check(
        &[
            json!({"users": [{"name": "a", "friends": [{"name": "x", "shell": 1}, {"name": "y"}]}]}),
            json!({"users": [{"name": "a", "friends": [{"name": "y", "$patch": "delete"}, {"name": "x", "shell": null}]}]}),
        ],
        json!({"users": [{"name": "a", "friends": [{"name": "x"}]}]}),
    );
    check(
        &[
            json!({"ports": [{"port": 53, "protocol": "TCP", "x": 1}, {"port": 53, "protocol": "UDP"}]}),
            json!({"ports": [{"port": 53, "protocol": "UDP", "x": 2}]}),
        ],
        json!({"ports": [{"port": 53, "protocol": "TCP", "x": 1}, {"port": 53, "protocol": "UDP", "x": 2}]}),
    );
}

#[test]
fn keyed_list_can_be_emptied_and_removed_whole() {
    check(
        &[json!({"users": [{"name": "a"}]}), json!({"users": [{"name": "a", "$patch": "delete"}]})],
        json!({"users": []}),
    );
    check(&[json!({"users": [{"name": "a"}]}), json!({"users": null})], json!({}));
    check(&[json!({"users": [{"name": "a", "$patch": "delete"}]})], json!({"users": []}));
    check(
        &[json!({"users": [{"name": "a"}]}), json!({"users": null}), json!({"users": [{"name": "b"}]})],
        json!({"users": [{"name": "b"}]}),
    );
}

#[test]
fn items_that_cannot_be_placed_are_reported_with_their_own_index() {
    check_findings(
        &[
            json!({"users": [{"name": "a"}]}),
            json!({"users": [{"name": "b"}, {"nmae": "a"}, "c", {"name": "b"}, {"name": {"x": 1}}]}),
        ],
        &[],
        &[
            "list-item: an item of `users` has no plain value for `name`, by which its list merges\n  layer 1 at /users/1 (cannot be \
             merged)\n  write `name` instead of `nmae`",
            "list-item: items of `users` are maps with `name`, this is a scalar\n  layer 1 at /users/2 (a scalar)\n  write `- name: \
             ...`",
            "list-item: two items of `users` in layer 1 have name: \"b\"\n  layer 1 at /users/3 (again here); layer 1 at /users/0 (first \
             here)\n  make them one",
            "list-item: an item of `users` has no plain value for `name`, by which its list merges\n  layer 1 at /users/4 (cannot be \
             merged)\n  say which item it is: `name: ...`",
        ],
    );
}

#[test]
fn deletion_of_an_item_that_is_not_there_is_an_error_in_a_strict_layer() {
    check_findings(
        &[
            json!({"users": [{"name": "anna"}, {"name": "x", "$patch": "delete"}]}),
            json!({"users": [{"name": "ana", "$patch": "delete"}]}),
        ],
        &[],
        &[
            "removes-nothing: layer 1 removes an item of `users` that no layer below sets: name: \"ana\"\n  layer 1 at /users/0 \
           (nothing to remove)\n  did you mean `name: \"anna\"`?",
        ],
    );
}

#[test]
fn directives_stand_only_in_items_of_keyed_lists() {
    check_findings(
        &[
            json!({"users": [{"name": "a"}]}),
            json!({
                "a": {"$patch": "delete"},
                "hosts": [{"name": "x", "$patch": "delete"}],
                "users": [{"name": "a", "$patch": "replace"}, {"name": "a", "$patch": "delete", "shell": 1}]
            }),
        ],
        &[],
        &[
            "value-directive: `$patch` is no value for `a`\n  layer 1 at /a (in a map that is no item of a list)\n  to remove a key, set \
             it to null",
            "value-directive: `$patch` is no value for `hosts`\n  layer 1 at /hosts (a list without keys is replaced whole)\n  write the \
             whole list as it is to be, or give it keys in the template's schema (`x-kubernetes-list-map-keys`)",
            "value-directive: `$patch` in an item of `users` can only be `delete`\n  layer 1 at /users/0 (unknown directive)\n  write \
             `$patch: delete` to remove the item, or leave it out to merge; an item cannot be replaced whole",
            "value-directive: `$patch: delete` removes the whole item, so `shell` beside it has no effect\n  layer 1 at /users/1 (has no \
             effect)\n  name only the keys of the item; to remove a single field, set it to null",
        ],
    );
}

#[test]
fn only_declared_keys_are_taken() {
    check_findings(
        &[json!({"forOthers": 1, "a": 1}), json!({"imagee": {}})],
        &[],
        &[
            "undeclared-value: layer 1 sets `imagee`, which its template does not declare\n  layer 1 at /imagee (not in the \
           template's schema)\n  did you mean `image`?",
        ],
    );
    check(&[json!({"forOthers": 1, "a": 1})], json!({"a": 1}));
}

#[test]
fn enforced_values_beat_what_is_below_in_silence() {
    check_enforced(
        &[json!({"a": {"x": 1, "y": 1}, "b": 1}), json!({"a": {"x": 2}, "hosts": ["a"]}), json!({"image": {}})],
        &[(1, json!({"a": {"x": 3, "z": 4}, "b": null, "hosts": ["b"], "image": {"tag": 1}}))],
        json!({"a": {"x": 3, "y": 1, "z": 4}, "hosts": ["b"], "image": {"tag": 1}}),
    );
    // A map gives way to an enforced scalar, and the reverse.
    check_enforced(
        &[json!({"a": {"x": 1}, "b": 1})],
        &[(0, json!({"a": 1, "b": {"y": 2}}))],
        json!({"a": 1, "b": {"y": 2}}),
    );
}

#[test]
fn layers_above_may_say_the_same_and_come_to_it_together() {
    check_enforced(
        &[json!({}), json!({"a": 6, "b": 1}), json!({"a": 5, "b": null})],
        &[(0, json!({"a": 5.0, "b": null}))],
        json!({"a": 5.0}),
    );
    check_enforced(
        &[json!({}), json!({"hosts": ["a"], "users": [{"name": "a"}]}), json!({"users": [{"name": "a", "shell": 1}]})],
        &[(0, json!({"hosts": ["a"], "users": [{"name": "a", "shell": 1}]}))],
        json!({"hosts": ["a"], "users": [{"name": "a", "shell": 1}]}),
    );
}

#[test]
fn contradiction_names_enforcer_and_layer() {
    check_findings(
        &[json!({"a": {"x": 1}}), json!({"a": {"x": 3}, "b": 2}), json!({"hosts": ["b"]})],
        &[(0, json!({"a": {"x": 2}, "b": null, "hosts": ["a"]}))],
        &[
            "enforced-value: layer 1 sets `a.x` to another value than enforcer 0 enforces\n  layer 1 at /a/x (another value); enforcer 0 \
             at /a/x (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
            "enforced-value: layer 1 sets `b`, which enforcer 0 enforces to be absent\n  layer 1 at /b (another value); enforcer 0 at /b \
             (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
            "enforced-value: layer 2 sets `hosts` to another value than enforcer 0 enforces\n  layer 2 at /hosts (another value); \
             enforcer 0 at /hosts (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
        ],
    );
}

#[test]
fn null_above_does_not_take_away_what_is_enforced() {
    check_findings(
        &[json!({"a": 1, "image": {"tag": 1}}), json!({"a": null, "image": null})],
        &[(0, json!({"a": 1, "image": {"tag": 1}}))],
        &[
            "enforced-value: layer 1 removes `a`, which enforcer 0 enforces\n  layer 1 at /a (removed here); enforcer 0 at /a (enforced \
             by enforcer 0)\n  remove it here: what is enforced holds by itself",
            "enforced-value: layer 1 removes `image`, which enforcer 0 enforces\n  layer 1 at /image (removed here); enforcer 0 at \
             /image (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
        ],
    );
}

#[test]
fn null_against_what_only_an_enforcer_sets_is_one_finding() {
    check_findings(
        &[json!({}), json!({"a": null})],
        &[(0, json!({"a": 1}))],
        &[
            "enforced-value: layer 1 removes `a`, which enforcer 0 enforces\n  layer 1 at /a (removed here); enforcer 0 at /a \
           (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
        ],
    );
}

#[test]
fn the_shape_above_must_fit_what_is_enforced() {
    check_findings(
        &[json!({}), json!({"a": {}, "image": "x"})],
        &[(0, json!({"a": 1, "image": {"tag": 1}}))],
        &[
            "enforced-value: layer 1 sets `a` to another value than enforcer 0 enforces\n  layer 1 at /a (another value); enforcer 0 at \
             /a (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
            "enforced-value: layer 1 sets `image` to another value than enforcer 0 enforces\n  layer 1 at /image (another value); \
             enforcer 0 at /image (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
        ],
    );
}

#[test]
fn items_of_keyed_lists_are_enforced_one_by_one_and_whole() {
    check_enforced(
        &[
            json!({"users": [{"name": "a", "shell": 1, "home": 1}, {"name": "b"}, {"name": "c"}]}),
            json!({"users": [{"name": "new"}, {"name": "b", "shell": 1}]}),
        ],
        &[(0, json!({"users": [{"name": "z"}, {"name": "a", "shell": 2}, {"name": "c", "$patch": "delete"}]}))],
        json!({"users": [{"name": "a", "shell": 2}, {"name": "b", "shell": 1}, {"name": "new"}, {"name": "z"}]}),
    );
    check_findings(
        &[
            json!({}),
            json!({"users": [{"name": "x"}, {"name": "c"}, {"name": "a", "shell": 2, "more": 1}]}),
            json!({"users": [{"name": "b", "shell": 1}]}),
            json!({"users": [{"name": "b", "$patch": "delete"}]}),
        ],
        &[(
            0,
            json!({"users": [{"name": "a", "shell": 2}, {"name": "b", "shell": 1}, {"name": "c", "$patch": "delete"}]}),
        )],
        &[
            "enforced-value: layer 1 sets the item of `users` with name: \"a\" to another value than enforcer 0 enforces\n  layer 1 at \
             /users/2 (another value); enforcer 0 at /users/0 (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
            "enforced-value: layer 3 removes the item of `users` with name: \"b\", which enforcer 0 enforces\n  layer 3 at /users/0 \
             (removed here); enforcer 0 at /users/1 (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
            "enforced-value: layer 1 sets the item of `users` with name: \"c\", which enforcer 0 enforces to be absent\n  layer 1 at \
             /users/1 (another value); enforcer 0 at /users/2 (enforced by enforcer 0)\n  remove it here: what is enforced holds by itself",
        ],
    );
}

#[test]
fn a_higher_enforcer_that_differs_contradicts_the_lower() {
    let layers = [json!({"a": 1}), json!({}), json!({"a": 3})];
    check_findings(
        &layers[..2],
        &[(1, json!({"a": 3})), (0, json!({"a": 2}))],
        &[
            "enforced-value: enforcer 0 sets `a` to another value than enforcer 1 enforces\n  enforcer 0 at /a (another value); \
           enforcer 1 at /a (enforced by enforcer 1)\n  remove it here: what is enforced holds by itself",
        ],
    );
    check_enforced(&layers, &[(1, json!({"a": 3})), (0, json!({"a": 3}))], json!({"a": 3}));
    check_enforced(
        &layers[..2],
        &[(1, json!({"image": {"tag": 3}})), (0, json!({"image": {"name": 2}}))],
        json!({
            "a": 1, "image": {"tag": 3, "name": 2}
        }),
    );
}

#[test]
fn trace_names_winner_and_losers_of_each_leaf() {
    let mut trace = Trace::default();
    let layers = [
        json!({"a": {"x": 1, "y": 1}, "b": 1, "users": [{"name": "a"}, {"name": "b", "shell": 1}]}),
        json!({"a": {"x": 2}, "b": null, "users": [{"name": "a", "$patch": "delete"}]}),
        json!({"a": {"x": 3}, "image": {}, "users": [{"name": "c"}, {"name": "b", "shell": 2}]}),
    ];
    run(&layers, &[(0, json!({"a": {"y": 9}}))], &mut trace);
    let text = |pointer: &str| {
        let (leaf, traced) = trace.find(&Pointer::parse(pointer).unwrap()).unwrap();
        let losers: Vec<String> = traced.losers.iter().map(shown).collect();
        format!("{leaf}: {} over [{}] {}", shown(&traced.winner), losers.join(", "), traced.present)
    };
    assert_eq!(text("/a/x"), "/a/x: layer 2 at /a/x over [layer 1 at /a/x, layer 0 at /a/x] true");
    assert_eq!(text("/a/y"), "/a/y: enforcer 0 at /a/y over [layer 0 at /a/y] true");
    assert_eq!(text("/b"), "/b: layer 1 at /b over [layer 0 at /b] false");
    assert_eq!(text("/image/tag"), "/image: layer 2 at /image over [] true");
    // The item is the second of its list in layers 0 and 2, and the first of the result.
    assert_eq!(
        text("/users/0/shell"),
        "/users/0/shell: layer 2 at /users/1/shell over [layer 0 at /users/1/shell] true"
    );
    assert_eq!(text("/users/1/name"), "/users/1/name: layer 2 at /users/0/name over [] true");
    let leaves: Vec<String> = trace.leaves().map(|(pointer, _)| pointer.to_string()).collect();
    assert_eq!(leaves, ["/a/x", "/a/y", "/image", "/users/0/name", "/users/0/shell", "/users/1/name"]);
    assert_eq!(trace.below(&Pointer::parse("/users").unwrap()).count(), 3);
}

#[test]
fn trace_keeps_what_a_removal_above_has_cut_off() {
    let mut trace = Trace::default();
    run(&[json!({"a": {"x": 1}}), json!({"a": null}), json!({"a": {"x": 2}})], &[], &mut trace);
    let (_, traced) = trace.find(&Pointer::parse("/a/x").unwrap()).unwrap();
    assert_eq!(shown(&traced.winner), "layer 2 at /a/x");
    assert_eq!(traced.losers.iter().map(shown).collect::<Vec<_>>(), ["layer 0 at /a/x"]);
}

#[test]
fn schemas_that_say_something_impossible_are_refused() {
    let messages = |schema: Value| {
        let errors = MergePlan::new(&json!({"properties": {"list": schema}})).unwrap_err();
        errors
            .into_iter()
            .map(|error| format!("{}: {} ({})", error.pointer, error.message, error.help.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        messages(json!({"x-kubernetes-list-type": "map"})),
        [
            "/properties/list/x-kubernetes-list-type: `x-kubernetes-list-type: map` needs `x-kubernetes-list-map-keys` (name the keys by \
          which items are known: `x-kubernetes-list-map-keys: [name]`)"
        ]
    );
    assert_eq!(
        messages(json!({"x-kubernetes-list-map-keys": ["name"]})),
        ["/properties/list/x-kubernetes-list-map-keys: `x-kubernetes-list-map-keys` has no effect without \
          `x-kubernetes-list-type: map` (write `x-kubernetes-list-type: map` beside it)"]
    );
    assert_eq!(
        messages(json!({"x-kubernetes-list-type": "mpa"})),
        [
            "/properties/list/x-kubernetes-list-type: `x-kubernetes-list-type` is `map`, `set` or `atomic` (did you mean `map`?)"
        ]
    );
    assert_eq!(
        messages(json!({
            "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["nam"],
            "items": {"properties": {"name": {}}}
        })),
        [
            "/properties/list/x-kubernetes-list-map-keys: items of this list have no property `nam` (did you mean `name`?)"
        ]
    );
    assert_eq!(
        messages(json!({"$ref": "#/$defs/nowhere"})),
        [
            "/properties/list/$ref: \"#/$defs/nowhere\" refers to nothing in this schema (references look like `#/$defs/NAME`)"
        ]
    );
}

#[test]
fn plans_see_keys_through_references_and_combinations() {
    let keyed = json!({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]});
    let schema = json!({
        "properties": {
            "all": {"allOf": [{}, {"properties": {"list": keyed}}]},
            "any": {"anyOf": [{"type": "string"}, {"patternProperties": {"^.$": {"properties": {"list": keyed}}}}]}
        },
        "additionalProperties": true
    });
    let plan = MergePlan::new(&schema).unwrap();
    let lower = json!({"all": {"list": [{"k": 1}]}, "any": {"x": {"list": [{"k": 1}]}}, "open": 1});
    let upper = json!({"all": {"list": [{"k": 2}]}, "any": {"x": {"list": [{"k": 2}]}}});
    let layers = [Layer { values: &lower, strict: false }, Layer { values: &upper, strict: true }];
    let both = json!([{"k": 1}, {"k": 2}]);
    let merged = merge(&plan, &layers, &[], &mut ());
    assert_eq!(Value::Object(merged.values), json!({"all": {"list": both}, "any": {"x": {"list": both}}, "open": 1}));
}

#[test]
fn removing_a_map_leaves_what_is_enforced_in_it_absent() {
    check_enforced(
        &[json!({"a": {"x": 1, "y": 2}}), json!({"a": null})],
        &[(0, json!({"a": {"x": null}}))],
        json!({"a": {}}),
    );
}
