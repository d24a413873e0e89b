//! All places that fields of written objects are made from: what a diff holds against the lines that an edit changed.
//!
//! Only the units that are asked about run once more.

use super::fleet::{Fleet, Unit};
use super::step::{Role, Step};
use super::subject::Subject;
use crate::diag::Diagnostics;
use crate::load;
use crate::object::Identity;
use crate::pipeline::places::Field;
use crate::pipeline::prepare::Prepared;
use crate::pipeline::{Filter, Findings, Options, UnitSummary};
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// Leaves of a field that is a map or a list, beyond which no more are looked at.
const MOST_LEAVES: usize = 24;

/// Something that a field is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub role: Role,
    pub place: Span,
    /// A layer, or whose patch it is; empty for text.
    pub who: String,
}

/// What each field is made from; nothing for what is not found. `units` are what is known of all namespaces, for the objects that
/// deliver them.
pub fn causes(sources: &Sources, options: &Options, units: &[UnitSummary], fields: &[Field<'_>]) -> Vec<Vec<Cause>> {
    let mut found = vec![Vec::new(); fields.len()];
    let mut ignored = Diagnostics::new();
    let Some(specs) = load::load(sources, &mut ignored) else { return found };
    let Some(prepared) = Prepared::new(sources, &specs, options, &mut ignored) else { return found };
    let fleet = Fleet::new(&prepared, &Filter::default(), &mut ignored);
    let mut by_home: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (number, field) in fields.iter().enumerate() {
        by_home.entry((field.cluster, home_of(field))).or_default().push(number);
    }
    let mut answer = |unit: Option<Unit<'_, '_>>, numbers: &[usize]| {
        let Some(unit) = unit else { return };
        for number in numbers {
            found[*number] = fields.get(*number).map(|field| of_field(&unit, field)).unwrap_or_default();
        }
    };
    let findings = &mut Findings::default();
    for unit in &fleet.units {
        if let Some(numbers) = by_home.get(&(unit.cluster.spec.name(), unit.namespace.as_str())) {
            answer(fleet.namespace(unit, findings), numbers);
        }
    }
    for (name, cluster) in &specs.clusters {
        if let Some(numbers) = by_home.get(&(name.as_str(), "")) {
            answer(fleet.cluster(cluster, findings), numbers);
        }
        if let Some(numbers) = by_home.get(&(name.as_str(), DELIVERY)) {
            answer(fleet.delivery_of(cluster, units, findings), numbers);
        }
    }
    found
}

/// Stands for the namespace of what delivers a cluster; no namespace is called so.
const DELIVERY: &str = "delivery/";

fn home_of<'f>(field: &Field<'f>) -> &'f str {
    let Identity { group, kind, .. } = field.identity;
    match (group.as_str(), kind.as_str()) {
        ("kustomize.toolkit.fluxcd.io", "Kustomization")
        | ("source.toolkit.fluxcd.io", "GitRepository")
        | ("argoproj.io", "Application" | "AppProject") => DELIVERY,
        _ => field.namespace,
    }
}

fn of_field(unit: &Unit<'_, '_>, field: &Field<'_>) -> Vec<Cause> {
    let number = unit.objects().iter().position(|object| is_called(&object.identity(), object.run.is_some(), field));
    let Some(subject) = number.and_then(|number| unit.subject(number)) else { return Vec::new() };
    let mut causes = Vec::new();
    for step in steps(&subject, field) {
        step.walk(&mut |step| add(step, &mut causes));
    }
    causes
}

fn steps(subject: &Subject<'_, '_>, field: &Field<'_>) -> Vec<Step> {
    if field.at.get(&subject.object.value).is_none() {
        return subject.removed(field.at).into_iter().collect();
    }
    let below = field.at.segments();
    let leaves = subject.fields().into_iter().filter(|leaf| leaf.segments().starts_with(below));
    leaves.take(MOST_LEAVES).map(|leaf| subject.explain(&leaf)).collect()
}

/// Whether an object is the one of a field, which may name a Job without its suffix.
fn is_called(identity: &Identity, is_run: bool, field: &Field<'_>) -> bool {
    let wanted = field.identity;
    let base = identity.name.rsplit_once('-').map(|(base, _)| base).filter(|_| is_run);
    (&identity.group, &identity.kind) == (&wanted.group, &wanted.kind)
        && (identity.name == wanted.name || base == Some(&wanted.name))
        && identity.namespace == wanted.namespace
}

fn add(step: &Step, causes: &mut Vec<Cause>) {
    let mut push = |role: Role, place: Span, who: &str| causes.push(Cause { role, place, who: who.to_owned() });
    let text = step.through.iter().chain(&step.keys);
    text.for_each(|place| push(Role::Template, *place, ""));
    let Some(place) = step.place else { return };
    match step.role {
        Role::Value | Role::Removed | Role::Root | Role::Fact | Role::Setting => push(step.role, place, &step.what),
        Role::Patch => push(step.role, place, &step.what.replacen("set by a patch of", "patch of", 1)),
        Role::Template | Role::Section | Role::Computed | Role::File => push(step.role, place, ""),
        // What a hash is made of is told elsewhere.
        Role::Compiler => {}
    }
}
