//! The commands as a user calls them: where they may be started, what they write, what they say to people and to machines.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod editors;
#[path = "../common/git.rs"]
mod git;
mod json;
mod processes;
mod publish;
mod render;
mod state;
mod support;
mod words;
