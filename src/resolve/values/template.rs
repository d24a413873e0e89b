//! What a template says of its values, made ready once: the merge plan, the closed schema, what its tags are bound to, and
//! its computed values.

use super::{COMPUTED, VALUES_SCHEMA, keywords};
use crate::diag::{Diagnostic, Diagnostics};
use crate::layers::MergePlan;
use crate::load::Template;
use crate::mustache::{Inline, NameUse};
use crate::near;
use crate::pointer::Pointer;
use crate::resolve::roots::{self, RESERVED};
use crate::source::Span;
use crate::spec::template::Computed;
use crate::spec::{Spec, TemplateSpec};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What a template says of its values, made ready.
pub struct TemplateValues {
    pub(super) plan: MergePlan,
    /// Closed where the author did not say otherwise.
    pub(super) schema: Value,
    pub(super) validator: Validator,
    /// What tags are bound to: the values, the computed ones and the reserved roots.
    root_schema: Value,
    pub(super) computed: Vec<ComputedValue>,
}

pub(super) struct ComputedValue {
    pub name: String,
    pub inline: Inline,
    /// The value's JSON text instead of the value.
    pub as_json: bool,
}

impl TemplateValues {
    /// All that is wrong with the head of a template is pushed, and nothing is given then.
    pub fn compile(template: &Template, diagnostics: &mut Diagnostics) -> Option<Self> {
        let head = &template.spec;
        let mut found = Diagnostics::new();
        let at = Pointer::from_segments(["spec", "values", "schema"]);
        let mut written = head.spec.values.schema.as_value().clone();
        if let Value::Object(schema) = &mut written {
            // What a template does not declare it is not given, also where it declares nothing.
            schema.entry("properties").or_insert_with(|| json!({}));
        }
        let written = &written;
        let plan = match MergePlan::new(written) {
            Ok(plan) => Some(plan),
            Err(errors) => {
                for error in errors {
                    let place = head.place(&at.join(&error.pointer));
                    let diagnostic = Diagnostic::error(&VALUES_SCHEMA, error.message).at(place, "in this schema");
                    found.push(diagnostic.maybe_help(error.help));
                }
                None
            }
        };
        let mut schema = written.clone();
        close(&mut schema);
        keywords::check(written, &at, head, &mut found);
        let validator = match jsonschema::draft202012::options().build(&schema) {
            Ok(validator) => Some(validator),
            // What is wrong with a reference the plan has told.
            Err(_) if found.has_errors() => None,
            Err(error) => {
                let pointer = Pointer::parse(error.instance_path().as_str()).unwrap_or_default();
                found.push(keywords::no_schema(&error, &pointer).at(head.place(&at.join(&pointer)), "here"));
                None
            }
        };
        check_names(head, &at, &mut found);
        let (root_schema, computed) = compile_computed(head, written, &mut found);
        let has_errors = found.has_errors();
        diagnostics.extend(found);
        if has_errors {
            return None;
        }
        Some(TemplateValues { plan: plan?, schema, validator: validator?, root_schema, computed })
    }

    /// The schema that the template's tags are bound to.
    pub fn root_schema(&self) -> &Value {
        &self.root_schema
    }

    pub fn declares(&self, key: &str) -> bool {
        self.plan.declares(key)
    }

    pub fn declared(&self) -> impl Iterator<Item = &str> {
        self.plan.declared()
    }

    /// The names that computed values use.
    pub fn uses(&self) -> impl Iterator<Item = &NameUse> {
        self.computed.iter().flat_map(|computed| computed.inline.uses())
    }
}

/// Objects with `properties` take no other keys unless they say so: a misspelt key would be lost in silence.
fn close(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    let is_composed = ["allOf", "anyOf", "oneOf", "$ref", "if"].iter().any(|keyword| map.contains_key(*keyword));
    let says = ["additionalProperties", "unevaluatedProperties", "patternProperties"]
        .iter()
        .any(|keyword| map.contains_key(*keyword));
    if map.contains_key("properties") && !says && !is_composed {
        map.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    for keyword in ["properties", "patternProperties", "$defs", "definitions"] {
        if let Some(Value::Object(inner)) = map.get_mut(keyword) {
            inner.values_mut().for_each(close);
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(inner) = map.get_mut(keyword) {
            close(inner);
        }
    }
    for keyword in ["anyOf", "oneOf", "prefixItems"] {
        if let Some(Value::Array(branches)) = map.get_mut(keyword) {
            branches.iter_mut().for_each(close);
        }
    }
}

fn check_names(head: &Spec<TemplateSpec>, at: &Pointer, diagnostics: &mut Diagnostics) {
    let schema = &head.spec.values.schema;
    let kind = schema.get("type").and_then(Value::as_str);
    if kind.is_some_and(|kind| kind != "object") {
        let message = "the values schema must be of type object";
        diagnostics.push(Diagnostic::error(&VALUES_SCHEMA, message).at(head.place(&at.child("type")), "this type"));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for name in properties.into_iter().flat_map(Map::keys).filter(|name| RESERVED.contains(&name.as_str())) {
        let place = head.document.locate_key(&at.child("properties").child(name));
        diagnostics.push(
            Diagnostic::error(&VALUES_SCHEMA, format!("`{name}` is a reserved root and cannot be a value"))
                .at(place, "declared here")
                .help("give the value another name"),
        );
    }
    let is_open = schema.get("additionalProperties").is_some_and(|inner| *inner != Value::Bool(false));
    for name in head.spec.values.defaults.keys() {
        if !is_open && !properties.is_some_and(|properties| properties.contains_key(name)) {
            let place = head.document.locate_key(&Pointer::from_segments(["spec", "values", "defaults", name]));
            diagnostics.push(
                Diagnostic::error(&VALUES_SCHEMA, format!("default `{name}` is not declared in the schema"))
                    .at(place, "this default")
                    .maybe_help(near::hint(name, properties.into_iter().flat_map(Map::keys).map(String::as_str))),
            );
        }
    }
}

/// The root schema with all computed names, and the computed values in order.
fn compile_computed(
    head: &Spec<TemplateSpec>,
    written: &Value,
    diagnostics: &mut Diagnostics,
) -> (Value, Vec<ComputedValue>) {
    let mut root = written.clone();
    if !root.is_object() {
        root = json!({});
    }
    root["type"] = json!("object");
    if root.get("properties").is_none_or(|properties| !properties.is_object()) {
        root["properties"] = json!({});
    }
    let declared: BTreeSet<String> = root["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
    for (name, schema) in roots::schemas(head.spec.scope) {
        root["properties"][name] = schema;
    }
    let mut computed = Vec::new();
    let mut names = BTreeSet::new();
    for (index, entry) in head.spec.computed.iter().enumerate() {
        let at = Pointer::from_segments(["spec", "computed"]).child(index);
        let mut refuse = |message: String, pointer: Pointer, help: &str| {
            diagnostics.push(Diagnostic::error(&COMPUTED, message).at(head.place(&pointer), "here").help(help));
        };
        let is_taken = declared.contains(&entry.name) || RESERVED.contains(&entry.name.as_str());
        if is_taken || !names.insert(entry.name.clone()) {
            let reason = if RESERVED.contains(&entry.name.as_str()) {
                "is a reserved root"
            } else if declared.contains(&entry.name) {
                "is declared in the values schema"
            } else {
                "is computed twice"
            };
            refuse(format!("computed name `{}` {reason}", entry.name), at.child("name"), "give it another name");
            continue;
        }
        let (text, field, as_json) = match (&entry.value, &entry.json) {
            (Some(value), None) => (value.clone(), "value", false),
            (None, Some(path)) => (format!("{{{{{path}}}}}"), "json", true),
            (Some(_), Some(_)) | (None, None) => {
                let found = if entry.value.is_some() { "both" } else { "neither" };
                let message = format!("computed `{}` takes one of `value` and `json`, found {found}", entry.name);
                refuse(message, at, "write `value: \"{{...}}\"` for a text or a value, `json: PATH` for JSON text");
                continue;
            }
        };
        let place = head.place(&at.child(field));
        if let Some(later) = uses_later(&text, place, &root, &head.spec.computed[index..]) {
            diagnostics.push(later);
        } else if let Some(inline) = Inline::compile(&text, place, &root, diagnostics) {
            computed.push(ComputedValue { name: entry.name.clone(), inline, as_json });
        }
        root["properties"][&entry.name] = if as_json { json!({"type": "string"}) } else { json!({}) };
    }
    (root, computed)
}

/// The error of a computed value that uses itself or one that is computed after it, which it cannot see.
fn uses_later(text: &str, place: Span, root: &Value, from_here: &[Computed]) -> Option<Diagnostic> {
    let is_unknown = |name: &str| root["properties"].get(name).is_none();
    let later: Vec<&str> = from_here.iter().map(|entry| entry.name.as_str()).filter(|name| is_unknown(name)).collect();
    let mut all = root.clone();
    for name in &later {
        all["properties"][name] = json!({});
    }
    let inline = Inline::compile(text, place, &all, &mut Diagnostics::new())?;
    let used = inline.uses().iter().find(|used| used.root().is_some_and(|name| later.contains(&name)))?;
    let (name, own) = (used.root()?, from_here.first()?.name.as_str());
    let (message, help) = if name == own {
        (format!("computed `{own}` uses itself"), "write it without that tag".to_owned())
    } else {
        (format!("computed `{own}` uses `{name}`, which is computed after it"), format!("move `{name}` above `{own}`"))
    };
    Some(Diagnostic::error(&COMPUTED, message).at(used.tag, "not known yet").help(help))
}
