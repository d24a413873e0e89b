//! `bayplan diff`: what an edit does. Reads commits and the work tree, and writes nothing.

mod environments;
mod join;
mod kept;
mod page;
mod published;
mod range;
mod revisions;
mod set_by;

use super::args::{Color, Format, Global};
use super::exit::ExitStatus;
use super::filter::FilterArgs;
use super::open::Opened;
use super::report::Report;
use super::timings::Timings;
use crate::diag::{Diagnostic, Severity};
use crate::diff::{self, Withheld, human, json, markdown};
use crate::failure::Failed;
use crate::gate::Verdict;
use crate::pipeline::{Compilation, Filter, Options};
use clap::Args;
use range::Range;
use serde_json::json;
use std::io::IsTerminal;

/// Tell what an edit does to the clusters
///
/// Without a revision: the published branches against the work tree. With A: what the fleet of commit A compiles to against the
/// work tree. With A..B: two commits; A...B: B against the commit where it left A. Changes are classed by what they do to a
/// running system, and those that are the same for many sites are told once.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan diff\n  bayplan diff HEAD\n  bayplan diff origin/main...HEAD --format markdown\n  \
                        bayplan diff v1.4..v1.5 --environment production"
)]
pub struct DiffArgs {
    /// Source revisions: A, A..B or A...B
    #[arg(value_name = "A[..B]")]
    pub revisions: Option<String>,
    /// Compare two environments of the same sites instead, such as staging..production: their values and their objects
    #[arg(long, value_name = "A..B")]
    pub environments: Option<String>,
    /// Exit with 1 if anything differs
    #[arg(long)]
    pub exit_code: bool,
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// What a comparison is asked for.
struct Request<'a> {
    global: &'a Global,
    report: &'a Report,
    filter: Filter,
}

impl Request<'_> {
    /// Whole clusters are compiled, whatever is told of them: gates and exceptions need the rest.
    fn options(&self, now: Option<i64>) -> Options {
        let filter = Filter { clusters: self.filter.clusters.clone(), ..Filter::default() };
        Options { filter, strict: self.global.strict, is_partial: true, now, ..Options::default() }
    }

    /// How much of who sets what is looked up.
    fn looked_up(&self) -> set_by::Most {
        if self.is_page() { set_by::Most::PAGE } else { set_by::Most::TEXT }
    }

    /// Whether more is to be gathered than what differs.
    fn is_page(&self) -> bool {
        self.global.format == Format::Html
    }
}

/// What came of it.
struct Compared {
    report: diff::Report,
    /// Whether a side has errors, which were told.
    has_errors: bool,
    /// Where a page is due and the new side was read: what it shows besides.
    extras: Option<page::Extras>,
}

pub fn run(args: &DiffArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let mut timings = Timings::new(global.timings);
    let range = Range::parse(args.revisions.as_deref())?;
    let request = Request { global, report, filter: args.filter.to_filter() };
    let mut compared = match &range {
        _ if args.environments.is_some() => environments::compare(&request, args, &range)?,
        Range::Published => published::compare(&request)?,
        Range::WorkTree(old) => revisions::compare(&request, old, None)?,
        Range::Commits(old, new) => revisions::compare(&request, old, Some(new))?,
        Range::Fork(old, new) => revisions::compare(&request, &range::fork(global, old, new)?, Some(new))?,
    };
    timings.step("compare");
    compared.report.command = command(args);
    let differs = compared.report.differs();
    let status = match compared.has_errors || (args.exit_code && differs) {
        true => ExitStatus::Input,
        false => ExitStatus::Fine,
    };
    tell(&compared, status, global, report)?;
    timings.tell(report)?;
    Ok(status)
}

fn tell(compared: &Compared, status: ExitStatus, global: &Global, report: &Report) -> Result<(), Failed> {
    let told = &compared.report;
    match global.format {
        Format::Json => {
            for line in json::results(told) {
                report.result_line(&line)?;
            }
            let mut summary = json::summary(told);
            summary["exitCode"] = json!(status as u8);
            report.summary("", summary)
        }
        Format::Markdown => report.result_bytes(markdown::render(told).as_bytes()),
        Format::Html => report.result_bytes(page::render(compared).as_bytes()),
        Format::Human | Format::Github | Format::Sarif => {
            let color = match global.color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => std::io::stdout().is_terminal(),
            };
            let style = human::Style { color, is_full: global.verbose };
            report.result_bytes(human::render(told, style).as_bytes())
        }
    }
}

/// The command that shows all of it, for those who see a part.
fn command(args: &DiffArgs) -> String {
    let mut words = vec!["bayplan diff".to_owned()];
    words.extend(args.revisions.clone());
    words.extend(args.environments.as_ref().map(|pair| format!("--environments {pair}")));
    let FilterArgs { cluster, environment, site, tenant } = &args.filter;
    for (flag, names) in [("cluster", cluster), ("environment", environment), ("site", site), ("tenant", tenant)] {
        words.extend(names.iter().map(|name| format!("--{flag} {name}")));
    }
    words.push("-v".to_owned());
    words.join(" ")
}

/// Tells the errors of a side, and gives what is withheld for them. `received` are the folders of namespaces that were handed over.
fn withheld(
    side: &str,
    opened: &Opened,
    compilation: &Compilation,
    is_received: impl Fn(&str) -> bool,
    report: &Report,
) -> Result<Option<Withheld>, Failed> {
    let errors: Vec<Diagnostic> =
        compilation.diagnostics.iter().filter(|found| found.severity == Severity::Error).cloned().collect();
    if errors.is_empty() {
        return Ok(None);
    }
    report.diagnostics(&errors, &opened.sources)?;
    let namespaces: Vec<String> = compilation
        .units
        .iter()
        .filter(|unit| !unit.environment.is_empty())
        .map(|unit| format!("{}/{}/{}", unit.cluster, unit.environment, unit.namespace))
        .filter(|folder| !is_received(folder))
        .collect();
    let is_whole = compilation.units.is_empty();
    Ok(Some(Withheld { side: side.to_owned(), namespaces: (!is_whole).then_some(namespaces), errors: errors.len() }))
}

/// What the gates say, for the report.
fn gates(verdict: &Verdict) -> diff::Gates {
    let findings = verdict.diagnostics.iter().filter(|found| found.severity != Severity::Note);
    diff::Gates {
        not_asked: None,
        findings: findings
            .map(|found| diff::Finding {
                severity: found.severity,
                code: found.code.name,
                message: found.message.clone(),
                help: found.help.clone(),
            })
            .collect(),
    }
}
