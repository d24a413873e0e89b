//! What the last run knew of the inputs as such, so that a run with nothing to do need not read them.
//!
//! Which files specs name, and which branch each cluster has, follow from the input folders alone; so they are kept under the ids
//! of those. What is damaged, of another version or of other inputs counts as nothing.

use crate::digest::Digest;
use crate::publish::{Hydrator, ObjectId, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SORT: &str = "inputs";
const NAME: &str = "last";

/// What follows from the input folders alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// Paths of the files that specs name.
    pub named: Vec<String>,
    /// The branch of each cluster, as the Fleet has it.
    pub branches: BTreeMap<String, String>,
    /// The Fleet's `publish.branch`.
    pub pattern: String,
    pub hydrator: Option<Hydrator>,
}

/// What the last run knew of these inputs.
pub fn read(state: &State, inputs: ObjectId) -> Option<Known> {
    decode(&state.read(SORT, NAME)?, &key(inputs))
}

/// Leaves it for the next run.
pub fn write(state: &State, inputs: ObjectId, known: &Known) {
    state.write(SORT, NAME, &encode(&key(inputs), known));
}

fn key(inputs: ObjectId) -> String {
    format!("{} {inputs}", env!("CARGO_PKG_VERSION"))
}

fn encode(key: &str, known: &Known) -> Vec<u8> {
    let Known { named, branches, pattern, hydrator } = known;
    let hydrator = hydrator.as_ref().map(|hydrator| json!({"url": hydrator.repo_url}));
    let value = json!({"key": key, "named": named, "branches": branches, "pattern": pattern, "hydrator": hydrator});
    let mut bytes = value.to_string().into_bytes();
    let sum = Digest::of(&bytes);
    bytes.extend_from_slice(sum.as_bytes());
    bytes
}

fn decode(bytes: &[u8], key: &str) -> Option<Known> {
    let (text, sum) = bytes.split_last_chunk::<{ Digest::LENGTH }>()?;
    let value: Value =
        if Digest::of(text).as_bytes() == sum { serde_json::from_slice(text).ok()? } else { return None };
    if value.get("key")?.as_str()? != key {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let named = value.get("named")?.as_array()?.iter().map(text).collect::<Option<_>>()?;
    let branches = value.get("branches")?.as_object()?.iter();
    let branches = branches.map(|(cluster, branch)| Some((cluster.clone(), text(branch)?))).collect::<Option<_>>()?;
    let pattern = text(value.get("pattern")?)?;
    let hydrator = match value.get("hydrator")? {
        Value::Null => None,
        hydrator => Some(Hydrator { repo_url: text(hydrator.get("url")?) }),
    };
    Some(Known { named, branches, pattern, hydrator })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_and_of_the_same_inputs_is_known() {
        let known = Known {
            named: vec!["a.json".to_owned()],
            branches: [("c".to_owned(), "b".to_owned())].into(),
            pattern: "b".to_owned(),
            hydrator: Some(Hydrator { repo_url: Some("https://example.org".to_owned()) }),
        };
        let bytes = encode("1", &known);
        assert_eq!(decode(&bytes, "1"), Some(known));
        assert_eq!(decode(&bytes, "2"), None);
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert_eq!(decode(&damaged, "1"), None, "byte {place}");
            assert_eq!(decode(&bytes[..place], "1"), None, "cut to {place}");
        }
    }
}
