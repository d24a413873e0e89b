//! What a filtered compile needs of a fleet: the rest is known by kind and name, and not judged.
//!
//! A namespace is compiled whole, since its template sees all its sites; so what is needed are the units that hold a selected
//! deployment, with all that their deployments are made of. What cannot be read is needed if it may be part of them.

use super::filter::{Filter, Scope, holds};
use crate::diag::Diagnostics;
use crate::load::{BrokenSpec, Reading, Specs};
use crate::resolve::units::NamespaceNames;
use crate::resolve::{Deployment, Unit, deployments, units};
use crate::spec::{Kind, SiteSpec, Spec};
use std::collections::BTreeSet;

/// What is needed, and how much of each layer's scope that is.
pub struct Needed {
    pub specs: BTreeSet<(Kind, String)>,
    pub scope: Scope,
}

/// Names of specs and templates.
type Names = BTreeSet<(Kind, String)>;

pub fn of(reading: &Reading, filter: &Filter) -> Needed {
    let specs = reading.specs();
    // What is wrong with the rest is none of our business.
    let mut ignored = Diagnostics::new();
    let names = NamespaceNames::compile(specs, &mut ignored);
    // No other tenant's site may be in a namespace of theirs.
    let tenants = tenants(specs, filter);
    let is_near =
        |site: &Spec<SiteSpec>| tenants.as_ref().is_none_or(|tenants| tenants.contains(site.spec.tenant.as_str()));
    let all = deployments::of(specs, is_near, &mut ignored);
    let units = units::group(specs, &names, all, &mut ignored);
    let mut needed = Names::new();
    for (kind, listed) in filter.by_kind() {
        needed.extend(listed.iter().map(|name| (kind, name.clone())));
    }
    let (selected, mut scope) = filter.select(units, specs);
    let broken = reading.broken().iter().filter(|spec| spec.kind == Kind::Site).count();
    let looked_at = specs.sites.values().filter(|site| is_near(site)).count() + broken;
    scope.lacks_tenants = specs.names.of(Kind::Site).count() > looked_at;
    selected.iter().for_each(|unit| add_unit(unit, &mut needed));
    let is_whole_cluster = |name: &str| filter.is_by_cluster() && holds(&filter.clusters, name);
    for cluster in specs.clusters.values().map(|cluster| &cluster.spec).filter(|spec| is_whole_cluster(spec.name())) {
        needed.insert((Kind::Cluster, cluster.name().to_owned()));
        needed.extend(cluster.spec.templates.iter().map(|name| (Kind::Template, name.clone())));
    }
    let seen: BTreeSet<&str> =
        selected.iter().flat_map(|unit| &unit.deployments).map(|deployment| deployment.site.name()).collect();
    for site in specs.sites.values().filter(|site| may_select(site, filter)) {
        if seen.contains(site.name()) || is_dangling(site, specs) {
            add_site(site, filter, &mut needed);
        }
    }
    for site in reading.broken().iter().filter(|spec| spec.kind == Kind::Site) {
        if may_select_broken(site, filter) {
            needed.insert((Kind::Site, site.name.clone()));
            needed.extend(site.text("tenant").map(|name| (Kind::Tenant, name.to_owned())));
            needed.extend(site.text("template").map(|name| (Kind::Template, name.to_owned())));
            let environments = site.keys("environments").filter(|name| holds(&filter.environments, name));
            needed.extend(environments.map(|name| (Kind::Environment, name.to_owned())));
        } else {
            scope.is_blind = true;
        }
    }
    Needed { specs: needed, scope }
}

/// The tenants of the sites that a filter asks for; none where it asks for no sites.
fn tenants<'s>(specs: &'s Specs, filter: &'s Filter) -> Option<BTreeSet<&'s str>> {
    if filter.sites.is_empty() && filter.tenants.is_empty() {
        return None;
    }
    let sites = filter.sites.iter().filter_map(|name| specs.sites.get(name));
    Some(sites.map(|site| site.spec.tenant.as_str()).chain(filter.tenants.iter().map(String::as_str)).collect())
}

fn add_unit(unit: &Unit<'_>, needed: &mut Names) {
    needed.insert((Kind::Cluster, unit.cluster.spec.name().to_owned()));
    needed.extend(unit.environment.spec.template.iter().map(|name| (Kind::Template, name.clone())));
    unit.deployments.iter().for_each(|deployment| add_deployment(deployment, needed));
}

fn add_deployment(deployment: &Deployment<'_>, needed: &mut Names) {
    let mut add = |kind: Kind, name: &str| needed.insert((kind, name.to_owned()));
    add(Kind::Site, deployment.site.name());
    add(Kind::Tenant, deployment.tenant.name());
    add(Kind::Environment, deployment.environment.name());
    add(Kind::Template, deployment.template.spec.name());
    for entry in &deployment.entries {
        add(Kind::Environment, entry.environment);
    }
    add_templates(deployment.site, needed);
}

/// All templates of a site: its own layer may hold values for each of them.
fn add_templates(site: &Spec<SiteSpec>, needed: &mut Names) {
    let others = site.spec.environments.values().filter_map(|entry| entry.template.as_ref());
    needed.extend(std::iter::once(&site.spec.template).chain(others).map(|name| (Kind::Template, name.clone())));
}

/// A site with what it names, in as far as the filter asks for it.
fn add_site(site: &Spec<SiteSpec>, filter: &Filter, needed: &mut Names) {
    needed.insert((Kind::Site, site.name().to_owned()));
    needed.insert((Kind::Tenant, site.spec.tenant.clone()));
    add_templates(site, needed);
    let asked = site.spec.environments.iter().filter(|(name, _)| holds(&filter.environments, name));
    for (name, entry) in asked {
        needed.insert((Kind::Environment, name.clone()));
        let clusters = entry.clusters.iter().flat_map(|clusters| clusters.names());
        let clusters = clusters.filter(|name| holds(&filter.clusters, name));
        needed.extend(clusters.map(|name| (Kind::Cluster, name.to_owned())));
    }
}

/// Whether a site names something that was not read: then its deployments are not known.
fn is_dangling(site: &Spec<SiteSpec>, specs: &Specs) -> bool {
    let environments = &site.spec.environments;
    !specs.tenants.contains_key(&site.spec.tenant)
        || !specs.templates.contains_key(&site.spec.template)
        || environments.iter().any(|(name, entry)| {
            let clusters = || entry.clusters.iter().flat_map(|clusters| clusters.names());
            let own_clusters =
                || specs.environments.get(name).into_iter().flat_map(|environment| environment.spec.cluster_names());
            !specs.environments.contains_key(name)
                || entry.template.as_ref().is_some_and(|name| !specs.templates.contains_key(name))
                || clusters().chain(own_clusters()).any(|name| !specs.clusters.contains_key(name))
        })
}

/// Whether the filter may select a site, by what it says itself. Where it is deployed is not looked at.
fn may_select(site: &Spec<SiteSpec>, filter: &Filter) -> bool {
    holds(&filter.sites, site.name())
        && holds(&filter.tenants, &site.spec.tenant)
        && (filter.environments.is_empty()
            || site.spec.environments.keys().any(|name| holds(&filter.environments, name)))
}

fn may_select_broken(site: &BrokenSpec, filter: &Filter) -> bool {
    holds(&filter.sites, &site.name)
        && site.text("tenant").is_none_or(|tenant| holds(&filter.tenants, tenant))
        && (filter.environments.is_empty() || site.keys("environments").any(|name| holds(&filter.environments, name)))
}
