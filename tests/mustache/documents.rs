//! Documents, sections over them, and what YAML of a template may be.

use crate::support::{Template, one, refused, render, schema, unrendered};
use bayplan::mustache::Values;
use serde_json::{Value, json};

fn documents(text: &str, values: &Value) -> Vec<Value> {
    render(text, values).unwrap_or_else(|errors| panic!("{text:?} was refused:\n{}", errors.join("\n")))
}

#[test]
fn empty_documents_are_left_out_and_a_file_may_render_none() {
    assert_eq!(documents("", &json!({})), Vec::<Value>::new());
    assert_eq!(documents("# {{text}}\n---\n---\n", &json!({})), Vec::<Value>::new());
    assert_eq!(documents("{{#flag}}\na: 1\n{{/flag}}\n", &json!({"flag": false})), Vec::<Value>::new());
    assert_eq!(documents("---\na: 1\n---\n# x\n---\nb: 2\n---\n", &json!({})), [json!({"a": 1}), json!({"b": 2})]);
    assert_eq!(documents("a: 1\n...\n---\nb: 2\n", &json!({})), [json!({"a": 1}), json!({"b": 2})]);
}

#[test]
fn sections_decide_about_lines_items_and_documents() {
    let values = json!({
        "hosts": [{"name": "a", "ports": [1, 2]}, {"name": "b", "tls": true, "ports": []}],
        "text": "t",
    });
    let template = "{{#hosts}}\n---\nname: {{name}}\nroot: {{text}}\nports:\n{{#ports}}\n- {{.}}\n{{/ports}}\n{{^ports}}\n- none\n{{/ports}}\n{{#tls}}\ntls: true\n{{/tls}}\n{{/hosts}}\n";
    assert_eq!(
        documents(template, &values),
        [
            json!({"name": "a", "root": "t", "ports": [1, 2]}),
            json!({"name": "b", "root": "t", "ports": ["none"], "tls": true}),
        ]
    );
    assert_eq!(one("a: [{{#list}}{{.}}, {{/list}}]", &json!({"list": ["x", "y"]})), json!({"a": ["x", "y"]}));
    assert_eq!(
        one("a:\n{{#nested}}\n- [{{#.}}{{.}},{{/.}}]\n{{/nested}}\n", &json!({"nested": [[1, 2], [3]]})),
        json!({"a": [[1, 2], [3]]})
    );
    assert_eq!(one("{{#image}}\na: {{name}}\n{{/image}}\n", &json!({"image": {"name": "n"}})), json!({"a": "n"}));
    assert_eq!(one("{{#text}}\na: {{.}}\n{{/text}}\n", &json!({"text": "t"})), json!({"a": "t"}));
}

#[test]
fn one_shape_serves_all_values_that_decide_alike() {
    let template = Template::new("a: {{text}}\n{{#list}}\n---\nb: {{.}}\n{{/list}}\n---\nc: {{number}}\n");
    let program = template.compile(&schema()).expect("it compiles");
    for length in 0..5 {
        let list: Vec<String> = (0..length).map(|index| format!("i{index}")).collect();
        let values = json!({"text": format!("t{length}"), "list": list, "number": length});
        let map = values.as_object().expect("a map");
        let rendering = program.render(&Values::new([map])).expect("it renders");
        assert_eq!(rendering.documents.len(), length + 2);
        assert_eq!(rendering.documents[0].value, json!({"a": format!("t{length}")}));
    }
    assert_eq!(program.shapes(), 3);
}

#[test]
fn a_list_of_objects_is_taken_apart() {
    let template = "apiVersion: v1\nkind: List\nitems:\n- kind: A\n  mode: 0644\n- kind: List\n  apiVersion: v1\n  items: [{kind: B}, {kind: C, x: {{number}}, mode: 0755}]\n";
    let template = Template::new(template);
    let rendering = template.render_with(&schema(), &json!({"number": 1})).expect("it renders");
    let values: Vec<&Value> = rendering.documents.iter().map(|document| &document.value).collect();
    assert_eq!(
        values,
        [&json!({"kind": "A", "mode": 420}), &json!({"kind": "B"}), &json!({"kind": "C", "x": 1, "mode": 493})]
    );
    assert_eq!(rendering.documents[0].octals[0].pointer.to_string(), "/mode");
    assert!(rendering.documents[1].octals.is_empty());
    assert_eq!(rendering.documents[2].octals[0].pointer.to_string(), "/mode");
    assert_eq!(
        unrendered("apiVersion: v1\nkind: List\nitems: {{text}}\n", &[], &json!({"text": "x"})),
        "not-a-mapping 3:8 a `kind: List` has no list of `items`\n  3:8 this list"
    );
    assert_eq!(
        unrendered("apiVersion: v1\nkind: List\nitems: [1, {}]\n", &[], &json!({})),
        "not-a-mapping 3:9 an item of a `kind: List` must be a mapping, found a number\n  3:9 this item"
    );
}

#[test]
fn a_document_must_be_a_mapping() {
    assert_eq!(
        refused("- a\n", &[]),
        "not-a-mapping 1:1 a document must be a mapping, found a list\n  1:1 \n  help: begin it with `apiVersion:` and `kind:`"
    );
    assert_eq!(
        unrendered("---\n{{text}}\n", &[], &json!({"text": "x"})),
        "not-a-mapping 2:1 a document must be a mapping, and `text` is a string\n  2:1 this is a whole document\n  help: write keys around it, or insert a mapping\n  value: text"
    );
}

#[test]
fn a_key_or_a_dash_with_nothing_after_it_is_an_error() {
    assert_eq!(
        refused("a:\nb: 1\n", &[]),
        "empty-entry 1:1 key `a` has nothing after it\n  1:1 nothing follows\n  help: write `null`, `{}` or `[]`"
    );
    assert_eq!(
        refused("a:\n- x\n-\n- z\n", &[]),
        "empty-entry 3:1 the dash has nothing after it\n  3:1 nothing follows\n  help: write `null`, `{}` or `[]`"
    );
    assert_eq!(
        unrendered("a:\n  b:\n{{#list}}\n  - {{.}}\n{{/list}}\n", &[], &json!({"list": []})),
        "empty-entry 2:3 key `b` has nothing after it\n  2:3 nothing follows\n  3:1 this section rendered nothing\n  help: put it inside the section (`{{#list.any}}` for the frame of a list), or write a value for the other case\n  value: list"
    );
    // These are something.
    let template = "a: null\nb: ~\nc: {}\nd: []\ne: ''\nf: |\ng: >-\n";
    let expected = json!({"a": null, "b": null, "c": {}, "d": [], "e": "", "f": "", "g": ""});
    assert_eq!(one(template, &json!({})), expected);
}

#[test]
fn doubtful_scalars_of_the_text_are_errors_in_the_template() {
    for word in ["yes", "on", "1_000", "1:30", "0o17", "2020-01-01", "08", "+1", "1e3"] {
        let found = refused(&format!("a: 1\nb: {{c: {word}}}\n"), &[]);
        assert!(found.starts_with(&format!("doubtful-scalar 2:8 `{word}` ")), "{found}");
        assert!(found.contains("help: write "), "{found}");
    }
}

#[test]
fn crlf_templates_give_lf() {
    let values = json!({"list": ["x"], "text": "t"});
    let template = "a: |\r\n  b {{text}}\r\n  c\r\n{{#list}}\r\nd: {{.}}\r\n{{/list}}\r\n---\r\ne: 1\r\n";
    assert_eq!(documents(template, &values), [json!({"a": "b t\nc\n", "d": "x"}), json!({"e": 1})]);
}

#[test]
fn errors_of_the_rendered_yaml_are_shown_in_the_template() {
    // The line is the template's, and the rendered one is told.
    let found = unrendered("a: 1\n{{#list}}\nb: {{.}}\n  c: 1\n{{/list}}\n", &[], &json!({"list": ["x", "y"]}));
    let first = found.lines().next().unwrap_or_default();
    assert!(first.contains(" 4:3 ") || first.contains(" 4:4 "), "{found}");
    assert!(found.contains("note: the rendered text has in line 3: `  c: 1`"), "{found}");
    assert!(found.contains("\n  value: list"), "{found}");
    // Duplicate keys name both places.
    let found = unrendered("a: 1\n{{#list}}\nb: 1\n{{/list}}\n", &[], &json!({"list": ["x", "y"]}));
    assert!(found.starts_with("duplicate-key 3:1 "), "{found}");
    // A file without sections is judged when it is read.
    let found = refused("a: [1, {{text}}\n", &[]);
    assert!(found.starts_with("yaml-unclosed 1:4 "), "{found}");
}

#[test]
fn a_tag_fills_a_scalar_and_nothing_else() {
    for template in
        ["a: &{{text}} 1\nb: 1\n", "a: &x 1\nb: *{{text}}\n", "a: !{{text}} 1\n", "%YAML {{text}}\n---\na: 1\n"]
    {
        let found = refused(template, &[]);
        assert!(found.contains("misplaced-hole ") || found.contains("yaml-"), "{template:?}: {found}");
    }
    let found = refused("a:\n  b: 1\n  {{labels}}\n", &[]);
    assert!(
        found.contains(
            "`{{labels}}` fills one value, which cannot stand here\n  3:3 \n  help: write it after a key or a dash; to add the entries \
             of a mapping, write `<<: {{labels}}` first in it"
        ),
        "{found}"
    );
}

#[test]
fn anchors_may_hold_values() {
    let template = "a: &x {b: {{number}}}\nc: *x\nd:\n  <<: *x\n  e: '{{number}}'\n";
    let expected = json!({"a": {"b": 5}, "c": {"b": 5}, "d": {"b": 5, "e": "5"}});
    assert_eq!(one(template, &json!({"number": 5})), expected);
}

#[test]
fn placeholders_cannot_be_forged() {
    let found = refused("a: \u{FDD0}0\u{FDD1}\nb: {{text}}\n", &[]);
    assert!(found.starts_with("reserved-character 1:4 the text holds the reserved character U+FDD0"), "{found}");
    let found = refused("a: \"\\uFDD00\\uFDD1\"\nb: {{text}}\n", &[]);
    assert!(found.starts_with("yaml-character 1:5 "), "{found}");
    // A value may hold them; it is never parsed.
    let values = json!({"text": "\u{FDD0}0\u{FDD1}"});
    assert_eq!(
        one("a: {{text}}\nb: x{{text}}\n", &values),
        json!({"a": "\u{FDD0}0\u{FDD1}", "b": "x\u{FDD0}0\u{FDD1}"})
    );
}

#[test]
fn a_file_without_the_suffix_is_read_word_for_word() {
    use bayplan::diag::Diagnostics;
    use bayplan::mustache::Program;
    let text = "rules:\n- expr: up == 0\n  summary: \"{{ $labels.pod }} {{ end\"\nmode: 0644\n---\n# {{#x}}\nb: 1\n";
    let template = Template::new(text);
    let mut diagnostics = Diagnostics::new();
    let program = Program::word_for_word(template.main(), text, &mut diagnostics).expect("it is read");
    let rendering = program.render(&Values::new([])).expect("it renders");
    let values: Vec<&Value> = rendering.documents.iter().map(|document| &document.value).collect();
    let first = json!({"rules": [{"expr": "up == 0", "summary": "{{ $labels.pod }} {{ end"}], "mode": 420});
    assert_eq!(values, [&first, &json!({"b": 1})]);
    assert_eq!(rendering.documents[0].octals.len(), 1);
    assert!(Program::word_for_word(template.main(), "a: yes\n", &mut diagnostics).is_none());
    assert_eq!(diagnostics.len(), 1);
}

#[test]
fn warnings_of_the_text_are_given_with_the_documents() {
    let warnings = |text: &str, files: &[(&str, &str)]| {
        let template = Template::with(text, files);
        let rendering = template.render_with(&schema(), &json!({"list": []})).expect("it renders");
        rendering.warnings.iter().map(|warning| template.line(warning)).collect::<Vec<_>>()
    };
    let found = warnings("a: 1\nb: &x 1\n", &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("unused-anchor 2:4 "), "{found:?}");
    // The alias may be in a section, and a partial may have other line ends.
    assert_eq!(warnings("a: &x 1\n{{#list}}\nb: *x\n{{/list}}\n", &[]), Vec::<String>::new());
    assert_eq!(warnings("a: 1\r\n{{> p}}\r\nc: 1\r\n", &[("partials/p.mustache", "b: 1")]), Vec::<String>::new());
}
