//! bayplan reads a repository of YAML specs and Mustache templates and compiles it to resolved Kubernetes manifests.

pub mod codes;
pub mod diag;
pub mod mustache;
pub mod near;
pub mod pointer;
pub mod source;
pub mod yaml;
