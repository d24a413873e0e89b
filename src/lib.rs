//! bayplan reads a repository of YAML specs and Mustache templates and compiles it to resolved Kubernetes manifests.
//!
//! ```text
//!             impure                          pure: pipeline::compile(&Sources, &Options, &mut dyn Sink)                    impure
//!  work tree / commit ─▶ Sources ─load─▶ Specs ─resolve─▶ RenderInputs ─render─▶ Object ─patching─▶ finish ─▶ validate ─▶ emit
//!                                                                                                             └▶ Sink: folder, git pack, memory
//! ```
//!
//! Modules in reading order: the foundation knows no phase, a phase knows the foundation and the phases before it, and only the
//! edges touch files, git and the terminal.

// Foundation.
pub mod codes;
pub mod diag;
pub mod digest;
pub mod failure;
pub mod kubernetes;
pub mod layers;
pub mod mustache;
pub mod near;
pub mod patch;
pub mod pointer;
pub mod records;
pub mod source;
pub mod value;
pub mod yaml;

// Phases, in order.
pub mod acknowledgement;
pub mod delivery;
pub mod diff;
pub mod emit;
pub mod explain;
pub mod finish;
pub mod gate;
pub mod html;
pub mod ide;
pub mod inputs;
pub mod inventory;
pub mod load;
pub mod object;
pub mod output;
pub mod patching;
pub mod pipeline;
pub mod render;
pub mod resolve;
pub mod secrets;
pub mod spec;
pub mod validate;

// Edges.
pub mod cli;
pub mod folder;
pub mod lsp;
pub mod publish;
pub mod worktree;
