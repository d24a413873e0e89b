//! Reads schemas back out of the kubernetes-models packages for npm: enums of Kubernetes' own fields, and of custom kinds the
//! patterns, lengths and bounds that their Go types ask for and that the `kcr_*` crates lose.
//!
//! Each module `_schemas/TYPE.js` is a validator that a program wrote, one function a schema: the conditions are in the errors
//! that it would raise, the structure in its calls of other validators. It is read as text and never run.

use crate::openapi::Definitions;
use regex::Regex;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The values allowed in string fields, by definition and field.
pub type Enumerations = BTreeMap<(String, String), Vec<Value>>;

/// The values allowed in string fields of Kubernetes' own types.
pub fn enumerations(node_modules: &Path, definitions: &Definitions) -> Result<Enumerations, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    for (name, definition) in definitions.iter().filter(|(name, _)| name.starts_with("io.k8s.")) {
        let path = node_modules.join("kubernetes-models/_schemas").join(format!("{}.js", module_name(name)));
        if !path.exists() {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let schema =
            Module::read(&text).schema(&BTreeMap::new()).ok_or_else(|| format!("{name} exports no validator"))?;
        for (field, own) in definition["properties"].as_object().into_iter().flatten() {
            let theirs = &schema["properties"][field];
            let theirs = if own["type"] == "array" { &theirs["items"] } else { theirs };
            let Some(values) = theirs["enum"].as_array().filter(|_| !matches!(field.as_str(), "apiVersion" | "kind"))
            else {
                continue;
            };
            let mut values = values.clone();
            // The API server takes the empty string for a value left out.
            if !definition["required"].as_array().is_some_and(|names| names.iter().any(|name| name == field)) {
                values.push(json!(""));
            }
            found.insert((name.clone(), field.clone()), values);
        }
    }
    Ok(found)
}

/// `io.k8s.api.core.v1.Pod` is the module `IoK8sApiCoreV1Pod`.
fn module_name(definition: &str) -> String {
    let words = definition.split(['.', '-']);
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// Schemas of modules, each read once.
pub struct Modules {
    node_modules: PathBuf,
    known: BTreeMap<PathBuf, Value>,
}

static FUNCTION: LazyLock<Regex> = LazyLock::new(|| regex(r"function (validate\d+)\(data,"));
static IMPORT: LazyLock<Regex> = LazyLock::new(|| regex(r#"import\{validate as (validate\d+)\}from"([^"]+)""#));
static EXPORT: LazyLock<Regex> = LazyLock::new(|| regex(r"export const validate=(validate\d+);"));
static VALUES: LazyLock<Regex> = LazyLock::new(|| regex(r"let (schema\d+_enum)=(\[[^\]]*\])"));
static CALL: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(validate\d+)\(data(?:\.([A-Za-z0-9_$]+)|\["([^"]+)"\]|(\[i\d+\])|(\[key\d+\]))?,"#));
static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r##"schemaPath:"#/(\w+)",keyword:"\w+",params:\{(?:comparison:"[^"]*",)?\w+:("(?:[^"\\]|\\.)*"|[\w.+-]+)\}"##)
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("{pattern} is no regular expression: {error}"))
}

impl Modules {
    pub fn new(node_modules: &Path) -> Self {
        Modules { node_modules: node_modules.to_owned(), known: BTreeMap::new() }
    }

    /// The schema of a module as JSON Schema, with everything it refers to put in its place.
    pub fn schema(&mut self, path: &Path) -> Result<Value, Box<dyn Error>> {
        if let Some(known) = self.known.get(path) {
            return Ok(known.clone());
        }
        if let Some(schema) = basic(path) {
            return Ok(schema);
        }
        // A type that holds itself ends here.
        self.known.insert(path.to_owned(), json!({}));
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let module = Module::read(&text);
        let mut imported = BTreeMap::new();
        for import in IMPORT.captures_iter(&text) {
            let target = match import[2].strip_prefix("./") {
                Some(sibling) => path.with_file_name(sibling),
                None if import[2].ends_with(".js") => self.node_modules.join(&import[2]),
                None => self.node_modules.join(format!("{}.js", &import[2])),
            };
            imported.insert(import[1].to_owned(), self.schema(&target)?);
        }
        let mut schema = module.schema(&imported).ok_or_else(|| format!("{} exports no validator", path.display()))?;
        if path.starts_with(self.node_modules.join("kubernetes-models")) {
            without_enumerations(&mut schema);
        }
        self.known.insert(path.to_owned(), schema.clone());
        Ok(schema)
    }
}

/// Types of apimachinery whose meaning is not in their module.
fn basic(path: &Path) -> Option<Value> {
    let name = path.file_stem()?.to_str()?.strip_prefix("IoK8s")?;
    Some(match name {
        "ApimachineryPkgApiResourceQuantity" => json!({"type": "quantity"}),
        "ApimachineryPkgUtilIntstrIntOrString" => json!({"type": "int-or-string"}),
        "ApimachineryPkgApisMetaV1Time" => json!({"type": "string", "format": "date-time"}),
        "ApimachineryPkgRuntimeRawExtension" => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        "ApiextensionsApiserverPkgApisApiextensionsV1JSON" => json!({"x-kubernetes-preserve-unknown-fields": true}),
        _ => return None,
    })
}

struct Module<'t> {
    entry: Option<&'t str>,
    functions: BTreeMap<&'t str, &'t str>,
    values: BTreeMap<String, Value>,
}

impl<'t> Module<'t> {
    fn read(text: &'t str) -> Self {
        let heads: Vec<(std::ops::Range<usize>, &str)> = FUNCTION
            .captures_iter(text)
            .filter_map(|found| Some((found.get(0)?.range(), found.get(1)?.as_str())))
            .collect();
        let ends = heads.iter().skip(1).map(|(next, _)| next.start).chain([text.len()]);
        let functions = heads.iter().zip(ends).map(|((head, name), end)| (*name, &text[head.end..end])).collect();
        let values = VALUES
            .captures_iter(text)
            .filter_map(|found| Some((found[1].to_owned(), serde_json::from_str(&found[2]).ok()?)))
            .collect();
        let entry = EXPORT.captures(text).and_then(|export| export.get(1)).map(|name| name.as_str());
        Module { entry, functions, values }
    }

    /// The schema that the module is for, if it is one of a schema at all.
    fn schema(&self, imported: &BTreeMap<String, Value>) -> Option<Value> {
        Some(self.function(self.entry?, imported, &mut Vec::new()))
    }

    /// The schema that a function checks. `above` are the functions that called it: a type that holds itself ends there.
    fn function<'n>(&self, name: &'n str, imported: &BTreeMap<String, Value>, above: &mut Vec<&'n str>) -> Value
    where
        't: 'n,
    {
        if let Some(schema) = imported.get(name) {
            return schema.clone();
        }
        let Some(body) = self.functions.get(name).filter(|_| !above.contains(&name)) else { return json!({}) };
        above.push(name);
        let mut schema = Map::new();
        let mut required = Vec::new();
        for failure in FAILURE.captures_iter(body) {
            let value = match &failure[2] {
                // The values of an enum stand in a variable of the module.
                text if text.starts_with("schema") => self.values.get(text).cloned().unwrap_or_default(),
                text => serde_json::from_str(text).unwrap_or_default(),
            };
            match &failure[1] {
                "required" => required.push(value),
                "type" | "format" | "enum" | "pattern" | "minimum" | "maximum" | "minLength" | "maxLength"
                | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                    schema.insert(failure[1].to_owned(), value);
                }
                _ => {}
            }
        }
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        for call in CALL.captures_iter(body) {
            let callee = call.get(1).map_or("", |callee| callee.as_str());
            let below = self.function(callee, imported, above);
            if let Some(field) = call.get(2).or(call.get(3)) {
                let fields = schema.entry("properties").or_insert_with(|| json!({}));
                fields[field.as_str()] = below;
            } else if call.get(4).is_some() {
                schema.insert("items".into(), below);
            } else if call.get(5).is_some() {
                schema.insert("additionalProperties".into(), below);
            } else {
                merge(&mut schema, &below);
            }
        }
        above.pop();
        Value::Object(schema)
    }
}

/// CRDs do not hold Kubernetes' own types that they contain to their words.
fn without_enumerations(schema: &mut Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("enum");
        for below in ["items", "additionalProperties"] {
            schema.get_mut(below).into_iter().for_each(without_enumerations);
        }
        let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
        fields.into_iter().flatten().for_each(|(_, field)| without_enumerations(field));
    }
}

/// Adds what a schema refers to to the schema itself: its own words win.
fn merge(schema: &mut Map<String, Value>, below: &Value) {
    for (key, value) in below.as_object().into_iter().flatten() {
        match (schema.get_mut(key), value) {
            (Some(Value::Object(own)), Value::Object(theirs)) => {
                for (name, field) in theirs {
                    own.entry(name.clone()).or_insert_with(|| field.clone());
                }
            }
            (Some(Value::Array(own)), Value::Array(theirs)) if key == "required" => own.extend(theirs.iter().cloned()),
            (Some(_), _) => {}
            (None, _) => {
                schema.insert(key.clone(), value.clone());
            }
        }
    }
}
