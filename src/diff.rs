//! What an edit does: two trees compared object by object, each change classed by what it does to a running system, and
//! identical changes of many sites folded into one.
//!
//! Takes the files that differ, as bytes of both sides ([`Collector`]), and the summaries of the new tree's units ([`Context`]);
//! gives a [`Diff`]. It is pure, reads no file and knows no gate's verdict; of a secret it keeps nothing but a hash while it
//! compares. Objects are compared by identity whatever their path, lists by their keys.
//!
//! ```text
//!   files ─Collector─▶ Change, Loose ─pair─▶ Change ─fold─▶ Hunk ─┬▶ human, markdown, json
//!           (in batches)  moves, runs, whole namespaces   Summary └▶ any other: a format reads [`Report`] and nothing else
//! ```
//!
//! # The model and its formats
//!
//! [`Report`] is all that a format needs, and each format is one function from it to text: [`human`], [`markdown`], [`json`]. A
//! hunk's fields hold values, not text; [`lines`] turns a hunk into marked lines, which is where values become text, long ones
//! are cut and what a terminal or a page would misread is made visible. A page of HTML takes the same `Report`: `Hunk` for what
//! opens and closes, `lines` for what stands in it.

pub mod align;
mod bundle;
mod change;
pub mod class;
mod collect;
pub mod edited;
pub mod environments;
pub mod fields;
mod fold;
pub mod gates;
pub mod human;
pub mod json;
pub mod lines;
pub mod markdown;
pub mod names;
mod object;
mod pair;
pub mod path;
pub mod secret;
pub mod summary;
mod telling;

pub use change::Action;
pub use class::{Class, Remark};
pub use collect::{Collector, FileChange};
pub use object::Subject;
pub use summary::{Counted, Summary};

use crate::diag::Severity;
use crate::object::Identity;
use crate::pipeline::{Filter, UnitSummary};
use crate::pointer::Pointer;
use fields::Sort;
use path::Path;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is known besides the files that differ.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// Which changes to tell.
    pub filter: &'c Filter,
    /// The new tree, as its compile told it.
    pub units: &'c [UnitSummary],
}

/// What differs between two trees.
#[derive(Debug, Default)]
pub struct Diff {
    /// The gravest first.
    pub hunks: Vec<Hunk>,
    /// Objects whose files differ in nothing but how they are written.
    pub formatting: Vec<Subject>,
    /// Files of either tree that bayplan did not write.
    pub others: Vec<String>,
    pub summary: Summary,
}

impl Diff {
    pub fn is_empty(&self) -> bool {
        self.hunks.is_empty() && self.formatting.is_empty() && self.others.is_empty()
    }
}

/// One change, of one object or of as many as have the same.
#[derive(Debug, Clone)]
pub struct Hunk {
    pub action: Action,
    /// `Deployment portal-web`, `Deployment {site}-web` where it is about several, or what becomes of a whole namespace.
    pub title: String,
    pub group: String,
    pub kind: String,
    /// What it does, the gravest first.
    pub classes: Vec<Class>,
    /// What exactly, where fields do not say it.
    pub remarks: Vec<Remark>,
    pub fields: Vec<FoldedField>,
    /// What it is about, in order; never empty.
    pub subjects: Vec<Subject>,
    /// Where it is about whole namespaces: their objects by kind, all together.
    pub contents: BTreeMap<String, usize>,
    /// Objects of the same name in the same clusters and environments which do not change.
    pub exceptions: Vec<Exception>,
    /// How many objects of that name there are in those clusters and environments, where that is known.
    pub peers: Option<usize>,
    /// The first of the objects in each tree, to look up who sets its fields.
    pub sample: [Option<Identity>; 2],
}

impl Hunk {
    /// Whether it is about whole namespaces instead of single objects.
    pub fn is_bundle(&self) -> bool {
        !self.contents.is_empty()
    }
}

/// One field of a hunk.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldedField {
    pub path: Path,
    pub sort: Sort,
    pub values: Values,
    /// Where it lies in the hunk's first object, on each side.
    pub at: [Pointer; 2],
    /// Who sets it, as far as that is known.
    pub set_by: Vec<SetBy>,
}

/// The values of a field of many objects.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// The same everywhere, names aside.
    Same { old: Option<Value>, new: Option<Value> },
    /// Texts that differ, in which the same part changes: that part.
    Alike { old: String, new: String },
    /// All sorts of values: how many, and the first.
    Differ { count: usize, old: Option<Value>, new: Option<Value> },
}

/// The line of a spec or of a template that sets a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetBy {
    /// Relative to the fleet's folder.
    pub file: String,
    pub line: usize,
    /// Whose it is: `site portal, environment production`; empty for a template's own text.
    pub who: String,
    /// Whether the old side is meant.
    pub is_old: bool,
}

/// An object that a change passes over.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    pub subject: Subject,
    pub identity: Identity,
    /// What holds it where it is.
    pub set_by: Option<SetBy>,
}

/// The values of the deployments of two environments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComparedValues {
    /// How many deployments were compared.
    pub deployments: usize,
    pub changes: Vec<ValueChange>,
}

/// A value that differs between two environments.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueChange {
    pub path: Path,
    pub values: Values,
    /// The deployments in the second environment.
    pub subjects: Vec<Subject>,
    /// Who sets it on each side, for the first of them.
    pub set_by: [Option<SetBy>; 2],
}

/// What the gates say of publishing the new side after the old one.
#[derive(Debug, Clone, Default)]
pub struct Gates {
    /// Why they were not asked, if they were not.
    pub not_asked: Option<String>,
    pub findings: Vec<Finding>,
}

/// One thing that the gates say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// The name of its code.
    pub code: &'static str,
    pub message: String,
    /// What it means and what to do; where it refuses, the Acknowledgement that lets it through.
    pub help: Vec<String>,
}

impl Gates {
    pub fn refusals(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// A side, or a part of it, that does not compile: nothing is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The name of the side.
    pub side: String,
    /// Its namespaces that are withheld; none where all of it is.
    pub namespaces: Option<Vec<String>>,
    /// How many errors it has.
    pub errors: usize,
}

/// All that a format shows.
#[derive(Debug, Default)]
pub struct Report {
    /// What is compared: the two sides by name.
    pub sides: [String; 2],
    /// Remarks on the sides, such as that nothing was published yet.
    pub notes: Vec<String>,
    pub withheld: Vec<Withheld>,
    pub diff: Diff,
    pub gates: Gates,
    /// Where two environments are compared: the values that differ. Hunks are then the objects that do.
    pub values: Option<ComparedValues>,
    /// The command that shows all of it.
    pub command: String,
}

impl Report {
    /// The sentence that comes first.
    pub fn headline(&self) -> String {
        let Some(values) = &self.values else { return self.diff.summary.sentence() };
        let objects: usize = self.diff.hunks.iter().map(|hunk| hunk.subjects.len()).sum();
        let [old, new] = &self.sides;
        match (values.changes.len(), objects) {
            (0, 0) => format!("{old} and {new} do not differ"),
            (values, objects) => {
                let (values, objects) = (summary::count(values, "value"), summary::count(objects, "object"));
                format!("{old} and {new} differ in {values} and {objects}")
            }
        }
    }

    /// What the gates say, each sort once.
    pub fn gate_findings(&self) -> Vec<gates::FoldedFinding> {
        gates::folded(&self.gates, &self.diff.hunks)
    }

    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        !self.diff.is_empty() || self.values.as_ref().is_some_and(|values| !values.changes.is_empty())
    }

    /// Whether nothing can be told of what differs.
    pub fn is_withheld_whole(&self) -> bool {
        self.withheld.iter().any(|withheld| withheld.namespaces.is_none())
    }
}
