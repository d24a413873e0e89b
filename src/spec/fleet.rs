//! kind: Fleet, the root of a repository.

use super::common::{Patch, Values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What holds for the whole fleet.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FleetSpec {
    /// The lowest layer above the template's defaults.
    #[serde(default)]
    pub values: Values,
    /// Values that no layer above may change.
    #[serde(default)]
    pub enforce: Values,
    /// Changes to objects of every cluster, environment and site.
    #[serde(default)]
    pub patches: Vec<Patch>,
    /// Where and how the rendered branch is published.
    #[serde(default)]
    pub publish: Publish,
    /// How clusters take the branch; each Cluster may override it.
    #[serde(default)]
    pub delivery: Delivery,
    /// Severity of rules, by code.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleSetting>,
    /// Kinds that have no schema and are let through unchecked.
    #[serde(default)]
    pub unvalidated: Vec<UnvalidatedKind>,
    /// What `bayplan snapshot` writes; everything if left out.
    #[serde(default)]
    pub snapshots: Snapshots,
}

/// Where and how the rendered branch is published.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Publish {
    /// Name of the branch. May hold `{{cluster.name}}`: one branch per cluster.
    pub branch: String,
    /// How much of a cluster's protected objects one publish may remove, such as `20%`.
    #[schemars(regex(pattern = r"^(100|[0-9]{1,2})%$"), extend("x-form" = "a percentage, such as 20%"))]
    pub max_removal: String,
    /// Writes `hydrator.metadata` as GitOps Promoter's contract for hydrators asks.
    pub hydrator: bool,
}

impl Default for Publish {
    fn default() -> Self {
        Publish { branch: "rendered".to_owned(), max_removal: "20%".to_owned(), hydrator: false }
    }
}

/// How clusters take the branch. A Cluster's setting overrides the Fleet's, field by field.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Delivery {
    /// Which tool reconciles the branch; `none` writes no objects for it.
    pub kind: Option<DeliveryKind>,
    /// URL of the repository as the cluster reaches it; due unless kind is `none`.
    pub url: Option<String>,
    /// Secret with the credentials for `url`, in `namespace`.
    pub secret_ref: Option<String>,
    /// Where the delivery objects live: `flux-system` or `argocd` unless set.
    pub namespace: Option<String>,
    /// How often the cluster's state is compared: 60m unless set.
    #[schemars(regex(pattern = DURATION), extend("x-form" = "a duration, such as 30s, 5m or 1h30m"))]
    pub interval: Option<String>,
    /// How often the branch is looked at: 1m unless set.
    #[schemars(regex(pattern = DURATION), extend("x-form" = "a duration, such as 30s, 5m or 1h30m"))]
    pub source_interval: Option<String>,
    /// How soon a failed reconciliation is tried again: 2m unless set.
    #[schemars(regex(pattern = DURATION), extend("x-form" = "a duration, such as 30s, 5m or 1h30m"))]
    pub retry_interval: Option<String>,
    /// How long one reconciliation may take: 10m unless set.
    #[schemars(regex(pattern = DURATION), extend("x-form" = "a duration, such as 30s, 5m or 1h30m"))]
    pub timeout: Option<String>,
    /// Service account that applies platform and data: `kustomize-controller` unless set.
    pub account: Option<String>,
    /// ClusterRole that a tenant's service account is bound to in its namespaces: `bayplan-tenant` unless set.
    pub tenant_role: Option<String>,
    /// Decryption of SOPS files.
    pub sops: Option<SopsDelivery>,
    /// Argo CD: the cluster that Applications are for.
    pub destination: Option<Destination>,
}

/// Durations as Flux reads them.
const DURATION: &str = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryKind {
    Flux,
    Argocd,
    None,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SopsDelivery {
    /// Secret with the keys. May hold `{{tenant.name}}`.
    pub secret_ref: String,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Destination {
    /// URL of the cluster's API server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Name of the cluster as Argo CD knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Severity of one rule, for all environments or for those of some tiers.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RuleSetting {
    /// What a breach is: `error`, `warning`, or `"off"`, which does not look. In YAML that word needs quotes, since some readers
    /// take it for false.
    pub severity: RuleSeverity,
    /// Tiers that it is for; all if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "super::common::distinct_names")]
    pub tiers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleSeverity {
    Error,
    Warning,
    Off,
}

impl RuleSeverity {
    pub fn word(self) -> &'static str {
        match self {
            RuleSeverity::Error => "error",
            RuleSeverity::Warning => "warning",
            RuleSeverity::Off => "off",
        }
    }
}

/// A kind that has no schema and is let through.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UnvalidatedKind {
    /// Its API group, such as `example.org`; empty for the core group.
    pub group: String,
    /// Its kind, such as `Widget`.
    pub kind: String,
    /// Whether its objects live in a namespace; yes if left out.
    #[serde(default = "yes")]
    pub namespaced: bool,
}

fn yes() -> bool {
    true
}

/// What `bayplan snapshot` writes.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Snapshots {
    /// These sites' objects and their namespaces' platform and data; everything if left out.
    #[schemars(length(min = 1))]
    pub sites: Option<Vec<String>>,
}
