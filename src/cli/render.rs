//! `bayplan render`.
use super::args::Global;
use super::exit::ExitStatus;
use super::report::Report;
use crate::failure::Failed;
use clap::Args;
/// x
#[derive(Debug, Args)]
pub struct RenderArgs {}
pub fn run(_: &RenderArgs, _: &Global, _: &Report) -> Result<ExitStatus, Failed> {
    todo!()
}
