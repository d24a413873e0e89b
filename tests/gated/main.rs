//! `publish`, `check --against` and `verify` as programs, on real repositories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop"
)]

mod disk;
mod merges;
mod refusals;
mod settled;
mod support;
mod verify;
