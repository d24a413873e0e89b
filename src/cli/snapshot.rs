//! `bayplan snapshot`.
use super::args::Global;
use super::exit::ExitStatus;
use super::report::Report;
use crate::failure::Failed;
use clap::Args;
/// x
#[derive(Debug, Args)]
pub struct SnapshotArgs {}
pub fn run(_: &SnapshotArgs, _: &Global, _: &Report) -> Result<ExitStatus, Failed> {
    todo!()
}
