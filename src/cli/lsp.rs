//! `bayplan lsp`.

use super::exit::ExitStatus;
use crate::failure::Failed;
use crate::lsp::{self, Ending};
use clap::Args;

/// Serve editors over the Language Server Protocol, on standard input and output
///
/// Editors start it; docs/editors.md has the lines that each one needs.
#[derive(Debug, Args)]
pub struct LspArgs {
    /// Standard input and output: the only way there is. Some editors insist on saying so
    #[arg(long)]
    pub stdio: bool,
}

pub fn run(_: &LspArgs) -> Result<ExitStatus, Failed> {
    Ok(match lsp::run()? {
        Ending::AsAsked => ExitStatus::Fine,
        Ending::Early => ExitStatus::Input,
    })
}
