//! `immutable-changed`: fields of [`table`] that differ between the published object and the new one.

pub mod table;

use super::object::Published;
use crate::finish::protection::ARGO_SYNC_OPTIONS;
use serde_json::{Map, Value};
use table::{Field, Kind, Rule};

const FORCE: &str = "kustomize.toolkit.fluxcd.io/force";
const SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";
const RECONCILE: &str = "kustomize.toolkit.fluxcd.io/reconcile";
/// Longest text of a value in a message.
const LONGEST: usize = 60;

/// One immutable field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// As people write it: `spec.storageClassName`.
    pub field: String,
    pub old: String,
    pub new: String,
}

/// The fields that may not change and do. Empty where nothing would try to change them: objects that Flux is told to leave alone,
/// and Jobs that it is told to make anew.
pub fn changes(old: &Published, new: &Published) -> Vec<FieldChange> {
    let Some(kind) = table::KINDS.iter().find(|kind| old.is(kind.group, kind.kind)) else { return Vec::new() };
    let is_left_alone =
        matches!(new.annotation(SSA), "IfNotPresent" | "Ignore") || new.annotation(RECONCILE) == "disabled";
    let is_made_anew = new.annotation(FORCE) == "enabled" && old.is("batch", "Job");
    if is_left_alone || is_made_anew {
        return Vec::new();
    }
    let [old_value, new_value] = [old, new].map(|object| prepared(kind, &object.value));
    let mut found = Vec::new();
    for field in kind.fields {
        compare_field(kind, field, &old_value, &new_value, &mut found);
    }
    if old.get("/immutable") == Some(&Value::Bool(true)) && old.secret_hash != new.secret_hash {
        let hidden = || "not shown".to_owned();
        found.push(FieldChange { field: "data".to_owned(), old: hidden(), new: hidden() });
    }
    found
}

/// The mark by which Flux or Argo CD deletes an object that it cannot change.
pub fn forced_by(new: &Published) -> Option<&'static str> {
    let mut options = new.annotation(ARGO_SYNC_OPTIONS).split(',').map(str::trim);
    if new.annotation(FORCE) == "enabled" {
        return Some(FORCE);
    }
    options.any(|option| option == "Force=true").then_some("Force=true")
}

/// The object with defaults filled in, and without what may change although it lies in a fixed part.
fn prepared(kind: &Kind, object: &Value) -> Value {
    let mut value = object.clone();
    for (pattern, default) in kind.defaults {
        let steps: Vec<&str> = pattern.split('/').skip(1).collect();
        fill(&mut value, &steps, default);
    }
    match kind.kind {
        // Until it has started, a suspended Job may be told anew where its pods go.
        "Job" if value.pointer("/spec/suspend") == Some(&Value::Bool(true)) => {
            if let Some(Value::Object(metadata)) = value.pointer_mut("/spec/template/metadata") {
                metadata.remove("annotations");
                metadata.remove("labels");
            }
            if let Some(Value::Object(spec)) = value.pointer_mut("/spec/template/spec") {
                for key in ["affinity", "nodeSelector", "schedulingGates", "tolerations"] {
                    spec.remove(key);
                }
            }
        }
        "Pod" => {
            for list in ["/spec/containers", "/spec/initContainers"] {
                let containers = value.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
                containers.filter_map(Value::as_object_mut).for_each(|container| {
                    container.remove("image");
                    container.remove("resources");
                });
            }
        }
        _ => {}
    }
    value
}

fn fill(value: &mut Value, steps: &[&str], default: &str) {
    match (steps, value) {
        ([last], Value::Object(map)) if map.get(*last).is_none_or(Value::is_null) => {
            map.insert((*last).to_owned(), serde_json::from_str(default).unwrap_or_default());
        }
        (["*", rest @ ..], Value::Array(items)) => items.iter_mut().for_each(|item| fill(item, rest, default)),
        ([first, rest @ ..], Value::Object(map)) => {
            if let Some(below) = map.get_mut(*first) {
                fill(below, rest, default);
            }
        }
        _ => {}
    }
}

fn compare_field(kind: &Kind, field: &Field, old: &Value, new: &Value, found: &mut Vec<FieldChange>) {
    let at = |object: &'_ Value| object.pointer(field.at).filter(|value| !value.is_null()).cloned();
    let (was, is) = (at(old), at(new));
    let mut differ = |name: String, was: Option<&Value>, is: Option<&Value>| found.push(narrowed(name, was, is));
    let name = field.at.trim_start_matches('/').replace('/', ".");
    match field.rule {
        Rule::Fixed if is_elastic(kind, field, old, new) => {}
        Rule::Fixed => {
            if was != is {
                differ(name, was.as_ref(), is.as_ref());
            }
        }
        Rule::OnceSet => {
            if was.is_some() && was != is {
                differ(name, was.as_ref(), is.as_ref());
            }
        }
        Rule::KeptWhenRemoved => {
            // A Service that stops or begins to be another name for something has no address to keep.
            let is_name = |object: &Value| object.pointer("/spec/type").and_then(Value::as_str) == Some("ExternalName");
            let is_headless = |value: &Option<Value>| value.as_ref().and_then(Value::as_str) == Some("None");
            // The cluster gave an address of its own by now.
            let gets_address = was.is_none() && is.is_some() && field.at.starts_with("/spec/clusterIP");
            let stays_headless = is.is_none() && is_headless(&was);
            let differs = was.is_some() && is.is_some() && was != is;
            if (differs || gets_address || stays_headless) && !is_name(old) && !is_name(new) {
                differ(name, was.as_ref(), is.as_ref());
            }
        }
        Rule::AllBut(free) => {
            let empty = Map::new();
            let map = |value: &'_ Option<Value>| value.as_ref().and_then(Value::as_object).cloned();
            let (was, is) = (map(&was).unwrap_or_else(|| empty.clone()), map(&is).unwrap_or(empty));
            let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
            for key in keys.into_iter().filter(|key| !free.contains(&key.as_str())) {
                let set = |map: &Map<String, Value>| map.get(key).filter(|value| !value.is_null()).cloned();
                let (was, is) = (set(&was), set(&is));
                if was != is {
                    differ(format!("{name}.{key}"), was.as_ref(), is.as_ref());
                }
            }
        }
        Rule::FixedIf(flag) => {
            if old.pointer(flag) == Some(&Value::Bool(true)) && was != is {
                differ(name, was.as_ref(), is.as_ref());
            }
        }
        Rule::FixedWhile(pointer, text) => {
            let holds = |object: &Value| object.pointer(pointer).and_then(Value::as_str) == Some(text);
            if holds(old) && holds(new) && was != is {
                differ(name, was.as_ref(), is.as_ref());
            }
        }
        Rule::ItemsStay { flag, name: key } => {
            let items = |list: &Option<Value>| list.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
            let new_items = items(&is);
            for item in items(&was).iter().filter(|item| item.get(flag) == Some(&Value::Bool(true))) {
                if !new_items.iter().any(|new| new.get(key) == item.get(key)) {
                    differ(name.clone(), item.get(key), None);
                }
            }
        }
    }
}

/// The change at the place where two values begin to differ.
fn narrowed(mut name: String, was: Option<&Value>, is: Option<&Value>) -> FieldChange {
    let (mut was, mut is) = (was, is);
    loop {
        let below = match (was, is) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                let differing = |key: &&String| old.get(*key) != new.get(*key);
                keys.into_iter().find(differing).map(|key| (key.clone(), old.get(key), new.get(key)))
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => (0..old.len().max(new.len()))
                .find(|index| old.get(*index) != new.get(*index))
                .map(|index| (index.to_string(), old.get(index), new.get(index))),
            _ => None,
        };
        let Some((step, old, new)) = below else { break };
        name = format!("{name}.{step}");
        (was, is) = (old, new);
    }
    FieldChange { field: name, old: shown(was), new: shown(is) }
}

/// An indexed Job whose completions and parallelism are equal may be scaled.
fn is_elastic(kind: &Kind, field: &Field, old: &Value, new: &Value) -> bool {
    let is_scalable = |job: &Value| {
        job.pointer("/spec/completionMode").and_then(Value::as_str) == Some("Indexed")
            && job.pointer("/spec/completions").is_some()
            && job.pointer("/spec/completions") == job.pointer("/spec/parallelism")
    };
    kind.kind == "Job" && field.at == "/spec/completions" && is_scalable(old) && is_scalable(new)
}

/// A value as a message shows it: short, and a map or list by its JSON.
fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None => return "absent".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("`{cut}\u{2026}`")
}
