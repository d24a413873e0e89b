//! What bayplan says of Kubernetes objects, for comparing with other judges; `--help` tells how.

#![allow(clippy::print_stdout, reason = "a tool for developers")]

use bayplan::kubernetes::{Api, CustomKinds, Lookup, Minor, Violation, validate_object};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::BufRead;
use std::sync::Arc;

/// Tells what is wrong with Kubernetes objects: reads one as JSON from each line, and writes a line with a JSON array of messages
/// for each. An object that is fine gives `[]`.
#[derive(Debug, Parser)]
#[command(
    name = "verdicts",
    max_term_width = 110,
    after_help = "Example:\n  \
        echo '{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\"}}' | cargo run --example verdicts -- 1.36\n\n\
        Exit codes: 0 whatever the verdicts, 2 wrong usage, a line that is no JSON included."
)]
struct Arguments {
    /// The version of Kubernetes whose schemas count, such as 1.36
    minor: String,
}

/// Ends the process as for arguments that are wrong.
fn refuse(what: &dyn Display, why: &dyn Display) -> ! {
    Arguments::command().error(ErrorKind::ValueValidation, format!("{what}: {why}")).exit()
}

fn main() {
    let arguments = Arguments::parse();
    let schemas = format!("there are schemas of {} to {}", Minor::OLDEST, Minor::NEWEST);
    let minor = Minor::parse(&arguments.minor).unwrap_or_else(|_| refuse(&arguments.minor, &schemas));
    let api = Api::new(minor, Arc::new(CustomKinds::default()));
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let place = format!("line {}", number + 1);
        let line = line.unwrap_or_else(|error| refuse(&place, &error));
        let object: Value = serde_json::from_str(&line).unwrap_or_else(|error| refuse(&place, &error));
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
