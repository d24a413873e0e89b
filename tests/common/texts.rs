//! Strings and values that are likely to trip a YAML reader or writer.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

const ATOMS: &[&str] = &[
    "a",
    "b",
    "x1",
    "yes",
    "No",
    "on",
    "OFF",
    "y",
    "N",
    "true",
    "tRue",
    "null",
    "~",
    "Null",
    "0",
    "1",
    "07",
    "08",
    "0644",
    "12",
    "1_000",
    "_",
    "__",
    "0x1F",
    "0o7",
    "0b1",
    "0x",
    ".",
    "..",
    "...",
    ".5",
    "1.",
    "1.5",
    "e",
    "E",
    "e3",
    "e+3",
    "+",
    "-",
    "--",
    "---",
    ".inf",
    ".NaN",
    "-.inf",
    ":",
    ": ",
    "::",
    " :",
    ":30",
    "1:30",
    "59",
    "2020-01-01",
    "T00:00:00Z",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "#",
    " #",
    "# ",
    "=",
    "<<",
    "&a",
    "*a",
    "!t",
    "!!str",
    "|",
    ">",
    "|-",
    "%",
    "%YAML",
    "@",
    "`",
    "'",
    "''",
    "\"",
    "\\",
    "\\n",
    "\\0",
    "{",
    "}",
    "[",
    "]",
    ",",
    "?",
    "? ",
    "- ",
    "{{x}}",
    "${X}",
    "é",
    "ß",
    "日本",
    "😀",
    "👩\u{200D}💻",
    "\u{A0}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{FEFF}",
    "\u{200B}",
    "\u{202E}",
    "\u{3000}",
    "\u{1B}[31m",
    "\u{7F}",
    "\u{9F}",
    "\u{AD}",
    "\u{FFFD}",
    "\u{FFFE}",
    "\u{10FFFF}",
    "\u{E000}",
    "http://x.y/z?a=b#c",
    "a: b",
    "a:b",
    "key:value",
    "nginx:1.25",
];

/// Any text that the reader takes back: all but NUL and the characters of holes.
pub fn text() -> impl Strategy<Value = String> {
    let allowed = |text: &String| !text.contains(['\0', '\u{FDD0}', '\u{FDD1}']);
    let atoms = vec(proptest::sample::select(ATOMS), 0..6).prop_map(|atoms| atoms.concat());
    let lines = vec(vec(proptest::sample::select(ATOMS), 0..3).prop_map(|atoms| atoms.concat()), 1..5)
        .prop_map(|lines| lines.join("\n"));
    let blocks =
        vec(proptest::sample::select(&["", " ", "  ", "a", " b", "c ", "#d", "- e", "---", "f: g", "\t"][..]), 1..6)
            .prop_map(|lines| lines.join("\n"));
    let numbers = "[-+]?[0-9_]{0,4}[.:eExXoObB]?[-+]?[0-9a-f_]{0,4}";
    prop_oneof![3 => atoms, 2 => lines, 2 => blocks, 2 => numbers, 1 => any::<String>()].prop_filter("refused", allowed)
}

/// Any value within the reader's limits.
#[allow(dead_code, reason = "not every test that takes texts takes values")]
pub fn value() -> impl Strategy<Value = Value> {
    let float = any::<f64>()
        .prop_filter("finite, and not -0", |value| value.is_finite() && (*value != 0.0 || value.is_sign_positive()));
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-20i64..20).prop_map(Value::from),
        1 => float.prop_map(Value::from),
        6 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((text(), inner), 0..5).prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
