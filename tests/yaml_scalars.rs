//! The rule on bare scalars against what kubectl 1.32 was measured to read.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

use bayplan::yaml::scalar::{Plain, classify, needs_quotes};
use std::path::Path;

/// Text, kubectl's type and kubectl's value of each line of the table.
fn table() -> Option<Vec<(String, String, String)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/kubectl-yaml-scalars.txt");
    let text = std::fs::read_to_string(path).ok()?;
    let line = |line: &str| {
        let (text, rest) = line.split_once("  ").expect("two spaces after the text");
        let (kind, value) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim_start(), ""));
        (text.to_owned(), kind.to_owned(), value.trim().to_owned())
    };
    Some(text.lines().filter(|text| !text.trim().is_empty()).map(line).collect())
}

#[test]
fn what_is_no_string_to_kubectl_is_quoted_and_never_read_otherwise() {
    let Some(table) = table() else {
        eprintln!("skipped: no table of kubectl's scalars beside the checkout");
        return;
    };
    let mut wrong = Vec::new();
    for (text, kind, value) in &table {
        if kind != "str" && !needs_quotes(text) {
            wrong.push(format!("`{text}` is a {kind} to kubectl, and is written bare"));
        }
        let agrees = match classify(text) {
            // Syntax that is no bare scalar; the reader never asks about it.
            _ if kind == "ERR" && !text.contains("inf") && !text.contains("nan") && !text.contains("NaN") => true,
            Plain::Null => kind == "NoneType",
            Plain::Bool(found) => kind == "bool" && value.eq_ignore_ascii_case(&found.to_string()),
            Plain::Integer(found) | Plain::Octal(found) => kind == "int" && *value == found.to_string(),
            Plain::Float(found) => value.parse() == Ok(found),
            Plain::String => kind == "str" && value == text || needs_quotes(text) && kind != "int",
            Plain::Doubtful(_) => true,
        };
        if !agrees {
            wrong.push(format!("`{text}` is {value} ({kind}) to kubectl, {:?} to us", classify(text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(table.len() > 150, "{}", table.len());
}
