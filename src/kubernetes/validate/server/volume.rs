//! Volumes of a pod.

use super::container::{LOCAL_PATH, OWN_RESOURCE, check_divisor, is_keyed_field, is_own_resource};
use super::{Fields, Walk, forms, maps, present, text};
use crate::kubernetes::quantity;
use serde_json::Value;
use std::collections::BTreeSet;

/// The names of a pod's volumes. A StatefulSet's pods have those of its claim templates as well.
pub(super) struct Volumes<'v> {
    names: BTreeSet<&'v str>,
}

impl<'v> Volumes<'v> {
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().copied()
    }
}

const MODE: &str = "write an octal number from 0 to 0777, such as 0644";

/// Checks `volumes` and gives their names, with those of `claims`.
pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, spec: &'v Fields, claims: &[&'v str]) -> Volumes<'v> {
    let mut names: BTreeSet<&str> = claims.iter().copied().collect();
    walk.each(spec, "volumes", |walk, volume| {
        walk.filled(volume, "name", forms::is_label_of_any_length, forms::LABEL);
        names.extend(text(volume, "name"));
        check_source(walk, volume);
    });
    Volumes { names }
}

fn check_source<'v>(walk: &mut Walk<'_, 'v>, volume: &'v Fields) {
    let mut found = volume.iter().filter(|(name, value)| *name != "name" && !value.is_null());
    // Without any it is an emptyDir.
    if let (Some((first, _)), Some((second, _))) = (found.next(), found.next()) {
        let help = format!("keep one of {first} and {second}");
        walk.refuse_at(second, "is a second source of the volume", &help);
    }
    walk.map(volume, "configMap", |walk, source| keyed_files(walk, source, "name"));
    walk.map(volume, "secret", |walk, source| keyed_files(walk, source, "secretName"));
    walk.map(volume, "downwardAPI", downward_files);
    walk.map(volume, "persistentVolumeClaim", |walk, claim| {
        walk.not_empty(claim, "claimName");
    });
    walk.map(volume, "emptyDir", |walk, folder| {
        if present(folder, "sizeLimit").is_some_and(quantity::is_negative) {
            walk.refuse_at("sizeLimit", "must not be negative", "correct the amount");
        }
    });
    walk.map(volume, "hostPath", |walk, host| {
        walk.not_empty(host, "path");
        let form = forms::Form { what: "must not hold `..`", help: "write the path itself" };
        walk.form(host, "path", |path| path.split('/').all(|part| part != ".."), form);
    });
    walk.map(volume, "nfs", |walk, share| {
        walk.not_empty(share, "server");
        let form = forms::Form { what: "must be an absolute path", help: "begin it with `/`" };
        walk.filled(share, "path", |path| path.starts_with('/'), form);
    });
    walk.map(volume, "csi", |walk, driver| {
        let is_driver = |name: &str| name.len() <= 63 && forms::is_subdomain(&name.to_ascii_lowercase());
        walk.filled(driver, "driver", is_driver, forms::SUBDOMAIN);
        walk.map(driver, "nodePublishSecretRef", |walk, secret| {
            walk.due(secret, "name");
            walk.form(secret, "name", forms::is_subdomain, forms::SUBDOMAIN);
        });
    });
    walk.map(volume, "projected", |walk, projected| {
        mode(walk, projected, "defaultMode");
        let mut paths = BTreeSet::new();
        walk.each(projected, "sources", |walk, source| {
            let names =
                ["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"];
            let mut found = names.iter().filter(|name| present(source, name).is_some());
            if let (Some(first), Some(second)) = (found.next(), found.next()) {
                walk.refuse_at(second, "is a second source", &format!("make it an item of its own beside {first}"));
            }
            for path in paths_of(source) {
                if !paths.insert(path) {
                    walk.refuse("puts a second file at a path of this volume", "give one of the two another path");
                }
            }
            walk.map(source, "configMap", |walk, source| keyed_files(walk, source, "name"));
            walk.map(source, "secret", |walk, source| keyed_files(walk, source, "name"));
            walk.map(source, "downwardAPI", downward_files);
            walk.map(source, "serviceAccountToken", |walk, token| {
                walk.within(token, &["expirationSeconds"], 600, 1 << 32);
                walk.not_empty(token, "path");
            });
        });
    });
}

/// Where one source of a projected volume puts files, as far as it says so.
fn paths_of(source: &Fields) -> impl Iterator<Item = &str> {
    ["configMap", "secret", "downwardAPI"]
        .into_iter()
        .filter_map(|name| source.get(name)?.as_object())
        .flat_map(|source| maps(source, "items"))
        .filter_map(|item| text(item, "path"))
}

fn mode<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, name: &'v str) {
    if super::integer(fields, name).is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        walk.refuse_at(name, "must be between 0 and 0777 (511)", MODE);
    }
}

/// A ConfigMap or Secret as files: keys and where each goes.
fn keyed_files<'v>(walk: &mut Walk<'_, 'v>, source: &'v Fields, name: &'v str) {
    walk.due(source, name);
    mode(walk, source, "defaultMode");
    walk.each(source, "items", |walk, item| {
        walk.not_empty(item, "key");
        file(walk, item);
    });
}

fn file<'v>(walk: &mut Walk<'_, 'v>, item: &'v Fields) {
    walk.filled(item, "path", |path| forms::is_local_path(path) && !path.starts_with(".."), LOCAL_PATH);
    mode(walk, item, "mode");
}

fn downward_files<'v>(walk: &mut Walk<'_, 'v>, source: &'v Fields) {
    mode(walk, source, "defaultMode");
    walk.each(source, "items", |walk, item| {
        file(walk, item);
        walk.exactly_one(item, &["fieldRef", "resourceFieldRef"], "source");
        walk.map(item, "fieldRef", |walk, reference| {
            let plain =
                ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"];
            let form = forms::Form {
                what: "is not a field of a pod that a file may have",
                help: "write metadata.name, metadata.namespace, metadata.uid, metadata.labels or metadata.annotations",
            };
            walk.filled(reference, "fieldPath", |path| plain.contains(&path) || is_keyed_field(path), form);
        });
        walk.map(item, "resourceFieldRef", |walk, reference| {
            if !matches!(reference.get("containerName"), Some(Value::String(_))) {
                walk.missing("containerName", false);
            }
            walk.not_empty(reference, "containerName");
            walk.not_empty(reference, "resource");
            check_divisor(walk, reference);
            walk.form(reference, "resource", is_own_resource, OWN_RESOURCE);
        });
    });
}
