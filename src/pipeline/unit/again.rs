//! Namespaces rendered once more, for messages: where something is written, and what else there is.
//!
//! Errors are passed over: they were told by the run that asks.

use super::steps::{patch, render, resolve};
use crate::diag::Diagnostics;
use crate::object::{FieldPlace, Identity, Object, Owner};
use crate::patching::{Hits, PatchLayer};
use crate::pipeline::prepare::Prepared;
use crate::pipeline::{Findings, cluster};
use crate::pointer::Pointer;
use crate::resolve::{Deployment, Unit};
use crate::source::Span;
use serde_json::Value;

/// Where a field of an object of a unit is written: the unit is rendered anew, errors passed over.
pub fn place(prepared: &Prepared<'_>, unit: &Unit<'_>, identity: &Identity, field: &Pointer) -> Option<FieldPlace> {
    let objects = written(prepared, unit);
    let is_it = |object: &&Object<'_>| {
        object.kind() == identity.kind && object.group() == identity.group && object.name() == identity.name
    };
    objects.iter().find(is_it).map(|object| object.origin.field(field))
}

/// The objects of a unit as templates and patches write them: rendered anew, errors passed over.
pub fn written<'s>(prepared: &Prepared<'s>, unit: &Unit<'s>) -> Vec<Object<'s>> {
    let mut ignored = Diagnostics::new();
    let resolved = resolve(prepared, unit, &mut ignored);
    let rendered = render(prepared, unit, &resolved, &mut ignored);
    patch(prepared, unit, rendered, &mut Hits::default(), &mut ignored)
}

/// The objects that templates write for one owner of a unit: rendered anew, since patches have changed those that there are.
pub(super) fn written_in(prepared: &Prepared<'_>, unit: &Unit<'_>, owner: Owner) -> Vec<Value> {
    let mut ignored = Diagnostics::new();
    let resolved = resolve(prepared, unit, &mut ignored);
    let objects = render(prepared, unit, &resolved, &mut ignored);
    objects.into_iter().filter(|object| object.owner == owner).map(|object| object.value).collect()
}

/// The objects that templates write for the deployments of a layer, for hints: rendered anew, errors passed over.
pub fn written_for(prepared: &Prepared<'_>, layer: &PatchLayer) -> Vec<Value> {
    use crate::resolve::{deployments, units};
    let mut ignored = Diagnostics::new();
    let all = deployments::all(prepared.specs, &mut ignored);
    let is_in = |deployment: &Deployment<'_>| match layer {
        PatchLayer::Fleet => true,
        PatchLayer::Cluster(name) => deployment.cluster.spec.name() == name,
        PatchLayer::Environment(name) => deployment.environment.name() == name,
        PatchLayer::Tenant(name) => deployment.tenant.name() == name,
        PatchLayer::Site(name) | PatchLayer::Namespace(name) => deployment.site.name() == name,
        PatchLayer::SiteEnvironment(site, environment) | PatchLayer::SiteCluster(site, environment, _) => {
            deployment.site.name() == site && deployment.environment.name() == environment
        }
    };
    // A few are enough for a hint.
    let some: Vec<Deployment<'_>> = all.into_iter().filter(is_in).take(20).collect();
    let units = units::group(prepared.specs, &prepared.namespace_names, some, &mut ignored);
    let mut written = Vec::new();
    for cluster in prepared.specs.clusters.values() {
        let is_in = match layer {
            PatchLayer::Fleet => true,
            PatchLayer::Cluster(name) => cluster.spec.name() == name,
            PatchLayer::Environment(_)
            | PatchLayer::Tenant(_)
            | PatchLayer::Site(_)
            | PatchLayer::Namespace(_)
            | PatchLayer::SiteEnvironment(..)
            | PatchLayer::SiteCluster(..) => false,
        };
        if is_in {
            let objects = cluster::written(prepared, cluster, &mut Findings::default());
            written.extend(objects.into_iter().flatten().map(|object| object.value));
        }
    }
    for unit in &units {
        let resolved = resolve(prepared, unit, &mut ignored);
        let objects = render(prepared, unit, &resolved, &mut ignored);
        let of_namespace = matches!(layer, PatchLayer::Namespace(_));
        let fits = |object: &Object<'_>| !of_namespace || object.owner == Owner::Namespace;
        written.extend(objects.into_iter().filter(fits).map(|object| object.value));
    }
    written
}

/// Where the object is made in this unit: at its name.
pub fn place_of(prepared: &Prepared<'_>, unit: &Unit<'_>, identity: &Identity) -> Option<Span> {
    let mut ignored = Diagnostics::new();
    let resolved = resolve(prepared, unit, &mut ignored);
    let objects = render(prepared, unit, &resolved, &mut ignored);
    // What no template makes the compiler writes itself.
    Some(place_among(&objects, identity).unwrap_or(unit.cluster.spec.name_place()))
}

/// The place of the name of the first object of that identity, as templates write them: without namespace, and a Job that runs
/// on change without its suffix.
pub fn place_among(objects: &[Object<'_>], identity: &Identity) -> Option<Span> {
    let is_it = |object: &&Object<'_>| {
        object.group() == identity.group
            && object.kind() == identity.kind
            && (object.name() == identity.name
                || identity
                    .name
                    .strip_prefix(object.name())
                    .is_some_and(|rest| rest.starts_with('-') && rest.len() == 9))
            && [identity.namespace.as_str(), ""].contains(&object.namespace())
    };
    let object = objects.iter().find(is_it)?;
    Some(object.origin.locate(&Pointer::from_segments(["metadata", "name"])))
}
