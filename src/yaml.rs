//! YAML in and out: one reader with places and budgets, one rule for plain scalars, one writer.
//!
//! The only module that knows the YAML crate.

pub mod node;
pub mod read;
pub mod scalar;
pub mod write;

pub use node::{Document, Entry, Node, NodeValue, ScalarStyle};
