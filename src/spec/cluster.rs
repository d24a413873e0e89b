//! kind: Cluster.

use super::common::{ExternalObject, Patch, Values};
use super::fleet::Delivery;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A Kubernetes cluster that sites are deployed to.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ClusterSpec {
    /// Minor version of its API server, such as `"1.36"`: rendered objects are checked against its schemas.
    #[schemars(regex(pattern = r"^1\.[0-9]{1,2}$"), extend("x-form" = "a minor version in quotes, such as \"1.36\""))]
    pub kubernetes_version: String,
    /// Tiers of environment that may live here.
    #[serde(default)]
    #[schemars(schema_with = "super::common::distinct_names")]
    pub accepts: Vec<String>,
    /// Templates of scope `cluster`, each rendered once here.
    #[serde(default)]
    #[schemars(schema_with = "super::common::distinct_names")]
    pub templates: Vec<String>,
    /// Templates that stand in for others here: sites that ask for the key get the value.
    #[serde(default)]
    pub replace: BTreeMap<String, String>,
    /// Values for everything on this cluster. A map with the one key `fact` stands for that fact.
    #[serde(default)]
    pub values: Values,
    /// Values that no layer above may change. A map with the one key `fact` stands for that fact.
    #[serde(default)]
    pub enforce: Values,
    /// Changes to objects on this cluster.
    #[serde(default)]
    pub patches: Vec<Patch>,
    /// What is known of the cluster from the tool that made it.
    #[serde(default)]
    pub facts: Facts,
    /// Overrides the Fleet's delivery settings, field by field.
    #[serde(default)]
    pub delivery: Delivery,
    /// Objects that others provide in every namespace here.
    #[serde(default)]
    pub external: Vec<ExternalObject>,
}

/// What is known of a cluster from the tool that made it.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Facts {
    /// File with the output of `terraform output -json`, relative to the fleet's folder.
    pub terraform_output: Option<String>,
}
