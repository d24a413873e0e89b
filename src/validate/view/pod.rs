//! Pods, whatever object makes them.

use super::{items, pointer, text};
use crate::object::{Object, pod_template_path};
use crate::pointer::Pointer;
use serde_json::Value;

/// A pod, or the template that pods are made from.
pub struct Pod<'a> {
    /// Number of its object in the unit.
    pub object: usize,
    /// Where it lies in its object: empty for a Pod itself.
    at: &'static str,
    /// With `metadata` and `spec`.
    pub value: &'a Value,
    pub spec: &'a Value,
}

/// A container or init container.
pub struct Container<'a> {
    pub value: &'a Value,
    pub is_init: bool,
    /// Where its pod lies, and its number in the list.
    at: &'static str,
    index: usize,
}

impl<'a> Pod<'a> {
    /// The pod of an object that has one.
    pub fn of(number: usize, object: &'a Object<'_>) -> Option<Self> {
        let at = match (object.group(), object.kind()) {
            ("", "Pod") => "",
            (group, kind) => pod_template_path(group, kind)?,
        };
        let value = object.value.pointer(at)?;
        Some(Pod { object: number, at, value, spec: value.get("spec")? })
    }

    /// The pointer, in the object, of a path below the pod, such as `/spec/volumes`.
    pub fn pointer(&self, path: &str) -> Pointer {
        pointer(self.at).join(&pointer(path))
    }

    pub fn labels(&self) -> Option<&'a Value> {
        self.value.get("metadata")?.get("labels")
    }

    pub fn annotations(&self) -> Option<&'a Value> {
        self.value.get("metadata")?.get("annotations")
    }

    /// Init containers first, as they run.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> {
        let of = |list: &'static str| {
            let at = self.at;
            items(self.spec, list).map(move |(index, value)| Container {
                value,
                is_init: list == "initContainers",
                at,
                index,
            })
        };
        of("initContainers").chain(of("containers"))
    }

    /// Names of the claims that its volumes mount, with their pointers.
    pub fn claims(&self) -> impl Iterator<Item = (&'a str, Pointer)> {
        let at = self.pointer("/spec/volumes");
        items(self.spec, "volumes").filter_map(move |(index, volume)| {
            let name = volume.pointer("/persistentVolumeClaim/claimName")?.as_str()?;
            Some((name, at.child(index).child("persistentVolumeClaim").child("claimName")))
        })
    }
}

impl<'a> Container<'a> {
    /// Where it lies in its object. Made when it is asked for, since most containers give no reason to.
    pub fn pointer(&self) -> Pointer {
        let list = if self.is_init { "initContainers" } else { "containers" };
        pointer(self.at).child("spec").child(list).child(self.index)
    }

    pub fn name(&self) -> &'a str {
        text(self.value, "name")
    }

    /// ``container `web` ``, as messages name it.
    pub fn title(&self) -> String {
        let word = if self.is_init { "init container" } else { "container" };
        format!("{word} `{}`", self.name())
    }
}
