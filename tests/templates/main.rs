//! The templates that ship, judged as a cluster would judge what they render: by its API server's schemas, Pod Security, quotas, network
//! policies and access rules, over the example fleet and over a matrix of all their switches.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod access;
mod drift;
mod fleets;
mod hostile;
mod matrix;
mod network;
mod pairwise;
mod pods;
mod quota;
mod release;
mod support;
mod switches;
