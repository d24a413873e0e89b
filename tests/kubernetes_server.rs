//! What the API server's own code refuses: `tests/cases/server/sound.yaml` has sound objects, `refused.yaml` edits of them, each
//! with what is then said. An edit puts `value` at a JSON pointer, or takes away what is there.
//!
//! `BAYPLAN_BLESS=1 cargo test --test kubernetes_server` writes what is said anew; read it before you commit it.

#![allow(clippy::expect_used)]

use bayplan::kubernetes::{Api, CustomKinds, Lookup, Minor, validate_object};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Kind and name of a sound object.
    of: String,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    said: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/server")
}

fn title(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", text("/kind"), text("/metadata/name"))
}

fn sound() -> Vec<Value> {
    let text = fs::read_to_string(folder().join("sound.yaml")).expect("can be read");
    serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).expect("YAML")).collect()
}

fn said(object: &Value, minor: Minor) -> Vec<String> {
    let api = Api::new(minor, CustomKinds::default().into());
    let text = |field: &str| object[field].as_str().expect("a text");
    let Lookup::Served(served) = api.kind(text("apiVersion"), text("kind")) else {
        return vec![format!("{minor} does not serve it")];
    };
    let mut violations = Vec::new();
    validate_object(served, object, &mut violations);
    let say = |help: Option<String>, message: String| help.map_or(message.clone(), |help| format!("{message}; {help}"));
    violations.iter().map(|violation| say(violation.help(), violation.message(&title(object)))).collect()
}

fn apply(edit: &Edit, object: &mut Value) {
    let (parent, last) = edit.at.rsplit_once('/').expect("a pointer");
    let last = last.replace("~1", "/");
    match object.pointer_mut(parent).expect("the parent is there") {
        Value::Object(fields) => match &edit.value {
            Some(value) => drop(fields.insert(last, value.clone())),
            None => drop(fields.remove(&last).expect("it is there")),
        },
        Value::Array(items) => items[last.parse::<usize>().expect("an index")] = edit.value.clone().expect("a value"),
        other => assert!(other.is_object(), "{}: {other} holds nothing", edit.at),
    }
}

#[test]
fn of_sound_objects_nothing_is_said_in_any_minor() {
    for object in sound() {
        for minor in Minor::supported() {
            assert_eq!(said(&object, minor), Vec::<String>::new(), "{} in {minor}", title(&object));
        }
    }
}

#[test]
fn edits_are_refused_with_what_is_wrong_and_what_to_do() {
    let path = folder().join("refused.yaml");
    let objects = sound();
    let mut edits: Vec<Edit> = serde_yaml::from_str(&fs::read_to_string(&path).expect("can be read")).expect("YAML");
    let mut failures = Vec::new();
    let mut kinds = BTreeSet::new();
    for edit in &mut edits {
        let mut object = objects.iter().find(|object| title(object) == edit.of).expect("a sound object").clone();
        apply(edit, &mut object);
        kinds.extend(edit.of.split(' ').next().map(str::to_owned));
        let found = said(&object, Minor::NEWEST);
        assert!(!found.is_empty(), "{} {}: nothing is said", edit.of, edit.at);
        if found != edit.said {
            failures.push(format!("{} {}: {found:#?}", edit.of, edit.at));
            edit.said = found;
        }
    }
    assert!(kinds.len() > 20, "of many kinds");
    #[allow(clippy::disallowed_methods)]
    let is_blessing = std::env::var("BAYPLAN_BLESS").is_ok();
    if is_blessing {
        let text = serde_yaml::to_string(&edits).expect("can be written");
        fs::write(&path, format!("# What the API server's own code refuses.\n{text}")).expect("can be written");
        return;
    }
    assert!(failures.is_empty(), "to accept it: BAYPLAN_BLESS=1\n{}", failures.join("\n"));
}
