//! The finished objects of a unit, as rules look at them: pods, references, what is provided.
//!
//! Made once for a unit and shared by all rules. Values may be malformed where the schema has errors: what is not there, or of
//! another type, is passed over.

pub mod image;
pub mod path;
pub mod pod;
pub mod provided;
pub mod references;
pub mod selector;
pub mod texts;

use crate::finish::UnitContext;
use crate::object::{Names, Object};
use crate::pointer::Pointer;
use crate::spec::ExternalObject;
use pod::Pod;
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use texts::Texts;

/// Objects of one unit with what several rules need to know of them.
pub struct View<'a> {
    pub objects: &'a [Object<'a>],
    pub context: &'a UnitContext<'a>,
    /// Pods and pod templates, in order of object.
    pub pods: Vec<Pod<'a>>,
    /// Their texts, and how many bytes those are.
    pub texts: Texts<'a>,
    /// In order of object.
    names: Vec<Names<'a>>,
    /// Names and numbers of the objects, in order of kind, group and number.
    by_kind: Vec<(Names<'a>, usize)>,
    /// The same in order of namespace, kind, name, group and number.
    by_name: Vec<(Names<'a>, usize)>,
    external: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> View<'a> {
    pub fn new(
        objects: &'a [Object<'a>],
        context: &'a UnitContext<'a>,
        external: impl IntoIterator<Item = &'a ExternalObject>,
    ) -> Self {
        let names: Vec<Names<'a>> = objects.iter().map(Object::names).collect();
        let pods = objects.iter().zip(&names).enumerate();
        let pods = pods.filter_map(|(number, (object, of))| Pod::of(number, object, *of)).collect();
        let external = external.into_iter().map(|object| (object.kind.as_str(), object.name.as_str())).collect();
        let mut by_kind: Vec<(Names<'a>, usize)> = names.iter().copied().zip(0..).collect();
        let mut by_name = by_kind.clone();
        by_kind.sort_unstable_by_key(|(of, number)| (of.kind, of.group, *number));
        by_name.sort_unstable_by_key(|(of, number)| (of.namespace, of.kind, of.name, of.group, *number));
        View { objects, context, pods, texts: Texts::of(objects), names, by_kind, by_name, external }
    }

    /// Objects of a kind, each with its number, in order of number.
    pub fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = (usize, &'a Object<'a>)> {
        let all = range(&self.by_kind, |of| (of.kind, of.group).cmp(&(kind, group)));
        all.iter().filter_map(|(_, number)| Some((*number, self.objects.get(*number)?)))
    }

    /// The object of a kind and name in a namespace, with its number.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<(usize, &'a Object<'a>)> {
        let wanted = (namespace, kind, name, group);
        let all = range(&self.by_name, |of| (of.namespace, of.kind, of.name, of.group).cmp(&wanted));
        let (_, number) = all.first()?;
        Some((*number, self.objects.get(*number)?))
    }

    /// Whether there is an object of a kind, of whatever group, and name in a namespace.
    pub fn has(&self, namespace: &str, kind: &str, name: &str) -> bool {
        let wanted = (namespace, kind, name);
        self.by_name.binary_search_by(|(of, _)| (of.namespace, of.kind, of.name).cmp(&wanted)).is_ok()
    }

    /// Names of the objects of a kind, of whatever group, in a namespace, in order.
    pub fn names_of(&self, namespace: &str, kind: &str) -> impl Iterator<Item = &'a str> {
        let all = range(&self.by_name, |of| (of.namespace, of.kind).cmp(&(namespace, kind)));
        all.iter().map(|(of, _)| of.name)
    }

    /// All objects with their names, in order of object.
    pub fn named(&self) -> impl Iterator<Item = (Names<'a>, &'a Object<'a>)> {
        self.names.iter().copied().zip(self.objects)
    }

    pub fn object(&self, number: usize) -> Option<&'a Object<'a>> {
        self.objects.get(number)
    }

    /// Names of the objects of a kind that specs say somebody else provides.
    pub fn external_of(&self, kind: &str) -> impl Iterator<Item = &'a str> {
        self.external.iter().filter(move |(known, _)| *known == kind).map(|(_, name)| *name)
    }

    /// Whether specs say that somebody else provides an object.
    pub fn is_external(&self, kind: &str, name: &str) -> bool {
        self.external.contains(&(kind, name))
    }
}

/// The part of a sorted list that `order` finds equal.
fn range<'v, 'a>(sorted: &'v [(Names<'a>, usize)], order: impl Fn(&Names<'a>) -> Ordering) -> &'v [(Names<'a>, usize)] {
    let start = sorted.partition_point(|(of, _)| order(of).is_lt());
    let rest = sorted.get(start..).unwrap_or_default();
    let length = rest.partition_point(|(of, _)| order(of).is_eq());
    rest.get(..length).unwrap_or_default()
}

/// The items of a list of an object; none where there is no list.
pub fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = (usize, &'v Value)> + use<'v> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// A text of an object; empty where there is none.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A pointer of a text such as `/spec/replicas`, whose keys hold neither `~` nor digits that are no index.
pub fn pointer(path: &str) -> Pointer {
    Pointer::from_segments(path.split('/').skip(1))
}
