//! Folds changes into hunks: what is the same but for the names of its cluster, environment, tenant, site and namespace is one.
//!
//! Changes are first put into buckets of one shape: the same kind, name and fields. In a bucket those with equal values are a hunk.
//! Where that leaves many, texts are held to the part of them that changes; where that leaves many still, the bucket is one hunk
//! of all sorts of values, but for the values that many objects share.

mod delta;
mod exceptions;
mod shared;

pub use delta::of as delta;
pub use shared::Shared;

use super::change::{Action, Change};
use super::class::{Class, Remark, some};
use super::fields::{FieldChange, Sort};
use super::object::Subject;
use super::pair::Paired;
use super::path::Path;
use super::{Context, Diff, FoldedField, Hunk, Summary, Values};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A bucket may fall into so many hunks before values are no longer told apart.
const MOST_HUNKS: usize = 3;
/// So many objects of one value, and a quarter of all, are a hunk of their own among others of all sorts.
const SHARED: usize = 10;

/// What the changes of one bucket have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    action: Action,
    group: String,
    kind: String,
    name: String,
    phrase: String,
    classes: Vec<Class>,
    fields: Vec<(Path, Sort)>,
}

/// A change without the names that it is about.
struct Plain {
    change: Change,
    shape: Shape,
    fields: Vec<FieldChange>,
    remarks: Vec<Remark>,
}

impl Plain {
    fn of(change: Change) -> Self {
        let names = change.subject.names();
        let fields: Vec<FieldChange> = change
            .fields
            .iter()
            .map(|field| FieldChange {
                path: names.replace_in_path(&field.path),
                old: field.old.as_ref().map(|value| names.replace_in(value)),
                new: field.new.as_ref().map(|value| names.replace_in(value)),
                sort: field.sort,
                at: field.at.clone(),
            })
            .collect();
        let remarks: Vec<Remark> =
            change.remarks.iter().map(|remark| Remark::new(remark.class, names.replace(&remark.text))).collect();
        let is_bundle = change.is_bundle();
        let shape = Shape {
            action: change.action,
            group: change.subject.group.clone(),
            kind: change.subject.kind.clone(),
            name: if is_bundle { String::new() } else { names.replace(&change.subject.name) },
            phrase: names.replace(&change.phrase),
            classes: if is_bundle { Vec::new() } else { remarks.iter().map(|remark| remark.class).collect() },
            fields: fields.iter().map(|field| (field.path.clone(), field.sort)).collect(),
        };
        Plain { change, shape, fields, remarks }
    }

    /// What makes it equal to another one of its bucket.
    fn exact(&self) -> Vec<String> {
        if self.change.is_bundle() {
            return Vec::new();
        }
        let told = |value: &Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
        let fields = self.fields.iter().flat_map(|field| [told(&field.old), told(&field.new)]);
        fields.chain(self.remarks.iter().map(|remark| remark.text.clone())).collect()
    }

    /// The same, with texts held to what changes in them.
    fn alike(&self) -> Vec<String> {
        let fields = self.fields.iter().flat_map(|field| {
            let (old, new) = delta::of(field.old.as_ref(), field.new.as_ref());
            [old, new]
        });
        fields.collect()
    }
}

pub fn fold(paired: Paired, context: &Context<'_>) -> Diff {
    let Paired { changes, formatting, others } = paired;
    let mut summary = Summary::default();
    changes.iter().for_each(|change| summary.add(change));
    formatting.iter().for_each(|subject| summary.formatting(&subject.cluster, &subject.kind));
    let plain: Vec<Plain> = changes.into_par_iter().map(Plain::of).collect();
    let mut buckets: BTreeMap<Shape, Vec<Plain>> = BTreeMap::new();
    for change in plain {
        buckets.entry(change.shape.clone()).or_default().push(change);
    }
    let mut hunks: Vec<Hunk> = buckets.into_values().flat_map(hunks_of).collect();
    exceptions::find(&mut hunks, context);
    let mut hunks = joined(hunks);
    hunks.sort_by(|one, other| order(one).cmp(&order(other)));
    Diff { hunks, formatting, others, summary }
}

/// The gravest first, then whole namespaces, then by kind and name.
fn order(hunk: &Hunk) -> (Option<&Class>, bool, Action, &str, &str, &Subject) {
    (hunk.classes.first(), !hunk.is_bundle(), hunk.action, &hunk.kind, &hunk.title, &hunk.subjects[0])
}

/// Objects of one kind that differ in the same way in the same places, such as the three CronJobs of a site, are told as one.
fn joined(hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut joined: Vec<(Hunk, Vec<String>)> = Vec::with_capacity(hunks.len());
    for hunk in hunks {
        let name = hunk.title.strip_prefix(&hunk.kind).unwrap_or(&hunk.title).trim_start().to_owned();
        match joined.iter_mut().rev().find(|(known, _)| is_same(known, &hunk)) {
            Some((known, names)) => {
                names.push(name);
                known.peers = known.peers.zip(hunk.peers).map(|(one, other)| one + other);
                known.subjects.extend(hunk.subjects);
            }
            None => joined.push((hunk, vec![name])),
        }
    }
    let titled = joined.into_iter().map(|(mut hunk, names)| {
        if names.len() > 1 {
            hunk.title = format!("{} {}", hunk.kind, some(names));
        }
        hunk
    });
    titled.collect()
}

fn is_same(one: &Hunk, other: &Hunk) -> bool {
    let homes = |hunk: &'_ Hunk| -> BTreeSet<String> { hunk.subjects.iter().map(Subject::place).collect() };
    let values = |hunk: &'_ Hunk| -> Vec<(Path, Sort, Values)> {
        hunk.fields.iter().map(|field| (field.path.clone(), field.sort, field.values.clone())).collect()
    };
    one.action == Action::Changed
        && other.action == Action::Changed
        && (&one.group, &one.kind, &one.classes, &one.remarks)
            == (&other.group, &other.kind, &other.classes, &other.remarks)
        && one.exceptions.is_empty()
        && other.exceptions.is_empty()
        && values(one) == values(other)
        && (homes(one) == homes(other) || is_everywhere(one) && is_everywhere(other))
}

/// Whether it is about all objects of its name.
fn is_everywhere(hunk: &Hunk) -> bool {
    hunk.subjects.len() > 1 && hunk.peers == Some(hunk.subjects.len())
}

fn hunks_of(bucket: Vec<Plain>) -> Vec<Hunk> {
    let total = bucket.len();
    let exact = group(bucket, Plain::exact);
    if exact.len() == 1 {
        return exact.into_iter().filter_map(hunk).collect();
    }
    let distinct = exact.len();
    let alike = group(exact.into_iter().flatten().collect(), Plain::alike);
    if alike.len() == 1 || (alike.len() <= MOST_HUNKS && distinct > MOST_HUNKS) {
        return alike.into_iter().filter_map(hunk).collect();
    }
    if distinct <= MOST_HUNKS {
        let exact = group(alike.into_iter().flatten().collect(), Plain::exact);
        return exact.into_iter().filter_map(hunk).collect();
    }
    let mut exact = group(alike.into_iter().flatten().collect(), Plain::exact);
    exact.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let shared = exact.iter().take(MOST_HUNKS).take_while(|group| group.len() >= SHARED.max(total / 4)).count();
    let rest: Vec<Plain> = exact.split_off(shared).into_iter().flatten().collect();
    exact.push(rest);
    exact.into_iter().filter_map(hunk).collect()
}

/// Groups of what has the same key, in order of key.
fn group(changes: Vec<Plain>, key: impl Fn(&Plain) -> Vec<String>) -> Vec<Vec<Plain>> {
    let mut groups: BTreeMap<Vec<String>, Vec<Plain>> = BTreeMap::new();
    for change in changes {
        groups.entry(key(&change)).or_default().push(change);
    }
    groups.into_values().collect()
}

fn hunk(mut group: Vec<Plain>) -> Option<Hunk> {
    group.sort_by(|one, other| one.change.subject.cmp(&other.change.subject));
    let is_one = group.len() == 1;
    let mut contents: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, count) in group.iter().flat_map(|plain| &plain.change.contents) {
        *contents.entry(kind.clone()).or_default() += count;
    }
    let shared = Shared::of(group.iter().map(|plain| &plain.change.subject));
    let fields = fields(&group, &shared);
    let remarks = remarks(&group, &shared);
    let subjects: Vec<Subject> = group.iter().map(|plain| plain.change.subject.clone()).collect();
    let phrases: BTreeSet<&str> = group.iter().map(|plain| plain.change.phrase.as_str()).collect();
    let has_one_phrase = phrases.len() == 1;
    let first = group.into_iter().next()?;
    let title = match (contents.is_empty(), is_one) {
        (true, true) => first.change.subject.to_string(),
        (true, false) => {
            format!("{} {}", first.shape.kind, shared.text(&first.shape.name, &first.change.subject.name))
        }
        (false, true) => {
            first.change.phrase.replace("{namespace}", &format!("namespace {}", first.change.subject.namespace))
        }
        (false, false) if has_one_phrase => first.change.phrase.replace("{namespace}", "each namespace"),
        (false, false) => shared.text(&first.shape.phrase, &first.change.phrase),
    };
    let mut classes: Vec<Class> = remarks.iter().map(|remark| remark.class).collect();
    classes.sort();
    classes.dedup();
    Some(Hunk {
        action: first.change.action,
        title,
        group: first.shape.group,
        kind: first.shape.kind,
        classes,
        remarks: remarks.into_iter().filter(|remark| !remark.text.is_empty()).collect(),
        fields,
        subjects,
        contents,
        exceptions: Vec::new(),
        peers: None,
        sample: [first.change.was, first.change.is],
    })
}

/// Each field with its values; of one object as they are, of several without names.
fn fields(group: &[Plain], shared: &Shared) -> Vec<FoldedField> {
    let Some(first) = group.first() else { return Vec::new() };
    let own = if group.len() == 1 { &first.change.fields } else { &first.fields };
    let folded = own.iter().enumerate().map(|(number, field)| {
        let all: Vec<&FieldChange> = group.iter().filter_map(|plain| plain.fields.get(number)).collect();
        let original = first.change.fields.get(number).unwrap_or(field);
        FoldedField {
            path: shared.path(&field.path, &original.path),
            sort: field.sort,
            values: if group.len() == 1 { same(field) } else { shared.values(values(&all), original) },
            at: field.at.clone(),
            set_by: Vec::new(),
        }
    });
    folded.collect()
}

fn same(field: &FieldChange) -> Values {
    Values::Same { old: field.old.clone(), new: field.new.clone() }
}

fn values(all: &[&FieldChange]) -> Values {
    let Some(first) = all.first() else { return Values::Same { old: None, new: None } };
    if all.iter().all(|field| field.old == first.old && field.new == first.new) {
        return same(first);
    }
    let (old, new) = delta::of(first.old.as_ref(), first.new.as_ref());
    if all.iter().all(|field| delta::of(field.old.as_ref(), field.new.as_ref()) == (old.clone(), new.clone())) {
        return Values::Alike { old, new };
    }
    let told = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    let distinct: BTreeSet<_> = all.iter().map(|field| (told(&field.old), told(&field.new))).collect();
    Values::Differ { count: distinct.len(), old: first.old.clone(), new: first.new.clone() }
}

/// Each class once, with what is said of it; what holds in some environments alone names them.
fn remarks(group: &[Plain], shared: &Shared) -> Vec<Remark> {
    let mut texts: BTreeMap<Class, BTreeMap<String, BTreeSet<&str>>> = BTreeMap::new();
    let mut environments: BTreeSet<&str> = BTreeSet::new();
    for plain in group {
        let environment = plain.change.subject.environment.as_str();
        environments.insert(environment);
        for (remark, own) in plain.remarks.iter().zip(&plain.change.remarks) {
            let text = match group.len() {
                1 => own.text.clone(),
                _ => shared.text_in(&remark.text, &own.text, &plain.change.subject),
            };
            texts.entry(remark.class).or_default().entry(text).or_default().insert(environment);
        }
    }
    let told = texts.into_iter().flat_map(|(class, texts)| {
        let is_apart = texts.values().map(BTreeSet::len).sum::<usize>() == environments.len() && texts.len() > 1;
        let named = texts.into_iter().filter(|(text, _)| !text.is_empty()).map(|(text, places)| match is_apart {
            true => format!("{text} ({})", places.into_iter().collect::<Vec<_>>().join(", ")),
            false => text,
        });
        let mut texts: Vec<String> = named.collect();
        if group.len() > 1 && texts.len() > MOST_HUNKS {
            texts = vec![some(texts)];
        }
        if texts.is_empty() {
            texts.push(String::new());
        }
        texts.into_iter().map(move |text| Remark { class, text })
    });
    told.collect()
}
