//! JSON Schemas of the kinds, from the Rust types that read them.

use super::{
    API_VERSION, AcknowledgementSpec, ClusterSpec, EnvironmentSpec, FleetSpec, Kind, Metadata, SiteSpec, TemplateSpec,
    TenantSpec,
};
use jsonschema::Validator;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// The schema of a whole document of a kind (draft 2020-12): `apiVersion`, `kind`, `metadata`, `spec`.
pub fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Fleet => document::<FleetSpec>(kind),
        Kind::Cluster => document::<ClusterSpec>(kind),
        Kind::Environment => document::<EnvironmentSpec>(kind),
        Kind::Tenant => document::<TenantSpec>(kind),
        Kind::Site => document::<SiteSpec>(kind),
        Kind::Template => document::<TemplateSpec>(kind),
        Kind::Acknowledgement => document::<AcknowledgementSpec>(kind),
    }
}

/// A kind's schema, compiled once.
pub struct CompiledSchema {
    pub schema: Value,
    pub validator: Validator,
}

/// The compiled schema of a kind; none only if the schema itself were broken, which a test rules out.
pub fn compiled(kind: Kind) -> Option<&'static CompiledSchema> {
    static COMPILED: [OnceLock<Option<CompiledSchema>>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
    COMPILED[kind as usize]
        .get_or_init(|| {
            let schema = of_kind(kind);
            let validator = jsonschema::draft202012::new(&schema).ok()?;
            Some(CompiledSchema { schema, validator })
        })
        .as_ref()
}

fn document<T: JsonSchema>(kind: Kind) -> Value {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let metadata = generator.subschema_for::<Metadata>();
    let spec = generator.subschema_for::<T>();
    let definitions: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.name(),
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "additionalProperties": false,
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": kind.name()},
            "metadata": metadata,
            "spec": spec,
        },
        "$defs": definitions,
    });
    if needs_spec(kind)
        && let Some(required) = schema["required"].as_array_mut()
    {
        required.push(json!("spec"));
    }
    refuse_null(&mut schema);
    schema
}

/// Whether a kind makes no sense without its `spec`.
fn needs_spec(kind: Kind) -> bool {
    match kind {
        Kind::Fleet | Kind::Tenant => false,
        Kind::Cluster | Kind::Environment | Kind::Site | Kind::Template | Kind::Acknowledgement => true,
    }
}

/// An optional field may be left out, but `field:` with nothing after it is more often a mistake than a wish.
fn refuse_null(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(words)) = map.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            if let Some(Value::Array(branches)) = map.get_mut("anyOf") {
                branches.retain(|branch| branch.get("type").and_then(Value::as_str) != Some("null"));
                if let [Value::Object(only)] = branches.as_slice() {
                    let only = only.clone();
                    map.remove("anyOf");
                    for (key, value) in only {
                        map.entry(key).or_insert(value);
                    }
                }
            }
            if map.get("default").is_some_and(Value::is_null) {
                map.remove("default");
            }
            map.values_mut().for_each(refuse_null);
        }
        Value::Array(items) => items.iter_mut().for_each(refuse_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_that_compiles_and_describes_each_field() {
        for kind in Kind::ALL {
            let compiled = compiled(kind).unwrap_or_else(|| panic!("schema of {} compiles", kind.name()));
            assert_eq!(compiled.schema["properties"]["kind"]["const"], kind.name());
            assert!(!compiled.schema.to_string().contains("\"null\""), "{} allows null", kind.name());
        }
    }
}
