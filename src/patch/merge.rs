//! JSON merge patches (RFC 7386), applied by the crate `json-patch`.

use super::Applied;
use super::problem::{Problem, codes};
use super::touched::Touched;
use crate::diag::Severity;
use crate::pointer::Pointer;
use crate::value::{kind_of, same};
use serde_json::{Map, Value};

/// A merge patch of an object: a map.
#[derive(Debug, Clone)]
pub struct MergePatch {
    patch: Value,
}

impl MergePatch {
    pub fn parse(patch: &Value) -> (Option<Self>, Vec<Problem>) {
        let problems = must_be_map(patch, "merge");
        (is_usable(&problems).then(|| MergePatch { patch: patch.clone() }), problems)
    }

    /// Never fails: RFC 7386 has an answer to everything.
    pub(super) fn apply(&self, object: &Value) -> Applied {
        let mut walk = Walk::default();
        walk.value(object, &self.patch);
        let mut patched = object.clone();
        merge_value(&mut patched, &self.patch);
        Applied { object: patched, touched: walk.touched, warnings: walk.warnings, idle: walk.idle }
    }
}

/// Merges any JSON value into another, as RFC 7386 section 2 defines it.
pub fn merge_value(target: &mut Value, patch: &Value) {
    json_patch::merge(target, patch);
}

/// Whether nothing in the list is an error, so that what was read may be used.
pub(super) fn is_usable(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.severity != Severity::Error)
}

pub(super) fn must_be_map(patch: &Value, form: &str) -> Vec<Problem> {
    if patch.is_object() {
        return Vec::new();
    }
    let message = format!("a `{form}` patch is a map, this is {}", kind_of(patch));
    let help =
        if patch.is_array() { "a list of operations belongs under `json`" } else { "write the fields to change" };
    vec![Problem::error(&codes::PATCH_MALFORMED, Pointer::root(), message).help(help)]
}

/// Tells, before the merge, what it will change. The result of a merge patch has no list whose items shift, so a pointer of
/// the patch is also a pointer of the object.
#[derive(Default)]
struct Walk {
    at: Pointer,
    touched: Touched,
    warnings: Vec<Problem>,
    idle: Vec<Problem>,
}

impl Walk {
    fn value(&mut self, before: &Value, patch: &Value) {
        match (before, patch) {
            (Value::Object(before), Value::Object(patch)) => self.map(before, patch),
            (Value::Array(before), Value::Array(patch)) => {
                self.list(before, patch);
                self.touched.record_set(&self.at, &self.at);
            }
            _ => self.touched.record_set(&self.at, &self.at),
        }
    }

    fn map(&mut self, before: &Map<String, Value>, patch: &Map<String, Value>) {
        for (key, patch) in patch {
            self.at.push(key);
            match (before.get(key), patch) {
                (Some(_), Value::Null) => self.touched.record_removed(&self.at, &self.at),
                (None, Value::Null) => self.idle.push(removes_nothing(&self.at, before, key)),
                (Some(before), patch) => self.value(before, patch),
                (None, _) => self.touched.record_set(&self.at, &self.at),
            }
            self.at.pop();
        }
    }

    /// Warns where a list of maps loses items that the patch does not mention: most likely the author thought that lists merge.
    fn list(&mut self, before: &[Value], patch: &[Value]) {
        if patch.is_empty() || !before.iter().chain(patch).all(Value::is_object) {
            return;
        }
        let dropped = before.iter().filter(|item| !patch.iter().any(|other| is_counterpart(item, other))).count();
        if dropped > 0 {
            let message =
                format!("`{}` is replaced whole: {dropped} of {} items dropped", self.at.dotted(), before.len());
            self.warnings.push(
                Problem::warning(&codes::PATCH_LIST_REPLACED, self.at.clone(), message)
                    .label("a merge patch does not merge lists")
                    .help("use `strategic` to change single items, or `json`"),
            );
        }
    }
}

/// Whether two items of a list of maps stand for the same thing, by their name where they have one.
fn is_counterpart(left: &Value, right: &Value) -> bool {
    match (left.get("name"), right.get("name")) {
        (Some(left), Some(right)) => left == right,
        _ => same(left, right),
    }
}

pub(super) fn removes_nothing(at: &Pointer, before: &Map<String, Value>, key: &str) -> Problem {
    Problem::note(&codes::PATCH_REMOVES_NOTHING, at.clone(), format!("nothing to remove: `{key}` is not there"))
        .on_key()
        .maybe_help(crate::near::hint(key, before.keys().map(String::as_str)))
}
