//! One namespace through all phases: resolve, render, patch, finish, validate, emit.

mod again;
mod steps;

pub use again::{place, place_among, place_of, written, written_for};

use super::meter::Step;
use super::prepare::Prepared;
use super::{Findings, ObjectSummary, Phase, UnitFacts, UnitSummary, cross};
use crate::delivery::flux;
use crate::diag::Diagnostics;
use crate::emit;
use crate::finish::{self, DeploymentContext, NamespaceContext, UnitContext};
use crate::object::{Names, Object, Owner};
use crate::output;
use crate::patching::Hits;
use crate::pointer::Pointer;
use crate::resolve::values::RenderInputs;
use crate::resolve::{Deployment, Unit};
use crate::source::Span;
use crate::spec::ExternalObject;
use crate::spec::State;
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use crate::spec::template::Run;
use crate::validate;
use crate::validate::rules::{RuleContext, Verdict, duplicate_host};
use std::collections::BTreeMap;
use std::sync::Arc;
use steps::{Resolved, add_secrets, patch, render, resolve, written_by_us};

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

/// Two documents of one unit that make the same object.
pub fn report_duplicates(objects: &[Object<'_>], context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<Names<'_>, &Object<'_>> = BTreeMap::new();
    for object in objects {
        let first = *seen.entry(object.names()).or_insert(object);
        if !std::ptr::eq(first, object) {
            let name = Pointer::from_segments(["metadata", "name"]);
            let places = (first.origin.locate(&name), object.origin.locate(&name));
            let owners = [first.owner, object.owner];
            let ids = owners.into_iter().filter_map(|owner| context.deployment_id(owner));
            diagnostics.push(cross::made_twice(&object.identity(), places, ids));
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
