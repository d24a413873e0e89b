//! Holds objects against their schemas, as strictly as server-side apply with strict field validation does.
//!
//! Takes an object and the [`ServedKind`] it claims to be; pushes every [`Violation`], not the first alone. It knows fields and
//! pointers, no files. What it says never holds a value of the object, so that no secret can leak through it.
//!
//! What is held: what the server's own code refuses ([`server`]), unknown and missing fields, types, whole numbers in their range, enums, patterns, lengths, bounds, formats,
//! quantities, items of sets and keyed lists that are there twice, conditions below `allOf`, `anyOf`, `oneOf` and `not`, the
//! metadata of the object and of templates in it ([`metadata`]), and fields that only the server sets. CEL rules of CRDs are not
//! evaluated.
//!
//! `null` is what it is for the API server: in a field or a map a value left out, in a list of plain values an empty one, and a
//! value of its own only where a schema says `nullable`.

pub mod formats;
mod lists;
pub mod metadata;
pub mod server;
pub mod violation;

use super::api::ServedKind;
use super::arena::{Facets, Format, Kind, ListType};
use super::schema::Schema;
use crate::near::near_names;
use crate::pointer::Pointer;
use serde_json::{Map, Value};
use violation::{Bound, Counted, Problem, Violation};

/// Holds a whole object against its kind.
pub fn validate_object(served: ServedKind<'_>, object: &Value, violations: &mut Vec<Violation>) {
    let before = violations.len();
    let mut walk = Walk::new(Pointer::root(), violations);
    // Few objects are deeper.
    walk.steps.reserve(16);
    walk.value(served.schema, object);
    if let Value::Object(fields) = object {
        metadata::check_object(&mut walk, served, fields);
        server::check_object(&mut walk, served, fields);
    }
    for violation in violations.iter_mut().skip(before) {
        if let Problem::UnknownField { since, .. } = &mut violation.problem {
            *since = served.field_since(&violation.pointer);
        }
    }
}

/// Holds one value against its schema. `at` is the place of the value, which the pointers of violations begin with.
pub fn validate_value(schema: Schema<'_>, value: &Value, at: Pointer, violations: &mut Vec<Violation>) {
    Walk::new(at, violations).value(schema, value);
}

/// The place that a validation has come to, and what it found.
pub(in crate::kubernetes) struct Walk<'w, 'v> {
    start: Pointer,
    steps: Vec<Step<'v>>,
    violations: &'w mut Vec<Violation>,
}

#[derive(Clone, Copy)]
pub(in crate::kubernetes) enum Step<'v> {
    Field(&'v str),
    Item(usize),
}

impl<'w, 'v> Walk<'w, 'v> {
    fn new(start: Pointer, violations: &'w mut Vec<Violation>) -> Self {
        Walk { start, steps: Vec::new(), violations }
    }

    fn problem(&mut self, problem: Problem) {
        let mut pointer = self.start.clone();
        for step in &self.steps {
            match step {
                Step::Field(name) => pointer.push(name),
                Step::Item(index) => pointer.push(index),
            }
        }
        self.violations.push(Violation { pointer, problem });
    }

    /// Runs a check one step further down.
    fn below(&mut self, step: Step<'v>, check: impl FnOnce(&mut Self)) {
        self.steps.push(step);
        check(self);
        self.steps.pop();
    }

    fn value(&mut self, schema: Schema<'_>, value: &'v Value) {
        if value.is_null() && schema.nullable() {
            return;
        }
        if !has_kind(schema.kind(), value) {
            self.problem(Problem::WrongType { expected: schema.kind(), found: type_name(value) });
            return;
        }
        if let Some(facets) = schema.facets() {
            self.facets(schema, facets, value);
        }
        match value {
            Value::Object(fields) => self.object(schema, fields),
            Value::Array(items) => self.list(schema, items),
            Value::String(text) => self.text(schema, text),
            Value::Number(number) if schema.format() == Format::Int32 => {
                let bound = |number: i32| Some(Bound { number: f64::from(number), exclusive: false });
                self.range(number.as_f64().unwrap_or(f64::MAX), bound(i32::MIN), bound(i32::MAX));
            }
            Value::Number(_) | Value::Bool(_) | Value::Null => {}
        }
    }

    fn object(&mut self, schema: Schema<'_>, fields: &'v Map<String, Value>) {
        let values = schema.additional_properties();
        let mut missing = schema.required_count();
        for (name, value) in fields {
            let property = schema.property(name);
            let below = property.map(|property| property.schema).or(values);
            if property.is_some_and(|property| property.required && is_there(property.schema, value)) {
                missing -= 1;
            }
            match below {
                Some(below) if !is_there(below, value) => {}
                Some(below) => self.below(Step::Field(name), |walk| walk.value(below, value)),
                None if schema.preserve_unknown_fields() => {}
                None => {
                    let near = near_names(name, schema.properties().map(|property| property.name));
                    let near: Vec<String> = near.into_iter().map(str::to_owned).collect();
                    let elsewhere = if near.is_empty() { elsewhere(schema, name) } else { None };
                    let problem = Problem::UnknownField { near, elsewhere, since: None };
                    self.below(Step::Field(name), |walk| walk.problem(problem));
                }
            }
        }
        if missing > 0 {
            for property in schema.required() {
                let found = fields.get(property.name);
                if found.is_none_or(|value| !is_there(property.schema, value)) {
                    self.missing(property.name, found.is_some());
                }
            }
        }
        if schema.object_meta() {
            metadata::check_labels_and_annotations(self, fields);
        }
    }

    /// Reports a field that is missing below the place that the walk has come to.
    fn missing(&mut self, name: &str, is_null: bool) {
        self.problem(Problem::MissingField { is_null });
        if let Some(violation) = self.violations.last_mut() {
            violation.pointer.push(name);
        }
    }

    fn list(&mut self, schema: Schema<'_>, items: &'v [Value]) {
        if let Some(below) = schema.items() {
            for (index, item) in items.iter().enumerate() {
                self.below(Step::Item(index), |walk| walk.value(below, item));
            }
        }
        match schema.list_type() {
            ListType::Atomic => {}
            ListType::Set => lists::check_set(self, items),
            ListType::Map => lists::check_map(self, schema, items),
        }
    }

    fn text(&mut self, schema: Schema<'_>, text: &str) {
        if schema.kind() == Kind::Quantity && !formats::is_quantity(text) {
            self.problem(Problem::BadQuantity { near: formats::near_quantity(text) });
        }
        if !formats::has_format(schema.format(), text) {
            self.problem(Problem::BadFormat { format: schema.format() });
        }
    }

    fn facets(&mut self, schema: Schema<'_>, facets: &Facets, value: &'v Value) {
        if !facets.enumeration.is_empty() && !facets.enumeration.contains(value) {
            self.problem(Problem::NotAllowed {
                allowed: facets.enumeration.iter().filter(|allowed| *allowed != "").map(plain).collect(),
                near: near_values(&facets.enumeration, value),
            });
        }
        match value {
            Value::String(text) => {
                if facets.min_length.is_some() || facets.max_length.is_some() {
                    let length = text.chars().count();
                    self.size(Counted::Characters, length, facets.min_length, facets.max_length);
                }
                if let Some(pattern) = facets.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
                    self.problem(Problem::NoMatch { pattern: pattern.source().to_owned() });
                }
            }
            Value::Array(items) => self.size(Counted::Items, items.len(), facets.min_items, facets.max_items),
            Value::Object(fields) => {
                self.size(Counted::Fields, fields.len(), facets.min_properties, facets.max_properties);
            }
            Value::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.number(facets, number);
                }
            }
            Value::Bool(_) | Value::Null => {}
        }
        self.conditions(schema, facets, value);
    }

    fn size(&mut self, counted: Counted, size: usize, least: Option<u64>, greatest: Option<u64>) {
        let size = size as u64;
        if let Some(least) = least.filter(|least| size < *least) {
            self.problem(Problem::TooFew { counted, least });
        }
        if let Some(greatest) = greatest.filter(|greatest| size > *greatest) {
            self.problem(Problem::TooMany { counted, greatest });
        }
    }

    fn number(&mut self, facets: &Facets, number: f64) {
        let bound = |number: Option<f64>, exclusive| number.map(|number| Bound { number, exclusive });
        let least = bound(facets.minimum, facets.exclusive_minimum);
        self.range(number, least, bound(facets.maximum, facets.exclusive_maximum));
        if let Some(step) = facets.multiple_of.filter(|step| *step > 0.0 && (number / step).fract() != 0.0) {
            self.problem(Problem::NoMultiple { step });
        }
    }

    fn range(&mut self, number: f64, least: Option<Bound>, greatest: Option<Bound>) {
        let is_low = |bound: Bound| number < bound.number || (bound.exclusive && number == bound.number);
        let is_high = |bound: Bound| number > bound.number || (bound.exclusive && number == bound.number);
        if least.is_some_and(is_low) || greatest.is_some_and(is_high) {
            self.problem(Problem::OutOfRange { least, greatest });
        }
    }

    fn conditions(&mut self, schema: Schema<'_>, facets: &Facets, value: &'v Value) {
        for condition in &facets.all_of {
            self.value(schema.sibling(*condition), value);
        }
        let meets = |condition| {
            let mut violations = Vec::new();
            Walk::new(Pointer::root(), &mut violations).value(schema.sibling(condition), value);
            violations.is_empty()
        };
        if !facets.any_of.is_empty() && !facets.any_of.iter().any(|condition| meets(*condition)) {
            self.problem(Problem::Condition { word: "anyOf" });
        }
        if !facets.one_of.is_empty() && facets.one_of.iter().filter(|condition| meets(**condition)).count() != 1 {
            self.problem(Problem::Condition { word: "oneOf" });
        }
        if facets.not.is_some_and(meets) {
            self.problem(Problem::Condition { word: "not" });
        }
    }
}

/// Whether a field counts as set: `null` leaves it out, unless its schema takes that for a value.
fn is_there(schema: Schema<'_>, value: &Value) -> bool {
    !value.is_null() || schema.nullable()
}

fn has_kind(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Object => value.is_object(),
        Kind::List => value.is_array(),
        Kind::String => value.is_string(),
        Kind::Integer => is_whole(value),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::IntOrString => value.is_string() || is_whole(value),
        Kind::Quantity => value.is_string() || value.is_number(),
    }
}

/// Whether a value is a whole number of 64 bits; `3.0` is one, since YAML readers hand it on as 3.
fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() < 9.2e18)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Where below a map its unknown field would be one, as `containers[]`: it may be indented too little. Three levels deep.
fn elsewhere(schema: Schema<'_>, name: &str) -> Option<String> {
    let mut level: Vec<(String, Schema<'_>)> = vec![(String::new(), schema)];
    for _ in 0..3 {
        let mut next = Vec::new();
        for (path, schema) in &level {
            for property in schema.properties() {
                let path = if path.is_empty() { property.name.to_owned() } else { format!("{path}.{}", property.name) };
                let (path, below) = match property.schema.items() {
                    Some(items) => (format!("{path}[]"), items),
                    None => (path, property.schema),
                };
                if below.property(name).is_some() {
                    return Some(path);
                }
                next.push((path, below));
            }
        }
        level = next;
    }
    None
}

fn near_values(allowed: &[Value], value: &Value) -> Vec<String> {
    let words = allowed.iter().filter_map(Value::as_str).filter(|word| !word.is_empty());
    value.as_str().map_or_else(Vec::new, |text| near_names(text, words).into_iter().map(str::to_owned).collect())
}
