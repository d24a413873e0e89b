//! What editors ask of a fleet: what stands at a place, what could be written there, what is wrong, where things are defined.
//!
//! Pure: takes a [`Fleet`], which holds the files as the editor has them, saved or not; gives places, texts and edits in terms
//! of paths and bytes. The protocol is in [`crate::lsp`]. Half-typed files are the rule here: names and paths are read from
//! the lines of a text by [`outline`], so that a broken document still completes.

pub mod check;
pub mod complete;
pub mod contexts;
pub mod feeds;
pub mod fleet;
pub mod hover;
pub mod index;
pub mod locate;
pub mod names;
pub mod outline;
pub mod renames;
pub mod schema;
pub mod story;
pub mod subject;
pub mod symbols;
pub mod tags;
pub mod text;
pub mod values;

pub use fleet::Fleet;

/// Whether tags are read in a file of this path: in templates and their heads, whose computed values hold tags.
pub fn has_tags(path: &str) -> bool {
    path.ends_with(".mustache") || index::is_template_head(path)
}
