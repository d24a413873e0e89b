//! What differs between two environments of the same sites: resolved values, and objects.
//!
//! Objects are paired by kind and name, with the names of site, environment, namespace, cluster and tenant taken out on both
//! sides, so that what follows from the environment's own name does not differ. What a change would do to a running system is
//! no question here: neither side becomes the other.

use super::change::{Action, Change};
use super::class;
use super::fields::{self, FieldChange};
use super::fold;
use super::object::{Object, Subject};
use super::pair::Paired;
use super::path::Step;
use super::telling;
use super::{Context, Diff, SetBy, ValueChange, Values};
use crate::kubernetes::Api;
use crate::pipeline::Filter;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The values of one site's deployment in each environment.
pub struct SiteValues<'v> {
    pub subject: Subject,
    pub values: [&'v Map<String, Value>; 2],
}

/// What differs between the values of each site, in order of path; the same difference of several sites is told once. `setter`
/// says who sets the value at a pointer of a side of a site.
pub fn values(
    sites: &[SiteValues<'_>],
    setter: impl Fn(usize, usize, &crate::pointer::Pointer) -> Option<SetBy>,
) -> Vec<ValueChange> {
    let mut folded: BTreeMap<(String, String, String), ValueChange> = BTreeMap::new();
    for (number, site) in sites.iter().enumerate() {
        let [old, new] = site.values.map(|values| Value::Object(values.clone()));
        let names = site.subject.names();
        for field in fields::compare(&old, &new, None) {
            let path = field.path.to_string();
            let told = |value: &Option<Value>| {
                value.as_ref().map(|value| names.replace_in(value).to_string()).unwrap_or_default()
            };
            let key = (path, told(&field.old), told(&field.new));
            let known = folded.entry(key).or_insert_with(|| ValueChange {
                path: field.path.clone(),
                values: Values::Same { old: field.old.clone(), new: field.new.clone() },
                subjects: Vec::new(),
                set_by: [0, 1].map(|side| setter(number, side, &field.at[side])),
            });
            known.subjects.push(site.subject.clone());
            if known.subjects.len() == 2 {
                // Of several without the names that differ.
                let plain = |value: &Option<Value>| value.as_ref().map(|value| names.replace_in(value));
                known.values = Values::Same { old: plain(&field.old), new: plain(&field.new) };
            }
        }
    }
    folded.into_values().collect()
}

/// What differs between the objects of two environments. Paths are those of one tree that holds both.
pub fn objects(files: &BTreeMap<String, Vec<u8>>, [old, new]: [&str; 2], api: &Api) -> Diff {
    let read = |environment: &str| -> BTreeMap<Key, Vec<Object>> {
        let mut found: BTreeMap<Key, Vec<Object>> = BTreeMap::new();
        for (path, bytes) in files {
            let Some(object) = Object::read(path, bytes) else { continue };
            // What binds the account of Flux is there where Flux is.
            let is_ours = object.is("rbac.authorization.k8s.io", "RoleBinding") && object.identity.name == "bayplan";
            if object.subject.environment == environment && !is_ours {
                found.entry(key_of(&object)).or_default().push(plain(object));
            }
        }
        found
    };
    let (mut before, after) = (read(old), read(new));
    // Sites that one environment alone has are told by name.
    let homes = |found: &BTreeMap<Key, Vec<Object>>| -> BTreeSet<(String, String)> {
        found.keys().map(|(home, tenant, ..)| (home.clone(), tenant.clone())).collect()
    };
    let (old_homes, new_homes) = (homes(&before), homes(&after));
    let is_shared = |key: &Key| {
        let home = (key.0.clone(), key.1.clone());
        old_homes.contains(&home) && new_homes.contains(&home)
    };
    let mut paired = Paired::default();
    before.retain(|key, _| is_shared(key));
    for (key, objects) in after.into_iter().filter(|(key, _)| is_shared(key)) {
        let others = before.remove(&key).unwrap_or_default();
        if others.is_empty() {
            paired.changes.extend(objects.iter().map(|object| one_sided(Action::New, object)));
            continue;
        }
        for object in &objects {
            // On the same cluster where it can be, else on whichever there is.
            let same = others.iter().find(|other| other.subject.cluster == object.subject.cluster);
            let Some(other) = same.or(others.first()) else { continue };
            if let Some(mut change) = Change::between(other, object, api) {
                change.fields.retain(|field| !class::is_stamp(field) && !is_of_delivery(field));
                change.remarks.clear();
                paired.changes.extend(Some(change).filter(|change| !change.fields.is_empty()));
            }
        }
    }
    paired.changes.extend(before.values().flatten().map(|object| one_sided(Action::Removed, object)));
    let filter = Filter::default();
    fold::fold(paired, &Context { filter: &filter, units: &[] })
}

/// Whether it is an annotation by which Flux or Argo CD delivers: it follows from the cluster.
fn is_of_delivery(field: &FieldChange) -> bool {
    let is_tool =
        |name: &str| name.starts_with("argocd.argoproj.io/") || name.starts_with("kustomize.toolkit.fluxcd.io/");
    matches!(field.path.steps().last(), Some(Step::Field(name)) if is_tool(name))
}

/// What pairs objects of two environments: the sites (or the tenant), and what it is.
type Key = (String, String, String, String, String);

fn key_of(object: &Object) -> Key {
    let Subject { site, tenant, group, kind, name, .. } = &object.subject;
    // Objects of a namespace are told apart by whose it is: the namespace's name without the environment's.
    let environment = Subject { environment: object.subject.environment.clone(), ..Subject::default() };
    let home = if site.is_empty() { environment.names().replace(&object.subject.namespace) } else { site.clone() };
    (home, tenant.clone(), group.clone(), kind.clone(), object.subject.names().replace(name))
}

/// The object without the names that differ between environments.
fn plain(mut object: Object) -> Object {
    object.value = object.subject.names().replace_in(&object.value);
    if object.base.is_some()
        && let Some(Value::Object(metadata)) = object.value.get_mut("metadata")
    {
        metadata.remove("name");
    }
    object
}

fn one_sided(action: Action, object: &Object) -> Change {
    let mut change = Change::of(action, object.subject.clone(), Vec::new());
    if action == Action::New {
        change.fields = telling::of(object);
    }
    change
}
