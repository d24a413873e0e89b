//! Laws that hold for all values.

use crate::support::{Template, map, schema};
use bayplan::mustache::{Program, Values};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Every kind of place that a string may be inserted at.
const EVERYWHERE: &str = "plain: {{text}}
single: '{{text}}'
double: \"{{text}}\"
inside: a {{text}} b
folded: a
  {{text}}
  b
flow: [{{text}}, '{{text}}', {k: {{text}}, {{text}}: v}]
literal: |
  {{text}}
  x {{text}}
stripped: |-
  {{text}}
folded-block: >
  {{text}}
  y
key:
  {{text}}: 1
  'q{{text}}': 2
list:
- {{text}}
- - {{text}}
# {{text}}
{{#list}}
item: {{.}}
{{/list}}
";

fn program(text: &str) -> Program {
    Template::new(text).compile(&schema()).expect("it compiles")
}

fn render(program: &Program, values: &Value) -> Vec<Value> {
    let rendering = program.render(&Values::new([map(values)])).expect("it renders");
    rendering.documents.into_iter().map(|document| document.value).collect()
}

/// Replaces `x` by a text in all strings and keys that came from the value.
fn put(value: &Value, text: &str) -> Value {
    match value {
        Value::String(string) => Value::String(string.replace('\u{1}', text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| put(item, text)).collect()),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.replace('\u{1}', text), put(value, text))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn nasty() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "yes",
        "null",
        "1.10",
        "0644",
        "a: b",
        "x\n  admin: true",
        "]",
        "}",
        "#",
        " # ",
        "---",
        "\n---\n",
        "...",
        "<<",
        "*a",
        "&a",
        "!t",
        "%",
        "{{text}}",
        "{{#list}}",
        "\u{FDD0}0\u{FDD1}",
        "\u{FEFF}",
        "\t",
        "\r",
        "\u{85}",
        "\u{2028}",
        "'",
        "\"",
        "\\",
        "- ",
        "? ",
        ": ",
        "|",
        ">",
        "",
        " ",
        "\n",
        "é",
        "🚢",
        "\0",
    ]);
    prop_oneof![prop::collection::vec(words, 0..5).prop_map(|words| words.concat()), any::<String>(),]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// A string changes nothing but the strings that it is inserted into.
    #[test]
    fn no_string_changes_the_structure(text in nasty()) {
        static PROGRAM: LazyLock<Program> = LazyLock::new(|| program(EVERYWHERE));
        let program = &*PROGRAM;
        let marked = render(program, &json!({"text": "\u{1}", "list": ["\u{1}"]}));
        let expected: Vec<Value> = marked.iter().map(|value| put(value, &text)).collect();
        // `q` before the text keeps the two keys apart, but for a text that begins with it.
        prop_assert_eq!(render(program, &json!({"text": text, "list": [text]})), expected);
        prop_assert_eq!(program.shapes(), 1);
    }

    /// Filling a shape gives what parsing the rendered text would give, for values that are safe as text.
    #[test]
    fn filling_is_parsing(
        text in "[a-z]{1,8}",
        number in any::<i32>(),
        flag in any::<bool>(),
        list in prop::collection::vec("[a-z]{1,5}", 0..4),
        tag in prop::option::of("[a-z]{1,5}"),
    ) {
        let template = "a: {{text}}\nb: {c: {{number}}, d: [{{flag}}, x{{text}}]}\n{{#list.any}}\nlist:\n{{#list}}\n  - name: {{.}}\n    v: '{{text}}'\n{{/list}}\n{{/list.any}}\n{{#image}}\ntag: \"{{tag}}\"\n{{/image}}\n{{#flag}}\n---\nk-{{text}}: {{number}}\n{{/flag}}\n";
        let values = json!({"text": text, "number": number, "flag": flag, "list": list, "image": tag.map(|tag| json!({"tag": tag}))});
        let program = program(template);
        let filled = render(&program, &values);
        let rendered = spec_text(template, &values);
        let parsed: Vec<Value> = serde_yaml_documents(&rendered);
        prop_assert_eq!(filled, parsed, "{}", rendered);
    }
}

/// The template's text with values as text, by spec mode; `.any` is a value of its own there.
fn spec_text(template: &str, values: &Value) -> String {
    let mut values = values.clone();
    let any = values["list"].as_array().is_some_and(|list| !list.is_empty());
    values["any"] = json!(any);
    let text = template.replace("list.any", "any").replace("{{text}}", "{{{text}}}");
    let template = Template::new(&text);
    bayplan::mustache::spec_mode::render(template.main(), &text, &bayplan::mustache::Partials::default(), &values)
        .expect("it renders")
}

/// An independent reader's view of a text.
fn serde_yaml_documents(text: &str) -> Vec<Value> {
    use serde::Deserialize;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("the text is YAML"))
        .filter(|value| !value.is_null())
        .collect()
}

/// Random templates whose names mean the same bound as looked up: text, tags and nested sections, on lines of their own or not.
fn template() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[ a-z\\n\r-]{0,6}",
        Just("{{{text}}}".to_owned()),
        Just("{{! note }}".to_owned()),
        Just("  {{! note }}\n".to_owned()),
        Just("\n---\n".to_owned()),
        Just("{{=<% %>=}}<%{text}%><%={{ }}=%>".replace("<%{text}%>", "<%& text %>")),
    ];
    leaf.prop_recursive(24, 96, 4, |inner| {
        let names = prop::sample::select(vec!["flag", "off", "list", "hosts", "none", "image", "text"]);
        (names, any::<bool>(), any::<bool>(), prop::collection::vec(inner, 1..4)).prop_map(
            |(name, inverted, own_lines, parts)| {
                let sigil = if inverted { '^' } else { '#' };
                let end = if own_lines { "\n" } else { "" };
                format!("{{{{{sigil}{name}}}}}{end}{}{{{{/{name}}}}}{end}", parts.concat())
            },
        )
    })
}

/// Sections on top of each other, deeper than the engine nests.
fn tower() -> impl Strategy<Value = String> {
    let level = prop::sample::select(vec![("#", "flag"), ("^", "off"), ("#", "image"), ("#", "text"), ("^", "none")]);
    prop::collection::vec((level, "[a-z\\n ]{0,2}"), 0..40).prop_map(|levels| {
        let open: String = levels.iter().map(|((sigil, name), text)| format!("{{{{{sigil}{name}}}}}{text}")).collect();
        let close: String = levels.iter().rev().map(|((_, name), text)| format!("{text}{{{{/{name}}}}}")).collect();
        format!("{open}{{{{{{text}}}}}}{close}")
    })
}

/// Bits of templates, good and bad.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "{{text}}",
        "{{#list}}",
        "{{/list}}",
        "{{.}}",
        "{{^flag}}",
        "{{/flag}}",
        "{{{text}}}",
        "{{",
        "}}",
        "{{{",
        "{{!",
        "{{=<% %>=}}",
        "<%",
        "%>",
        "{{> p}}",
        "{{> f}}",
        "{{> missing}}",
        "\n",
        "  ",
        "a: ",
        "- ",
        "|",
        "\n---\n",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "# ",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        "\t",
        "\r\n",
        "é",
        "\u{FDD0}",
        "\u{FEFF}",
        "x",
        "yes",
        "0644",
        "\\uFDD0",
        "%YAML",
        "!t ",
    ]);
    prop::collection::vec(fragment, 0..20).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Strict and spec mode render the same text, and both nest as deep as they may.
    #[test]
    fn both_modes_render_the_same_text(text in prop_oneof![template(), tower()]) {
        use bayplan::mustache::{Inline, Partials, spec_mode};
        let values = json!({
            "text": "t<&", "flag": true, "off": false, "list": ["x", "y"], "none": [], "image": {"name": "n"},
            "hosts": [{"name": "h"}],
        });
        let schema = json!({"properties": {"off": {}, "none": {}, "text": {}, "flag": {}, "list": {}, "image": {}, "hosts": {}}});
        let source = Template::new(&text);
        let place = bayplan::source::Span::new(source.main(), 0, text.len());
        let mut diagnostics = bayplan::diag::Diagnostics::new();
        let inline = Inline::compile(&text, place, &schema, &mut diagnostics);
        prop_assert!(diagnostics.is_empty(), "{:?}", diagnostics);
        let strict = inline.and_then(|inline| inline.render(&Values::new([map(&values)])).ok());
        let spec = spec_mode::render(source.main(), &text, &Partials::default(), &values).ok().map(Value::String);
        prop_assert_eq!(strict, spec);
    }

    /// Whatever a template is: no panic, and places that are in their file, between characters.
    #[test]
    fn places_of_errors_are_in_their_files(text in fragments()) {
        let template = Template::with(&text, &[("partials/p.mustache", "b: {{text}}\n{{#list}}\nc\n{{/list}}"), ("partials/f", "x\ny")]);
        let values = json!({"text": "t", "list": ["x", "y"], "flag": false});
        let labels = template.spans(&schema(), &values);
        for span in labels {
            let text = template.sources.text(span.file);
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} in {:?}", span, text);
        }
    }
}

#[test]
fn programs_are_shared_by_threads_and_order_does_not_matter() {
    let program = program("a: {{text}}\n{{#list}}\n---\nb: {{.}}\n{{/list}}\n{{#flag}}\nc: {{number}}\n{{/flag}}\n");
    let values: Vec<Value> = (0..200)
        .map(|index| {
            let list: Vec<String> = (0..index % 7).map(|item| format!("{index}-{item}")).collect();
            json!({"text": format!("t{index}"), "list": list, "flag": index % 3 == 0, "number": index})
        })
        .collect();
    let fresh = |values: &Value| {
        let template = "a: {{text}}\n{{#list}}\n---\nb: {{.}}\n{{/list}}\n{{#flag}}\nc: {{number}}\n{{/flag}}\n";
        render(&Template::new(template).compile(&schema()).expect("it compiles"), values)
    };
    use rayon::prelude::*;
    let parallel: Vec<Vec<Value>> = values.par_iter().rev().map(|values| render(&program, values)).collect();
    let alone: Vec<Vec<Value>> = values.iter().rev().map(fresh).collect();
    assert_eq!(parallel, alone);
}

#[test]
fn big_lists_take_linear_time() {
    let program = program("a:\n{{#list}}\n- {{.}}\n{{/list}}\n");
    let list: Vec<String> = (0..90_000).map(|index| index.to_string()).collect();
    let found = render(&program, &json!({"list": list}));
    assert_eq!(found[0]["a"].as_array().map(Vec::len), Some(90_000));
}
