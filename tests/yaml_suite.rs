//! The reader against the public yaml-test-suite: what is invalid is refused, what is valid gives the suite's JSON, and what
//! is valid but refused on purpose is listed here, case by case, with the code that refuses it.

#![allow(clippy::expect_used, clippy::print_stderr)]

use bayplan::yaml::read::{ReadOptions, read_text};
use bayplan::yaml::value::node_value;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Valid cases that the reader refuses: the code, why, and the ids.
const REFUSED: &[(&str, &str, &[&str])] = &[
    (
        "yaml-tag",
        "tags",
        &[
            "2AUY", "2XXW", "33X3", "35KP", "52DL", "565N", "57H4", "6JWB", "6WLZ", "735Y", "74H7", "7FWL", "8MK2",
            "9KAX", "9WXW", "BU8L", "CUP7", "EHF6", "F2C7", "FH7J", "HMQ5", "J7PZ", "L94M", "LE5A", "M5C3", "S4JQ",
            "UGM3", "UKK6/02", "WZ62", "Z67P",
        ],
    ),
    (
        "yaml-directive",
        "directives",
        &[
            "27NA", "2LFX", "5TYM", "6CK3", "6LVF", "6ZKB", "9DXL", "BEC7", "C4HZ", "CC74", "DK95/07", "MUS6/02",
            "MUS6/03", "MUS6/04", "MUS6/05", "MUS6/06", "P76L", "RTP8", "U3C3", "W4TN", "Z9M4",
        ],
    ),
    (
        "yaml-key",
        "keys that are no strings: empty, a list, a mapping, or an alias of one",
        &[
            "2JQS", "4FJ6", "6BFJ", "6M2F", "6PBE", "9MMW", "CFD4", "DFF7", "FRK4", "KK5P", "LX3P", "M2N8/00",
            "M2N8/01", "M5DY", "NHX8", "NKF9", "Q9WF", "RZP5", "S3PD", "SBG9", "SM9W/01", "UKK6/00", "V9D5", "X38W",
            "XW4D",
        ],
    ),
    ("yaml-anchor", "one anchor name given twice", &["3GZX", "PW8X"]),
    ("yaml-spacing", "`word:word` where a key may be meant", &["3MYT", "4ABK"]),
    ("yaml-syntax", "`?` at the start of a bare text in brackets", &["652Z", "HM87/01"]),
    ("doubtful-scalar", "bare times and dates", &["RZT7", "U9NS"]),
];

/// What the reader makes of a case: the documents' values, or the code of the first error.
fn outcome(yaml: &str) -> Result<Vec<Value>, &'static str> {
    let reading = read_text(yaml, ReadOptions::default());
    if let Some(error) = reading.findings.iter().find(|finding| finding.is_error()) {
        return Err(error.code.name);
    }
    let mut values = Vec::new();
    for root in &reading.roots {
        let (value, findings) = node_value(root, None);
        if let Some(error) = findings.first() {
            return Err(error.code.name);
        }
        values.push(value);
    }
    Ok(values)
}

/// The suite's documents; empty ones, which the reader leaves out, are nulls there.
fn expected(json: &str) -> Vec<Value> {
    let documents = serde_json::Deserializer::from_str(json).into_iter::<Value>();
    documents.map(|document| document.expect("the suite's JSON")).filter(|document| !document.is_null()).collect()
}

/// Compares numbers by value, as JSON does: the suite writes `1.0` and `1` alike.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[test]
fn every_case_is_read_as_the_suite_says_or_refused_on_purpose() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/yaml-test-suite/cases.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no yaml-test-suite beside the checkout");
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&text).expect("cases.json");
    let mut refused: BTreeMap<&str, &str> =
        REFUSED.iter().flat_map(|(code, _, ids)| ids.iter().map(|id| (*id, *code))).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let id = case["id"].as_str().expect("id");
        let yaml = case["yaml"].as_str().expect("yaml");
        let is_invalid = case.get("error").is_some_and(|error| error.as_bool() != Some(false));
        let found = outcome(yaml);
        match (&found, is_invalid) {
            (Err(_), true) => {}
            (Ok(values), true) => wrong.push(format!("{id}: invalid, but read as {values:?}")),
            (Err(code), false) => {
                if refused.remove(id) != Some(*code) {
                    wrong.push(format!("{id}: refused with {code}, {}", case["name"]));
                }
            }
            (Ok(values), false) => {
                let Some(json) = case["json"].as_str() else { continue };
                let expected = expected(json);
                let values: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
                if expected.len() != values.len()
                    || !expected.iter().zip(&values).all(|(left, right)| same(left, right))
                {
                    wrong.push(format!("{id}: read as {values:?}, the suite says {expected:?}"));
                }
            }
        }
    }
    let stale: Vec<&str> = refused.into_keys().collect();
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(stale.is_empty(), "no longer refused, or with another code: {stale:?}");
    assert_eq!(cases.len(), 402);
}

#[test]
fn every_exception_is_on_the_page() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/suites.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    for (code, why, ids) in REFUSED {
        let row = format!("| {why} | `{code}` | {} | {} |", ids.len(), ids.join(", "));
        assert!(page.contains(&row), "docs/suites.md lacks this row:\n{row}");
    }
}
