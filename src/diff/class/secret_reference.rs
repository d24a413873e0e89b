//! `secret changed`: a secret, or the name of one that is read.

use super::{Class, Remark};
use crate::diff::fields::{FieldChange, Sort};
use crate::diff::object::Object;

/// Fields that name a Secret, or hold a name of one.
const REFERENCES: &[&str] =
    &["secretKeyRef", "secretRef", "secretName", "imagePullSecrets", "certificateRefs", "remoteRef", "existingSecret"];

/// Kinds that make Secrets from what they say.
const MAKERS: &[(&str, &str)] = &[
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("bitnami.com", "SealedSecret"),
];

pub fn changed(new: &Object, fields: &[FieldChange], remarks: &mut Vec<Remark>) {
    if fields.iter().any(|field| field.sort == Sort::Secret) {
        remarks.push(Remark::new(Class::SecretReference, "what it holds changed; it is not shown"));
        return;
    }
    let is_maker = MAKERS.iter().any(|(group, kind)| new.is(group, kind));
    let names_secret = |field: &FieldChange| {
        REFERENCES.iter().any(|name| {
            field.path.has_field(name) || [&field.old, &field.new].into_iter().flatten().any(|value| holds(value, name))
        })
    };
    if fields.iter().any(|field| names_secret(field) || (is_maker && field.path.starts_with(&["spec"]))) {
        remarks.push(Remark::plain(Class::SecretReference));
    }
}

/// Whether a part that came or went as a whole has a field of that name.
fn holds(value: &serde_json::Value, name: &str) -> bool {
    match value {
        serde_json::Value::Object(map) => map.iter().any(|(key, value)| key == name || holds(value, name)),
        serde_json::Value::Array(items) => items.iter().any(|item| holds(item, name)),
        _ => false,
    }
}
