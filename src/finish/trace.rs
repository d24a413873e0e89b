//! What each step of finishing changed, for `explain`: found by comparing objects before and after, so that it cannot differ
//! from what the steps do.

use crate::object::Object;
use crate::pointer::Pointer;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A step of finishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Namespace,
    /// Takes off `bayplan/layer` and `bayplan/run`.
    Layer,
    Labels,
    ConfigHash,
    /// The suffix of a Job that runs on change, the mark of one that runs once.
    Job,
    Schedule,
    Keep,
    Substitution,
    SyncWave,
}

/// Is shown each object before the first step and after each. `()` looks at none and costs nothing.
pub trait Recorder {
    fn begin(&mut self, objects: &[Object<'_>]);
    fn after(&mut self, step: Step, number: usize, object: &Object<'_>);
}

impl Recorder for () {
    fn begin(&mut self, _: &[Object<'_>]) {}
    fn after(&mut self, _: Step, _: usize, _: &Object<'_>) {}
}

/// The steps that set or removed each field, in their order. Fields are scalars and empty collections.
#[derive(Debug, Default)]
pub struct Trace {
    objects: Vec<Traced>,
}

#[derive(Debug, Default)]
struct Traced {
    last: Value,
    /// For each field the steps that changed it, with what it was before.
    changed: BTreeMap<Pointer, Vec<(Step, Option<Value>)>>,
}

impl Trace {
    /// The steps that changed the field of an object, first to last, each with the value before it.
    pub fn steps(&self, number: usize, field: &Pointer) -> &[(Step, Option<Value>)] {
        self.objects.get(number).and_then(|object| object.changed.get(field)).map_or(&[], Vec::as_slice)
    }

    /// The fields of an object that some step changed.
    pub fn changed(&self, number: usize) -> impl Iterator<Item = (&Pointer, &[(Step, Option<Value>)])> {
        let object = self.objects.get(number).into_iter();
        object.flat_map(|object| &object.changed).map(|(pointer, steps)| (pointer, steps.as_slice()))
    }
}

impl Recorder for Trace {
    fn begin(&mut self, objects: &[Object<'_>]) {
        let traced = |object: &Object<'_>| Traced { last: object.value.clone(), changed: BTreeMap::new() };
        self.objects = objects.iter().map(traced).collect();
    }

    fn after(&mut self, step: Step, number: usize, object: &Object<'_>) {
        let Some(traced) = self.objects.get_mut(number) else { return };
        if traced.last == object.value {
            return;
        }
        let mut found = Vec::new();
        compare(&traced.last, &object.value, &Pointer::root(), &mut found);
        for (pointer, before) in found {
            traced.changed.entry(pointer).or_default().push((step, before));
        }
        traced.last = object.value.clone();
    }
}

/// The fields in which two values differ, with what they were. A step moves no item of a list, so items are compared by place.
fn compare(before: &Value, after: &Value, at: &Pointer, found: &mut Vec<(Pointer, Option<Value>)>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => {
            for key in before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))) {
                compare_entry(before.get(key), after.get(key), &at.child(key), found);
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for index in 0..before.len().max(after.len()) {
                compare_entry(before.get(index), after.get(index), &at.child(index), found);
            }
        }
        _ => found.push((at.clone(), Some(before.clone()))),
    }
}

fn compare_entry(before: Option<&Value>, after: Option<&Value>, at: &Pointer, found: &mut Vec<(Pointer, Option<Value>)>) {
    let empty = Value::Object(Map::new());
    match (before, after) {
        (Some(before), Some(after)) => compare(before, after, at, found),
        // What is in a map that comes or goes is fields of its own.
        (None, Some(Value::Object(map))) if !map.is_empty() => {
            map.keys().for_each(|key| compare_entry(None, map.get(key), &at.child(key), found));
        }
        (Some(Value::Object(map)), None) if !map.is_empty() => {
            compare(&Value::Object(map.clone()), &empty, at, found);
        }
        (before, _) => found.push((at.clone(), before.cloned())),
    }
}
