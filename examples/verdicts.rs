//! What bayplan says of Kubernetes objects: one JSON object a line in, one line of JSON out with all that is wrong with it.
//!
//! For comparing with other judges: `cargo run --example verdicts -- 1.36 < objects.jsonl`. An object that is fine gives `[]`.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a tool for developers")]

use bayplan::kubernetes::{Api, CustomKinds, Lookup, Minor, Violation, validate_object};
use serde_json::{Value, json};
use std::io::BufRead;
use std::sync::Arc;

fn main() {
    let version = std::env::args().nth(1).expect("usage: verdicts MINOR < objects.jsonl");
    let minor = Minor::parse(&version).expect("a minor such as 1.36");
    let api = Api::new(minor, Arc::new(CustomKinds::default()));
    for line in std::io::stdin().lock().lines() {
        let object: Value = serde_json::from_str(&line.expect("UTF-8")).expect("a JSON object a line");
        let word = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        let verdict: Vec<String> = match api.kind(word("apiVersion"), word("kind")) {
            Lookup::Served(served) => {
                let mut violations = Vec::new();
                validate_object(served, &object, &mut violations);
                let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
                let object = format!("{} {name}", word("kind"));
                let say = |violation: &Violation| {
                    let help = violation.help().map(|help| format!("; {help}")).unwrap_or_default();
                    format!("{}{help}", violation.message(&object))
                };
                violations.iter().map(say).collect()
            }
            Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown(_) => vec!["not served".to_owned()],
        };
        println!("{}", json!(verdict));
    }
}
