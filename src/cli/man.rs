//! `bayplan man`.

use super::args::Cli;
use super::exit::{CliError, ExitStatus};
use super::report::Report;
use crate::failure::Failed;
use clap::{Args, CommandFactory};

/// Print the manual page of bayplan, or of one of its commands
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bayplan man | man -l -\n  bayplan man publish | man -l -")]
pub struct ManArgs {
    /// A command; bayplan itself if left out
    pub command: Option<String>,
}

pub fn run(args: &ManArgs, report: &Report) -> Result<ExitStatus, Failed> {
    let mut root = Cli::command();
    root.build();
    let page = match &args.command {
        None => root,
        Some(name) => {
            let names: Vec<String> = root.get_subcommands().map(|command| command.get_name().to_owned()).collect();
            let Some(command) = root.find_subcommand(name) else {
                return Err(CliError::Usage {
                    message: format!("no command is called `{name}`"),
                    help: crate::near::hint(name, names.iter().map(String::as_str)),
                }
                .into());
            };
            // clap wants a name that lives as long as the program.
            let title: &'static str = Box::leak(format!("bayplan-{name}").into_boxed_str());
            command.clone().name(title)
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|source| CliError::Stdout { source })?;
    report.text("page", &text)?;
    Ok(ExitStatus::Fine)
}
