//! Rendered and patched objects to finished ones: namespaces, labels, layers, hashes, jobs, schedules, protection.
//!
//! Works on one unit (a namespace, or the templates of a cluster) at a time; takes its objects and what is known of the unit,
//! gives the objects as they are written. The order of the steps is that of the design: later ones see what earlier ones did.

pub mod codes;
pub mod config_hash;
pub mod cron;
pub mod hash;
pub mod jobs;
pub mod labels;
pub mod layers;
pub mod protection;
pub mod scope;
pub mod trace;

use crate::diag::{Diagnostic, Diagnostics};
use crate::kubernetes::Api;
use crate::object::{Object, Owner};
use crate::spec::State;
use crate::spec::common::Layer;
use crate::spec::fleet::{DeliveryKind, UnvalidatedKind};
use trace::{Recorder, Step};

/// What is known of the unit whose objects are finished.
pub struct UnitContext<'a> {
    /// What messages call the unit: `namespace acme-shop on stable`, `cluster stable`.
    pub id: String,
    pub cluster: &'a str,
    pub api: &'a Api,
    pub unvalidated: &'a [UnvalidatedKind],
    pub delivery: DeliveryKind,
    /// None for the templates of a cluster.
    pub namespace: Option<NamespaceContext<'a>>,
}

/// The namespace of a unit.
pub struct NamespaceContext<'a> {
    pub name: &'a str,
    pub environment: &'a str,
    pub tenant: &'a str,
    pub deployments: Vec<DeploymentContext<'a>>,
}

/// One deployment of a unit; [`Owner::Site`] counts them.
pub struct DeploymentContext<'a> {
    pub site: &'a str,
    pub id: String,
    pub state: State,
    pub protect: bool,
}

impl UnitContext<'_> {
    /// Whether the data of an owner is kept when an edit removes it.
    pub fn is_protected(&self, owner: Owner) -> bool {
        let Some(namespace) = &self.namespace else { return true };
        match owner {
            Owner::Cluster => true,
            Owner::Namespace => namespace.deployments.iter().any(|deployment| deployment.protect),
            Owner::Site(number) => namespace.deployments.get(number).is_none_or(|deployment| deployment.protect),
        }
    }

    /// The deployment that an object is of, or the namespace or cluster where it is of none, for messages.
    pub fn deployment_id(&self, owner: Owner) -> Option<&str> {
        match owner {
            Owner::Cluster | Owner::Namespace => Some(&self.id),
            Owner::Site(number) => {
                self.namespace.as_ref()?.deployments.get(number).map(|deployment| deployment.id.as_str())
            }
        }
    }

    /// The diagnostic, which names the deployment whose object it is about.
    pub fn of_owner(&self, diagnostic: Diagnostic, owner: Owner) -> Diagnostic {
        match self.deployment_id(owner) {
            Some(deployment) => diagnostic.in_deployment(deployment),
            None => diagnostic,
        }
    }
}

/// Finishes the objects of a unit. Objects with errors stay in, so that later phases see all of them.
///
/// With `&mut ()` as recorder nothing is recorded; with a [`trace::Trace`], what each step did to each object.
pub fn finish<'s, R: Recorder>(
    mut objects: Vec<Object<'s>>,
    context: &UnitContext<'_>,
    recorder: &mut R,
    diagnostics: &mut Diagnostics,
) -> Vec<Object<'s>> {
    recorder.begin(&objects);
    for (number, object) in objects.iter_mut().enumerate() {
        scope::place(object, context, diagnostics);
        recorder.after(Step::Namespace, number, object);
    }
    for (number, object) in objects.iter_mut().enumerate() {
        layers::assign(object, context, diagnostics);
        recorder.after(Step::Layer, number, object);
        labels::add(object, context, diagnostics);
        recorder.after(Step::Labels, number, object);
    }
    config_hash::stamp(&mut objects);
    for (number, object) in objects.iter_mut().enumerate().filter(|(_, object)| object.verbatim.is_none()) {
        recorder.after(Step::ConfigHash, number, object);
        jobs::name(object, context, diagnostics);
        recorder.after(Step::Job, number, object);
        jobs::schedule(object, context, diagnostics);
        recorder.after(Step::Schedule, number, object);
        protection::keep(object, context);
        recorder.after(Step::Keep, number, object);
        protection::refuse_substitution(object, context);
        recorder.after(Step::Substitution, number, object);
        layers::order(object, context);
        recorder.after(Step::SyncWave, number, object);
    }
    objects
}

/// Whether an object is written: of a disabled deployment only platform and data are.
pub fn is_written(object: &Object<'_>, context: &UnitContext<'_>) -> bool {
    let Owner::Site(number) = object.owner else { return true };
    let deployment = context.namespace.as_ref().and_then(|namespace| namespace.deployments.get(number));
    deployment.is_none_or(|deployment| match deployment.state {
        State::Enabled => true,
        State::Disabled => matches!(object.layer, Layer::Platform | Layer::Data),
    })
}
