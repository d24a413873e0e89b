//! The language server as an editor meets it: the protocol over standard input and output of the program.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod actions;
mod client;
mod completion;
mod diagnostics;
#[path = "../commands/support.rs"]
#[allow(dead_code, reason = "shared with the tests of commands, which use all of it")]
mod fleet;
#[path = "../common/git.rs"]
mod git;
mod hostile;
mod large;
mod lifecycle;
mod places;
mod sync;
