//! The reverse: what a file, or a line of it, leads to.
//!
//! Every unit that the file can reach is run once more, and each of its fields explained; a field is fed by a line where its
//! explanation names it. So both directions tell the same. Where only values are asked about, units and objects that none of
//! them can get into are passed over without being rendered.

use super::asked::Asked;
use super::fleet::{Fleet, Unit, home, inner};
use super::roots::Home;
use super::step::{Lost, Role, Step};
use super::subject::Subject;
use super::values::{ValueStory, who};
use crate::finish::config_hash;
use crate::finish::trace::Step as Finish;
use crate::load::{Cluster, templates};
use crate::object::{Identity, Owner};
use crate::pipeline::{Findings, unit};
use crate::pointer::Pointer;
use crate::resolve;
use crate::resolve::values::RenderInputs;
use crate::spec::Spec;
use crate::spec::template::Run;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// What the part of a file is to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It is what the field says.
    Sets,
    /// The field is made from it, among others.
    TakesPart,
    /// It decides whether the field, or a part of it, is there.
    Decides,
    /// The field is a hash of what it feeds.
    Hashed,
    /// It would feed the field, if something else did not override it.
    Overridden,
}

impl Relation {
    pub fn name(self) -> &'static str {
        match self {
            Relation::Sets => "sets",
            Relation::TakesPart => "takes-part",
            Relation::Decides => "decides",
            Relation::Hashed => "hashed",
            Relation::Overridden => "overridden",
        }
    }
}

/// A field that is fed.
#[derive(Debug, Clone)]
pub struct FieldUse {
    /// `SITE@ENVIRONMENT@CLUSTER`, or what stands for it.
    pub owner: String,
    /// The site, of an object of one.
    pub site: Option<String>,
    /// The file of its object.
    pub path: String,
    pub identity: Identity,
    pub field: Pointer,
    pub relation: Relation,
}

/// A value that is set, or was to be set.
#[derive(Debug, Clone)]
pub struct ValueUse {
    pub owner: String,
    pub path: Pointer,
    /// What overrides it, where something does.
    pub lost_to: Option<Lost>,
}

/// What was found in one unit.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    pub fields: Vec<FieldUse>,
    pub values: Vec<ValueUse>,
}

/// The units that a file can reach.
pub struct Reach<'f, 's> {
    pub units: Vec<&'f resolve::Unit<'s>>,
    pub clusters: Vec<&'s Cluster>,
    /// Those of the clusters whose delivery objects it can reach.
    pub deliveries: Vec<&'s Cluster>,
}

/// What a unit came to: what was found, or why it cannot be told.
pub type Found = Result<Uses, Findings>;

impl<'f, 's> Reach<'f, 's> {
    pub fn of(fleet: &'f Fleet<'_, 's>, asked: &Asked) -> Self {
        let specs = fleet.prepared.specs;
        let sources = fleet.prepared.sources;
        let path = sources.path(asked.file);
        let template_of = templates::folder_of(path);
        let reads = |name: &str| {
            let template = specs.templates.get(name).and_then(|template| fleet.prepared.library.get(template));
            template_of == Some(name) || template.is_some_and(|template| template.reads(asked.file))
        };
        let read: BTreeSet<&str> = specs.templates.keys().map(String::as_str).filter(|name| reads(name)).collect();
        let is_fleet = asked.file == specs.fleet.document.file;
        let has_facts = |cluster: &Cluster| cluster.spec.spec.facts.terraform_output.as_deref() == Some(path);
        let is_cluster = |cluster: &Cluster| is_fleet || has_facts(cluster) || holds(asked, &cluster.spec);
        let units = fleet.units.iter().filter(|unit| {
            let of_namespace = unit.environment.spec.template.as_deref().is_some_and(|name| read.contains(name));
            let of_deployment = |deployment: &resolve::Deployment<'_>| {
                read.contains(deployment.template.spec.name())
                    || holds(asked, deployment.site)
                    || deployment.site.spec.secrets.iter().any(|secret| secret.file == path)
            };
            is_cluster(unit.cluster)
                || holds(asked, unit.environment)
                || holds(asked, unit.tenant)
                || of_namespace
                || unit.deployments.iter().any(of_deployment)
        });
        let selected: BTreeSet<&str> = fleet.units.iter().map(|unit| unit.cluster.spec.name()).collect();
        let clusters: Vec<&'s Cluster> = specs
            .clusters
            .iter()
            .filter(|(name, cluster)| {
                let of_template = cluster.spec.spec.templates.iter().any(|name| read.contains(name.as_str()));
                selected.contains(name.as_str()) && (is_cluster(cluster) || of_template)
            })
            .map(|(_, cluster)| cluster)
            .collect();
        let feeds_delivery = asked.line.is_none() || asked.pointers.iter().any(is_of_delivery);
        let deliveries =
            clusters.iter().copied().filter(|cluster| feeds_delivery && (is_fleet || holds(asked, &cluster.spec)));
        let deliveries = deliveries.collect();
        Reach { units: units.collect(), clusters, deliveries }
    }

    pub fn count(&self) -> usize {
        self.units.len() + self.clusters.len() + self.deliveries.len()
    }

    /// Explains all that can be reached. `done` is called after each unit, from several threads.
    pub fn uses(&self, fleet: &Fleet<'_, 's>, asked: &Asked, done: &(dyn Fn() + Sync)) -> Vec<Found> {
        let told = |found: Found| {
            done();
            found
        };
        let mut all: Vec<Found> = self.units.par_iter().map(|unit| told(of_namespace(fleet, unit, asked))).collect();
        for cluster in &self.clusters {
            let mut findings = Findings::default();
            let found = fleet.cluster(cluster, &mut findings).map(|unit| of_unit(&unit, asked, &|_| true));
            all.push(told(found.ok_or(findings)));
        }
        for cluster in &self.deliveries {
            let mut findings = Findings::default();
            let found = fleet.delivery(cluster, &mut findings).map(|unit| of_unit(&unit, asked, &|_| true));
            all.push(told(found.ok_or(findings)));
        }
        all
    }
}

/// Whether what is asked about lies in a spec's document.
fn holds<T>(asked: &Asked, spec: &Spec<T>) -> bool {
    asked.touches(spec.document.span(&spec.document.root))
}

fn is_of_delivery(pointer: &Pointer) -> bool {
    match pointer.segments() {
        [spec, field, ..] => spec == "spec" && (field == "delivery" || field == "publish"),
        [] | [_] => true,
    }
}

fn of_namespace<'s>(fleet: &Fleet<'_, 's>, unit: &resolve::Unit<'s>, asked: &Asked) -> Found {
    let mut findings = Findings::default();
    let Some((namespace, deployments)) = unit::inputs(fleet.prepared, unit, &mut findings) else {
        return Err(findings);
    };
    let mut uses = Uses::default();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let first = unit.deployments.first();
    let of_deployments = unit.deployments.iter().zip(&deployments).map(|(deployment, inputs)| {
        (deployment.id(), home(fleet.prepared, unit.cluster, Some(inner(unit, deployment))), inputs)
    });
    let of_namespace = first.zip(namespace.as_ref()).map(|(deployment, inputs)| {
        let id = unit::unit_id(unit.cluster.spec.name(), &unit.namespace);
        (id, home(fleet.prepared, unit.cluster, Some(inner(unit, deployment))), inputs)
    });
    for (owner, home, inputs) in of_deployments.chain(of_namespace) {
        names.extend(of_values(&owner, home, inputs, asked, &mut uses.values));
    }
    if asked.is_values() && names.is_empty() {
        return Ok(uses);
    }
    let Some(traced) = fleet.namespace(unit, &mut findings) else { return Err(findings) };
    // Values reach only what has a tag for one of them.
    let can_hold = |subject: &Subject<'_, '_>| {
        !asked.is_values()
            || subject.object.origin.rendered.as_ref().is_some_and(|rendered| {
                rendered.program.uses().iter().filter_map(|used| used.root()).any(|root| names.contains(root))
            })
    };
    let found = of_unit(&traced, asked, &can_hold);
    uses.fields = found.fields;
    Ok(uses)
}

/// The values that the asked part sets or was to set; gives the names at top level that it can be seen through.
fn of_values(
    owner: &str,
    home: Home<'_, '_>,
    inputs: &RenderInputs<'_>,
    asked: &Asked,
    values: &mut Vec<ValueUse>,
) -> BTreeSet<String> {
    let story = ValueStory { trace: inputs.retrace(), home };
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let root = Pointer::root();
    for path in story.trace.below(&root) {
        let Some(origin) = story.trace.find(path) else { continue };
        let is_won = asked.touches(origin.winner.place);
        if is_won {
            names.extend(path.segments().first().map(String::as_str));
        }
        let is_lost = !is_won && origin.losers.iter().any(|loser| asked.touches(loser.place));
        if is_won || is_lost {
            let winner = || Lost {
                place: Some(origin.winner.place),
                what: who(&origin.winner),
                value: origin.winner.value.clone(),
            };
            values.push(ValueUse { owner: owner.to_owned(), path: path.clone(), lost_to: is_lost.then(winner) });
        }
    }
    inputs.with_computed(names).into_iter().map(str::to_owned).collect()
}

/// The fields of a unit's objects that the asked part feeds.
fn of_unit(unit: &Unit<'_, '_>, asked: &Asked, can_hold: &dyn Fn(&Subject<'_, '_>) -> bool) -> Uses {
    let mut uses = Uses::default();
    let subjects = (0..unit.objects().len()).filter_map(|number| unit.subject(number));
    // Of a disabled deployment not all objects are written.
    let subjects: Vec<Subject<'_, '_>> = subjects.filter(|subject| subject.path().is_some()).collect();
    let mut fed = Fed::default();
    for subject in subjects.iter().filter(|subject| can_hold(subject)) {
        for field in subject.fields() {
            let Some(relation) = relation(&subject.explain(&field), asked) else { continue };
            // What overrides values is told of the values.
            if relation == Relation::Overridden && asked.is_values() {
                continue;
            }
            if relation != Relation::Overridden {
                if config_hash::covers(subject.object, &field) {
                    fed.hashed.insert(subject.number);
                }
                if field.segments().first().is_some_and(|first| first == "spec") {
                    fed.specs.insert(subject.number);
                }
            }
            uses.fields.push(field_use(subject, field, relation));
        }
    }
    // The suffix of a Job is a hash of a spec that may hold a hash.
    for subject in &subjects {
        let hashed = hashes(subject, Finish::ConfigHash, &fed);
        if !hashed.is_empty() {
            fed.specs.insert(subject.number);
        }
        uses.fields.extend(hashed);
    }
    uses.fields.extend(subjects.iter().flat_map(|subject| hashes(subject, Finish::Job, &fed)));
    uses
}

/// The objects of a unit that are fed, by number.
#[derive(Debug, Default)]
struct Fed {
    /// In what a config hash covers.
    hashed: BTreeSet<usize>,
    /// In their `spec`.
    specs: BTreeSet<usize>,
}

/// The hashes of one sort in an object that are made from what is fed.
fn hashes(subject: &Subject<'_, '_>, sort: Finish, fed: &Fed) -> Vec<FieldUse> {
    let objects = subject.unit.objects();
    let is_fed = match sort {
        Finish::ConfigHash => {
            let read = config_hash::hashed(subject.object, objects);
            read.into_iter().any(|object| fed.hashed.iter().any(|number| std::ptr::eq(&objects[*number], object)))
        }
        Finish::Job => subject.object.run == Some(Run::OnChange) && fed.specs.contains(&subject.number),
        Finish::Namespace
        | Finish::Layer
        | Finish::Labels
        | Finish::Schedule
        | Finish::Keep
        | Finish::Substitution
        | Finish::SyncWave => false,
    };
    if !is_fed {
        return Vec::new();
    }
    let changed = subject.unit.finish_changes(subject.number);
    let hashed = changed.filter(|(_, steps)| steps.last().is_some_and(|(step, _)| *step == sort));
    hashed.map(|(field, _)| field_use(subject, field.clone(), Relation::Hashed)).collect()
}

fn field_use(subject: &Subject<'_, '_>, field: Pointer, relation: Relation) -> FieldUse {
    let site = match subject.object.owner {
        Owner::Site(_) => subject.home.inner.map(|inner| inner.deployment.site.name().to_owned()),
        Owner::Cluster | Owner::Namespace => None,
    };
    FieldUse {
        owner: subject.unit.owner(subject.object.owner),
        site,
        path: subject.path().unwrap_or_default().to_owned(),
        identity: subject.object.identity(),
        field,
        relation,
    }
}

/// What the asked part is to a field that is explained so; none where the explanation does not speak of it.
fn relation(step: &Step, asked: &Asked) -> Option<Relation> {
    let touches = |step: &Step| {
        let through = step.keys.iter().chain(&step.through);
        step.place.iter().chain(through).any(|place| asked.touches(*place))
    };
    if touches(step) {
        return Some(Relation::Sets);
    }
    let mut best: Option<Relation> = None;
    for inner in &step.from {
        let found = relation(inner, asked).map(|found| match (inner.role, found) {
            (_, Relation::Overridden) => Relation::Overridden,
            (Role::Section, _) => Relation::Decides,
            (_, Relation::Sets) if step.is_passed_on => Relation::Sets,
            (_, Relation::Sets) => Relation::TakesPart,
            (_, found) => found,
        });
        best = best.into_iter().chain(found).min();
    }
    let is_lost = || step.lost.iter().filter_map(|lost| lost.place).any(|place| asked.touches(place));
    best.or_else(|| is_lost().then_some(Relation::Overridden))
}
