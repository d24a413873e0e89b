//! A cluster's own objects: those of its templates, and those by which it takes the branch.

use super::prepare::Prepared;
use super::unit::{TracedObjects, place_among, report_duplicates, summaries, to_output};
use super::{Findings, Phase, UnitSummary};
use crate::delivery::{self, DeliveredCluster, DeliveredNamespace, Settings};
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit::{self, CLUSTER_FOLDER, DELIVERY_FOLDER};
use crate::finish::{self, UnitContext};
use crate::load::Cluster;
use crate::object::{Identity, Object, Origin, Owner};
use crate::output;
use crate::patching::{self, Hits};
use crate::resolve::{roots, stack, values};
use crate::source::Span;
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use crate::validate;
use crate::validate::rules::{RuleContext, Verdict, duplicate_host};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What came of a cluster.
#[derive(Default)]
pub struct Outcome {
    pub findings: Findings,
    pub hits: Hits,
    /// Of its own objects, and of delivery.
    pub summaries: Vec<UnitSummary>,
    pub verdict: Verdict,
    pub files: Vec<output::Unit>,
}

/// Compiles a cluster's own objects. `namespaces` are the summaries of its units, `branches` has the branch of every cluster.
pub fn compile(
    prepared: &Prepared<'_>,
    cluster: &Cluster,
    namespaces: &[UnitSummary],
    branches: &BTreeMap<String, String>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let name = cluster.spec.name();
    let Some(prepared_cluster) = prepared.cluster(name) else { return outcome };
    let Some(context) = context(prepared, cluster) else { return outcome };
    let Some(objects) = objects(prepared, cluster, &context, &mut outcome) else { return outcome };
    let layers: BTreeSet<Layer> = objects.iter().map(|object| object.layer).collect();
    let written: Vec<&Object<'_>> = objects.iter().collect();
    let files = emit::cluster_files(name, &written);
    let mut own = summary(name, summaries(&written, &files));
    own.hosts = duplicate_host::claims(&written, &context, &prepared.policy, None);
    outcome.summaries.push(own);
    let diagnostics = outcome.findings.phase(Phase::Validate);
    if !files.is_empty() {
        outcome.files.extend(to_output(
            &format!("{name}/{CLUSTER_FOLDER}"),
            files,
            cluster.spec.name_place(),
            diagnostics,
        ));
    }
    let delivered = delivered(prepared, cluster, layers, namespaces, branches, diagnostics);
    report_taken_projects(cluster, &delivered, &prepared_cluster.delivery, diagnostics);
    let delivery = delivery_objects(cluster, &delivered, &prepared_cluster.delivery);
    let delivery = finish::finish(delivery, &context, &mut (), diagnostics);
    report_duplicates(&delivery, &context, diagnostics);
    validate::schemas(&delivery, &context, diagnostics);
    if !delivery.is_empty() && !diagnostics.has_errors() {
        let folder = format!("{name}/{DELIVERY_FOLDER}");
        let written: Vec<&Object<'_>> = delivery.iter().collect();
        let files = emit::folder_files(&folder, &written);
        outcome.summaries.push(summary(name, summaries(&written, &files)));
        outcome.files.extend(to_output(&folder, files, cluster.spec.name_place(), diagnostics));
    }
    outcome
}

/// A cluster's own objects once more, finished, with what led to them; not validated. None after the first phase with an error.
pub fn traced<'s>(
    prepared: &Prepared<'s>,
    cluster: &'s Cluster,
    findings: &mut Findings,
) -> Option<TracedObjects<'s>> {
    let context = context(prepared, cluster)?;
    let mut finish = finish::trace::Trace::default();
    let objects = finished(prepared, cluster, &context, &mut Hits::default(), &mut finish, findings)?;
    let emit = |written: &[&Object<'_>]| emit::cluster_files(context.cluster, written);
    Some(TracedObjects::new(objects, finish, &context, emit))
}

/// A cluster's delivery objects once more, finished, with what led to them. `namespaces` are the summaries of its units.
pub fn traced_delivery<'s>(
    prepared: &Prepared<'s>,
    cluster: &'s Cluster,
    delivered: &DeliveredCluster,
    settings: &Settings,
) -> Option<TracedObjects<'s>> {
    let context = context(prepared, cluster)?;
    let mut finish = finish::trace::Trace::default();
    let objects = delivery_objects(cluster, delivered, settings);
    let objects = finish::finish(objects, &context, &mut finish, &mut Diagnostics::new());
    let emit =
        |written: &[&Object<'_>]| emit::folder_files(&format!("{}/{DELIVERY_FOLDER}", context.cluster), written);
    Some(TracedObjects::new(objects, finish, &context, emit))
}

fn context<'a>(prepared: &'a Prepared<'_>, cluster: &'a Cluster) -> Option<UnitContext<'a>> {
    let name = cluster.spec.name();
    let prepared_cluster = prepared.cluster(name)?;
    Some(UnitContext {
        id: format!("cluster {name}"),
        cluster: name,
        api: &prepared_cluster.api,
        unvalidated: &prepared.specs.fleet.spec.unvalidated,
        delivery: prepared_cluster.delivery.kind,
        namespace: None,
    })
}

/// What delivery is told of a cluster.
pub fn delivered(
    prepared: &Prepared<'_>,
    cluster: &Cluster,
    layers: BTreeSet<Layer>,
    namespaces: &[UnitSummary],
    branches: &BTreeMap<String, String>,
    diagnostics: &mut Diagnostics,
) -> DeliveredCluster {
    let name = cluster.spec.name();
    let branch = branches.get(name).cloned().unwrap_or_default();
    DeliveredCluster {
        name: name.to_owned(),
        is_shared_branch: branches.values().filter(|other| **other == branch).count() > 1,
        branch,
        layers,
        namespaces: namespaces
            .iter()
            .map(|unit| delivered_namespace(unit, prepared.sops_secret(cluster, &unit.tenant, diagnostics)))
            .collect(),
    }
}

fn delivery_objects<'s>(cluster: &Cluster, delivered: &DeliveredCluster, settings: &Settings) -> Vec<Object<'s>> {
    let object = |value| Object {
        value,
        owner: Owner::Cluster,
        layer: Layer::Platform,
        run: None,
        verbatim: None,
        octals: Vec::new(),
        origin: Origin { span: cluster.spec.name_place(), rendered: None, patches: Vec::new() },
    };
    delivery::objects(delivered, settings).into_iter().map(object).collect()
}

fn summary(cluster: &str, objects: Vec<super::ObjectSummary>) -> UnitSummary {
    UnitSummary { cluster: cluster.to_owned(), protect: true, objects, ..UnitSummary::default() }
}

/// The objects as the cluster's templates write them; none after the first phase with an error.
pub fn written<'s>(prepared: &Prepared<'s>, cluster: &'s Cluster, findings: &mut Findings) -> Option<Vec<Object<'s>>> {
    let specs = prepared.specs;
    let name = cluster.spec.name();
    let mut inputs = Vec::new();
    for template in cluster.spec.spec.templates.iter().filter_map(|name| specs.templates.get(name)) {
        let Some(compiled) = prepared.library.get(template) else { continue };
        let diagnostics = findings.phase(Phase::Resolve);
        values::check_facts(compiled.uses(), cluster, diagnostics);
        let stack = stack::of_cluster(specs, template, cluster);
        let roots = roots::of_cluster(&specs.fleet, cluster);
        let id = format!("cluster {name}");
        let resolved = values::resolve(&compiled.values, stack, roots, &id, &|_| false, diagnostics);
        inputs.extend(resolved.map(|resolved| (compiled, Arc::new(resolved))));
    }
    if findings.has_errors() {
        return None;
    }
    let mut objects = Vec::new();
    for (compiled, inputs) in &inputs {
        objects.extend(compiled.render(inputs, Owner::Cluster, &[], None, findings.phase(Phase::Render)));
    }
    for object in &objects {
        validate::identity(object, None, findings.phase(Phase::Render));
    }
    (!findings.has_errors()).then_some(objects)
}

/// Where the object is made among the cluster's own: at its name.
pub fn place_of(prepared: &Prepared<'_>, cluster: &Cluster, identity: &Identity) -> Option<Span> {
    let objects = written(prepared, cluster, &mut Findings::default()).unwrap_or_default();
    Some(place_among(&objects, identity).unwrap_or(cluster.spec.name_place()))
}

/// Renders, patches and finishes; none after the first phase with an error.
fn finished<'s, R: finish::trace::Recorder>(
    prepared: &Prepared<'s>,
    cluster: &'s Cluster,
    context: &UnitContext<'_>,
    hits: &mut Hits,
    recorder: &mut R,
    findings: &mut Findings,
) -> Option<Vec<Object<'s>>> {
    let mut objects = written(prepared, cluster, findings)?;
    let patches = prepared.patches.for_cluster(cluster.spec.name());
    if !patches.is_empty() {
        for object in &mut objects {
            let diagnostics = findings.phase(Phase::Patch);
            patching::apply(object, &patches, context.api, None, hits, diagnostics);
        }
    }
    if findings.has_errors() {
        return None;
    }
    Some(finish::finish(objects, context, recorder, findings.phase(Phase::Validate)))
}

/// Renders, patches, finishes and validates; none after the first phase with an error.
fn objects<'s>(
    prepared: &Prepared<'s>,
    cluster: &'s Cluster,
    context: &UnitContext<'_>,
    outcome: &mut Outcome,
) -> Option<Vec<Object<'s>>> {
    let findings = &mut outcome.findings;
    let objects = finished(prepared, cluster, context, &mut outcome.hits, &mut (), findings)?;
    let diagnostics = findings.phase(Phase::Validate);
    report_duplicates(&objects, context, diagnostics);
    let of_templates = cluster.spec.spec.templates.iter().filter_map(|name| prepared.specs.templates.get(name));
    let external = of_templates.flat_map(|template| &template.spec.spec.external);
    let external = cluster.spec.spec.external.iter().chain(external).collect();
    let rules = RuleContext { policy: &prepared.policy, tier: None, external };
    outcome.verdict = validate::objects(&objects, context, &rules, diagnostics);
    (!findings.has_errors()).then_some(objects)
}

fn delivered_namespace(unit: &UnitSummary, sops_secret: String) -> DeliveredNamespace {
    let layers: BTreeSet<Layer> = unit.objects.iter().map(|object| object.layer).collect();
    let sops_layers = unit.objects.iter().filter(|object| object.is_sops).map(|object| object.layer).collect();
    let once_jobs = unit
        .objects
        .iter()
        .filter(|object| object.runs_once)
        .map(|object| (object.layer, object.identity.name.clone()));
    DeliveredNamespace {
        name: unit.namespace.clone(),
        environment: unit.environment.clone(),
        tenant: unit.tenant.clone(),
        layers,
        sops_layers,
        protect: unit.protect,
        sops_secret,
        once_jobs: once_jobs.collect(),
    }
}

fn report_taken_projects(
    cluster: &Cluster,
    delivered: &DeliveredCluster,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) {
    if settings.kind != DeliveryKind::Argocd {
        return;
    }
    let tenants: BTreeSet<&str> = delivered.namespaces.iter().map(|namespace| namespace.tenant.as_str()).collect();
    for tenant in tenants.into_iter().filter(|tenant| delivery::argocd::is_taken_project(tenant, settings)) {
        diagnostics.push(
            Diagnostic::error(
                &delivery::TAKEN_PROJECT,
                format!(
                    "tenant `{tenant}` cannot be delivered by Argo CD: its project would be one that exists already"
                ),
            )
            .at(cluster.spec.name_place(), "delivered by Argo CD")
            .help("rename the tenant"),
        );
    }
}
