//! `bayplan schema --write`: what it leaves for editors, and what it leaves alone.

use crate::support::{Fleet, files};
use serde_json::Value;
use std::fs;

const SETTINGS: &str = ".vscode/settings.json";
const MAPPINGS: &str = ".idea/jsonSchemas.xml";

fn json(fleet: &Fleet, path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(fleet.root.join(path)).unwrap()).unwrap()
}

#[test]
fn a_sites_values_are_held_against_the_schema_of_its_template() {
    let fleet = Fleet::new();
    fleet.output(&["schema", "--write"]);
    let site = json(&fleet, ".bayplan/schemas/site.json");
    let any = json(&fleet, ".bayplan/schemas/spec.json");
    for schema in [&site, &any] {
        let validator = jsonschema::draft202012::new(schema).unwrap();
        let document = |engine: &str| {
            serde_json::json!({"apiVersion": "bayplan/v1", "kind": "Site", "metadata": {"name": "a"}, "spec": {
                "tenant": "acme", "template": "web", "values": {"engine": engine, "hosts": null},
                "environments": {"staging": {"values": {"engine": engine}}},
            }})
        };
        assert!(validator.is_valid(&document("nginx")));
        assert!(!validator.is_valid(&document("caddy")));
    }
    let settings = json(&fleet, SETTINGS);
    assert_eq!(settings["yaml.schemas"]["./.bayplan/schemas/spec.json"][0], "bayplan.yaml");
    assert_eq!(json(&fleet, ".vim/coc-settings.json"), settings);
    assert_eq!(fs::read_to_string(fleet.root.join(".bayplan/.gitignore")).unwrap(), "*\n");
}

#[test]
fn a_second_run_changes_nothing() {
    let fleet = Fleet::new();
    fleet.output(&["schema", "--write"]);
    let before = files(&fleet.root);
    assert_eq!(fleet.output(&["schema", "--write"]), "");
    assert_eq!(files(&fleet.root), before);
    // Nothing of it is input.
    assert_eq!(fleet.run(&["check"]).code, 0);
}

#[test]
fn settings_of_the_user_keep_every_byte() {
    let fleet = Fleet::new();
    let mine = "{\n  // two is enough\n  \"editor.tabSize\": 2,\n  \"yaml.schemas\": {\n    \"https://example.org/x.json\": \"x.yaml\", // keep\n  },\n}\n";
    fleet.write(SETTINGS, mine);
    fleet.output(&["schema", "--write"]);
    let settings = fs::read_to_string(fleet.root.join(SETTINGS)).unwrap();
    let added: Vec<&str> = settings.lines().filter(|line| !mine.lines().any(|other| other == *line)).collect();
    assert_eq!(added.len(), 1, "{settings}");
    assert!(added[0].trim_start().starts_with("\"./.bayplan/schemas/spec.json\": ["), "{settings}");
    assert_eq!(settings.replace(&format!("{}\n", added[0]), ""), mine);
    fleet.output(&["schema", "--write"]);
    assert_eq!(fs::read_to_string(fleet.root.join(SETTINGS)).unwrap(), settings);
    // Mappings of IntelliJ get a second entry.
    let other = fs::read_to_string(fleet.root.join(MAPPINGS)).unwrap().replace("bayplan", "other");
    fleet.write(MAPPINGS, &other);
    fleet.output(&["schema", "--write"]);
    let mappings = fs::read_to_string(fleet.root.join(MAPPINGS)).unwrap();
    assert_eq!(mappings.matches("<entry ").count(), 2, "{mappings}");
    assert!(mappings.starts_with(&other[..other.find("      </map>").unwrap()]), "{mappings}");
}

#[test]
fn what_cannot_be_merged_is_printed_and_left_alone() {
    let fleet = Fleet::new();
    for odd in ["{ \"yaml.schemas\": 3 }", "{ broken", "[1]", "\u{0}\u{1}"] {
        fleet.write(SETTINGS, odd);
        let output = fleet.output(&["schema", "--write"]);
        assert!(output.contains(".vscode/settings.json has something else there"), "{odd}: {output}");
        assert!(output.contains("\"yaml.schemas\": { \"./.bayplan/schemas/spec.json\""), "{output}");
        assert_eq!(fs::read_to_string(fleet.root.join(SETTINGS)).unwrap(), odd);
    }
    fs::remove_file(fleet.root.join(SETTINGS)).unwrap();
    std::os::unix::fs::symlink("../elsewhere.json", fleet.root.join(SETTINGS)).unwrap();
    let output = fleet.output(&["schema", "--write"]);
    assert!(output.contains("paste this into it"), "{output}");
    assert!(!fleet.root.join("elsewhere.json").exists());
    fleet.write(MAPPINGS, "<project><component name=\"x\"/></project>");
    assert!(fleet.output(&["schema", "--write"]).contains("<entry key=\"bayplan\">"));
    assert_eq!(fleet.run(&["schema", "Site", "--write"]).code, 2);
}
