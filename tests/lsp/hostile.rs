//! Texts and positions that no sane client sends: the server answers each request and goes on.

use crate::client::{Client, position};
use crate::fleet::Fleet;
use serde_json::{Value, json};

const METHODS: [&str; 4] = ["completion", "hover", "definition", "references"];

/// A small generator of numbers (SplitMix64), the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}

/// Cuts, repeats and scrambles a text, and asks at random places of what comes of it.
fn scrambled(path: &str, seed: u64, rounds: usize) {
    const PIECES: [&str; 16] = [
        "{{",
        "}}",
        "{{#",
        "{{/x}}",
        "{{=<% %>=}}",
        ": ",
        "- ",
        "\"",
        "'",
        "{",
        "[",
        "\t",
        "\r\n",
        "😀",
        "---\n",
        "| \n",
    ];
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut document = client.open(&fleet.root.join(path));
    let mut random = Random(seed);
    let original = document.text.clone();
    for round in 0..rounds {
        let mut text = if round % 5 == 0 { original.clone() } else { document.text.clone() };
        let mut place = |text: &str| {
            let mut at = random.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (one, other) = (place(&text), place(&text));
        let (start, end) = (one.min(other), one.max(other).min(one.min(other) + 80));
        let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start).max(start);
        let asked = place(&text).min(start);
        let piece = PIECES[random.below(PIECES.len())];
        text.replace_range(start..end, piece);
        client.change(&mut document, &text);
        let method = METHODS[random.below(METHODS.len())];
        for at in [start + piece.len(), asked] {
            let result = client.at(method, &document, position(&text, at));
            assert!(result.is_null() || result.is_array() || result.is_object(), "{method}: {result}");
        }
    }
    for method in ["documentSymbol", "foldingRange"] {
        client.request(&format!("textDocument/{method}"), json!({"textDocument": {"uri": document.uri}}));
    }
    // It still understands a sound text.
    client.change(&mut document, &original);
    client.until(&document.uri, |told| told.iter().all(|one| one["severity"] != 1));
    assert_eq!(client.end(), 0);
}

#[test]
fn scrambled_specs_are_survived() {
    scrambled("site-specs/sites/shop.yaml", 1, 120);
}

#[test]
fn scrambled_templates_are_survived() {
    scrambled("templates/web/web.yaml.mustache", 2, 80);
}

#[test]
fn scrambled_heads_of_templates_are_survived() {
    scrambled("templates/web/template.yaml", 3, 80);
}

#[test]
fn a_scrambled_fleet_file_is_survived() {
    scrambled("bayplan.yaml", 4, 80);
}

#[test]
fn positions_behind_everything_are_places_too() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let document = client.open(&fleet.root.join("site-specs/sites/shop.yaml"));
    let far = u64::from(u32::MAX);
    for position in [json!({"line": far, "character": far}), json!({"line": 0, "character": far})] {
        for method in METHODS {
            client.at(method, &document, position.clone());
        }
    }
    let edits = json!([
        {"range": {"start": {"line": far, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "\n# x\n"},
        {"range": {"start": {"line": 99_999_999_999_u64, "character": 1}, "end": {"line": 1, "character": -1}}, "text": "y"},
    ]);
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": {"uri": document.uri, "version": 2}, "contentChanges": edits}),
    );
    assert_ne!(client.at("hover", &document, json!({"line": 4, "character": 12})), json!("never"));
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": "file:///no/such"}}));
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": "file:///no/such"}}));
    assert_eq!(
        client.at("hover", &crate::client::Document::closed("file:///no/such"), json!({"line": 0, "character": 0})),
        Value::Null
    );
    assert_eq!(client.end(), 0);
}

#[test]
fn schemas_that_go_in_circles_are_survived() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let mut head = client.open(&fleet.root.join("templates/web/template.yaml"));
    let circle = head.text.replacen(
        "        motto: {type: string}",
        "        motto: {$ref: \"#/properties/motto\"}\n        tree: {$ref: \"#/$defs/node\"}",
        1,
    );
    let circle = circle.replacen("      properties:\n", "      $defs: {node: {type: object, properties: {left: {$ref: \"#/$defs/node\"}, right: {$ref: \"#/$defs/node\"}}}}\n      properties:\n", 1);
    client.change(&mut head, &circle);
    let mut web = client.open(&fleet.root.join("templates/web/web.yaml.mustache"));
    assert_eq!(client.completions(&mut web, "a: {{tree.left.right.left.¦"), ["left", "right"]);
    client.completions(&mut web, "a: {{motto.¦");
    let mut shop = client.open(&fleet.root.join("site-specs/sites/shop.yaml"));
    let text = shop.text.replacen("    engine: apache", "    engine: apache\n    tree: {left: {right: {¦}}}", 1);
    assert_eq!(client.completions(&mut shop, &text), ["left", "right"]);
    assert_eq!(client.end(), 0);
}
