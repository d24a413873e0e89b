//! Large fleets: what an edit feeds is told at once, the rest when the editor rests.

use crate::client::{Client, slice, uri};
use crate::fleet::Fleet;
use serde_json::json;

/// Sites of the large fleet: more than a small one has.
const SITES: usize = 300;

/// The base fleet with many sites of a template that renders one object.
fn large() -> Fleet {
    let fleet = Fleet::new();
    fleet.write(
        "templates/note/template.yaml",
        "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: note}\nspec:\n  scope: site\n  values:\n    schema:\n      type: object\n      properties:\n        text: {type: string}\n        size: {type: integer}\n    defaults: {text: none, size: 1}\n",
    );
    fleet.write(
        "templates/note/note.yaml.mustache",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{site.name}}\"}\ndata: {text: \"{{text}}\", size: \"{{size}}\"}\n",
    );
    for number in 0..SITES {
        fleet.write(
            &format!("site-specs/sites/note-{number:03}.yaml"),
            &format!(
                "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: note-{number:03}}}\nspec:\n  tenant: acme\n  template: note\n  environments:\n    staging:\n      values: {{size: {number}}}\n"
            ),
        );
    }
    fleet
}

#[test]
fn an_edited_site_is_checked_at_once() {
    let fleet = large();
    let mut client = Client::start(&fleet.root);
    let mut site = client.open(&fleet.root.join("site-specs/sites/note-007.yaml"));
    let broken = site.text.replace("size: 7", "size: seven");
    client.change(&mut site, &broken);
    let told = client.until_codes(&site.uri, &["type-mismatch"]);
    assert_eq!(slice(&site.text, &told[0]["range"]), "seven");
    let unknown = site.text.replace("size: seven", "siez: 7");
    client.change(&mut site, &unknown);
    client.until_codes(&site.uri, &["undeclared-value"]);
    let nobody = site.text.replace("siez: 7", "size: 7").replace("acme", "acmee");
    client.change(&mut site, &nobody);
    client.until_codes(&site.uri, &["unknown-name"]);
    let sound = site.text.replace("acmee", "acme");
    client.change(&mut site, &sound);
    client.until_codes(&site.uri, &[]);
    assert_eq!(client.end(), 0);
}

#[test]
fn the_last_of_many_edits_counts() {
    let fleet = large();
    let mut client = Client::start(&fleet.root);
    let mut site = client.open(&fleet.root.join("site-specs/sites/note-100.yaml"));
    let original = site.text.clone();
    for number in 0..40 {
        let text = original.replace("size: 100", &format!("size: \"{number}\""));
        client.change(&mut site, &text);
    }
    client.change(&mut site, &original.replace("size: 100", "size: 1.5"));
    let told = client.until(&site.uri, |told| {
        told.iter().any(|one| one["message"].as_str().unwrap().contains("1.5") || one["code"] == "type-mismatch")
    });
    assert_eq!(told.len(), 1, "{told:?}");
    client.until(&site.uri, |told| told.first().is_some_and(|one| slice(&site.text, &one["range"]) == "1.5"));
    client.change(&mut site, &original);
    client.until_codes(&site.uri, &[]);
    assert_eq!(client.end(), 0);
}

#[test]
fn a_shared_file_is_checked_on_some_sites_at_once_and_on_all_later() {
    let fleet = large();
    // One odd site among many, which no sample needs to hold.
    fleet.edit("site-specs/sites/note-211.yaml", "size: 211", "size: 211, text: \"yes\"");
    let mut client = Client::start(&fleet.root);
    let mut head = client.open(&fleet.root.join("templates/note/template.yaml"));
    let narrowed = head.text.replace("size: {type: integer}", "size: {type: integer, maximum: 210}");
    client.change(&mut head, &narrowed);
    for number in [211, 250, 299] {
        client.until_codes(&uri(&fleet.root.join(format!("site-specs/sites/note-{number}.yaml"))), &["invalid-value"]);
    }
    let mut note = client.open(&fleet.root.join("templates/note/note.yaml.mustache"));
    let broken = note.text.replace("{{size}}", "{{sise}}");
    client.change(&mut note, &broken);
    let told = client.until_codes(&note.uri, &["unknown-name"]);
    assert_eq!(slice(&note.text, &told[0]["range"]), "{{sise}}");
    assert_eq!(client.end(), 0);
}

#[test]
fn what_needs_the_whole_fleet_comes_when_the_editor_rests() {
    let fleet = large();
    let mut client = Client::start(&fleet.root);
    let mut site = client.open(&fleet.root.join("site-specs/sites/note-001.yaml"));
    let twice = site.text.replace("name: note-001", "name: note-002");
    client.change(&mut site, &twice);
    let other = uri(&fleet.root.join("site-specs/sites/note-002.yaml"));
    let is_twice = |told: &[serde_json::Value]| told.iter().any(|one| one["code"] == "duplicate-name");
    loop {
        let here = client.diagnostics.get(&site.uri).is_some_and(|told| is_twice(told));
        let there = client.diagnostics.get(&other).is_some_and(|told| is_twice(told));
        if here || there {
            break;
        }
        client.next().expect("goes on");
    }
    let references = client.at("references", &site, crate::client::position_of(&site.text, "staging", 2));
    assert!(references.as_array().unwrap().len() > SITES);
    assert!(client.request("workspace/symbol", json!({"query": "note2"})).as_array().unwrap().len() >= 100);
    assert_eq!(client.end(), 0);
}
