//! The steps of a namespace from specs to objects: resolve, render, patch, and what no template writes.
//!
//! Each takes what the step before gave and reports what is wrong; whether to go on is for the caller to say.

use super::again::written_in;
use super::unit_id;
use crate::diag::{Diagnostic, Diagnostics};
use crate::object::{Object, Origin, Owner};
use crate::patching::{self, Hits, PatchLayer, PreparedPatch};
use crate::pipeline::prepare::Prepared;
use crate::pointer::Pointer;
use crate::resolve::values::{self, RenderInputs};
use crate::resolve::{Deployment, Unit, roots, stack};
use crate::secrets::SOPS_ON_ARGOCD;
use crate::source::FileId;
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use crate::validate;
use serde_json::Value;
use std::sync::Arc;

/// The inputs of each render of a unit.
pub(super) struct Resolved<'s> {
    pub namespace: Option<Arc<RenderInputs<'s>>>,
    /// In order of the unit's deployments.
    pub deployments: Vec<Arc<RenderInputs<'s>>>,
}

pub(super) fn resolve<'s>(prepared: &Prepared<'s>, unit: &Unit<'s>, diagnostics: &mut Diagnostics) -> Resolved<'s> {
    let specs = prepared.specs;
    let template = unit.environment.spec.template.as_ref().and_then(|name| specs.templates.get(name));
    let namespace = template.and_then(|template| {
        let compiled = prepared.library.get(template)?;
        let site = unit.block_site();
        let stack = stack::of_namespace(specs, template, unit.cluster, unit.environment, unit.tenant, site);
        let roots =
            roots::of_namespace(&specs.fleet, unit.cluster, unit.environment, unit.tenant, Some(&unit.namespace));
        let id = unit_id(unit.cluster.spec.name(), &unit.namespace);
        values::check_facts(compiled.uses(), unit.cluster, diagnostics);
        values::resolve(&compiled.values, stack, roots, &id, &|_| false, diagnostics).map(Arc::new)
    });
    let deployments = unit
        .deployments
        .iter()
        .filter_map(|deployment| {
            let compiled = prepared.library.get(deployment.template)?;
            values::check_facts(compiled.uses(), unit.cluster, diagnostics);
            let stack = stack::of_deployment(specs, deployment);
            let roots = roots::of_deployment(specs, deployment, Some(&unit.namespace));
            let elsewhere = |key: &str| is_declared_elsewhere(prepared, deployment, key);
            values::resolve(&compiled.values, stack, roots, &deployment.id(), &elsewhere, diagnostics).map(Arc::new)
        })
        .collect();
    Resolved { namespace, deployments }
}

pub(super) fn render<'s>(
    prepared: &Prepared<'s>,
    unit: &Unit<'s>,
    resolved: &Resolved<'s>,
    diagnostics: &mut Diagnostics,
) -> Vec<Object<'s>> {
    let mut objects = Vec::new();
    let template = unit.environment.spec.template.as_ref().and_then(|name| prepared.specs.templates.get(name));
    if let (Some(template), Some(inputs)) = (template, &resolved.namespace)
        && let Some(compiled) = prepared.library.get(template)
    {
        objects.extend(compiled.render(inputs, Owner::Namespace, &[], None, diagnostics));
    }
    let ids: Vec<String> = unit.deployments.iter().map(Deployment::id).collect();
    for (number, ((deployment, inputs), id)) in unit.deployments.iter().zip(&resolved.deployments).zip(&ids).enumerate()
    {
        let Some(compiled) = prepared.library.get(deployment.template) else { continue };
        let extra = extra_files(prepared, deployment);
        objects.extend(compiled.render(inputs, Owner::Site(number), &extra, Some(id), diagnostics));
    }
    for object in &objects {
        let id = match object.owner {
            Owner::Site(number) => ids.get(number).map(String::as_str),
            Owner::Cluster | Owner::Namespace => None,
        };
        validate::identity(object, id, diagnostics);
    }
    objects
}

/// Whether another template that the site has in some environment declares a value: the site's own layer may then set it.
fn is_declared_elsewhere(prepared: &Prepared<'_>, deployment: &Deployment<'_>, key: &str) -> bool {
    let site = &deployment.site.spec;
    let entries = site.environments.values().filter_map(|entry| entry.template.as_ref());
    std::iter::once(&site.template)
        .chain(entries)
        .filter_map(|name| prepared.specs.templates.get(name))
        .filter_map(|template| prepared.library.get(template))
        .any(|template| template.values.declares(key))
}

fn extra_files(prepared: &Prepared<'_>, deployment: &Deployment<'_>) -> Vec<FileId> {
    deployment
        .site
        .spec
        .manifests
        .iter()
        .filter(|manifest| {
            manifest.environments.is_empty()
                || manifest.environments.iter().any(|name| name == deployment.environment.name())
        })
        .filter_map(|manifest| prepared.sources.find(&manifest.file))
        .collect()
}

pub(super) fn patch<'s>(
    prepared: &Prepared<'_>,
    unit: &Unit<'_>,
    mut objects: Vec<Object<'s>>,
    hits: &mut Hits,
    diagnostics: &mut Diagnostics,
) -> Vec<Object<'s>> {
    let Some(cluster) = prepared.cluster(unit.cluster.spec.name()) else { return objects };
    let for_namespace = prepared.patches.for_namespace(unit);
    let for_sites: Vec<Vec<&PreparedPatch>> =
        unit.deployments.iter().map(|deployment| prepared.patches.for_deployment(deployment)).collect();
    let ids: Vec<String> = unit.deployments.iter().map(Deployment::id).collect();
    // Only the patches of a site's environment are judged here: they must hit in each of its deployments.
    let mut own_hits: Vec<Hits> = vec![Hits::default(); unit.deployments.len()];
    for object in &mut objects {
        let (patches, id) = match object.owner {
            Owner::Cluster | Owner::Namespace => (for_namespace.as_slice(), None),
            Owner::Site(number) => {
                (for_sites.get(number).map(Vec::as_slice).unwrap_or_default(), ids.get(number).map(String::as_str))
            }
        };
        if patches.is_empty() {
            continue;
        }
        let mut hit_here = Hits::default();
        patching::apply(object, patches, &cluster.api, id, &mut hit_here, diagnostics);
        if let Owner::Site(number) = object.owner
            && let Some(own) = own_hits.get_mut(number)
        {
            own.merge(hit_here.clone());
        }
        hits.merge(hit_here);
    }
    for (number, patches) in for_sites.iter().enumerate() {
        for patch in patches.iter().filter(|patch| is_own(patch) && !own_hits[number].contains(&patch.id)) {
            let written = written_in(prepared, unit, Owner::Site(number));
            diagnostics.push(patch.miss(&written).in_deployment(ids[number].clone()));
        }
    }
    objects
}

/// Whether a patch must hit in each deployment.
fn is_own(patch: &PreparedPatch) -> bool {
    matches!(patch.id.layer, PatchLayer::SiteEnvironment(..) | PatchLayer::SiteCluster(..))
}

pub(super) fn add_secrets<'s>(
    prepared: &Prepared<'_>,
    unit: &Unit<'_>,
    delivery: DeliveryKind,
    objects: &mut Vec<Object<'s>>,
    diagnostics: &mut Diagnostics,
) {
    for (number, deployment) in unit.deployments.iter().enumerate() {
        let files = prepared.secrets.get(deployment.site.name()).into_iter().flatten();
        for file in files.filter(|file| file.is_for(deployment.environment.name(), &unit.namespace)) {
            if file.is_sops && delivery == DeliveryKind::Argocd {
                diagnostics.push(
                    Diagnostic::error(&SOPS_ON_ARGOCD, "Argo CD cannot decrypt a SOPS file")
                        .at(file.document.locate(&Pointer::from_segments(["kind"])), "a SOPS file")
                        .also(unit.cluster.spec.name_place(), "this cluster is delivered by Argo CD")
                        .help("use External Secrets or Sealed Secrets on this cluster")
                        .in_deployment(deployment.id()),
                );
            }
            objects.push(Object {
                value: file.value.clone(),
                owner: Owner::Site(number),
                layer: file.layer,
                run: None,
                verbatim: Some(Arc::clone(&prepared.sources.file(file.file).bytes)),
                octals: Vec::new(),
                origin: Origin { span: file.document.span(&file.document.root), rendered: None, patches: Vec::new() },
            });
        }
    }
}

/// An object that the compiler itself writes into a namespace.
pub(super) fn written_by_us<'s>(value: Value, unit: &Unit<'_>) -> Object<'s> {
    Object {
        value,
        owner: Owner::Namespace,
        layer: Layer::Platform,
        run: None,
        verbatim: None,
        octals: Vec::new(),
        origin: Origin { span: unit.cluster.spec.name_place(), rendered: None, patches: Vec::new() },
    }
}
