//! What is kept of a unit once its files were handed on.

use crate::object::Identity;
use crate::source::Span;
use crate::spec::common::Layer;
use crate::validate::rules::duplicate_host::HostClaim;
use std::collections::BTreeSet;

/// What later checks, lists and gates need to know of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitSummary {
    pub cluster: String,
    /// Empty for a cluster's own objects.
    pub environment: String,
    pub namespace: String,
    pub tenant: String,
    /// The sites of its deployments.
    pub sites: Vec<String>,
    /// Those of them that are disabled here.
    pub disabled: Vec<String>,
    pub protect: bool,
    /// What is written, in order of path; nothing where that was not asked for, and where the unit is as it was.
    pub objects: Vec<ObjectSummary>,
    pub facts: UnitFacts,
    /// Hosts that written objects claim.
    pub hosts: Vec<HostClaim>,
}

/// What delivery, counts and checks across units need to know of what a unit writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFacts {
    /// How many objects there are.
    pub objects: usize,
    /// The layers that hold a file.
    pub layers: BTreeSet<Layer>,
    /// The layers that hold a SOPS file.
    pub sops_layers: BTreeSet<Layer>,
    /// Layer and name of each Job that runs once.
    pub once_jobs: BTreeSet<(Layer, String)>,
    /// Objects without a namespace, which another unit could make too.
    pub cluster_scoped: Vec<Identity>,
}

impl UnitFacts {
    pub fn of(objects: &[ObjectSummary]) -> Self {
        let of = |is_meant: fn(&ObjectSummary) -> bool| objects.iter().filter(move |object| is_meant(object));
        let name = |object: &ObjectSummary| (object.layer, object.identity.name.clone());
        UnitFacts {
            objects: objects.len(),
            layers: objects.iter().map(|object| object.layer).collect(),
            sops_layers: of(|object| object.is_sops).map(|object| object.layer).collect(),
            once_jobs: of(|object| object.runs_once).map(name).collect(),
            cluster_scoped: of(|object| object.identity.namespace.is_empty())
                .map(|object| object.identity.clone())
                .collect(),
        }
    }
}

/// One object that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSummary {
    pub identity: Identity,
    pub layer: Layer,
    pub path: String,
    /// Whether it is a SOPS file.
    pub is_sops: bool,
    /// Whether it is a Job that runs once.
    pub runs_once: bool,
    /// Where its document stands in a template.
    pub span: Span,
}
