//! The command line: arguments, one file a command, reports and exit codes. The only module that knows clap and the terminal.

pub mod args;
pub mod check;
pub mod completions;
pub mod diff;
pub mod exit;
pub mod explain;
pub mod filter;
pub mod gates;
pub mod init;
pub mod list;
pub mod lsp;
pub mod man;
pub mod open;
pub mod progress;
pub mod publish;
pub mod render;
pub mod report;
pub mod rules;
pub mod schema;
pub mod snapshot;
mod timings;
pub mod verify;

use crate::failure::Failed;
use args::{Cli, Command, Format};
use clap::Parser;
use exit::{CliError, ExitStatus};
use report::Report;
use std::process::ExitCode;

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    exit::report_bugs();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, everything else is wrong usage; clap knows which stream is due.
            let is_help = !error.use_stderr();
            let printed = error.print();
            return match (is_help, printed) {
                (true, Ok(())) => ExitStatus::Fine.into(),
                (false, Ok(())) => ExitStatus::Usage.into(),
                (_, Err(_)) => ExitStatus::World.into(),
            };
        }
    };
    let report = Report::new(&cli.global);
    if let Some(threads) = cli.global.threads {
        // Fails only if a pool exists already, which it does not.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
    }
    match run(&cli, &report) {
        Ok(status) => status.into(),
        Err(failure) => {
            report.failure(&failure);
            ExitStatus::from(failure.class()).into()
        }
    }
}

fn run(cli: &Cli, report: &Report) -> Result<ExitStatus, Failed> {
    open::check_directory(&cli.global)?;
    check_format(cli)?;
    match &cli.command {
        Command::Init(args) => init::run(args, &cli.global, report),
        Command::Check(args) => check::run(args, &cli.global, report),
        Command::Diff(args) => diff::run(args, &cli.global, report),
        Command::Explain(args) => explain::run(args, &cli.global, report),
        Command::Render(args) => render::run(args, &cli.global, report),
        Command::Snapshot(args) => snapshot::run(args, &cli.global, report),
        Command::Publish(args) => publish::run(args, &cli.global, report),
        Command::Verify(args) => verify::run(args, &cli.global, report),
        Command::List(args) => list::run(args, &cli.global, report),
        Command::Rules(args) => rules::run(args, &cli.global, report),
        Command::Schema(args) => schema::run(args, &cli.global, report),
        Command::Completions(args) => completions::run(args, report),
        Command::Man(args) => man::run(args, report),
        Command::Lsp(args) => lsp::run(args),
    }
}

/// Refuses formats that a command does not have.
fn check_format(cli: &Cli) -> Result<(), Failed> {
    let (is_known, owner) = match cli.global.format {
        Format::Human | Format::Json => (true, ""),
        Format::Github | Format::Sarif => (matches!(cli.command, Command::Check(_)), "check"),
        Format::Html => (matches!(cli.command, Command::Diff(_) | Command::List(_)), "diff` and `bayplan list"),
        Format::Markdown => (matches!(cli.command, Command::Diff(_)), "diff"),
    };
    if is_known {
        return Ok(());
    }
    let more = match cli.command {
        Command::Check(_) => "human, json, github and sarif",
        Command::Diff(_) => "human, json, markdown and html",
        Command::List(_) => "human, json and html",
        _ => "human and json",
    };
    Err(CliError::Usage {
        message: format!("--format {} is for `bayplan {owner}` alone", cli.global.format.name()),
        help: Some(format!("this command has the formats {more}")),
    }
    .into())
}
