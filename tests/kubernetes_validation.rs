//! Objects and what is said of them: each file of `cases/kubernetes` is a list of cases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use bayplan::kubernetes::{Api, CustomKinds, Lookup, Minor, Violation, validate_object};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "newest")]
    minor: String,
    #[serde(default)]
    crds: Vec<Value>,
    object: Value,
    #[serde(default)]
    found: Vec<String>,
}

fn newest() -> String {
    Minor::NEWEST.to_string()
}

fn say(violation: &Violation, object: &str) -> String {
    let help = violation.help().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}{help}", violation.message(object))
}

fn check(case: &Case) -> Result<(), String> {
    let (custom, problems) = CustomKinds::read(&case.crds);
    assert_eq!(problems, [], "{}", case.name);
    let api = Api::new(Minor::parse(&case.minor).unwrap(), custom.into());
    let text = |field: &str| case.object[field].as_str().unwrap();
    let Lookup::Served(served) = api.kind(text("apiVersion"), text("kind")) else {
        return Err(format!("{}: the kind is not served", case.name));
    };
    let mut violations = Vec::new();
    validate_object(served, &case.object, &mut violations);
    let object = format!("{} {}", text("kind"), case.object["metadata"]["name"].as_str().unwrap_or("web"));
    let mut found: Vec<String> = violations.iter().map(|violation| say(violation, &object)).collect();
    found.sort();
    if found == case.found {
        return Ok(());
    }
    Err(format!("{}\n  expected {:#?}\n  found {found:#?}", case.name, case.found))
}

#[test]
fn objects_get_what_their_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/kubernetes");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let cases: Vec<Case> = serde_yaml::from_str(&text).unwrap();
        count += cases.len();
        failures.extend(cases.iter().filter_map(|case| check(case).err()));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 30, "only {count} cases were found");
}
