//! Patches of specs, applied to rendered objects in the order of the layers.
//!
//! [`PatchBook`] reads every patch of a fleet once. Each object gets those of its layers, lowest first, and those of one layer
//! in the order listed. Targets see objects as their templates wrote them. A patch must hit: which ones did is recorded, and
//! judged when all units are known.

pub mod book;
pub mod hits;
pub mod merge_schema;

pub use book::{PatchBook, PatchId, PatchLayer, PreparedPatch};
pub use hits::Hits;

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::kubernetes::{Api, Lookup};
use crate::object::{AppliedPatch, Object};
use crate::patch::{self, Part, Problem};
use crate::source::Span;
use merge_schema::KindMergeSchema;
use serde_json::Value;

/// Applies patches to one object, which is as its template wrote it: that is what targets are matched against.
///
/// After a patch that fails, the others are still tried on the object as it was, so that all errors are told.
pub fn apply(
    object: &mut Object<'_>,
    patches: &[&PreparedPatch],
    api: &Api,
    deployment: Option<&str>,
    hits: &mut Hits,
    diagnostics: &mut Diagnostics,
) {
    let matching: Vec<&PreparedPatch> =
        patches.iter().copied().filter(|patch| patch.target.matches(&object.value)).collect();
    for patch in matching {
        hits.add(&patch.id);
        let schema = match api.kind(object.api_version(), object.kind()) {
            Lookup::Served(served) => KindMergeSchema::of(&served),
            Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown(_) => None,
        };
        match patch::apply(&patch.patch, &object.value, schema) {
            Ok(applied) => {
                object.value = applied.object;
                object.octals.extend(patch.octals.iter().cloned());
                object.origin.patches.push(AppliedPatch {
                    document: patch.document.clone(),
                    body: patch.body_at.clone(),
                    label: patch.label.clone(),
                    touched: applied.touched,
                });
                let idle = applied.idle.into_iter().filter(|_| patch.is_strict);
                for problem in applied.warnings.into_iter().chain(idle) {
                    report(problem, patch, object, deployment, diagnostics);
                }
            }
            Err(problems) => {
                for problem in problems {
                    report(problem, patch, object, deployment, diagnostics);
                }
            }
        }
    }
}

fn report(
    problem: Problem,
    patch: &PreparedPatch,
    object: &Object<'_>,
    deployment: Option<&str>,
    diagnostics: &mut Diagnostics,
) {
    let place = patch.place(&problem, &patch.body_at);
    let severity = problem.severity;
    let in_object = problem.in_object.clone();
    let mut diagnostic = problem.into_diagnostic(place);
    if let Some(pointer) = in_object {
        // The object is to be corrected, and the patch only came upon it.
        let told = diagnostic.primary.take().map(|label| label.text).unwrap_or_default();
        diagnostic = diagnostic.at(object.origin.locate(&pointer), told).also(place, "asked for by this patch");
    } else if severity == Severity::Error {
        let name = crate::pointer::Pointer::from_segments(["metadata", "name"]);
        diagnostic = diagnostic.also(object.origin.locate(&name), format!("applied to {}", object.identity()));
    }
    if let Some(deployment) = deployment {
        diagnostic = diagnostic.in_deployment(deployment);
    }
    diagnostics.push(diagnostic);
}

impl PreparedPatch {
    /// Where a problem lies, whose pointer counts from `base` in the patch's document.
    fn place(&self, problem: &Problem, base: &crate::pointer::Pointer) -> Span {
        let pointer = base.join(&problem.at);
        match problem.part {
            Part::Key => self.document.locate_key(&pointer),
            Part::Value => self.document.locate(&pointer),
        }
    }

    /// Why the patch hits none of these objects, as they were written.
    pub fn miss<'o>(&self, objects: impl IntoIterator<Item = &'o Value>) -> Diagnostic {
        let problem = self.target.miss(objects);
        let place = self.place(&problem, &self.at.child("target"));
        problem.into_diagnostic(place)
    }
}
