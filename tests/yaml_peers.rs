//! What we write, as other tools read it: kubectl (go-yaml v2), kustomize (v3) and PyYAML, some thousand texts in one call
//! each. Skipped, with a line that says so, where a tool is not installed.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "common/texts.rs"]
mod texts;

use bayplan::yaml::read::{ReadOptions, read_text};
use bayplan::yaml::value::node_value;
use bayplan::yaml::write::write_object;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// Texts that are the same in every run.
fn texts(count: usize) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let strategy = texts::text();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a text").current()).collect()
}

/// An object that holds each text as a value, as a key, as an item and in a list of mappings.
fn object(texts: &[String]) -> Value {
    let entries: Map<String, Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let value =
                json!({"value": text, "key": {text.clone(): 1}, "list": [text, [text, {"in": text, "n": index}]]});
            (format!("t{index}"), value)
        })
        .collect();
    let numbers =
        json!([0, -1, i64::MAX, i64::MIN, 1.0, 0.1, 1e21, 1e-7, 1.5e300, 5e-324, 0.30000000000000004, 123456.789]);
    json!({"apiVersion": "example.org/v1", "kind": "Foo", "metadata": {"name": "a"}, "spec": entries, "numbers": numbers})
}

/// As [`object`], and with keys too long for one line, which kustomize cannot write.
fn object_with_long_keys(texts: &[String]) -> Value {
    let mut object = object(texts);
    let long = |letter: &str| letter.repeat(1_200);
    object["spec"]["long"] = json!({
        long("a"): [1, [2]],
        long("b"): {"c": {long("\u{7F}"): {}}},
        long("é"): "x\ny",
        long(": "): [{long("d"): 1}],
    });
    object
}

fn written(value: &Value) -> String {
    let mut out = Vec::new();
    write_object(value, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

/// What a program writes to stdout when it is given `input`; none where it is not installed.
fn run(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return None };
    let mut stdin = child.stdin.take().expect("stdin");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("output");
    let _ = writer.join();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

fn skip(tool: &str) {
    eprintln!("skipped: {tool} is not installed");
}

/// Go's JSON writes whole floats without a point, and both tools may have passed numbers through floats.
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

fn assert_same(ours: &Value, theirs: &Value, yaml: &str) {
    for (key, value) in ours["spec"].as_object().expect("spec") {
        if !same(value, &theirs["spec"][key]) {
            let mut out = Vec::new();
            bayplan::yaml::write::write_value(value, &mut out);
            panic!("wrote\n{}read as\n{}", String::from_utf8_lossy(&out), theirs["spec"][key]);
        }
    }
    assert!(same(&ours["numbers"], &theirs["numbers"]), "{} {}", ours["numbers"], theirs["numbers"]);
    assert!(yaml.starts_with("apiVersion: example.org/v1\nkind: Foo\nmetadata:\n  name: a\n"));
}

#[test]
fn kubectl_reads_what_we_write() {
    if run("kubectl", &["version", "--client"], "").is_none() {
        return skip("kubectl");
    }
    let object = object_with_long_keys(&texts(4_000));
    let yaml = written(&object);
    let json = run("kubectl", &["label", "--local", "-f", "-", "q=w", "-o", "json"], &yaml).expect("kubectl");
    assert_same(&object, &serde_json::from_str(&json).expect("JSON"), &yaml);
}

#[test]
fn kustomize_writes_what_we_write_as_the_same_data() {
    if run("kubectl", &["version", "--client"], "").is_none() {
        return skip("kubectl");
    }
    // Characters that kustomize writes bare and then refuses to read itself; and it drops the key "<<", quoted as it is.
    let is_refused =
        |character: char| matches!(character, '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' | '\u{2028}' | '\u{2029}');
    let object =
        object(&texts(2_000).into_iter().filter(|text| !text.contains(is_refused) && text != "<<").collect::<Vec<_>>());
    let yaml = written(&object);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("object.yaml"), &yaml).expect("object.yaml");
    std::fs::write(folder.path().join("kustomization.yaml"), "resources: [object.yaml]\n").expect("kustomization.yaml");
    let text = run("kubectl", &["kustomize", &folder.path().to_string_lossy()], "").expect("kubectl");
    let theirs: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
    assert_same(&object, &serde_json::to_value(theirs).expect("string keys"), &yaml);
}

#[test]
fn pyyaml_reads_what_we_write() {
    let program = "import json, sys\ntry:\n    import yaml\nexcept ImportError:\n    print('null')\nelse:\n    \
                   print(json.dumps(yaml.safe_load(sys.stdin.buffer.read().decode())))\n";
    let object = object_with_long_keys(&texts(1_500));
    let yaml = written(&object);
    let Some(json) = run("python3", &["-c", program], &yaml) else { return skip("python3") };
    let theirs: Value = serde_json::from_str(&json).expect("JSON");
    if theirs.is_null() {
        return skip("PyYAML");
    }
    assert_same(&object, &theirs, &yaml);
}

#[test]
fn our_reader_reads_what_we_write() {
    let object = object_with_long_keys(&texts(2_000));
    let reading = read_text(&written(&object), ReadOptions::default());
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    assert_eq!(node_value(&reading.roots[0], None).0, object);
}
