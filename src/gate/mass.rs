//! `mass-removal`: too much leaves at once to be meant.

use super::codes::MASS_REMOVAL;
use super::facts::Facts;
use super::finding::Finding;
use super::new_tree::NewTree;
use super::object::{Place, Published};
use crate::acknowledgement::Subject;
use crate::failure::Failed;
use crate::finish::labels;
use crate::output::file_name_of;
use crate::spec::common::Layer;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer protected objects than this are never a mass.
const FEWEST: usize = 10;

/// A namespace of the last tree that has lost something: cluster, environment, namespace.
type Home = (String, String, String);

pub fn findings(
    left: &[Published],
    unread: &[String],
    new: &NewTree<'_>,
    max_removal: usize,
    facts: &mut Facts<'_>,
) -> Result<Vec<Finding>, Failed> {
    let places = left.iter().map(|old| old.place.clone()).chain(unread.iter().filter_map(|path| Place::of(path)));
    let homes: BTreeSet<Home> = places.map(|place| (place.cluster, place.environment, place.namespace)).collect();
    let mut findings = Vec::new();
    let mut whole: BTreeSet<Home> = BTreeSet::new();

    let clusters: BTreeSet<&str> = homes.iter().map(|(cluster, ..)| cluster.as_str()).collect();
    for cluster in clusters.into_iter().filter(|cluster| !new.clusters.iter().any(|known| known == cluster)) {
        let gone: Vec<&Home> = homes.iter().filter(|(of, ..)| of == cluster).collect();
        whole.extend(gone.iter().map(|home| (*home).clone()));
        let subject = Subject { kind: "Cluster".to_owned(), name: cluster.to_owned(), ..on(cluster) };
        findings.extend(leaves_whole(&gone, subject, format!("cluster {cluster} leaves whole"), facts)?);
    }

    let environments: BTreeSet<&str> = new.units.iter().map(|unit| unit.environment.as_str()).collect();
    let mut by_environment: BTreeMap<(&str, &str), Vec<&Home>> = BTreeMap::new();
    for home in homes.iter().filter(|home| !whole.contains(*home)) {
        let (cluster, environment, namespace) = home;
        if new.has_namespace(cluster, namespace) {
            continue;
        }
        if !environment.is_empty() && !environments.contains(environment.as_str()) {
            by_environment.entry((cluster, environment)).or_default().push(home);
        }
    }
    for ((cluster, environment), gone) in &by_environment {
        let name = (*environment).to_owned();
        let subject = Subject { environment: name.clone(), kind: "Environment".to_owned(), name, ..on(cluster) };
        let what = format!("environment {environment} leaves whole");
        findings.extend(leaves_whole(gone, subject, what, facts)?);
    }
    let in_environments: BTreeSet<Home> = by_environment.into_values().flatten().cloned().collect();
    whole.extend(in_environments);

    let tenants: BTreeSet<&str> = new.units.iter().map(|unit| unit.tenant.as_str()).collect();
    let mut by_tenant: BTreeMap<(&str, &str), BTreeSet<Home>> = BTreeMap::new();
    for old in left {
        let tenant = old.label(labels::TENANT);
        let Place { cluster, environment, namespace, .. } = &old.place;
        let home = (cluster.clone(), environment.clone(), namespace.clone());
        let is_gone = !new.has_namespace(cluster, namespace);
        if is_gone && !tenant.is_empty() && !tenants.contains(tenant) && !whole.contains(&home) {
            by_tenant.entry((cluster, tenant)).or_default().insert(home);
        }
    }
    for ((cluster, tenant), gone) in by_tenant {
        let subject =
            Subject { tenant: tenant.to_owned(), kind: "Tenant".to_owned(), name: tenant.to_owned(), ..on(cluster) };
        let homes: Vec<&Home> = gone.iter().collect();
        findings.extend(leaves_whole(&homes, subject, format!("tenant {tenant} leaves whole"), facts)?);
        whole.extend(gone);
    }

    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for old in left.iter().filter(|old| old.is_kept()) {
        let Place { cluster, environment, namespace, .. } = &old.place;
        if !whole.contains(&(cluster.clone(), environment.clone(), namespace.clone())) {
            *kept.entry(cluster).or_default() += 1;
        }
    }
    for (cluster, removed) in kept.into_iter().filter(|(_, removed)| *removed >= FEWEST) {
        let all = protected(cluster, facts)?;
        if removed * 100 > max_removal * all {
            let what = format!(
                "{removed} of the {all} protected objects of cluster {cluster} leave at once, more than {max_removal}%"
            );
            let subject = Subject { kind: "Cluster".to_owned(), name: cluster.to_owned(), ..on(cluster) };
            findings.push(finding(subject, what));
        }
    }
    Ok(findings)
}

fn on(cluster: &str) -> Subject {
    Subject { cluster: cluster.to_owned(), ..Subject::default() }
}

/// A finding, unless all of it was let go before.
fn leaves_whole(
    gone: &[&Home],
    subject: Subject,
    what: String,
    facts: &mut Facts<'_>,
) -> Result<Option<Finding>, Failed> {
    for (cluster, environment, namespace) in gone {
        if environment.is_empty() || !facts.is_let_go(cluster, environment, namespace)? {
            let namespaces = gone.iter().filter(|(_, environment, _)| !environment.is_empty()).count();
            let counted = match namespaces {
                0 => String::new(),
                1 => ", with 1 namespace".to_owned(),
                many => format!(", with {many} namespaces"),
            };
            return Ok(Some(finding(subject, format!("{what}{counted}"))));
        }
    }
    Ok(None)
}

fn finding(subject: Subject, what: String) -> Finding {
    Finding::error(&MASS_REMOVAL, subject, what)
}

/// How many protected objects a cluster has in the last tree. Only the layer `data` and Namespaces are kept.
fn protected(cluster: &str, facts: &Facts<'_>) -> Result<usize, Failed> {
    let mut count = 0;
    for path in facts.last.files(cluster)? {
        let Some(place) = Place::of(&path) else { continue };
        let is_namespace = file_name_of(&path).starts_with("namespace-");
        if place.layer == Layer::Data || is_namespace {
            count += usize::from(facts.read(&path)?.is_some_and(|object| object.is_kept()));
        }
    }
    Ok(count)
}
