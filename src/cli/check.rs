//! `bayplan check`.

mod against;

use super::args::Global;
use super::exit::{CliError, ExitStatus};
use super::filter::FilterArgs;
use super::open::{self, Source};
use super::progress::Progress;
use super::report::{Report, count};
use super::timings::Timings;
use crate::diag::Severity;
use crate::failure::Failed;
use crate::kubernetes::Minor;
use crate::output::{Sink, Unit};
use crate::pipeline::filter::UNKNOWN_FILTER;
use crate::pipeline::{Compilation, Extras, Loaded, Options};
use clap::Args;
use serde_json::json;
use std::mem::ManuallyDrop;

/// Compile everything and write nothing
///
/// Reads the work tree, or a commit with --source. All errors of the first phase that has any are told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bayplan check\n  bayplan check --site portal --environment staging\n  \
                        bayplan check --kubernetes-version 1.37 --format json\n  bayplan check --against origin/rendered")]
pub struct CheckArgs {
    /// Check a commit's fleet instead of the work tree's
    #[arg(long, value_name = "REV")]
    pub source: Option<String>,
    /// Run the gates of `publish` against this rendered branch or commit; it is only read
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Check every cluster against this Kubernetes minor instead of its own, such as 1.37
    #[arg(long, value_name = "V")]
    pub kubernetes_version: Option<String>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

/// A sink for output that nobody wants.
struct Nowhere;

impl Sink for Nowhere {
    fn accept(&mut self, _: Vec<Unit>) -> Result<(), Failed> {
        Ok(())
    }
}

pub fn run(args: &CheckArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let kubernetes_version = match args.kubernetes_version.as_deref().map(Minor::parse) {
        None => None,
        Some(Ok(minor)) => Some(minor),
        Some(Err(error)) => {
            return Err(CliError::Usage {
                message: format!("--kubernetes-version: {error}"),
                help: Some(format!("versions that are built in: {} to {}", Minor::OLDEST, Minor::NEWEST)),
            }
            .into());
        }
    };
    let mut timings = Timings::new(global.timings);
    let opened = open::sources(global, &Source::of(args.source.as_deref()))?;
    timings.step("read");
    let options = Options {
        filter: args.filter.to_filter(),
        strict: global.strict,
        kubernetes_version,
        now: opened.now,
        ..Options::default()
    };
    if let Some(against) = &args.against {
        return against::run(
            &against::Request { against, source: args.source.as_deref() },
            &opened,
            &options,
            global,
            report,
        );
    }
    // The process ends after this: taking ten thousand specs apart would be for nothing.
    let loaded = ManuallyDrop::new(Loaded::with(&opened.sources, &options, &opened.memory));
    timings.step("load");
    let extras = Extras { meter: timings.meter(), ..Extras::default() };
    let compilation = loaded.compile_with(&mut Progress::new(&mut Nowhere, report), extras)?;
    timings.step("compile");
    timings.tell(report)?;
    report.located(&compilation.diagnostics, &opened.sources, &opened.prefix)?;
    finish(&compilation, &options, report)
}

/// The last line of a command that compiles: what was looked at and what was found.
pub fn finish(compilation: &Compilation, options: &Options, report: &Report) -> Result<ExitStatus, Failed> {
    let is_misused = compilation.diagnostics.iter().any(|diagnostic| diagnostic.code.name == UNKNOWN_FILTER.name);
    let status = match compilation.has_errors() {
        false => ExitStatus::Fine,
        true if is_misused => ExitStatus::Usage,
        true => ExitStatus::Input,
    };
    summarize(compilation, options, status, report)?;
    Ok(status)
}

/// As [`finish`], where more than the compile decides how the command ends.
pub fn summarize(
    compilation: &Compilation,
    options: &Options,
    status: ExitStatus,
    report: &Report,
) -> Result<(), Failed> {
    let number = |severity: Severity| {
        compilation.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    };
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let counts = &compilation.counts;
    let filtered = if options.filter.is_empty() { "" } else { " (filtered: rules that compare sites saw only these)" };
    let text = if errors > 0 {
        format!("{}, {}; nothing was written", count(errors, "error"), count(warnings, "warning"))
    } else {
        let found = if warnings > 0 { format!("; {}", count(warnings, "warning")) } else { String::new() };
        format!(
            "{} on {}: {} of {}{filtered}{found}",
            count(counts.deployments, "deployment"),
            count(counts.clusters, "cluster"),
            count(counts.objects, "object"),
            count(counts.sites, "site"),
        )
    };
    report.summary(
        &text,
        json!({
            "exitCode": status as u8, "errors": errors, "warnings": warnings, "filtered": !options.filter.is_empty(),
            "clusters": counts.clusters, "sites": counts.sites, "deployments": counts.deployments,
            "objects": counts.objects,
        }),
    )
}
