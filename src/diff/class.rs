//! What a change does to a running system: the classes, and who finds each.
//!
//! One file a concern. Each takes the two versions of an object (or the one that there is) and the fields that differ, and adds
//! [`Remark`]s; none knows of other objects. What follows from several objects is found where they are paired.

pub mod data;
mod exposure;
mod network_policy;
mod permissions;
mod pods;
mod rbac;
mod secret_reference;
mod security;

use super::fields::FieldChange;
use super::object::Object;

/// What a change does, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    DataAtRisk,
    Recreates,
    Removed,
    Permissions,
    Exposure,
    SecretReference,
    RestartsPods,
    JobRuns,
    New,
    InPlace,
    LeftAlone,
    Formatting,
}

impl Class {
    pub const ALL: [Class; 12] = [
        Class::DataAtRisk,
        Class::Recreates,
        Class::Removed,
        Class::Permissions,
        Class::Exposure,
        Class::SecretReference,
        Class::RestartsPods,
        Class::JobRuns,
        Class::New,
        Class::InPlace,
        Class::LeftAlone,
        Class::Formatting,
    ];

    /// For machines: kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Class::DataAtRisk => "data-at-risk",
            Class::Recreates => "recreates",
            Class::Removed => "removed",
            Class::Permissions => "permissions",
            Class::Exposure => "exposure",
            Class::SecretReference => "secret-reference",
            Class::RestartsPods => "restarts-pods",
            Class::JobRuns => "job-runs",
            Class::New => "new",
            Class::InPlace => "in-place",
            Class::LeftAlone => "left-alone",
            Class::Formatting => "formatting",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Class::DataAtRisk => "data at risk",
            Class::Recreates => "must be recreated",
            Class::Removed => "removed",
            Class::Permissions => "permissions",
            Class::Exposure => "exposure",
            Class::SecretReference => "secret changed",
            Class::RestartsPods => "restarts pods",
            Class::JobRuns => "runs",
            Class::New => "new",
            Class::InPlace => "in place",
            Class::LeftAlone => "left as it is",
            Class::Formatting => "formatting only",
        }
    }

    /// Whether a reviewer should look twice.
    pub fn is_grave(self) -> bool {
        self <= Class::SecretReference && self != Class::Removed
    }
}

/// One thing that a change does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    pub class: Class,
    /// What exactly, where the fields do not say it: one phrase, or nothing.
    pub text: String,
}

impl Remark {
    pub fn new(class: Class, text: impl Into<String>) -> Self {
        Remark { class, text: text.into() }
    }

    pub fn plain(class: Class) -> Self {
        Remark::new(class, "")
    }
}

/// What becomes of an object that is in both trees and differs.
pub fn of_changed(old: &Object, new: &Object, fields: &[FieldChange]) -> Vec<Remark> {
    if pods::is_left_alone(new) {
        return vec![Remark::new(Class::LeftAlone, "the cluster keeps the object that it has")];
    }
    let mut remarks = Vec::new();
    data::changed(old, new, &mut remarks);
    permissions::changed(old, new, &mut remarks);
    exposure::changed(old, new, &mut remarks);
    secret_reference::changed(new, fields, &mut remarks);
    pods::changed(new, fields, &mut remarks);
    let settles = |remark: &Remark| {
        matches!(remark.class, Class::Recreates | Class::RestartsPods | Class::JobRuns | Class::InPlace)
    };
    if !remarks.iter().any(settles) {
        remarks.push(Remark::plain(Class::InPlace));
    }
    sorted(remarks)
}

/// What a new run of a Job brings: the old one leaves, so nothing of it is in the way.
pub fn of_rerun(old: &Object, new: &Object, fields: &[FieldChange]) -> Vec<Remark> {
    let mut remarks = vec![Remark::plain(Class::JobRuns)];
    permissions::changed(old, new, &mut remarks);
    secret_reference::changed(new, fields, &mut remarks);
    sorted(remarks)
}

/// What a new object brings.
pub fn of_new(new: &Object) -> Vec<Remark> {
    let mut remarks = vec![Remark::plain(Class::New)];
    permissions::added(new, &mut remarks);
    exposure::added(new, &mut remarks);
    if new.is("batch", "Job") && !pods::is_left_alone(new) {
        remarks.push(Remark::plain(Class::JobRuns));
    }
    sorted(remarks)
}

/// What leaves with an object.
pub fn of_removed(old: &Object) -> Vec<Remark> {
    let mut remarks = vec![Remark::plain(Class::Removed)];
    data::removed(old, &mut remarks);
    exposure::removed(old, &mut remarks);
    sorted(remarks)
}

fn sorted(mut remarks: Vec<Remark>) -> Vec<Remark> {
    remarks.sort();
    remarks.dedup();
    remarks
}

pub use pods::is_stamp;
pub use security::pod_spec;

/// At most three of a list, and how many more.
pub fn some(mut items: Vec<String>) -> String {
    items.sort();
    items.dedup();
    let more = items.len().saturating_sub(3);
    items.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    items.join(", ") + &more
}
