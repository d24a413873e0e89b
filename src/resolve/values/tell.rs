//! What is wrong with values, as diagnostics at the line to change.
//!
//! Takes errors of layers and findings of the values schema. A mistake has one message at one place, in however many deployments
//! and ways it shows, so that they fold into one.

use super::{RenderInputs, TemplateValues, label_of, origin_of, parts, place_of, winner};
use crate::diag::Diagnostic;
use crate::layers::{LayerError, LayerErrorKind, Place, Shape, Source, Trace, merge};
use crate::pointer::Pointer;
use crate::resolve::roots::RESERVED;
use crate::resolve::stack::{LayerRole, LayerSource};
use crate::source::Span;
use crate::spec::check::{self, Finding, Problem};
use serde_json::Value;

/// An error of layers. Where one of the two values is of a type that the schema does not allow, that is the mistake.
pub(super) fn layer_error(error: &LayerError, template: &TemplateValues, stack: &[LayerSource<'_>]) -> Diagnostic {
    if let Some((finding, place)) = type_mismatch(error, template, stack) {
        return at_value(&finding, &place, stack);
    }
    let described = error.describe(&|source| label_of(stack, source));
    let mut diagnostic = Diagnostic::error(described.code, described.message);
    diagnostic.help = described.help;
    let mut place = place_of(stack, &error.place);
    if let LayerErrorKind::Undeclared { key, .. } = &error.kind {
        place = key_place_of(stack, &error.place).unwrap_or(place);
        let layer = label_of(stack, error.place.source);
        if template.computed.iter().any(|computed| &computed.name == key) {
            diagnostic.message = format!("{layer} sets `{key}`, which its template computes");
            diagnostic.help = vec!["remove it: no layer can set a computed value".to_owned()];
        } else if RESERVED.contains(&key.as_str()) {
            diagnostic.message = format!("{layer} sets `{key}`, which is a reserved root");
            diagnostic.help = vec!["remove it: bayplan itself gives `".to_owned() + key + "` to templates"];
        }
    }
    diagnostic = diagnostic.at(place, described.label);
    if let Some(other) = &error.other {
        diagnostic = diagnostic.also(place_of(stack, other), described.other_label);
    }
    diagnostic
}

/// A finding of the values schema.
pub(super) fn finding(finding: &Finding, inputs: &RenderInputs<'_>) -> Diagnostic {
    if let Problem::MissingField { name } = &finding.problem {
        let pointer = finding.pointer.child(name);
        let message = format!("the required value `{}` is not set", pointer.dotted());
        let (place, label) = home(&finding.pointer, &inputs.stack);
        return Diagnostic::error(finding.code(), message).at(place, label).maybe_help(finding.help.clone());
    }
    let mut trace = Trace::default();
    let (layers, enforcers) = parts(&inputs.stack);
    merge(&inputs.template.plan, &layers, &enforcers, &mut trace);
    match winner(&trace, &finding.pointer) {
        Some(place) => at_value(finding, &place, &inputs.stack),
        None => {
            let (place, label) = home(&Pointer::root(), &inputs.stack);
            Diagnostic::error(finding.code(), message(finding)).at(place, label).maybe_help(finding.help.clone())
        }
    }
}

/// A finding about the value that a layer sets at `place`.
fn at_value(finding: &Finding, place: &Place, stack: &[LayerSource<'_>]) -> Diagnostic {
    let key = if finding.at_key { key_place_of(stack, place) } else { None };
    let label = format!("{}, from {}", finding.label(), origin_of(stack, place.source));
    let diagnostic =
        Diagnostic::error(finding.code(), message(finding)).at(key.unwrap_or_else(|| place_of(stack, place)), label);
    let help = own_help(finding, place, stack);
    diagnostic.maybe_help(help.or_else(|| finding.help.clone()))
}

fn message(finding: &Finding) -> String {
    match &finding.problem {
        Problem::UnknownField => format!("unknown value `{}`", finding.pointer.dotted()),
        Problem::MissingField { .. } | Problem::WrongType { .. } | Problem::Invalid(_) => {
            finding.message("the values", "value ")
        }
    }
}

/// What helps against the way in which this value is written.
fn own_help(finding: &Finding, place: &Place, stack: &[LayerSource<'_>]) -> Option<String> {
    let Source::Layer(number) = place.source else { return None };
    let layer = stack.get(number)?;
    let is_fact = |value: &Value| value.as_object().is_some_and(|map| map.len() == 1 && map.contains_key("fact"));
    if place.pointer.get(layer.values.as_value()).is_some_and(is_fact) {
        return Some(
            "facts stand in a cluster's `values` and `enforce` alone; a template reads them as {{facts.NAME}}"
                .to_owned(),
        );
    }
    if finding.problem == Problem::UnknownField && place.pointer.last() == Some("fact") {
        return Some("a map that stands for a fact has the one key `fact`".to_owned());
    }
    let Problem::WrongType { wants_text: true, .. } = finding.problem else { return None };
    let text = layer.plain_text(&place.pointer)?;
    (!text.is_empty()).then(|| format!("write it in quotes: \"{text}\""))
}

/// Where a value should be set that no layer sets: in the site's map around it, else in the nearest one, else in the values of
/// the site, or of what has no site.
fn home(around: &Pointer, stack: &[LayerSource<'_>]) -> (Span, String) {
    let holds = |source: &&LayerSource<'_>| around.get(source.values.as_value()).is_some_and(Value::is_object);
    let site = stack.iter().find(|source| source.role == LayerRole::SiteWide);
    let holder = site.filter(holds).or_else(|| stack.iter().rev().find(holds)).filter(|_| !around.is_root());
    match holder {
        Some(source) => (source.key_place(around), format!("in this map, from {}", source.label())),
        None => {
            // A stack is never empty: its first layer is the template's defaults.
            let source = site.or(stack.last()).unwrap_or(&stack[0]);
            (source.key_place(&Pointer::root()), "no layer sets it".to_owned())
        }
    }
}

fn key_place_of(stack: &[LayerSource<'_>], place: &Place) -> Option<Span> {
    match place.source {
        Source::Layer(number) => stack.get(number).map(|source| source.key_place(&place.pointer)),
        Source::Enforcer(_) => None,
    }
}

/// Of two values that do not go together, the one whose type the schema does not allow.
fn type_mismatch(error: &LayerError, template: &TemplateValues, stack: &[LayerSource<'_>]) -> Option<(Finding, Place)> {
    let candidates: &[Option<&Place>] = match &error.kind {
        LayerErrorKind::Conflict { .. } => &[Some(&error.place), error.other.as_ref()],
        LayerErrorKind::Enforced { item: None, found, .. } if *found != Shape::Null => &[Some(&error.place)],
        _ => return None,
    };
    let (_, types) = declared_type(&template.schema, &error.pointer)?;
    candidates.iter().flatten().find_map(|place| {
        let Source::Layer(number) = place.source else { return None };
        let value = place.pointer.get(stack.get(number)?.values.as_value())?;
        Some((check::wrong_type(error.pointer.clone(), types, value)?, (*place).clone()))
    })
}

/// The `type` that a schema gives to the value at a pointer, where it says so plainly, and where in the schema it does.
pub(super) fn declared_type<'s>(schema: &'s Value, pointer: &Pointer) -> Option<(Pointer, &'s Value)> {
    let mut at = Pointer::root();
    let mut here = schema;
    for segment in pointer.segments() {
        let steps = [vec!["properties", segment.as_str()], vec!["additionalProperties"], vec!["items"]];
        let (path, below) = steps.into_iter().find_map(|step| {
            let below = step.iter().try_fold(here, |schema, keyword| schema.get(*keyword))?;
            below.is_object().then(|| (Pointer::from_segments(step), below))
        })?;
        (at, here) = (at.join(&path), below);
    }
    let kind = here.get("type")?;
    Some((at.child("type"), kind))
}
