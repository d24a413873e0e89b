//! The public suites for patches: json-patch-tests, RFC 7386 appendix A, and the tables of apimachinery's strategic merge.
//!
//! They lie beside the checkout and are not part of the project; where they are absent a line says so.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "this is a test")]

use bayplan::patch::{
    Applied, JsonMergeSchema, JsonPatch, ListSource, MergePatch, Patch, Problem, StrategicPatch, apply, merge_value,
};
use serde_json::{Value, json};
use std::path::Path;

/// The JSON of a suite's file; none, with a line on stderr, where the suites are not there.
fn suite(file: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// Applies a patch to an object of which nothing is known.
fn apply_blind(patch: &Patch, object: &Value) -> Result<Applied, Vec<Problem>> {
    apply::<JsonMergeSchema>(patch, object, None)
}

fn messages(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
}

#[test]
fn json_patch_tests_pass() {
    for (file, enabled) in [("json-patch-tests/tests.json", 92), ("json-patch-tests/spec_tests.json", 16)] {
        let Some(cases) = suite(file) else { return };
        let mut count = 0;
        for case in cases.as_array().unwrap().iter().filter(|case| case["disabled"] != true) {
            count += 1;
            let before = case["doc"].clone();
            let (patch, problems) = JsonPatch::parse(&case["patch"]);
            let result = match patch {
                Some(patch) => apply_blind(&Patch::Json(patch), &before),
                None => Err(problems),
            };
            match (result, case.get("error")) {
                (Ok(applied), None) => {
                    let expected = case.get("expected").unwrap_or(&case["doc"]);
                    assert_eq!(applied.object, *expected, "{case}");
                }
                (Err(_), Some(_)) => {}
                (Ok(applied), Some(_)) => panic!("{case} gave {}", applied.object),
                (Err(problems), None) => panic!("{case}: {}", messages(&problems)),
            }
        }
        assert_eq!(count, enabled, "{file}");
    }
}

#[test]
fn appendix_a_of_rfc_7386_passes() {
    let Some(cases) = suite("rfc7386-appendix-a.json") else { return };
    for case in cases.as_array().unwrap() {
        let mut value = case["original"].clone();
        merge_value(&mut value, &case["patch"]);
        assert_eq!(value, case["result"], "{case}");
        if let (Some(patch), _) = MergePatch::parse(&case["patch"]) {
            assert_eq!(apply_blind(&Patch::Merge(patch), &case["original"]).unwrap().object, case["result"], "{case}");
        }
    }
}

/// One application in the tables of apimachinery: a patch on an object, and what comes of it.
struct Application<'c> {
    name: String,
    object: Value,
    patch: &'c Value,
    expected: Result<&'c Value, &'c str>,
}

/// The two-way and the three-way patch of a case. The tables for sorting have no patch.
fn applications(case: &Value) -> Vec<Application<'_>> {
    let name = |way: &str| format!("{} ({way})", case["description"].as_str().unwrap());
    let object = |key: &str| case.get(key).cloned().unwrap_or(json!({}));
    let mut found = Vec::new();
    if let Some(patch) = case.get("twoWay") {
        let expected = match case["expectedError"].as_str() {
            Some(error) => Err(error),
            None => Ok(case.get("twoWayResult").unwrap_or(&case["modified"])),
        };
        found.push(Application { name: name("two-way"), object: object("original"), patch, expected });
    }
    if let Some(patch) = case.get("threeWay") {
        found.push(Application {
            name: name("three-way"),
            object: object("current"),
            patch,
            expected: Ok(&case["result"]),
        });
    }
    found
}

fn check_tables(schema: JsonMergeSchema<'_>, cases: &Value) {
    let (mut applied, mut sorts, mut failures) = (0, 0, Vec::new());
    for case in cases.as_array().unwrap() {
        let applications = applications(case);
        sorts += usize::from(applications.is_empty());
        for Application { name, object, patch, expected } in applications {
            applied += 1;
            let (patch, problems) = StrategicPatch::parse(patch);
            assert!(problems.is_empty(), "{name}: {}", messages(&problems));
            let result = apply(&Patch::Strategic(patch.unwrap()), &object, Some(schema));
            match (result, expected) {
                (Ok(applied), Ok(expected)) if applied.object == *expected => {}
                (Err(_), Err(_)) => {}
                (Ok(applied), _) => failures.push(format!("{name}\n  got {}\n  due {expected:?}", applied.object)),
                (Err(problems), _) => {
                    failures.push(format!("{name}\n  got {}\n  due {expected:?}", messages(&problems)))
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {applied} fail:\n{}", failures.len(), failures.join("\n"));
    // 152 cases: 8 sort lists only, the others have a two-way patch, and 116 a three-way one as well.
    assert_eq!((sorts, applied), (8, 144 + 116));
}

#[test]
fn strategic_merge_tables_pass_with_the_swagger_of_version_2() {
    let Some(cases) = suite("strategic-merge/cases.json") else { return };
    let swagger = swagger_v2().unwrap();
    let node = &swagger["definitions"]["mergeItem"];
    check_tables(JsonMergeSchema::new(&swagger, node, ListSource::PatchStrategy), &cases);
}

#[test]
fn strategic_merge_tables_pass_with_the_swagger_of_version_3() {
    let Some(cases) = suite("strategic-merge/cases.json") else { return };
    let swagger = suite("strategic-merge/swagger-merge-item-v3.json").unwrap();
    let node = &swagger["components"]["schemas"]["mergeItem"];
    check_tables(JsonMergeSchema::new(&swagger, node, ListSource::PatchStrategy), &cases);
}

/// The file of version 2 has a comma too many.
fn swagger_v2() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/strategic-merge/swagger-merge-item.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text.replace("\"JSON field\",", "\"JSON field\"")).unwrap())
}
