//! Explanations, held against what they explain: the place that one names is edited, and the fleet rendered again.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod edits;
mod fleet;
mod support;
mod uses;
