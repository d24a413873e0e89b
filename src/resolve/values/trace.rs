//! Who said what of the values of a deployment: the record of one more merge, with places.

use super::{RenderInputs, layer_of, origin_of, place_of, winner};
use crate::layers::{Place, Source, Trace};
use crate::mustache::{Inline, InsertedFrom};
use crate::pointer::Pointer;
use crate::source::Span;
use serde_json::Value;

/// The values of a deployment with all that layers and enforcers said of them.
pub struct ValueTrace<'i> {
    inputs: &'i RenderInputs<'i>,
    trace: Trace,
}

/// What was said of one value.
#[derive(Debug, Clone)]
pub struct ValueOrigin {
    /// Who had the last word.
    pub winner: Said,
    /// Who said something before, the highest first.
    pub losers: Vec<Said>,
    /// False where the winner removed it.
    pub is_present: bool,
}

/// What one layer or enforcer said.
#[derive(Debug, Clone)]
pub struct Said {
    pub place: Span,
    /// Whose it is: `site portal, environment production`.
    pub layer: String,
    pub is_enforced: bool,
    /// None where it removed the value, or said nothing of just this part of it.
    pub value: Option<Value>,
}

/// A computed value of a template.
pub struct Computed<'i> {
    pub inline: &'i Inline,
    /// Whether it is the JSON text of the value that it names.
    pub is_json: bool,
}

impl<'i> ValueTrace<'i> {
    pub(super) fn new(inputs: &'i RenderInputs<'_>, trace: Trace) -> Self {
        ValueTrace { inputs, trace }
    }

    pub fn inputs(&self) -> &'i RenderInputs<'i> {
        self.inputs
    }

    /// The computed value of a name.
    pub fn computed(&self, name: &str) -> Option<Computed<'i>> {
        let found = self.inputs.template.computed.iter().find(|computed| computed.name == name)?;
        Some(Computed { inline: &found.inline, is_json: found.as_json })
    }

    /// The values of layers that the value at a path was computed from, or the path itself where it was not computed.
    pub fn made_from(&self, path: &Pointer) -> Vec<Pointer> {
        let first = path.segments().first();
        let Some(computed) = first.and_then(|first| self.computed(first)) else { return vec![path.clone()] };
        let (inserted, _) = computed.inline.trace(&self.inputs.values()).unwrap_or_default();
        let mut paths = Vec::new();
        for inserted in inserted {
            if let InsertedFrom::Value { path, below } = inserted.source {
                paths.extend(self.made_from(&path.join(&below)));
            }
        }
        paths
    }

    /// What was said of a leaf, of a part of one (a list without keys is one leaf), or of what is not there because it was
    /// removed. Nothing for a map with leaves of its own, and for what nobody speaks of.
    pub fn find(&self, pointer: &Pointer) -> Option<ValueOrigin> {
        let (leaf, traced) = self.trace.find(pointer)?;
        let rest = Pointer::from_segments(pointer.segments()[leaf.segments().len()..].iter().cloned());
        // An empty map or list that a leaf is, says nothing of what would be below it.
        Some(ValueOrigin {
            winner: self.said(&traced.winner, &rest),
            losers: traced.losers.iter().map(|place| self.said(place, &rest)).collect(),
            is_present: traced.present,
        })
    }

    /// The leaves at and below a pointer, and those that were removed there.
    pub fn below(&self, pointer: &Pointer) -> impl Iterator<Item = &Pointer> {
        let is_below = |other: &&Pointer| other.segments().starts_with(pointer.segments());
        self.trace.leaves().chain(self.trace.removed()).map(|(leaf, _)| leaf).filter(is_below)
    }

    /// The line that set the value at `pointer`, and the name of its layer.
    pub fn locate(&self, pointer: &Pointer) -> Option<(Span, String)> {
        let place = winner(&self.trace, pointer)?;
        Some((place_of(&self.inputs.stack, &place), origin_of(&self.inputs.stack, place.source)))
    }

    /// As [`Self::locate`], with a label that says what is there: the value, the removal of it, or what should hold it.
    pub fn explain(&self, pointer: &Pointer) -> Option<(Span, String)> {
        let (place, origin) = self.locate(pointer)?;
        let found = self.trace.find(pointer);
        let is_set = found.is_some_and(|(_, traced)| traced.present) || self.trace.below(pointer).next().is_some();
        let label = if is_set {
            format!("this value, from {origin}")
        } else if found.is_some() {
            format!("removed here, by {origin}")
        } else {
            format!("in this map, from {origin}")
        };
        Some((place, label))
    }

    fn said(&self, place: &Place, rest: &Pointer) -> Said {
        let stack = &self.inputs.stack;
        let place = Place { source: place.source, pointer: place.pointer.join(rest) };
        let layer = layer_of(stack, place.source);
        let is_enforced = matches!(place.source, Source::Enforcer(_));
        let values = layer.and_then(|layer| match place.source {
            Source::Layer(_) => Some(layer.values),
            Source::Enforcer(_) => layer.enforce,
        });
        let value = values.and_then(|values| place.pointer.get(values.as_value())).filter(|value| !value.is_null());
        Said {
            place: place_of(stack, &place),
            layer: layer.map(|layer| layer.label()).unwrap_or_default(),
            is_enforced,
            value: value.cloned(),
        }
    }
}
