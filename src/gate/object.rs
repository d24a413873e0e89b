//! Objects as they lie in a published tree: their place by path, and their content with secrets left out.

use super::{foreign, handover};
use crate::acknowledgement::Subject;
use crate::emit::{CLUSTER_FOLDER, DELIVERY_FOLDER};
use crate::finish::hash::sha256_of_text;
use crate::finish::labels;
use crate::finish::protection;
use crate::object::Identity;
use crate::output::kind_of;
use crate::spec::common::Layer;
use crate::yaml::read::{ReadOptions, read_text};
use crate::yaml::value::node_value;
use serde_json::Value;

const INDEX: &str = "kustomization.yaml";

/// Kinds, in lower case as file names begin, that some gate looks at wherever they lie. Of other kinds only what lies in the
/// layer `data` is read.
const WATCHED: &[&str] = &[
    "certificaterequest",
    "challenge",
    "clusterrolebinding",
    "configmap",
    "cronjob",
    "csidriver",
    "customresourcedefinition",
    "daemonset",
    "deployment",
    "endpointslice",
    "externalsecret",
    "gatewayclass",
    "ingressclass",
    "job",
    "namespace",
    "order",
    "persistentvolume",
    "persistentvolumeclaim",
    "pod",
    "priorityclass",
    "replicaset",
    "replicationcontroller",
    "resourcequota",
    "rolebinding",
    "runtimeclass",
    "secret",
    "service",
    "statefulset",
    "storageclass",
    "volumeattributesclass",
    "volumesnapshot",
    "volumesnapshotclass",
    "volumesnapshotcontent",
];

/// Group and kind of objects that are data, or that hold it, whoever wrote them.
pub const DATA_KINDS: &[(&str, &str)] = &[
    ("", "Namespace"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent"),
];

/// Where an object lies, by its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub cluster: String,
    /// Empty for a cluster's own objects.
    pub environment: String,
    /// The folder of its namespace; empty for cluster-scoped objects of the cluster.
    pub namespace: String,
    pub layer: Layer,
}

impl Place {
    /// Reads `<cluster>/<environment>/<namespace>/<layer>/<file>` or `<cluster>/cluster/<layer>/[<namespace>/]<file>`. None for
    /// indexes, for delivery, and for what bayplan did not write.
    pub fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        let (cluster, environment, namespace, layer) = match parts.as_slice() {
            [_, second, ..] if *second == DELIVERY_FOLDER => return None,
            [.., file] if *file == INDEX || !file.ends_with(".yaml") => return None,
            [cluster, second, layer, _] if *second == CLUSTER_FOLDER => (cluster, "", "", layer),
            [cluster, second, layer, namespace, _] if *second == CLUSTER_FOLDER => (cluster, "", *namespace, layer),
            [cluster, environment, namespace, layer, _] => (cluster, *environment, *namespace, layer),
            _ => return None,
        };
        Some(Place {
            cluster: (*cluster).to_owned(),
            environment: environment.to_owned(),
            namespace: namespace.to_owned(),
            layer: Layer::from_name(layer)?,
        })
    }

    /// The order in which it is applied: what a cluster's own templates make comes before all namespaces.
    pub fn order(&self) -> (bool, Layer) {
        (!self.environment.is_empty(), self.layer)
    }
}

/// Whether gates read the object at a path.
pub fn is_watched(path: &str) -> bool {
    let Some(place) = Place::of(path) else {
        return handover::is_applier(path) || foreign::is_foreign(path);
    };
    place.layer == Layer::Data || WATCHED.contains(&kind_of(path))
}

/// The one document of a file of the output.
pub fn read_object(bytes: &[u8]) -> Option<Value> {
    let reading = read_text(std::str::from_utf8(bytes).ok()?, ReadOptions::default());
    let root = reading.roots.first().filter(|_| reading.roots.len() == 1)?;
    Some(node_value(root, None).0)
}

/// What an object says that it is; none where it has no kind or name.
pub fn identity_of(value: &Value) -> Option<Identity> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let api_version = text("/apiVersion");
    let identity = Identity {
        group: api_version.rsplit_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: text("/kind"),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
    };
    (!identity.kind.is_empty() && !identity.name.is_empty()).then_some(identity)
}

/// An object of a published tree.
#[derive(Debug, Clone)]
pub struct Published {
    pub path: String,
    pub place: Place,
    pub identity: Identity,
    /// Without what a Secret holds, plain or encrypted.
    pub value: Value,
    /// What a Secret holds, so that two can be told apart; it is part of no message.
    pub secret_hash: Option<[u8; 32]>,
    /// Whether it is a SOPS file or a SealedSecret, which are passed through and carry no annotation of ours.
    pub is_verbatim: bool,
}

impl Published {
    /// Reads an object; none where the file is not one, or not at a path of ours.
    pub fn read(path: &str, bytes: &[u8]) -> Option<Self> {
        let place = Place::of(path)?;
        let value = read_object(bytes)?;
        Some(Published::new(path, place, identity_of(&value)?, value))
    }

    /// An object that was read already.
    pub fn new(path: &str, place: Place, identity: Identity, mut value: Value) -> Self {
        let mut is_verbatim = identity.is("bitnami.com", "SealedSecret");
        let mut secret_hash = None;
        if let (true, Value::Object(fields)) = (identity.is("", "Secret"), &mut value) {
            is_verbatim = fields.remove("sops").is_some();
            let held = ["data", "stringData"].map(|key| fields.remove(key));
            secret_hash = Some(sha256_of_text(&serde_json::to_string(&held).unwrap_or_default()));
        }
        Published { path: path.to_owned(), place, identity, value, secret_hash, is_verbatim }
    }

    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.get(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn label(&self, key: &str) -> &str {
        self.get("/metadata/labels").and_then(|labels| labels.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn annotation(&self, key: &str) -> &str {
        let annotations = self.get("/metadata/annotations");
        annotations.and_then(|annotations| annotations.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it carries the annotations that keep it when an edit removes it. The RoleBinding by which Flux prunes a namespace
    /// carries them too, and is no data.
    pub fn is_kept(&self) -> bool {
        let is_ours = self.place.layer == Layer::Platform && self.is("rbac.authorization.k8s.io", "RoleBinding");
        protection::is_kept(&self.value) && !is_ours
    }

    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.identity.is(group, kind)
    }

    pub fn is_namespace(&self) -> bool {
        self.is("", "Namespace")
    }

    pub fn is_claim(&self) -> bool {
        self.is("", "PersistentVolumeClaim")
    }

    /// Whether it is a StatefulSet that makes claims of its own.
    pub fn has_claim_templates(&self) -> bool {
        let templates = self.get("/spec/volumeClaimTemplates").and_then(Value::as_array);
        self.is("apps", "StatefulSet") && templates.is_some_and(|list| !list.is_empty())
    }

    /// A claim of the same namespace, by its name.
    pub fn claim(&self, name: &str) -> Identity {
        Identity {
            group: String::new(),
            kind: "PersistentVolumeClaim".to_owned(),
            namespace: self.identity.namespace.clone(),
            name: name.to_owned(),
        }
    }

    /// The namespace that it is in, or is.
    pub fn home(&self) -> &str {
        if self.is_namespace() { &self.identity.name } else { &self.identity.namespace }
    }

    /// What acknowledgements are matched against.
    pub fn subject(&self) -> Subject {
        Subject {
            cluster: self.place.cluster.clone(),
            environment: self.place.environment.clone(),
            tenant: self.label(labels::TENANT).to_owned(),
            site: self.label(labels::SITE).to_owned(),
            namespace: self.home().to_owned(),
            kind: self.identity.kind.clone(),
            name: self.identity.name.clone(),
        }
    }
}
