//! Each rule on manifests: `tests/cases/rules/<code>/<case>.yaml`.
//!
//! A case is what the template of a site writes; beside it, `<case>.namespace.yaml` is what the template of its namespace writes
//! and `<case>.cluster.yaml` what that of its cluster does. A line that a finding points at ends in a comment
//! `#~ warning: message`, one for each finding of the rule; with `#~v` the line below is meant. A case without any is one that
//! the rule lets pass; `LARGE_TEXT` in one stands for more than a mebibyte. A first line `# tier: testing` puts the site there; elsewhere it is in production.
//!
//! Errors of other codes fail a case: what a rule lets pass must be sound.

use crate::fleet::Fleet;
use bayplan::diag::Severity;
use bayplan::validate::rules::{Check, RULES};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rules")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Path, line, and `severity: message` of a finding.
type Mark = (String, usize, String);

/// The findings that comments ask for, each with its line.
fn marks(path: &str, text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for mark in line.split("#~").skip(1) {
            let (below, mark) = mark.strip_prefix('v').map_or((0, mark), |mark| (1, mark));
            marks.push((path.to_owned(), number + 1 + below, mark.trim().to_owned()));
        }
    }
    marks
}

/// What a rule finds in a case, and what it should.
fn run(code: &str, folder: &Path, name: &str) -> (Vec<Mark>, Vec<Mark>) {
    let base = name.trim_end_matches(".yaml");
    let mut fleet = Fleet::new();
    let mut due = Vec::new();
    for (file, template, scope) in [
        (name.to_owned(), "web", "site"),
        (format!("{base}.namespace.yaml"), "room", "namespace"),
        (format!("{base}.cluster.yaml"), "quay", "cluster"),
    ] {
        let Ok(text) = fs::read_to_string(folder.join(&file)) else { continue };
        // A case that is all about size says how large, not what.
        let text = text.replace("LARGE_TEXT", &"x".repeat(1_100_000));
        fleet.template(template, scope, &text);
        due.extend(marks(&format!("templates/{template}/all.yaml.mustache"), &text));
        if scope == "site" {
            let is_testing = text.starts_with("# tier: testing\n");
            let environment = if is_testing { "test" } else { "prod" };
            fleet.site("shop", &format!("  environments: {{{environment}: {{}}}}\n"));
        }
    }
    let sources = fleet.sources();
    let mut got = Vec::new();
    for diagnostic in fleet.diagnostics() {
        let is_own = diagnostic.code.name == code;
        assert!(
            is_own || diagnostic.severity != Severity::Error,
            "{code}/{name}: {}: {}",
            diagnostic.code.name,
            diagnostic.message
        );
        if is_own {
            let label = diagnostic.primary.as_ref().expect("a finding has a place");
            let line = sources.line_column(label.span.file, label.span.start).line;
            let path = sources.path(label.span.file).to_owned();
            got.push((path, line, format!("{}: {}", diagnostic.severity.word(), diagnostic.message)));
            assert!(!diagnostic.help.is_empty(), "{code}/{name}: {} says what to do", diagnostic.message);
        }
    }
    got.sort();
    due.sort();
    (got, due)
}

#[test]
fn rules_find_what_the_comments_of_their_cases_say_and_nothing_else() {
    let mut failures = String::new();
    let mut kinds: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for code in names(&root()) {
        let folder = root().join(&code);
        let cases = names(&folder);
        let is_part = |name: &String| name.ends_with(".namespace.yaml") || name.ends_with(".cluster.yaml");
        for name in cases.iter().filter(|name| !is_part(name)) {
            let (got, due) = run(&code, &folder, name);
            kinds.entry(code.clone()).or_default().insert(due.is_empty());
            if got != due {
                for (title, one, other) in [("not found", &due, &got), ("not expected", &got, &due)] {
                    for (path, line, message) in one.iter().filter(|row| !other.contains(row)) {
                        failures.push_str(&format!("{code}/{name}: {title}: {path}:{line}: {message}\n"));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    for rule in RULES.iter().filter(|rule| matches!(rule.check, Check::Unit(_))) {
        let found = kinds.get(rule.code.name);
        assert_eq!(found.map(BTreeSet::len), Some(2), "{} has cases that fire and cases that do not", rule.code.name);
    }
}
