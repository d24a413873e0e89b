//! What differs between two environments of the same sites: resolved values, and objects.
//!
//! Objects are paired by kind and name, with the names of site, environment, namespace, cluster and tenant taken out on both
//! sides, so that what follows from the environment's own name does not differ. What a change would do to a running system is
//! no question here: neither side becomes the other.

use super::change::{Action, Change};
use super::class;
use super::fields;
use super::fold;
use super::object::{Object, Subject};
use super::pair::Paired;
use super::telling;
use super::{Context, Diff, SetBy, ValueChange, Values};
use crate::kubernetes::Api;
use crate::pipeline::Filter;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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
            if object.subject.environment == environment {
                found.entry(key_of(&object)).or_default().push(plain(object));
            }
        }
        found
    };
    let (mut before, after) = (read(old), read(new));
    let mut paired = Paired::default();
    for (key, objects) in after {
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
                change.fields.retain(|field| !class::is_stamp(field));
                change.remarks.clear();
                paired.changes.extend(Some(change).filter(|change| !change.fields.is_empty()));
            }
        }
    }
    paired.changes.extend(before.values().flatten().map(|object| one_sided(Action::Removed, object)));
    let filter = Filter::default();
    fold::fold(paired, &Context { filter: &filter, units: &[] })
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
