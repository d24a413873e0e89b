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
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

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
