//! Checks across units: a pure function of all summaries.

use super::UnitSummary;
use super::cluster;
use super::filter::Scope;
use super::prepare::Prepared;
use super::run;
use super::unit::{self, unit_id};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::emit::DELIVERY_FOLDER;
use crate::object::{FieldPlace, Identity};
use crate::patching::Hits;
use crate::patching::book::PatchLayer;
use crate::resolve::Unit;
use crate::source::Span;
use crate::spec::fleet::DeliveryKind;
use crate::validate::rules::duplicate_host::{Claimant, HostClaim};
use crate::validate::rules::{Verdict, Wanting, duplicate_host};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub static DUPLICATE_OBJECT: Code = Code {
    name: "duplicate-object",
    explanation: "Two documents make the same object: the same API group, kind, namespace and name on one cluster, whatever \
                  their files. In the cluster they would overwrite each other without end. Rename or remove one of them.",
};

pub static SHARED_DELIVERY: Code = Code {
    name: "shared-delivery",
    explanation: "With `delivery.destination` one Argo CD serves several clusters, and the names of its projects and Applications begin with \
                  the cluster's name. Cluster `a` with tenant `b-c` and cluster `a-b` with tenant `c` then both have a project `a-b-c`, \
                  which each would give to its own tenant. Rename one of the clusters, or give them different values of `delivery.namespace` \
                  where they have an Argo CD each.",
};

pub static CODES: &[&Code] = &[&DUPLICATE_OBJECT, &SHARED_DELIVERY];

/// Objects made twice whose places are looked for; the rest follow from the same mistake.
const MAX_REPORTED: usize = 200;

/// The error of an object that is made twice; where the two places are one, it is one template that two render.
pub fn made_twice<'i>(
    identity: &Identity,
    (first, second): (Span, Span),
    ids: impl IntoIterator<Item = &'i str>,
) -> Diagnostic {
    let message = format!("{identity} is made twice");
    let mut diagnostic = Diagnostic::error(&DUPLICATE_OBJECT, message).about(identity.name.as_str());
    diagnostic = if first == second {
        let tag = if identity.namespace.is_empty() { "{{namespace}}" } else { "{{site.name}}" };
        diagnostic
            .at(second, "made here each time")
            .help(format!("put what tells them apart into its name, such as `{tag}`"))
    } else {
        diagnostic.at(second, "the second").also(first, "the first").help("rename or remove one of them")
    };
    ids.into_iter().fold(diagnostic, |diagnostic, id| diagnostic.in_deployment(id))
}

/// Objects that were seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// The namespace of the unit that makes each object, by cluster. The inner maps are only asked, never iterated.
    objects: BTreeMap<String, HashMap<Identity, String>>,
    /// Each object that a second unit makes, with both units.
    pub twice: Vec<(Identity, UnitKey, UnitKey)>,
}

/// Which unit: its cluster and namespace; the namespace is empty for a cluster's own objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitKey {
    pub cluster: String,
    pub namespace: String,
}

impl UnitKey {
    fn of(unit: &UnitSummary) -> Self {
        UnitKey { cluster: unit.cluster.clone(), namespace: unit.namespace.clone() }
    }

    /// What messages call it.
    pub fn id(&self) -> String {
        match self.namespace.as_str() {
            "" => format!("cluster {}", self.cluster),
            namespace => unit_id(&self.cluster, namespace),
        }
    }
}

impl Seen {
    /// Adds a unit's cluster-scoped objects. Those of its namespace can only meet others of the unit, which were told apart
    /// there, or of the cluster's templates: see [`Seen::add_namespaced`].
    pub fn add(&mut self, unit: &UnitSummary) {
        if !self.objects.contains_key(&unit.cluster) {
            self.objects.insert(unit.cluster.clone(), HashMap::new());
        }
        let Some(objects) = self.objects.get_mut(&unit.cluster) else { return };
        for identity in &unit.facts.cluster_scoped {
            match objects.get(identity) {
                Some(first) => {
                    let first = UnitKey { cluster: unit.cluster.clone(), namespace: first.clone() };
                    self.twice.push((identity.clone(), first, UnitKey::of(unit)));
                }
                None => {
                    objects.insert(identity.clone(), unit.namespace.clone());
                }
            }
        }
    }
}

impl Seen {
    /// Adds the objects of a cluster's templates that one of its namespaces makes as well.
    pub fn add_namespaced(
        &mut self,
        prepared: &Prepared<'_>,
        own: &UnitSummary,
        units: &[Unit<'_>],
        namespaces: &[UnitSummary],
    ) {
        let mut by_namespace: BTreeMap<&str, Vec<&Identity>> = BTreeMap::new();
        for object in own.objects.iter().filter(|object| !object.identity.namespace.is_empty()) {
            by_namespace.entry(&object.identity.namespace).or_default().push(&object.identity);
        }
        for other in namespaces {
            let Some(identities) = by_namespace.get(other.namespace.as_str()) else { continue };
            let made = run::objects_of(prepared, units, other);
            for identity in identities.iter().filter(|identity| made.iter().any(|made| made.identity == ***identity)) {
                self.twice.push(((*identity).clone(), UnitKey::of(other), UnitKey::of(own)));
            }
        }
    }
}

/// Reports objects that two units make. A unit keeps no places, so each is rendered anew to find them.
pub fn report_twice(prepared: &Prepared<'_>, seen: &Seen, units: &[Unit<'_>], diagnostics: &mut Diagnostics) {
    let place = |identity: &Identity, key: &UnitKey| {
        let unit = units.iter().find(|unit| unit.cluster.spec.name() == key.cluster && unit.namespace == key.namespace);
        match (unit, prepared.specs.clusters.get(&key.cluster)) {
            (Some(unit), _) => super::unit::place_of(prepared, unit, identity),
            (None, Some(cluster)) => super::cluster::place_of(prepared, cluster, identity),
            (None, None) => None,
        }
    };
    for (identity, first, second) in seen.twice.iter().take(MAX_REPORTED) {
        let (Some(one), Some(two)) = (place(identity, first), place(identity, second)) else { continue };
        let ids = [first.id(), second.id()];
        diagnostics.push(made_twice(identity, (one, two), ids.iter().map(String::as_str)));
    }
}

/// Reports objects of one Argo CD that the delivery of two clusters makes. Only where a cluster has a destination can they share one.
pub fn shared_delivery(prepared: &Prepared<'_>, units: &[UnitSummary], diagnostics: &mut Diagnostics) {
    let has_destination =
        |cluster: &str| prepared.cluster(cluster).is_some_and(|cluster| cluster.delivery.destination.is_some());
    let clusters: Vec<&str> = prepared
        .specs
        .clusters
        .keys()
        .map(String::as_str)
        .filter(|cluster| may_share_delivery(prepared, cluster))
        .collect();
    let mut makers: BTreeMap<&Identity, Vec<&str>> = BTreeMap::new();
    for unit in units.iter().filter(|unit| clusters.contains(&unit.cluster.as_str())) {
        let folder = format!("{}/{DELIVERY_FOLDER}/", unit.cluster);
        for object in unit.objects.iter().filter(|object| object.path.starts_with(&folder)) {
            makers.entry(&object.identity).or_default().push(&unit.cluster);
        }
    }
    let mut told = BTreeSet::new();
    for (identity, clusters) in makers {
        let [first, others @ ..] = clusters.as_slice() else { continue };
        for other in others.iter().filter(|other| has_destination(first) || has_destination(other)) {
            let places =
                [first, other].map(|name| prepared.specs.clusters.get(*name).map(|found| found.spec.name_place()));
            if let ([Some(one), Some(two)], true) = (places, told.insert((*first, *other))) {
                diagnostics.push(
                    Diagnostic::error(&SHARED_DELIVERY, format!("clusters `{first}` and `{other}` both deliver {identity}"))
                        .about(identity.name.as_str())
                        .at(two, "names of its delivery begin with this")
                        .also(one, "and these with this")
                        .help("rename one of the clusters; where each has an Argo CD of its own, give them different `delivery.namespace`s"),
                );
            }
        }
    }
}

/// Whether the objects that deliver a cluster may lie beside another cluster's: in an Argo CD that applies to several.
pub fn may_share_delivery(prepared: &Prepared<'_>, cluster: &str) -> bool {
    let argocds = || prepared.clusters().filter(|(_, cluster)| cluster.delivery.kind == DeliveryKind::Argocd);
    argocds().any(|(name, _)| name == cluster) && argocds().any(|(_, cluster)| cluster.delivery.destination.is_some())
}

/// What rules left open until all units are known.
#[derive(Debug, Default)]
pub struct Open {
    /// By the unit that has it.
    wanting: Vec<(UnitKey, Wanting)>,
    acknowledged: BTreeSet<String>,
}

impl Open {
    /// Adds what a unit left open; the namespace is empty for a cluster's own objects.
    pub fn add(&mut self, cluster: &str, namespace: &str, verdict: Verdict) {
        let key = UnitKey { cluster: cluster.to_owned(), namespace: namespace.to_owned() };
        self.wanting.extend(verdict.wanting.into_iter().map(|wanting| (key.clone(), wanting)));
        self.acknowledged.extend(verdict.acknowledged);
    }

    /// Reports what no unit provides. A cluster's template may write what a namespace's objects name, and the other way round.
    pub fn settle(
        &mut self,
        prepared: &Prepared<'_>,
        selected: &[Unit<'_>],
        units: &[UnitSummary],
        diagnostics: &mut Diagnostics,
    ) {
        if self.wanting.is_empty() {
            return;
        }
        // Where each is wanted, and by whom: what a unit misses it does not make itself.
        let mut wanted: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for (key, wanting) in &self.wanting {
            wanted.entry((&key.cluster, &wanting.namespace)).or_default().insert(&key.namespace);
        }
        let mut provided: BTreeSet<(String, Identity)> = BTreeSet::new();
        for unit in units {
            let is_wanted = |namespace: &str| {
                let by = wanted.get(&(unit.cluster.as_str(), namespace));
                by.is_some_and(|by| by.iter().any(|by| *by != unit.namespace))
            };
            if unit.namespace.is_empty() {
                let made = unit.objects.iter().filter(|object| is_wanted(&object.identity.namespace));
                provided.extend(made.map(|object| (unit.cluster.clone(), without_group(&object.identity))));
            } else if is_wanted(&unit.namespace) {
                let made = run::objects_of(prepared, selected, unit);
                provided.extend(made.iter().map(|object| (unit.cluster.clone(), without_group(&object.identity))));
            }
        }
        for (key, wanting) in &self.wanting {
            let identity = Identity {
                group: String::new(),
                kind: wanting.kind.to_owned(),
                namespace: wanting.namespace.clone(),
                name: wanting.name.clone(),
            };
            if !provided.contains(&(key.cluster.clone(), identity)) {
                diagnostics.push(wanting.diagnostic.clone());
            }
        }
    }

    /// Whether a unit left anything open, or an Acknowledgement let something through.
    pub fn is_open(&self) -> bool {
        !self.wanting.is_empty() || !self.acknowledged.is_empty()
    }

    /// Names of the Acknowledgements that let something through.
    pub fn acknowledged(&self) -> &BTreeSet<String> {
        &self.acknowledged
    }
}

/// What is wanted is known by kind, not by group.
fn without_group(identity: &Identity) -> Identity {
    Identity { group: String::new(), ..identity.clone() }
}

/// Claimants of one host whose places are told; the rest are counted.
const MAX_CLAIMANTS: usize = 4;

/// Reports hosts that several deployments claim.
pub fn duplicate_hosts(
    prepared: &Prepared<'_>,
    selected: &[Unit<'_>],
    units: &[UnitSummary],
    open: &mut Open,
    diagnostics: &mut Diagnostics,
) {
    let claims: Vec<(&UnitSummary, &HostClaim)> =
        units.iter().flat_map(|unit| unit.hosts.iter().map(move |claim| (unit, claim))).collect();
    let only: Vec<&HostClaim> = claims.iter().map(|(_, claim)| *claim).collect();
    for conflict in duplicate_host::conflicts(&only) {
        let acknowledged = conflict.acknowledged.iter().filter_map(|number| only[*number].acknowledgement.clone());
        open.acknowledged.extend(acknowledged);
        let [first, others @ ..] = conflict.claims.as_slice() else { continue };
        let Some(severity) = conflict.claims.iter().map(|number| only[*number].severity).min() else { continue };
        let title = |number: usize| match &only[number] {
            claim if claim.host == only[*first].host => claim.claimant.to_string(),
            claim => format!("{} with `{}`", claim.claimant, claim.host),
        };
        let mut told: Vec<String> = others.iter().take(MAX_CLAIMANTS - 1).map(|number| title(*number)).collect();
        if others.len() >= MAX_CLAIMANTS {
            told.push(format!("{} more", others.len() + 1 - MAX_CLAIMANTS));
        }
        let message =
            format!("host `{}` is claimed by {} and by {}", only[*first].host, title(*first), told.join(", "));
        let mut diagnostic = Diagnostic::new(&duplicate_host::CODE, severity, message)
            .help("give each its own host; if this is meant, acknowledge it for one of the objects");
        for number in conflict.claims.iter().take(MAX_CLAIMANTS) {
            let (summary, claim) = claims[*number];
            let Some(place) = place(prepared, selected, summary, claim) else { continue };
            let label = format!("claimed by {}", claim.claimant);
            diagnostic = match diagnostic.primary {
                None => diagnostic.at(place.span, label),
                Some(_) => diagnostic.also(place.span, label),
            };
            if let Some((value, layer)) = place.value {
                diagnostic = diagnostic.also(value, format!("this value, from {layer}"));
            }
        }
        for number in &conflict.claims {
            if let (summary, HostClaim { claimant: Claimant::Site { site, environment }, .. }) = claims[*number] {
                diagnostic = diagnostic.in_deployment(format!("{site}@{environment}@{}", summary.cluster));
            }
        }
        diagnostics.push(diagnostic);
    }
}

/// Where a host is claimed.
fn place(
    prepared: &Prepared<'_>,
    selected: &[Unit<'_>],
    summary: &UnitSummary,
    claim: &HostClaim,
) -> Option<FieldPlace> {
    let unit =
        selected.iter().find(|unit| unit.cluster.spec.name() == summary.cluster && unit.namespace == summary.namespace);
    match unit {
        Some(unit) => unit::place(prepared, unit, &claim.object, &claim.field),
        None => {
            let cluster = prepared.specs.clusters.get(&summary.cluster)?;
            let span = cluster::place_of(prepared, cluster, &claim.object)?;
            Some(FieldPlace { span, key: None, label: String::new(), value: None, part: None, declared: None })
        }
    }
}

/// Reports patches of shared layers and of sites that hit nothing anywhere in what was compiled. Those of a site's environment
/// are judged in each deployment.
pub fn unhit_patches(prepared: &Prepared<'_>, hits: &Hits, scope: &Scope, diagnostics: &mut Diagnostics) {
    for patch in prepared.patches.iter() {
        let is_judged = match &patch.id.layer {
            PatchLayer::SiteEnvironment(..) | PatchLayer::SiteCluster(..) => false,
            layer => scope.is_whole(layer),
        };
        if is_judged && !hits.contains(&patch.id) {
            let written = prepared.written_objects(&patch.id.layer);
            diagnostics.push(patch.miss(written.iter()));
        }
    }
}
