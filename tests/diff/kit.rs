//! The files for CI: they are YAML, and every command line of bayplan's in them is one that the program takes.

use bayplan::cli::args::Cli;
use clap::Parser;
use serde_yaml::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = walkdir::WalkDir::new(root.join("extra/ci")).sort_by_file_name().into_iter().map(Result::unwrap);
    let mut files: Vec<(PathBuf, String)> = found
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().strip_prefix(root).unwrap().to_owned(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    assert_eq!(files.len(), 3);
    let page = PathBuf::from("docs/pull-requests.md");
    files.push((page.clone(), fs::read_to_string(root.join(page)).unwrap()));
    files
}

/// The words of each command line of a text that begins with `bayplan`, up to what the shell takes for itself.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("- ").trim_start_matches("run: ");
        if !line.starts_with("bayplan ") || line.starts_with("bayplan check:") || line.starts_with("bayplan publish:") {
            continue;
        }
        let end = [" > ", " || ", " && ", "  "].iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
        found.push(line[..end].split_whitespace().map(|word| word.replace('"', "")).collect());
    }
    found
}

#[test]
fn commands_exist() {
    let mut count = 0;
    for (path, text) in files() {
        for command in commands(&text) {
            count += 1;
            if let Err(error) = Cli::try_parse_from(&command) {
                panic!("{}: {command:?}: {error}", path.display());
            }
        }
    }
    assert!(count >= 9, "{count} commands");
}

/// A value at a path of keys.
fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, key| &value[*key])
}

#[test]
fn github_workflows_have_least_permissions() {
    for (path, text) in files().into_iter().filter(|(path, _)| path.starts_with("extra/ci/github")) {
        let workflow: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(workflow["permissions"], Value::Mapping(Default::default()), "{}", path.display());
        assert!(workflow["concurrency"]["group"].is_string(), "{}", path.display());
        assert!(workflow["on"]["pull_request_target"].is_null(), "{}", path.display());
        for (name, job) in workflow["jobs"].as_mapping().unwrap() {
            assert!(job["permissions"].is_mapping() && job["timeout-minutes"].is_u64(), "{name:?}");
            let steps = job["steps"].as_sequence().unwrap();
            for uses in steps.iter().filter_map(|step| step["uses"].as_str()) {
                let commit = uses.split_once('@').unwrap().1;
                assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{uses}");
            }
            let scripts = steps.iter().filter_map(|step| step["run"].as_str());
            scripts.for_each(|script| assert!(!script.contains("${{"), "pasted into a script:\n{script}"));
            assert_eq!(at(&steps[0], &["with", "fetch-depth"]).as_u64(), Some(0));
        }
    }
}

#[test]
fn the_gitlab_file_is_whole() {
    let (_, text) = files().into_iter().find(|(path, _)| path.starts_with("extra/ci/gitlab")).unwrap();
    let file: Value = serde_yaml::from_str(&text).unwrap();
    for job in ["bayplan check", "bayplan publish"] {
        assert_eq!(file[job]["extends"].as_str(), Some(".bayplan"));
        assert!(file[job]["script"].as_sequence().is_some_and(|lines| lines.iter().all(Value::is_string)), "{job}");
    }
    assert!(file[".bayplan"]["before_script"].as_sequence().unwrap().iter().all(Value::is_string));
    assert_eq!(at(&file, &[".bayplan", "variables", "GIT_DEPTH"]).as_str(), Some("0"));
}
