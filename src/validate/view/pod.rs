//! Pods, whatever object makes them.

use super::path::Path;
use super::{items, text};
use crate::object::{Object, pod_template_path};
use crate::pointer::{Follow, Pointer};
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
        let value = object.value.follow(at)?;
        Some(Pod { object: number, at, value, spec: value.get("spec")? })
    }

    /// Where a path below the pod, such as `/spec/volumes`, lies in the object.
    pub fn path(&self, path: &'static str) -> Path {
        Path::new(self.at).child(path)
    }

    /// The same as a pointer.
    pub fn pointer(&self, path: &'static str) -> Pointer {
        self.path(path).pointer()
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

    /// Names of the claims that its volumes mount, and where.
    pub fn claims(&self) -> impl Iterator<Item = (&'a str, Path)> {
        let at = self.path("/spec/volumes");
        items(self.spec, "volumes").filter_map(move |(index, volume)| {
            let name = volume.follow("/persistentVolumeClaim/claimName")?.as_str()?;
            Some((name, at.child(index).child("/persistentVolumeClaim/claimName")))
        })
    }
}

impl<'a> Container<'a> {
    /// Where it lies in its object.
    pub fn path(&self) -> Path {
        let list = if self.is_init { "/spec/initContainers" } else { "/spec/containers" };
        Path::new(self.at).child(list).child(self.index)
    }

    /// The same as a pointer.
    pub fn pointer(&self) -> Pointer {
        self.path().pointer()
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
