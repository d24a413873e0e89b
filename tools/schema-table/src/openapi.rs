//! Reads the definitions of one minor out of kubernetes-validate, without their prose.

use crate::constraints::Enumerations;
use bayplan::kubernetes::Minor;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Definitions by their OpenAPI name, such as `io.k8s.api.core.v1.Pod`; a `$ref` is such a name.
pub type Definitions = BTreeMap<String, Value>;

pub const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

pub fn read(wheel: &Path, minor: Minor) -> Result<Definitions, Box<dyn Error>> {
    let path = wheel.join(format!("v{minor}.0-local/_definitions.json"));
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: Value = serde_json::from_str(&text)?;
    let raw = file["$defs"].as_object().ok_or("a file of definitions has no $defs")?;
    Ok(raw.iter().map(|(name, definition)| (name.clone(), definition_of(raw, name, definition))).collect())
}

/// Puts the values that are allowed into string fields.
pub fn add_enumerations(definitions: &mut Definitions, enumerations: &Enumerations) {
    for ((definition, field), values) in enumerations {
        let place =
            definitions.get_mut(definition).and_then(|found| found.pointer_mut(&format!("/properties/{field}")));
        if let Some(schema) = place.and_then(Value::as_object_mut) {
            let schema = match schema.get_mut("items").and_then(Value::as_object_mut) {
                Some(items) => items,
                None => schema,
            };
            schema.insert("enum".into(), json!(values));
        }
    }
}

/// Takes what the newest minor says of required fields of stable types for all minors. Kubernetes does not change what a stable
/// type requires; it corrects what the documents say of it: that `roleRef.apiGroup` and `serviceName` may be left out, or that
/// nothing is a Deployment without `spec`.
pub fn settle_required(definitions: &mut BTreeMap<Minor, Definitions>) {
    let Some(newest) = definitions.get(&Minor::NEWEST).cloned() else { return };
    for (name, newest) in newest.iter().filter(|(name, _)| is_stable(name)) {
        for older in definitions.values_mut().filter_map(|definitions| definitions.get_mut(name)) {
            let fields = older["properties"].as_object().into_iter().flatten().map(|(field, _)| field.clone());
            let requires = |definition: &Value, field: &String| {
                definition["required"].as_array().is_some_and(|names| names.iter().any(|name| name == field))
            };
            let is_known = |field: &String| newest["properties"].get(field).is_some();
            let required = fields.filter(|field| requires(if is_known(field) { newest } else { older }, field));
            let required: Vec<String> = required.collect();
            if let Some(older) = older.as_object_mut() {
                older.insert("required".into(), json!(required));
            }
        }
    }
}

/// Whether a definition is of a version such as `v1`.
fn is_stable(name: &str) -> bool {
    let version = name.rsplit('.').nth(1).and_then(|version| version.strip_prefix('v'));
    version.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn definition_of(raw: &Map<String, Value>, name: &str, definition: &Value) -> Value {
    match name.rsplit('.').next().unwrap_or(name) {
        "Quantity" => json!({"type": "quantity"}),
        "IntOrString" => json!({"type": "int-or-string", "format": "int32"}),
        // Any JSON object, kept as it is.
        "RawExtension" | "FieldsV1" => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        _ => {
            let mut cleaned = clean(raw, definition, false);
            if name == OBJECT_META {
                cleaned["x-bayplan-object-meta"] = json!(true);
            }
            cleaned
        }
    }
}

/// Keeps what says something of values. In kubernetes-validate a type of `null` means that a field may be left out, which
/// `required` says as well; in items and map values it is kept.
fn clean(raw: &Map<String, Value>, schema: &Value, is_item: bool) -> Value {
    let Some(schema) = schema.as_object() else { return json!({}) };
    let mut cleaned = Map::new();
    for (key, value) in schema {
        let value = match key.as_str() {
            "$ref" => json!(local_name(value)),
            "type" => match value.as_array() {
                Some(types) if !is_item => json!(types.iter().find(|name| *name != "null")),
                _ => value.clone(),
            },
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                fields.map(|(name, field)| (name.clone(), clean(raw, field, false))).collect::<Map<_, _>>().into()
            }
            "items" | "additionalProperties" => clean(raw, value, true),
            "x-kubernetes-list-map-keys" => list_map_keys(raw, schema, value),
            "format"
            | "required"
            | "x-kubernetes-group-version-kind"
            | "x-kubernetes-list-type"
            | "x-kubernetes-patch-merge-key"
            | "x-kubernetes-patch-strategy" => value.clone(),
            _ => continue,
        };
        cleaned.insert(key.clone(), value);
    }
    Value::Object(cleaned)
}

fn local_name(reference: &Value) -> &str {
    reference.as_str().and_then(|text| text.rsplit('/').next()).unwrap_or_default()
}

/// List map keys with the value that the API server takes where the key is left out. The schemas lack their defaults, but their
/// prose has them in one of two forms.
fn list_map_keys(raw: &Map<String, Value>, list: &Map<String, Value>, keys: &Value) -> Value {
    let item = list.get("items").unwrap_or(&Value::Null);
    let item = item.get("$ref").and_then(|reference| raw.get(local_name(reference))).unwrap_or(item);
    let keys = keys.as_array().into_iter().flatten().filter_map(Value::as_str);
    keys.map(|key| {
        let is_required = item["required"].as_array().is_some_and(|names| names.iter().any(|name| name == key));
        let prose = item["properties"][key]["description"].as_str().unwrap_or_default();
        let after = ["Defaults to ", "Default is "].iter().find_map(|phrase| prose.split_once(phrase));
        let word = after.and_then(|(_, rest)| rest.split_whitespace().next());
        match word.map(|word| word.trim_matches(['"', '.', ','])) {
            Some(default) if !is_required => json!({"name": key, "default": default}),
            _ => json!({"name": key}),
        }
    })
    .collect()
}
