//! How names are bound, and what is said of those that cannot be.

use crate::support::{Template, one, refused, schema};
use serde_json::{Value, json};

#[test]
fn a_name_belongs_to_the_innermost_section_that_declares_it_else_to_the_root() {
    let values = json!({
        "text": "root", "image": {"name": "outer"},
        "hosts": [{"name": "h"}, {}],
        "site": {"name": "s"},
    });
    // `name` is declared by the items of hosts: an item without one has no value, nothing falls through.
    assert_eq!(
        crate::support::render("{{#image}}\n{{#hosts}}\n---\na: {{name}}\n{{/hosts}}\n{{/image}}\n", &values),
        Err(vec!["missing-value 4:4 `name` has no value @ hosts[1].name".to_owned()])
    );
    // `tag` is declared by image around it, `text` by the root only.
    let values = json!({"text": "root", "image": {"tag": "t"}, "hosts": [{"name": "h"}]});
    assert_eq!(
        one(
            "{{#image}}\n{{#hosts}}\na: [{{name}}, {{tag}}, {{text}}, {{image.tag}}]\n{{/hosts}}\n{{/image}}\n",
            &values
        ),
        json!({"a": ["h", "t", "root", "t"]})
    );
    // Sections over scalars and questions put nothing in front of the names.
    let values = json!({"flag": true, "hosts": [{"name": "h"}], "text": "root"});
    assert_eq!(
        one("{{#hosts}}\n{{#hosts.any}}\n{{#flag}}\na: {{name}}\n{{/flag}}\n{{/hosts.any}}\n{{/hosts}}\n", &values),
        json!({"a": "h"})
    );
}

#[test]
fn closed_objects_refuse_names_and_open_ones_take_them() {
    let values = json!({"open": {"x": {"y": 1}}, "labels": {"a": "b"}, "untyped": {"z": 2}, "loose": [{"n": 3}]});
    let template = "a: {{open.x.y}}\nb: {{labels.a}}\nc: {{untyped.z}}\n{{#loose}}\nd: {{n}}\n{{/loose}}\n";
    assert_eq!(one(template, &values), json!({"a": 1, "b": "b", "c": 2, "d": 3}));
    // What an open map's entries are is known: strings have no names inside.
    assert_eq!(
        refused("a: {{labels.a.b}}", &[]),
        "unknown-name 1:4 unknown name `labels.a.b`\n  1:4 `labels.a` is a string, which has no names inside\n  help: print it by its own name: `{{labels.a}}`"
    );
}

#[test]
fn unknown_names_are_told_with_near_ones() {
    assert_eq!(
        refused("a: {{txt}}", &[]),
        "unknown-name 1:4 unknown name `txt`\n  1:4 nothing declares `txt`\n  help: did you mean `text`?"
    );
    assert_eq!(
        refused("a: 1\nb: x {{image.tga}}", &[]),
        "unknown-name 2:6 unknown name `image.tga`\n  2:6 `image` declares no `tga`\n  help: did you mean `tag`?"
    );
    assert_eq!(
        refused("{{#hosts}}\na: {{nmae}}\n{{/hosts}}", &[]),
        "unknown-name 2:4 unknown name `nmae`\n  2:4 nothing declares `nmae`\n  help: did you mean `name`?"
    );
    assert_eq!(
        refused("a: {{hosts.name}}", &[]),
        "unknown-name 1:4 unknown name `hosts.name`\n  1:4 `hosts` is a list, which has no names inside\n  help: go through it: `{{#hosts}}{{name}}{{/hosts}}`, or ask whether it has items: `{{#hosts.any}}`"
    );
    assert_eq!(
        refused("a: {{text.x}}", &[]),
        "unknown-name 1:4 unknown name `text.x`\n  1:4 `text` is a string, which has no names inside\n  help: print it by its own name: `{{text}}`"
    );
    assert_eq!(
        refused("a: {{.}}", &[]),
        "unknown-name 1:4 `.` stands outside of all sections\n  1:4 there is no item here\n  help: `{{.}}` is the item of the innermost section over a list"
    );
    // In a comment and in a section that is never rendered it is checked too.
    assert_eq!(refused("# {{txt}}\na: 1\n", &[]).lines().next(), Some("unknown-name 1:3 unknown name `txt`"));
    // One unknown section is one error, not one for each name inside it.
    assert_eq!(
        refused("{{#host}}\na: {{name}}\nb: {{tls}}\n{{/host}}", &[]),
        "unknown-name 1:1 unknown name `host`\n  1:1 nothing declares `host`\n  help: did you mean `hosts`?"
    );
}

#[test]
fn words_of_an_enum_are_names() {
    let template = "a: [{{#web.kind.apache}}A,{{/web.kind.apache}}{{^web.kind.apache}}not,{{/web.kind.apache}}{{#web.kind.php.8.1}}P,{{/web.kind.php.8.1}}]";
    assert_eq!(one(template, &json!({"web": {"kind": "apache"}})), json!({"a": ["A"]}));
    assert_eq!(one(template, &json!({"web": {"kind": "nginx"}})), json!({"a": ["not"]}));
    assert_eq!(one(template, &json!({"web": {"kind": "php.8.1"}})), json!({"a": ["not", "P"]}));
    assert_eq!(one(template, &json!({"web": {}})), json!({"a": ["not"]}));
    assert_eq!(one("a: [{{#level.1}}one{{/level.1}}]", &json!({"level": 1})), json!({"a": ["one"]}));
    // A question pushes no context: names inside are those around it.
    assert_eq!(
        one(
            "{{#web}}\n{{#kind.apache}}\na: {{kind}}\n{{/kind.apache}}\n{{/web}}\n",
            &json!({"web": {"kind": "apache"}})
        ),
        json!({"a": "apache"})
    );
    assert_eq!(
        refused("{{#web.kind.apach}}{{/web.kind.apach}}", &[]),
        "unknown-name 1:1 unknown name `web.kind.apach`\n  1:1 `apach` is no word of the enum of `web.kind`\n  help: did you mean `apache`?"
    );
    assert_eq!(
        refused("a: {{web.kind.apache}}", &[]),
        "test-printed 1:4 `web.kind.apache` cannot be printed\n  1:4 this is a question, not a value\n  help: ask it: `{{#web.kind.apache}}...{{/web.kind.apache}}`, or print `{{web.kind}}`"
    );
}

#[test]
fn any_asks_whether_a_list_has_items() {
    let template =
        "{{#list.any}}\na:\n{{#list}}\n- {{.}}\n{{/list}}\n{{/list.any}}\n{{^list.any}}\nb: 1\n{{/list.any}}\n";
    assert_eq!(one(template, &json!({"list": ["x", "y"]})), json!({"a": ["x", "y"]}));
    assert_eq!(one(template, &json!({"list": []})), json!({"b": 1}));
    assert_eq!(one(template, &json!({})), json!({"b": 1}));
    // A field of that name is unharmed.
    assert_eq!(one("a: {{web.any}}", &json!({"web": {"any": "x"}})), json!({"a": "x"}));
    assert_eq!(one("a: {{open.any}}", &json!({"open": {"any": "x"}})), json!({"a": "x"}));
    assert_eq!(
        refused("a: {{list.any}}", &[]),
        "test-printed 1:4 `list.any` cannot be printed\n  1:4 this is a question, not a value\n  help: ask it: `{{#list.any}}...{{/list.any}}`"
    );
    assert_eq!(
        refused("{{#text.any}}{{/text.any}}", &[]),
        "unknown-name 1:1 unknown name `text.any`\n  1:1 `text` is a string, which has no names inside\n  help: `.any` is for lists; `{{#text}}` is rendered where it has a value"
    );
}

#[test]
fn a_name_through_a_scalar_of_an_open_value_is_an_error_at_run_time() {
    let found = crate::support::unrendered("a: {{untyped.x.y}}", &[], &json!({"untyped": {"x": "s"}}));
    assert_eq!(
        found,
        "inserted-type 1:4 `untyped.x` is no mapping, so it has no `y`\n  1:4 looks for `untyped.x.y`\n  help: go through a list with a section; print a scalar by its own name\n  value: untyped.x"
    );
    let found = crate::support::unrendered("{{#untyped.x}}{{/untyped.x}}", &[], &json!({"untyped": [1]}));
    assert_eq!(
        found,
        "inserted-type 1:1 `untyped` is no mapping, so it has no `x`\n  1:1 looks for `untyped.x`\n  help: go through a list with a section; print a scalar by its own name\n  value: untyped"
    );
}

#[test]
fn schemas_are_followed_through_references_and_alternatives() {
    let schema: Value = json!({
        "properties": {
            "one": {"$ref": "#/$defs/a"},
            "all": {"allOf": [{"properties": {"x": {}}}, {"properties": {"y": {}}}]},
            "any": {"anyOf": [{"type": "string"}, {"properties": {"x": {}}}]},
            "tree": {"$ref": "#/$defs/tree"},
            "loop": {"$ref": "#/$defs/loop"},
            "shut": {"additionalProperties": false},
            "required": {"properties": {"x": {}}, "anyOf": [{"required": ["x"]}, {"required": ["z"]}]},
            "far": {"$ref": "https://example.org/schema"},
            "never": false
        },
        "$defs": {
            "a": {"$ref": "#/$defs/b"},
            "b": {"properties": {"x": {"enum": ["w"]}}},
            "tree": {"properties": {"name": {}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}},
            "loop": {"anyOf": [{"$ref": "#/$defs/loop"}, {"$ref": "#/$defs/loop"}]}
        }
    });
    let fine = [
        "{{one.x}}",
        "{{#one.x.w}}{{/one.x.w}}",
        "{{all.x}}",
        "{{all.y}}",
        "{{any.x}}",
        "{{far.whatever}}",
        "{{loop.x}}",
        "{{#tree.children}}{{#children}}{{name}}{{/children}}{{/tree.children}}",
        "{{required.x}}",
    ];
    for text in fine {
        let compiled = Template::new(&format!("# {text}\n")).compile(&schema);
        assert!(compiled.is_ok(), "{text}: {:?}", compiled.err());
    }
    for text in [
        "{{one.y}}",
        "{{all.z}}",
        "{{any.y}}",
        "{{shut.x}}",
        "{{required.z}}",
        "{{#tree.children}}{{nme}}{{/tree.children}}",
    ] {
        let compiled = Template::new(&format!("# {text}\n")).compile(&schema);
        assert!(compiled.is_err(), "{text}");
    }
}

#[test]
fn all_names_in_use_are_known() {
    let template = Template::with(
        "a: {{text}} # {{number}}\n{{#hosts}}\nb: {{name}}{{^tls}}{{/tls}}\n{{> p}}\n{{/hosts}}\n{{#web.kind.apache}}{{/web.kind.apache}}\n",
        &[("partials/p.mustache", "c: {{text}}\n{{#ports}}\nd: {{.}}\n{{/ports}}\n")],
    );
    let program = template.compile(&schema()).expect("it compiles");
    let uses: Vec<String> =
        program.uses().iter().map(|name| format!("{name} {:?} {}", name.how, template.place(name.tag))).collect();
    assert_eq!(
        uses,
        [
            "hosts Section 2:1",
            "hosts[].name Printed 3:4",
            "hosts[].ports Section partials/p.mustache:2:1",
            "hosts[].ports[] Printed partials/p.mustache:3:4",
            "hosts[].tls Inverted 3:12",
            "number Printed 1:15",
            "text Printed 1:4",
            "text Printed partials/p.mustache:1:4",
            "web.kind Section 6:1",
        ]
    );
    assert_eq!(program.uses()[0].root(), Some("hosts"));
    let includes: Vec<(&str, String)> = program
        .includes()
        .iter()
        .map(|include| (template.sources.path(include.file), template.place(include.tag)))
        .collect();
    assert_eq!(includes, [("partials/p.mustache", "4:1".to_owned())]);
}
