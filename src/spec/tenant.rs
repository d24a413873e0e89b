//! kind: Tenant.

use super::common::{ExternalObject, Patch, Values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An owner of sites, kept apart from all others.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct TenantSpec {
    /// Clusters where it may live; all if left out.
    #[schemars(schema_with = "super::common::distinct_names")]
    pub clusters: Vec<String>,
    /// Templates that stand in for others for this tenant.
    pub replace: BTreeMap<String, String>,
    /// Values for everything of this tenant.
    pub values: Values,
    /// Values that no layer above may change.
    pub enforce: Values,
    /// Changes to objects of this tenant.
    pub patches: Vec<Patch>,
    /// What differs for this tenant in one environment.
    pub environments: BTreeMap<String, TenantEnvironment>,
    /// Objects that others provide in every namespace of this tenant.
    pub external: Vec<ExternalObject>,
}

/// What differs for a tenant in one environment.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct TenantEnvironment {
    /// Where this tenant's sites live in this environment; the environment's own clusters if left out.
    #[schemars(schema_with = "super::common::distinct_names")]
    pub clusters: Vec<String>,
    /// Values for this tenant in this environment.
    pub values: Values,
    /// Values that no layer above may change.
    pub enforce: Values,
    /// Whether claims and namespaces are kept when an edit removes them; overrides the environment's setting.
    pub protect: Option<bool>,
}
