//! Data in a tree of others that `--adopt` builds on: whatever their layout, a claim that was applied from it must be in the new
//! tree too, or whoever applies the branch deletes it.

use super::codes::DATA_REMOVED;
use super::finding::Finding;
use super::handover;
use super::new_tree::NewTree;
use super::object::{DATA_KINDS, Place, identity_of};
use crate::acknowledgement::Subject;
use crate::emit::DELIVERY_FOLDER;
use crate::object::Identity;
use crate::output::{cluster_of, file_name_of};
use crate::yaml::read::{ReadOptions, read_text};
use crate::yaml::value::node_value;
use serde_json::Value;

/// Folders of a fleet's source, which a branch that was begun from it holds too: nobody applied those.
const OF_SOURCES: &[&str] = &["crds", "site-specs", "snapshots", "templates"];

/// Data in a file that bayplan did not write.
#[derive(Debug, Clone)]
pub struct Foreign {
    path: String,
    identity: Identity,
}

/// Whether a path is none of ours, and may hold objects.
pub fn is_foreign(path: &str) -> bool {
    let is_yaml = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let is_index = file_name_of(path) == "kustomization.yaml";
    let is_delivery = path.split('/').nth(1) == Some(DELIVERY_FOLDER);
    let is_source = path.split('/').next().is_some_and(|folder| OF_SOURCES.contains(&folder));
    is_yaml && !is_source && !is_index && !is_delivery && Place::of(path).is_none() && !handover::is_applier(path)
}

/// The data in a foreign file of any number of documents; none where it cannot be read.
pub fn read(path: &str, bytes: &[u8]) -> Vec<Foreign> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let reading = read_text(text, ReadOptions::default());
    let values = reading.roots.iter().map(|root| node_value(root, None).0);
    let objects = values.flat_map(|value| match value.get("items").and_then(Value::as_array) {
        Some(items) if value.get("kind").and_then(Value::as_str) == Some("List") => items.clone(),
        Some(_) | None => vec![value],
    });
    objects
        .filter_map(|object| identity_of(&object))
        .filter(|identity| DATA_KINDS.iter().any(|(group, kind)| identity.is(group, kind)))
        .map(|identity| Foreign { path: path.to_owned(), identity })
        .collect()
}

/// What is to be said of data that the new tree has nowhere. What names no namespace may be in any: its index says which.
pub fn findings(foreign: &[Foreign], new: &NewTree<'_>) -> Vec<Finding> {
    let missing = foreign.iter().filter(|Foreign { identity, .. }| !new.has_like(identity));
    missing
        .map(|Foreign { path, identity }| {
            let is_namespace = identity.is("", "Namespace");
            let subject = Subject {
                cluster: cluster_of(path).to_owned(),
                namespace: if is_namespace { identity.name.clone() } else { identity.namespace.clone() },
                kind: identity.kind.clone(),
                name: identity.name.clone(),
                ..Subject::default()
            };
            let what = format!("{identity} of the adopted file {path} leaves");
            let because = "what others wrote carries no mark that keeps it: the cluster would delete it".to_owned();
            Finding { because: Some(because), ..Finding::error(&DATA_REMOVED, subject, what) }
        })
        .collect()
}
