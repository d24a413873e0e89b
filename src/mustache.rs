//! Mustache templates: from text and values to typed YAML documents.
//!
//! Takes template texts, the partials that they may name and the JSON Schema of their values; gives compiled programs that
//! fill values into parsed documents. A value never changes a document's structure, nor its own type, by being inserted.
//! Reads no file, knows no Kubernetes object.
//!
//! The stages, in order: [`scan`] (text to tags), `compile` with [`bind`] (partials in place, names bound), `engine` (the
//! `ramhorns` crate executes sections), and what is made of that.

pub mod bind;
pub mod codes;
mod compile;
mod decide;
mod engine;
pub mod origin;
pub mod partials;
pub mod scan;
mod schema;
pub mod spec_mode;
pub mod values;
