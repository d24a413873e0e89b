//! `--format json`: each line on standard output is an object with a type, and the last is the summary.

use super::support::{Fleet, Run};
use serde_json::Value;

/// The lines of a run, checked for their shape; standard error is empty.
fn lines(run: &Run) -> Vec<Value> {
    let lines: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    assert_eq!(run.stderr, "");
    let (last, before) = lines.split_last().expect("there is a summary");
    assert_eq!(last["type"], "summary");
    assert_eq!(last["exitCode"], run.code);
    for line in before {
        assert!(matches!(line["type"].as_str(), Some("diagnostic" | "result")), "{line}");
    }
    lines
}

#[test]
fn every_command_speaks_in_objects() {
    let fleet = Fleet::committed("");
    let commands: [&[&str]; 19] = [
        &["check"],
        &["check", "--site", "shop"],
        &["render"],
        &["render", "--out", "-"],
        &["snapshot", "--check"],
        &["snapshot"],
        &["snapshot", "--check"],
        &["list", "sites"],
        &["list", "objects", "--site", "wiki"],
        &["list", "templates"],
        &["schema"],
        &["schema", "Site"],
        &["schema", "template/web"],
        &["completions", "bash"],
        &["man"],
        &["publish", "--dry-run", "--source", "HEAD"],
        &["publish", "--source", "HEAD"],
        &["publish", "--source", "HEAD"],
        &["check", "--site", "nobody"],
    ];
    for arguments in commands {
        let run = fleet.run(&[arguments, &["--format", "json"]].concat());
        lines(&run);
    }
}

#[test]
fn a_diagnostic_has_the_fields_of_the_contract() {
    let fleet = Fleet::new();
    fleet.edit("site-specs/sites/wiki.yaml", "engine: nginx", "engine: ngnix");
    let run = fleet.run(&["check", "--format", "json"]);
    assert_eq!(run.code, 1);
    let lines = lines(&run);
    let [diagnostic, summary] = lines.as_slice() else { panic!("one mistake: {lines:?}") };
    let keys: Vec<&String> = diagnostic.as_object().expect("an object").keys().collect();
    let due = [
        "code",
        "column",
        "deployments",
        "endColumn",
        "endLine",
        "file",
        "help",
        "line",
        "message",
        "related",
        "severity",
        "type",
    ];
    assert_eq!(keys, due);
    assert_eq!(diagnostic["code"], "invalid-value");
    assert_eq!(diagnostic["severity"], "error");
    assert_eq!(diagnostic["file"], "site-specs/sites/wiki.yaml");
    assert_eq!((&diagnostic["line"], &diagnostic["column"]), (&Value::from(9), &Value::from(13)));
    assert_eq!((&diagnostic["endLine"], &diagnostic["endColumn"]), (&Value::from(9), &Value::from(18)));
    assert_eq!(diagnostic["help"], serde_json::json!(["did you mean `nginx`?"]));
    let deployments = serde_json::json!(["wiki@pr-7@north", "wiki@production@north", "wiki@staging@north"]);
    assert_eq!(diagnostic["deployments"], deployments);
    assert_eq!((&summary["errors"], &summary["warnings"]), (&Value::from(1), &Value::from(0)));
}

#[test]
fn a_second_place_is_related() {
    let fleet = Fleet::new();
    fleet.edit("site-specs/sites/shop.yaml", "tag: \"1.10\"}", "tag: \"1.10\", registry: evil.example.org}");
    let run = fleet.run(&["check", "--format", "json"]);
    let lines = lines(&run);
    let related = serde_json::json!([
        {"file": "bayplan.yaml", "line": 10, "column": 23, "message": "enforced by fleet harbour"}
    ]);
    assert_eq!(lines[0]["related"], related);
}
