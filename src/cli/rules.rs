//! `bayplan rules`.

use super::args::Global;
use super::exit::ExitStatus;
use super::open::{self, Source};
use super::report::Report;
use crate::diag::Diagnostics;
use crate::failure::{Class, Failed};
use crate::load::{self, Specs};
use crate::spec::fleet::RuleSetting;
use crate::validate::rules::{RULES, Rule};
use clap::Args;
use serde_json::json;

/// List the rules with their severities
///
/// Where it is run in a fleet, with what the fleet sets.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bayplan rules\n  bayplan rules --format json\n  bayplan explain rwo-replicas")]
pub struct RulesArgs {}

pub fn run(_: &RulesArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let specs = specs(global)?;
    let setting = |rule: &Rule| specs.as_ref().and_then(|specs| specs.fleet.spec.rules.get(rule.code.name));
    if report.is_json() {
        for rule in RULES {
            report.result_line(&json!({
                "type": "result",
                "code": rule.code.name,
                "summary": rule.summary,
                "severity": rule.default_severity(),
                "set": setting(rule),
                "adjustable": rule.is_adjustable(),
                "acknowledgeable": rule.is_acknowledgeable(),
                "explanation": rule.code.explanation,
            }))?;
        }
        report.summary("", json!({"exitCode": 0, "rules": RULES.len()}))?;
        return Ok(ExitStatus::Fine);
    }
    let rows: Vec<(&str, String, &str)> = RULES
        .iter()
        .map(|rule| {
            let severity = match setting(rule) {
                Some(setting) => format!("{}; here {}", rule.default_severity(), describe(setting)),
                None => rule.default_severity(),
            };
            (rule.code.name, severity, rule.summary)
        })
        .collect();
    let code_width = rows.iter().map(|(code, _, _)| code.len()).max().unwrap_or_default();
    let severity_width = rows.iter().map(|(_, severity, _)| severity.len()).max().unwrap_or_default();
    let text: String = rows
        .iter()
        .map(|(code, severity, summary)| format!("{code:code_width$}  {severity:severity_width$}  {summary}\n"))
        .collect();
    report.result_bytes(text.as_bytes())?;
    Ok(ExitStatus::Fine)
}

/// The fleet's specs; none outside of a fleet, or where it has errors, which `check` tells.
fn specs(global: &Global) -> Result<Option<Specs>, Failed> {
    match open::sources(global, &Source::WorkTree) {
        Ok(opened) => Ok(load::load(&opened.sources, &mut Diagnostics::new())),
        Err(failure) if matches!(failure.class(), Class::Input | Class::Usage) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn describe(setting: &RuleSetting) -> String {
    match setting.tiers.as_slice() {
        [] => setting.severity.word().to_owned(),
        tiers => format!("{} in {}", setting.severity.word(), tiers.join(", ")),
    }
}
