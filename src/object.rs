//! A Kubernetes object on its way from a template to a file.

use crate::mustache::trace::InsertedFrom;
use crate::mustache::{DocumentOrigin, Program};
use crate::patch::{self, Touched};
use crate::pointer::Pointer;
use crate::resolve::values::RenderInputs;
use crate::source::Span;
use crate::spec::common::Layer;
use crate::spec::template::Run;
use crate::yaml::LazyDocument;
use crate::yaml::value::Octal;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What an object is, whatever file it lies in; the namespace is the empty string for cluster-scoped ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl Identity {
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

/// What an [`Identity`] consists of, to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Names<'o> {
    pub group: &'o str,
    pub kind: &'o str,
    pub namespace: &'o str,
    pub name: &'o str,
}

impl Names<'_> {
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for Identity {
    /// `Deployment portal-web`, as messages name it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

/// Which part of the fleet an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A cluster's template.
    Cluster,
    /// A namespace's template, or the compiler itself for that namespace.
    Namespace,
    /// The deployment with this number in its unit.
    Site(usize),
}

/// A rendered object with what the later phases need to know of it.
#[derive(Debug, Clone)]
pub struct Object<'s> {
    pub value: Value,
    pub owner: Owner,
    pub layer: Layer,
    /// `bayplan/run`, for Jobs.
    pub run: Option<Run>,
    /// A file that is passed through byte for byte; `value` is then only looked at.
    pub verbatim: Option<Arc<[u8]>>,
    /// Bare scalars such as `0644` that were read as octal: right where the schema wants an integer. Pointers are those of the
    /// object as its template wrote it.
    pub octals: Vec<Octal>,
    pub origin: Origin<'s>,
}

/// Where an object comes from, for messages.
#[derive(Debug, Clone)]
pub struct Origin<'s> {
    /// The file of its document: a template, a secret file, or the spec that has the compiler write it.
    pub span: Span,
    /// Leads back to the template's text and to the values.
    pub rendered: Option<RenderedFrom<'s>>,
    /// In order of application.
    pub patches: Vec<AppliedPatch>,
}

/// The document of a program that an object was filled from, and the values that filled it.
#[derive(Debug, Clone)]
pub struct RenderedFrom<'s> {
    pub program: Arc<Program>,
    pub document: DocumentOrigin,
    pub inputs: Arc<RenderInputs<'s>>,
}

/// What one patch did to an object.
#[derive(Debug, Clone)]
pub struct AppliedPatch {
    pub document: Arc<LazyDocument>,
    /// The patch's body in its document.
    pub body: Pointer,
    /// Whose it is: `site portal, environment production`.
    pub label: String,
    pub touched: Touched,
}

/// Where a field of an object was written.
#[derive(Debug, Clone)]
pub struct FieldPlace {
    pub span: Span,
    /// The key of the field, where the template's text has one.
    pub key: Option<Span>,
    /// What is there: `inserted here`, `set by this patch`, or nothing for the template's own text.
    pub label: String,
    /// The value that was inserted there: its place and its layer.
    pub value: Option<(Span, String)>,
    /// Of a computed value, the last value that went into it: its place and its layer.
    pub part: Option<(Span, String)>,
    /// Where the template's schema declares the type of that value, and a label that says so: no layer could set another.
    pub declared: Option<(Span, String)>,
}

impl Origin<'_> {
    /// The place of the field at `pointer` of the finished object: the patch that set it, else the template's text, and the
    /// value that fills it. A field that is not there has the place of what should hold it.
    pub fn field(&self, pointer: &Pointer) -> FieldPlace {
        let mut pointer = pointer.clone();
        for patch in self.patches.iter().rev() {
            match patch.touched.origin(&pointer) {
                patch::Origin::Patch(inside) => {
                    let span = patch.document.locate(&patch.body.join(&inside));
                    let key = Some(patch.document.locate_key(&patch.body.join(&inside)));
                    return FieldPlace {
                        span,
                        key,
                        label: format!("set by this patch of {}", patch.label),
                        value: None,
                        part: None,
                        declared: None,
                    };
                }
                patch::Origin::Before(before) => pointer = before,
            }
        }
        let trace = self.rendered.as_ref().and_then(|rendered| {
            let trace = rendered.program.trace(&rendered.inputs.values(), &rendered.document, &pointer)?;
            Some((trace, rendered))
        });
        let Some((trace, rendered)) = trace else {
            return FieldPlace {
                span: self.span,
                key: None,
                label: String::new(),
                value: None,
                part: None,
                declared: None,
            };
        };
        let inserted = trace.inserted.first();
        let path = inserted.and_then(|inserted| match &inserted.source {
            InsertedFrom::Value { path, below } => Some(path.join(below)),
            InsertedFrom::File(_) => None,
        });
        let declared = path.as_ref().and_then(|path| rendered.inputs.declared(path));
        let value = path.as_ref().and_then(|path| rendered.inputs.locate(path));
        let part = path.as_ref().filter(|_| value.is_none()).and_then(|path| rendered.inputs.locate_part(path));
        match inserted {
            Some(inserted) => FieldPlace {
                span: inserted.tag,
                key: trace.key,
                label: "inserted here".to_owned(),
                value,
                part,
                declared,
            },
            None => FieldPlace {
                span: trace.place,
                key: trace.key,
                label: String::new(),
                value: None,
                part: None,
                declared: None,
            },
        }
    }

    /// The values of layers that templates insert into the field at `pointer`, by way of computed ones too: each with its line and
    /// its layer, where a layer sets it. None of a field that a patch sets.
    pub fn inserted(&self, pointer: &Pointer) -> Vec<(Value, Option<(Span, String)>)> {
        let mut pointer = pointer.clone();
        for patch in self.patches.iter().rev() {
            match patch.touched.origin(&pointer) {
                patch::Origin::Patch(_) => return Vec::new(),
                patch::Origin::Before(before) => pointer = before,
            }
        }
        let Some(rendered) = &self.rendered else { return Vec::new() };
        let trace = rendered.program.trace(&rendered.inputs.values(), &rendered.document, &pointer);
        let inserted = trace.map(|trace| trace.inserted).unwrap_or_default();
        let values = rendered.inputs.retrace();
        let paths = inserted.iter().flat_map(|inserted| match &inserted.source {
            InsertedFrom::Value { path, below } => values.made_from(&path.join(below)),
            InsertedFrom::File(_) => Vec::new(),
        });
        let mut known = BTreeSet::new();
        let paths = paths.filter(|path| known.insert(path.clone()));
        paths.filter_map(|path| Some((rendered.inputs.value(&path)?.clone(), values.locate(&path)))).collect()
    }

    /// The place of the patch that took away the field at `pointer`, and what to say of it.
    pub fn removed(&self, pointer: &Pointer) -> Option<(Span, String)> {
        let mut pointer = pointer.clone();
        for patch in self.patches.iter().rev() {
            // What the patch itself made never had the field.
            let holder = pointer.parent().unwrap_or_default();
            if !holder.is_root() && matches!(patch.touched.origin(&holder), patch::Origin::Patch(_)) {
                return None;
            }
            if let Some(inside) = patch.touched.remover(&pointer) {
                let span = patch.document.locate(&patch.body.join(inside));
                return Some((span, format!("removed by this patch of {}", patch.label)));
            }
            match patch.touched.origin(&pointer) {
                patch::Origin::Patch(_) => return None,
                patch::Origin::Before(before) => pointer = before,
            }
        }
        None
    }

    /// The place of a field, without what is there.
    pub fn locate(&self, pointer: &Pointer) -> Span {
        self.field(pointer).span
    }
}

impl Object<'_> {
    pub fn api_version(&self) -> &str {
        self.value.get("apiVersion").and_then(Value::as_str).unwrap_or_default()
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        group(self.api_version())
    }

    pub fn kind(&self) -> &str {
        self.value.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.metadata_text("name")
    }

    /// Empty where there is none.
    pub fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    fn metadata_text(&self, key: &str) -> &str {
        self.value.get("metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn identity(&self) -> Identity {
        let Names { group, kind, namespace, name } = self.names();
        let [group, kind, namespace, name] = [group, kind, namespace, name].map(str::to_owned);
        Identity { group, kind, namespace, name }
    }

    /// Group, kind, namespace and name. They are read in passing, which is quicker than looking each up.
    pub fn names(&self) -> Names<'_> {
        let mut names = Names { group: "", kind: "", namespace: "", name: "" };
        let mut metadata = None;
        for (key, value) in self.value.as_object().into_iter().flatten() {
            match key.as_str() {
                "apiVersion" => names.group = group(value.as_str().unwrap_or_default()),
                "kind" => names.kind = value.as_str().unwrap_or_default(),
                "metadata" => metadata = value.as_object(),
                _ => {}
            }
        }
        for (key, value) in metadata.into_iter().flatten() {
            match key.as_str() {
                "namespace" => names.namespace = value.as_str().unwrap_or_default(),
                "name" => names.name = value.as_str().unwrap_or_default(),
                _ => {}
            }
        }
        names
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get("annotations")?.get(key)?.as_str()
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get("labels")?.get(key)?.as_str()
    }

    pub fn set_annotation(&mut self, key: &str, value: &str) {
        if let Some(annotations) = metadata_map(&mut self.value, "annotations") {
            annotations.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    }

    /// The labels, made where there are none; none where `metadata` or `labels` is no map.
    pub fn labels_mut(&mut self) -> Option<&mut Map<String, Value>> {
        metadata_map(&mut self.value, "labels")
    }

    /// Removes an annotation, and the map of annotations when it was the only one.
    pub fn remove_annotation(&mut self, key: &str) {
        let Some(Value::Object(metadata)) = self.value.get_mut("metadata") else { return };
        let Some(Value::Object(annotations)) = metadata.get_mut("annotations") else { return };
        annotations.remove(key);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }

    pub fn set_metadata(&mut self, key: &str, value: &str) {
        if let Some(Value::Object(metadata)) = self.value.get_mut("metadata") {
            metadata.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    }

    /// Claims, volumes and snapshots: what the layer `data` is for.
    pub fn is_volume_kind(&self) -> bool {
        matches!(
            (self.group(), self.kind()),
            ("", "PersistentVolumeClaim" | "PersistentVolume")
                | ("snapshot.storage.k8s.io", "VolumeSnapshot" | "VolumeSnapshotContent")
                | ("groupsnapshot.storage.k8s.io", "VolumeGroupSnapshot" | "VolumeGroupSnapshotContent")
        )
    }
}

/// The group of an `apiVersion`; empty for the core group.
fn group(api_version: &str) -> &str {
    let slash = api_version.bytes().rposition(|byte| byte == b'/');
    slash.map_or("", |slash| &api_version[..slash])
}

/// `metadata.labels` or `metadata.annotations`, made where it is absent.
fn metadata_map<'v>(value: &'v mut Value, field: &str) -> Option<&'v mut Map<String, Value>> {
    let metadata = below(value.as_object_mut()?, "metadata")?.as_object_mut()?;
    let map = below(metadata, field)?;
    if map.is_null() {
        *map = Value::Object(Map::new());
    }
    map.as_object_mut()
}

/// A field of a map, an empty map where it was absent. No key is made for one that is there.
fn below<'v>(map: &'v mut Map<String, Value>, field: &str) -> Option<&'v mut Value> {
    if !map.contains_key(field) {
        map.insert(field.to_owned(), Value::Object(Map::new()));
    }
    map.get_mut(field)
}

/// Where the pod template lies in objects of a kind that has one; another API group's kind of the same name has none.
pub fn pod_template_path(group: &str, kind: &str) -> Option<&'static str> {
    match (group, kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("batch", "Job") => Some("/spec/template"),
        ("batch", "CronJob") => Some("/spec/jobTemplate/spec/template"),
        _ => None,
    }
}
