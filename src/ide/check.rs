//! What is wrong with what one file feeds, at once: as `bayplan check` tells it with a filter.

use super::feeds::{self, Feeds};
use super::fleet::Fleet;
use super::index::Entry;
use super::names::Named;
use crate::diag::Diagnostic;
use crate::failure::Failed;
use crate::inputs::FLEET_FILE;
use crate::output::{Sink, Unit};
use crate::pipeline::filter::UNKNOWN_FILTER;
use crate::pipeline::{Loaded, Options, Part};
use crate::spec::Kind;
use std::collections::BTreeSet;

/// Sites that are compiled at once when a file feeds more: enough to see most mistakes, few enough for one keystroke.
pub const MAX_SITES: usize = 6;
/// Further sites that are read because they may share a namespace with one of those.
const MAX_NEIGHBOURS: usize = 64;

/// A sink for output that nobody wants.
struct Nowhere;

impl Sink for Nowhere {
    fn accept(&mut self, _: Vec<Unit>) -> Result<(), Failed> {
        Ok(())
    }
}

/// What a quick check found.
#[derive(Debug, Default)]
pub struct Quick {
    pub diagnostics: Vec<Diagnostic>,
    /// Sites that were compiled, of those that the file feeds.
    pub compiled: usize,
    pub fed: usize,
}

/// Compiles what a file feeds, or a sample where that is much. What needs the whole fleet (hosts that two sites claim, patches
/// that hit nowhere) is not looked at.
pub fn of_file(fleet: &Fleet, path: &str, now: Option<i64>) -> Result<Quick, Failed> {
    let feeds = feeds::of_file(fleet, path);
    let sites = feeds::sample(fleet, &feeds.sites, MAX_SITES);
    let part = part_of(fleet, path, &feeds, &sites);
    let compiled = sites.len();
    let mut filter = feeds.filter(sites);
    if filter.is_empty() {
        // A filter that selects nothing: no site is read either.
        filter.environments =
            fleet.names_of(Kind::Environment).first().map(|name| (*name).to_owned()).into_iter().collect();
    }
    let options = Options { filter, now, ..Options::default() };
    let compilation = Loaded::of_part(fleet.sources(), &options, &part).compile(&mut Nowhere)?;
    let mut diagnostics = compilation.diagnostics;
    diagnostics.retain(|diagnostic| diagnostic.code.name != UNKNOWN_FILTER.name);
    Ok(Quick { diagnostics, compiled, fed: feeds.sites.len() })
}

/// The files to read: all that is shared by name, the sites, and their tenants.
pub(super) fn part_of(fleet: &Fleet, path: &str, feeds: &Feeds, sites: &[String]) -> Part {
    let chosen: BTreeSet<&str> = sites.iter().map(String::as_str).collect();
    let site_entries: Vec<&Entry> = fleet
        .index()
        .of_kind(Kind::Site)
        .map(|(_, entry)| entry)
        .filter(|entry| chosen.contains(entry.name.as_str()))
        .collect();
    let mut read_sites = chosen;
    read_sites.extend(neighbours(fleet, &site_entries));
    let tenants: BTreeSet<&str> =
        site_entries.iter().flat_map(|entry| entry.mentioned(Named::Spec(Kind::Tenant))).collect();
    let is_read = |entry: &Entry| match entry.kind {
        Kind::Site => read_sites.contains(entry.name.as_str()),
        Kind::Tenant => tenants.contains(entry.name.as_str()),
        Kind::Fleet | Kind::Cluster | Kind::Environment | Kind::Acknowledgement | Kind::Template => true,
    };
    let mut files: BTreeSet<String> =
        fleet.index().iter().filter(|(_, entry)| is_read(entry)).map(|(path, _)| path.to_owned()).collect();
    files.insert(FLEET_FILE.to_owned());
    let is_named = fleet.index().iter().any(|(_, entry)| entry.mentions(Named::File, path));
    if !is_named {
        files.insert(path.to_owned());
    }
    Part { files, names: fleet.names(), judged: feeds.own.clone() }
}

/// Sites that may share a namespace with these: of the same tenant, where some environment's namespaces are not named by site.
fn neighbours<'f>(fleet: &'f Fleet, sites: &[&Entry]) -> Vec<&'f str> {
    let shared: BTreeSet<&str> = fleet
        .index()
        .of_kind(Kind::Environment)
        .map(|(_, entry)| entry)
        .filter(|entry| entry.detail.as_deref().is_some_and(|namespace| !namespace.contains("site.name")))
        .map(|entry| entry.name.as_str())
        .collect();
    if shared.is_empty() {
        return Vec::new();
    }
    let tenants: BTreeSet<&str> = sites.iter().flat_map(|site| site.mentioned(Named::Spec(Kind::Tenant))).collect();
    let environments: BTreeSet<&str> = sites
        .iter()
        .flat_map(|site| site.mentioned(Named::Spec(Kind::Environment)))
        .filter(|name| shared.contains(name))
        .collect();
    fleet
        .index()
        .of_kind(Kind::Site)
        .map(|(_, entry)| entry)
        .filter(|entry| {
            entry.mentioned(Named::Spec(Kind::Tenant)).any(|name| tenants.contains(name))
                && entry.mentioned(Named::Spec(Kind::Environment)).any(|name| environments.contains(name))
        })
        .take(MAX_NEIGHBOURS)
        .map(|entry| entry.name.as_str())
        .collect()
}
