//! Which site runs in which environments, on which clusters, from which template.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Cluster, Specs, Template};
use crate::near;
use crate::pointer::Pointer;
use crate::spec::site::{SiteCluster, SiteClusters};
use crate::spec::{EnvironmentSpec, SiteEnvironment, SiteSpec, Spec, State, TenantSpec};

pub static NO_CLUSTER: Code = Code {
    name: "no-cluster",
    explanation: "A site is deployed in an environment for which nothing names a cluster: neither the site's environment, nor \
                  the tenant's, nor the environment itself.",
};
pub static TIER_NOT_ACCEPTED: Code = Code {
    name: "tier-not-accepted",
    explanation: "A cluster lists in `accepts` the tiers of environment that may live there, so that production never lands on \
                  a cluster for tests. This deployment's tier is not one of them. It cannot be acknowledged.",
};
pub static TENANT_NOT_ALLOWED: Code = Code {
    name: "tenant-not-allowed",
    explanation: "A tenant lists in `clusters` where it may live. This deployment is on another cluster. It cannot be \
                  acknowledged.",
};

pub static CODES: &[&Code] = &[&NO_CLUSTER, &TIER_NOT_ACCEPTED, &TENANT_NOT_ALLOWED];

/// One site in one environment on one cluster.
#[derive(Clone)]
pub struct Deployment<'s> {
    pub site: &'s Spec<SiteSpec>,
    pub environment: &'s Spec<EnvironmentSpec>,
    pub tenant: &'s Spec<TenantSpec>,
    pub cluster: &'s Cluster,
    /// After `replace` of the tenant, the environment or the cluster.
    pub template: &'s Template,
    pub state: State,
    /// Whether its claims and its namespace are kept when an edit removes them.
    pub protect: bool,
    /// The site's entries for this environment, the one that it is `like` first.
    pub entries: Vec<SiteEntry<'s>>,
    /// The topmost layer, with the name of the environment whose entry holds it.
    pub cluster_entry: Option<(&'s str, &'s SiteCluster)>,
}

/// A site's entry for an environment.
#[derive(Clone, Copy)]
pub struct SiteEntry<'s> {
    pub environment: &'s str,
    pub entry: &'s SiteEnvironment,
}

impl Deployment<'_> {
    /// `SITE@ENVIRONMENT@CLUSTER`.
    pub fn id(&self) -> String {
        format!("{}@{}@{}", self.site.name(), self.environment.name(), self.cluster.spec.name())
    }
}

/// All deployments, in order of site, environment, cluster. Those that may not be are reported and left out.
pub fn all<'s>(specs: &'s Specs, diagnostics: &mut Diagnostics) -> Vec<Deployment<'s>> {
    of(specs, |_| true, diagnostics)
}

/// As [`all`], of some sites.
pub fn of<'s>(
    specs: &'s Specs,
    is_wanted: impl Fn(&Spec<SiteSpec>) -> bool,
    diagnostics: &mut Diagnostics,
) -> Vec<Deployment<'s>> {
    let mut deployments = Vec::new();
    for site in specs.sites.values().filter(|site| is_wanted(site)) {
        let Some(tenant) = specs.tenants.get(&site.spec.tenant) else { continue };
        for (name, own) in &site.spec.environments {
            let Some(environment) = specs.environments.get(name) else { continue };
            let entries = entries(site, environment, own, specs);
            of_environment(site, tenant, environment, &entries, specs, &mut deployments, diagnostics);
        }
    }
    deployments
}

/// The site's entries from the farthest environment that this one is `like` down to its own.
fn entries<'s>(
    site: &'s Spec<SiteSpec>,
    environment: &'s Spec<EnvironmentSpec>,
    own: &'s SiteEnvironment,
    specs: &'s Specs,
) -> Vec<SiteEntry<'s>> {
    let mut entries = vec![SiteEntry { environment: environment.name(), entry: own }];
    let mut like = environment.spec.like.as_deref();
    while let Some(name) = like {
        if let Some((name, entry)) = site.spec.environments.get_key_value(name) {
            entries.push(SiteEntry { environment: name, entry });
        }
        like = specs.environments.get(name).and_then(|environment| environment.spec.like.as_deref());
    }
    entries.reverse();
    entries
}

fn of_environment<'s>(
    site: &'s Spec<SiteSpec>,
    tenant: &'s Spec<TenantSpec>,
    environment: &'s Spec<EnvironmentSpec>,
    entries: &[SiteEntry<'s>],
    specs: &'s Specs,
    deployments: &mut Vec<Deployment<'s>>,
    diagnostics: &mut Diagnostics,
) {
    let nearest_first = || entries.iter().rev();
    let own_place = || Pointer::from_segments(["spec", "environments", environment.name()]);
    let tenant_environment = tenant.spec.environments.get(environment.name());
    let site_clusters: Option<(&'s str, &'s SiteClusters)> =
        nearest_first().find_map(|entry| entry.entry.clusters.as_ref().map(|clusters| (entry.environment, clusters)));
    let tenant_clusters = tenant_environment.filter(|tenant_environment| !tenant_environment.clusters.is_empty());
    let mut names: Vec<&str> = match (site_clusters, tenant_clusters) {
        (Some((_, clusters)), _) => clusters.names(),
        (None, Some(tenant_environment)) => tenant_environment.clusters.iter().map(String::as_str).collect(),
        (None, None) => environment.spec.cluster_names().collect(),
    };
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                &NO_CLUSTER,
                format!("site `{}` has no cluster in environment `{}`", site.name(), environment.name()),
            )
            .at(site.document.locate_key(&own_place()), "deployed here")
            .help(format!(
                "set `clusters` here, or in environment `{}` ({})",
                environment.name(),
                near::hint("", specs.clusters.keys().map(String::as_str))
                    .unwrap_or_else(|| "no cluster exists".to_owned())
            )),
        );
    }
    for name in names {
        let Some(cluster) = specs.clusters.get(name) else { continue };
        let place = match (site_clusters, tenant_clusters) {
            (Some((entry, SiteClusters::Entries(_))), _) => {
                let at = Pointer::from_segments(["spec", "environments", entry, "clusters", name]);
                site.document.locate_key(&at)
            }
            (Some((entry, SiteClusters::Names(list))), _) => {
                let at = Pointer::from_segments(["spec", "environments", entry, "clusters"]);
                site.place(&at.child(position(list, name)))
            }
            (None, Some(tenant_environment)) => {
                let at = Pointer::from_segments(["spec", "environments", environment.name(), "clusters"]);
                tenant.place(&at.child(position(&tenant_environment.clusters, name)))
            }
            (None, None) if environment.spec.cluster.as_deref() == Some(name) => environment.at("/spec/cluster"),
            (None, None) => {
                let at = Pointer::from_segments(["spec", "clusters"]);
                environment.place(&at.child(position(&environment.spec.clusters, name)))
            }
        };
        if !is_allowed(site, tenant, environment, cluster, place, diagnostics) {
            continue;
        }
        let asked = nearest_first().find_map(|entry| entry.entry.template.as_deref()).unwrap_or(&site.spec.template);
        let used = [&tenant.spec.replace, &environment.spec.replace, &cluster.spec.spec.replace]
            .into_iter()
            .find_map(|replace| replace.get(asked))
            .map_or(asked, String::as_str);
        let Some(template) = specs.templates.get(used) else { continue };
        deployments.push(Deployment {
            site,
            environment,
            tenant,
            cluster,
            template,
            state: nearest_first().find_map(|entry| entry.entry.state).or(site.spec.state).unwrap_or(State::Enabled),
            protect: nearest_first()
                .find_map(|entry| entry.entry.protect)
                .or(site.spec.protect)
                .or(tenant_environment.and_then(|tenant_environment| tenant_environment.protect))
                .or(environment.spec.protect)
                .unwrap_or(true),
            entries: entries.to_vec(),
            cluster_entry: site_clusters
                .and_then(|(entry, clusters)| clusters.entry(name).map(|cluster| (entry, cluster))),
        });
    }
}

fn position(names: &[String], name: &str) -> usize {
    names.iter().position(|listed| listed == name).unwrap_or_default()
}

/// Whether the cluster takes the environment's tier, and the tenant may live on it. `place` is where the cluster is named, so
/// that a mistake in an environment or tenant is told once, whatever the number of its sites.
fn is_allowed(
    site: &Spec<SiteSpec>,
    tenant: &Spec<TenantSpec>,
    environment: &Spec<EnvironmentSpec>,
    cluster: &Cluster,
    place: crate::source::Span,
    diagnostics: &mut Diagnostics,
) -> bool {
    let name = cluster.spec.name();
    let id = || format!("{}@{}@{name}", site.name(), environment.name());
    let mut is_allowed = true;
    if !cluster.spec.spec.accepts.contains(&environment.spec.tier) {
        let accepts = match cluster.spec.spec.accepts.as_slice() {
            [] => "no tier at all".to_owned(),
            tiers => tiers.join(", "),
        };
        diagnostics.push(
            Diagnostic::error(
                &TIER_NOT_ACCEPTED,
                format!(
                    "environment `{}` is of tier {}, which cluster `{name}` does not accept",
                    environment.name(),
                    environment.spec.tier
                ),
            )
            .at(place, format!("puts it on {name}"))
            .also(cluster.spec.at("/spec/accepts"), format!("accepts {accepts}"))
            .help("deploy it on another cluster, or add the tier to `accepts`")
            .in_deployment(id()),
        );
        is_allowed = false;
    }
    if !tenant.spec.clusters.is_empty() && !tenant.spec.clusters.iter().any(|allowed| allowed == name) {
        diagnostics.push(
            Diagnostic::error(
                &TENANT_NOT_ALLOWED,
                format!("tenant `{}` may not live on cluster `{name}`", tenant.name()),
            )
            .at(place, format!("puts it on {name}"))
            .also(tenant.at("/spec/clusters"), format!("may live on {}", tenant.spec.clusters.join(", ")))
            .help("deploy it on one of the tenant's clusters, or add the cluster to the tenant")
            .in_deployment(id()),
        );
        is_allowed = false;
    }
    is_allowed
}
