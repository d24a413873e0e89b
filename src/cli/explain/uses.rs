//! What a line leads to.
use super::ExplainArgs;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::report::Report;
use crate::failure::Failed;
pub fn run(_file: &str, _args: &ExplainArgs, _global: &Global, _report: &Report) -> Result<ExitStatus, Failed> {
    Err(CliError::usage("later").into())
}
