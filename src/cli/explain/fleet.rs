//! Opens the part of a fleet that a question is about, and tells what is wrong where it cannot be answered.

use super::ExplainArgs;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open::{self, Opened, Source};
use crate::cli::report::{Report, count};
use crate::diag::{Diagnostics, Severity};
use crate::explain::Fleet;
use crate::failure::Failed;
use crate::load;
use crate::near;
use crate::pipeline::prepare::Prepared;
use crate::pipeline::{Filter, Findings, Loaded, Options, Phase};
use crate::source::Sources;
use crate::spec::Kind;
use serde_json::json;

/// How a question ends: with an answer, or with findings that stand in its way.
pub type Answer = Result<Result<ExitStatus, Findings>, Failed>;

/// Reads the fleet and hands the part that the filter selects to `answer`.
pub fn with_fleet(
    filter: Filter,
    args: &ExplainArgs,
    global: &Global,
    report: &Report,
    answer: impl FnOnce(&Fleet<'_, '_>, &Opened) -> Answer,
) -> Result<ExitStatus, Failed> {
    let opened = open::sources(global, &Source::of(args.source.as_deref()))?;
    check_names(&filter, &opened.sources)?;
    let options = Options { filter, strict: global.strict, now: opened.now, ..Options::default() };
    let (specs, mut findings) = Loaded::new(&opened.sources, &options).into_specs();
    let Some(specs) = specs.filter(|_| !findings.has_errors()) else {
        return refuse(findings, &opened.sources, report);
    };
    let Some(prepared) = Prepared::new(&opened.sources, &specs, &options, findings.phase(Phase::Load)) else {
        return refuse(findings, &opened.sources, report);
    };
    let fleet = Fleet::new(&prepared, &options.filter, findings.phase(Phase::Resolve));
    // Deployments that may not be are left out; of the others much can be told.
    match answer(&fleet, &opened)? {
        Ok(status) => Ok(status),
        Err(more) => {
            findings.merge(more);
            refuse(findings, &opened.sources, report)
        }
    }
}

/// Refuses names that nothing has, before anything is read in full.
fn check_names(filter: &Filter, sources: &Sources) -> Result<(), CliError> {
    let asked: Vec<(Kind, &String)> =
        filter.by_kind().into_iter().flat_map(|(kind, names)| names.iter().map(move |name| (kind, name))).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let Some(reading) = load::read(sources, &mut Diagnostics::new()) else { return Ok(()) };
    let names = &reading.specs().names;
    match asked.into_iter().find(|(kind, name)| !names.contains(*kind, name)) {
        None => Ok(()),
        Some((kind, name)) => Err(CliError::Usage {
            message: format!("no {} is called `{name}`", kind.name().to_lowercase()),
            help: near::hint(name, names.of(kind)),
        }),
    }
}

/// Tells the errors that keep a question from being answered.
fn refuse(findings: Findings, sources: &Sources, report: &Report) -> Result<ExitStatus, Failed> {
    let told = findings.told(sources);
    let errors: Vec<_> = told.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    report.diagnostics(&errors, sources)?;
    let status = ExitStatus::Input;
    let text = format!("{} in the way of an explanation", count(errors.len(), "error"));
    report.summary(&text, json!({"exitCode": status as u8, "errors": errors.len()}))?;
    Ok(status)
}
