//! The values of a deployment: layers merged, enforced, held against the template's schema, and computed values added.
//!
//! [`TemplateValues`] is made once for each template. [`RenderInputs`] are what a template is rendered with, and lead back from
//! a value to the line that set it, by merging once more with a trace.

mod keywords;
mod octals;
mod shared;
mod tell;
mod template;
pub mod trace;

pub use octals::check_octals;
pub use shared::{check_shared, check_sites};
pub use template::TemplateValues;
pub use trace::ValueTrace;

use super::stack::{LayerRole, LayerSource, LayerStack};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::layers::{Enforcer, Layer, LayerErrorKind, Place, Source, Trace, merge};
use crate::load::{Cluster, facts};
use crate::mustache::{InsertedFrom, NameUse, Values};
use crate::near;
use crate::pointer::Pointer;
use crate::source::Span;
use crate::spec::check::{self, Problem};
use serde_json::{Map, Value};
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

    /// The value of a name at top level: merged, computed, or a reserved root.
    pub fn top(&self, name: &str) -> Option<&Value> {
        self.merged.get(name).or_else(|| self.roots.get(name))
    }

    /// These names at top level, and the computed values that are made from any of them.
    pub fn with_computed<'n>(&'n self, mut names: BTreeSet<&'n str>) -> BTreeSet<&'n str> {
        for computed in &self.template.computed {
            if computed.inline.uses().iter().filter_map(NameUse::root).any(|root| names.contains(root)) {
                names.insert(&computed.name);
            }
        }
        names
    }

    /// The merged values, computed ones among them.
    pub fn merged(&self) -> &Map<String, Value> {
        &self.merged
    }

    /// The merged or computed value at `pointer`.
    pub fn value(&self, pointer: &Pointer) -> Option<&Value> {
        let (first, rest) = pointer.segments().split_first()?;
        Pointer::from_segments(rest).get(self.merged.get(first)?)
    }

    /// The line that set the value at `pointer`, and the name of its layer.
    pub fn locate(&self, pointer: &Pointer) -> Option<(Span, String)> {
        self.retrace().locate(pointer)
    }

    /// Of a computed value, the line of the last value that went into it and that a layer sets, and the name of its layer.
    pub fn locate_part(&self, pointer: &Pointer) -> Option<(Span, String)> {
        let name = pointer.segments().first()?;
        let computed = self.template.computed.iter().find(|computed| &computed.name == name)?;
        let (inserted, _) = computed.inline.trace(&self.values())?;
        inserted.iter().rev().find_map(|inserted| match &inserted.source {
            InsertedFrom::Value { path, below } => self.locate(&path.join(below)),
            InsertedFrom::File(_) => None,
        })
    }

    /// Merges the layers once more and keeps who said what, so that many values can be asked about.
    pub fn retrace(&self) -> ValueTrace<'_> {
        let mut trace = Trace::default();
        let (layers, enforcers) = parts(&self.stack);
        merge(&self.template.plan, &layers, &enforcers, &mut trace);
        ValueTrace::new(self, trace)
    }

    /// Where the template's schema declares the value at `pointer` to be of one type, and a label that says so. A value that
    /// does not go where a tag puts it is then no mistake of the layer that set it.
    pub fn declared(&self, pointer: &Pointer) -> Option<(Span, String)> {
        let (at, kind) = tell::declared_type(&self.template.schema, pointer)?;
        // The lowest layer is the template's, whose document has its schema.
        let place = self.stack.first()?.template_place(&at);
        let noun = match kind.as_str()? {
            "object" => "a map",
            "array" => "a list",
            "string" => "a string",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "true or false",
            other => other,
        };
        Some((place, format!("declared as {noun} here")))
    }

    /// As [`Self::locate`], with a label that says what is there: the value, the removal of it, or what should hold it.
    pub fn explain(&self, pointer: &Pointer) -> Option<(Span, String)> {
        self.retrace().explain(pointer)
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
    let mut conflicts: Vec<&Pointer> = Vec::new();
    let mut misspelt: Vec<&str> = Vec::new();
    for error in &merged.errors {
        if let (LayerErrorKind::Undeclared { key, .. }, Source::Layer(number)) = (&error.kind, error.place.source)
            && stack.get(number).is_some_and(|source| source.role == LayerRole::SiteWide)
            && elsewhere(key)
        {
            continue;
        }
        has_layer_errors = true;
        match &error.kind {
            LayerErrorKind::Conflict { .. } => conflicts.push(&error.pointer),
            LayerErrorKind::Undeclared { key, .. } => misspelt.push(key),
            _ => {}
        }
        diagnostics.push(tell::layer_error(error, template, &stack).in_deployment(id));
    }
    let merged = Value::Object(merged.values);
    let mut findings = check::check(&template.validator, &template.schema, &merged);
    // Which of the two has the wrong type has been said where they meet.
    findings.retain(|finding| {
        !conflicts.iter().any(|conflict| finding.pointer.segments().starts_with(conflict.segments()))
    });
    // A value is missing because it is misspelt, which is told where it is written.
    findings.retain(|finding| {
        let Problem::MissingField { name } = &finding.problem else { return true };
        !finding.pointer.is_root() || misspelt.iter().all(|key| near::near_names(key, [name.as_str()]).is_empty())
    });
    let Value::Object(merged) = merged else { return None };
    let mut inputs = RenderInputs { merged, roots, stack, template: Arc::clone(template) };
    let has_findings = !findings.is_empty();
    for finding in findings {
        diagnostics.push(tell::finding(&finding, &inputs).in_deployment(id));
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

/// The layer whose values or enforced values these are.
fn layer_of<'a, 's>(stack: &'a [LayerSource<'s>], source: Source) -> Option<&'a LayerSource<'s>> {
    match source {
        Source::Layer(number) => stack.get(number),
        Source::Enforcer(number) => enforcing(stack, number),
    }
}

fn label_of(stack: &[LayerSource<'_>], source: Source) -> String {
    layer_of(stack, source).map(LayerSource::label).unwrap_or_default()
}

/// Where a value comes from, for people: its layer, or who enforces it.
fn origin_of(stack: &[LayerSource<'_>], source: Source) -> String {
    let label = label_of(stack, source);
    match source {
        Source::Layer(_) => label,
        Source::Enforcer(_) => format!("{label}, enforced"),
    }
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
                .about(cluster.spec.name())
                .at(used.tag, "used here")
                .maybe_help(help)
                .in_deployment(format!("cluster {}", cluster.spec.name())),
        );
    }
}
