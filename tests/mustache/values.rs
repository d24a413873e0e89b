//! What a value becomes where it is inserted.

use crate::support::{one, render, unrendered};
use serde_json::{Value, json};

#[test]
fn a_value_keeps_its_type_as_a_whole_plain_scalar_and_is_text_elsewhere() {
    let values = json!({
        "text": "yes", "number": 5, "ratio": 1.5, "flag": true, "maybe": null,
        "list": ["a", "b"], "open": {"k": 1}, "other": "a: b # c",
    });
    let cases: &[(&str, Value)] = &[
        // Whole plain scalars.
        ("a: {{number}}", json!({"a": 5})),
        ("a: {{ratio}}", json!({"a": 1.5})),
        ("a: {{flag}}", json!({"a": true})),
        ("a: {{text}}", json!({"a": "yes"})),
        ("a: {{maybe}}", json!({"a": null})),
        ("a: {{list}}", json!({"a": ["a", "b"]})),
        ("a: {{open}}", json!({"a": {"k": 1}})),
        ("a: {{other}}", json!({"a": "a: b # c"})),
        ("a:\n  {{number}}", json!({"a": 5})),
        ("a: {{number}} # {{text}}", json!({"a": 5})),
        ("a: [{{number}}, {{text}}]", json!({"a": [5, "yes"]})),
        ("a: {b: {{list}}, c: {{flag}}}", json!({"a": {"b": ["a", "b"], "c": true}})),
        // A list as a list item nests.
        ("a:\n- {{list}}\n- c", json!({"a": [["a", "b"], "c"]})),
        // Whole quoted scalars.
        ("a: '{{number}}'", json!({"a": "5"})),
        ("a: \"{{flag}}\"", json!({"a": "true"})),
        ("a: \"{{ratio}}\"", json!({"a": "1.5"})),
        ("a: '{{text}}'", json!({"a": "yes"})),
        // Inside a longer scalar: a string whatever it looks like.
        ("a: {{number}}{{number}}", json!({"a": "55"})),
        ("a: 1{{number}}", json!({"a": "15"})),
        ("a: {{number}}.0", json!({"a": "5.0"})),
        ("a: x {{other}} y", json!({"a": "x a: b # c y"})),
        ("a: \"x {{flag}}\\n\"", json!({"a": "x true\n"})),
        ("a: one {{number}}\n  two {{number}}", json!({"a": "one 5 two 5"})),
        ("a: {{text}}:{{number}}", json!({"a": "yes:5"})),
        ("- {a: {{text}}:{{number}}}\n".trim_start_matches("- "), json!({"a": "yes:5"})),
        (
            "a:\n- {{text}}:8080\n- http://{{text}}/{{number}}#x\n- {{text}}@sha256:{{number}}\n",
            json!({"a": ["yes:8080", "http://yes/5#x", "yes@sha256:5"]}),
        ),
        ("a: {{text}}#{{number}}", json!({"a": "yes#5"})),
        ("a: -{{number}}", json!({"a": "-5"})),
        ("a: {{text}}, {{number}}", json!({"a": "yes, 5"})),
        // Block scalars.
        ("a: |\n  x {{number}}\n  {{text}}\n", json!({"a": "x 5\nyes\n"})),
        ("a: |-\n  {{number}}\n", json!({"a": "5"})),
        ("a: >\n  x\n  {{number}}\n", json!({"a": "x 5\n"})),
        // Keys.
        ("{{text}}: 1", json!({"yes": 1})),
        ("{{number}}: 1", json!({"5": 1})),
        ("{{flag}}: 1", json!({"true": 1})),
        ("x-{{number}}/y: 1", json!({"x-5/y": 1})),
        ("\"{{other}}\": 1", json!({"a: b # c": 1})),
        ("? {{text}}\n: 1", json!({"yes": 1})),
        // A whole document.
        ("{{open}}", json!({"k": 1})),
        ("--- {{open}}\n", json!({"k": 1})),
        // The three ways to write a variable mean the same; nothing is escaped.
        (
            "a: {{{other}}}\nb: {{&other}}\nc: \"{{{other}}}\"",
            json!({"a": "a: b # c", "b": "a: b # c", "c": "a: b # c"}),
        ),
        // JSON.
        ("{\"a\": {{number}}, \"b\": \"{{number}}\", \"c\": [{{list}}]}", json!({"a": 5, "b": "5", "c": [["a", "b"]]})),
        ("{\"a\":{{number}}}", json!({"a": 5})),
        ("{\n\t\"a\": {\n\t\t\"b\": {{number}}\n\t}\n}\n", json!({"a": {"b": 5}})),
    ];
    for (template, expected) in cases {
        assert_eq!(one(template, &values), *expected, "{template}");
    }
}

#[test]
fn html_is_never_escaped() {
    let values = json!({"text": "a&b\"c<d"});
    assert_eq!(one("a: {{text}}\nb: x{{text}}", &values), json!({"a": "a&b\"c<d", "b": "xa&b\"c<d"}));
}

#[test]
fn a_values_own_line_breaks_and_tags_stay() {
    let values = json!({"text": "x\n  admin: true\n\n", "other": "{{secret}} {{#list}}"});
    let template = "a: {{text}}\nb: |-\n  <{{text}}>\nc: >-\n  <{{text}}>\n  y\nd: '{{other}}'\n";
    let expected = json!({
        "a": "x\n  admin: true\n\n",
        "b": "<x\n  admin: true\n\n>",
        "c": "<x\n  admin: true\n\n> y",
        "d": "{{secret}} {{#list}}",
    });
    assert_eq!(one(template, &values), expected);
}

#[test]
fn the_text_of_a_number_is_what_the_writer_writes() {
    let cases = [
        (json!(1.0), "1.0"),
        (json!(1e21), "1.0e+21"),
        (json!(-0.5), "-0.5"),
        (json!(9_007_199_254_740_993_i64), "9007199254740993"),
    ];
    for (ratio, expected) in cases {
        let mut written = Vec::new();
        bayplan::yaml::write::write_value(&ratio, &mut written);
        assert_eq!(String::from_utf8_lossy(&written).trim_end(), expected);
        assert_eq!(one("a: '{{ratio}}'", &json!({"ratio": ratio})), json!({"a": expected}));
        assert_eq!(one("a: {{ratio}}", &json!({"ratio": ratio})), json!({"a": ratio}));
    }
}

#[test]
fn a_merge_key_takes_a_mapping_in_below_the_keys_written_beside_it() {
    let values = json!({"open": {"a": 1, "b": {"c": 2}}, "text": "a", "number": 7, "maybe": null});
    assert_eq!(one("x:\n  <<: {{open}}\n  a: 9\n  d: 3\n", &values), json!({"x": {"a": 9, "b": {"c": 2}, "d": 3}}));
    assert_eq!(one("<<: {{open}}\n{{text}}: 9\n", &values), json!({"a": 9, "b": {"c": 2}}));
    assert_eq!(one("x: {<<: {{open}}}\n", &values), json!({"x": {"a": 1, "b": {"c": 2}}}));
    assert_eq!(
        unrendered("x:\n  <<: {{number}}\n", &[], &values),
        "inserted-type 2:7 `number` is a number, so `<<` cannot merge it\n  2:7 a mapping is due here\n  help: insert a mapping, or remove the line\n  value: number"
    );
    assert_eq!(
        unrendered("x:\n  <<: {{maybe}}\n", &[], &values),
        "inserted-type 2:7 `maybe` is null, so `<<` cannot merge it\n  2:7 a mapping is due here\n  help: insert a mapping, or remove the line\n  value: maybe"
    );
}

#[test]
fn keys_are_compared_again_after_filling() {
    let values = json!({"text": "a", "other": "a"});
    let expected = "inserted-duplicate-key 2:1 key `a` is there twice\n  2:1 the second one\n  1:1 the first one\n  help: remove one of them";
    assert_eq!(unrendered("a: 1\n{{text}}: 2\n", &[], &values), expected);
    assert_eq!(unrendered("{{text}}: 1\n{{other}}: 2\n", &[], &values), expected);
    assert_eq!(unrendered("{{text}}: 1\na: 2\n", &[], &values), expected);
}

#[test]
fn lists_and_mappings_have_no_text() {
    let values = json!({"list": [], "open": {}});
    let cases = [
        (
            "a: x{{list}}",
            "inserted-type 1:5 `list` is a list and has no text\n  1:5 inserted into a text\n  help: go through it: `{{#list}}...{{/list}}`\n  value: list",
        ),
        (
            "a: \"{{open}}\"",
            "inserted-type 1:5 `open` is a mapping and has no text\n  1:5 inserted into a text\n  help: name one of its entries: `{{open.KEY}}`, or let the tag be the whole value, without text beside it\n  value: open",
        ),
        (
            "a: |\n  {{list}}\n",
            "inserted-type 2:3 `list` is a list and has no text\n  2:3 inserted into a text\n  help: go through it: `{{#list}}...{{/list}}`\n  value: list",
        ),
        (
            "{{open}}: 1",
            "inserted-type 1:1 `open` is a mapping and has no text\n  1:1 inserted into a key\n  help: name one of its entries: `{{open.KEY}}`\n  value: open",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(unrendered(template, &[], &values), expected);
    }
}

#[test]
fn missing_and_null_values_are_errors_where_text_is_due() {
    let values = json!({"maybe": null, "image": {"name": "x"}, "open": {"a": null}});
    let cases = [
        (
            "a: {{text}}",
            "missing-value 1:4 `text` has no value\n  1:4 a value is due here\n  help: set it, or put the tag into a section: `{{#text}}...{{/text}}`\n  value: text",
        ),
        (
            "a: \"{{image.tag}}\"",
            "missing-value 1:5 `image.tag` has no value\n  1:5 a value is due here\n  help: set it, or put the tag into a section: `{{#image.tag}}...{{/image.tag}}`\n  value: image.tag",
        ),
        (
            "a: {{open.a.b}}",
            "missing-value 1:4 `open.a.b` has no value\n  1:4 a value is due here\n  help: set it, or put the tag into a section: `{{#open.a.b}}...{{/open.a.b}}`\n  value: open.a.b",
        ),
        (
            "a: {{open.x.y.z}}",
            "missing-value 1:4 `open.x.y.z` has no value\n  1:4 `open.x` is not set\n  help: set it, or put the tag into a section: `{{#open.x}}...{{/open.x}}`\n  value: open.x",
        ),
        (
            "a: x{{maybe}}",
            "missing-value 1:5 `maybe` is null where text is due\n  1:5 inserted into a text\n  help: set it, or put the tag into a section: `{{#maybe}}...{{/maybe}}`\n  value: maybe",
        ),
        (
            "a: '{{maybe}}'",
            "missing-value 1:5 `maybe` is null where text is due\n  1:5 inserted into a text\n  help: set it, or put the tag into a section: `{{#maybe}}...{{/maybe}}`\n  value: maybe",
        ),
        (
            "{{maybe}}: 1",
            "missing-value 1:1 `maybe` is null where text is due\n  1:1 inserted into a text\n  help: set it, or put the tag into a section: `{{#maybe}}...{{/maybe}}`\n  value: maybe",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(unrendered(template, &[], &values), expected);
    }
    // In a comment only the name is checked.
    assert_eq!(one("a: 1 # {{text}} {{maybe}}", &values), json!({"a": 1}));
}

#[test]
fn all_errors_of_a_file_are_reported() {
    let found = render("a: {{text}}\n---\nb: x{{list}}\n", &json!({"list": []})).expect_err("both are refused");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn only_absent_null_false_and_the_empty_list_are_false() {
    let truth = |value: Value| {
        let found = one("a: [{{#untyped}}yes-{{/untyped}}{{^untyped}}no-{{/untyped}}x]", &json!({"untyped": value}));
        found["a"][0].as_str().expect("a text").to_owned()
    };
    for value in [json!(null), json!(false), json!([])] {
        assert_eq!(truth(value), "no-x");
    }
    for value in [json!(true), json!(0), json!(""), json!({}), json!(0.0), json!("false"), json!([null])] {
        assert_eq!(truth(value), "yes-x");
    }
    let absent = one("a: [{{#untyped}}yes-{{/untyped}}{{^untyped}}no-{{/untyped}}x]", &json!({}));
    assert_eq!(absent, json!({"a": ["no-x"]}));
    // Below an absent or null mapping everything is absent.
    assert_eq!(one("a: [{{^image.tag}}no-{{/image.tag}}x]", &json!({"image": null})), json!({"a": ["no-x"]}));
}

#[test]
fn an_octal_number_is_read_as_such_and_noted() {
    let template = crate::support::Template::new("a:\n- {b: 0644}\n{{text}}:\n  mode: 0755\nc: {{number}}\n");
    let values = json!({"text": "key", "number": 8});
    let rendering = template.render_with(&crate::support::schema(), &values).expect("it renders");
    let document = &rendering.documents[0];
    assert_eq!(document.value, json!({"a": [{"b": 420}], "key": {"mode": 493}, "c": 8}));
    let octals: Vec<(String, &str, String)> = document
        .octals
        .iter()
        .map(|octal| (octal.pointer.to_string(), octal.text.as_str(), template.place(octal.span)))
        .collect();
    assert_eq!(
        octals,
        [("/a/0/b".to_owned(), "0644", "2:7".to_owned()), ("/key/mode".to_owned(), "0755", "4:9".to_owned())]
    );
}

#[test]
fn what_is_rendered_over_64_mib_is_refused_before_memory_grows() {
    let text = "x".repeat(1024 * 1024);
    let list = vec!["y"; 100];
    let found = render("a: [{{#list}}'{{text}}', {{/list}}]", &json!({"text": text, "list": list}));
    assert_eq!(found.expect_err("too much"), ["template-budget 1:15 the file renders more than 64 MiB @ text"]);
    let list = vec![json!({"name": "y"}); 100_000];
    let values = json!({"hosts": list});
    let found = render("{{#hosts}}{{#hosts}}{{#hosts}}x{{/hosts}}{{/hosts}}{{/hosts}}", &values);
    assert_eq!(found.expect_err("too much"), ["template-budget 1:21 the file renders more than 64 MiB @ hosts"]);
    // Aliases count as what they stand for.
    let anchors = format!("a: &a '{}'\nb: &b [{}]\n", "x".repeat(10_000), "*a, ".repeat(100));
    let template = format!("{{{{#list}}}}\n---\n{anchors}c: [{}]\n{{{{/list}}}}\n", "*b, ".repeat(10));
    let found = render(&template, &json!({"list": vec!["y"; 100]}));
    assert_eq!(found.expect_err("too much").len(), 1);
}
