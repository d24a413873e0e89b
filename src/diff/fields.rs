//! What differs between two versions of an object, field by field.
//!
//! Lists are compared by the keys that the kind's schema names; without a schema by a field that tells all items apart, else by
//! best alignment. A field that is `null` counts as left out, as Kubernetes has it.

mod list;

use super::path::{Path, Step};
use super::secret;
use crate::kubernetes::Schema;
use crate::pointer::Pointer;
use crate::value;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One field that differs: the innermost that tells the difference, or a whole part that only one side has.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    pub path: Path,
    /// None where the field is new.
    pub old: Option<Value>,
    /// None where the field is gone.
    pub new: Option<Value>,
    pub sort: Sort,
    /// Where it lies in each version; for a field that is not there, where it would.
    pub at: [Pointer; 2],
}

/// How a field differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    Value,
    /// The same items in another order; the values are the items' keys.
    Order,
    /// A secret, of which nothing is shown.
    Secret,
}

/// All fields that differ, in order of path.
pub fn compare(old: &Value, new: &Value, schema: Option<Schema<'_>>) -> Vec<FieldChange> {
    let mut comparison = Comparison { changes: Vec::new() };
    comparison.values(&Here::default(), old, new, schema);
    comparison.changes
}

/// Where a comparison stands.
#[derive(Debug, Clone, Default)]
struct Here {
    path: Path,
    at: [Pointer; 2],
}

impl Here {
    fn field(&self, name: &str) -> Here {
        let at = [self.at[0].child(name), self.at[1].child(name)];
        Here { path: self.path.child(Step::Field(name.to_owned())), at }
    }

    fn item(&self, step: Step, old: usize, new: usize) -> Here {
        Here { path: self.path.child(step), at: [self.at[0].child(old), self.at[1].child(new)] }
    }
}

struct Comparison {
    changes: Vec<FieldChange>,
}

impl Comparison {
    fn values(&mut self, here: &Here, old: &Value, new: &Value, schema: Option<Schema<'_>>) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.maps(here, old, new, schema),
            (Value::Array(old), Value::Array(new)) => self.lists(here, old, new, schema),
            _ if value::same(old, new) => {}
            _ => self.push(here, Some(old), Some(new)),
        }
    }

    fn maps(&mut self, here: &Here, old: &Map<String, Value>, new: &Map<String, Value>, schema: Option<Schema<'_>>) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let set = |map: &'_ Map<String, Value>| map.get(key).filter(|value| !value.is_null()).cloned();
            match (old.get(key).filter(|value| !value.is_null()), new.get(key).filter(|value| !value.is_null())) {
                (Some(old), Some(new)) => {
                    let schema = schema.and_then(|schema| schema.at(key));
                    self.values(&here.field(key), old, new, schema);
                }
                (None, None) => {}
                // A map of labels is no thing of its own: with none there are no labels.
                (None, Some(Value::Object(new))) if is_of_labels(key) => {
                    self.maps(&here.field(key), &Map::new(), new, None);
                }
                (Some(Value::Object(old)), None) if is_of_labels(key) => {
                    self.maps(&here.field(key), old, &Map::new(), None);
                }
                (_, _) => self.push(&here.field(key), set(old).as_ref(), set(new).as_ref()),
            }
        }
    }

    /// Notes a difference, with secrets hidden.
    fn push(&mut self, here: &Here, old: Option<&Value>, new: Option<&Value>) {
        let is_secret = old.or(new).is_some_and(secret::is_hidden) || new.is_some_and(secret::is_hidden);
        self.changes.push(FieldChange {
            path: here.path.clone(),
            old: old.map(secret::shown),
            new: new.map(secret::shown),
            sort: if is_secret { Sort::Secret } else { Sort::Value },
            at: here.at.clone(),
        });
    }
}

fn is_of_labels(key: &str) -> bool {
    matches!(key, "annotations" | "labels")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{Api, CustomKinds, Lookup, Minor};
    use serde_json::json;

    /// `path: old -> new`, one a line.
    fn told(old: Value, new: Value) -> String {
        let api = Api::new(Minor::NEWEST, CustomKinds::default().into());
        let text = |key: &str| new[key].as_str().unwrap_or_default().to_owned();
        let lookup = api.kind(&text("apiVersion"), &text("kind"));
        let schema = match &lookup {
            Lookup::Served(served) => Some(served.schema),
            _ => None,
        };
        let show = |value: &Option<Value>| value.as_ref().map_or("none".to_owned(), Value::to_string);
        let lines = compare(&old, &new, schema).into_iter().map(|change| {
            let mark = if change.sort == Sort::Order { " (order)" } else { "" };
            format!("{}: {} -> {}{mark}", change.path, show(&change.old), show(&change.new))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn deployment(containers: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": containers}}}})
    }

    #[test]
    fn containers_are_told_apart_by_name_whatever_their_order() {
        let old = deployment(json!([{"name": "web", "image": "a:1"}, {"name": "log", "image": "b:1"}]));
        let new = deployment(
            json!([{"name": "new", "image": "c"}, {"name": "log", "image": "b:1"}, {"name": "web", "image": "a:2"}]),
        );
        assert_eq!(
            told(old, new),
            "spec.template.spec.containers[web].image: \"a:1\" -> \"a:2\"\n\
             spec.template.spec.containers[new]: none -> {\"image\":\"c\",\"name\":\"new\"}\n\
             spec.template.spec.containers: [\"web\",\"log\"] -> [\"log\",\"web\"] (order)"
        );
    }

    #[test]
    fn ports_have_two_keys_of_which_one_has_a_default() {
        let port = |protocol: Value| {
            deployment(
                json!([{"name": "web", "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": protocol}]}]),
            )
        };
        assert_eq!(
            told(port(json!("UDP")), port(json!("TCP"))),
            "spec.template.spec.containers[web].ports[53/UDP]: {\"containerPort\":53,\"protocol\":\"UDP\"} -> none\n\
             spec.template.spec.containers[web].ports[53/TCP]: none -> {\"containerPort\":53,\"protocol\":\"TCP\"}"
        );
        assert_eq!(
            told(port(json!("TCP")), port(Value::Null)),
            "spec.template.spec.containers[web].ports[53/TCP].protocol: \"TCP\" -> none"
        );
    }

    #[test]
    fn lists_without_keys_are_aligned() {
        let args = |args: Value| deployment(json!([{"name": "web", "args": args}]));
        assert_eq!(
            told(args(json!(["a", "b", "c"])), args(json!(["a", "x", "c", "d"]))),
            "spec.template.spec.containers[web].args[1]: \"b\" -> \"x\"\n\
             spec.template.spec.containers[web].args[3]: none -> \"d\""
        );
        let rules =
            |rules: Value| json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"rules": rules}});
        assert_eq!(
            told(
                rules(json!([{"host": "a.example"}, {"host": "b.example", "http": {"paths": []}}])),
                rules(json!([{"host": "b.example", "http": {"paths": [{"path": "/"}]}}, {"host": "c.example"}]))
            ),
            "spec.rules[a.example]: {\"host\":\"a.example\"} -> none\n\
             spec.rules[b.example].http.paths[/]: none -> {\"path\":\"/\"}\n\
             spec.rules[c.example]: none -> {\"host\":\"c.example\"}"
        );
    }

    #[test]
    fn null_is_left_out_and_one_is_one() {
        assert_eq!(told(json!({"a": null, "b": 1}), json!({"b": 1.0, "c": null})), "");
        assert_eq!(told(json!({"a": {"b": 1}}), json!({"a": [1]})), "a: {\"b\":1} -> [1]");
    }

    #[test]
    fn places_are_those_of_each_side() {
        let old = deployment(json!([{"name": "log", "image": "b"}, {"name": "web", "image": "a:1"}]));
        let new = deployment(json!([{"name": "web", "image": "a:2"}]));
        let at: Vec<String> = compare(&old, &new, None)[1].at.iter().map(ToString::to_string).collect();
        assert_eq!(at, ["/spec/template/spec/containers/1/image", "/spec/template/spec/containers/0/image"]);
    }
}
