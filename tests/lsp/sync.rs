//! Texts: what the server believes that a document holds.

use crate::client::{Client, capabilities, position, uri};
use crate::fleet::Fleet;
use serde_json::json;

const SHOP: &str = "site-specs/sites/shop.yaml";

#[test]
fn edits_in_the_middle_of_lines_are_counted_in_utf_16() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let path = fleet.root.join(SHOP);
    let text = std::fs::read_to_string(&path).unwrap().replace("tenant: acme", "tenant: acme # 😀é tenant");
    let mut shop = client.open_text(&uri(&path), &text);
    let comment = text.find("# 😀é").unwrap();
    // The comment goes, character by character of its end, then a letter of the name.
    let end = text.find(" tenant\n").unwrap();
    let changes = json!([
        {"range": {"start": position(&text, comment), "end": position(&text, end)}, "text": "#"},
        {"range": {"start": position(&text, comment - 2), "end": position(&text, comment - 1)}, "text": ""},
    ]);
    let expected = text.replace("acme # 😀é tenant", "acm # tenant");
    client.edit(&mut shop, changes, &expected);
    let told = client.until_codes(&shop.uri, &["unknown-name"]);
    assert_eq!(crate::client::slice(&expected, &told[0]["range"]), "acm");
    assert_eq!(client.end(), 0);
}

#[test]
fn edits_are_counted_in_bytes_where_the_client_can() {
    let fleet = Fleet::new();
    let mut capabilities = capabilities();
    capabilities["general"] = json!({"positionEncodings": ["utf-8", "utf-16"]});
    let mut client = Client::with(json!({"rootUri": uri(&fleet.root), "capabilities": capabilities}));
    let path = fleet.root.join(SHOP);
    let text = std::fs::read_to_string(&path).unwrap().replace("  tenant: acme", "  \"tenant\": acme # é");
    let mut shop = client.open_text(&uri(&path), &text);
    let line = text[..text.find("# é").unwrap()].matches('\n').count();
    let column = "  \"tenant\": acme # é".len();
    let changes = json!([
        {"range": {"start": {"line": line, "character": column}, "end": {"line": line, "character": column}}, "text": "\n  state: off"},
    ]);
    let expected = text.replace("acme # é", "acme # é\n  state: off");
    client.edit(&mut shop, changes, &expected);
    let told = client.until(&shop.uri, |told| !told.is_empty());
    assert_eq!(told[0]["range"]["start"], json!({"line": line + 1, "character": 9}));
    assert_eq!(client.end(), 0);
}

#[test]
fn lines_that_end_in_crlf_are_lines() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let path = fleet.root.join(SHOP);
    let text = std::fs::read_to_string(&path).unwrap().replace('\n', "\r\n").replace("tenant: acme", "tenant: acne");
    let shop = client.open_text(&uri(&path), &text);
    let told = client.until_codes(&shop.uri, &["unknown-name"]);
    assert_eq!(crate::client::slice(&text, &told[0]["range"]), "acne");
    let hover = client.at("hover", &shop, crate::client::position_of(&text, "template: web", 11));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Template `web`"), "{hover}");
    assert_eq!(client.end(), 0);
}

#[test]
fn closing_without_saving_brings_back_the_file() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut shop = client.open(&fleet.root.join(SHOP));
    let broken = shop.text.replace("tenant: acme", "tenant: acne");
    client.change(&mut shop, &broken);
    client.until_codes(&shop.uri, &["unknown-name"]);
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": shop.uri}}));
    client.until_codes(&shop.uri, &[]);
    assert_eq!(client.end(), 0);
}

#[test]
fn an_unsaved_file_is_part_of_the_fleet() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut shop = client.open(&fleet.root.join(SHOP));
    let moved = shop.text.replace("tenant: acme", "tenant: newcomer");
    client.change(&mut shop, &moved);
    client.until_codes(&shop.uri, &["unknown-name"]);
    let tenant = "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: newcomer}\n";
    let new = client.open_text(&uri(&fleet.root.join("site-specs/new folder/é%20.yaml")), tenant);
    client.until(&shop.uri, |told| told.iter().all(|one| one["code"] != "unknown-name"));
    let definition = client.at("definition", &shop, crate::client::position_of(&shop.text, "newcomer", 2));
    assert_eq!(definition[0]["uri"], new.uri.as_str());
    assert_eq!(client.end(), 0);
}
