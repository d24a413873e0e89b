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

use crate::finish::UnitContext;
use crate::object::Object;
use crate::pointer::Pointer;
use crate::spec::ExternalObject;
use pod::Pod;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Group, kind, namespace and name of an object.
type Name<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Objects of one unit with what several rules need to know of them.
pub struct View<'a> {
    pub objects: &'a [Object<'a>],
    pub context: &'a UnitContext<'a>,
    /// Pods and pod templates, in order of object.
    pub pods: Vec<Pod<'a>>,
    by_kind: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    by_name: BTreeMap<Name<'a>, usize>,
    external: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> View<'a> {
    pub fn new(
        objects: &'a [Object<'a>],
        context: &'a UnitContext<'a>,
        external: impl IntoIterator<Item = &'a ExternalObject>,
    ) -> Self {
        let pods = objects.iter().enumerate().filter_map(|(number, object)| Pod::of(number, object)).collect();
        let external = external.into_iter().map(|object| (object.kind.as_str(), object.name.as_str())).collect();
        let mut by_kind: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        let mut by_name: BTreeMap<Name<'_>, usize> = BTreeMap::new();
        for (number, object) in objects.iter().enumerate() {
            by_kind.entry((object.group(), object.kind())).or_default().push(number);
            by_name.entry((object.group(), object.kind(), object.namespace(), object.name())).or_insert(number);
        }
        View { objects, context, pods, by_kind, by_name, external }
    }

    /// Objects of a kind, each with its number.
    pub fn of_kind<'v>(&'v self, group: &'v str, kind: &'v str) -> impl Iterator<Item = (usize, &'a Object<'a>)> {
        let numbers = self.by_kind.get(&(group, kind)).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| Some((*number, self.objects.get(*number)?)))
    }

    /// The object of a kind and name in a namespace, with its number.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<(usize, &'a Object<'a>)> {
        let number = *self.by_name.get(&(group, kind, namespace, name))?;
        Some((number, self.objects.get(number)?))
    }

    pub fn object(&self, number: usize) -> Option<&'a Object<'a>> {
        self.objects.get(number)
    }

    /// The object that a pod belongs to, as messages name it: `Deployment portal-web`.
    pub fn name_of(&self, pod: &Pod<'_>) -> String {
        self.objects.get(pod.object).map(|object| object.identity().to_string()).unwrap_or_default()
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
