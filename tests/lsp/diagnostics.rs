//! What is told to be wrong: the same as `bayplan check`, of what is in the editor.

use crate::client::{Client, slice, uri};
use crate::fleet::Fleet;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SHOP: &str = "site-specs/sites/shop.yaml";

/// What `bayplan check` says of the fleet on disk: file, line, column and code.
fn checked(fleet: &Fleet) -> BTreeSet<(String, u64, u64, String)> {
    let run = fleet.run(&["check", "--format", "json"]);
    run.stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|line| line["type"] == "diagnostic")
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            (text("file"), line["line"].as_u64().unwrap_or(1), line["column"].as_u64().unwrap_or(1), text("code"))
        })
        .collect()
}

/// What the server has told, in the same terms; texts here are ASCII.
fn told(client: &Client, fleet: &Fleet) -> BTreeSet<(String, u64, u64, String)> {
    let base = format!("{}/", uri(&fleet.root));
    let of_file = |(uri, found): (&String, &Vec<Value>)| {
        let path = uri.strip_prefix(&base).expect("in the fleet").to_owned();
        let one = move |found: &Value| {
            let start = &found["range"]["start"];
            let number = |key: &str| start[key].as_u64().unwrap() + 1;
            (path.clone(), number("line"), number("character"), found["code"].as_str().unwrap().to_owned())
        };
        found.iter().map(one).collect::<Vec<_>>()
    };
    client.diagnostics.iter().flat_map(of_file).collect()
}

/// Edits files on disk, then waits until the server says what `check` says.
fn agrees(edits: &[(&str, &str, &str)]) {
    let fleet = Fleet::new();
    for (path, old, new) in edits {
        fleet.edit(path, old, new);
    }
    let expected = checked(&fleet);
    assert!(!expected.is_empty());
    let mut client = Client::start(&fleet.root);
    while told(&client, &fleet) != expected {
        client.next().expect("goes on");
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn mistakes_in_specs_are_told_as_check_tells_them() {
    agrees(&[
        (SHOP, "tenant: acme", "tenant: acmee"),
        ("site-specs/tenants.yaml", "clusters: [north]\n  values", "clusters: [nort]\n  values"),
    ]);
}

#[test]
fn mistakes_in_values_are_told_as_check_tells_them() {
    agrees(&[(SHOP, "values: {replicas: 3}", "values: {replicas: many}"), (SHOP, "engine: apache", "engine: apachee")]);
}

#[test]
fn mistakes_in_templates_are_told_as_check_tells_them() {
    agrees(&[("templates/web/web.yaml.mustache", "replicas: {{copies}}", "replicas: {{copys}}")]);
}

#[test]
fn mistakes_in_rendered_objects_are_told_as_check_tells_them() {
    agrees(&[("templates/web/web.yaml.mustache", "replicas: {{copies}}", "replicas: {{fullName}}")]);
}

#[test]
fn yaml_that_is_none_is_told_as_check_tells_it() {
    agrees(&[(SHOP, "engine: apache", "engine: [apache")]);
}

#[test]
fn an_edit_is_told_with_its_second_place_and_taken_back_when_it_is_mended() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut shop = client.open(&fleet.root.join(SHOP));
    let sound = shop.text.clone();
    client.change(&mut shop, &sound.replace("engine: apache", "engine: apachee"));
    let told = client.until(&shop.uri, |told| told.iter().any(|one| one["code"] == "invalid-value"));
    let found = told.iter().find(|one| one["code"] == "invalid-value").unwrap();
    assert_eq!(slice(&shop.text, &found["range"]), "apachee");
    assert_eq!(found["severity"], 1);
    assert_eq!(found["source"], "bayplan");
    assert!(found["message"].as_str().unwrap().contains("help: "), "{found}");
    client.change(&mut shop, &sound);
    client.until(&shop.uri, |told| told.iter().all(|one| one["code"] != "invalid-value"));
    assert_eq!(client.end(), 0);
}

#[test]
fn a_tag_that_nothing_declares_is_told_in_the_template() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut web = client.open(&fleet.root.join("templates/web/web.yaml.mustache"));
    let broken = web.text.replace("image: {{fullImage}}", "image: {{fullImgae}}");
    client.change(&mut web, &broken);
    let told = client.until_codes(&web.uri, &["unknown-name"]);
    assert_eq!(slice(&web.text, &told[0]["range"]), "{{fullImgae}}");
    assert_eq!(client.end(), 0);
}

#[test]
fn files_that_others_change_are_read_again() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let shop = uri(&fleet.root.join(SHOP));
    let watched = |kind: u8, uri: &str| json!({"changes": [{"uri": uri, "type": kind}]});
    fleet.edit(SHOP, "tenant: acme", "tenant: acmee");
    client.notify("workspace/didChangeWatchedFiles", watched(2, &shop));
    client.until_codes(&shop, &["unknown-name"]);
    assert!(
        client.others.iter().any(|message| message["method"] == "client/registerCapability"),
        "{:?}",
        client.others
    );
    fleet.edit(SHOP, "tenant: acmee", "tenant: acme");
    client.notify("workspace/didChangeWatchedFiles", watched(2, &shop));
    client.until(&shop, |told| told.iter().all(|one| one["code"] != "unknown-name"));
    // A folder of the fleet that goes as a whole.
    std::fs::rename(fleet.root.join("templates/room"), fleet.around().join("room")).unwrap();
    client.notify("workspace/didChangeWatchedFiles", watched(3, &uri(&fleet.root.join("templates/room"))));
    let environments = uri(&fleet.root.join("site-specs/environments.yaml"));
    client.until(&environments, |told| told.iter().filter(|one| one["code"] == "unknown-name").count() == 3);
    // And the fleet itself.
    std::fs::remove_file(fleet.root.join("bayplan.yaml")).unwrap();
    client.notify("workspace/didChangeWatchedFiles", watched(3, &uri(&fleet.root.join("bayplan.yaml"))));
    client.until_codes(&environments, &[]);
    assert_eq!(client.end(), 0);
}

#[test]
fn files_outside_of_any_fleet_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loose.yaml");
    std::fs::write(&path, "kind: Site\n").unwrap();
    let mut client = Client::start(folder.path());
    let loose = client.open(&path);
    let unnamed = client.open_text("untitled:Untitled-1", "kind: Site\nspec:\n  ten");
    for document in [&loose, &unnamed] {
        for method in ["completion", "hover", "definition", "references"] {
            assert_eq!(client.at(method, document, json!({"line": 0, "character": 7})), Value::Null);
        }
        let symbols = client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": document.uri}}));
        assert_eq!(symbols[0]["name"], "Site");
    }
    assert!(client.diagnostics.is_empty());
    assert_eq!(client.end(), 0);
}

#[test]
fn a_fleet_in_a_folder_with_an_odd_name_is_served() {
    let fleet = Fleet::new();
    let odd = fleet.around().join("a b/50%/größe#1?");
    std::fs::create_dir_all(odd.parent().unwrap()).unwrap();
    std::fs::rename(&fleet.root, &odd).unwrap();
    let mut client = Client::start(&odd);
    let path = odd.join(SHOP);
    let text = std::fs::read_to_string(&path).unwrap();
    // As some clients write it: less is escaped than could be.
    let loose = format!(
        "file://{}",
        path.to_str().unwrap().replace('%', "%25").replace('#', "%23").replace('?', "%3F").replace(' ', "%20")
    );
    let shop = client.open_text(&loose, &text.replace("tenant: acme", "tenant: acne"));
    client.until_codes(&shop.uri, &["unknown-name"]);
    let definition = client.at("definition", &shop, crate::client::position_of(&shop.text, "template: web", 11));
    assert_eq!(definition[0]["uri"], uri(&odd.join("templates/web/template.yaml")).as_str());
    assert_eq!(client.end(), 0);
}
