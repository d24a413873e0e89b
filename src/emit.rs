//! Finished objects to files: the paths of the output tree, and the bytes.
//!
//! Paths follow from identity, owner and layer alone; two objects of one path are told apart by their API group.

use crate::finish::hash::{hex, sha256_of_text};
use crate::object::{Identity, Object};
use crate::spec::common::Layer;
use crate::yaml::write::write_object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub use crate::spec::environment::{CLUSTER_FOLDER, DELIVERY_FOLDER};

/// Longest file name that common file systems take.
const MAX_FILE_NAME: usize = 255;
const INDEX: &str = "kustomization.yaml";

/// One file of the output tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmittedFile {
    /// Relative to the root of the tree, with `/` between components.
    pub path: String,
    pub bytes: Vec<u8>,
    /// Which of the objects it is; none for an index.
    pub object: Option<usize>,
}

/// The files of a namespace's objects, with an index in each layer's folder.
pub fn namespace_files(cluster: &str, environment: &str, namespace: &str, objects: &[&Object<'_>]) -> Vec<EmittedFile> {
    layered_files(objects, &format!("{cluster}/{environment}/{namespace}"), |_| String::new())
}

/// The files of a cluster's own objects; a namespaced one lies in a folder of its namespace.
pub fn cluster_files(cluster: &str, objects: &[&Object<'_>]) -> Vec<EmittedFile> {
    layered_files(objects, &format!("{cluster}/{CLUSTER_FOLDER}"), |object| match object.namespace() {
        "" => String::new(),
        namespace => {
            let mut folder = String::new();
            escape(namespace, &mut folder);
            folder + "/"
        }
    })
}

/// The files of one folder of objects that were written already, with an index.
pub fn folder_files(folder: &str, written: Vec<(Identity, Vec<u8>)>) -> Vec<EmittedFile> {
    let short = |identity: &Identity| file_name(&identity.kind, "", &identity.name);
    let mut sharing: BTreeMap<String, usize> = BTreeMap::new();
    for (identity, _) in &written {
        *sharing.entry(short(identity)).or_default() += 1;
    }
    let mut files = Vec::with_capacity(written.len() + 1);
    let mut resources = Vec::with_capacity(written.len());
    for (number, (identity, bytes)) in written.into_iter().enumerate() {
        let name = short(&identity);
        let is_shared = sharing.get(&name).is_some_and(|count| *count > 1);
        let name = if is_shared { file_name(&identity.kind, &identity.group, &identity.name) } else { name };
        files.push(EmittedFile { path: format!("{folder}/{name}"), bytes, object: Some(number) });
        resources.push(name);
    }
    resources.sort_unstable();
    if !resources.is_empty() {
        files.push(EmittedFile { path: format!("{folder}/{INDEX}"), bytes: index(resources), object: None });
    }
    files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    files
}

/// `base` is the folder of all layers; `inside` the folder of an object within its layer's, empty or ending in `/`.
fn layered_files(objects: &[&Object<'_>], base: &str, inside: impl Fn(&Object<'_>) -> String) -> Vec<EmittedFile> {
    let path = |object: &Object<'_>, name: &str| [base, "/", object.layer.name(), "/", &inside(object), name].concat();
    let mut paths: Vec<String> =
        objects.iter().map(|object| path(object, &file_name(object.kind(), "", object.name()))).collect();
    // Where two objects share a short name, all of them get their group.
    let mut in_order: Vec<usize> = (0..paths.len()).collect();
    in_order.sort_unstable_by(|one, other| paths[*one].cmp(&paths[*other]));
    let sharing = in_order.chunk_by(|one, other| paths[*one] == paths[*other]).filter(|sharing| sharing.len() > 1);
    let shared: Vec<usize> = sharing.flatten().copied().collect();
    for number in shared {
        let object = objects[number];
        paths[number] = path(object, &file_name(object.kind(), object.group(), object.name()));
    }
    let mut files = Vec::with_capacity(objects.len() + Layer::ALL.len());
    let mut indexes: BTreeMap<Layer, Vec<String>> = BTreeMap::new();
    let mut bytes = Vec::new();
    for (number, (object, path)) in objects.iter().zip(paths).enumerate() {
        let listed = path[base.len() + object.layer.name().len() + 2..].to_owned();
        indexes.entry(object.layer).or_default().push(listed);
        // Written in one place and copied, so that what is kept is as large as it must be.
        bytes.clear();
        write_bytes(object, &mut bytes);
        files.push(EmittedFile { path, bytes: bytes.as_slice().into(), object: Some(number) });
    }
    for (layer, mut resources) in indexes {
        resources.sort_unstable();
        let path = format!("{base}/{}/{INDEX}", layer.name());
        files.push(EmittedFile { path, bytes: index(resources), object: None });
    }
    files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    files
}

/// The bytes of an object's file.
pub fn bytes_of(object: &Object<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_bytes(object, &mut bytes);
    bytes
}

fn write_bytes(object: &Object<'_>, bytes: &mut Vec<u8>) {
    match &object.verbatim {
        Some(verbatim) => bytes.extend_from_slice(verbatim),
        None => write_object(&object.value, bytes),
    }
}

fn index(resources: Vec<String>) -> Vec<u8> {
    let kustomization: Value = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    });
    let mut bytes = Vec::new();
    write_object(&kustomization, &mut bytes);
    bytes
}

/// `<kind>-<name>.yaml`, or `<kind>.<group>-<name>.yaml` where a group is given. A name that is too long for a file system is cut
/// and ends in a hash of the whole.
fn file_name(kind: &str, group: &str, name: &str) -> String {
    let mut stem = String::with_capacity(kind.len() + group.len() + name.len() + "..yaml".len());
    escape(&kind.to_lowercase(), &mut stem);
    if !group.is_empty() {
        stem.push('.');
        escape(group, &mut stem);
    }
    stem.push('-');
    escape(name, &mut stem);
    let longest = MAX_FILE_NAME - ".yaml".len();
    if stem.len() > longest {
        let digits = hex(&sha256_of_text(&stem), 8);
        // The stem is ASCII: every byte is a character.
        stem.truncate(longest - 1 - digits.len());
        stem.push('-');
        stem.push_str(&digits);
    }
    stem.push_str(".yaml");
    stem
}

/// Lower-case letters, digits, `.`, `_`, `-` stand for themselves; every other byte is `%` and two hex digits.
fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_escaped_and_long_ones_cut() {
        assert_eq!(file_name("ClusterRole", "", "system:Foo/x"), "clusterrole-system%3a%46oo%2fx.yaml");
        assert_eq!(file_name("Ingress", "networking.k8s.io", "a"), "ingress.networking.k8s.io-a.yaml");
        let long = file_name("ConfigMap", "", &"a".repeat(253));
        assert_eq!(long.len(), 255);
        assert_ne!(long, file_name("ConfigMap", "", &format!("{}b", "a".repeat(252))));
    }
}
