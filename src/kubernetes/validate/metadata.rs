//! Names, labels and annotations, and fields that only the API server sets.
//!
//! The limits are those of apimachinery's validation: names of RFC 1123 and 1035, label values of 63 characters, annotations of
//! 256 KiB together.

use super::violation::{NameRule, Problem};
use super::{Step, Walk};
use crate::kubernetes::api::ServedKind;
use crate::kubernetes::catalogue::group;
use serde_json::{Map, Value};

/// Fields of `metadata` that the server sets, in an object that is applied.
const SERVER_FIELDS: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// The size of all annotations of an object, keys and values, may not be greater.
const MAX_ANNOTATION_BYTES: usize = 256 * 1024;

pub(super) fn check_object<'v>(walk: &mut Walk<'_, 'v>, served: ServedKind<'_>, object: &'v Map<String, Value>) {
    if object.get("status").is_some_and(|status| !status.is_null()) && served.schema.property("status").is_some() {
        walk.below(Step::Field("status"), |walk| walk.problem(Problem::ServerField));
    }
    let metadata = match object.get("metadata") {
        Some(Value::Object(metadata)) => metadata,
        None | Some(Value::Null) => {
            walk.below(Step::Field("metadata"), |walk| walk.missing("name", false));
            return;
        }
        // Not a map: the schema has said so.
        Some(_) => return,
    };
    walk.below(Step::Field("metadata"), |walk| check_metadata(walk, served, metadata));
}

fn check_metadata<'v>(walk: &mut Walk<'_, 'v>, served: ServedKind<'_>, metadata: &'v Map<String, Value>) {
    for (name, value) in metadata {
        if SERVER_FIELDS.contains(&name.as_str()) && !value.is_null() {
            walk.below(Step::Field(name), |walk| walk.problem(Problem::ServerField));
        }
    }
    match metadata.get("name") {
        Some(Value::String(name)) => {
            let rule = name_rule(served.api_version, served.kind);
            if !rule.allows(name) {
                walk.below(Step::Field("name"), |walk| walk.problem(Problem::BadName { rule }));
            }
        }
        // Without a name an object cannot be applied twice; `generateName` is for `create`.
        None | Some(Value::Null) => walk.missing("name", false),
        Some(_) => {}
    }
    if let Some(Value::String(namespace)) = metadata.get("namespace") {
        let rule = NameRule::Label;
        if !rule.allows(namespace) {
            walk.below(Step::Field("namespace"), |walk| walk.problem(Problem::BadName { rule }));
        }
    }
}

/// What names of a kind must look like. The OpenAPI documents do not say it; nearly all are DNS subdomains.
pub fn name_rule(api_version: &str, kind: &str) -> NameRule {
    match (group(api_version), kind) {
        ("", "Namespace") => NameRule::Label,
        ("", "Service") => NameRule::LabelFromLetter,
        ("rbac.authorization.k8s.io" | "apiregistration.k8s.io", _)
        | ("certificates.k8s.io", "ClusterTrustBundle")
        | ("networking.k8s.io", "IPAddress") => NameRule::PathSegment,
        _ => NameRule::Subdomain,
    }
}

impl NameRule {
    pub fn allows(self, name: &str) -> bool {
        match self {
            NameRule::Subdomain => {
                name.len() <= 253 && name.as_bytes().split(|byte| *byte == b'.').all(|part| is_label(part, 253))
            }
            NameRule::Label => is_label(name.as_bytes(), 63),
            NameRule::LabelFromLetter => {
                is_label(name.as_bytes(), 63) && name.starts_with(|first: char| first.is_ascii_lowercase())
            }
            NameRule::PathSegment => !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '%']),
        }
    }
}

/// Bytes within a DNS label.
const LABEL: u8 = 1;
/// Bytes within the key or value of a label.
const WORD: u8 = 2;

/// Of each byte, which of the two it is: names are looked at more than any other text.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => LABEL | WORD,
            b'A'..=b'Z' | b'_' | b'.' => WORD,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

fn is_label(text: &[u8], longest: usize) -> bool {
    let is_inner = |byte: &u8| is(*byte, LABEL);
    (1..=longest).contains(&text.len()) && text.iter().all(is_inner) && !matches!(text, [b'-', ..] | [.., b'-'])
}

/// Holds the labels and annotations of an object, or of a template in it, to their limits.
pub(super) fn check_labels_and_annotations<'v>(walk: &mut Walk<'_, 'v>, metadata: &'v Map<String, Value>) {
    if let Some(Value::Object(labels)) = metadata.get("labels") {
        walk.below(Step::Field("labels"), |walk| {
            for (key, value) in labels {
                walk.below(Step::Field(key), |walk| {
                    if !is_qualified_name(key) {
                        walk.problem(Problem::BadKey);
                    }
                    if value.as_str().is_some_and(|value| !is_label_value(value)) {
                        walk.problem(Problem::BadLabelValue);
                    }
                });
            }
        });
    }
    if let Some(Value::Object(annotations)) = metadata.get("annotations") {
        walk.below(Step::Field("annotations"), |walk| {
            let is_key = |key: &str| is_qualified_name(key) || is_qualified_name(&key.to_ascii_lowercase());
            for key in annotations.keys().filter(|key| !is_key(key)) {
                walk.below(Step::Field(key), |walk| walk.problem(Problem::BadKey));
            }
            let size = |(key, value): (&String, &Value)| key.len() + value.as_str().map_or(0, str::len);
            if annotations.iter().map(size).sum::<usize>() > MAX_ANNOTATION_BYTES {
                walk.problem(Problem::AnnotationsTooLarge);
            }
        });
    }
}

/// Whether a text can be the key of a label: a name of at most 63 characters, with or without a DNS subdomain before a slash.
pub fn is_qualified_name(key: &str) -> bool {
    match key.bytes().position(|byte| byte == b'/').map(|slash| key.split_at(slash)) {
        Some((prefix, name)) => NameRule::Subdomain.allows(prefix) && is_label_word(&name[1..]),
        None => is_label_word(key),
    }
}

/// Whether a text can be the value of a label: empty, or like the name in a key.
pub fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_label_word(value)
}

fn is_label_word(text: &str) -> bool {
    let is_inner = |byte: &u8| is(*byte, WORD);
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63 && bytes.iter().all(is_inner) && is_end(bytes.first()) && is_end(bytes.last())
}
