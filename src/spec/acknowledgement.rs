//! kind: Acknowledgement, a reviewed yes to a dangerous change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lets one dangerous change through until it expires.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AcknowledgementSpec {
    /// Code of a gate or of a rule, such as `data-removed`.
    pub change: String,
    /// What it is about; what is left out matches anything. `cluster` and one more are due.
    pub object: AcknowledgedObject,
    /// Why the change is wanted, for reviewers.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Last day on which it counts, compared with the time of the source commit.
    #[schemars(regex(pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"), extend("x-form" = "a date in quotes, such as \"2026-12-31\""))]
    pub expires: String,
}

/// Which object an acknowledgement is about.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AcknowledgedObject {
    /// Name of its cluster.
    pub cluster: Option<String>,
    /// Name of its environment.
    pub environment: Option<String>,
    /// Name of its tenant.
    pub tenant: Option<String>,
    /// Name of its site.
    pub site: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its kind, such as `PersistentVolumeClaim`.
    pub kind: Option<String>,
    /// Its name.
    pub name: Option<String>,
}
