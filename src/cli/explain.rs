//! `bayplan explain`.

use super::exit::{CliError, ExitStatus};
use super::report::Report;
use crate::codes;
use crate::failure::Failed;
use crate::near;
use crate::validate::rules;
use clap::Args;
use serde_json::json;

/// Tell what a diagnostic's code means and what to do
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan explain dangling-reference\n  bayplan explain type-mismatch --format json"
)]
pub struct ExplainArgs {
    /// The code in brackets after the word error or warning
    #[arg(value_name = "CODE")]
    pub target: String,
}

pub fn run(args: &ExplainArgs, report: &Report) -> Result<ExitStatus, Failed> {
    let all = codes::all();
    let Some(code) = all.iter().find(|code| code.name == args.target) else {
        let near = near::near_names(&args.target, all.iter().map(|code| code.name));
        let help = match near.as_slice() {
            [] => "it stands in brackets after the word error or warning, as in error[unknown-field]".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        };
        return Err(CliError::Usage {
            message: format!("no diagnostic has the code `{}`", args.target),
            help: Some(help),
        }
        .into());
    };
    let rule = rules::find(code.name);
    if report.is_json() {
        let severity = rule.map(rules::Rule::default_severity);
        report.result_line(&json!({
            "type": "result", "code": code.name, "explanation": code.explanation, "rule": rule.is_some(), "severity": severity,
        }))?;
        report.summary("", json!({"exitCode": 0}))?;
    } else {
        let mut text = format!("{}\n\n{}\n", code.name, code.explanation);
        if let Some(rule) = rule {
            text.push_str(&format!("\nA rule: {}; {}.\n", rule.default_severity(), rule.standing.describe()));
        }
        report.result_bytes(text.as_bytes())?;
    }
    Ok(ExitStatus::Fine)
}
