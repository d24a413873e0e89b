//! What the last run knew of the inputs as such, so that a run with nothing to do need not read them, and one after an edit of
//! some sites need not compile the others.
//!
//! Which files specs name, and which branch each cluster has, follow from the input folders alone; so they are kept under the ids
//! of those. What is damaged or of another version counts as nothing.

use crate::digest::Digest;
use crate::pipeline::Counts;
use crate::pipeline::edited::Whole;
use crate::publish::{Hydrator, ObjectId, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SORT: &str = "inputs";
const NAME: &str = "last";

/// What the last run knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The id of the input folders; the other fields follow from it.
    pub inputs: ObjectId,
    /// Paths of the files that specs name.
    pub named: Vec<String>,
    /// The branch of each cluster, as the Fleet has it.
    pub branches: BTreeMap<String, String>,
    /// The Fleet's `publish.branch`.
    pub pattern: String,
    pub hydrator: Option<Hydrator>,
    /// What came of it, where there was nothing to say.
    pub rendered: Option<Rendered>,
}

/// A fleet that was rendered as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub source: ObjectId,
    /// The id of the inputs, with the files that specs name.
    pub source_tree: ObjectId,
    pub branches: BTreeMap<String, RenderedBranch>,
    pub whole: Whole,
}

/// What a branch was rendered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderedBranch {
    pub tree: ObjectId,
    /// How many files the tree holds.
    pub files: usize,
}

/// What the last run knew.
pub fn read(state: &State) -> Option<Known> {
    decode(&state.read(SORT, NAME)?)
}

/// Leaves it for the next run.
pub fn write(state: &State, known: &Known) {
    state.write(SORT, NAME, &encode(known));
}

fn encode(known: &Known) -> Vec<u8> {
    let Known { inputs, named, branches, pattern, hydrator, rendered } = known;
    let hydrator = hydrator.as_ref().map(|hydrator| json!({"url": hydrator.repo_url}));
    let rendered = rendered.as_ref().map(|Rendered { source, source_tree, branches, whole }| {
        let branches: BTreeMap<&String, Value> = branches
            .iter()
            .map(|(name, RenderedBranch { tree, files })| (name, json!({"tree": tree.to_string(), "files": files})))
            .collect();
        let Counts { clusters, sites, deployments, objects } = whole.counts;
        json!({
            "source": source.to_string(), "sourceTree": source_tree.to_string(), "branches": branches,
            "counts": [clusters, sites, deployments, objects], "crowded": whole.crowded,
        })
    });
    let value = json!({
        "version": env!("CARGO_PKG_VERSION"), "inputs": inputs.to_string(), "named": named, "branches": branches,
        "pattern": pattern, "hydrator": hydrator, "rendered": rendered,
    });
    let mut bytes = value.to_string().into_bytes();
    let sum = Digest::of(&bytes);
    bytes.extend_from_slice(sum.as_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Known> {
    let (text, sum) = bytes.split_last_chunk::<{ Digest::LENGTH }>()?;
    let value: Value =
        if Digest::of(text).as_bytes() == sum { serde_json::from_slice(text).ok()? } else { return None };
    if value.get("version")?.as_str()? != env!("CARGO_PKG_VERSION") {
        return None;
    }
    Some(Known {
        inputs: id(value.get("inputs")?)?,
        named: value.get("named")?.as_array()?.iter().map(text_of).collect::<Option<_>>()?,
        branches: by_name(value.get("branches")?, text_of)?,
        pattern: text_of(value.get("pattern")?)?,
        hydrator: match value.get("hydrator")? {
            Value::Null => None,
            hydrator => Some(Hydrator { repo_url: text_of(hydrator.get("url")?) }),
        },
        rendered: match value.get("rendered")? {
            Value::Null => None,
            rendered => Some(decode_rendered(rendered)?),
        },
    })
}

fn decode_rendered(value: &Value) -> Option<Rendered> {
    let [clusters, sites, deployments, objects] = serde_json::from_value(value.get("counts")?.clone()).ok()?;
    let counts = Counts { clusters, sites, deployments, objects };
    let crowded = serde_json::from_value(value.get("crowded")?.clone()).ok()?;
    Some(Rendered {
        source: id(value.get("source")?)?,
        source_tree: id(value.get("sourceTree")?)?,
        branches: by_name(value.get("branches")?, decode_branch)?,
        whole: Whole { counts, crowded },
    })
}

fn decode_branch(value: &Value) -> Option<RenderedBranch> {
    let files = usize::try_from(value.get("files")?.as_u64()?).ok()?;
    Some(RenderedBranch { tree: id(value.get("tree")?)?, files })
}

fn by_name<T>(value: &Value, of: impl Fn(&Value) -> Option<T>) -> Option<BTreeMap<String, T>> {
    value.as_object()?.iter().map(|(name, value)| Some((name.clone(), of(value)?))).collect()
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn id(value: &Value) -> Option<ObjectId> {
    ObjectId::parse(value.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_is_known() {
        let id = ObjectId::from_bytes([7; 20]);
        let rendered = Rendered {
            source: id,
            source_tree: id,
            branches: [("b".to_owned(), RenderedBranch { tree: id, files: 9 })].into(),
            whole: Whole {
                counts: Counts { clusters: 1, sites: 2, deployments: 3, objects: 4 },
                crowded: [("c".to_owned(), "flux-system".to_owned())].into(),
            },
        };
        let known = Known {
            inputs: id,
            named: vec!["a.json".to_owned()],
            branches: [("c".to_owned(), "b".to_owned())].into(),
            pattern: "b".to_owned(),
            hydrator: Some(Hydrator { repo_url: Some("https://example.org".to_owned()) }),
            rendered: Some(rendered),
        };
        let bytes = encode(&known);
        assert_eq!(decode(&bytes), Some(known));
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert_eq!(decode(&damaged), None, "byte {place}");
            assert_eq!(decode(&bytes[..place]), None, "cut to {place}");
        }
    }
}
