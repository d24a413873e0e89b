//! Takes a `kind: List` apart, so that each object of a template is one of its own.

use super::codes;
use super::fill;
use super::program::{DocumentOrigin, Rendered};
use super::report::RenderError;
use super::shape::{Shape, ShapeDocument};
use crate::diag::Diagnostic;
use crate::pointer::Pointer;
use crate::yaml::value::Octal;
use serde_json::Value;

/// Puts a document's objects behind the others: itself, or the items of a `v1` `List`, which may be lists in turn.
pub(super) fn take_apart(
    rendered: Rendered,
    shape: &Shape,
    document: &ShapeDocument,
    documents: &mut Vec<Rendered>,
    errors: &mut Vec<RenderError>,
) {
    if !is_list(&rendered.value) {
        documents.push(rendered);
        return;
    }
    let Rendered { mut value, origin, octals } = rendered;
    let items_at = origin.inside.child("items");
    let refused = |message: String, pointer: &Pointer, label: &str| {
        let (node, _) = document.root.locate(pointer);
        let place = shape.text.map.span(node.start, node.end);
        RenderError { diagnostic: Diagnostic::error(&codes::NOT_A_MAPPING, message).at(place, label), value: None }
    };
    let Some(Value::Array(items)) = value.get_mut("items").map(Value::take) else {
        errors.push(refused("a `kind: List` has no list of `items`".to_owned(), &items_at, "this list"));
        return;
    };
    for (index, value) in items.into_iter().enumerate() {
        let inside = items_at.child(index);
        if !value.is_object() {
            let message = format!("an item of a `kind: List` must be a mapping, found {}", fill::noun(&value));
            errors.push(refused(message, &inside, "this item"));
            continue;
        }
        let octals = octals.iter().filter_map(|octal| below_item(octal, index)).collect();
        let origin = DocumentOrigin { inside, ..origin.clone() };
        take_apart(Rendered { value, origin, octals }, shape, document, documents, errors);
    }
}

fn is_list(value: &Value) -> bool {
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    field("kind") == Some("List") && field("apiVersion") == Some("v1")
}

/// An octal of a list, as one of the item that holds it.
fn below_item(octal: &Octal, index: usize) -> Option<Octal> {
    match octal.pointer.segments() {
        [items, item, below @ ..] if items == "items" && *item == index.to_string() => {
            Some(Octal { pointer: Pointer::from_segments(below.iter().cloned()), ..octal.clone() })
        }
        _ => None,
    }
}
