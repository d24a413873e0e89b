//! Exit codes, `--strict`, `-q`, and the commands that print texts.

use super::support::{Fleet, run_in};
use serde_json::Value;

#[test]
fn warnings_are_errors_when_strict_and_unsaid_when_quiet() {
    let fleet = Fleet::new();
    fleet.edit("bayplan.yaml", "    labels: {crew: ops}\n", "    labels: {crew: ops}\n    lables: {}\n");
    let plain = fleet.run(&["check"]);
    assert_eq!(plain.code, 0);
    assert!(plain.stderr.contains("warning[unused-value]"), "{}", plain.stderr);
    let strict = fleet.run(&["check", "--strict"]);
    assert_eq!(strict.code, 1);
    assert!(strict.stderr.contains("error[unused-value]"), "{}", strict.stderr);
    let quiet = fleet.run(&["check", "--quiet"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    // Errors are told even so.
    let quiet = fleet.run(&["check", "-q", "--strict"]);
    assert_eq!(quiet.code, 1);
    assert!(quiet.stderr.starts_with("error[unused-value]"), "{}", quiet.stderr);
    assert_eq!(fleet.run(&["render", "--strict"]).code, 1);
    assert!(!fleet.root.join("rendered").exists());
}

#[test]
fn exit_codes_say_what_went_wrong() {
    let fleet = Fleet::new();
    let codes: [(&[&str], i32); 8] = [
        (&["check"], 0),
        (&["--version"], 0),
        (&["help-me"], 2),
        (&["check", "--no-such-flag"], 2),
        (&["list"], 2),
        (&["check", "--kubernetes-version", "1.99"], 2),
        (&["schema", "Sight"], 2),
        (&["publish"], 4),
    ];
    for (arguments, code) in codes {
        let run = fleet.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(run_in(fleet.around(), &["check"]).code, 2);
}

#[test]
fn schemas_are_json_schemas_and_tie_a_site_to_its_template() {
    let fleet = Fleet::new();
    for kind in ["Fleet", "Cluster", "Environment", "Tenant", "Site", "Template", "Acknowledgement"] {
        let schema: Value = serde_json::from_str(&fleet.output(&["schema", kind])).expect("is JSON");
        assert!(jsonschema::meta::is_valid(&schema), "{kind}");
        assert_eq!(schema["properties"]["kind"]["const"], kind);
    }
    let values: Value = serde_json::from_str(&fleet.output(&["schema", "template/web"])).expect("is JSON");
    assert!(jsonschema::meta::is_valid(&values));
    assert_eq!(values["properties"]["engine"]["enum"], serde_json::json!(["apache", "nginx"]));
    let site: Value = serde_json::from_str(&fleet.output(&["schema", "Site"])).expect("is JSON");
    let validator = jsonschema::validator_for(&site).expect("compiles");
    let text = std::fs::read_to_string(fleet.root.join("site-specs/sites/wiki.yaml")).expect("is there");
    let good: Value = serde_yaml::from_str(&text).expect("is YAML");
    assert!(validator.is_valid(&good), "{:?}", validator.iter_errors(&good).map(|e| e.to_string()).collect::<Vec<_>>());
    let bad: Value = serde_yaml::from_str(&text.replace("engine: nginx", "engine: ngnix")).expect("is YAML");
    assert!(!validator.is_valid(&bad));
    let wrong = fleet.run(&["schema", "template/wob"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `web`?"), "{}", wrong.stderr);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let fleet = Fleet::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = fleet.output(&["completions", shell]);
        assert!(script.contains("snapshot"), "{shell}");
    }
    let page = fleet.output(&["man"]);
    assert!(page.starts_with(".ie") || page.contains(".TH bayplan"), "{}", &page[..100]);
    for command in ["check", "render", "snapshot", "publish", "list", "schema"] {
        assert!(page.contains(command));
        assert!(fleet.output(&["man", command]).contains(&format!("bayplan-{command}")), "{command}");
    }
}

#[test]
fn more_than_fifty_mistakes_are_counted() {
    let fleet = Fleet::new();
    for number in 0..70 {
        let site = format!(
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: s-{number:02}}}\nspec: {{tenant: none, template: web}}\n"
        );
        fleet.write(&format!("site-specs/sites/s-{number:02}.yaml"), &site);
    }
    let run = fleet.run(&["check", "-q"]);
    assert_eq!(run.stderr.matches("error[unknown-name]").count(), 50);
    assert!(run.stderr.contains("and 20 errors more"), "{}", &run.stderr[run.stderr.len() - 300..]);
}

#[test]
fn the_same_mistake_of_many_sites_is_told_once() {
    let fleet = Fleet::new();
    for number in 0..37 {
        let site = format!(
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: s-{number:02}}}\nspec:\n  tenant: guild\n  template: web\n  \
             values: {{image: {{name: x, tag: \"1\"}}, engine: nginx}}\n  environments: {{production: {{}}}}\n"
        );
        fleet.write(&format!("site-specs/sites/s-{number:02}.yaml"), &site);
    }
    fleet.edit("templates/web/web.yaml.mustache", "  replicas: {{copies}}\n", "  replica: {{copies}}\n");
    let run = fleet.run(&["check", "--format", "json"]);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    assert_eq!(lines.len(), 2, "{}", run.stdout);
    assert_eq!(lines[0]["deployments"].as_array().map(Vec::len), Some(37 + 7));
}
