//! Code actions: near names, and the Acknowledgement of a refused change.

use crate::client::{Client, Document, applied, capabilities, uri};
use crate::fleet::Fleet;
use serde_json::{Value, json};

const SHOP: &str = "site-specs/sites/shop.yaml";

fn actions(client: &mut Client, document: &Document, diagnostic: &Value) -> Vec<Value> {
    let params = json!({"textDocument": {"uri": document.uri}, "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]}});
    client.request("textDocument/codeAction", params).as_array().expect("a list").clone()
}

/// Replaces a text of a file in the editor, waits for the code, and takes the only action.
fn mended(path: &str, old: &str, new: &str, code: &str) -> String {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut document = client.open(&fleet.root.join(path));
    let broken = document.text.replacen(old, new, 1);
    client.change(&mut document, &broken);
    let told = client.until(&document.uri, |told| told.iter().any(|one| one["code"] == code));
    let found = told.iter().find(|one| one["code"] == code).unwrap();
    let actions = actions(&mut client, &document, found);
    let [action] = actions.as_slice() else { panic!("{actions:#?} for {found:#?}") };
    assert_eq!(action["isPreferred"], true);
    assert_eq!(action["kind"], "quickfix");
    let edits = action["edit"]["changes"][&document.uri].as_array().unwrap();
    assert_eq!(edits.len(), 1);
    let text = applied(&document.text, &edits[0]);
    assert_eq!(client.end(), 0);
    text.lines().find(|line| !broken.lines().any(|other| other == *line)).unwrap_or_default().trim().to_owned()
}

#[test]
fn near_names_are_one_action_away() {
    assert_eq!(mended(SHOP, "tenant: acme", "tenant: acne", "unknown-name"), "tenant: acme");
    assert_eq!(mended(SHOP, "manifests:", "manifets:", "unknown-field"), "manifests:");
    assert_eq!(mended(SHOP, "engine: apache", "engin: apache", "undeclared-value"), "engine: apache");
    let web = "templates/web/web.yaml.mustache";
    assert_eq!(mended(web, "image: {{fullImage}}", "image: {{fulImage}}", "unknown-name"), "image: {{fullImage}}");
    assert_eq!(mended(web, "{{> probe}}", "{{> prob}}", "unknown-partial"), "{{> probe}}");
    let config = "templates/web/config.yaml.mustache";
    assert_eq!(mended(config, "\"{{log.level}}\"", "\"{{log.lvel}}\"", "unknown-name"), "level: \"{{log.level}}\"");
}

#[test]
fn a_refused_change_is_one_action_from_its_acknowledgement() {
    let fleet = Fleet::committed("deep");
    fleet.output(&["publish"]);
    let mut client = Client::start(&fleet.root);
    let mut claim = client.open(&fleet.root.join("templates/web/claim.yaml.mustache"));
    let smaller = claim.text.replacen("{{site.name}}-files", "{{site.name}}-documents", 1);
    assert_ne!(smaller, claim.text);
    client.change(&mut claim, &smaller);
    let web_path = fleet.root.join("templates/web/web.yaml.mustache");
    let mut web = client.open(&web_path);
    let text = web.text.replacen("{{site.name}}-files", "{{site.name}}-documents", 1);
    client.change(&mut web, &text);
    let shop = client.open(&fleet.root.join(SHOP));
    let told = client.until(&shop.uri, |told| told.iter().any(|one| one["code"] == "data-removed"));
    let found = told.iter().find(|one| one["code"] == "data-removed").unwrap();
    let proposed = actions(&mut client, &shop, found);
    let action = proposed.iter().find(|action| action["title"].as_str().unwrap().starts_with("acknowledge")).unwrap();
    let changes = action["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes[0]["kind"], "create");
    let file = uri(&fleet.root.join("site-specs/acknowledgements.yaml"));
    assert_eq!(changes[1]["textDocument"]["uri"], file.as_str());
    let document = changes[1]["edits"][0]["newText"].as_str().unwrap();
    assert!(document.contains("kind: Acknowledgement") && document.contains("change: data-removed"), "{document}");
    // What is pasted lets that change through; the next one is added to the same file.
    let mut pasted = client.open_text(&file, document);
    let count = |told: &[Value]| told.iter().filter(|one| one["code"] == "data-removed").count();
    let before = count(&told);
    let told = client.until(&shop.uri, |told| count(told) < before);
    if let Some(found) = told.iter().find(|one| one["code"] == "data-removed") {
        let proposed = actions(&mut client, &shop, found);
        let action =
            proposed.iter().find(|action| action["title"].as_str().unwrap().starts_with("acknowledge")).unwrap();
        let text = applied(&pasted.text, &action["edit"]["changes"][&file][0]);
        assert_eq!(text.matches("\n---\n").count(), 1, "{text}");
        client.change(&mut pasted, &text);
        client.until(&shop.uri, |told| count(told) + 1 < before);
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn an_acknowledgement_goes_to_the_file_at_hand_where_no_file_can_be_made() {
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    let mut poor = capabilities();
    poor["workspace"]["workspaceEdit"] = json!({});
    let mut client = Client::with(json!({"rootUri": uri(&fleet.root), "capabilities": poor}));
    let mut shop = client.open(&fleet.root.join(SHOP));
    let moved = shop.text.replacen("        north:\n", "        nowhere:\n", 1);
    assert_ne!(moved, shop.text);
    // The deployment on north leaves, and its data with it.
    let end = shop.text.find("        north:\n").unwrap();
    let text = shop.text[..end].to_owned();
    client.change(&mut shop, &text);
    let told = client.until(&shop.uri, |told| {
        told.iter().any(|one| one["code"] == "namespace-removed" || one["code"] == "data-removed")
    });
    let found = told.iter().find(|one| one["message"].as_str().unwrap().contains("kind: Acknowledgement")).unwrap();
    let proposed = actions(&mut client, &shop, found);
    let action = proposed.iter().find(|action| action["title"].as_str().unwrap().starts_with("acknowledge")).unwrap();
    let text = applied(&shop.text, &action["edit"]["changes"][&shop.uri][0]);
    assert!(text.ends_with('\n') && text.contains("\n---\napiVersion: bayplan/v1\nkind: Acknowledgement\n"), "{text}");
    assert_eq!(client.end(), 0);
}
