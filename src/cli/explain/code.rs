//! What a diagnostic's code means.

use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::report::Report;
use crate::codes;
use crate::failure::Failed;
use crate::near;
use crate::validate::rules;
use serde_json::json;

pub fn run(name: &str, field: Option<&str>, report: &Report) -> Result<ExitStatus, Failed> {
    let all = codes::all();
    let Some(code) = all.iter().find(|code| code.name == name) else {
        let near = near::near_names(name, all.iter().map(|code| code.name));
        let help = match near.as_slice() {
            [] => {
                "it stands in brackets after the word error or warning, as in error[unknown-field]; an object or a deployment is \
                 asked for with / or @, as in SITE@ENVIRONMENT"
                    .to_owned()
            }
            near => format!("did you mean {}?", near.join(" or ")),
        };
        let message = format!("no diagnostic has the code `{name}`");
        return Err(CliError::Usage { message, help: Some(help) }.into());
    };
    if field.is_some() {
        let help = Some("FIELD goes with an object or with SITE@ENVIRONMENT".to_owned());
        return Err(CliError::Usage { message: format!("the code `{name}` has no fields"), help }.into());
    }
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
