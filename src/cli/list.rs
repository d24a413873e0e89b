//! `bayplan list`.

mod html;

use super::args::{Format, Global};
use super::exit::{CliError, ExitStatus};
use super::filter::FilterArgs;
use super::open::{self, Source};
use super::report::Report;
use crate::diag::Diagnostics;
use crate::failure::Failed;
use crate::load::{self, Specs};
use crate::output::OutputTree;
use crate::pipeline::{self, Options};
use crate::resolve::{Unit, deployments, units};
use crate::source::Sources;
use crate::spec::State;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// List what a fleet holds
///
/// With `--format html`: the inventory of the whole fleet as one page, with images, hosts, claims and quotas.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan list deployments --environment production\n  bayplan list objects --site portal --format json\n  bayplan list --format html > fleet.html"
)]
pub struct ListArgs {
    /// What to list; nothing with --format html, which shows all
    #[arg(value_enum)]
    pub what: Option<What>,
    /// List a commit's fleet instead of the work tree's
    #[arg(long, value_name = "REV")]
    pub source: Option<String>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    Sites,
    Deployments,
    Clusters,
    Environments,
    Tenants,
    Templates,
    Objects,
}

/// A table: its columns, and the cells of each row. A list is shown with commas, and is a list in JSON.
struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

pub fn run(args: &ListArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    if global.format == Format::Html {
        return html::run(args, global, report);
    }
    let Some(what) = args.what else {
        let names: Vec<String> = What::value_variants()
            .iter()
            .filter_map(|what| Some(what.to_possible_value()?.get_name().to_owned()))
            .collect();
        let help = Some(format!("{}; or all of it with --format html", names.join(", ")));
        return Err(CliError::Usage { message: "say what to list".to_owned(), help }.into());
    };
    let opened = open::sources(global, &Source::of(args.source.as_deref()))?;
    let sources = &opened.sources;
    let mut diagnostics = Diagnostics::new();
    let table = if what == What::Objects {
        let options = Options { filter: args.filter.to_filter(), strict: global.strict, ..Options::default() };
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(sources, &options, &mut tree)?;
        diagnostics.extend(compilation.diagnostics.iter().cloned());
        Some(objects(&compilation))
    } else {
        load::load(sources, &mut diagnostics).map(|specs| of_specs(&specs, what, &args.filter, &mut diagnostics))
    };
    let has_errors = diagnostics.has_errors();
    print_findings(diagnostics, sources, report)?;
    let Some(table) = table.filter(|_| !has_errors) else {
        report.summary("", json!({"exitCode": ExitStatus::Input as u8}))?;
        return Ok(ExitStatus::Input);
    };
    print(&table, report)?;
    Ok(ExitStatus::Fine)
}

fn print_findings(diagnostics: Diagnostics, sources: &Sources, report: &Report) -> Result<(), Failed> {
    // A list is no check: warnings are left to `bayplan check`.
    let errors: Vec<_> = diagnostics
        .into_sorted(sources)
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == crate::diag::Severity::Error)
        .collect();
    report.diagnostics(&errors, sources)
}

fn of_specs(specs: &Specs, what: What, filter: &FilterArgs, diagnostics: &mut Diagnostics) -> Table {
    let filter = filter.to_filter();
    let names = units::NamespaceNames::compile(specs, diagnostics);
    let deployments = deployments::all(specs, diagnostics);
    let units: Vec<Unit<'_>> = units::group(specs, &names, deployments, diagnostics);
    let selected: Vec<(&Unit<'_>, &deployments::Deployment<'_>)> = units
        .iter()
        .flat_map(|unit| unit.deployments.iter().map(move |deployment| (unit, deployment)))
        .filter(|(_, deployment)| filter.selects(deployment))
        .collect();
    let count = |select: &dyn Fn(&deployments::Deployment<'_>) -> bool| -> Value {
        selected.iter().filter(|(_, deployment)| select(deployment)).count().into()
    };
    match what {
        What::Deployments => {
            let mut rows: Vec<Vec<Value>> = selected
                .iter()
                .map(|(unit, deployment)| {
                    vec![
                        json!(deployment.site.name()),
                        json!(deployment.environment.name()),
                        json!(deployment.cluster.spec.name()),
                        json!(deployment.tenant.name()),
                        json!(deployment.template.spec.name()),
                        json!(unit.namespace),
                        json!(state(deployment.state)),
                    ]
                })
                .collect();
            rows.sort_by_cached_key(|row| row.iter().map(text_of).collect::<Vec<_>>());
            Table { columns: vec!["site", "environment", "cluster", "tenant", "template", "namespace", "state"], rows }
        }
        What::Sites => Table {
            columns: vec!["site", "tenant", "template", "environments", "deployments"],
            rows: specs
                .sites
                .values()
                .filter(|site| {
                    filter.is_empty() || selected.iter().any(|(_, deployment)| deployment.site.name() == site.name())
                })
                .map(|site| {
                    let environments: Vec<&str> = site.spec.environments.keys().map(String::as_str).collect();
                    vec![
                        json!(site.name()),
                        json!(site.spec.tenant),
                        json!(site.spec.template),
                        json!(environments),
                        count(&|deployment| deployment.site.name() == site.name()),
                    ]
                })
                .collect(),
        },
        What::Clusters => Table {
            columns: vec!["cluster", "kubernetes", "accepts", "deployments"],
            rows: specs
                .clusters
                .iter()
                .map(|(name, cluster)| {
                    let spec = &cluster.spec.spec;
                    vec![
                        json!(name),
                        json!(spec.kubernetes_version),
                        json!(spec.accepts),
                        count(&|deployment| deployment.cluster.spec.name() == name),
                    ]
                })
                .collect(),
        },
        What::Environments => Table {
            columns: vec!["environment", "tier", "clusters", "deployments"],
            rows: specs
                .environments
                .iter()
                .map(|(name, environment)| {
                    let clusters: Vec<&str> = environment.spec.cluster_names().collect();
                    vec![
                        json!(name),
                        json!(environment.spec.tier),
                        json!(clusters),
                        count(&|deployment| deployment.environment.name() == name),
                    ]
                })
                .collect(),
        },
        What::Tenants => Table {
            columns: vec!["tenant", "sites", "deployments"],
            rows: specs
                .tenants
                .keys()
                .map(|name| {
                    let sites = specs.sites.values().filter(|site| &site.spec.tenant == name).count();
                    vec![json!(name), json!(sites), count(&|deployment| deployment.tenant.name() == name)]
                })
                .collect(),
        },
        What::Templates | What::Objects => Table {
            columns: vec!["template", "scope", "manifests", "deployments"],
            rows: specs
                .templates
                .iter()
                .map(|(name, template)| {
                    vec![
                        json!(name),
                        json!(template.spec.spec.scope.name()),
                        json!(template.manifests.len()),
                        count(&|deployment| deployment.template.spec.name() == name),
                    ]
                })
                .collect(),
        },
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Enabled => "enabled",
        State::Disabled => "disabled",
    }
}

fn objects(compilation: &pipeline::Compilation) -> Table {
    let rows = compilation
        .units
        .iter()
        .flat_map(|unit| unit.objects.iter())
        .map(|object| {
            vec![
                json!(object.identity.kind),
                json!(object.identity.name),
                json!(object.identity.namespace),
                json!(object.layer.name()),
                json!(object.path),
            ]
        })
        .collect();
    Table { columns: vec!["kind", "name", "namespace", "layer", "path"], rows }
}

fn print(table: &Table, report: &Report) -> Result<(), Failed> {
    if report.is_json() {
        for row in &table.rows {
            let mut line: Value =
                table.columns.iter().zip(row).map(|(column, cell)| ((*column).to_owned(), json!(cell))).collect();
            line["type"] = json!("result");
            report.result_line(&line)?;
        }
        return report.summary("", json!({"exitCode": 0, "count": table.rows.len()}));
    }
    let header: Vec<String> = table.columns.iter().map(|column| column.to_uppercase()).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(text_of).collect()).collect();
    let widths: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(index, column)| rows.iter().map(|row| row[index].len()).max().unwrap_or(0).max(column.len()))
        .collect();
    let mut text = String::new();
    for row in std::iter::once(&header).chain(&rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    report.result_bytes(text.as_bytes())
}

/// A cell as it stands in a table.
fn text_of(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => cell.to_string(),
    }
}
