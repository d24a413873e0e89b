//! What a file feeds: the sites, and the part of their deployments, that a change of it may change.
//!
//! Told from names alone, so it errs on the side of too much; a filtered compile then takes what is true of it.

use super::fleet::Fleet;
use super::index::Entry;
use super::names::Named;

use crate::load::templates::{CRD_FOLDER, SHARED, TEMPLATE_ROOT, folder_of};
use crate::pipeline::Filter;
use crate::spec::Kind;
use crate::spec::template::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// What a file feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feeds {
    /// Sites, in order of name.
    pub sites: BTreeSet<String>,
    /// Environments and clusters that it is about; all, where there are none.
    pub environments: BTreeSet<String>,
    pub clusters: BTreeSet<String>,
    /// Specs and templates that it holds or belongs to.
    pub own: BTreeSet<(Kind, String)>,
}

impl Feeds {
    /// The filter for these sites.
    pub fn filter(&self, sites: Vec<String>) -> Filter {
        Filter {
            clusters: self.clusters.iter().cloned().collect(),
            environments: self.environments.iter().cloned().collect(),
            sites,
            tenants: Vec::new(),
        }
    }
}

/// What the file at a path feeds; nothing where it is no input.
pub fn of_file(fleet: &Fleet, path: &str) -> Feeds {
    let mut feeds = Feeds::default();
    if let Some(folder) = folder_of(path) {
        template(fleet, folder, &mut feeds);
    } else if path.starts_with(&format!("{TEMPLATE_ROOT}/{SHARED}/")) || path.starts_with(&format!("{CRD_FOLDER}/")) {
        feeds.sites = sites(fleet, |_| true);
    }
    for entry in fleet.index().in_file(path) {
        self::entry(fleet, entry, &mut feeds);
    }
    for (_, entry) in fleet.index().iter().filter(|(_, entry)| entry.mentions(Named::File, path)) {
        self::entry(fleet, entry, &mut feeds);
    }
    feeds
}

fn entry(fleet: &Fleet, entry: &Entry, feeds: &mut Feeds) {
    feeds.own.insert((entry.kind, entry.name.clone()));
    let name = entry.name.as_str();
    match entry.kind {
        Kind::Site => {
            feeds.sites.insert(entry.name.clone());
        }
        Kind::Fleet => feeds.sites.extend(sites(fleet, |_| true)),
        Kind::Tenant => feeds.sites.extend(sites(fleet, |site| site.mentions(Named::Spec(Kind::Tenant), name))),
        Kind::Environment => {
            let alike = alike(fleet, name);
            let is_in = |site: &Entry| alike.iter().any(|name| site.mentions(Named::Spec(Kind::Environment), name));
            feeds.sites.extend(sites(fleet, is_in));
            feeds.environments.extend(alike);
        }
        Kind::Cluster => {
            let on_it = |kind: Kind| -> BTreeSet<&str> {
                let of_kind = fleet.index().of_kind(kind).map(|(_, entry)| entry);
                of_kind
                    .filter(|entry| entry.mentions(Named::Spec(Kind::Cluster), name))
                    .map(|entry| entry.name.as_str())
                    .collect()
            };
            let (environments, tenants) = (on_it(Kind::Environment), on_it(Kind::Tenant));
            feeds.sites.extend(sites(fleet, |site| {
                site.mentions(Named::Spec(Kind::Cluster), name)
                    || site.mentioned(Named::Spec(Kind::Environment)).any(|name| environments.contains(name))
                    || site.mentioned(Named::Spec(Kind::Tenant)).any(|name| tenants.contains(name))
            }));
            feeds.clusters.insert(entry.name.clone());
        }
        Kind::Template | Kind::Acknowledgement => {}
    }
}

/// A template feeds what names it, and what names one that it stands in for.
fn template(fleet: &Fleet, name: &str, feeds: &mut Feeds) {
    feeds.own.insert((Kind::Template, name.to_owned()));
    let named = |entry: &Entry| entry.mentions(Named::Spec(Kind::Template), name);
    match fleet.template(name).map(|declared| declared.scope) {
        Some(Scope::Namespace) => {
            for (_, environment) in fleet.index().of_kind(Kind::Environment).filter(|(_, entry)| named(entry)) {
                entry(fleet, environment, feeds);
            }
        }
        Some(Scope::Cluster) => {
            for (_, cluster) in fleet.index().of_kind(Kind::Cluster).filter(|(_, entry)| named(entry)) {
                entry(fleet, cluster, feeds);
            }
        }
        Some(Scope::Site) | None => {
            // What replaces other templates by this one mentions it beside them.
            let replacing = |kind: Kind| {
                fleet
                    .index()
                    .of_kind(kind)
                    .map(|(_, entry)| entry)
                    .filter(move |entry| entry.mentions(Named::Spec(Kind::Template), name))
            };
            let mut names: BTreeSet<&str> = [Kind::Cluster, Kind::Environment, Kind::Tenant]
                .into_iter()
                .flat_map(replacing)
                .flat_map(|entry| entry.mentioned(Named::Spec(Kind::Template)))
                .collect();
            names.insert(name);
            feeds.sites.extend(sites(fleet, |site| {
                site.mentioned(Named::Spec(Kind::Template)).any(|name| names.contains(name))
            }));
        }
    }
}

/// An environment and those that are like it.
fn alike(fleet: &Fleet, name: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([name.to_owned()]);
    loop {
        let more: Vec<String> = fleet
            .index()
            .of_kind(Kind::Environment)
            .map(|(_, entry)| entry)
            .filter(|entry| !all.contains(&entry.name))
            .filter(|entry| entry.mentioned(Named::Spec(Kind::Environment)).any(|like| all.contains(like)))
            .map(|entry| entry.name.clone())
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn sites(fleet: &Fleet, is_fed: impl Fn(&Entry) -> bool) -> BTreeSet<String> {
    let all = fleet.index().of_kind(Kind::Site).map(|(_, entry)| entry);
    all.filter(|entry| is_fed(entry)).map(|entry| entry.name.clone()).collect()
}

/// At most `limit` of the sites, of as many sorts as there are: template, and environments.
pub fn sample(fleet: &Fleet, sites: &BTreeSet<String>, limit: usize) -> Vec<String> {
    if sites.len() <= limit {
        return sites.iter().cloned().collect();
    }
    let mut sorts: BTreeMap<(Vec<&str>, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for (_, site) in fleet.index().of_kind(Kind::Site).filter(|(_, site)| sites.contains(&site.name)) {
        let templates = site.mentioned(Named::Spec(Kind::Template)).collect();
        let environments = site.mentioned(Named::Spec(Kind::Environment)).collect();
        sorts.entry((templates, environments)).or_default().push(&site.name);
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for round in 0..limit {
        for names in sorts.values() {
            if taken.len() == limit {
                break;
            }
            taken.extend(names.get(round));
        }
    }
    taken.into_iter().map(str::to_owned).collect()
}
