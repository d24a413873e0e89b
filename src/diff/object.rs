//! Objects of both trees as they are compared: their content with secrets hidden, and whose they are.

use super::names::{self, Names};
use super::secret;
use crate::emit::DELIVERY_FOLDER;
use crate::finish::hash::{hex, sha256_of_json};
use crate::finish::labels;
use crate::gate::{Place, identity_of, read_object};
use crate::object::Identity;
use crate::output::cluster_of;
use crate::spec::common::Layer;
use serde_json::Value;
use std::fmt;

/// What a change is about. An empty field is one that it has not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    pub cluster: String,
    pub environment: String,
    pub namespace: String,
    pub site: String,
    pub tenant: String,
    pub group: String,
    pub kind: String,
    pub name: String,
}

impl Subject {
    /// The names that may be part of its texts.
    pub fn names(&self) -> Names {
        Names::of(self)
    }

    /// What stands for each of its names in a text without names, with the name.
    pub fn stand_ins(&self) -> Vec<(&'static str, String)> {
        let Subject { cluster, environment, namespace, site, tenant, .. } = self;
        let names = [namespace, site, tenant, environment, cluster];
        let pairs = names::STAND_INS.into_iter().zip(names).filter(|(_, name)| !name.is_empty());
        pairs.map(|(stands, name)| (stands, name.clone())).collect()
    }

    /// Where it is, as people say it: `portal@production on stable`, or its namespace or cluster where it has no site.
    pub fn place(&self) -> String {
        let Subject { cluster, environment, namespace, site, .. } = self;
        match (site.as_str(), namespace.as_str()) {
            ("", "") => format!("cluster {cluster}"),
            ("", namespace) => format!("namespace {namespace} on {cluster}"),
            (site, _) => format!("{site}@{environment} on {cluster}"),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

/// An object of one of the trees.
#[derive(Debug, Clone)]
pub struct Object {
    pub path: String,
    pub subject: Subject,
    pub identity: Identity,
    /// None in delivery.
    pub place: Option<Place>,
    /// With what is secret hidden.
    pub value: Value,
    /// The name without the suffix of a Job that runs on change; none for all others.
    pub base: Option<String>,
}

impl Object {
    /// Reads an object; none where the file is not one, or not at a path of ours.
    pub fn read(path: &str, bytes: &[u8]) -> Option<Self> {
        let place = Place::of(path);
        if place.is_none() && path.split('/').nth(1) != Some(DELIVERY_FOLDER) {
            return None;
        }
        let mut value = read_object(bytes)?;
        let identity = identity_of(&value)?;
        let base = base_name(&identity, &value);
        secret::hide(&identity, &mut value);
        let label = |key: &str| {
            let labels = value.pointer("/metadata/labels");
            labels.and_then(|labels| labels.get(key)).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let home = if identity.is("", "Namespace") { &identity.name } else { &identity.namespace };
        let subject = Subject {
            cluster: cluster_of(path).to_owned(),
            environment: place.as_ref().map(|place| place.environment.clone()).unwrap_or_default(),
            namespace: home.clone(),
            site: label(labels::SITE),
            tenant: label(labels::TENANT),
            group: identity.group.clone(),
            kind: identity.kind.clone(),
            name: base.clone().unwrap_or_else(|| identity.name.clone()),
        };
        Some(Object { path: path.to_owned(), subject, identity, place, value, base })
    }

    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.get(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn list(&self, pointer: &str) -> &[Value] {
        self.get(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn annotation(&self, key: &str) -> &str {
        let annotations = self.get("/metadata/annotations");
        annotations.and_then(|annotations| annotations.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.identity.is(group, kind)
    }

    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    pub fn layer(&self) -> Option<Layer> {
        self.place.as_ref().map(|place| place.layer)
    }

    /// Whether it is one of those by which Flux or Argo CD takes the branch.
    pub fn is_delivery(&self) -> bool {
        self.place.is_none()
    }
}

/// The name of a Job that runs on change without its suffix, which is the hash of its spec.
fn base_name(identity: &Identity, value: &Value) -> Option<String> {
    let (base, suffix) = identity.name.rsplit_once('-').filter(|_| identity.is("batch", "Job"))?;
    let hash = hex(&sha256_of_json(value.get("spec").unwrap_or(&Value::Null)), 8);
    (suffix == hash).then(|| base.to_owned())
}
