//! kind: Environment.

use super::common::{ExternalObject, Patch, Values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Folder of a cluster's own objects in the output tree, and that of its delivery objects: no names for environments.
pub const CLUSTER_FOLDER: &str = "cluster";
pub const DELIVERY_FOLDER: &str = "delivery";

/// A stage such as testing or production, in which sites are deployed.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EnvironmentSpec {
    /// `testing`, `staging`, `production`, or any word that clusters list in `accepts`.
    #[schemars(length(min = 1))]
    pub tier: String,
    /// Where its sites live unless a tenant's or a site's environment says otherwise.
    #[serde(default)]
    #[schemars(schema_with = "super::common::distinct_names")]
    pub clusters: Vec<String>,
    /// Short for `clusters` with one entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Name of the namespace of a deployment, a Mustache string that sees the reserved roots.
    #[serde(default = "default_namespace")]
    pub namespace: String,
    /// Template of scope `namespace`, rendered once per namespace; without it no Namespace is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Another environment: a site's entry here starts from its own entry there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
    /// Templates that stand in for others here.
    #[serde(default)]
    pub replace: BTreeMap<String, String>,
    /// Whether claims and namespaces here are kept when an edit removes them; yes unless a nearer setting says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protect: Option<bool>,
    /// Values for everything in this environment.
    #[serde(default)]
    pub values: Values,
    /// Values that no layer above may change.
    #[serde(default)]
    pub enforce: Values,
    /// Changes to objects in this environment.
    #[serde(default)]
    pub patches: Vec<Patch>,
    /// Objects that others provide in every namespace of this environment.
    #[serde(default)]
    pub external: Vec<ExternalObject>,
}

fn default_namespace() -> String {
    "{{tenant.name}}-{{site.name}}-{{environment.name}}".to_owned()
}

impl EnvironmentSpec {
    /// The clusters of `clusters` and `cluster` together.
    pub fn cluster_names(&self) -> impl Iterator<Item = &str> {
        self.clusters.iter().chain(&self.cluster).map(String::as_str)
    }
}
