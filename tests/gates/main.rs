//! Edits of a small fleet, and what the gates say of them: compiled in memory, no git.
//!
//! `fleet/` is the fleet. Each case is an edit of its files and the codes that are due; [`losing`] has those that would lose data,
//! [`harmless`] those that would not. Whole diagnostics are compared in [`texts`].

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod acknowledged;
mod edits;
#[path = "../common/fleets.rs"]
mod fleets;
mod harmless;
mod hostile;
mod immutable;
mod losing;
mod modest;
mod support;
mod texts;
