//! Pages of docs/ that are made from the code: the reference of each kind, the commands' help, the diagnostic codes and the rules.
//!
//! `BAYPLAN_BLESS=1 cargo test --test generated` writes them anew.

#![allow(clippy::expect_used, clippy::panic)]

use bayplan::cli::args::Cli;
use bayplan::codes;
use bayplan::spec::{Kind, schema};
use bayplan::validate::rules::RULES;
use clap::CommandFactory;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

#[test]
fn generated_pages_are_current() {
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for kind in Kind::ALL {
        pages.insert(format!("docs/reference/{}.md", kind.name().to_lowercase()), kind_page(kind));
    }
    for template in TEMPLATES {
        pages.insert(format!("docs/reference/template-{template}.md"), template_page(template));
    }
    pages.insert("docs/codes.md".to_owned(), codes_page());
    pages.insert("docs/rules.md".to_owned(), rules_page());
    pages.insert("docs/commands.md".to_owned(), commands_page());
    #[allow(clippy::disallowed_methods)]
    let is_blessing = std::env::var("BAYPLAN_BLESS").is_ok();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stale = Vec::new();
    for (path, due) in &pages {
        let target = root.join(path);
        if fs::read_to_string(&target).ok().as_ref() != Some(due) {
            if is_blessing {
                fs::create_dir_all(target.parent().expect("has a parent")).expect("can be made");
                fs::write(&target, due).expect("can be written");
            } else {
                stale.push(path.as_str());
            }
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; write them with BAYPLAN_BLESS=1 cargo test --test generated");
}

/// The templates that ship.
const TEMPLATES: [&str; 5] = ["cluster-base", "django-react", "drumkit-drupal", "drupal", "namespace-base"];

/// Every value of a template, with its default.
fn template_page(name: &str) -> String {
    let head = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("templates/{name}/template.yaml"));
    let template: Value = serde_yaml::from_str(&fs::read_to_string(head).expect("can be read")).expect("is YAML");
    let values = &template["spec"]["values"];
    let mut page = format!(
        "# Values of template {name}\n\nGenerated from its schema. What the template makes, and a picture of it: \
         [its own page](../../templates/{name}/README.md).\n\n| value | type | what it is | default |\n|---|---|---|---|\n"
    );
    value_rows(&values["schema"], Some(&values["defaults"]), "", &mut page);
    page
}

fn value_rows(schema: &Value, defaults: Option<&Value>, path: &str, page: &mut String) {
    let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let field = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let text = property["description"].as_str().unwrap_or_else(|| panic!("{field} is not described"));
        let kind = match property["enum"].as_array() {
            Some(words) => {
                words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            None => property["type"].as_str().unwrap_or("any").to_owned(),
        };
        let due = if required.contains(&&Value::from(name.as_str())) { " (required)" } else { "" };
        let default = defaults.and_then(|defaults| defaults.get(name));
        // What lies below has rows of its own.
        let shown =
            default.filter(|_| property["properties"].is_null()).map(|value| format!("`{value}`")).unwrap_or_default();
        let _ = writeln!(
            page,
            "| `{field}` | {kind}{due} | {} | {} |",
            text.replace('|', "\\|"),
            shown.replace('|', "\\|")
        );
        value_rows(property, default, &field, page);
        value_rows(&property["items"], None, &format!("{field}[]"), page);
    }
}

fn codes_page() -> String {
    let mut page = String::from(
        "# Diagnostic codes\n\nGenerated from the code. `bayplan check` prints a code in brackets after the word error or warning; \
         this page says what each one means and what to do.\n",
    );
    for code in codes::all() {
        let _ = write!(page, "\n## {}\n\n{}\n", code.name, code.explanation);
    }
    page
}

fn rules_page() -> String {
    let mut page = String::from(
        "# Rules\n\nGenerated from the code. Rules find what is dangerous or cannot work though every object fits its schema. \
         `bayplan rules` lists them with what the fleet sets.\n\n\
         A Fleet sets the severity of a rule, for all environments or for those of some tiers; elsewhere the default stays:\n\n\
         ```yaml\nspec:\n  rules:\n    image-digest: {severity: error, tiers: [production]}\n    ingress-nginx: {severity: \"off\"}\n```\n\n\
         An Acknowledgement whose `change` is the code of a rule lets the objects that it describes through, until it expires:\n\n\
         ```yaml\napiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata:\n  name: shared-files\nspec:\n  change: rwo-replicas\n  \
         object: {cluster: stable, kind: Deployment, name: portal-web}\n  reason: all its pods are kept on one node\n  \
         expires: \"2026-12-31\"\n```\n\n\
         What it lets through is not checked by that rule alone; one that lets nothing through is noted, so that it can be deleted. \
         `--strict` makes warnings errors.\n\n\
         | rule | severity | what it finds |\n|---|---|---|\n",
    );
    for rule in RULES {
        let _ = writeln!(page, "| [{0}](#{0}) | {1} | {2} |", rule.code.name, rule.default_severity(), rule.summary);
    }
    for rule in RULES {
        let (code, standing) = (rule.code, rule.standing.describe());
        let severity = rule.default_severity();
        let _ = write!(page, "\n## {}\n\n{}\n\nSeverity: {severity}; {standing}.\n", code.name, code.explanation);
    }
    page
}

/// The help of every command; the options that all of them have stand at the top alone.
fn commands_page() -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut page = String::from(
        "# Commands\n\nGenerated from the code: what `bayplan COMMAND --help` prints. The global options work with every command.\n",
    );
    let _ = write!(page, "\n```text\n{}```\n", trimmed(&root.render_long_help().to_string()));
    for command in root.get_subcommands() {
        let mut own = command.clone().mut_args(|arg| {
            let is_everywhere = arg.is_global_set() || matches!(arg.get_id().as_str(), "help" | "version");
            arg.hide(is_everywhere)
        });
        let help = own.render_long_help().to_string();
        let _ = write!(page, "\n## bayplan {}\n\n```text\n{}```\n", command.get_name(), trimmed(&help));
    }
    page
}

/// Without white space at the ends of lines.
fn trimmed(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn kind_page(kind: Kind) -> String {
    let schema = schema::of_kind(kind);
    let mut page = format!("# kind: {}\n\nGenerated from the code.", kind.name());
    let spec = resolve(&schema["properties"]["spec"], &schema);
    if let Some(description) = spec.get("description").and_then(Value::as_str) {
        let _ = write!(page, " {description}");
    }
    page.push_str("\n\n| field | type | what it is |\n|---|---|---|\n");
    rows(&schema["properties"]["metadata"], "metadata", &schema, &mut page);
    rows(&schema["properties"]["spec"], "spec", &schema, &mut page);
    if page.contains(PATCH_LINK) {
        page.push_str("\n## A patch\n\n");
        page.push_str(schema["$defs"]["Patch"]["description"].as_str().expect("a patch is described"));
        page.push_str("\n\n| field | type | what it is |\n|---|---|---|\n");
        rows(&schema["$defs"]["Patch"], "", &schema, &mut page);
    }
    page
}

/// Patches stand in many places and are described once.
const PATCH_LINK: &str = "[patches](#a-patch)";

fn is_patch(node: &Value) -> bool {
    node.get("$ref").and_then(Value::as_str) == Some("#/$defs/Patch")
}

fn rows(node: &Value, path: &str, root: &Value, page: &mut String) {
    let node = resolve(node, root);
    let required: Vec<&str> =
        node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let field = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let target = resolve(property, root);
        let text = [property, target].into_iter().find_map(|node| node.get("description").and_then(Value::as_str));
        let text = text.unwrap_or_else(|| panic!("{field} is not described")).replace('\n', " ").replace('|', "\\|");
        let due = if required.contains(&name.as_str()) { " (required)" } else { "" };
        let default = property
            .get("default")
            .filter(|value| !is_empty(value))
            .map(|value| format!(" Default: `{value}`."))
            .unwrap_or_default();
        let _ = writeln!(page, "| `{field}` | {}{due} | {text}{default} |", type_of(property, root));
        below(property, &field, root, page);
    }
}

/// The fields of a map's or a list's items.
fn below(property: &Value, field: &str, root: &Value, page: &mut String) {
    if is_patch(property) {
        return;
    }
    let target = resolve(property, root);
    rows_if_object(target, field, root, page);
    if let Some(items) = target.get("items") {
        below(items, &format!("{field}[]"), root, page);
    }
    if let Some(inner) = target.get("additionalProperties").filter(|inner| inner.is_object()) {
        below(inner, &format!("{field}.NAME"), root, page);
    }
    for branch in target.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        below(branch, field, root, page);
    }
}

fn rows_if_object(target: &Value, field: &str, root: &Value, page: &mut String) {
    if target.get("properties").is_some() {
        rows(target, field, root, page);
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn type_of(node: &Value, root: &Value) -> String {
    let node = resolve(node, root);
    let words = |list: &Value| {
        list.as_array()
            .into_iter()
            .flatten()
            .map(|word| format!("`{}`", word.as_str().map_or_else(|| word.to_string(), str::to_owned)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(list) = node.get("enum") {
        return words(list);
    }
    if let Some(branches) = node.get("oneOf").or_else(|| node.get("anyOf")).and_then(Value::as_array) {
        let constants: Vec<String> = branches
            .iter()
            .filter_map(|branch| branch.get("const"))
            .map(|word| format!("`{}`", word.as_str().unwrap_or_default()))
            .collect();
        if !constants.is_empty() {
            return constants.join(", ");
        }
        return branches.iter().map(|branch| type_of(branch, root)).collect::<Vec<_>>().join(" or ");
    }
    match node.get("type").and_then(Value::as_str) {
        Some("array") if node.get("items").is_some_and(is_patch) => format!("list of {PATCH_LINK}"),
        Some("array") => {
            format!("list of {}", node.get("items").map_or("anything".to_owned(), |items| type_of(items, root)))
        }
        Some("object") => "map".to_owned(),
        Some(name) => name.to_owned(),
        None => "anything".to_owned(),
    }
}

fn resolve<'v>(node: &'v Value, root: &'v Value) -> &'v Value {
    match node.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap_or(node),
        None => node,
    }
}
