//! `bayplan check`.
use super::args::Global;
use super::exit::ExitStatus;
use super::report::Report;
use crate::failure::Failed;
use clap::Args;
/// x
#[derive(Debug, Args)]
pub struct CheckArgs {}
pub fn run(_: &CheckArgs, _: &Global, _: &Report) -> Result<ExitStatus, Failed> {
    todo!()
}
