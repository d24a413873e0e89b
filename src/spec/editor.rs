//! Schemas for editors: those of the kinds, with a Site's `values` tied to the template that it names.
//!
//! A layer gives a part of a template's values, so nothing is required in it, and `null` removes what a lower layer set.

use super::{Kind, Scope, schema};
use crate::load::Template;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The schema of a kind; a Site's and a namespace block's values are tied to `templates`.
pub fn of_kind(kind: Kind, templates: &BTreeMap<String, Template>) -> Value {
    let mut schema = schema::of_kind(kind);
    if kind == Kind::Site {
        tie_values(&mut schema, templates);
    }
    schema
}

/// One schema for all documents of spec files: which kind it is decides what else is due.
pub fn of_any(templates: &BTreeMap<String, Template>) -> Value {
    let mut definitions = Map::new();
    let mut branches = Vec::new();
    for kind in Kind::ALL {
        let mut schema = of_kind(kind, templates);
        if let Some(Value::Object(inner)) = schema.as_object_mut().and_then(|map| map.remove("$defs")) {
            definitions.extend(inner);
        }
        if let Some(map) = schema.as_object_mut() {
            map.remove("$schema");
        }
        let name = format!("kind-{}", kind.name());
        branches.push(json!({
            "if": {"properties": {"kind": {"const": kind.name()}}, "required": ["kind"]},
            "then": {"$ref": format!("#/$defs/{name}")},
        }));
        definitions.insert(name, schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bayplan spec",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "properties": {"kind": {"enum": Kind::ALL.map(Kind::name)}},
        "allOf": branches,
        "$defs": definitions,
    })
}

/// The values schema of a template as its author wrote it.
pub fn of_template(template: &Template) -> Value {
    let spec = &template.spec.spec;
    let mut schema = spec.values.schema.clone().into_map();
    schema.entry("$schema").or_insert_with(|| json!("https://json-schema.org/draft/2020-12/schema"));
    schema.entry("title").or_insert_with(|| json!(format!("values of template {}", template.spec.name())));
    schema.entry("type").or_insert_with(|| json!("object"));
    Value::Object(schema)
}

fn tie_values(schema: &mut Value, templates: &BTreeMap<String, Template>) {
    let mut ties = Vec::new();
    for (name, template) in templates.iter().filter(|(_, template)| template.spec.spec.scope == Scope::Site) {
        let definition = format!("values-of-{name}");
        let values = json!({"$ref": format!("#/$defs/{definition}")});
        let entry = json!({"properties": {
            "values": values,
            "clusters": {"if": {"type": "object"}, "then": {"additionalProperties": {"properties": {"values": values}}}},
        }});
        ties.push(json!({
            "if": {"properties": {"spec": {"properties": {"template": {"const": name}}, "required": ["template"]}}},
            "then": {"properties": {"spec": {"properties": {
                "values": values,
                // An environment that names another template is left to `bayplan check`.
                "environments": {"additionalProperties": {"if": {"not": {"required": ["template"]}}, "then": entry}},
            }}}},
        }));
        schema["$defs"][definition] = as_layer(template.spec.spec.values.schema.as_value());
    }
    if !ties.is_empty() {
        schema["allOf"] = Value::Array(ties);
    }
}

/// A values schema as one layer may hold it: nothing required, and null for what is to be removed.
fn as_layer(schema: &Value) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    let mut layer = map.clone();
    layer.remove("required");
    let is_closed = layer.contains_key("properties") && !layer.contains_key("additionalProperties");
    if let Some(Value::Object(properties)) = layer.get_mut("properties") {
        for property in properties.values_mut() {
            *property = or_null(&as_layer(property));
        }
        if is_closed {
            layer.insert("additionalProperties".to_owned(), json!(false));
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(inner) = layer.get_mut(keyword) {
            *inner = as_layer(inner);
        }
    }
    if layer.get("x-kubernetes-list-type").and_then(Value::as_str) == Some("map")
        && let Some(Value::Object(properties)) = layer.get_mut("items").and_then(|items| items.get_mut("properties"))
    {
        properties.insert("$patch".to_owned(), json!({"const": "delete"}));
    }
    Value::Object(layer)
}

fn or_null(schema: &Value) -> Value {
    let mut wrapped = json!({"anyOf": [schema, {"type": "null"}]});
    if let Some(description) = schema.get("description") {
        wrapped["description"] = description.clone();
    }
    wrapped
}
