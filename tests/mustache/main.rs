//! Templates in strict mode: each sentence of the contract about templates has a case here.

#![allow(clippy::expect_used, clippy::panic)]
mod documents;
mod errors;
mod files;
mod inline;
mod laws;
mod names;
mod support;
mod traces;
mod values;
