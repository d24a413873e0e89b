//! ConfigMaps and Secrets: their keys, and what the types of Secrets ask for.

use super::{Fields, Walk, forms, text};
use crate::kubernetes::validate::Step;
use serde_json::Value;

pub(super) fn check_config_map<'v>(walk: &mut Walk<'_, 'v>, map: &'v Fields) {
    keys(walk, map, "data");
    keys(walk, map, "binaryData");
    let plain = map.get("data").and_then(Value::as_object);
    walk.map(map, "binaryData", |walk, binary| {
        for name in binary.keys().filter(|name| plain.is_some_and(|plain| plain.contains_key(*name))) {
            walk.refuse_at(name, "is a key of data too", "keep one of the two");
        }
    });
}

pub(super) fn check_secret<'v>(walk: &mut Walk<'_, 'v>, secret: &'v Fields) {
    keys(walk, secret, "data");
    keys(walk, secret, "stringData");
    let has =
        |name: &str| ["data", "stringData"].iter().any(|map| secret.get(*map).and_then(|map| map.get(name)).is_some());
    let due: &[&str] = match text(secret, "type").unwrap_or_default() {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => &["username"],
        _ => &[],
    };
    for name in due.iter().filter(|name| !has(name)) {
        let what = format!("lacks the key `{name}`, which its type asks for");
        walk.refuse(&what, "add it to the data, or take the type Opaque");
    }
}

fn keys<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, name: &'v str) {
    walk.map(fields, name, |walk, data| {
        for key in data.keys().filter(|key| !forms::is_data_key(key)) {
            walk.below(Step::Field(key), |walk| walk.refuse(forms::DATA_KEY.what, forms::DATA_KEY.help));
        }
    });
}
