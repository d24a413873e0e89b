//! What `check` prints for GitHub and as SARIF, and what `rules` and `explain` print.

use crate::fleet::Fleet;
use bayplan::diag::sarif;
use bayplan::validate::rules::RULES;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// A fleet with an error and a warning, each in a template, and the error with a second place.
fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  hostname: {{hosts}}\n  containers: [{name: web, image: nginx}]\n";
    fleet.template("web", "site", pod);
    fleet.site("shop", "  environments: {test: {values: {hosts: [a]}}}\n");
    fleet
}

/// Standard output, standard error and the exit code.
fn run(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_bayplan")).args(arguments).current_dir(folder).output().expect("bayplan runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// What the SARIF specification asks of the parts that are written: a subset of its schema, closed.
fn sarif_schema() -> Value {
    let message = json!({
        "type": "object", "required": ["text"], "additionalProperties": false,
        "properties": {"text": {"type": "string", "minLength": 1}},
    });
    let number = json!({"type": "integer", "minimum": 1});
    let location = json!({
        "type": "object", "required": ["physicalLocation"], "additionalProperties": false,
        "properties": {
            "id": {"type": "integer", "minimum": 0},
            "message": message,
            "physicalLocation": {
                "type": "object", "required": ["artifactLocation", "region"], "additionalProperties": false,
                "properties": {
                    "artifactLocation": {
                        "type": "object", "required": ["uri"], "additionalProperties": false,
                        "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~%-][A-Za-z0-9._~%/-]*$"}},
                    },
                    "region": {
                        "type": "object", "additionalProperties": false,
                        "required": ["startLine", "startColumn", "endLine", "endColumn"],
                        "properties": {"startLine": number, "startColumn": number, "endLine": number, "endColumn": number},
                    },
                },
            },
        },
    });
    let rule = json!({
        "type": "object", "required": ["id"], "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z0-9-]+$"},
            "shortDescription": message, "fullDescription": message, "help": message,
        },
    });
    let result = json!({
        "type": "object", "required": ["ruleId", "ruleIndex", "level", "message", "locations"], "additionalProperties": false,
        "properties": {
            "ruleId": {"type": "string"},
            "ruleIndex": {"type": "integer", "minimum": 0},
            "level": {"enum": ["none", "note", "warning", "error"]},
            "message": message,
            "locations": {"type": "array", "maxItems": 1, "items": location},
            "relatedLocations": {"type": "array", "minItems": 1, "items": location},
        },
    });
    json!({
        "type": "object", "required": ["$schema", "version", "runs"], "additionalProperties": false,
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "version": {"const": "2.1.0"},
            "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {
                "type": "object", "required": ["tool", "results", "columnKind"], "additionalProperties": false,
                "properties": {
                    "tool": {"type": "object", "required": ["driver"], "additionalProperties": false, "properties": {
                        "driver": {"type": "object", "required": ["name", "version", "rules"], "additionalProperties": false,
                            "properties": {
                                "name": {"const": "bayplan"}, "version": {"type": "string"},
                                "rules": {"type": "array", "uniqueItems": true, "items": rule},
                            },
                        },
                    }},
                    "columnKind": {"const": "unicodeCodePoints"},
                    "results": {"type": "array", "items": result},
                },
            }},
        },
    })
}

#[test]
fn sarif_has_the_shape_of_its_specification() {
    let fleet = fleet();
    let diagnostics = fleet.diagnostics();
    let all: Vec<_> = diagnostics.iter().collect();
    let validator = jsonschema::validator_for(&sarif_schema()).expect("the schema is one");
    for (all, count) in [(all.as_slice(), diagnostics.len()), (&[], 0)] {
        let document = sarif::to_document(all, &fleet.sources(), "infra/my fleet/");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{document:#}");
        let results = document["runs"][0]["results"].as_array().expect("a list");
        assert_eq!(results.len(), count);
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("a number") as usize;
            assert_eq!(document["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }
}

#[test]
fn sarif_is_one_document_on_stdout_and_the_summary_is_on_stderr() {
    let folder = tempfile::tempdir().expect("a folder");
    fleet().write(folder.path());
    let (stdout, stderr, code) = run(folder.path(), &["check", "--format", "sarif"]);
    let document: Value = serde_json::from_str(&stdout).expect("one document");
    assert_eq!(document["runs"][0]["results"].as_array().map(Vec::len), Some(2));
    assert_eq!((stderr.as_str(), code), ("1 error, 1 warning; nothing was written\n", Some(1)));
}

#[test]
fn github_annotations_name_paths_of_the_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("infra/fleet");
    fleet().write(&below);
    let git = Command::new("git").args(["init", "-q"]).current_dir(folder.path()).status().expect("git runs");
    assert!(git.success());
    let (stdout, stderr, code) = run(&below, &["check", "--format", "github"]);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "::error file=infra/fleet/templates/web/all.yaml.mustache,line=5,endLine=5,col=13,endColumn=22,title=type-mismatch::\
             spec.hostname of Pod one must be a string%0Ainfra/fleet/templates/web/template.yaml:7:55: declared as a list \
             here%0Ahelp: write a text; the JSON text of a value is made by `computed` in the template%0Ain deployment \
             shop@test@north",
            "::warning file=infra/fleet/templates/web/all.yaml.mustache,line=6,endLine=6,col=35,endColumn=40,title=image-tag::\
             container `web` of Pod one has an image without a tag%0Ahelp: name the version: `nginx:VERSION`%0Ain deployment \
             shop@test@north",
        ]
    );
    assert_eq!((stderr.as_str(), code), ("1 error, 1 warning; nothing was written\n", Some(1)));
}

#[test]
fn formats_for_findings_are_for_check_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, _, code) = run(folder.path(), &["rules", "--format", "sarif"]);
    assert_eq!(code, Some(2));
}

#[test]
fn rules_are_listed_outside_of_a_fleet_and_with_what_a_fleet_sets() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stdout, _, code) = run(folder.path(), &["rules"]);
    assert_eq!((stdout.lines().count(), code), (RULES.len(), Some(0)));
    let mut fleet = fleet();
    fleet.settings("  rules: {job-ttl: {severity: warning, tiers: [testing]}}\n");
    fleet.write(folder.path());
    let (stdout, _, _) = run(folder.path(), &["rules", "--format", "json"]);
    let results: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let rule = results.iter().find(|result| result["code"] == "job-ttl").expect("it is listed");
    assert_eq!(rule["severity"], "error");
    assert_eq!(rule["set"], json!({"severity": "warning", "tiers": ["testing"]}));
    assert_eq!(results.last().map(|summary| summary["type"].clone()), Some(json!("summary")));
}

#[test]
fn explain_knows_every_code_and_near_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stdout, _, code) = run(folder.path(), &["explain", "job-ttl"]);
    assert!(stdout.starts_with("job-ttl\n\nA Job sets `ttlSecondsAfterFinished`"), "{stdout}");
    assert!(
        stdout.ends_with(
            "A rule: error; the Fleet may set its severity, and an Acknowledgement lets one object through.\n"
        )
    );
    assert_eq!(code, Some(0));
    let (stdout, stderr, code) = run(folder.path(), &["explain", "job-tll"]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.contains("help: did you mean job-ttl?"), "{stderr}");
}
