//! `bayplan publish`.
use super::args::Global;
use super::exit::ExitStatus;
use super::report::Report;
use crate::failure::Failed;
use clap::Args;
/// x
#[derive(Debug, Args)]
pub struct PublishArgs {}
pub fn run(_: &PublishArgs, _: &Global, _: &Report) -> Result<ExitStatus, Failed> {
    todo!()
}
