//! `publish`, `check --against` and `verify` as programs, on real repositories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on should stop, and one that is left out says so"
)]

mod disk;
#[path = "../common/git.rs"]
mod git;
mod merges;
mod refusals;
mod settled;
mod support;
mod verify;
