//! What the API server adds to a list of a custom resource, Argo CD takes for a change by other hands, and heals it for ever: such defaults
//! are written out.

use crate::support::{Fleet, Rendered, items};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn of_the_example_fleet() {
    judge(&Fleet::example().rendered());
}

pub fn judge(rendered: &Rendered) {
    let schemas = schemas();
    for object in rendered.objects.iter().filter(|object| object.layer != "delivery") {
        let kind = (object.text("/apiVersion").to_owned(), object.kind().to_owned());
        if let Some(schema) = schemas.get(&kind) {
            let mut missing = Vec::new();
            walk(schema, &object.value, "", false, &mut missing);
            assert!(missing.is_empty(), "{}: {missing:?}", object.path);
        }
    }
}

/// Schemas of the definitions in `../shared/crds`, where that folder is there.
fn schemas() -> BTreeMap<(String, String), Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/crds");
    let mut schemas = BTreeMap::new();
    #[allow(clippy::print_stderr)]
    if !folder.is_dir() {
        eprintln!("skipped: there is no ../shared/crds");
    }
    for entry in walkdir::WalkDir::new(&folder).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let text = std::fs::read_to_string(entry.path()).expect("is text");
        for document in serde_yaml::Deserializer::from_str(&text) {
            let Ok(definition) = <Value as serde::Deserialize>::deserialize(document) else { continue };
            let (group, kind) = (&definition["spec"]["group"], &definition["spec"]["names"]["kind"]);
            for version in items(&definition["spec"]["versions"]) {
                if let (Some(group), Some(kind), Some(version_name)) =
                    (group.as_str(), kind.as_str(), version["name"].as_str())
                {
                    schemas.insert(
                        (format!("{group}/{version_name}"), kind.to_owned()),
                        version["schema"]["openAPIV3Schema"].clone(),
                    );
                }
            }
        }
    }
    schemas
}

fn walk(schema: &Value, value: &Value, path: &str, is_in_list: bool, missing: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let below = format!("{path}/{name}");
        match value.get(name) {
            Some(found) => walk(property, found, &below, is_in_list, missing),
            None if is_in_list && !property["default"].is_null() => missing.push(below),
            None => {}
        }
    }
    for (number, item) in items(value).enumerate() {
        walk(&schema["items"], item, &format!("{path}/{number}"), true, missing);
    }
}
