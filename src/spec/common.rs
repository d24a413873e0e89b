//! Parts that several kinds share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Values of a layer: data, never templates.
pub type Values = Map<String, Value>;

/// Name, labels and annotations of a spec.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// A DNS label (RFC 1123): lower-case letters, digits and `-`, at most 63 characters. Unique per kind.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"))]
    pub name: String,
    /// Free key-value pairs, readable in templates as `{{site.labels.KEY}}` and the like.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Free key-value pairs for other tools; bayplan does not read them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// A change to rendered objects: a target and exactly one of `json`, `merge`, `strategic`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// Which objects it changes, as the template wrote them. It must hit something.
    pub target: PatchTarget,
    /// A JSON Patch (RFC 6902): a list of operations, applied as a whole or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Vec<Value>>,
    /// A JSON Merge Patch (RFC 7386): maps merge, null removes, lists are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<Values>,
    /// A Kubernetes strategic merge patch: lists merge by the keys of their type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategic: Option<Values>,
}

/// What a patch selects; what is left out matches anything.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTarget {
    /// API group, such as `apps`; empty for the core group. A glob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Kind, such as `Deployment`. A glob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Name of the object. A glob: `*`, `?` and `[a-z]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels that the object must carry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// An object that somebody else provides, so that a reference to it is no error.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct ExternalObject {
    /// Kind, such as `Secret`.
    pub kind: String,
    /// Name of the object.
    pub name: String,
}

/// The layers in the order in which they are applied to a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// What namespace and cluster templates render, but for claims, volumes and snapshots.
    Platform,
    /// Claims, volumes, snapshots, and what the data cannot be read without.
    Data,
    /// Databases, caches, and what the layer `before` needs.
    Services,
    /// Jobs that must end before the roll-out.
    Before,
    /// The default.
    App,
    /// Jobs that run after the roll-out.
    After,
}

impl Layer {
    pub const ALL: [Layer; 6] =
        [Layer::Platform, Layer::Data, Layer::Services, Layer::Before, Layer::App, Layer::After];

    pub fn name(self) -> &'static str {
        match self {
            Layer::Platform => "platform",
            Layer::Data => "data",
            Layer::Services => "services",
            Layer::Before => "before",
            Layer::App => "app",
            Layer::After => "after",
        }
    }

    pub fn from_name(name: &str) -> Option<Layer> {
        Layer::ALL.into_iter().find(|layer| layer.name() == name)
    }
}
