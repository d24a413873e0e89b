//! `bayplan init`.
use super::args::Global;
use super::exit::ExitStatus;
use super::report::Report;
use crate::failure::Failed;
use clap::Args;
/// x
#[derive(Debug, Args)]
pub struct InitArgs {}
pub fn run(_: &InitArgs, _: &Global, _: &Report) -> Result<ExitStatus, Failed> {
    todo!()
}
