//! `bayplan completions`.

use super::args::Cli;
use super::exit::ExitStatus;
use super::report::Report;
use crate::failure::Failed;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan completions bash > ~/.local/share/bash-completion/completions/bayplan\n  \
                        bayplan completions fish > ~/.config/fish/completions/bayplan.fish"
)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

pub fn run(args: &CompletionsArgs, report: &Report) -> Result<ExitStatus, Failed> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bayplan", &mut script);
    report.text("script", &script)?;
    Ok(ExitStatus::Fine)
}
