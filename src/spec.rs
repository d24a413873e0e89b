//! The kinds that users write, as typed values with their places.
//!
//! Takes files of [`crate::source::Sources`]; gives one [`Spec`] a document, checked against the JSON Schema that comes from
//! the same Rust type. References between specs are [`crate::load`]'s business.

pub mod acknowledgement;
pub mod check;
pub mod cluster;
pub mod common;
pub mod editor;
pub mod environment;
pub mod fleet;
pub mod read;
pub mod schema;
pub mod site;
pub mod template;
pub mod tenant;

pub use acknowledgement::AcknowledgementSpec;
pub use cluster::ClusterSpec;
pub use common::{ExternalObject, Metadata, Patch, PatchTarget, Values};
pub use environment::EnvironmentSpec;
pub use fleet::FleetSpec;
pub use site::{SiteEnvironment, SiteSpec, State};
pub use template::{Scope, TemplateSpec};
pub use tenant::{TenantEnvironment, TenantSpec};

use crate::digest::Digest;
use crate::pointer::Pointer;
use crate::source::Span;
use crate::yaml::LazyDocument;
use crate::yaml::value::Octal;
use std::sync::Arc;

/// The one `apiVersion` of bayplan's own kinds.
pub const API_VERSION: &str = "bayplan/v1";

/// One document of a bayplan kind: its typed content and where each part of it is written.
#[derive(Debug, Clone)]
pub struct Spec<T> {
    pub metadata: Metadata,
    pub spec: T,
    pub document: Arc<LazyDocument>,
    /// Bare scalars such as `0644` in values and patches: right where what they end up in wants a number.
    pub octals: Vec<Octal>,
    /// Of all that the document says, wherever and however it says it.
    pub digest: Digest,
}

impl<T> Spec<T> {
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The place of the value at a pointer below the document's root, such as `/spec/tenant`.
    pub fn place(&self, pointer: &Pointer) -> Span {
        self.document.locate(pointer)
    }

    /// As [`Spec::place`], for a pointer given as text.
    pub fn at(&self, pointer: &str) -> Span {
        Pointer::parse(pointer).map_or_else(|_| self.document.span(&self.document.root), |pointer| self.place(&pointer))
    }

    pub fn name_place(&self) -> Span {
        self.at("/metadata/name")
    }
}

/// The kinds by name, in the order in which documentation lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Fleet,
    Cluster,
    Environment,
    Tenant,
    Site,
    Template,
    Acknowledgement,
}

impl Kind {
    pub const ALL: [Kind; 7] = [
        Kind::Fleet,
        Kind::Cluster,
        Kind::Environment,
        Kind::Tenant,
        Kind::Site,
        Kind::Template,
        Kind::Acknowledgement,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Fleet => "Fleet",
            Kind::Cluster => "Cluster",
            Kind::Environment => "Environment",
            Kind::Tenant => "Tenant",
            Kind::Site => "Site",
            Kind::Template => "Template",
            Kind::Acknowledgement => "Acknowledgement",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
