//! `bayplan list`.

mod html;

use super::args::{Format, Global};
use super::exit::{CliError, ExitStatus};
use super::filter::FilterArgs;
use super::open::{self, Source};
use super::report::Report;
use crate::diag::Diagnostics;
use crate::failure::Failed;
use crate::load::{self, Cluster, Specs, Template};
use crate::output::OutputTree;
use crate::pipeline::filter::UNKNOWN_FILTER;
use crate::pipeline::{self, Options};
use crate::resolve::{Deployment, Unit, deployments, units};
use crate::source::Sources;
use crate::spec::{EnvironmentSpec, SiteSpec, Spec, State};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Columns behind those, for JSON alone: what the others say as well, in another form.
    more: Vec<&'static str>,
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
        let options =
            Options { filter: args.filter.to_filter(), strict: global.strict, now: opened.now, ..Options::default() };
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(sources, &options, &mut tree)?;
        diagnostics.extend(compilation.diagnostics.iter().cloned());
        Some(objects(&compilation))
    } else {
        load::load(sources, &mut diagnostics).map(|specs| of_specs(&specs, what, &args.filter, &mut diagnostics))
    };
    let has_errors = diagnostics.has_errors();
    let is_misused = diagnostics.iter().any(|diagnostic| diagnostic.code.name == UNKNOWN_FILTER.name);
    print_findings(diagnostics, sources, report)?;
    let Some(table) = table.filter(|_| !has_errors) else {
        let status = if is_misused { ExitStatus::Usage } else { ExitStatus::Input };
        report.summary("", json!({"exitCode": status as u8}))?;
        return Ok(status);
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

fn of_specs<'s>(specs: &'s Specs, what: What, filter: &FilterArgs, diagnostics: &mut Diagnostics) -> Table {
    let filter = filter.to_filter();
    if !filter.check(&specs.names, diagnostics) {
        return Table { columns: Vec::new(), more: Vec::new(), rows: Vec::new() };
    }
    let names = units::NamespaceNames::compile(specs, diagnostics);
    let deployments = deployments::all(specs, diagnostics);
    let units: Vec<Unit<'s>> = units::group(specs, &names, deployments, diagnostics);
    let selected: Vec<(&Unit<'s>, &Deployment<'s>)> = units
        .iter()
        .flat_map(|unit| unit.deployments.iter().map(move |deployment| (unit, deployment)))
        .filter(|(_, deployment)| filter.selects(deployment))
        .collect();
    // With a filter, only what it leaves something of.
    let count_of = |counts: &BTreeMap<&str, usize>, name: &str| {
        let count = counts.get(name).copied().unwrap_or_default();
        (count > 0 || filter.is_empty()).then(|| json!(count))
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
                        json!(deployment.id()),
                        json!(deployment.protect),
                    ]
                })
                .collect();
            rows.sort_by_cached_key(|row| row.iter().map(text_of).collect::<Vec<_>>());
            Table {
                columns: vec!["site", "environment", "cluster", "tenant", "template", "namespace", "state"],
                more: vec!["id", "protect"],
                rows,
            }
        }
        What::Sites => {
            let counts = counted(&selected, |deployment| vec![deployment.site.name()]);
            let row = |site: &Spec<SiteSpec>| {
                let count = count_of(&counts, site.name())?;
                let environments: Vec<&str> = site.spec.environments.keys().map(String::as_str).collect();
                let (tenant, template) = (&site.spec.tenant, &site.spec.template);
                Some(vec![json!(site.name()), json!(tenant), json!(template), json!(environments), count])
            };
            let columns = vec!["site", "tenant", "template", "environments", "deployments"];
            Table { columns, more: Vec::new(), rows: specs.sites.values().filter_map(row).collect() }
        }
        What::Clusters => {
            let counts = counted(&selected, |deployment| vec![deployment.cluster.spec.name()]);
            let row = |(name, cluster): (&String, &Cluster)| {
                let spec = &cluster.spec.spec;
                let count = count_of(&counts, name)?;
                Some(vec![json!(name), json!(spec.kubernetes_version), json!(spec.accepts), count])
            };
            let columns = vec!["cluster", "kubernetes", "accepts", "deployments"];
            Table { columns, more: Vec::new(), rows: specs.clusters.iter().filter_map(row).collect() }
        }
        What::Environments => {
            let counts = counted(&selected, |deployment| vec![deployment.environment.name()]);
            let row = |(name, environment): (&String, &Spec<EnvironmentSpec>)| {
                let count = count_of(&counts, name)?;
                let clusters: Vec<&str> = environment.spec.cluster_names().collect();
                Some(vec![json!(name), json!(environment.spec.tier), json!(clusters), count])
            };
            let columns = vec!["environment", "tier", "clusters", "deployments"];
            Table { columns, more: Vec::new(), rows: specs.environments.iter().filter_map(row).collect() }
        }
        What::Tenants => {
            let counts = counted(&selected, |deployment| vec![deployment.tenant.name()]);
            let mut sites: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            let of_filter = selected.iter().map(|(_, deployment)| deployment.site);
            let all = specs.sites.values().filter(|_| filter.is_empty());
            for site in of_filter.chain(all) {
                sites.entry(&site.spec.tenant).or_default().insert(site.name());
            }
            let row = |name: &String| {
                let count = count_of(&counts, name)?;
                Some(vec![json!(name), json!(sites.get(name.as_str()).map_or(0, BTreeSet::len)), count])
            };
            let columns = vec!["tenant", "sites", "deployments"];
            Table { columns, more: Vec::new(), rows: specs.tenants.keys().filter_map(row).collect() }
        }
        What::Templates | What::Objects => {
            // Of its namespace and its cluster as well: what a template of any scope has a part in.
            let counts = counted(&selected, |deployment| {
                let shared = deployment.environment.spec.template.iter().chain(&deployment.cluster.spec.spec.templates);
                shared.map(String::as_str).chain([deployment.template.spec.name()]).collect()
            });
            let row = |(name, template): (&String, &Template)| {
                let count = count_of(&counts, name)?;
                let scope = template.spec.spec.scope.name();
                Some(vec![json!(name), json!(scope), json!(template.manifests.len()), count])
            };
            let columns = vec!["template", "scope", "manifests", "deployments"];
            Table { columns, more: Vec::new(), rows: specs.templates.iter().filter_map(row).collect() }
        }
    }
}

/// Of one sort the names that deployments have, with how many have each.
fn counted<'s>(
    selected: &[(&Unit<'s>, &Deployment<'s>)],
    names: impl Fn(&Deployment<'s>) -> Vec<&'s str>,
) -> BTreeMap<&'s str, usize> {
    let mut counts = BTreeMap::new();
    for name in selected.iter().flat_map(|(_, deployment)| names(deployment)) {
        *counts.entry(name).or_default() += 1;
    }
    counts
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
        .flat_map(|unit| unit.objects.iter().map(move |object| (unit, object)))
        .map(|(unit, object)| {
            vec![
                json!(object.identity.kind),
                json!(object.identity.name),
                json!(object.identity.namespace),
                json!(object.layer.name()),
                json!(object.path),
                json!(object.identity.group),
                json!(unit.cluster),
                json!(unit.environment),
                json!(unit.tenant),
                json!(unit.sites),
            ]
        })
        .collect();
    let more = vec!["group", "cluster", "environment", "tenant", "sites"];
    Table { columns: vec!["kind", "name", "namespace", "layer", "path"], more, rows }
}

fn print(table: &Table, report: &Report) -> Result<(), Failed> {
    if report.is_json() {
        for row in &table.rows {
            let mut line: Value = table
                .columns
                .iter()
                .chain(&table.more)
                .zip(row)
                .map(|(column, cell)| ((*column).to_owned(), json!(cell)))
                .collect();
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
        .map(|(index, column)| rows.iter().map(|row| row[index].chars().count()).max().unwrap_or(0).max(column.len()))
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
