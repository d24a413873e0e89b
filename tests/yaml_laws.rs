//! Laws of the YAML reader and writer: what is written is read back, by us and by an independent reader, and no bytes make the
//! reader panic.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "common/texts.rs"]
mod texts;

use bayplan::yaml::read::{ReadOptions, read_text};
use bayplan::yaml::scalar::{Plain, classify, needs_quotes};
use bayplan::yaml::value::node_value;
use bayplan::yaml::write::{write_object, write_value};
use proptest::prelude::*;
use serde_json::{Value, json};

fn written(value: &Value) -> String {
    let mut out = Vec::new();
    write_value(value, &mut out);
    String::from_utf8(out).expect("the writer writes UTF-8")
}

fn read(text: &str) -> Value {
    let reading = read_text(text, ReadOptions::default());
    assert!(reading.findings.is_empty(), "{text}\n{:?}", reading.findings);
    let [root] = reading.roots.as_slice() else { panic!("{} documents in {text:?}", reading.roots.len()) };
    let (value, findings) = node_value(root, None);
    assert!(findings.is_empty(), "{text}\n{findings:?}");
    value
}

/// As an independent reader of YAML 1.2 sees it.
fn read_by_another(text: &str) -> Value {
    let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    serde_json::to_value(value).expect("string keys")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(value in texts::value()) {
        let text = written(&value);
        prop_assert_eq!(&read(&text), &value, "{}", text);
        prop_assert_eq!(&read_by_another(&text), &value, "{}", text);
    }

    #[test]
    fn any_text_survives_as_value_key_and_item(text in texts::text()) {
        let value = json!({"value": text, "list": [text, [text], {"in": text}], "map": {text.clone(): text}, text.clone(): 1});
        let written = written(&value);
        prop_assert_eq!(&read(&written), &value, "{}", written);
        prop_assert_eq!(&read_by_another(&written), &value, "{}", written);
        prop_assert!(!written.contains(['\t', '\r']));
    }

    #[test]
    fn a_text_is_bare_only_where_it_reads_as_that_text(text in texts::text()) {
        if !needs_quotes(&text) {
            prop_assert_eq!(classify(&text), Plain::String);
            prop_assert_eq!(read(&format!("a: {text}\n")), json!({"a": text}));
            prop_assert_eq!(read(&format!("- {text}\n")), json!([text]));
        }
    }

    #[test]
    fn an_object_is_the_same_value_in_another_order(value in texts::value()) {
        let object = json!({"metadata": {"name": "a"}, "kind": "K", "data": value, "apiVersion": "v1", "zoo": 1});
        let mut out = Vec::new();
        write_object(&object, &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        prop_assert!(text.starts_with("apiVersion: v1\nkind: K\nmetadata:\n  name: a\ndata:"), "{}", text);
        prop_assert_eq!(read(&text), object);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), holes: bool) {
        let options = ReadOptions { holes, comments: holes };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        check_places(&text, options);
        let sources = bayplan::source::Sources::new([bayplan::source::SourceFile::regular("a.yaml", bytes.as_slice())]);
        let file = sources.find("a.yaml").expect("a.yaml");
        let mut diagnostics = bayplan::diag::Diagnostics::new();
        bayplan::yaml::read::read(file, &bytes, options, &mut diagnostics);
    }

    #[test]
    fn no_yaml_like_text_makes_the_reader_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40),
        holes: bool,
    ) {
        check_places(&pieces.concat(), ReadOptions { holes, comments: true });
    }
}

const PIECES: &[&str] = &[
    "a",
    "b: ",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "\n",
    "\n  ",
    "\n    ",
    "\n   ",
    "\r\n",
    "\t",
    " ",
    "\u{A0}",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "&a ",
    "&b ",
    "*a",
    "*b",
    "*c ",
    "<<: ",
    "!t ",
    "!!str ",
    "!<",
    "|",
    ">",
    "|-\n",
    "|2\n",
    "%YAML 1.2\n",
    "---\n",
    "--- ",
    "...\n",
    "#c\n",
    " # c",
    "\"",
    "'",
    "\\",
    "\\u",
    "\\ud800",
    "\\0",
    "\u{FDD0}7\u{FDD1}",
    "\u{FDD0}",
    "\u{FEFF}",
    "é",
    "😀",
    "1",
    "0644",
    "no",
    "~",
    "@",
    "`",
    "x:y",
    "\0",
    "\u{85}",
];

/// Reads, and checks that every place lies within the text, on the boundaries of characters.
fn check_places(text: &str, options: ReadOptions) {
    let reading = read_text(text, options);
    let check = |start: u32, end: u32| {
        assert!(text.get(start as usize..end as usize).is_some(), "{start}..{end} in {text:?}");
    };
    for finding in &reading.findings {
        check(finding.start, finding.end);
        finding.related.iter().for_each(|note| check(note.start, note.end));
    }
    reading.comments.iter().for_each(|comment| check(comment.start, comment.end));
    for root in &reading.roots {
        check_node(root, &check);
        node_value(root, None);
    }
}

fn check_node(node: &bayplan::yaml::node::Node, check: &impl Fn(u32, u32)) {
    check(node.start, node.end);
    node.items().iter().for_each(|item| check_node(item, check));
    node.entries().for_each(|(_, value)| check_node(value, check));
}
