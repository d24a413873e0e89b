//! `bayplan list --format html`: the inventory of the whole fleet as a page.

use super::ListArgs;
use crate::acknowledgement::Date;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open::{self, Source};
use crate::cli::report::Report;
use crate::diag::Diagnostics;
use crate::failure::Failed;
use crate::gate::Published;
use crate::html;
use crate::inventory::collect::{Collector, images};
use crate::inventory::{Inventory, Since};
use crate::load::{self, Specs};
use crate::output::cluster_of;
use crate::pipeline::{self, Loaded, Options};
use crate::publish::{BranchName, Rendered, Repository, held_since, resolve};
use crate::resolve::{deployments, units};
use std::collections::{BTreeMap, BTreeSet};

pub fn run(args: &ListArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    if args.what.is_some() {
        let message = "--format html shows the whole inventory".to_owned();
        return Err(CliError::Usage { message, help: Some("leave out what to list".to_owned()) }.into());
    }
    let opened = open::sources(global, &Source::of(args.source.as_deref()))?;
    let sources = &opened.sources;
    let options = Options { filter: args.filter.to_filter(), strict: global.strict, ..Options::default() };
    let mut collector = Collector::default();
    let compilation = pipeline::compile(sources, &options, &mut collector)?;
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(compilation.diagnostics.iter().cloned());
    super::print_findings(diagnostics, sources, report)?;
    let mut diagnostics = Diagnostics::new();
    let Some(specs) = load::load(sources, &mut diagnostics).filter(|_| !compilation.has_errors()) else {
        return Ok(ExitStatus::Input);
    };
    collector.add_hosts(&compilation.units);
    let mut inventory = inventory(&specs, &options, collector, &mut diagnostics);
    let repository = Repository::find(&open::directory(global)).ok();
    if let Some(repository) = &repository {
        let branches = Loaded::new(sources, &options).branches();
        tell_since(&mut inventory, repository, &branches)?;
    }
    let page = html::inventory::page(specs.fleet.name(), &origin(args, repository.as_ref()), &inventory);
    report.result_bytes(page.as_bytes())?;
    Ok(ExitStatus::Fine)
}

fn inventory(specs: &Specs, options: &Options, collector: Collector, diagnostics: &mut Diagnostics) -> Inventory {
    let names = units::NamespaceNames::compile(specs, diagnostics);
    let deployments = deployments::all(specs, diagnostics);
    let mut units = units::group(specs, &names, deployments, diagnostics);
    for unit in &mut units {
        unit.deployments.retain(|deployment| options.filter.selects(deployment));
    }
    units.retain(|unit| !unit.deployments.is_empty());
    Inventory::new(&units, collector)
}

/// What the page was made from, in words that stay the same for the same input.
fn origin(args: &ListArgs, repository: Option<&Repository>) -> String {
    let revision = args.source.as_deref().unwrap_or("HEAD");
    let commit = repository.and_then(|repository| {
        let resolved = resolve(repository, revision).ok()?;
        let commit = repository.commit(resolved.commit).ok()?;
        Some(format!("{} of {}", resolved.commit.short(), Date::of_unix_time(commit.time.seconds)))
    });
    match (commit, &args.source) {
        (Some(commit), Some(_)) => format!("Commit {commit}."),
        (Some(commit), None) => format!("The work tree, on commit {commit}."),
        (None, _) => "The work tree.".to_owned(),
    }
}

/// Tells since when images are published, as far as their branches are here.
fn tell_since(
    inventory: &mut Inventory,
    repository: &Repository,
    branches: &BTreeMap<String, String>,
) -> Result<(), Failed> {
    let mut clusters_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (cluster, branch) in branches {
        clusters_of.entry(branch).or_default().insert(cluster);
    }
    for (branch, clusters) in clusters_of {
        let Some(rendered) = BranchName::parse(branch).ok().and_then(|_| Rendered::find(repository, branch).ok()?)
        else {
            continue;
        };
        let is_here = |path: &str| clusters.contains(cluster_of(path));
        let wanted: BTreeSet<(String, String)> = inventory
            .images_mut()
            .filter(|image| is_here(&image.path))
            .map(|image| (image.path.clone(), image.name.clone()))
            .collect();
        let held = held_since(repository, rendered.commit, wanted, &runs)?;
        for image in inventory.images_mut().filter(|image| is_here(&image.path)) {
            image.since = Some(match held.get(&(image.path.clone(), image.name.clone())) {
                None => Since::Unpublished,
                Some(held) if held.is_first => Since::Day(Date::of_unix_time(held.since.seconds)),
                Some(held) => Since::AtLeast(Date::of_unix_time(held.since.seconds)),
            });
        }
    }
    Ok(())
}

/// Whether an object of a tree runs an image.
fn runs(bytes: &[u8], image: &str) -> bool {
    // The place is of no matter here; any of ours will do.
    Published::read("cluster/cluster/app/object.yaml", bytes)
        .is_some_and(|object| images(&object).any(|(name, _)| name == image))
}
