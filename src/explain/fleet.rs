//! The whole fleet, and its units one by one, run once more.

use super::delivery::{self, Remade};
use super::roots::{Home, Inner};
use super::subject::Subject;
use crate::delivery::DeliveredCluster;
use crate::diag::Diagnostics;
use crate::finish::trace::Step as Finish;
use crate::load::Cluster;
use crate::object::{Object, Owner};
use crate::pipeline::prepare::Prepared;
use crate::pipeline::unit::TracedObjects;
use crate::pipeline::{Filter, Findings, UnitSummary, branches, cluster, unit};
use crate::pointer::Pointer;
use crate::resolve::{self, Deployment, deployments, units};
use crate::spec::common::Layer;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A prepared fleet with its deployments.
pub struct Fleet<'p, 's> {
    pub prepared: &'p Prepared<'s>,
    /// Those that the filter selects, in order of cluster, environment, namespace.
    pub units: Vec<resolve::Unit<'s>>,
}

/// A namespace, a cluster's own objects, or those that deliver it, run once more.
pub struct Unit<'a, 's> {
    prepared: &'a Prepared<'s>,
    cluster: &'s Cluster,
    pub kind: Kind<'a, 's>,
    traced: TracedObjects<'s>,
    /// Made when it is asked for.
    remade: OnceLock<Remade>,
}

/// What a unit is.
pub enum Kind<'a, 's> {
    Namespace(&'a resolve::Unit<'s>),
    Cluster,
    Delivery(DeliveredCluster),
}

impl<'p, 's> Fleet<'p, 's> {
    /// What is wrong with deployments and namespaces is pushed.
    pub fn new(prepared: &'p Prepared<'s>, filter: &Filter, diagnostics: &mut Diagnostics) -> Self {
        let all = deployments::all(prepared.specs, diagnostics);
        let all = units::group(prepared.specs, &prepared.namespace_names, all, diagnostics);
        let (units, _) = filter.select(all, prepared.specs);
        Fleet { prepared, units }
    }

    /// The deployments of a site in an environment, with their units.
    pub fn deployments(&self, site: &str, environment: &str) -> Vec<(&resolve::Unit<'s>, &Deployment<'s>)> {
        let all = self.units.iter().flat_map(|unit| unit.deployments.iter().map(move |deployment| (unit, deployment)));
        all.filter(|(_, deployment)| deployment.site.name() == site && deployment.environment.name() == environment)
            .collect()
    }

    pub fn namespace<'a>(&'a self, unit: &'a resolve::Unit<'s>, findings: &mut Findings) -> Option<Unit<'a, 's>> {
        let traced = unit::traced(self.prepared, unit, findings)?;
        Some(Unit::new(self.prepared, unit.cluster, Kind::Namespace(unit), traced))
    }

    pub fn cluster(&self, cluster: &'s Cluster, findings: &mut Findings) -> Option<Unit<'_, 's>> {
        let traced = cluster::traced(self.prepared, cluster, findings)?;
        Some(Unit::new(self.prepared, cluster, Kind::Cluster, traced))
    }

    /// The objects that deliver a cluster. All of its namespaces are compiled for it.
    pub fn delivery(&self, cluster: &'s Cluster, findings: &mut Findings) -> Option<Unit<'_, 's>> {
        let own = self.cluster(cluster, findings)?;
        let layers: BTreeSet<_> = own.objects().iter().map(|object| object.layer).collect();
        let units: Vec<_> = self.units.iter().filter(|unit| unit.cluster.spec.name() == cluster.spec.name()).collect();
        let outcomes: Vec<_> = units.par_iter().map(|unit| unit::compile(self.prepared, unit)).collect();
        let mut summaries = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            findings.merge(outcome.findings);
            summaries.push(outcome.summary);
        }
        if findings.has_errors() {
            return None;
        }
        self.delivering(cluster, layers, &summaries)
    }

    /// The same, by what is known of its namespaces already.
    pub fn delivery_of(
        &self,
        cluster: &'s Cluster,
        units: &[UnitSummary],
        findings: &mut Findings,
    ) -> Option<Unit<'_, 's>> {
        let own = self.cluster(cluster, findings)?;
        let layers: BTreeSet<_> = own.objects().iter().map(|object| object.layer).collect();
        let is_below = |unit: &&UnitSummary| unit.cluster == cluster.spec.name() && !unit.environment.is_empty();
        let units: Vec<UnitSummary> = units.iter().filter(is_below).cloned().collect();
        self.delivering(cluster, layers, &units)
    }

    fn delivering(
        &self,
        cluster: &'s Cluster,
        layers: BTreeSet<Layer>,
        namespaces: &[UnitSummary],
    ) -> Option<Unit<'_, 's>> {
        let branches = branches::of_all(self.prepared.specs);
        let ignored = &mut Diagnostics::new();
        let delivered = cluster::delivered(self.prepared, cluster, layers, namespaces, &branches, ignored);
        let settings = &self.prepared.cluster(cluster.spec.name())?.delivery;
        let traced = cluster::traced_delivery(self.prepared, cluster, &delivered, settings)?;
        Some(Unit::new(self.prepared, cluster, Kind::Delivery(delivered), traced))
    }
}

impl<'a, 's> Unit<'a, 's> {
    fn new(prepared: &'a Prepared<'s>, cluster: &'s Cluster, kind: Kind<'a, 's>, traced: TracedObjects<'s>) -> Self {
        Unit { prepared, cluster, kind, traced, remade: OnceLock::new() }
    }

    pub fn objects(&self) -> &[Object<'s>] {
        &self.traced.objects
    }

    /// The objects that are written, with their paths and bytes, in order of path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8], Option<usize>)> {
        self.traced.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice(), file.object))
    }

    pub fn path(&self, number: usize) -> Option<&str> {
        self.files().find(|(_, _, object)| *object == Some(number)).map(|(path, _, _)| path)
    }

    pub fn subject(&'a self, number: usize) -> Option<Subject<'a, 's>> {
        Subject::new(self, number)
    }

    /// Its delivery objects, made once more for each setting.
    pub(super) fn remade(&self) -> Option<&Remade> {
        let settings = &self.prepared.cluster(self.cluster.spec.name())?.delivery;
        Some(self.remade.get_or_init(|| delivery::remade(&self.kind, settings)))
    }

    /// `SITE@ENVIRONMENT@CLUSTER`, or what stands for it for what is of no site.
    pub fn owner(&self, owner: Owner) -> String {
        let deployment = match (&self.kind, owner) {
            (Kind::Namespace(unit), Owner::Site(number)) => unit.deployments.get(number),
            _ => None,
        };
        match (deployment, &self.kind) {
            (Some(deployment), _) => deployment.id(),
            (None, Kind::Namespace(unit)) => unit::unit_id(unit.cluster.spec.name(), &unit.namespace),
            (None, Kind::Cluster | Kind::Delivery(_)) => format!("cluster {}", self.cluster.spec.name()),
        }
    }

    pub fn finish_steps(&self, number: usize, field: &Pointer) -> &[(Finish, Option<Value>)] {
        self.traced.finish.steps(number, field)
    }

    /// The fields of an object that finishing changed, with the steps that did.
    pub fn finish_changes(&self, number: usize) -> impl Iterator<Item = (&Pointer, &[(Finish, Option<Value>)])> {
        self.traced.finish.changed(number)
    }

    pub fn home(&'a self, owner: Owner) -> Option<Home<'a, 's>> {
        let inner = match &self.kind {
            Kind::Namespace(unit) => {
                let number = match owner {
                    Owner::Site(number) => number,
                    Owner::Namespace | Owner::Cluster => 0,
                };
                Some(inner(unit, unit.deployments.get(number)?))
            }
            Kind::Cluster | Kind::Delivery(_) => None,
        };
        Some(home(self.prepared, self.cluster, inner))
    }
}

pub fn inner<'a, 's>(unit: &'a resolve::Unit<'s>, deployment: &'a Deployment<'s>) -> Inner<'a, 's> {
    Inner { environment: unit.environment, tenant: unit.tenant, namespace: &unit.namespace, deployment }
}

pub fn home<'a, 's>(prepared: &'a Prepared<'s>, cluster: &'s Cluster, inner: Option<Inner<'a, 's>>) -> Home<'a, 's> {
    let Prepared { sources, specs, namespace_names, .. } = prepared;
    Home { sources, specs, namespace_names, cluster, inner }
}
