//! What of an object is a secret: it is compared by hash, and never shown.

use crate::finish::hash::{hex, sha256_of_json};
use crate::object::Identity;
use serde_json::{Map, Value};

/// Marks a text that stands for a hidden value. A private-use character, which no name or number of Kubernetes holds.
const MARK: char = '\u{F0F1}';
/// What is shown instead.
pub const SHOWN: &str = "(secret)";

/// Replaces all that is secret by marks that are equal where the values are.
pub fn hide(identity: &Identity, value: &mut Value) {
    let Value::Object(fields) = value else { return };
    if identity.is("", "Secret") {
        for key in ["data", "stringData"] {
            hide_each(fields.get_mut(key));
        }
        hide_whole(fields.get_mut("sops"));
    } else if identity.is("bitnami.com", "SealedSecret") {
        let Some(Value::Object(spec)) = fields.get_mut("spec") else { return };
        hide_each(spec.get_mut("encryptedData"));
        if let Some(Value::Object(template)) = spec.get_mut("template") {
            hide_each(template.get_mut("data"));
        }
    }
}

/// Each value of a map, so that it is told which of them changed.
fn hide_each(map: Option<&mut Value>) {
    match map {
        Some(Value::Object(map)) => map.values_mut().for_each(|value| hide_whole(Some(value))),
        other => hide_whole(other),
    }
}

fn hide_whole(value: Option<&mut Value>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        *value = Value::String(format!("{MARK}{}", hex(&sha256_of_json(value), 32)));
    }
}

/// Whether a value stands for a hidden one.
pub fn is_hidden(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(MARK))
}

/// The value as it may be shown: without marks, which are hashes of secrets.
pub fn shown(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), shown(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(shown).collect()),
        hidden if is_hidden(hidden) => Value::String(SHOWN.to_owned()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_of_a_secret_is_left() {
        let identity = |group: &str, kind: &str| Identity {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: String::new(),
            name: "s".to_owned(),
        };
        let mut secret = json!({"kind": "Secret", "data": {"a": "aHVudGVyMg=="}, "stringData": {"b": "hunter2"},
            "sops": {"mac": "hunter2"}, "type": "Opaque"});
        hide(&identity("", "Secret"), &mut secret);
        assert!(!secret.to_string().contains("hunter2") && !secret.to_string().contains("aHVudGVyMg"));
        assert_eq!(shown(&secret)["data"], json!({"a": SHOWN}));
        assert_eq!(shown(&secret)["type"], json!("Opaque"));
        let mut sealed = json!({"spec": {"encryptedData": {"a": "AgB"}, "template": {"data": {"b": "hunter2"}}}});
        hide(&identity("bitnami.com", "SealedSecret"), &mut sealed);
        assert!(!sealed.to_string().contains("hunter2"));
    }
}
