//! bayplan reads a repository of YAML specs and Mustache templates and compiles it to resolved Kubernetes manifests.

pub mod cli;
pub mod codes;
pub mod delivery;
pub mod diag;
pub mod emit;
pub mod failure;
pub mod finish;
pub mod inputs;
pub mod kubernetes;
pub mod layers;
pub mod load;
pub mod mustache;
pub mod near;
pub mod object;
pub mod output;
pub mod patch;
pub mod patching;
pub mod pipeline;
pub mod pointer;
pub mod render;
pub mod resolve;
pub mod secrets;
pub mod source;
pub mod spec;
pub mod validate;
pub mod yaml;
