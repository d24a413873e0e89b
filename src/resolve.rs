//! Specs to deployments with their values: which site runs where, in which namespace, and what its template is given.
//!
//! A *deployment* is one (site, environment, cluster). A *unit* is one namespace of one cluster with the deployments in it:
//! units are resolved, rendered and finished on their own, in parallel.

pub mod deployments;
pub mod roots;
pub mod stack;
pub mod units;
pub mod values;

pub use deployments::Deployment;
pub use stack::{LayerSource, LayerStack};
pub use units::Unit;
