//! The required cases of the Mustache specification, run in spec mode.

#![allow(clippy::expect_used, clippy::print_stdout)]

use bayplan::diag::Diagnostics;
use bayplan::mustache::{partials::Partials, spec_mode};
use bayplan::source::{FileId, SourceFile, Sources};
use serde_json::Value;
use std::path::PathBuf;

const FILES: [(&str, usize); 6] = [
    ("comments.json", 12),
    ("delimiters.json", 14),
    ("interpolation.json", 42),
    ("inverted.json", 22),
    ("partials.json", 12),
    ("sections.json", 34),
];

/// The one case that differs on purpose: a partial that includes itself is an error.
const RECURSIVE: &str = "Recursion";

#[test]
fn required_cases_of_the_specification_hold() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/mustache-spec");
    if !folder.is_dir() {
        println!("skipped: the Mustache specification is not there");
        return;
    }
    let mut failures = Vec::new();
    for (file, count) in FILES {
        let text = std::fs::read_to_string(folder.join(file)).expect("the suite has the file");
        let suite: Value = serde_json::from_str(&text).expect("the suite is JSON");
        let tests = suite["tests"].as_array().expect("the suite has tests");
        assert_eq!(tests.len(), count, "cases in {file}");
        for case in tests {
            let name = case["name"].as_str().expect("a case has a name");
            let found = render(case);
            let expected = case["expected"].as_str().expect("a case expects a text");
            let is_fine = match &found {
                Ok(text) => text == expected,
                Err(codes) => name == RECURSIVE && codes == &["recursive-partial"],
            };
            if !is_fine {
                failures.push(format!("{file}: {name}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn render(case: &Value) -> Result<String, Vec<&'static str>> {
    let template = case["template"].as_str().expect("a case has a template");
    let files: Vec<(String, String)> = case["partials"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, text)| (format!("{name}.mustache"), text.as_str().unwrap_or_default().to_owned()))
        .collect();
    let sources = Sources::new(files.iter().map(|(path, text)| SourceFile::regular(path.as_str(), text.as_bytes())));
    let main = Sources::new([SourceFile::regular("main", template.as_bytes())]);
    let mut diagnostics = Diagnostics::new();
    let table = sources.iter().map(|(id, file)| (file.path.as_str(), id, &*file.bytes));
    let partials = Partials::read(table, &mut diagnostics);
    let main: FileId = main.find("main").expect("the template is there");
    let codes = |diagnostics: Diagnostics| diagnostics.iter().map(|diagnostic| diagnostic.code.name).collect();
    if diagnostics.has_errors() {
        return Err(codes(diagnostics));
    }
    spec_mode::render(main, template, &partials, &case["data"]).map_err(codes)
}
