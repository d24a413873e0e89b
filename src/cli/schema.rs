//! `bayplan schema`.

mod jsonc;
mod write;

use super::args::Global;
use super::exit::{CliError, ExitStatus};
use super::open;
use super::report::Report;
use crate::failure::Failed;
use crate::near;
use crate::spec::{Kind, editor, schema as kinds};
use clap::Args;
use serde_json::{Value, json};

/// Print the JSON Schema of a kind, or of a template's values, for editors
///
/// Without an argument: one schema for every document of a fleet. Inside a fleet a Site's values are tied to the schema of the
/// template that it names.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan schema > bayplan.schema.json\n  bayplan schema Site\n  bayplan schema template/drupal\n  bayplan schema --write"
)]
pub struct SchemaArgs {
    /// Fleet, Cluster, Environment, Tenant, Site, Template, Acknowledgement, or template/NAME
    #[arg(value_name = "KIND|template/NAME")]
    pub subject: Option<String>,
    /// Write the schemas to .bayplan/schemas/, and the settings by which VS Code, IntelliJ and coc.nvim find them; see docs/editors.md
    #[arg(long, conflicts_with = "subject")]
    pub write: bool,
}

pub fn run(args: &SchemaArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    if args.write {
        return write::run(global, report);
    }
    let subject = args.subject.as_deref();
    if let Some(name) = subject.and_then(|subject| subject.strip_prefix("template/")) {
        let opened = open::templates(global)?;
        let Some(template) = opened.get(name) else {
            return Err(CliError::Usage {
                message: format!("no template is called `{name}`"),
                help: near::hint(name, opened.keys().map(String::as_str)),
            }
            .into());
        };
        return print(&editor::of_template(template), report);
    }
    // A schema of the kinds alone needs no fleet.
    let templates = open::templates(global);
    let schema = match (subject, templates) {
        (None, Ok(templates)) => editor::of_any(&templates),
        (None, Err(_)) => editor::of_any(&Default::default()),
        (Some(name), templates) => {
            let kind = Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name));
            match (kind, templates) {
                (Some(kind), Ok(templates)) => editor::of_kind(kind, &templates),
                (Some(kind), Err(_)) => kinds::of_kind(kind),
                (None, _) => {
                    return Err(CliError::Usage {
                        message: format!("no kind is called `{name}`"),
                        help: near::hint(name, Kind::ALL.map(Kind::name)),
                    }
                    .into());
                }
            }
        }
    };
    print(&schema, report)
}

fn print(schema: &Value, report: &Report) -> Result<ExitStatus, Failed> {
    if report.is_json() {
        report.result_line(&json!({"type": "result", "schema": schema}))?;
        report.summary("", json!({"exitCode": ExitStatus::Fine as u8}))?;
        return Ok(ExitStatus::Fine);
    }
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_else(|_| schema.to_string());
    text.push('\n');
    report.result_bytes(text.as_bytes())?;
    Ok(ExitStatus::Fine)
}
