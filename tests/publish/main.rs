//! Publishing to real repositories in temporary folders, checked by the `git` program. No network.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop, and one that is skipped should say so"
)]

mod damage;
mod deltas;
mod determinism;
mod hydrator;
mod interrupted;
mod protocol;
mod race;
mod refusals;
mod remote;
mod source;
mod support;
mod trees;
