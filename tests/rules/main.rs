//! Rules: what they find, where, with which severity, and what lets an object through.

#![allow(clippy::expect_used, reason = "a test that cannot go on should stop")]

mod cases;
mod fleet;
mod formats;
mod hosts;
mod policy;
