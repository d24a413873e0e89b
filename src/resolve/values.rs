//! The values of a deployment: layers merged, enforced, held against the template's schema, and computed values added.
//!
//! [`TemplateValues`] is made once for each template. [`RenderInputs`] are what a template is rendered with, and lead back from
//! a value to the line that set it, by merging once more with a trace.

use super::roots::{self, RESERVED};
use super::stack::{LayerRole, LayerSource, LayerStack};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::layers::{Enforcer, Layer, LayerError, LayerErrorKind, MergePlan, Place, Source, Trace, merge};
use crate::load::{Cluster, Specs, Template, facts};
use crate::mustache::{Inline, NameUse, Values};
use crate::near;
use crate::pointer::Pointer;
use crate::render::Library;
use crate::source::Span;
use crate::spec::check::{self, Finding, Problem};
use crate::spec::{Spec, TemplateSpec};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

pub static VALUES_SCHEMA: Code = Code {
    name: "values-schema",
    explanation: "The `values.schema` of a template is no JSON Schema, is not of type object, declares a reserved root (fleet, \
                  cluster, environment, tenant, site, namespace, facts), or its `defaults` set what it does not declare.",
};
pub static COMPUTED: Code = Code {
    name: "computed",
    explanation: "An entry of `computed` has a `name` that the schema does not declare and that is no reserved root, and exactly \
                  one of `value` (a Mustache string) and `json` (a path). Entries see those above them.",
};
pub static UNUSED_VALUE: Code = Code {
    name: "unused-value",
    explanation: "The fleet, a cluster, an environment or a tenant sets a value that no template declares, so nothing reads it. It \
                  may be misspelt.",
};
pub static VALUE_IS_DATA: Code = Code {
    name: "value-is-data",
    explanation: "A value holds `{{`. Values are data: it is inserted as it is, and no tag in it is replaced. To make a value from \
                  others, add an entry to `computed` in the template.",
};

pub static CODES: &[&Code] = &[&VALUES_SCHEMA, &COMPUTED, &UNUSED_VALUE, &VALUE_IS_DATA];

/// What a template says of its values, made ready.
pub struct TemplateValues {
    plan: MergePlan,
    /// Closed where the author did not say otherwise.
    schema: Value,
    validator: Validator,
    /// What tags are bound to: the values, the computed ones and the reserved roots.
    root_schema: Value,
    computed: Vec<ComputedValue>,
}

struct ComputedValue {
    name: String,
    inline: Inline,
    /// The value's JSON text instead of the value.
    as_json: bool,
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
        let validator = match jsonschema::draft202012::options().build(&schema) {
            Ok(validator) => Some(validator),
            Err(error) => {
                let pointer = Pointer::parse(error.instance_path().as_str()).unwrap_or_default();
                let message = format!("the values schema is no JSON Schema: {error}");
                found.push(Diagnostic::error(&VALUES_SCHEMA, message).at(head.place(&at.join(&pointer)), "here"));
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
        let mut refuse = |message: String, pointer: Pointer| {
            diagnostics.push(Diagnostic::error(&COMPUTED, message).at(head.place(&pointer), "here"));
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
            refuse(format!("computed name `{}` {reason}", entry.name), at.child("name"));
            continue;
        }
        let (text, field, as_json) = match (&entry.value, &entry.json) {
            (Some(value), None) => (value.clone(), "value", false),
            (None, Some(path)) => (format!("{{{{{path}}}}}"), "json", true),
            (Some(_), Some(_)) | (None, None) => {
                refuse(format!("computed `{}` has one of `value` and `json`", entry.name), at);
                continue;
            }
        };
        let place = head.place(&at.child(field));
        if let Some(inline) = Inline::compile(&text, place, &root, diagnostics) {
            computed.push(ComputedValue { name: entry.name.clone(), inline, as_json });
        }
        root["properties"][&entry.name] = if as_json { json!({"type": "string"}) } else { json!({}) };
    }
    (root, computed)
}

/// What a template is rendered with, for one deployment, namespace or cluster.
pub struct RenderInputs<'s> {
    merged: Map<String, Value>,
    roots: Map<String, Value>,
    stack: LayerStack<'s>,
    template: Arc<TemplateValues>,
}

impl std::fmt::Debug for RenderInputs<'_> {
    /// Without the values, which may be many.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RenderInputs").field("layers", &self.stack.len()).finish_non_exhaustive()
    }
}

impl RenderInputs<'_> {
    pub fn values(&self) -> Values<'_> {
        Values::new([&self.merged, &self.roots])
    }

    /// The merged values, computed ones among them.
    pub fn merged(&self) -> &Map<String, Value> {
        &self.merged
    }

    /// The line that set the value at `pointer`, and the name of its layer.
    pub fn locate(&self, pointer: &Pointer) -> Option<(Span, String)> {
        let mut trace = Trace::default();
        let (layers, enforcers) = parts(&self.stack);
        merge(&self.template.plan, &layers, &enforcers, &mut trace);
        let place = winner(&trace, pointer)?;
        Some((place_of(&self.stack, &place), label_of(&self.stack, place.source)))
    }
}

/// Merges a stack and checks what comes of it. Nothing, where there is an error. `elsewhere` tells whether another template of
/// the site declares a key that this one does not: the site's layer for all environments may set such a key.
pub fn resolve<'s>(
    template: &Arc<TemplateValues>,
    stack: LayerStack<'s>,
    roots: Map<String, Value>,
    id: &str,
    elsewhere: &dyn Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> Option<RenderInputs<'s>> {
    let (layers, enforcers) = parts(&stack);
    let merged = merge(&template.plan, &layers, &enforcers, &mut ());
    let mut has_layer_errors = false;
    for error in &merged.errors {
        if let (LayerErrorKind::Undeclared { key, .. }, Source::Layer(number)) = (&error.kind, error.place.source)
            && stack.get(number).is_some_and(|source| source.role == LayerRole::SiteWide)
            && elsewhere(key)
        {
            continue;
        }
        has_layer_errors = true;
        diagnostics.push(layer_diagnostic(error, &stack).in_deployment(id));
    }
    let merged = Value::Object(merged.values);
    let findings = check::check(&template.validator, &template.schema, &merged);
    let Value::Object(merged) = merged else { return None };
    let mut inputs = RenderInputs { merged, roots, stack, template: Arc::clone(template) };
    let has_findings = !findings.is_empty();
    for finding in findings {
        diagnostics.push(value_diagnostic(&finding, &inputs).in_deployment(id));
    }
    if has_layer_errors || has_findings {
        return None;
    }
    for computed in &template.computed {
        match computed.inline.render(&inputs.values()) {
            Ok(value) => {
                let value = if computed.as_json { Value::String(value.to_string()) } else { value };
                inputs.merged.insert(computed.name.clone(), value);
            }
            Err(errors) => {
                diagnostics.extend(errors.into_iter().map(|error| crate::render::explained(error, &inputs, Some(id))));
                return None;
            }
        }
    }
    Some(inputs)
}

/// Who set the value at `pointer`: of a map, who set the first leaf in it; of what is not there, who set what is around it.
fn winner(trace: &Trace, pointer: &Pointer) -> Option<Place> {
    if let Some((leaf, traced)) = trace.find(pointer) {
        let rest = pointer.segments()[leaf.segments().len()..].iter().cloned();
        let pointer = traced.winner.pointer.join(&Pointer::from_segments(rest));
        return Some(Place { source: traced.winner.source, pointer });
    }
    let mut here = Some(pointer.clone());
    while let Some(around) = here.filter(|around| !around.is_root()) {
        if let Some((leaf, traced)) = trace.below(&around).next() {
            // The leaf's own path less what it has below the place that was asked for.
            let depth = leaf.segments().len() - around.segments().len();
            let own = traced.winner.pointer.segments();
            let own = own[..own.len().saturating_sub(depth)].iter().cloned();
            return Some(Place { source: traced.winner.source, pointer: Pointer::from_segments(own) });
        }
        here = around.parent();
    }
    None
}

/// The layers and enforcers of a stack, in its order.
fn parts<'a>(stack: &'a [LayerSource<'_>]) -> (Vec<Layer<'a>>, Vec<Enforcer<'a>>) {
    let layers = stack
        .iter()
        .map(|source| Layer {
            values: source.values.as_value(),
            strict: matches!(source.role, LayerRole::SiteWide | LayerRole::Site),
        })
        .collect();
    let enforcers = stack
        .iter()
        .enumerate()
        .filter_map(|(layer, source)| Some(Enforcer { layer, values: source.enforce?.as_value() }))
        .collect();
    (layers, enforcers)
}

/// The layer of an enforcer by its number.
fn enforcing<'a, 's>(stack: &'a [LayerSource<'s>], number: usize) -> Option<&'a LayerSource<'s>> {
    stack.iter().filter(|source| source.enforce.is_some()).nth(number)
}

fn place_of(stack: &[LayerSource<'_>], place: &Place) -> Span {
    let found = match place.source {
        Source::Layer(number) => stack.get(number).map(|source| source.place(&place.pointer)),
        Source::Enforcer(number) => enforcing(stack, number).map(|source| source.enforce_place(&place.pointer)),
    };
    // A stack is never empty: its first layer is the template's defaults.
    found.unwrap_or_else(|| stack[0].place(&Pointer::root()))
}

fn label_of(stack: &[LayerSource<'_>], source: Source) -> String {
    match source {
        Source::Layer(number) => stack.get(number).map(|source| source.label.clone()),
        Source::Enforcer(number) => enforcing(stack, number).map(|source| format!("enforced by {}", source.label)),
    }
    .unwrap_or_default()
}

fn layer_diagnostic(error: &LayerError, stack: &[LayerSource<'_>]) -> Diagnostic {
    let described = error.describe(&|source| label_of(stack, source));
    let mut diagnostic =
        Diagnostic::error(described.code, described.message).at(place_of(stack, &error.place), described.label);
    if let Some(other) = &error.other {
        diagnostic = diagnostic.also(place_of(stack, other), described.other_label);
    }
    diagnostic.help = described.help;
    diagnostic
}

/// A finding of the values schema, with the line that set the value.
fn value_diagnostic(finding: &Finding, inputs: &RenderInputs<'_>) -> Diagnostic {
    let mut trace = Trace::default();
    let (layers, enforcers) = parts(&inputs.stack);
    merge(&inputs.template.plan, &layers, &enforcers, &mut trace);
    let mut diagnostic = Diagnostic::error(finding.code(), format!("value {}", finding.message("the values")));
    match winner(&trace, &finding.pointer) {
        Some(winner) => {
            let label = format!("{}, from {}", finding.label(), label_of(&inputs.stack, winner.source));
            let place = match winner.source {
                Source::Layer(number) if finding.at_key => {
                    inputs.stack.get(number).map(|source| source.key_place(&winner.pointer))
                }
                Source::Layer(_) | Source::Enforcer(_) => None,
            };
            diagnostic = diagnostic.at(place.unwrap_or_else(|| place_of(&inputs.stack, &winner)), label);
            diagnostic = diagnostic.maybe_help(quote_help(finding, &inputs.stack, &winner));
        }
        None => {
            // Nothing sets it: the site, whose layer comes last, is the place to.
            if let Some(source) = inputs.stack.last() {
                diagnostic = diagnostic.at(source.key_place(&Pointer::root()), "not set in any layer");
            }
        }
    }
    diagnostic.maybe_help(finding.help.clone())
}

fn quote_help(finding: &Finding, stack: &[LayerSource<'_>], place: &Place) -> Option<String> {
    let Problem::WrongType { wants_text: true, .. } = finding.problem else { return None };
    let Source::Layer(number) = place.source else { return None };
    let text = stack.get(number)?.plain_text(&place.pointer)?;
    (!text.is_empty()).then(|| format!("write it in quotes: \"{text}\""))
}

/// Reports tags for facts that the cluster does not have.
pub fn check_facts<'u>(uses: impl Iterator<Item = &'u NameUse>, cluster: &Cluster, diagnostics: &mut Diagnostics) {
    for used in uses.filter(|used| used.root() == Some("facts")) {
        let Some(name) = used.key(1) else { continue };
        if cluster.facts.contains_key(name) {
            continue;
        }
        let help = match cluster.facts.len() {
            0 => Some("this cluster names no facts: set spec.facts.terraformOutput".to_owned()),
            _ => near::hint(name, cluster.facts.keys().map(String::as_str)),
        };
        diagnostics.push(
            Diagnostic::error(&facts::UNKNOWN_FACT, format!("cluster `{}` has no fact `{name}`", cluster.spec.name()))
                .at(used.tag, "used here")
                .also(cluster.spec.name_place(), "rendered for this cluster")
                .maybe_help(help),
        );
    }
}

/// Warns of what shared layers set and no template declares, and of values that look like templates.
pub fn check_shared(specs: &Specs, library: &Library, diagnostics: &mut Diagnostics) {
    let is_declared = |key: &str| library.iter().any(|(_, template)| template.values.declares(key));
    let known: BTreeSet<&str> = library.iter().flat_map(|(_, template)| template.values.declared()).collect();
    let mut check = |document: &crate::yaml::Document, values: &crate::spec::Values, at: Pointer, is_shared: bool| {
        for key in values.keys().filter(|key| is_shared && !is_declared(key)) {
            diagnostics.push(
                Diagnostic::warning(&UNUSED_VALUE, format!("no template declares the value `{key}`"))
                    .at(document.locate_key(&at.child(key)), "read by nothing")
                    .maybe_help(
                        near::near_names(key, known.iter().copied())
                            .first()
                            .map(|near| format!("did you mean `{near}`?")),
                    ),
            );
        }
        warn_of_tags(values.as_value(), &at, document, diagnostics);
    };
    let top = |field: &str| Pointer::from_segments(["spec", field]);
    let fleet = &specs.fleet;
    check(&fleet.document, &fleet.spec.values, top("values"), true);
    check(&fleet.document, &fleet.spec.enforce, top("enforce"), true);
    for cluster in specs.clusters.values() {
        check(&cluster.spec.document, &cluster.spec.spec.values, top("values"), true);
        check(&cluster.spec.document, &cluster.spec.spec.enforce, top("enforce"), true);
    }
    for environment in specs.environments.values() {
        check(&environment.document, &environment.spec.values, top("values"), true);
        check(&environment.document, &environment.spec.enforce, top("enforce"), true);
    }
    for tenant in specs.tenants.values() {
        check(&tenant.document, &tenant.spec.values, top("values"), true);
        check(&tenant.document, &tenant.spec.enforce, top("enforce"), true);
        for (name, inner) in &tenant.spec.environments {
            let at = Pointer::from_segments(["spec", "environments", name]);
            check(&tenant.document, &inner.values, at.child("values"), true);
            check(&tenant.document, &inner.enforce, at.child("enforce"), true);
        }
    }
    for site in specs.sites.values() {
        check(&site.document, &site.spec.values, top("values"), false);
        check(
            &site.document,
            &site.spec.namespace.values,
            Pointer::from_segments(["spec", "namespace", "values"]),
            false,
        );
        for (name, entry) in &site.spec.environments {
            let at = Pointer::from_segments(["spec", "environments", name]);
            check(&site.document, &entry.values, at.child("values"), false);
            let Some(crate::spec::site::SiteClusters::Entries(clusters)) = &entry.clusters else { continue };
            for (cluster, entry) in clusters {
                check(&site.document, &entry.values, at.child("clusters").child(cluster).child("values"), false);
            }
        }
    }
}

fn warn_of_tags(value: &Value, at: &Pointer, document: &crate::yaml::Document, diagnostics: &mut Diagnostics) {
    match value {
        Value::String(text) if text.contains("{{") => diagnostics.push(
            Diagnostic::warning(&VALUE_IS_DATA, "values are data: `{{` is inserted as it is")
                .at(document.locate(at), "no tag is replaced in here")
                .help("to make a value from others, add an entry to `computed` in the template"),
        ),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                warn_of_tags(item, &at.child(index), document, diagnostics);
            }
        }
        Value::Object(map) => {
            for (key, inner) in map {
                warn_of_tags(inner, &at.child(key), document, diagnostics);
            }
        }
    }
}
