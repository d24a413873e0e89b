//! Arguments. The doc comment of each is its help text; each command's own are in the command's file.

use super::{
    check, completions, diff, explain, init, list, lsp, man, publish, render, rules, schema, snapshot, verify,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Compiles YAML specs and Mustache templates to resolved Kubernetes manifests, and commits them to a branch that Flux or
/// Argo CD reconciles. Never touches a cluster.
#[derive(Debug, Parser)]
#[command(name = "bayplan", version, max_term_width = 110, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 fine, 1 the input has errors or a comparison differs, 2 wrong usage, 3 refused by a gate, \
                        4 git, disk or network failed, 70 a bug of bayplan."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Run as if started in DIR; the fleet is the nearest parent folder with a bayplan.yaml
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// How results and diagnostics are printed
    #[arg(long, value_enum, default_value = "human", global = true)]
    pub format: Format,
    /// Whether messages are coloured
    #[arg(long, value_enum, default_value = "auto", global = true)]
    pub color: Color,
    /// Make warnings errors
    #[arg(long, global = true)]
    pub strict: bool,
    /// Number of threads; as many as there are cores if left out. Never changes the output
    #[arg(long, value_name = "N", global = true)]
    pub threads: Option<NonZeroUsize>,
    /// Tell where the time went
    #[arg(long, global = true)]
    pub timings: bool,
    /// Print results and errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more of what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// One JSON object a line
    Json,
    /// Annotations of GitHub Actions, on stdout; `check` alone
    Github,
    /// One SARIF 2.1.0 document on stdout, for code scanning; `check` alone
    Sarif,
    /// A page to look at, on stdout; `diff` and `list` alone
    Html,
    /// A comment for a pull request; `diff` alone
    Markdown,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Json => "json",
            Format::Github => "github",
            Format::Sarif => "sarif",
            Format::Html => "html",
            Format::Markdown => "markdown",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Diff(diff::DiffArgs),
    Explain(explain::ExplainArgs),
    Render(render::RenderArgs),
    Snapshot(snapshot::SnapshotArgs),
    Publish(publish::PublishArgs),
    Verify(verify::VerifyArgs),
    List(list::ListArgs),
    Rules(rules::RulesArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Lsp(lsp::LspArgs),
}
