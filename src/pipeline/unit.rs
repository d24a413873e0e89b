//! One namespace through all phases: resolve, render, patch, finish, validate, emit.

use super::meter::Step;
use super::prepare::Prepared;
use super::{Findings, ObjectSummary, Phase, UnitFacts, UnitSummary, cross};
use crate::delivery::flux;
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit;
use crate::finish::{self, DeploymentContext, NamespaceContext, UnitContext};
use crate::object::{FieldPlace, Identity, Object, Origin, Owner};
use crate::output;
use crate::patching::{self, Hits, PatchLayer, PreparedPatch};
use crate::pointer::Pointer;
use crate::resolve::values::{self, RenderInputs};
use crate::resolve::{Deployment, Unit, roots, stack};
use crate::secrets::SOPS_ON_ARGOCD;
use crate::source::{FileId, Span};
use crate::spec::ExternalObject;
use crate::spec::State;
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use crate::spec::template::Run;
use crate::validate;
use crate::validate::rules::{RuleContext, Verdict, duplicate_host};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What came of a unit.
pub struct Outcome {
    pub findings: Findings,
    pub hits: Hits,
    pub summary: UnitSummary,
    pub verdict: Verdict,
    /// None where there was an error.
    pub files: Option<output::Unit>,
}

/// Compiles a namespace. It stops after its first phase with an error.
pub fn compile(prepared: &Prepared<'_>, unit: &Unit<'_>) -> Outcome {
    let mut outcome = Outcome {
        findings: Findings::default(),
        hits: Hits::default(),
        summary: summary(unit),
        verdict: Verdict::default(),
        files: None,
    };
    outcome.files = run(prepared, unit, &mut outcome);
    outcome
}

/// What is known of a namespace before it is compiled.
pub fn summary(unit: &Unit<'_>) -> UnitSummary {
    let is_disabled = |deployment: &&Deployment<'_>| deployment.state == State::Disabled;
    let site = |deployment: &Deployment<'_>| deployment.site.name().to_owned();
    UnitSummary {
        cluster: unit.cluster.spec.name().to_owned(),
        environment: unit.environment.name().to_owned(),
        namespace: unit.namespace.clone(),
        tenant: unit.tenant.name().to_owned(),
        sites: unit.deployments.iter().map(site).collect(),
        disabled: unit.deployments.iter().filter(is_disabled).map(site).collect(),
        protect: unit.deployments.iter().any(|deployment| deployment.protect),
        objects: Vec::new(),
        facts: UnitFacts::default(),
        hosts: Vec::new(),
    }
}

/// The folder of a namespace in the output tree.
pub fn folder(unit: &Unit<'_>) -> String {
    format!("{}/{}/{}", unit.cluster.spec.name(), unit.environment.name(), unit.namespace)
}

fn run(prepared: &Prepared<'_>, unit: &Unit<'_>, outcome: &mut Outcome) -> Option<output::Unit> {
    let Outcome { findings, hits, summary, verdict, files: _ } = outcome;
    let meter = prepared.meter;
    meter.start();
    let context = context(prepared, unit)?;
    let objects = objects(prepared, unit, &context, hits, &mut (), findings)?;
    let diagnostics = findings.phase(Phase::Validate);
    report_duplicates(&objects, &context, diagnostics);
    meter.lap(Step::Finish);
    let tier = Some(unit.environment.spec.tier.as_str());
    let rules = RuleContext { policy: &prepared.policy, tier, external: external(prepared, unit) };
    *verdict = validate::objects(&objects, &context, &rules, diagnostics);
    let written: Vec<&Object<'_>> = objects.iter().filter(|object| finish::is_written(object, &context)).collect();
    summary.hosts = duplicate_host::claims(&written, &context, &prepared.policy, tier);
    meter.lap(Step::Validate);
    if findings.has_errors() {
        return None;
    }
    let written: Vec<&Object<'_>> =
        written.into_iter().filter(|object| is_asked_for(object, unit, prepared.only_sites)).collect();
    let files = emit::namespace_files(context.cluster, unit.environment.name(), &unit.namespace, &written);
    summary.objects = summaries(&written, &files);
    summary.facts = UnitFacts::of(&summary.objects);
    let files = to_output(&folder(unit), files, unit.environment.name_place(), findings.phase(Phase::Validate));
    meter.lap(Step::Emit);
    files
}

/// The finished objects of a unit, with what finishing did to them.
pub struct TracedObjects<'s> {
    pub objects: Vec<Object<'s>>,
    pub finish: finish::trace::Trace,
    /// What is written; [`emit::EmittedFile::object`] counts `objects`.
    pub files: Vec<emit::EmittedFile>,
}

impl<'s> TracedObjects<'s> {
    /// `emit` makes files of those objects that are written.
    pub fn new(
        objects: Vec<Object<'s>>,
        finish: finish::trace::Trace,
        context: &UnitContext<'_>,
        emit: impl FnOnce(&[&Object<'s>]) -> Vec<emit::EmittedFile>,
    ) -> Self {
        let numbers: Vec<usize> =
            (0..objects.len()).filter(|number| finish::is_written(&objects[*number], context)).collect();
        let written: Vec<&Object<'s>> = numbers.iter().map(|number| &objects[*number]).collect();
        let mut files = emit(&written);
        for file in &mut files {
            file.object = file.object.and_then(|object| numbers.get(object).copied());
        }
        TracedObjects { objects, finish, files }
    }
}

/// Runs a unit up to its finished objects once more, and keeps what led to them. They are not validated, so that what is wrong
/// with one can be explained. None after the first phase with an error.
pub fn traced<'s>(prepared: &Prepared<'s>, unit: &Unit<'s>, findings: &mut Findings) -> Option<TracedObjects<'s>> {
    let context = context(prepared, unit)?;
    let mut finish = finish::trace::Trace::default();
    let objects = objects(prepared, unit, &context, &mut Hits::default(), &mut finish, findings)?;
    let emit = |written: &[&Object<'_>]| {
        emit::namespace_files(context.cluster, unit.environment.name(), &unit.namespace, written)
    };
    Some(TracedObjects::new(objects, finish, &context, emit))
}

/// What the templates of a unit are rendered with: its namespace's, where it has one, and those of its deployments, in order.
/// None where one of them cannot be resolved.
pub fn inputs<'s>(prepared: &Prepared<'s>, unit: &Unit<'s>, findings: &mut Findings) -> Option<Inputs<'s>> {
    let Resolved { namespace, deployments } = resolve(prepared, unit, findings.phase(Phase::Resolve));
    (!findings.has_errors()).then_some((namespace, deployments))
}

/// See [`inputs`].
pub type Inputs<'s> = (Option<Arc<RenderInputs<'s>>>, Vec<Arc<RenderInputs<'s>>>);

fn context<'a>(prepared: &'a Prepared<'_>, unit: &'a Unit<'_>) -> Option<UnitContext<'a>> {
    let cluster = prepared.cluster(unit.cluster.spec.name())?;
    Some(UnitContext {
        id: unit_id(unit.cluster.spec.name(), &unit.namespace),
        cluster: unit.cluster.spec.name(),
        api: &cluster.api,
        unvalidated: &prepared.specs.fleet.spec.unvalidated,
        delivery: cluster.delivery.kind,
        namespace: Some(NamespaceContext {
            name: &unit.namespace,
            environment: unit.environment.name(),
            tenant: unit.tenant.name(),
            deployments: unit
                .deployments
                .iter()
                .map(|deployment| DeploymentContext {
                    site: deployment.site.name(),
                    id: deployment.id(),
                    state: deployment.state,
                    protect: deployment.protect,
                })
                .collect(),
        }),
    })
}

/// Resolves, renders, patches and finishes; none after the first of these phases with an error.
fn objects<'s, R: finish::trace::Recorder>(
    prepared: &Prepared<'s>,
    unit: &Unit<'s>,
    context: &UnitContext<'_>,
    hits: &mut Hits,
    recorder: &mut R,
    findings: &mut Findings,
) -> Option<Vec<Object<'s>>> {
    let cluster = prepared.cluster(unit.cluster.spec.name())?;
    let meter = prepared.meter;
    let resolved = resolve(prepared, unit, findings.phase(Phase::Resolve));
    meter.lap(Step::Resolve);
    if findings.has_errors() {
        return None;
    }
    let rendered = render(prepared, unit, &resolved, findings.phase(Phase::Render));
    meter.lap(Step::Render);
    if findings.has_errors() {
        return None;
    }
    let mut objects = patch(prepared, unit, rendered, hits, findings.phase(Phase::Patch));
    meter.lap(Step::Patch);
    if findings.has_errors() {
        return None;
    }
    let diagnostics = findings.phase(Phase::Validate);
    add_secrets(prepared, unit, cluster.delivery.kind, &mut objects, diagnostics);
    if cluster.delivery.kind == DeliveryKind::Flux {
        let binding = flux::role_binding(&unit.namespace, unit.tenant.name(), &cluster.delivery);
        objects.push(written_by_us(binding, unit));
    }
    Some(finish::finish(objects, context, recorder, diagnostics))
}

/// What messages call a namespace.
pub fn unit_id(cluster: &str, namespace: &str) -> String {
    format!("namespace {namespace} on {cluster}")
}

/// Whether an object is of one of these sites, or of the platform and data around them.
fn is_asked_for(object: &Object<'_>, unit: &Unit<'_>, sites: &[String]) -> bool {
    let Owner::Site(number) = object.owner else { return true };
    let site = unit.deployments.get(number).map(|deployment| deployment.site.name());
    sites.is_empty()
        || matches!(object.layer, Layer::Platform | Layer::Data)
        || site.is_some_and(|site| sites.iter().any(|listed| listed == site))
}

/// What specs say that others provide in a namespace.
fn external<'s>(prepared: &Prepared<'s>, unit: &Unit<'s>) -> Vec<&'s ExternalObject> {
    let of_template = unit.environment.spec.template.as_ref().and_then(|name| prepared.specs.templates.get(name));
    let shared = unit.cluster.spec.spec.external.iter().chain(&unit.environment.spec.external);
    let of_deployments = unit
        .deployments
        .iter()
        .flat_map(|deployment| deployment.site.spec.external.iter().chain(&deployment.template.spec.spec.external));
    shared
        .chain(&unit.tenant.spec.external)
        .chain(of_template.into_iter().flat_map(|template| &template.spec.spec.external))
        .chain(of_deployments)
        .collect()
}

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

/// The inputs of each render of a unit.
struct Resolved<'s> {
    namespace: Option<Arc<RenderInputs<'s>>>,
    /// In order of the unit's deployments.
    deployments: Vec<Arc<RenderInputs<'s>>>,
}

fn resolve<'s>(prepared: &Prepared<'s>, unit: &Unit<'s>, diagnostics: &mut Diagnostics) -> Resolved<'s> {
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

fn render<'s>(
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
    for (number, (deployment, inputs)) in unit.deployments.iter().zip(&resolved.deployments).enumerate() {
        let Some(compiled) = prepared.library.get(deployment.template) else { continue };
        let extra = extra_files(prepared, deployment);
        objects.extend(compiled.render(inputs, Owner::Site(number), &extra, Some(&deployment.id()), diagnostics));
    }
    for object in &objects {
        let id = match object.owner {
            Owner::Site(number) => unit.deployments.get(number).map(Deployment::id),
            Owner::Cluster | Owner::Namespace => None,
        };
        validate::identity(object, id.as_deref(), diagnostics);
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

fn patch<'s>(
    prepared: &Prepared<'_>,
    unit: &Unit<'_>,
    mut objects: Vec<Object<'s>>,
    hits: &mut Hits,
    diagnostics: &mut Diagnostics,
) -> Vec<Object<'s>> {
    let Some(cluster) = prepared.cluster(unit.cluster.spec.name()) else { return objects };
    let for_namespace = prepared.patches.for_namespace(unit);
    let for_sites: Vec<Vec<&PreparedPatch<'_>>> =
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
fn is_own(patch: &PreparedPatch<'_>) -> bool {
    matches!(patch.id.layer, PatchLayer::SiteEnvironment(..) | PatchLayer::SiteCluster(..))
}

fn add_secrets<'s>(
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
fn written_by_us<'s>(value: Value, unit: &Unit<'_>) -> Object<'s> {
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

/// Two documents of one unit that make the same object.
pub fn report_duplicates(objects: &[Object<'_>], context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<Identity, &Object<'_>> = BTreeMap::new();
    for object in objects {
        let identity = object.identity();
        match seen.get(&identity) {
            None => {
                seen.insert(identity, object);
            }
            Some(first) => {
                let name = Pointer::from_segments(["metadata", "name"]);
                let places = (first.origin.locate(&name), object.origin.locate(&name));
                let owners = [first.owner, object.owner];
                let ids = owners.into_iter().filter_map(|owner| context.deployment_id(owner));
                diagnostics.push(cross::made_twice(&identity, places, ids));
            }
        }
    }
}

/// Summaries of what is written, each with the path of its file.
pub fn summaries(written: &[&Object<'_>], files: &[emit::EmittedFile]) -> Vec<ObjectSummary> {
    files
        .iter()
        .filter_map(|file| {
            let object = written.get(file.object?)?;
            Some(ObjectSummary {
                identity: object.identity(),
                layer: object.layer,
                path: file.path.clone(),
                is_sops: object.verbatim.is_some() && object.kind() == "Secret",
                runs_once: object.run == Some(Run::Once),
                span: object.origin.span,
            })
        })
        .collect()
}

/// Files with their paths relative to the folder of their output unit. `place` is shown where a path cannot be written.
pub fn to_output(
    base: &str,
    files: Vec<emit::EmittedFile>,
    place: Span,
    diagnostics: &mut Diagnostics,
) -> Option<output::Unit> {
    let relative = files.into_iter().map(|file| {
        let path = file.path[base.len() + 1..].to_owned();
        output::OutputPath::parse(&path)
            .map(|path| output::OutputFile { path, bytes: file.bytes })
            .map_err(|fault| output::OutputError::Path { path: file.path, fault })
    });
    let unit = relative.collect::<Result<Vec<_>, _>>().and_then(|files| {
        let folder = output::OutputPath::parse(base)
            .map_err(|fault| output::OutputError::Path { path: base.to_owned(), fault })?;
        output::Unit::new(folder, files)
    });
    match unit {
        Ok(unit) => Some(unit),
        Err(error) => {
            diagnostics.push(crate::failure::Failure::diagnostic(&error).at(place, "the path is made for this"));
            None
        }
    }
}

/// The objects that templates write for one owner of a unit: rendered anew, since patches have changed those that there are.
fn written_in(prepared: &Prepared<'_>, unit: &Unit<'_>, owner: Owner) -> Vec<Value> {
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
            let objects = super::cluster::written(prepared, cluster, &mut Findings::default());
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
