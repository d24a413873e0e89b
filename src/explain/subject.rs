//! One object: each of its fields back to what set it.

use super::compiler;
use super::fleet::Unit;
use super::roots::Home;
use super::step::{Lost, Role, Step};
use super::values::{self, ValueStory};
use crate::mustache::{Retraced, Trace};
use crate::object::{AppliedPatch, Object};
use crate::patch::Touch;
use crate::pointer::Pointer;
use crate::source::Span;
use serde_json::Value;

/// An object of a unit, ready to be explained.
pub struct Subject<'a, 's> {
    pub unit: &'a Unit<'a, 's>,
    pub number: usize,
    pub object: &'a Object<'s>,
    pub home: Home<'a, 's>,
    retraced: Option<Retraced<'a, 'a>>,
    values: Option<ValueStory<'a, 's>>,
}

impl<'a, 's> Subject<'a, 's> {
    pub fn new(unit: &'a Unit<'a, 's>, number: usize) -> Option<Self> {
        let object = unit.objects().get(number)?;
        let home = unit.home(object.owner)?;
        let rendered = object.origin.rendered.as_ref();
        let retraced = rendered.and_then(|rendered| rendered.program.retrace(&rendered.inputs.values()));
        let values = rendered.map(|rendered| ValueStory { trace: rendered.inputs.retrace(), home });
        Some(Subject { unit, number, object, home, retraced, values })
    }

    /// The file that it is written to; none where its deployment is disabled.
    pub fn path(&self) -> Option<&'a str> {
        self.unit.path(self.number)
    }

    /// Its fields: scalars and empty collections, in the order in which they are written.
    pub fn fields(&self) -> Vec<Pointer> {
        let mut fields = Vec::new();
        leaves(&self.object.value, &Pointer::root(), &mut fields);
        fields
    }

    /// The value of a field; none where it may be secret.
    pub fn value(&self, field: &Pointer) -> Option<&'a Value> {
        field.get(&self.object.value).filter(|_| !self.is_secret(field))
    }

    /// Whether a field holds what no message may show.
    pub fn is_secret(&self, field: &Pointer) -> bool {
        let is_data = matches!(field.segments().first().map(String::as_str), Some("data" | "stringData"));
        self.object.group().is_empty() && self.object.kind() == "Secret" && is_data
    }

    /// Why a field is what it is.
    pub fn explain(&self, field: &Pointer) -> Step {
        let mut step = match self.unit.finish_steps(self.number, field) {
            [] => self.written(field),
            steps => compiler::step(self, field, steps),
        };
        if step.value.is_none() {
            step.value = self.value(field).cloned();
        }
        if self.is_secret(field) {
            step.conceal();
        }
        step
    }

    /// Why there is no field of that name, where something took it away.
    pub fn removed(&self, field: &Pointer) -> Option<Step> {
        if let Some((step, before)) = self.unit.finish_steps(self.number, field).last()
            && before.is_some()
        {
            return Some(compiler::removal(self, field, *step));
        }
        let mut pointer = field.clone();
        for patch in self.object.origin.patches.iter().rev() {
            if let Some(inside) = patch.touched.remover(&pointer) {
                let mut step = patched(patch, inside);
                step.what = format!("removed by a patch of {}", patch.label);
                let (_, before) = patch.touched.history(&pointer);
                step.lost = before.and_then(|before| self.template(&before)).map(lost).into_iter().collect();
                return Some(step);
            }
            pointer = patch.touched.history(&pointer).1?;
        }
        None
    }

    /// The field as it was before finishing: set by a patch or by the template.
    pub fn written(&self, field: &Pointer) -> Step {
        let mut touches: Vec<(&AppliedPatch, Touch)> = Vec::new();
        let mut pointer = Some(field.clone());
        for patch in self.object.origin.patches.iter().rev() {
            let Some(here) = pointer else { break };
            let (found, before) = patch.touched.history(&here);
            touches.extend(found.into_iter().map(|touch| (patch, touch)));
            pointer = before;
        }
        let base = pointer.and_then(|pointer| self.template(&pointer));
        self.stacked(field, &touches, base)
    }

    /// The last touch on top of those before it and of the template's own text.
    fn stacked(&self, field: &Pointer, touches: &[(&AppliedPatch, Touch)], base: Option<Step>) -> Step {
        let Some(((patch, touch), rest)) = touches.split_first() else {
            return base.unwrap_or_else(|| compiler::written(self, field));
        };
        match touch {
            Touch::Set(inside) => {
                let mut step = patched(patch, inside);
                step.lost = rest.iter().filter_map(|(patch, touch)| overridden(patch, touch)).collect();
                step.lost.extend(base.map(lost));
                step
            }
            Touch::Moved(inside) => {
                let mut step = patched(patch, inside).made_from([self.stacked(field, rest, base)]);
                step.what = format!("moved or copied here by a patch of {}", patch.label);
                step.is_passed_on = true;
                step
            }
            Touch::Added => self.stacked(field, rest, base),
        }
    }

    /// The template's own text for a field; none where it has none, or where no template wrote the object.
    fn template(&self, field: &Pointer) -> Option<Step> {
        let rendered = self.object.origin.rendered.as_ref()?;
        let trace = self.retraced.as_ref()?.field(&rendered.document, field)?;
        trace.missing.is_root().then(|| self.text(&trace))
    }

    fn text(&self, trace: &Trace) -> Step {
        let mut explain = |path: &Pointer| match &self.values {
            Some(values) => values.explain(path),
            None => Step::new(Role::Value, path.dotted(), ""),
        };
        let mut from: Vec<Step> = Vec::new();
        for inserted in &trace.inserted {
            let step = values::tag(inserted, &mut explain);
            if !from.contains(&step) {
                from.push(step);
            }
        }
        let [first, ..] = trace.inserted.as_slice() else {
            let mut step = Step::new(Role::Template, "", "text of the template").at(trace.place);
            (step.through, step.keys) = (trace.through.clone(), keys(trace));
            values::add_sections(&mut step.from, &trace.asked, &mut explain);
            return step;
        };
        // One tag and nothing else, in quotes or without.
        let is_whole = trace.inserted.len() == 1
            && trace.place.file == first.tag.file
            && trace.place.start + 1 >= first.tag.start
            && trace.place.end <= first.tag.end + 1;
        let names: Vec<String> = trace.inserted.iter().map(|inserted| format!("{{{{{}}}}}", inserted.name)).collect();
        let mut step = Step::new(Role::Template, names.join(" "), "text of the template with tags");
        step.what = if is_whole { "a tag of the template" } else { "text of the template with tags" }.to_owned();
        step.place = Some(if is_whole { first.tag } else { trace.place });
        (step.through, step.keys) = (trace.through.clone(), keys(trace));
        step.is_passed_on = is_whole;
        step.from = from;
        values::add_sections(&mut step.from, &trace.asked, &mut explain);
        step
    }
}

/// The keys that a text stands at and under.
fn keys(trace: &Trace) -> Vec<Span> {
    trace.under.iter().chain(&trace.key).copied().collect()
}

/// What a patch sets with the part of it at `inside` of its body.
fn patched(patch: &AppliedPatch, inside: &Pointer) -> Step {
    let form = patch.body.last().unwrap_or("patch");
    let place = patch.document.locate(&patch.body.join(inside));
    let operation = inside.segments().first().filter(|_| form == "json").and_then(|number| {
        let at = patch.body.child(number).child("op");
        patch.document.root.find(&at)?.text()
    });
    let name = match operation {
        Some(operation) => format!("{form} {operation}"),
        None => form.to_owned(),
    };
    Step::new(Role::Patch, name, format!("set by a patch of {}", patch.label)).at(place)
}

fn overridden(patch: &AppliedPatch, touch: &Touch) -> Option<Lost> {
    match touch {
        Touch::Set(inside) | Touch::Moved(inside) => {
            let place = patch.document.locate(&patch.body.join(inside));
            let value = patch.document.root.find(&patch.body.join(inside)).and_then(|node| node.text());
            Some(Lost {
                place: Some(place),
                what: format!("a patch of {}", patch.label),
                value: value.map(Value::from),
            })
        }
        Touch::Added => None,
    }
}

/// A step that something else overrides: its own place, and what it would have said.
fn lost(step: Step) -> Lost {
    let value = step.decisive().value.clone();
    let what = if step.name.is_empty() { step.what } else { format!("{} {}", step.what, step.name) };
    Lost { place: step.place, what, value }
}

fn leaves(value: &Value, at: &Pointer, fields: &mut Vec<Pointer>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                leaves(value, &at.child(key), fields);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &at.child(index), fields);
            }
        }
        _ => fields.push(at.clone()),
    }
}
