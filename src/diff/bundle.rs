//! Namespaces and deployments that come, go, move, start or stop as a whole: one change each instead of one for each object.

use super::Context;
use super::change::{Action, Change, Loose};
use super::class::{Class, Remark, data, some};
use super::object::{Object, Subject};
use crate::gate::{Home, told_move};
use crate::pipeline::UnitSummary;
use crate::spec::common::Layer;
use std::collections::{BTreeMap, BTreeSet};

/// A cluster and a namespace.
type Key = (String, String);

/// Fewer objects than this are told one by one.
const FEWEST: usize = 3;

/// Takes whole namespaces and deployments out of what came and went.
pub fn bundles(
    removed: Vec<Loose>,
    added: Vec<Loose>,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> (Vec<Loose>, Vec<Loose>) {
    let (mut gone, rest_removed) = by_home(removed);
    let (mut come, rest_added) = by_home(added);
    let units: BTreeMap<Key, &UnitSummary> = context
        .units
        .iter()
        .filter(|unit| !unit.environment.is_empty() && !unit.objects.is_empty())
        .map(|unit| ((unit.cluster.clone(), unit.namespace.clone()), unit))
        .collect();
    let fresh: BTreeMap<Key, Vec<Loose>> =
        take_if(&mut come, |key, loose| units.get(key).is_some_and(|unit| unit.objects.len() == loose.len()));
    let left: BTreeMap<Key, Vec<Loose>> = take_if(&mut gone, |key, _| !units.contains_key(key));
    let mut delivery = Delivery { removed: rest_removed, added: rest_added };
    whole(left, fresh, &units, &mut delivery, changes);
    let stopped =
        take_if(&mut gone, |key, loose| units.get(key).is_some_and(|unit| runs_nothing(unit)) && loose.len() >= FEWEST);
    for (key, mut loose) in stopped {
        // Its claims stay, and are mounted again when it starts.
        let waits = |remark: &Remark| remark.class == Class::DataAtRisk && remark.text == data::CLAIMS_STAY;
        loose.iter_mut().for_each(|loose| loose.remarks.retain(|remark| !waits(remark)));
        let disabled = units.get(&key).map(|unit| !unit.disabled.is_empty()).unwrap_or_default();
        let why = if disabled { "is disabled" } else { "keeps nothing but platform and data" };
        let gone = delivery.take_removed(&key);
        changes.push(bundle(Action::Removed, format!("{{namespace}} {why}"), loose, gone));
    }
    let started = take_if(&mut come, |key, loose| {
        let paths: BTreeSet<&str> = loose.iter().map(|loose| loose.path.as_str()).collect();
        let running = units.get(key).map(|unit| unit.objects.iter().filter(|object| runs(object.layer)));
        let mut running = running.into_iter().flatten().peekable();
        running.peek().is_some() && running.all(|object| paths.contains(object.path.as_str())) && loose.len() >= FEWEST
    });
    for (key, loose) in started {
        let come = delivery.take_added(&key);
        changes.push(bundle(Action::New, "{namespace} starts, around the data that it has".to_owned(), loose, come));
    }
    let flat = |homes: BTreeMap<Key, Vec<Loose>>, rest: Vec<Loose>| homes.into_values().flatten().chain(rest).collect();
    (flat(gone, delivery.removed), flat(come, delivery.added))
}

/// Whether what is in a layer runs: all but the namespace itself and its data.
fn runs(layer: Layer) -> bool {
    !matches!(layer, Layer::Platform | Layer::Data)
}

fn runs_nothing(unit: &UnitSummary) -> bool {
    !unit.objects.iter().any(|object| runs(object.layer))
}

/// Objects of namespaces by namespace, and those of clusters and of delivery.
fn by_home(loose: Vec<Loose>) -> (BTreeMap<Key, Vec<Loose>>, Vec<Loose>) {
    let mut homes: BTreeMap<Key, Vec<Loose>> = BTreeMap::new();
    let mut rest = Vec::new();
    for loose in loose {
        if loose.subject.environment.is_empty() {
            rest.push(loose);
        } else {
            let key = (loose.subject.cluster.clone(), loose.subject.namespace.clone());
            homes.entry(key).or_default().push(loose);
        }
    }
    (homes, rest)
}

fn take_if(
    homes: &mut BTreeMap<Key, Vec<Loose>>,
    is_due: impl Fn(&Key, &[Loose]) -> bool,
) -> BTreeMap<Key, Vec<Loose>> {
    let (taken, left) = std::mem::take(homes).into_iter().partition(|(key, loose)| is_due(key, loose));
    *homes = left;
    taken
}

/// The objects by which Flux or Argo CD takes a namespace come and go with it.
struct Delivery {
    removed: Vec<Loose>,
    added: Vec<Loose>,
}

impl Delivery {
    fn take_removed(&mut self, key: &Key) -> Vec<Loose> {
        take_delivery(&mut self.removed, key)
    }

    fn take_added(&mut self, key: &Key) -> Vec<Loose> {
        take_delivery(&mut self.added, key)
    }
}

fn take_delivery(list: &mut Vec<Loose>, (cluster, namespace): &Key) -> Vec<Loose> {
    let is_of = |loose: &mut Loose| {
        let layer = Layer::ALL.iter().any(|layer| {
            let name = loose.identity.name.as_str();
            // On a cluster of its own destination names begin with the cluster's.
            name.strip_suffix(layer.name()).and_then(|rest| rest.strip_suffix('-')).is_some_and(|rest| {
                rest == namespace
                    || rest.strip_prefix(cluster).and_then(|rest| rest.strip_prefix('-')) == Some(namespace)
            })
        });
        loose.layer.is_none() && loose.subject.cluster == *cluster && layer
    };
    list.extract_if(.., is_of).collect()
}

/// Namespaces of one side alone: those that moved, and the rest.
fn whole(
    left: BTreeMap<Key, Vec<Loose>>,
    mut fresh: BTreeMap<Key, Vec<Loose>>,
    units: &BTreeMap<Key, &UnitSummary>,
    delivery: &mut Delivery,
    changes: &mut Vec<Change>,
) {
    let old_homes: BTreeMap<&Key, Home<'_>> = left.iter().map(|(key, loose)| (key, home_of(key, loose))).collect();
    let new_homes: BTreeMap<&Key, Home<'_>> =
        units.iter().filter(|(key, _)| fresh.contains_key(*key)).map(|(key, unit)| (key, home_of_unit(unit))).collect();
    let mut moves: BTreeMap<Key, (Key, String)> = BTreeMap::new();
    for (key, home) in &old_homes {
        let mut found = new_homes.iter().filter_map(|(new, other)| Some((*new, told_move(home, other)?)));
        if let (Some((new, told)), None) = (found.next(), found.next()) {
            moves.insert((*key).clone(), (new.clone(), told));
        }
    }
    let targets: BTreeMap<&Key, usize> = moves.values().fold(BTreeMap::new(), |mut counts, (new, _)| {
        *counts.entry(new).or_default() += 1;
        counts
    });
    let only: BTreeSet<Key> =
        targets.into_iter().filter(|(_, count)| *count == 1).map(|(key, _)| key.clone()).collect();
    for (key, loose) in left {
        let went = moves.remove(&key).filter(|(new, _)| only.contains(new));
        let gone = delivery.take_removed(&key);
        let Some((new, told)) = went else {
            changes.push(bundle(Action::Removed, "{namespace} leaves".to_owned(), loose, gone));
            continue;
        };
        let come = fresh.remove(&new).unwrap_or_default();
        let _ = delivery.take_added(&new);
        changes.push(moved(told.replace("the namespace ", "{namespace} "), loose, come, &key, &new));
    }
    for (key, loose) in fresh {
        let come = delivery.take_added(&key);
        changes.push(bundle(Action::New, "{namespace} comes".to_owned(), loose, come));
    }
}

fn home_of<'h>(key: &'h Key, loose: &'h [Loose]) -> Home<'h> {
    let subjects = loose.iter().map(|loose| &loose.subject);
    Home {
        cluster: &key.0,
        namespace: &key.1,
        environment: subjects.clone().next().map(|subject| subject.environment.as_str()).unwrap_or_default(),
        tenant: subjects
            .clone()
            .map(|subject| subject.tenant.as_str())
            .find(|tenant| !tenant.is_empty())
            .unwrap_or_default(),
        sites: subjects.map(|subject| subject.site.as_str()).filter(|site| !site.is_empty()).collect(),
    }
}

fn home_of_unit(unit: &UnitSummary) -> Home<'_> {
    Home {
        cluster: &unit.cluster,
        namespace: &unit.namespace,
        environment: &unit.environment,
        tenant: &unit.tenant,
        sites: unit.sites.iter().map(String::as_str).collect(),
    }
}

/// One change for many objects.
fn bundle(action: Action, phrase: String, loose: Vec<Loose>, delivery: Vec<Loose>) -> Change {
    let sites: BTreeSet<&str> =
        loose.iter().map(|loose| loose.subject.site.as_str()).filter(|site| !site.is_empty()).collect();
    let tenant = loose.iter().map(|loose| loose.subject.tenant.as_str()).find(|tenant| !tenant.is_empty());
    let first = loose.first().map(|loose| loose.subject.clone()).unwrap_or_default();
    let subject = Subject {
        site: sites.into_iter().collect::<Vec<_>>().join(", "),
        tenant: tenant.unwrap_or_default().to_owned(),
        group: String::new(),
        kind: "Namespace".to_owned(),
        name: first.namespace.clone(),
        ..first
    };
    let mut contents: BTreeMap<String, usize> = BTreeMap::new();
    for loose in loose.iter().chain(&delivery) {
        *contents.entry(loose.identity.kind.clone()).or_default() += 1;
    }
    let mut classes: BTreeMap<Class, BTreeMap<String, usize>> = BTreeMap::new();
    for loose in loose.iter().chain(&delivery) {
        for remark in told_of(action, loose) {
            *classes.entry(remark.class).or_default().entry(loose.identity.kind.clone()).or_default() += 1;
        }
    }
    let remarks = remarks(action, &loose);
    Change { contents, phrase, classes, ..Change::of(action, subject, remarks) }
}

/// What is to be said of one object of a bundle. In a namespace that comes, goes or moves whole, a policy opens nothing; one that
/// moves permits what it did.
fn told_of(action: Action, loose: &Loose) -> impl Iterator<Item = &Remark> {
    loose.remarks.iter().filter(move |remark| match remark.class {
        Class::Exposure => loose.identity.kind != "NetworkPolicy",
        Class::Permissions => action != Action::Moved,
        _ => true,
    })
}

/// What is to be said of the objects of a bundle: of each class once, with the objects that it is about.
fn remarks(action: Action, loose: &[Loose]) -> Vec<Remark> {
    let mut by_class: BTreeMap<Class, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for loose in loose {
        for remark in told_of(action, loose) {
            let told = by_class.entry(remark.class).or_default();
            match remark.class {
                Class::New | Class::Removed | Class::InPlace => {}
                _ => told.entry(&remark.text).or_default().push(loose.subject.to_string()),
            }
        }
    }
    let told = |(text, objects): (&str, Vec<String>)| match text {
        "" => some(objects),
        text => format!("{}: {text}", some(objects)),
    };
    by_class.into_iter().map(|(class, texts)| Remark::new(class, some(texts.into_iter().map(told).collect()))).collect()
}

/// A namespace that goes on as another one. Names aside, its objects should be the same; those that are not are named.
fn moved(told: String, old: Vec<Loose>, new: Vec<Loose>, was: &Key, is: &Key) -> Change {
    let shape = |loose: &Loose| -> Option<((String, String, String), serde_json::Value)> {
        let object: Object = loose.read()?;
        let names = object.subject.names();
        let key = (object.identity.group.clone(), object.identity.kind.clone(), names.replace(&object.subject.name));
        let mut value = names.replace_in(&object.value);
        if object.base.is_some() {
            value["metadata"]["name"] = serde_json::Value::Null;
        }
        Some((key, value))
    };
    let before: BTreeMap<_, _> = old.iter().filter_map(shape).collect();
    let after: BTreeMap<_, _> = new.iter().filter_map(shape).collect();
    let named = |(_, kind, name): &(String, String, String)| format!("{kind} {name}");
    let other: Vec<String> = after
        .iter()
        .filter(|(key, value)| before.get(*key).is_none_or(|old| !same_but_stamp(old, value)))
        .map(|(key, _)| named(key))
        .chain(before.keys().filter(|key| !after.contains_key(*key)).map(named))
        .collect();
    let claims: Vec<String> = old
        .iter()
        .filter(|loose| loose.identity.is("", "PersistentVolumeClaim"))
        .map(|loose| loose.subject.to_string())
        .collect();
    let is_deleted = |loose: &Loose| {
        let is_claim = loose.identity.is("", "PersistentVolumeClaim");
        is_claim && loose.remarks.iter().any(|remark| remark.text == data::DELETED)
    };
    let becomes = if old.iter().any(is_deleted) { "the cluster deletes what is" } else { "the data stays" };
    let mut change = bundle(Action::Moved, told, new, Vec::new());
    change.was = Some(crate::object::Identity {
        group: String::new(),
        kind: "Namespace".to_owned(),
        namespace: String::new(),
        name: was.1.clone(),
    });
    change.remarks.retain(|remark| !matches!(remark.class, Class::New | Class::DataAtRisk));
    let made_anew = change.classes.remove(&Class::New).unwrap_or_default();
    change.classes.insert(Class::Recreates, made_anew);
    let from = if was.1 == is.1 { format!("{} on {}", was.1, was.0) } else { was.1.clone() };
    let begins = match claims.is_empty() {
        true => Remark::new(Class::Recreates, format!("all of {from} is made anew")),
        false => Remark::new(
            Class::DataAtRisk,
            format!("begins with empty volumes, {becomes} in {from}: {}", some(claims.clone())),
        ),
    };
    change.remarks.insert(0, begins);
    if !claims.is_empty() {
        let count = BTreeMap::from([("PersistentVolumeClaim".to_owned(), claims.len())]);
        change.classes.insert(Class::DataAtRisk, count);
    }
    if !other.is_empty() {
        change.remarks.push(Remark::new(Class::InPlace, format!("names aside, these differ as well: {}", some(other))));
    }
    change
}

/// Whether two objects are the same but for the stamp of what their pods read, which follows from names.
fn same_but_stamp(old: &serde_json::Value, new: &serde_json::Value) -> bool {
    super::fields::compare(old, new, None).iter().all(super::class::is_stamp)
}
