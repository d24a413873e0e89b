//! What could be written at a place, in sound files and in half-typed ones.

use crate::client::{Client, Document};
use crate::fleet::Fleet;

const SHOP: &str = "site-specs/sites/shop.yaml";
const WEB: &str = "templates/web/web.yaml.mustache";

fn session(path: &str) -> (Fleet, Client, Document) {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let document = client.open(&fleet.root.join(path));
    (fleet, client, document)
}

#[test]
fn names_complete_where_they_are_due() {
    let (_fleet, mut client, mut shop) = session(SHOP);
    let text = shop.text.clone();
    let mut at = |old: &str, new: &str| client.completions(&mut shop, &text.replacen(old, new, 1));
    assert_eq!(at("tenant: acme", "tenant: ¦"), ["acme", "guild"]);
    assert_eq!(at("tenant: acme", "tenant: a¦"), ["acme", "guild"]);
    assert_eq!(at("template: web", "template: ¦"), ["web"]);
    assert_eq!(at("    pr-7: {values", "    p¦: {values"), ["pr-7"]);
    assert_eq!(at("        south: {}", "        s¦: {}"), ["south"]);
    assert_eq!(at("environments: [production]}", "environments: [¦]}"), ["pr-7", "production", "staging"]);
    assert_eq!(at("{file: extra/report.yaml.mustache", "{file: ¦")[..1], ["extra/report.yaml.mustache"]);
    assert_eq!(at("  tenant: acme", "  tenant: acme\n  state: ¦"), ["enabled", "disabled"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn templates_complete_by_their_scope() {
    let (_fleet, mut client, mut environments) = session("site-specs/environments.yaml");
    let text = environments.text.clone();
    let mut at = |old: &str, new: &str| client.completions(&mut environments, &text.replacen(old, new, 1));
    assert_eq!(at("template: room", "template: ¦"), ["room"]);
    assert_eq!(at("clusters: [north]", "clusters: [north, ¦]"), ["south"]);
    assert_eq!(at("tier: staging", "tier: ¦"), ["production", "staging", "testing"]);
    assert_eq!(at("like: staging", "like: ¦"), ["pr-7", "production", "staging"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn fields_complete_from_the_schema_of_the_kind() {
    let (_fleet, mut client, mut shop) = session(SHOP);
    let text = shop.text.clone();
    let labels = client.completions(&mut shop, &text.replacen("  tenant: acme", "  tenant: acme\n  st¦", 1));
    assert_eq!(labels, ["protect", "state"]);
    let whole = client.completed(&mut shop, "apiVersion: bayplan/v1\nkind: Site\nsp¦", "spec");
    assert_eq!(whole, "apiVersion: bayplan/v1\nkind: Site\nspec:\n  ");
    let items = client.items(&mut shop, "apiVersion: bayplan/v1\nkind: Site\nspec:\n  ¦\n");
    let tenant = items.iter().find(|item| item["label"] == "tenant").unwrap();
    assert_eq!(tenant["detail"], "string, due");
    assert_eq!(tenant["documentation"], "Name of the Tenant that owns it.");
    let first: Vec<&str> = items.iter().take(2).map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(first, ["template", "tenant"], "what is due comes first");
    assert_eq!(client.end(), 0);
}

#[test]
fn a_document_without_a_kind_is_asked_for_one() {
    let (_fleet, mut client, mut shop) = session(SHOP);
    let kinds = ["Site", "Tenant", "Environment", "Cluster", "Acknowledgement"];
    assert_eq!(client.completions(&mut shop, "kind: ¦"), kinds);
    assert_eq!(client.completions(&mut shop, "¦"), ["apiVersion", "kind", "metadata", "spec"]);
    assert_eq!(client.completions(&mut shop, "apiVersion: ¦\nkind: X\n"), ["bayplan/v1"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn values_complete_from_the_schema_of_the_template() {
    let (_fleet, mut client, mut shop) = session(SHOP);
    let text = shop.text.clone();
    let mut at = |old: &str, new: &str| client.completions(&mut shop, &text.replacen(old, new, 1));
    assert_eq!(at("    engine: apache", "    engine: ¦"), ["apache", "nginx"]);
    let keys = ["replicas", "contact", "labels", "log", "resources", "storageClass"];
    assert_eq!(at("    engine: apache\n", "    engine: apache\n    ¦\n"), keys);
    assert_eq!(at("image: {name: acme/shop, tag", "image: {name: acme/shop, ¦, tag"), ["digest", "registry"]);
    assert_eq!(
        at("pr-7: {values: {hosts", "pr-7: {values: {log: {level: ¦}, hosts"),
        ["error", "debug", "info", "warn"]
    );
    assert_eq!(at("- {name: MODE, value: \"on\"}", "- {¦}"), ["name", "value"]);
    let namespace = at("    values: {labels: {budget: \"1_000\"}}", "    values: {¦}");
    assert!(namespace.contains(&"quota".to_owned()), "{namespace:?}");
    assert!(!namespace.contains(&"engine".to_owned()), "{namespace:?}");
    assert_eq!(client.end(), 0);
}

#[test]
fn shared_layers_complete_from_all_templates() {
    let (_fleet, mut client, mut fleet_file) = session("bayplan.yaml");
    let text = fleet_file.text.clone();
    let labels = client.completions(&mut fleet_file, &text.replacen("  values:\n", "  values:\n    ¦\n", 1));
    for name in ["engine", "quota", "crane"] {
        assert!(labels.contains(&name.to_owned()), "{name} in {labels:?}");
    }
    let levels = client.completions(&mut fleet_file, &text.replacen("level: info", "level: ¦", 1));
    assert_eq!(levels, ["error", "debug", "info", "warn"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn a_broken_file_completes_nevertheless() {
    let (_fleet, mut client, mut shop) = session(SHOP);
    let text = shop.text.clone();
    let broken = text.replacen("    engine: apache", "    engine: ¦\n  hosts: [a, {b\n   x: : y\n\t- z", 1);
    assert_eq!(client.completions(&mut shop, &broken), ["apache", "nginx"]);
    let open = "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: a}\nspec: {tenant: ¦";
    assert_eq!(client.completions(&mut shop, open), ["acme", "guild"]);
    let quote = "kind: Site\nspec:\n  template: web\n  tenant: \"ac¦\n  values:\n    engine: \"ng\n";
    assert_eq!(client.completions(&mut shop, quote), ["acme", "guild"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn nothing_completes_in_comments_and_texts() {
    let (_fleet, mut client, mut shop) = session(SHOP);
    let text = shop.text.clone();
    let none: [&str; 0] = [];
    assert_eq!(client.completions(&mut shop, &text.replacen("tenant: acme", "tenant: acme # ¦", 1)), none);
    assert_eq!(client.completions(&mut shop, &text.replacen("first: line", "first: ¦", 1)), none);
    assert_eq!(client.end(), 0);
}

#[test]
fn tags_complete_with_the_names_in_scope() {
    let (_fleet, mut client, mut web) = session(WEB);
    let text = web.text.clone();
    let mut at = |tag: &str| client.completions(&mut web, &format!("{text}\n# {tag}"));
    let names = at("{{¦}}");
    for name in ["image", "fullName", "hosts", "site", "facts"] {
        assert!(names.contains(&name.to_owned()), "{name} in {names:?}");
    }
    assert!(!names.contains(&"quota".to_owned()), "of another template");
    assert_eq!(at("{{image.¦}}"), ["digest", "name", "registry", "tag"]);
    assert_eq!(at("{{site.¦"), ["labels", "name", "protect", "state", "template", "tenant"]);
    assert_eq!(at("{{environment.tier}} {{cluster.k¦"), ["accepts", "kubernetesVersion", "labels", "name"]);
    assert_eq!(at("{{#engine.¦}}"), ["apache", "nginx"]);
    assert_eq!(at("{{#hosts.¦"), ["any"]);
    let none: [&str; 0] = [];
    assert_eq!(at("{{engine.¦}}"), none, "a question cannot be printed");
    assert_eq!(at("{{! ¦}}"), none);
    assert_eq!(at("{{#hosts}}{{#env}}{{/¦"), ["env", "hosts"]);
    let inside = at("{{#env}}{{¦}}{{/env}}");
    assert_eq!(inside[..2], ["name", "value"], "items come first");
    assert_eq!(at("{{> ¦}}"), ["probe", "site.conf", "shared/labels"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn a_completed_tag_is_closed() {
    let (_fleet, mut client, mut web) = session(WEB);
    assert_eq!(client.completed(&mut web, "a: {{fullN¦", "fullName"), "a: {{fullName}}");
    assert_eq!(client.completed(&mut web, "a: {{fullN¦}}", "fullName"), "a: {{fullName}}");
    assert_eq!(client.completed(&mut web, "a: {{image.t¦\nb: 1", "tag"), "a: {{image.tag}}\nb: 1");
    assert_eq!(client.completed(&mut web, "a: {{ima¦", "image"), "a: {{image");
    assert_eq!(client.completed(&mut web, "a: {{#ima¦", "image"), "a: {{#image}}");
    assert_eq!(client.completed(&mut web, "a: {{#hosts}}x{{/¦", "hosts"), "a: {{#hosts}}x{{/hosts}}");
    assert_eq!(client.completed(&mut web, "{{=<% %>=}}\na: <%fullN¦ %>", "fullName"), "{{=<% %>=}}\na: <%fullName %>");
    assert_eq!(client.end(), 0);
}

#[test]
fn a_partial_completes_as_where_it_is_included() {
    let (fleet, mut client, mut web) = session(WEB);
    let text = format!("{}{{{{#env}}}}\n# {{{{> probe}}}}\n{{{{/env}}}}\n", web.text);
    client.change(&mut web, &text);
    let mut probe = client.open(&fleet.root.join("templates/web/partials/probe.mustache"));
    let names = client.completions(&mut probe, "path: {{¦}}");
    for name in ["fullName", "image", "value"] {
        assert!(names.contains(&name.to_owned()), "{name} in {names:?}");
    }
    let mut shared = client.open(&fleet.root.join("templates/shared/labels.mustache"));
    let names = client.completions(&mut shared, "a: {{¦}}");
    assert!(names.contains(&"engine".to_owned()), "{names:?}");
    assert_eq!(client.end(), 0);
}

#[test]
fn computed_values_complete_in_the_head_of_their_template() {
    let (_fleet, mut client, mut head) = session("templates/web/template.yaml");
    let text = head.text.clone();
    let names = client.completions(&mut head, &text.replacen("{{replicas}}", "{{image.¦}}", 1));
    assert_eq!(names, ["digest", "name", "registry", "tag"]);
    let defaults = client.completions(&mut head, &text.replacen("      motto: \"\"", "      motto: \"\"\n      ¦", 1));
    assert!(defaults.contains(&"engine".to_owned()), "{defaults:?}");
    assert_eq!(client.end(), 0);
}
