//! Explanations, held against what they explain: the place that one names is edited, and the fleet rendered again.

mod edits;
mod fleet;
mod support;
mod uses;
