//! What `diff` says of edits whose effect is known.
//!
//! `fleet/` is a fleet without sites; [`support`] adds as many as a test asks for. [`effects`] has the edits: each with the
//! classes that are due, and with the whole text in `texts/`, which is never longer than a screen. [`command`] runs the binary
//! on repositories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod command;
mod effects;
#[path = "../common/fleets.rs"]
mod fleets;
#[path = "../common/git.rs"]
mod git;
mod kit;
mod markdown;
mod support;
