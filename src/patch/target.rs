//! Which objects a patch is for.

mod glob;

pub use glob::{Glob, GlobError};

use super::problem::{Problem, codes};
use crate::near::hint;
use crate::pointer::Pointer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Selects objects as a template wrote them. What is left out matches anything.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The API group, without version; empty for the core group.
    pub group: Option<Glob>,
    pub kind: Option<Glob>,
    pub name: Option<Glob>,
    /// Labels that the object must have, with these values.
    pub labels: BTreeMap<String, String>,
}

impl Target {
    pub fn matches(&self, object: &Value) -> bool {
        Self::CRITERIA.iter().all(|criterion| criterion(self, object))
    }

    const CRITERIA: [fn(&Target, &Value) -> bool; 4] =
        [Target::kind_matches, Target::group_matches, Target::name_matches, Target::labels_match];

    fn kind_matches(&self, object: &Value) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind.matches(object["kind"].as_str().unwrap_or_default()))
    }

    fn group_matches(&self, object: &Value) -> bool {
        self.group.as_ref().is_none_or(|group| group.matches(group_of(object)))
    }

    fn name_matches(&self, object: &Value) -> bool {
        self.name.as_ref().is_none_or(|name| name.matches(name_of(object)))
    }

    fn labels_match(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.labels.iter().all(|(key, value)| labels.get(key).is_some_and(|label| label == value))
    }

    /// Says why the target matches none of `objects`: the first criterion that nothing meets, with near names.
    pub fn miss<'o>(&self, objects: impl IntoIterator<Item = &'o Value>) -> Problem {
        let mut left: Vec<&Value> = objects.into_iter().collect();
        let tell = [Target::no_kind, Target::no_group, Target::no_name, Target::no_label];
        if left.is_empty() {
            return no_match("", "the patch matches nothing: there are no objects here".to_owned());
        }
        for (criterion, tell) in Self::CRITERIA.iter().zip(tell) {
            let meets: Vec<&Value> = left.iter().copied().filter(|object| criterion(self, object)).collect();
            if meets.is_empty() {
                return tell(self, &left);
            }
            left = meets;
        }
        no_match("", "the patch matches nothing".to_owned())
    }

    fn no_kind(&self, objects: &[&Value]) -> Problem {
        let kind = self.kind.as_ref().map(Glob::text).unwrap_or_default();
        let kinds: BTreeSet<&str> = objects.iter().filter_map(|object| object["kind"].as_str()).collect();
        no_match("kind", format!("the patch matches nothing: there is nothing of kind `{kind}`"))
            .maybe_help(hint_with("kinds", kind, &kinds))
    }

    fn no_group(&self, objects: &[&Value]) -> Problem {
        let group = self.group.as_ref().map(Glob::text).unwrap_or_default();
        let groups: BTreeSet<&str> = objects.iter().map(|object| group_of(object)).collect();
        let message = format!("the patch matches nothing: {} is of API group `{group}`", self.nothing());
        let versioned = group.split_once('/').map(|(group, _)| format!("leave the version out: `{group}`"));
        let core = (groups.iter().eq([&""])).then(|| "what is here is of the core group: write \"\"".to_owned());
        no_match("group", message).maybe_help(versioned.or(core).or_else(|| hint_with("groups", group, &groups)))
    }

    fn no_name(&self, objects: &[&Value]) -> Problem {
        let name = self.name.as_ref().map(Glob::text).unwrap_or_default();
        let names: BTreeSet<&str> = objects.iter().map(|object| name_of(object)).collect();
        let message = format!("the patch matches nothing: {} has the name `{name}`", self.nothing());
        no_match("name", message).maybe_help(hint_with("names", name, &names))
    }

    fn no_label(&self, objects: &[&Value]) -> Problem {
        let labels = |object: &Value| object["metadata"]["labels"].as_object().cloned().unwrap_or_default();
        let missing = self.labels.iter().find(|(key, value)| {
            !objects.iter().any(|object| labels(object).get(*key).is_some_and(|label| label == *value))
        });
        let Some((key, value)) = missing else {
            return no_match("labels", format!("the patch matches nothing: {} has all these labels", self.nothing()));
        };
        let values: BTreeSet<String> =
            objects.iter().filter_map(|object| labels(object).get(key)?.as_str().map(str::to_owned)).collect();
        let message = format!("the patch matches nothing: {} has the label `{key}: {value}`", self.nothing());
        let help = if values.is_empty() {
            let keys: BTreeSet<String> =
                objects.iter().flat_map(|object| labels(object).into_iter()).map(|(key, _)| key).collect();
            hint_with("labels", key, &keys.iter().map(String::as_str).collect())
        } else {
            hint_with("values", value, &values.iter().map(String::as_str).collect())
        };
        let mut problem = no_match("labels", message).maybe_help(help);
        problem.at.push(key);
        problem
    }

    /// `no Deployment`, or `nothing` for a target of any kind.
    fn nothing(&self) -> String {
        self.kind.as_ref().map_or_else(|| "nothing".to_owned(), |kind| format!("no {}", kind.text()))
    }
}

fn no_match(member: &str, message: String) -> Problem {
    let at = if member.is_empty() { Pointer::root() } else { Pointer::from_segments([member]) };
    Problem::error(&codes::PATCH_NO_MATCH, at, message)
}

fn hint_with(what: &str, word: &str, known: &BTreeSet<&str>) -> Option<String> {
    let help = hint(word, known.iter().copied().filter(|name| !name.is_empty()))?;
    Some(help.replacen("known here", &format!("{what} here"), 1))
}

fn group_of(object: &Value) -> &str {
    object["apiVersion"].as_str().and_then(|version| version.rsplit_once('/')).map_or("", |(group, _)| group)
}

fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}
