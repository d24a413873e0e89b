//! A patch may change what an object says, not which object it is.

use super::problem::{Problem, codes};
use super::touched::{Origin, Touched};
use crate::pointer::Pointer;
use crate::value::brief;
use serde_json::Value;

/// Where an object and the pods that it makes have labels and annotations.
const METADATA: [&[&str]; 4] = [
    &["metadata"],
    &["spec", "template", "metadata"],
    &["spec", "jobTemplate", "metadata"],
    &["spec", "jobTemplate", "spec", "template", "metadata"],
];

/// What a patch changed that no patch may: API group, kind, name, namespace, and the labels and annotations of `bayplan/`.
/// Going to another version of the same group is allowed.
pub fn forbidden_changes(before: &Value, after: &Value, touched: &Touched) -> Vec<Problem> {
    let guard = Guard { before, after, touched };
    let mut problems = Vec::new();
    if group(before) != group(after) {
        problems.push(guard.problem(&Pointer::from_segments(["apiVersion"]), "API group"));
    }
    for (path, what) in
        [(&["kind"][..], "kind"), (&["metadata", "name"], "name"), (&["metadata", "namespace"], "namespace")]
    {
        let pointer = Pointer::from_segments(path.iter().copied());
        if pointer.get(before) != pointer.get(after) {
            problems.push(guard.problem(&pointer, what));
        }
    }
    for metadata in METADATA {
        for marks in ["labels", "annotations"] {
            problems.extend(guard.marks(&Pointer::from_segments(metadata.iter().copied()).child(marks)));
        }
    }
    problems
}

/// The API group, empty for the core one; none where `apiVersion` is no string.
fn group(object: &Value) -> Option<&str> {
    let version = object.get("apiVersion")?.as_str()?;
    Some(version.rsplit_once('/').map_or("", |(group, _)| group))
}

struct Guard<'a> {
    before: &'a Value,
    after: &'a Value,
    touched: &'a Touched,
}

impl Guard<'_> {
    fn problem(&self, pointer: &Pointer, what: &str) -> Problem {
        let show = |object| pointer.get(object).map_or_else(|| "nothing".to_owned(), brief);
        let help = match what {
            "namespace" => "the namespace is set by the compiler: remove it here",
            _ => "change the template, or give the site another one",
        };
        Problem::error(
            &codes::PATCH_IDENTITY,
            self.source(pointer),
            format!("a patch may not change the {what} of an object"),
        )
        .label(format!("from {} to {}", show(self.before), show(self.after)))
        .help(help)
    }

    /// Differences in keys that belong to the compiler.
    fn marks(&self, pointer: &Pointer) -> Vec<Problem> {
        let (before, after) = (pointer.get(self.before), pointer.get(self.after));
        let keys = |marks: Option<&Value>| -> Vec<String> {
            let keys = marks.and_then(Value::as_object).into_iter().flat_map(|marks| marks.keys());
            keys.filter(|key| key.starts_with("bayplan/")).cloned().collect()
        };
        let mut known = keys(before);
        known.extend(keys(after));
        known.sort();
        known.dedup();
        let get = |marks: Option<&Value>, key: &str| marks.and_then(|marks| marks.get(key)).cloned();
        known
            .into_iter()
            .filter(|key| get(before, key) != get(after, key))
            .map(|key| {
                let message = format!("a patch may not set or remove `{key}`");
                Problem::error(&codes::PATCH_IDENTITY, self.source(&pointer.child(&key)), message)
                    .label("labels and annotations of `bayplan/` are the template's and the compiler's")
                    .help("change the template")
            })
            .collect()
    }

    /// The part of the patch that did it.
    fn source(&self, pointer: &Pointer) -> Pointer {
        match self.touched.origin(pointer) {
            Origin::Patch(source) if pointer.get(self.after).is_some() => source,
            Origin::Patch(_) | Origin::Before(_) => self.touched.remover(pointer).cloned().unwrap_or_default(),
        }
    }
}
