//! What Kubernetes knows of objects: the kinds that each minor serves, their scope and their schemas, and whether an object meets
//! its schema.
//!
//! Takes an `apiVersion`, a `kind` and `serde_json` values, and the fleet's CRDs; gives [`Lookup`]s, [`Schema`]s and
//! [`Violation`]s. It knows fields, not places in files: whoever calls it finds the spans. Nothing here is listed by hand that
//! the Kubernetes project publishes: the table of schemas is generated (see [`catalogue`]).
//!
//! ```
//! use bayplan::kubernetes::{Api, CustomKinds, Lookup, Minor};
//!
//! let api = Api::new(Minor::parse("1.36")?, CustomKinds::default().into());
//! let Lookup::Served(deployment) = api.kind("apps/v1", "Deployment") else { unreachable!() };
//! let replicas = deployment.schema.at("spec").and_then(|spec| spec.at("replicas"));
//! assert!(replicas.is_some());
//! # Ok::<(), bayplan::kubernetes::MinorError>(())
//! ```

pub mod api;
pub mod arena;
pub mod build;
pub mod catalogue;
pub mod codes;
pub mod crd;
pub mod encoding;
pub mod minor;
pub mod quantity;
pub mod schema;
pub mod unserved;
pub mod validate;

pub use api::{Api, Lookup, NearKinds, Origin, ServedKind};
pub use arena::{Format, Kind, ListMapKey, ListType, NodeId};
pub use catalogue::{Catalogue, Scope};
pub use crd::{CrdProblem, CrdProblemKind, CustomKind, CustomKinds};
pub use minor::{Minor, MinorError};
pub use schema::{Property, Schema};
pub use unserved::KindProblem;
pub use validate::violation::{Bound, Counted, NameRule, Problem, Violation};
pub use validate::{validate_object, validate_value};
