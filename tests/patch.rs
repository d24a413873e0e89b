//! Patches case by case: what they make of an object, what they say when they cannot, and where fields come from.

#![allow(clippy::unwrap_used, reason = "this is a test")]

use bayplan::patch::{
    Applied, JsonMergeSchema, JsonPatch, ListSource, MergePatch, Origin, Patch, Problem, StrategicPatch, Target, apply,
};
use bayplan::pointer::Pointer;
use serde_json::{Value, json};

fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web", "labels": {"app": "web", "bayplan/layer": "app"}, "annotations": {"a.example/b": "1"},
            "finalizers": ["x", "y"]
        },
        "spec": {
            "replicas": 2,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
            "template": {"spec": {
                "containers": [
                    {"name": "web", "image": "a", "env": [{"name": "A", "value": "1"}]},
                    {"name": "log", "image": "b"}
                ],
                "tolerations": [{"key": "k"}]
            }}
        }
    })
}

/// The merge keys of what `deployment` has.
fn schema() -> Value {
    let keyed = |key: &str, properties: Value| {
        json!({
            "items": {"properties": properties},
            "x-kubernetes-patch-merge-key": key, "x-kubernetes-patch-strategy": "merge"
        })
    };
    let env = keyed("name", json!({"name": {}, "value": {}}));
    json!({"properties": {
        "metadata": {"properties": {
            "finalizers": {"items": {}, "x-kubernetes-patch-strategy": "merge"},
            "annotations": {"additionalProperties": {}}
        }},
        "spec": {"properties": {
            "strategy": {"x-kubernetes-patch-strategy": "retainKeys"},
            "template": {"properties": {"spec": {"properties": {
                "containers": keyed("name", json!({"name": {}, "env": env, "$ref": {}})),
                "tolerations": {"items": {}}
            }}}}
        }}
    }})
}

fn parse(form: &str, patch: &Value) -> (Option<Patch>, Vec<Problem>) {
    match form {
        "json" => {
            let (patch, problems) = JsonPatch::parse(patch);
            (patch.map(Patch::Json), problems)
        }
        "merge" => {
            let (patch, problems) = MergePatch::parse(patch);
            (patch.map(Patch::Merge), problems)
        }
        _ => {
            let (patch, problems) = StrategicPatch::parse(patch);
            (patch.map(Patch::Strategic), problems)
        }
    }
}

fn patched(form: &str, patch: &Value, object: &Value) -> Result<Applied, Vec<Problem>> {
    let (parsed, problems) = parse(form, patch);
    let Some(parsed) = parsed else { return Err(problems) };
    let schema = schema();
    apply(&parsed, object, Some(JsonMergeSchema::new(&schema, &schema, ListSource::PatchStrategy)))
}

fn at(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

fn text(problem: &Problem) -> String {
    let help: String = problem.help.iter().map(|help| format!("\n  {help}")).collect();
    format!("{} {}: {} [{}]{help}", problem.code.name, problem.at, problem.message, problem.label)
}

#[track_caller]
fn check_problems(form: &str, object: &Value, patch: &Value, expected: &[&str]) {
    let problems = patched(form, patch, object).unwrap_err();
    assert_eq!(problems.iter().map(text).collect::<Vec<_>>(), expected);
}

#[test]
fn json_patch_that_is_malformed_names_every_mistake() {
    check_problems(
        "json",
        &deployment(),
        &json!([
            {"op": "repalce", "path": "/spec/replicas", "value": 1},
            {"path": "/spec"},
            {"op": "add", "path": "spec.replicas", "vaule": 3},
            {"op": "remove", "path": "/metadata/annotations/a~b"},
            {"op": "move", "path": "/spec/replicas/x", "from": "/spec/replicas"},
            {"op": "remove", "path": ""},
            {"op": "copy", "path": 3},
            "add"
        ]),
        &[
            "patch-malformed /0/op: operation 1 has an unknown `op`: \"repalce\" [not an operation of RFC 6902]\n  did you mean \
             `replace`?",
            "patch-malformed /1: operation 2 has no `op` []\n  say which it is: add, remove, replace, move, copy, test",
            "patch-malformed /2/path: operation 3 (add): `path` is no JSON pointer [a JSON pointer begins with `/`]\n  write \
             `/spec/replicas`",
            "patch-malformed /2/vaule: operation 3 (add) has no `value` []\n  write `value` instead of `vaule`",
            "patch-malformed /3/path: operation 4 (remove): `path` is no JSON pointer [`~` in a JSON pointer is written `~0`, and `/` \
             is written `~1`]\n  write `/metadata/annotations/a~0b`, if the `~` is meant",
            "patch-malformed /4/path: operation 5 (move): `/spec/replicas` cannot move into itself, to `/spec/replicas/x` []\n  use \
             `copy`, then `remove` what is not wanted",
            "patch-malformed /5/path: operation 6 (remove): the empty path is the whole object, which a patch cannot remove []",
            "patch-malformed /6/path: operation 7 (copy): `path` must be a string, such as \"/spec/replicas\" [this is a number]",
            "patch-malformed /6: operation 7 (copy) has no `from` []\n  add `from: ...`",
            "patch-malformed /7: operation 8 is a string, not a map with `op` and `path` []",
        ],
    );
    check_problems(
        "json",
        &deployment(),
        &json!({"spec": {}}),
        &["patch-malformed : a JSON patch is a list of operations, this is a map []\n  write `- {op: replace, path: \
           /spec/replicas, value: 4}`, or use `merge` or `strategic`"],
    );
}

#[test]
fn json_patch_paths_that_lead_nowhere_say_how_far_they_lead() {
    let cases = [
        (
            json!({"op": "replace", "path": "/spec/replcas", "value": 1}),
            "patch-path /0/path: operation 1 of 1 (replace): there is no `/spec/replcas` [`/spec` has no key `replcas`]\n  did you \
             mean `replicas`?\n  `replace` needs a value that is there; `add` sets a new one",
        ),
        (
            json!({"op": "add", "path": "/spec/selector/matchLabels", "value": {}}),
            "patch-path /0/path: operation 1 of 1 (add): nothing can be added at `/spec/selector/matchLabels` [`/spec` has no key \
             `selector`]\n  known here: replicas, strategy, template\n  only the last key of a path is made: add `/spec/selector` \
             first",
        ),
        (
            json!({"op": "remove", "path": "/metadata/annotations/a.example/b"}),
            "patch-path /0/path: operation 1 of 1 (remove): there is no `/metadata/annotations/a.example/b` [`/metadata/annotations` has \
             no key `a.example`]\n  write `/` inside a key as `~1`: `/metadata/annotations/a.example~1b`",
        ),
        (
            json!({"op": "remove", "path": "/spec/template/spec/containers/2"}),
            "patch-path /0/path: operation 1 of 1 (remove): there is no `/spec/template/spec/containers/2` \
             [`/spec/template/spec/containers` is a list of 2 items]\n  an index goes from 0 to 1",
        ),
        (
            json!({"op": "add", "path": "/metadata/finalizers/7", "value": "z"}),
            "patch-path /0/path: operation 1 of 1 (add): nothing can be added at `/metadata/finalizers/7` [`/metadata/finalizers` is a \
             list of 2 items]\n  an index goes from 0 to 2, and `-` is the end",
        ),
        (
            json!({"op": "remove", "path": "/metadata/finalizers/-"}),
            "patch-path /0/path: operation 1 of 1 (remove): there is no `/metadata/finalizers/-` [`-` is the place after the last item of \
             `/metadata/finalizers`]\n  only `add` can use it; an index goes from 0 to 1\n  the last item is `/metadata/finalizers/1`",
        ),
        (
            json!({"op": "replace", "path": "/metadata/finalizers/01", "value": "z"}),
            "patch-path /0/path: operation 1 of 1 (replace): there is no `/metadata/finalizers/01` [`01` is no index: no leading zeros]\n  \
             write `1`",
        ),
        (
            json!({"op": "replace", "path": "/metadata/finalizers/-1", "value": "z"}),
            "patch-path /0/path: operation 1 of 1 (replace): there is no `/metadata/finalizers/-1` [`/metadata/finalizers` is a list of 2 \
             items, and `-1` is no index]\n  an index goes from 0 to 1",
        ),
        (
            json!({"op": "replace", "path": "/spec/template/spec/containers/log/image", "value": "c"}),
            "patch-path /0/path: operation 1 of 1 (replace): there is no `/spec/template/spec/containers/log/image` \
             [`/spec/template/spec/containers` is a list of 2 items, and `log` is no index]\n  the item of that name is \
             `/spec/template/spec/containers/1/image`\n  a `strategic` patch finds items by name",
        ),
        (
            json!({"op": "test", "path": "/spec/replicas/x", "value": 1}),
            "patch-path /0/path: operation 1 of 1 (test): there is no `/spec/replicas/x` [`/spec/replicas` is a number, with nothing below \
             it]\n  replace `/spec/replicas` itself by a map or a list",
        ),
        (
            json!({"op": "copy", "from": "/spec/x", "path": "/spec/y"}),
            "patch-path /0/from: operation 1 of 1 (copy): there is no `/spec/x` [`/spec` has no key `x`]\n  known here: replicas, \
             strategy, template",
        ),
        (
            json!({"op": "move", "from": "/spec/replicas", "path": "/x/y"}),
            "patch-path /0/path: operation 1 of 1 (move): nothing can be added at `/x/y` [the object has no key `x`]\n  known here: \
             apiVersion, kind, metadata, spec\n  only the last key of a path is made: add `/x` first",
        ),
        (
            json!({"op": "remove", "path": "/"}),
            "patch-path /0/path: operation 1 of 1 (remove): there is no `/` [the object has no key ``]\n  known here: apiVersion, kind, \
             metadata, spec",
        ),
    ];
    for (operation, expected) in cases {
        check_problems("json", &deployment(), &json!([operation]), &[expected]);
    }
}

#[test]
fn failed_test_shows_both_values_unless_they_are_secret() {
    let patch = json!([
        {"op": "remove", "path": "/kind"},
        {"op": "add", "path": "/kind", "value": "Deployment"},
        {"op": "test", "path": "/spec/replicas", "value": 3}
    ]);
    check_problems(
        "json",
        &deployment(),
        &patch,
        &[
            "patch-test-failed /2/value: operation 3 of 3 (test): `/spec/replicas` is not what the test expects [expected 3, found \
         2]\n  none of the patch's operations was applied; correct the patch, or drop the test",
        ],
    );
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVudGVyMg=="}});
    let patch = json!([{"op": "test", "path": "/data/password", "value": "c2VzYW1l"}]);
    check_problems(
        "json",
        &secret,
        &patch,
        &[
            "patch-test-failed /0/value: operation 1 of 1 (test): `/data/password` is not what the test expects [the object has another \
         value (not shown, it is a Secret's)]\n  none of the patch's operations was applied; correct the patch, or drop the test",
        ],
    );
    let patch = json!([{"op": "test", "path": "/spec/replicas", "value": 2.0}]);
    assert_eq!(patched("json", &patch, &deployment()).unwrap().object, deployment(), "numbers are equal by amount");
}

#[test]
fn merge_patch_warns_of_lists_that_lose_items() {
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": "log", "image": "c"}]}}, "gone": null}});
    let applied = patched("merge", &patch, &deployment()).unwrap();
    assert_eq!(
        applied.warnings.iter().map(text).collect::<Vec<_>>(),
        [
            "patch-list-replaced /spec/template/spec/containers: `spec.template.spec.containers` is replaced whole: 1 of 2 items dropped [a \
         merge patch does not merge lists]\n  use `strategic` to change single items, or `json`"
        ]
    );
    assert_eq!(
        applied.idle.iter().map(text).collect::<Vec<_>>(),
        [
            "patch-removes-nothing /spec/gone: nothing to remove: `gone` is not there []\n  known here: replicas, strategy, template"
        ]
    );
    check_problems(
        "merge",
        &deployment(),
        &json!([]),
        &[
            "patch-malformed : a `merge` patch is a map, this is an empty list []\n  a list of operations belongs under `json`",
        ],
    );
}

#[test]
fn strategic_patch_directives_that_are_wrong_are_all_named() {
    let patch = json!({
        "metadata": {"$deleteFromPrimitiveList": ["x"], "annotations": {"$patch": "delet"}, "finalizers": {"$patch": "delete", "x": 1}},
        "spec": {
            "$retainKeys": "replicas",
            "strategy": {"$patch": "merge"},
            "$setElementOrders/template": [],
            "template": {"spec": {
                "$deleteFromPrimitiveList/containers": [{"name": "log"}],
                "$setElementOrder/tolerations": [],
                "tolerations": [{"key": "k", "$patch": "delete"}]
            }}
        }
    });
    check_problems(
        "strategic",
        &deployment(),
        &patch,
        &[
            "patch-directive /metadata/$deleteFromPrimitiveList: `$deleteFromPrimitiveList` must say which list it is about []\n  write \
         `$deleteFromPrimitiveList/FIELD: [...]`",
            "patch-directive /metadata/annotations/$patch: `$patch` is `replace` or `delete`, not \"delet\" []\n  did you mean `delete`?",
            "patch-directive /metadata/finalizers/x: `$patch: delete` removes the whole map, so `x` beside it has no effect []\n  remove it; \
         to remove single fields set them to null; to start afresh use `$patch: replace`",
            "patch-directive /spec/$retainKeys: `$retainKeys` must be a list [this is a string]",
            "patch-directive /spec/$setElementOrders~1template: unknown directive `$setElementOrders/template` []\n  did you mean \
         `$setElementOrder`?",
            "patch-directive /spec/strategy/$patch: `$patch` is `replace` or `delete`, not \"merge\" []\n  remove it: maps merge by \
         themselves, and lists by their key",
            "patch-directive /spec/template/spec/$deleteFromPrimitiveList~1containers: `$deleteFromPrimitiveList/containers` is for lists of \
         plain values, and `containers` is a list of maps []\n  write `containers: [{KEY: ..., $patch: delete}]`",
            "patch-directive /spec/template/spec/$setElementOrder~1tolerations: `tolerations` is replaced whole, so \
         `$setElementOrder/tolerations` has nothing to order []\n  remove it and write `tolerations` in the order that is wanted",
        ],
    );
    check_problems(
        "strategic",
        &deployment(),
        &json!({"$patch": "delete"}),
        &[
            "patch-directive /$patch: `$patch: delete` at the top would remove the whole object, which a patch cannot do []\n  give the site a \
         template without it",
        ],
    );
}

#[test]
fn strategic_patch_items_that_cannot_be_placed_are_named() {
    let in_pod = |patch: Value| json!({"spec": {"template": {"spec": patch}}});
    let containers = "/spec/template/spec/containers";
    check_problems(
        "strategic",
        &deployment(),
        &in_pod(json!({"containers": [
            {"nmae": "web"}, "web", {"name": "web", "$patch": "replace"}, {"name": "log", "$patch": "delete", "image": "b"},
            {"name": {"x": 1}}
        ]})),
        &[
            &format!(
                "patch-merge-key {containers}/0: the item does not have its merge key `name` [cannot be placed in the list]\n  say which \
                 item is meant: `name: ...`\n  `nmae` looks like it"
            ),
            &format!("patch-merge-key {containers}/1: items of `containers` are maps with `name` [this is a string]"),
            &format!(
                "patch-directive {containers}/2/$patch: `$patch: replace` in an item replaces the whole list, and what stands beside it is \
                 lost []\n  to replace the list, write `- $patch: replace` as an item of its own\n  to replace one item, write it twice: \
                 once with `$patch: delete` and its key, once as it is to be"
            ),
            &format!(
                "patch-directive {containers}/3/image: `$patch: delete` removes the whole map, so `image` beside it has no effect []\n  \
                 remove it; to remove single fields set them to null; to start afresh use `$patch: replace`"
            ),
            &format!(
                "patch-merge-key {containers}/4: the merge key `name` of the item is a map [cannot be placed in the list]\n  say which item \
                 is meant: `name: ...`"
            ),
        ],
    );
    check_problems(
        "strategic",
        &deployment(),
        &in_pod(json!({"containers": [{"name": "new"}, {"name": "new"}]})),
        &[&format!(
            "patch-merge-key {containers}/1: two items of the patch have name: \"new\" []\n  make them one; where they are meant to be two items, use a `json` patch"
        )],
    );
    let mut twins = deployment();
    twins["spec"]["template"]["spec"]["containers"] = json!([{"name": "web"}, {"name": "web"}]);
    check_problems(
        "strategic",
        &twins,
        &in_pod(json!({"containers": [{"name": "web", "image": "c"}]})),
        &[&format!(
            "patch-merge-key {containers}/0: several items of the object have name: \"web\": which one is meant? [the second of them]\n  remove \
             one of them, or give it another name; where two are meant, use a `json` patch"
        )],
    );
    twins["spec"]["template"]["spec"]["containers"] = json!([{"image": "a"}]);
    check_problems(
        "strategic",
        &twins,
        &in_pod(json!({"containers": [{"name": "web"}]})),
        &[&format!(
            "patch-merge-key {containers}: `spec.template.spec.containers[0]` of the object does not have its merge key `name` [this list \
             merges by that key]\n  add `name: ...` to the item"
        )],
    );
}

#[test]
fn strategic_patch_replaces_what_it_is_told_to_and_tells_what_it_missed() {
    let patch = json!({
        "metadata": {"$deleteFromPrimitiveList/finalizers": ["x", "nope"], "finalizers": ["z"]},
        "spec": {
            "strategy": {"$patch": "replace", "type": "Recreate"},
            "template": {"spec": {
                "containers": [
                    {"name": "web", "$patch": "delete"}, {"name": "web", "image": "new", "$ref": "kept"},
                    {"name": "sidecar", "$patch": "delete"}
                ],
                "tolerations": [{"$patch": "replace"}, {"key": "l", "none": null}]
            }}
        }
    });
    let applied = patched("strategic", &patch, &deployment()).unwrap();
    assert_eq!(applied.object["metadata"]["finalizers"], json!(["z", "y"]));
    assert_eq!(applied.object["spec"]["strategy"], json!({"type": "Recreate"}));
    let pod = &applied.object["spec"]["template"]["spec"];
    assert_eq!(
        pod["containers"],
        json!([{"name": "web", "image": "new", "$ref": "kept"}, {"name": "log", "image": "b"}])
    );
    assert_eq!(pod["tolerations"], json!([{"key": "l"}]));
    assert_eq!(
        applied.idle.iter().map(text).collect::<Vec<_>>(),
        [
            "patch-removes-nothing /metadata/$deleteFromPrimitiveList~1finalizers/1: nothing to remove: \"nope\" is not in `finalizers` []",
            "patch-removes-nothing /spec/template/spec/containers/2: nothing to remove: the list has no item with name: \"sidecar\" []\n  \
         known here: name: \"log\"",
        ]
    );
    let origin = |pointer: &str| applied.touched.origin(&at(pointer));
    let containers = "/spec/template/spec/containers";
    assert_eq!(origin(&format!("{containers}/0/image")), Origin::Patch(at(&format!("{containers}/1/image"))));
    assert_eq!(origin(&format!("{containers}/1/image")), Origin::Before(at(&format!("{containers}/1/image"))));
    assert_eq!(
        origin("/spec/template/spec/tolerations/0/key"),
        Origin::Patch(at("/spec/template/spec/tolerations/1/key"))
    );
    assert_eq!(origin("/metadata/finalizers/0"), Origin::Patch(at("/metadata/finalizers/0")));
    assert_eq!(origin("/metadata/finalizers/1"), Origin::Before(at("/metadata/finalizers/1")));
    assert_eq!(applied.touched.remover(&at("/spec/strategy/rollingUpdate")), Some(&at("/spec/strategy")));
}

#[test]
fn strategic_patch_needs_to_know_the_kind() {
    let object = json!({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"name": "w"}});
    let (patch, _) = parse("strategic", &json!({"spec": {"a": 1}}));
    let problems = apply::<JsonMergeSchema>(&patch.unwrap(), &object, None).unwrap_err();
    assert_eq!(
        problems.iter().map(text).collect::<Vec<_>>(),
        [
            "patch-not-supported : a strategic patch is not supported for Widget of example.org/v1: nothing says how its lists merge []\n  use \
         `merge` or `json`, or put a definition with list keys (`x-kubernetes-list-map-keys`) in crds/"
        ]
    );
}

#[test]
fn lists_of_custom_resources_merge_by_all_their_keys() {
    let schema = json!({"properties": {"spec": {"properties": {
        "listeners": {
            "items": {"properties": {"port": {}, "protocol": {}}},
            "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"]
        },
        "names": {"items": {}, "x-kubernetes-list-type": "set"},
        "plain": {"items": {}},
        "atomic": {"properties": {"x": {}}, "x-kubernetes-map-type": "atomic"}
    }}}});
    let schema = JsonMergeSchema::new(&schema, &schema, ListSource::ListType);
    assert!(schema.has_keyed_lists());
    let object = json!({"apiVersion": "example.org/v1", "kind": "Widget", "spec": {
        "listeners": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
        "names": ["a"], "plain": [1], "atomic": {"x": 1}
    }});
    let patch = json!({"spec": {
        "listeners": [{"port": 53, "protocol": "UDP", "name": "dns"}], "names": ["b"], "plain": [2], "atomic": {"y": 2}
    }});
    let (patch, _) = parse("strategic", &patch);
    assert_eq!(
        apply(&patch.unwrap(), &object, Some(schema)).unwrap().object["spec"],
        json!({
            "listeners": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP", "name": "dns"}],
            "names": ["b", "a"], "plain": [2], "atomic": {"y": 2}
        })
    );
    let without = json!({"properties": {"spec": {"items": {}}}});
    assert!(!JsonMergeSchema::new(&without, &without, ListSource::ListType).has_keyed_lists());
}

#[test]
fn no_patch_changes_which_object_it_is() {
    let patch = json!({
        "apiVersion": "batch/v1", "kind": null,
        "metadata": {"name": "other", "namespace": "x", "labels": {"bayplan/layer": null}},
        "spec": {"template": {"metadata": {"annotations": {"bayplan/config-hash": "x"}}}}
    });
    let help = "\n  change the template, or give the site another one";
    check_problems(
        "merge",
        &deployment(),
        &patch,
        &[
            &format!(
                "patch-identity /apiVersion: a patch may not change the API group of an object [from \"apps/v1\" to \"batch/v1\"]{help}"
            ),
            &format!(
                "patch-identity /kind: a patch may not change the kind of an object [from \"Deployment\" to nothing]{help}"
            ),
            &format!(
                "patch-identity /metadata/name: a patch may not change the name of an object [from \"web\" to \"other\"]{help}"
            ),
            "patch-identity /metadata/namespace: a patch may not change the namespace of an object [from nothing to \"x\"]\n  the namespace is \
         set by the compiler: remove it here",
            "patch-identity /metadata/labels/bayplan~1layer: a patch may not set or remove `bayplan/layer` [labels and annotations of \
         `bayplan/` are the template's and the compiler's]\n  change the template",
            "patch-identity /spec/template/metadata/annotations/bayplan~1config-hash: a patch may not set or remove `bayplan/config-hash` \
         [labels and annotations of `bayplan/` are the template's and the compiler's]\n  change the template",
        ],
    );
    let version = json!({"apiVersion": "apps/v2"});
    assert!(patched("merge", &version, &deployment()).is_ok(), "another version of the same group is allowed");
}

#[test]
fn origins_follow_a_json_patch() {
    let patch = json!([
        {"op": "add", "path": "/spec/template/spec/containers/0", "value": {"name": "new", "image": "n"}},
        {"op": "move", "from": "/spec/template/spec/containers/2", "path": "/spec/template/spec/containers/0"},
        {"op": "remove", "path": "/spec/strategy/rollingUpdate"},
        {"op": "add", "path": "/metadata/finalizers/-", "value": "z"},
        {"op": "replace", "path": "/spec/replicas", "value": 4}
    ]);
    let applied = patched("json", &patch, &deployment()).unwrap();
    let names: Vec<&Value> = applied.object["spec"]["template"]["spec"]["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|container| &container["name"])
        .collect();
    assert_eq!(names, ["log", "new", "web"]);
    let origin = |pointer: &str| applied.touched.origin(&at(pointer));
    let containers = "/spec/template/spec/containers";
    assert_eq!(origin(&format!("{containers}/0/image")), Origin::Before(at(&format!("{containers}/1/image"))));
    assert_eq!(origin(&format!("{containers}/1/image")), Origin::Patch(at("/0/value/image")));
    assert_eq!(origin(&format!("{containers}/2/image")), Origin::Before(at(&format!("{containers}/0/image"))));
    assert_eq!(origin("/metadata/finalizers/2"), Origin::Patch(at("/3/value")));
    assert_eq!(origin("/spec/replicas"), Origin::Patch(at("/4/value")));
    assert_eq!(applied.touched.remover(&at("/spec/strategy/rollingUpdate/maxSurge")), Some(&at("/2")));
    assert_eq!(
        applied.touched.set(),
        [
            at(&format!("{containers}/1")),
            at(&format!("{containers}/0")),
            at("/metadata/finalizers/2"),
            at("/spec/replicas")
        ]
    );
}

#[test]
fn targets_select_by_kind_group_name_and_labels() {
    let object = deployment();
    let target = |group: Option<&str>, kind: Option<&str>, name: Option<&str>, label: Option<(&str, &str)>| Target {
        group: group.map(|text| text.parse().unwrap()),
        kind: kind.map(|text| text.parse().unwrap()),
        name: name.map(|name| name.parse().unwrap()),
        labels: label.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    };
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}});
    let objects = [&object, &service];
    let cases: [(Target, &[&str]); 10] = [
        (target(None, None, None, None), &["web", "db"]),
        (target(None, Some("Deployment"), None, None), &["web"]),
        (target(Some("apps"), None, Some("w*"), Some(("app", "web"))), &["web"]),
        (target(Some(""), None, Some("?[a-c]"), None), &["db"]),
        (target(None, Some("Deplyment"), None, None), &[]),
        (target(Some("apps/v1"), Some("Deployment"), None, None), &[]),
        (target(Some("core"), Some("Service"), None, None), &[]),
        (target(None, Some("Deployment"), Some("wbe"), None), &[]),
        (target(None, None, None, Some(("app", "wev"))), &[]),
        (target(None, None, None, Some(("apps", "web"))), &[]),
    ];
    let mut misses = Vec::new();
    for (target, expected) in &cases {
        let found: Vec<&str> = objects
            .iter()
            .filter(|object| target.matches(object))
            .map(|object| object["metadata"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(found, *expected, "{target:?}");
        if expected.is_empty() {
            misses.push(text(&target.miss(objects)));
        }
    }
    assert_eq!(
        misses,
        [
            "patch-no-match /kind: the patch matches nothing: there is nothing of kind `Deplyment` []\n  did you mean `Deployment`?",
            "patch-no-match /group: the patch matches nothing: no Deployment is of API group `apps/v1` []\n  leave the version out: `apps`",
            "patch-no-match /group: the patch matches nothing: no Service is of API group `core` []\n  what is here is of the core group: write \
         \"\"",
            "patch-no-match /name: the patch matches nothing: no Deployment has the name `wbe` []\n  did you mean `web`?",
            "patch-no-match /labels/app: the patch matches nothing: nothing has the label `app: wev` []\n  did you mean `web`?",
            "patch-no-match /labels/apps: the patch matches nothing: nothing has the label `apps: web` []\n  did you mean `app`?",
        ]
    );
    assert_eq!(
        text(&target(None, Some("Job"), None, None).miss(objects)),
        "patch-no-match /kind: the patch matches nothing: there is nothing of kind `Job` []\n  kinds here: Deployment, Service"
    );
}
