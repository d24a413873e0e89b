//! bayplan reads a repository of YAML specs and Mustache templates and compiles it to resolved Kubernetes manifests.

pub mod codes;
pub mod diag;
pub mod load;
pub mod near;
pub mod patch;
pub mod pointer;
pub mod source;
pub mod spec;
pub mod yaml;
