//! Kubernetes strategic merge patches: maps merge, lists merge by the key that the kind's schema names.
//!
//! Follows what kubectl does (apimachinery's `strategicpatch`, two-way), and is stricter where kubectl lets a slip pass: an
//! unknown directive, fields beside `$patch: delete`, two items of a patch with one key, a key that two items of the object
//! share. No directive reaches the result.
//!
//! ```yaml
//! containers:
//!   - {name: web, image: b}             # merges into the item of that name, or adds one
//!   - {name: old, $patch: delete}       # removes it
//! volumes: [{$patch: replace}, {...}]   # the whole list is replaced by the other items
//! strategy: {$patch: replace, type: Recreate}
//! $retainKeys: [type]                   # in a map: everything that is not named goes
//! $deleteFromPrimitiveList/finalizers: [a]
//! $setElementOrder/containers: [{name: web}, {name: log}]
//! ```
//!
//! Order in a merged list: the patch's items in the order of the patch (or of `$setElementOrder`), the others in theirs; an
//! item of the object comes before one of the patch where the object had them so, and new items come as early as they can.

mod directive;
mod json_schema;
mod keyed;
mod list;
mod order;
mod schema;
mod take;

pub use json_schema::{JsonMergeSchema, ListSource};
pub use schema::{ListRule, MapRule, MergeSchema};

use super::Applied;
use super::merge::{is_usable, must_be_map, removes_nothing};
use super::problem::{Problem, codes};
use super::touched::Touched;
use crate::pointer::Pointer;
use crate::value::kind_of;
use directive::{Directives, Marker};
use serde_json::{Map, Value};

/// A strategic merge patch: a map.
#[derive(Debug, Clone)]
pub struct StrategicPatch {
    patch: Map<String, Value>,
}

impl StrategicPatch {
    pub fn parse(patch: &Value) -> (Option<Self>, Vec<Problem>) {
        let mut problems = must_be_map(patch, "strategic");
        if patch.get(directive::PATCH).is_some_and(|marker| marker == "delete") {
            let message = "`$patch: delete` at the top would remove the whole object, which a patch cannot do";
            let at = Pointer::from_segments([directive::PATCH]);
            problems
                .push(Problem::error(&codes::PATCH_DIRECTIVE, at, message).help("give the site a template without it"));
        }
        let patch = patch.as_object().filter(|_| is_usable(&problems));
        (patch.map(|patch| StrategicPatch { patch: patch.clone() }), problems)
    }

    /// Applies the patch to a copy. Without a schema nothing is known of the object's lists, and the patch is refused.
    pub(super) fn apply<S: MergeSchema>(&self, object: &Value, schema: Option<S>) -> Result<Applied, Vec<Problem>> {
        let Some(schema) = schema else { return Err(vec![not_supported(object)]) };
        let mut merger = Merger::default();
        let mut patched = object.as_object().cloned().unwrap_or_default();
        if merger.map(&mut patched, &self.patch, Some(schema)) == Outcome::Gone {
            patched.clear();
        }
        if merger.errors.is_empty() {
            let Merger { touched, idle, .. } = merger;
            Ok(Applied { object: Value::Object(patched), touched, warnings: Vec::new(), idle })
        } else {
            Err(merger.errors)
        }
    }
}

fn not_supported(object: &Value) -> Problem {
    let word = |key: &str| object[key].as_str().unwrap_or("?").to_owned();
    let message = format!(
        "a strategic patch is not supported for {} of {}: nothing says how its lists merge",
        word("kind"),
        word("apiVersion")
    );
    Problem::error(&codes::PATCH_NOT_SUPPORTED, Pointer::root(), message)
        .help("use `merge` or `json`, or put a definition with list keys (`x-kubernetes-list-map-keys`) in crds/")
}

/// What became of a value that a patch was merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Kept,
    /// `$patch: delete`.
    Gone,
}

/// A walk through object and patch at once. Errors do not stop it, so that one run names them all.
#[derive(Default)]
struct Merger {
    /// Where the walk is in the object as it will be, and in the patch.
    here: Pointer,
    at: Pointer,
    touched: Touched,
    idle: Vec<Problem>,
    errors: Vec<Problem>,
    /// Above zero inside a value that is recorded as set whole.
    quiet: usize,
    /// The item of a keyed list that is being merged, and its keys: they say which item is meant, and set nothing.
    item: Option<(Pointer, Vec<String>)>,
}

impl Merger {
    fn map<S: MergeSchema>(
        &mut self,
        base: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        schema: Option<S>,
    ) -> Outcome {
        let directives = Directives::read(self, patch, schema);
        match directives.marker {
            Some(Marker::Delete) => {
                self.refuse_fields_beside_delete(patch, &[]);
                return Outcome::Gone;
            }
            Some(Marker::Replace) => {
                base.clear();
                self.record_set();
            }
            None => {}
        }
        if let Some(keys) = &directives.retain_keys {
            self.retain(base, patch, keys);
        }
        for name in directives.fields(patch) {
            let order = directives.order.get(name).copied();
            let deletions = directives.deletions.get(name).copied();
            let field = Field { name, value: patch.get(name), order, deletions };
            self.field(base, &field, schema.and_then(|schema| schema.property(name)));
        }
        Outcome::Kept
    }

    fn field<S: MergeSchema>(&mut self, base: &mut Map<String, Value>, field: &Field<'_>, schema: Option<S>) {
        self.here.push(field.name);
        self.at.push(field.name);
        match field.value {
            Some(Value::Null) => self.remove(base, field.name),
            Some(Value::Object(patch)) => self.map_field(base, field.name, patch, schema),
            Some(Value::Array(patch)) => self.list_field(base, field, Some(patch), schema),
            Some(scalar) => {
                base.insert(field.name.to_owned(), scalar.clone());
                if !self.is_item_key(field.name) {
                    self.record_set();
                }
            }
            None => self.list_field(base, field, None, schema),
        }
        self.at.pop();
        self.here.pop();
    }

    fn remove(&mut self, base: &mut Map<String, Value>, name: &str) {
        if base.remove(name).is_some() {
            self.record_removed();
        } else if self.quiet == 0 {
            self.idle.push(removes_nothing(&self.at, base, name));
        }
    }

    fn map_field<S: MergeSchema>(
        &mut self,
        base: &mut Map<String, Value>,
        name: &str,
        patch: &Map<String, Value>,
        schema: Option<S>,
    ) {
        let deletes = patch.get(directive::PATCH).is_some_and(|marker| marker == "delete");
        let merges = deletes || schema.is_none_or(|schema| schema.map_rule() == MapRule::Merge);
        if let Some(Value::Object(existing)) = base.get_mut(name).filter(|_| merges) {
            if self.map(existing, patch, schema) == Outcome::Gone {
                // As kubectl has it: the map is emptied, the field stays.
                existing.clear();
                self.record_set();
            }
            return;
        }
        if deletes {
            self.refuse_fields_beside_delete(patch, &[]);
            self.remove(base, name);
            return;
        }
        self.record_set();
        if let Some(taken) = self.take_map(patch, schema) {
            base.insert(name.to_owned(), Value::Object(taken));
        }
    }

    /// Applies `$retainKeys`: what it does not name goes, and the patch may set only what it names.
    fn retain(&mut self, base: &mut Map<String, Value>, patch: &Map<String, Value>, keys: &[&str]) {
        let kept = |key: &str| keys.contains(&key);
        for (key, value) in patch {
            if !value.is_null() && !directive::is_directive(key) && !kept(key) {
                let message = format!("`$retainKeys` does not name `{key}`, which the same map sets");
                self.error_at(key, &codes::PATCH_DIRECTIVE, message, |problem| {
                    problem.on_key().help(format!("add `{key}` to `$retainKeys`, or remove it here"))
                });
            }
        }
        let gone: Vec<String> = base.keys().filter(|key| !kept(key)).cloned().collect();
        for key in gone {
            base.remove(&key);
            self.at.push("$retainKeys");
            self.here.push(&key);
            self.record_removed();
            self.here.pop();
            self.at.pop();
        }
    }

    /// Fields beside `$patch: delete` would be lost; `keys` are those that say which item is meant.
    fn refuse_fields_beside_delete(&mut self, patch: &Map<String, Value>, keys: &[&str]) {
        let extra = patch.keys().find(|key| *key != directive::PATCH && !keys.contains(&key.as_str()));
        if let Some(extra) = extra {
            let message = format!("`$patch: delete` removes the whole map, so `{extra}` beside it has no effect");
            self.error_at(extra, &codes::PATCH_DIRECTIVE, message, |problem| {
                problem
                    .on_key()
                    .help("remove it; to remove single fields set them to null; to start afresh use `$patch: replace`")
            });
        }
    }

    /// Whether the walk is at a key by which the item around it was found.
    fn is_item_key(&self, name: &str) -> bool {
        let Some((item, keys)) = &self.item else { return false };
        let is_in_item = self.here.segments().split_last().is_some_and(|(_, around)| around == item.segments());
        is_in_item && keys.iter().any(|key| key == name)
    }

    fn record_set(&mut self) {
        if self.quiet == 0 {
            self.touched.record_set(&self.here, &self.at);
        }
    }

    fn record_removed(&mut self) {
        if self.quiet == 0 {
            self.touched.record_removed(&self.here, &self.at);
        }
    }

    fn error(&mut self, problem: Problem) {
        self.errors.push(problem);
    }

    fn error_at(
        &mut self,
        segment: impl ToString,
        code: &'static crate::diag::Code,
        message: String,
        finish: impl FnOnce(Problem) -> Problem,
    ) {
        self.errors.push(finish(Problem::error(code, self.at.child(segment), message)));
    }

    fn misfit(&mut self, name: &str, wanted: &str, value: &Value) {
        let message = format!("`{name}` must be {wanted}");
        self.error_at(name, &codes::PATCH_DIRECTIVE, message, |problem| {
            problem.label(format!("this is {}", kind_of(value)))
        });
    }
}

/// What a patch says of one field: a value, and the two directives that speak of a list by its name.
struct Field<'p> {
    name: &'p str,
    value: Option<&'p Value>,
    order: Option<&'p [Value]>,
    deletions: Option<&'p [Value]>,
}
