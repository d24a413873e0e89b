//! Which objects a change passes over: those of the same name, in the same clusters, environments and tenants, that stay.

use crate::diff::change::Action;
use crate::diff::object::Subject;
use crate::diff::{Context, Exception, Hunk};
use crate::object::Identity;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Group, kind and name without the names of its deployment.
type Shape = (String, String, String);

/// Adds to each folded change how many objects of its shape there are, and those that it passes over, where they are fewer than
/// those that it is about.
pub fn find(hunks: &mut [Hunk], context: &Context<'_>) {
    let is_due = |hunk: &Hunk| hunk.action == Action::Changed && hunk.subjects.len() > 1 && !hunk.is_bundle();
    let shapes: BTreeSet<Shape> = hunks.iter().filter(|hunk| is_due(hunk)).map(shape_of).collect();
    if shapes.is_empty() {
        return;
    }
    let peers = peers(&shapes, context);
    // What changes in another way is no exception.
    let mut changed: BTreeMap<Shape, BTreeSet<Subject>> = BTreeMap::new();
    for hunk in hunks.iter().filter(|hunk| hunk.action != Action::Removed) {
        changed.entry(shape_of(hunk)).or_default().extend(hunk.subjects.iter().cloned().map(bare));
    }
    for hunk in hunks.iter_mut().filter(|hunk| is_due(hunk)) {
        let shape = shape_of(hunk);
        let all = peers.get(&shape).map(Vec::as_slice).unwrap_or_default();
        let of = |part: fn(&Subject) -> &str| -> BTreeSet<&str> { hunk.subjects.iter().map(part).collect() };
        let (clusters, environments, tenants) =
            (of(|one| &one.cluster), of(|one| &one.environment), of(|one| &one.tenant));
        let is_around = |subject: &Subject| {
            clusters.contains(subject.cluster.as_str())
                && environments.contains(subject.environment.as_str())
                && tenants.contains(subject.tenant.as_str())
        };
        let around: Vec<&(Subject, Identity)> = all.iter().filter(|(subject, _)| is_around(subject)).collect();
        let known = changed.get(&shape);
        let passed: Vec<Exception> = around
            .iter()
            .filter(|(subject, _)| known.is_none_or(|known| !known.contains(&bare(subject.clone()))))
            .map(|(subject, identity)| Exception { subject: subject.clone(), identity: identity.clone(), set_by: None })
            .collect();
        let total = around.len();
        if passed.len() < hunk.subjects.len() {
            hunk.exceptions = passed;
        }
        hunk.peers = (total >= hunk.subjects.len()).then_some(total);
    }
}

fn shape_of(hunk: &Hunk) -> Shape {
    let names = hunk.subjects[0].names();
    (hunk.group.clone(), hunk.kind.clone(), names.replace(&hunk.subjects[0].name))
}

/// The subject without what labels alone tell, so that an object is the same however it was found.
fn bare(subject: Subject) -> Subject {
    Subject { site: String::new(), tenant: String::new(), ..subject }
}

fn peers(shapes: &BTreeSet<Shape>, context: &Context<'_>) -> BTreeMap<Shape, Vec<(Subject, Identity)>> {
    let kinds: BTreeSet<(&str, &str)> = shapes.iter().map(|(group, kind, _)| (group.as_str(), kind.as_str())).collect();
    let found: Vec<(Shape, (Subject, Identity))> = context
        .units
        .par_iter()
        .flat_map_iter(|unit| {
            let of_kinds = unit
                .objects
                .iter()
                .filter(|object| kinds.contains(&(object.identity.group.as_str(), object.identity.kind.as_str())));
            of_kinds.map(move |object| {
                let Identity { group, kind, namespace, name } = &object.identity;
                let site = match unit.sites.as_slice() {
                    [one] => Some(one),
                    several => several.iter().filter(|site| name.contains(site.as_str())).max_by_key(|site| site.len()),
                };
                let subject = Subject {
                    cluster: unit.cluster.clone(),
                    environment: unit.environment.clone(),
                    namespace: if kind == "Namespace" && group.is_empty() { name.clone() } else { namespace.clone() },
                    site: site.cloned().unwrap_or_default(),
                    tenant: unit.tenant.clone(),
                    group: group.clone(),
                    kind: kind.clone(),
                    name: name.clone(),
                };
                let shape = (group.clone(), kind.clone(), subject.names().replace(name));
                (shape, (subject, object.identity.clone()))
            })
        })
        .collect();
    let mut peers: BTreeMap<Shape, Vec<(Subject, Identity)>> = BTreeMap::new();
    for (shape, peer) in found {
        if shapes.contains(&shape) {
            peers.entry(shape).or_default().push(peer);
        }
    }
    peers
}
