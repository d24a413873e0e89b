//! Parts that several kinds share.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

/// A list of names in which none stands twice.
pub(super) fn distinct_names(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "array", "items": {"type": "string"}, "uniqueItems": true})
}

/// The layers that a Secret may be in.
pub(super) fn secret_layers(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "string", "enum": ["services", "data"]})
}

/// Values of a layer: a map of data, never templates.
///
/// What is read as JSON is parsed when it is first looked at: of most sites of a large fleet nobody asks. The text can be taken from
/// `serde_json` alone, so no type that holds values may be untagged or flattened.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// The map as it was written; none where it was made.
    text: Option<Box<RawValue>>,
    map: OnceLock<Value>,
}

impl Values {
    /// The map as a value; always an object.
    pub fn as_value(&self) -> &Value {
        self.map.get_or_init(|| {
            let text = self.text.as_ref().map(|text| text.get());
            // It was valid JSON when it was taken, and no deeper than YAML may be, which is less than what serde_json reads.
            let map = text.and_then(|text| serde_json::from_str(text).ok());
            Value::Object(map.unwrap_or_default())
        })
    }

    pub fn into_map(self) -> Map<String, Value> {
        self.as_value();
        match self.map.into_inner() {
            Some(Value::Object(map)) => map,
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | None => {
                Map::new()
            }
        }
    }

    /// Whether some text in it may hold `{{`, told without parsing it. No other part of JSON does.
    pub fn may_hold_tags(&self) -> bool {
        self.text.as_ref().map_or(!self.is_empty(), |text| text.get().contains("{{"))
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.as_value() == other.as_value()
    }
}

impl std::ops::Deref for Values {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.as_value().as_object().unwrap_or(&EMPTY)
    }
}

impl FromIterator<(String, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        Values { text: None, map: Value::Object(entries.into_iter().collect()).into() }
    }
}

impl Serialize for Values {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        if !text.get().trim_start().starts_with('{') {
            return Err(D::Error::custom("expected a map of values"));
        }
        Ok(Values { text: Some(text), map: OnceLock::new() })
    }
}

impl JsonSchema for Values {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Values".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object"})
    }
}

/// Name, labels and annotations of a spec.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// A DNS label (RFC 1123): lower-case letters, digits and `-`, at most 63 characters. Unique per kind.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
        extend("x-form" = "lower-case letters, digits and `-`, a letter or digit at each end, at most 63 characters")
    )]
    pub name: String,
    /// Free key-value pairs, readable in templates, such as `{{site.labels.KEY}}` of a Site.
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
