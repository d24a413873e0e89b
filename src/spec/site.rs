//! kind: Site.

use super::common::{ExternalObject, Layer, Patch, Values};
use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One application of one tenant, in the environments that it lists.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SiteSpec {
    /// Name of the Tenant that owns it.
    pub tenant: String,
    /// Name of a Template of scope `site`; an environment below may name another.
    pub template: String,
    /// Whether it runs: `enabled` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Whether its claims and namespaces are kept when an edit removes them; overrides its tenant's and environment's setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protect: Option<bool>,
    /// Values of the template, for all environments.
    #[serde(default)]
    pub values: Values,
    /// For the template of its namespaces.
    #[serde(default)]
    pub namespace: NamespaceBlock,
    /// Changes to objects of this site in every environment; each must hit in at least one.
    #[serde(default)]
    pub patches: Vec<Patch>,
    /// More manifests, rendered with the template and values of the site.
    #[serde(default)]
    pub manifests: Vec<ExtraManifest>,
    /// Encrypted Secrets, passed through byte for byte.
    #[serde(default)]
    pub secrets: Vec<SecretFile>,
    /// Objects that somebody else provides in its namespaces.
    #[serde(default)]
    pub external: Vec<ExternalObject>,
    /// The environments that it is deployed in.
    #[serde(default)]
    pub environments: BTreeMap<String, SiteEnvironment>,
}

/// Whether a site runs. A disabled one is rendered and checked, then only its platform and data are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Enabled,
    Disabled,
}

/// What a site gives to the template of its namespace. Two sites of one namespace must not differ.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct NamespaceBlock {
    /// Values of the namespace's template.
    pub values: Values,
    /// Changes to objects of the namespace's template.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patch>,
}

impl PartialEq for Patch {
    fn eq(&self, other: &Self) -> bool {
        serde_json::to_value(self).ok() == serde_json::to_value(other).ok()
    }
}

/// One more manifest, rendered as those of the template are.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExtraManifest {
    /// Path of the file, relative to the fleet's folder.
    pub file: String,
    /// Environments that it is for; all if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "super::common::distinct_names")]
    pub environments: Vec<String>,
}

/// A SOPS-encrypted Secret or a SealedSecret.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SecretFile {
    /// Path of the file, relative to the fleet's folder.
    pub file: String,
    /// Environments that it is for; all if left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "super::common::distinct_names")]
    pub environments: Vec<String>,
    /// `services` unless set; `data` for credentials without which the data cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::common::secret_layers")]
    pub layer: Option<Layer>,
}

/// A site in one environment.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct SiteEnvironment {
    /// Where it lives: a list of names, or a map whose entries are the topmost layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<SiteClusters>,
    /// Another template than the site's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Whether it runs here: the site's own setting unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Whether its claims and namespaces are kept when an edit removes them; overrides every other setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protect: Option<bool>,
    /// Values for this environment.
    pub values: Values,
    /// Changes to its objects here; each must hit in every deployment of this environment.
    pub patches: Vec<Patch>,
}

/// The clusters of a site's environment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SiteClusters {
    /// Names alone.
    Names(#[schemars(schema_with = "super::common::distinct_names")] Vec<String>),
    /// Names with the topmost layer of values and patches.
    Entries(BTreeMap<String, SiteCluster>),
}

/// Written out, since an untagged enum would buffer its content, of which [`Values`] take the text.
impl<'de> Deserialize<'de> for SiteClusters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamesOrEntries;

        impl<'de> Visitor<'de> for NamesOrEntries {
            type Value = SiteClusters;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a list of names, or a map of them")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<SiteClusters, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(SiteClusters::Names)
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<SiteClusters, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(entries)).map(SiteClusters::Entries)
            }
        }

        deserializer.deserialize_any(NamesOrEntries)
    }
}

impl SiteClusters {
    pub fn names(&self) -> Vec<&str> {
        match self {
            SiteClusters::Names(names) => names.iter().map(String::as_str).collect(),
            SiteClusters::Entries(entries) => entries.keys().map(String::as_str).collect(),
        }
    }

    pub fn entry(&self, cluster: &str) -> Option<&SiteCluster> {
        match self {
            SiteClusters::Names(_) => None,
            SiteClusters::Entries(entries) => entries.get(cluster),
        }
    }
}

/// The topmost layer: a site in one environment on one cluster.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct SiteCluster {
    /// Values for this cluster.
    pub values: Values,
    /// Changes to its objects on this cluster; each must hit.
    pub patches: Vec<Patch>,
}
