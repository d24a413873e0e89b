//! Patches: a reviewed change to objects that a template has rendered, in one of three forms.
//!
//! Takes a patch as JSON (already read from YAML), the object as JSON and, for strategic patches, a schema that says how lists
//! merge. Gives the patched object with a record of what was changed by which part of the patch ([`Touched`]), or
//! [`Problem`]s that point into the patch; the caller knows where in which file that part is written. All or nothing: an object
//! is given back whole or not at all.
//!
//! It reads no file, knows no spec and no layer, and never prints a value of a Secret.

mod guard;
mod json;
mod merge;
mod problem;
mod strategic;
mod target;
mod touched;

pub use guard::forbidden_changes;
pub use json::JsonPatch;
pub use merge::{MergePatch, merge_value};
pub use problem::{Part, Problem, codes};
pub use strategic::{JsonMergeSchema, ListRule, ListSource, MapRule, MergeSchema, StrategicPatch};
pub use target::{Glob, GlobError, Target};
pub use touched::{Origin, Touch, Touched};

use serde_json::Value;

/// A patch that was read and found to be well formed.
#[derive(Debug, Clone)]
pub enum Patch {
    /// RFC 6902.
    Json(JsonPatch),
    /// RFC 7386.
    Merge(MergePatch),
    /// Kubernetes strategic merge patch.
    Strategic(StrategicPatch),
}

/// An object after a patch.
#[derive(Debug, Clone)]
pub struct Applied {
    pub object: Value,
    /// What the patch set and removed, and where fields of the new object were before.
    pub touched: Touched,
    /// Findings that do not stop the patch.
    pub warnings: Vec<Problem>,
    /// Parts that were to remove something and found nothing. An error, a warning or nothing at all, as the patch's layer
    /// deserves: a shared patch often meets objects that have less than others.
    pub idle: Vec<Problem>,
}

/// Applies one patch to one object and checks that it is still the same object.
///
/// `schema` says how the object's lists merge; only strategic patches need it, and refuse to work without it.
pub fn apply<S: MergeSchema>(patch: &Patch, object: &Value, schema: Option<S>) -> Result<Applied, Vec<Problem>> {
    let redact = is_secret(object);
    let applied = match patch {
        Patch::Json(patch) => patch.apply(object, redact),
        Patch::Merge(patch) => Ok(patch.apply(object)),
        Patch::Strategic(patch) => patch.apply(object, schema),
    }?;
    let forbidden = forbidden_changes(object, &applied.object, &applied.touched);
    if forbidden.is_empty() { Ok(applied) } else { Err(forbidden) }
}

/// True of a core Secret, whose values no message may show.
fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret" && object["apiVersion"].as_str().is_some_and(|version| !version.contains('/'))
}
