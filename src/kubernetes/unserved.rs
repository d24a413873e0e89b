//! What people are told of a kind that the cluster does not serve, or not for long.

use super::api::{Lookup, NearKinds, ServedKind};
use super::codes;
use super::minor::Minor;
use crate::diag::Code;

/// A finding about the kind of an object, without its place.
#[derive(Debug, Clone)]
pub struct KindProblem {
    pub code: &'static Code,
    pub message: String,
    pub help: String,
}

impl Lookup<'_> {
    /// Why objects of this kind cannot be applied to a cluster of that minor; nothing where they can.
    pub fn problem(&self, api_version: &str, kind: &str, minor: Minor) -> Option<KindProblem> {
        Some(match self {
            Lookup::Served(_) => return None,
            Lookup::Removed { last, replacement } => KindProblem {
                code: &codes::REMOVED_API,
                message: format!(
                    "Kubernetes {minor} does not serve {api_version} {kind}: {last} was the last to do so"
                ),
                help: instead(*replacement),
            },
            Lookup::NotYet { first, replacement } => KindProblem {
                code: &codes::FUTURE_API,
                message: format!(
                    "Kubernetes {minor} does not serve {api_version} {kind} yet: {first} is the first to do so"
                ),
                help: instead(*replacement),
            },
            Lookup::Unknown(near) => KindProblem {
                code: &codes::UNKNOWN_KIND,
                message: format!("no schema is known for {api_version} {kind}"),
                help: describe(near),
            },
        })
    }
}

impl ServedKind<'_> {
    /// What to say of a kind that a later minor serves no more.
    pub fn deprecation(&self) -> Option<KindProblem> {
        let removed_in = self.removed_in?;
        Some(KindProblem {
            code: &codes::REMOVED_API,
            message: format!("Kubernetes {removed_in} will no longer serve {} {}", self.api_version, self.kind),
            help: instead(self.replacement),
        })
    }
}

fn instead(replacement: Option<&str>) -> String {
    match replacement {
        Some(api_version) => format!("write apiVersion: {api_version}"),
        None => "no other API version serves this kind".to_owned(),
    }
}

fn describe(near: &NearKinds<'_>) -> String {
    if let [one] = near.api_versions[..] {
        return format!("write apiVersion: {one}");
    }
    let names = [&near.api_versions, &near.kinds, &near.near_api_versions].into_iter().find(|names| !names.is_empty());
    match names {
        Some(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("did you mean {}?", names.join(" or "))
        }
        None => "put its CustomResourceDefinition into crds/, or list the kind in the Fleet's `unvalidated`".to_owned(),
    }
}
