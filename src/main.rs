//! The bayplan binary.
fn main() {}
