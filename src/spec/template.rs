//! kind: Template, the head of a template's folder.

use super::common::{ExternalObject, Layer, Values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A set of manifests that sites, namespaces or clusters are rendered from.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TemplateSpec {
    /// What it is rendered for.
    pub scope: Scope,
    /// The values that it takes.
    #[serde(default)]
    pub values: TemplateValues,
    /// Values made from others, evaluated from top to bottom. No layer can set them.
    #[serde(default)]
    pub computed: Vec<Computed>,
    /// The Secrets that it needs, whoever makes them.
    #[serde(default)]
    pub secrets: Vec<NeededSecret>,
    /// Objects that somebody else provides wherever it is rendered.
    #[serde(default)]
    pub external: Vec<ExternalObject>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Once for each site, environment and cluster.
    Site,
    /// Once for each namespace.
    Namespace,
    /// Once for each cluster that names it.
    Cluster,
}

impl Scope {
    pub fn name(self) -> &'static str {
        match self {
            Scope::Site => "site",
            Scope::Namespace => "namespace",
            Scope::Cluster => "cluster",
        }
    }
}

/// The values that a template takes.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct TemplateValues {
    /// A JSON Schema (draft 2020-12) of type object; its top-level properties are what the template is given.
    pub schema: Values,
    /// The lowest layer.
    pub defaults: Values,
}

/// A value made from others: exactly one of `value` and `json`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Computed {
    /// Its name, as tags use it: one that the schema does not declare.
    #[schemars(length(min = 1))]
    pub name: String,
    /// A Mustache string; one that is a single tag keeps the type of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// A dotted path: the value there as JSON text with sorted keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
}

/// A Secret that the template's pods read.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NeededSecret {
    /// Name of the Secret.
    pub name: String,
    /// Keys that it must have.
    #[serde(default)]
    pub keys: Vec<String>,
    /// `services` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::common::secret_layers")]
    pub layer: Option<Layer>,
}

/// When a Job runs: the annotation `bayplan/run` on a site's Job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Keeps its name for ever, so that it runs when it is first applied and never again.
    Once,
    /// Gets a name with a hash of its spec, so that each change of it runs it once.
    OnChange,
}

impl Run {
    pub fn from_name(name: &str) -> Option<Run> {
        match name {
            "once" => Some(Run::Once),
            "on-change" => Some(Run::OnChange),
            _ => None,
        }
    }
}
