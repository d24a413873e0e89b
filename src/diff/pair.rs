//! Finds what belongs together among the objects of one side alone: an object that lies elsewhere now, the next run of a Job, and
//! namespaces that come, go, move, start or stop as a whole.

use super::bundle;
use super::change::{Action, Change, Loose};
use super::class::{self, Class, Remark};
use super::collect::Found;
use super::fields::FieldChange;
use super::object::Subject;
use super::{Context, class::some};
use crate::kubernetes::Api;
use crate::object::Identity;
use crate::pipeline::{Filter, UnitSummary};
use crate::spec::common::Layer;
use std::collections::{BTreeMap, BTreeSet};

/// All that differs, one entry for each object or bundle, in order of subject.
#[derive(Debug, Default)]
pub struct Paired {
    pub changes: Vec<Change>,
    pub formatting: Vec<Subject>,
    pub others: Vec<String>,
}

pub fn pair(found: Found, api: &Api, context: &Context<'_>) -> Paired {
    let Found { mut changes, removed, added, mut formatting, mut others } = found;
    let (removed, added) = elsewhere(removed, added, api, &mut changes, &mut formatting);
    let (removed, added) = reruns(removed, added, api, &mut changes);
    leave_alone(&mut changes, context);
    let given = given(&changes, &removed, &added);
    let (removed, added) = bundle::bundles(removed, added, context, &mut changes);
    changes.extend(removed.into_iter().map(|loose| loose.into_change(Action::Removed)));
    changes.extend(added.into_iter().map(|loose| loose.into_change(Action::New)));
    changes.iter_mut().for_each(|change| say_why(change, &given));
    let homes = Homes::of(context);
    changes.iter_mut().for_each(|change| homes.settle(&mut change.subject));
    formatting.iter_mut().for_each(|subject| homes.settle(subject));
    changes.retain(|change| homes.is_asked_for(context.filter, &change.subject));
    formatting.retain(|subject| homes.is_asked_for(context.filter, subject));
    if !context.filter.is_empty() {
        others.clear();
    }
    changes.sort_by(|one, other| {
        (one.action, &one.subject, &one.phrase).cmp(&(other.action, &other.subject, &other.phrase))
    });
    formatting.sort();
    others.sort();
    Paired { changes, formatting, others }
}

/// Objects that both trees have, at different paths.
fn elsewhere(
    removed: Vec<Loose>,
    mut added: Vec<Loose>,
    api: &Api,
    changes: &mut Vec<Change>,
    formatting: &mut Vec<Subject>,
) -> (Vec<Loose>, Vec<Loose>) {
    let places: BTreeMap<(String, Identity), usize> = added
        .iter()
        .enumerate()
        .map(|(number, loose)| ((loose.subject.cluster.clone(), loose.identity.clone()), number))
        .collect();
    let mut taken = BTreeSet::new();
    let mut left = Vec::new();
    for old in removed {
        let key = (old.subject.cluster.clone(), old.identity.clone());
        let found = places.get(&key).and_then(|number| Some((*number, old.read()?, added.get(*number)?.read()?)));
        let Some((number, was, is)) = found else {
            left.push(old);
            continue;
        };
        taken.insert(number);
        let change = Change::between(&was, &is, api);
        if was.layer() == is.layer() {
            match change {
                Some(change) => changes.push(change),
                None => formatting.push(is.subject),
            }
            continue;
        }
        let mut change = change.unwrap_or_else(|| {
            let remarks = class::of_changed(&was, &is, &[]);
            Change {
                was: Some(was.identity.clone()),
                is: Some(is.identity.clone()),
                ..Change::of(Action::Changed, is.subject.clone(), remarks)
            }
        });
        let layer = |layer: Option<Layer>| layer.map_or("delivery", |layer| layer.name());
        let text = format!("moves from layer {} to layer {}", layer(was.layer()), layer(is.layer()));
        if !change.has(Class::Recreates) {
            change.remarks.push(Remark::new(Class::InPlace, text));
        }
        changes.push(change);
    }
    let mut number = 0;
    added.retain(|_| {
        number += 1;
        !taken.contains(&(number - 1))
    });
    (left, added)
}

/// Jobs that run on change: the one that leaves and the one that comes, where both are the only ones of their name.
fn reruns(removed: Vec<Loose>, added: Vec<Loose>, api: &Api, changes: &mut Vec<Change>) -> (Vec<Loose>, Vec<Loose>) {
    let is_run = |loose: &Loose| loose.identity.is("batch", "Job") && loose.subject.name != loose.identity.name;
    let key = |loose: &Loose| {
        let Subject { cluster, namespace, name, .. } = &loose.subject;
        (cluster.clone(), namespace.clone(), name.clone())
    };
    let (old_runs, mut removed): (Vec<Loose>, Vec<Loose>) = removed.into_iter().partition(is_run);
    let (new_runs, mut added): (Vec<Loose>, Vec<Loose>) = added.into_iter().partition(is_run);
    // Old and new by cluster, namespace and name.
    let mut runs: BTreeMap<_, (Vec<Loose>, Vec<Loose>)> = BTreeMap::new();
    for loose in old_runs {
        runs.entry(key(&loose)).or_default().0.push(loose);
    }
    for loose in new_runs {
        runs.entry(key(&loose)).or_default().1.push(loose);
    }
    for (olds, news) in runs.into_values() {
        if let ([old], [new]) = (olds.as_slice(), news.as_slice())
            && let (Some(was), Some(is)) = (old.read(), new.read())
        {
            changes.push(Change::rerun(&was, &is, api));
            continue;
        }
        removed.extend(olds);
        added.extend(news);
    }
    (removed, added)
}

/// Jobs that run once are not applied again, whatever their specification says now.
fn leave_alone(changes: &mut [Change], context: &Context<'_>) {
    let once: BTreeSet<(&str, &Identity)> = context
        .units
        .iter()
        .flat_map(|unit| unit.objects.iter().map(move |object| (unit.cluster.as_str(), object)))
        .filter(|(_, object)| object.runs_once)
        .map(|(cluster, object)| (cluster, &object.identity))
        .collect();
    for change in changes {
        let is_once = change.is.as_ref().is_some_and(|is| once.contains(&(change.subject.cluster.as_str(), is)));
        if is_once {
            change.remarks = vec![Remark::new(Class::LeftAlone, "it runs once: where it has run, nothing happens")];
        }
    }
}

/// Which ConfigMaps and Secrets of a namespace change, with how each is told.
type Given = BTreeMap<(String, String, &'static str, String), String>;

fn given(changes: &[Change], removed: &[Loose], added: &[Loose]) -> Given {
    let of_changes = changes.iter().filter_map(|change| Some((&change.subject, change.gives.clone()?)));
    let of_loose = removed.iter().chain(added).filter_map(|loose| Some((&loose.subject, loose.gives.clone()?)));
    let all = of_changes.chain(of_loose).map(|(subject, (kind, name))| {
        let key = (subject.cluster.clone(), subject.namespace.clone(), kind, name);
        (key, subject.to_string())
    });
    all.collect()
}

/// The stamp of what pods read is a consequence: it is told as the reason, and not as a field.
fn say_why(change: &mut Change, given: &Given) {
    if change.reads.is_empty() {
        return;
    }
    let Subject { cluster, namespace, .. } = &change.subject;
    let causes: Vec<String> = change
        .reads
        .iter()
        .filter_map(|(kind, name)| given.get(&(cluster.clone(), namespace.clone(), *kind, name.clone())))
        .cloned()
        .collect();
    if causes.is_empty() {
        // It reads another one now, which another field of the pod template tells.
        let tells = |field: &FieldChange| field.path.has_field("template") && !class::is_stamp(field);
        if change.fields.iter().any(tells) {
            change.fields.retain(|field| !class::is_stamp(field));
        }
        return;
    }
    change.fields.retain(|field| !class::is_stamp(field));
    let text = format!("{} changed", some(causes));
    let is_told = change.fields.iter().any(|field| field.path.has_field("template"));
    for remark in &mut change.remarks {
        let is_about_pods = matches!(remark.class, Class::RestartsPods | Class::JobRuns | Class::InPlace);
        if is_about_pods && !is_told {
            remark.text = match remark.text.as_str() {
                "" => text.clone(),
                said => format!("{said}; {text}"),
            };
        }
    }
}

/// What is known of each namespace, for objects that do not say it themselves.
struct Homes<'h> {
    units: BTreeMap<(&'h str, &'h str), &'h UnitSummary>,
}

impl<'h> Homes<'h> {
    fn of(context: &Context<'h>) -> Homes<'h> {
        let units = context.units.iter().filter(|unit| !unit.environment.is_empty());
        Homes { units: units.map(|unit| ((unit.cluster.as_str(), unit.namespace.as_str()), unit)).collect() }
    }

    /// What delivers a namespace is that namespace's.
    fn settle(&self, subject: &mut Subject) {
        let is_delivery = matches!(subject.kind.as_str(), "Kustomization" | "Application");
        if !is_delivery || !subject.environment.is_empty() {
            return;
        }
        let of_layer = |layer: &Layer| subject.name.strip_suffix(layer.name())?.strip_suffix('-');
        let found = Layer::ALL.iter().find_map(of_layer).and_then(|namespace| {
            // On a cluster of its own destination names begin with the cluster's.
            let own = namespace.strip_prefix(subject.cluster.as_str()).and_then(|rest| rest.strip_prefix('-'));
            let unit = |name: &str| self.units.get(&(subject.cluster.as_str(), name)).copied();
            unit(namespace).or_else(|| unit(own?))
        });
        if let Some(unit) = found {
            subject.environment = unit.environment.clone();
            subject.namespace = unit.namespace.clone();
            subject.tenant = unit.tenant.clone();
            subject.site = unit.sites.join(", ");
        }
    }

    fn is_asked_for(&self, filter: &Filter, subject: &Subject) -> bool {
        let holds = |names: &[String], name: &str| names.is_empty() || names.iter().any(|listed| listed == name);
        let home = (subject.cluster.as_str(), subject.namespace.as_str());
        let tenant = match subject.tenant.as_str() {
            "" => self.units.get(&home).map(|unit| unit.tenant.as_str()).unwrap_or_default(),
            tenant => tenant,
        };
        let has_site = match subject.site.as_str() {
            "" => self.units.get(&home).is_some_and(|unit| unit.sites.iter().any(|site| holds(&filter.sites, site))),
            sites => sites.split(", ").any(|site| holds(&filter.sites, site)),
        };
        holds(&filter.clusters, &subject.cluster)
            && holds(&filter.environments, &subject.environment)
            && holds(&filter.tenants, tenant)
            && (filter.sites.is_empty() || has_site)
    }
}
