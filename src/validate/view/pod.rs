//! Pods, whatever object makes them.

use super::path::Path;
use super::{items, text};
use crate::object::{Names, Object, pod_template_path};
use crate::pointer::{Follow, Pointer};
use serde_json::Value;

/// A pod, or the template that pods are made from.
pub struct Pod<'a> {
    /// Number of its object in the unit.
    pub object: usize,
    /// The names of its object.
    pub of: Names<'a>,
    /// Where it lies in its object: empty for a Pod itself.
    at: &'static str,
    metadata: Option<&'a Value>,
    pub labels: Option<&'a Value>,
    pub spec: &'a Value,
    /// Init containers first, as they run.
    pub containers: Vec<Container<'a>>,
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
    pub fn of(number: usize, object: &'a Object<'_>, of: Names<'a>) -> Option<Self> {
        let at = match (of.group, of.kind) {
            ("", "Pod") => "",
            (group, kind) => pod_template_path(group, kind)?,
        };
        let value = object.value.follow(at)?;
        let metadata = value.get("metadata");
        let labels = metadata.and_then(|metadata| metadata.get("labels"));
        let spec = value.get("spec")?;
        let listed = |list: &'static str, is_init: bool| {
            items(spec, list).map(move |(index, value)| Container { value, is_init, at, index })
        };
        let containers = listed("initContainers", true).chain(listed("containers", false)).collect();
        Some(Pod { object: number, of, at, metadata, labels, spec, containers })
    }

    /// Where a path below the pod, such as `/spec/volumes`, lies in the object.
    pub fn path(&self, path: &'static str) -> Path {
        Path::new(self.at).child(path)
    }

    /// The same as a pointer.
    pub fn pointer(&self, path: &'static str) -> Pointer {
        self.path(path).pointer()
    }

    pub fn annotations(&self) -> Option<&'a Value> {
        self.metadata?.get("annotations")
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
