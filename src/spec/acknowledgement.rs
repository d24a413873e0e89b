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
    #[schemars(regex(pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"))]
    pub expires: String,
}

/// Which object an acknowledgement is about.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct AcknowledgedObject {
    pub cluster: Option<String>,
    pub environment: Option<String>,
    pub tenant: Option<String>,
    pub site: Option<String>,
    pub namespace: Option<String>,
    pub kind: Option<String>,
    pub name: Option<String>,
}
