//! The house stays in order: pages name what exists, files say what they are for, nothing is left lying about.

#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root().join(folder))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}

#[test]
fn every_path_that_architecture_names_exists() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page is there");
    assert!(page.lines().count() <= 150, "ARCHITECTURE.md has {} lines, 150 at most", page.lines().count());
    let mut named = BTreeSet::new();
    for quoted in page.split('`').skip(1).step_by(2) {
        let is_path = [
            "src/",
            "tests/",
            "docs/",
            "templates/",
            "site-specs/",
            "benches/",
            "examples/",
            "fuzz/",
            "tools/",
            "snapshots/",
            ".ci/",
        ]
        .iter()
        .any(|start| quoted.starts_with(start));
        if is_path && !quoted.contains(['*', '<', '{', ' ']) {
            named.insert(quoted);
        }
    }
    assert!(!named.is_empty(), "the page names paths");
    let missing: Vec<&str> = named.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names paths that do not exist: {missing:?}");
}

#[test]
fn every_test_that_promises_name_exists() {
    let page = fs::read_to_string(root().join("docs/promises.md")).expect("the page is there");
    let rows: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| promise ")).collect();
    assert!(rows.len() > 20, "{} promises", rows.len());
    for row in rows {
        let tests: Vec<(&str, &str)> =
            row.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.split_once(".rs ")).collect();
        assert!(!tests.is_empty(), "nothing holds: {row}");
        for (file, name) in tests {
            let text = fs::read_to_string(root().join(format!("{file}.rs"))).unwrap_or_default();
            assert!(text.contains(&format!("#[test]\nfn {name}()")), "{file}.rs has no test {name}: {row}");
        }
    }
}

/// What GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_of_the_pages_leads_somewhere() {
    let pages = walkdir::WalkDir::new(root())
        .into_iter()
        .filter_entry(|entry| !["target", ".git"].iter().any(|name| entry.file_name() == *name))
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut dead = Vec::new();
    for path in pages {
        let text = fs::read_to_string(&path).expect("can be read");
        // Without the blocks between fences.
        let text: String = text.split("\n```").step_by(2).collect();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            let has_heading = |text: String| {
                text.lines()
                    .any(|line| line.starts_with('#') && anchor(line.trim_start_matches('#').trim()) == fragment)
            };
            let leads = target.exists() && (fragment.is_empty() || fs::read_to_string(target).is_ok_and(has_heading));
            if !leads {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<PathBuf> = rust_files("src")
        .into_iter()
        .chain(rust_files("tests"))
        .filter(|path| !fs::read_to_string(path).expect("can be read").starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "modules without a first line of documentation: {silent:?}");
}

#[test]
fn every_dependency_has_its_line_in_architecture() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page is there");
    let mut in_dependencies = false;
    let mut missing = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = matches!(line, "[dependencies]" | "[dev-dependencies]");
        } else if in_dependencies
            && let Some((name, _)) = line.split_once(" = ")
            && !page.contains(&format!("| {name} "))
            && !page.contains(&format!("| `{name}` "))
        {
            missing.push(name.to_owned());
        }
    }
    assert!(missing.is_empty(), "dependencies without a line in ARCHITECTURE.md's table: {missing:?}");
}

#[test]
fn codes_are_listed_once_and_explained() {
    let codes = bayplan::codes::all();
    let names: BTreeSet<&str> = codes.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), codes.len(), "a code is listed twice");
    for code in &codes {
        assert!(code.explanation.len() > 40, "{} is not explained", code.name);
        let is_kebab = code.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
        assert!(is_kebab, "{} is not in kebab case", code.name);
    }
    // A code that is declared and not listed would have no page.
    let mut declared = BTreeSet::new();
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).expect("can be read");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for part in text.split("Code {").skip(1) {
            let Some(rest) = part.trim_start().strip_prefix("name: \"") else { continue };
            declared.extend(rest.split('"').next().map(str::to_owned));
        }
    }
    let unlisted: Vec<&String> = declared.iter().filter(|name| !names.contains(name.as_str())).collect();
    assert!(unlisted.is_empty(), "codes that bayplan::codes does not list: {unlisted:?}");
}
