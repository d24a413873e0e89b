//! Mustache templates: from text and values to typed YAML documents.
//!
//! Takes template texts, the partials that they may name and the JSON Schema of their values; gives compiled programs that
//! fill values into parsed documents. A value never changes a document's structure, nor its own type, by being inserted.
//! Reads no file, knows no Kubernetes object but `kind: List`.
//!
//! The stages, in order:
//!
//! 1. [`scan`]: text to a tree of tags, with places;
//! 2. `compile`, with [`bind`]: partials put in place, names bound, text gathered into runs between sections;
//! 3. `decide`, on `engine`: the `ramhorns` crate executes sections over values, which gives the runs of each document;
//! 4. `shape`: the text of these runs, with placeholders for values, parsed once and kept in `cache`;
//! 5. `fill`: values put into the parsed tree.
//!
//! [`Program`] and [`Inline`] put them together; `trace` goes the way back, and `report` says what is wrong with values.

pub mod bind;
mod cache;
pub mod codes;
mod compile;
mod decide;
mod engine;
mod fill;
pub mod inline;
mod list;
pub mod origin;
pub mod partials;
pub mod program;
pub mod report;
mod runs;
pub mod scan;
mod schema;
pub mod scope;
mod shape;
pub mod spec_mode;
pub mod trace;
pub mod values;

pub use bind::{How, NameUse, Step};
pub use inline::Inline;
pub use partials::Partials;
pub use program::{DocumentOrigin, Program, Rendered, Rendering, Retraced};
pub use report::RenderError;
pub use runs::Include;
pub use scope::{Candidate, CandidateSort, Resolved, TagScope};
pub use trace::{Asked, Asking, Inserted, InsertedFrom, Trace};
pub use values::Values;
