//! Hover, definitions, references, symbols and folds.

use crate::client::{Client, Document, places, position_of};
use crate::fleet::Fleet;
use serde_json::{Value, json};

const SHOP: &str = "site-specs/sites/shop.yaml";
const WEB: &str = "templates/web/web.yaml.mustache";

struct Session {
    fleet: Fleet,
    client: Client,
    document: Document,
}

impl Session {
    fn open(path: &str) -> Self {
        let fleet = Fleet::new();
        let mut client = Client::start(&fleet.root);
        let document = client.open(&fleet.root.join(path));
        Session { fleet, client, document }
    }

    /// What a request gives at the first `needle`, and `inside` of it.
    fn ask(&mut self, method: &str, needle: &str, inside: usize) -> Value {
        let position = position_of(&self.document.text, needle, inside);
        self.client.at(method, &self.document, position)
    }

    fn places(&mut self, method: &str, needle: &str, inside: usize) -> Vec<String> {
        let found = self.ask(method, needle, inside);
        places(&found, &self.fleet.root)
    }

    fn hover(&mut self, needle: &str, inside: usize) -> String {
        let found = self.ask("hover", needle, inside);
        found["contents"]["value"].as_str().unwrap_or_else(|| panic!("{needle}: {found}")).to_owned()
    }
}

#[test]
fn names_lead_to_what_they_name() {
    let mut session = Session::open(SHOP);
    assert_eq!(session.places("definition", "tenant: acme", 9), ["site-specs/tenants.yaml: acme"]);
    assert_eq!(session.places("definition", "template: web", 12), ["templates/web/template.yaml: web"]);
    assert_eq!(session.places("definition", "    staging:\n", 5), ["site-specs/environments.yaml: staging"]);
    assert_eq!(session.places("definition", "        south:", 9), ["site-specs/clusters.yaml: south"]);
    assert_eq!(session.places("definition", "extra/report", 3), ["extra/report.yaml.mustache: "]);
    assert_eq!(session.places("definition", "secrets/shop", 3), ["secrets/shop.staging.sops.yaml: "]);
    assert_eq!(session.places("definition", "    engine", 6), ["templates/web/template.yaml: engine"]);
    let log = session.places("definition", "motto: |", 2);
    assert_eq!(
        log,
        ["templates/web/template.yaml: motto", "templates/web/template.yaml: motto"],
        "schema, then default"
    );
    assert!(session.places("definition", "metadata", 2).is_empty());
}

#[test]
fn tags_lead_to_schema_default_and_partial() {
    let mut session = Session::open(WEB);
    assert_eq!(session.places("definition", "{{fullImage}}", 4), ["templates/web/template.yaml: fullImage"]);
    assert_eq!(session.places("definition", "{{> probe}}", 6), ["templates/web/partials/probe.mustache: "]);
    assert_eq!(session.places("definition", "{{#hosts.any}}", 5), ["templates/web/template.yaml: hosts"; 2]);
    assert_eq!(session.places("definition", "{{/engine.apache}}", 5), ["templates/web/template.yaml: engine"]);
    // A reserved root leads to the spec that it tells of, of the first site that the file feeds.
    assert_eq!(session.places("definition", "{{site.name}}", 4), ["site-specs/sites/shop.yaml: shop"]);
}

#[test]
fn references_of_a_name_are_those_who_mention_it() {
    let mut session = Session::open(SHOP);
    let tenants = session.places("references", "tenant: acme", 9);
    assert_eq!(tenants, ["site-specs/sites/shop.yaml: acme", "site-specs/tenants.yaml: acme"]);
    let staging = session.places("references", "    staging:\n", 5);
    assert_eq!(staging.len(), 5, "{staging:?}");
    let template = session.places("references", "template: web", 12);
    assert!(template.contains(&"site-specs/sites/wiki.yaml: web".to_owned()), "{template:?}");
    assert!(template.contains(&"templates/web/claim.yaml.mustache: ".to_owned()), "its files: {template:?}");
}

#[test]
fn references_of_a_value_are_tags_and_layers() {
    let mut session = Session::open("templates/web/template.yaml");
    let level = session.places("references", "level: {type", 2);
    let expected = [
        "bayplan.yaml: level",
        "site-specs/clusters.yaml: level",
        "site-specs/environments.yaml: level",
        "site-specs/sites/wiki.yaml: level",
        "templates/web/config.yaml.mustache: log.level",
        "templates/web/template.yaml: level",
        "templates/web/template.yaml: level",
    ];
    assert_eq!(level, expected);
    let computed = session.places("references", "name: fullName", 8);
    assert_eq!(
        computed.iter().filter(|place| *place == "templates/web/web.yaml.mustache: fullName").count(),
        4,
        "{computed:?}"
    );
    let mut session = Session::open("templates/web/web.yaml.mustache");
    let partial = session.places("references", "{{> probe}}", 6);
    assert_eq!(partial, ["templates/web/partials/probe.mustache: ", "templates/web/web.yaml.mustache: probe"]);
}

#[test]
fn hovers_tell_what_a_name_a_field_and_a_value_are() {
    let mut session = Session::open(SHOP);
    let tenant = session.hover("tenant: acme", 9);
    assert!(tenant.contains("**Tenant `acme`** in `site-specs/tenants.yaml`"), "{tenant}");
    assert!(tenant.contains("named by 1 site"), "{tenant}");
    let preview = session.hover("    pr-7:", 5);
    assert!(
        preview.contains("A preview: a site that lists `pr-7: {}` starts from its own staging entry."),
        "{preview}"
    );
    assert_eq!(
        session.hover("  manifests:", 4),
        "`manifests`: list\n\nMore manifests, rendered with the template and values of the site."
    );
    let engine = session.hover("    engine", 6);
    assert!(engine.starts_with("`engine`\n\nvalue of template `web`: one of apache, nginx"), "{engine}");
    // The story of one deployment: who won, who lost, and where it ends up.
    let replicas = session.hover("values: {replicas: 3}", 10);
    for line in [
        "in `shop@production@south`: `3`\n- site shop, environment production (`site-specs/sites/shop.yaml:48`)",
        "\n- beats environment production: `2` (`site-specs/environments.yaml:19`)",
        "\n- rendered as `spec.replicas` in `south/production/acme-shop-production/app/deployment-shop-web.yaml`",
    ] {
        assert!(replicas.contains(line), "{line} in {replicas}");
    }
    let topmost = session.hover("values: {replicas: 5", 10);
    assert!(topmost.contains("in `shop@production@north`: `5`"), "{topmost}");
    let found = session.ask("hover", "    engine", 6);
    assert_eq!(crate::client::slice(&session.document.text, &found["range"]), "engine");
    assert_eq!(session.ask("hover", "first: line", 3), Value::Null);
}

#[test]
fn symbols_and_folds_follow_the_documents() {
    let mut session = Session::open("site-specs/environments.yaml");
    let params = json!({"textDocument": {"uri": session.document.uri}});
    let symbols = session.client.request("textDocument/documentSymbol", params.clone());
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["staging", "production", "pr-7"]);
    assert_eq!(symbols[0]["detail"], "Environment");
    let children: Vec<&str> =
        symbols[0]["children"].as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(children, ["apiVersion", "kind", "metadata", "spec"]);
    let folds = session.client.request("textDocument/foldingRange", params);
    let lines = session.document.text.lines().count() as u64;
    let folds = folds.as_array().unwrap();
    assert!(folds.len() >= 3, "{folds:?}");
    assert!(folds.iter().all(|fold| fold["startLine"].as_u64() < fold["endLine"].as_u64() && fold["endLine"].as_u64() < Some(lines)));
    let found = session.client.request("workspace/symbol", json!({"query": "wk"}));
    assert_eq!(found[0]["name"], "wiki");
    assert_eq!(found.as_array().unwrap().len(), 1);
}
