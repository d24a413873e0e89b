//! YAML in and out: one strict reader with places, one writer, and the one rule on what a bare scalar means.
//!
//! Only this module knows the YAML crate. [`read`] gives trees of [`node::Node`]; [`value`] turns a tree into
//! `serde_json::Value`; [`write`] writes a value so that every reader of Kubernetes tools, YAML 1.1 or 1.2, reads the same.
//! It knows nothing of specs, templates or Kubernetes.

mod bytes;
pub mod codes;
mod compose;
mod escapes;
mod expand;
pub mod finding;
mod lazy;
mod misleading;
pub mod node;
mod places;
pub mod read;
pub mod scalar;
mod syntax;
mod tree;
pub mod value;
pub mod write;

pub use lazy::LazyDocument;
pub use node::{Document, Entry, Node, NodeValue, ScalarStyle};
