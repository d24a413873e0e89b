//! Adds to the custom kinds what no package says: `supplement.json`, in our own words, each entry with its reason.
//!
//! `kinds` are whole kinds. `fields` change objects of schemas: those at the places `at` (`spec.rules[].port`; empty is the whole
//! object), or all that have the fields `with`. `add` adds fields that are not there, `set` is a merge patch of the schema, and
//! `optional` names fields that have a default, so that nobody must write them. An entry that changes nothing is an error.

use crate::custom::CustomKind;
use bayplan::kubernetes::Scope;
use serde_json::{Map, Value, json};
use std::error::Error;

/// A kind that no crate has, and the npm package that knows its Go types.
pub type SupplementaryKind = (CustomKind, Option<String>);

pub fn kinds() -> Result<Vec<SupplementaryKind>, Box<dyn Error>> {
    let entries = entries("kinds")?.into_iter().map(|entry| {
        let text = |name: &str| entry[name].as_str().map(str::to_owned).ok_or(format!("supplement.json: no {name}"));
        let kind = CustomKind {
            api_version: text("apiVersion")?,
            kind: text("kind")?,
            plural: text("plural")?,
            scope: if entry["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced },
            schema: entry["schema"].clone(),
        };
        Ok((kind, entry["constraints"].as_str().map(str::to_owned)))
    });
    entries.collect()
}

/// Changes the schemas of kinds.
pub fn fields(kinds: &mut [CustomKind]) -> Result<(), Box<dyn Error>> {
    for entry in entries("fields")? {
        let mut is_used = false;
        for kind in kinds.iter_mut() {
            let name = json!(format!("{} {}", kind.api_version, kind.kind));
            if !list(&entry, "kinds").contains(&name) {
                continue;
            }
            for path in list(&entry, "at").iter().filter_map(Value::as_str) {
                if let Some(found) = at(&mut kind.schema, path) {
                    is_used |= change(found, &entry);
                }
            }
            if !list(&entry, "with").is_empty() {
                is_used |= change_all(&mut kind.schema, &entry);
            }
        }
        if !is_used {
            return Err(format!("supplement.json: an entry changes nothing: {entry}").into());
        }
    }
    Ok(())
}

fn entries(name: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let supplement: Value = serde_json::from_str(include_str!("supplement.json"))?;
    Ok(list(&supplement, name).to_vec())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn at<'s>(schema: &'s mut Value, path: &str) -> Option<&'s mut Map<String, Value>> {
    let mut found = schema;
    for segment in path.split('.').filter(|segment| !segment.is_empty()) {
        let name = segment.trim_end_matches("[]");
        found = found.get_mut("properties")?.get_mut(name)?;
        if name != segment {
            found = found.get_mut("items")?;
        }
    }
    found.as_object_mut()
}

fn change_all(schema: &mut Value, entry: &Value) -> bool {
    let Some(schema) = schema.as_object_mut() else { return false };
    let mut is_used = false;
    for below in ["items", "additionalProperties"] {
        is_used |= schema.get_mut(below).is_some_and(|below| change_all(below, entry));
    }
    let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return is_used };
    let mut names = list(entry, "with").iter().filter_map(Value::as_str);
    let has_all = names.all(|name| fields.contains_key(name));
    for field in fields.values_mut() {
        is_used |= change_all(field, entry);
    }
    is_used | (has_all && change(schema, entry))
}

fn change(schema: &mut Map<String, Value>, entry: &Value) -> bool {
    let before = schema.clone();
    for (name, field) in entry["add"].as_object().into_iter().flatten() {
        let fields = schema.entry("properties").or_insert_with(|| json!({}));
        if fields[name].is_null() {
            fields[name] = field.clone();
        }
    }
    for (key, value) in entry["set"].as_object().into_iter().flatten() {
        match value {
            Value::Null => _ = schema.remove(key),
            value => _ = schema.insert(key.clone(), value.clone()),
        }
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !list(entry, "optional").contains(name));
    }
    *schema != before
}
