//! Label selectors.

use super::pod::Pod;
use super::{View, items, text};
use serde_json::Value;

/// Whether a LabelSelector (`matchLabels`, `matchExpressions`) selects what has these labels. An empty one selects everything.
pub fn selects(selector: &Value, labels: Option<&Value>) -> bool {
    let words = selector.get("matchLabels").is_none_or(|wanted| has_all(wanted, labels));
    words && items(selector, "matchExpressions").all(|(_, expression)| holds(expression, labels))
}

/// A pod that a selector nearly selects.
pub struct Miss<'v, 'a> {
    pub pod: &'v Pod<'a>,
    /// The first label that it misses, and what it has instead.
    pub key: &'v str,
    pub found: Option<&'v str>,
}

impl Miss<'_, '_> {
    /// What the pod has.
    pub fn label(&self, view: &View<'_>) -> String {
        let owner = view.name_of(self.pod);
        match self.found {
            Some(found) => format!("pods of {owner} have `{found}`"),
            None => format!("pods of {owner} have no label `{}`", self.key),
        }
    }

    pub fn help(&self) -> String {
        match self.found {
            Some(found) => format!("write `{}: {found}`, or give the pods the label that is selected", self.key),
            None => "remove it, or give the pods the label".to_owned(),
        }
    }
}

/// The pod that misses the fewest of the wanted labels, if it has one of them at least.
pub fn nearest<'v, 'a>(view: &'v View<'a>, namespace: &str, wanted: &'v Value) -> Option<Miss<'v, 'a>> {
    let wanted = wanted.as_object()?;
    let found = |pod: &'v Pod<'a>, key: &str| pod.labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    let misses = |pod: &'v Pod<'a>| -> Vec<&'v str> {
        wanted.iter().filter(|(key, value)| found(pod, key) != value.as_str()).map(|(key, _)| key.as_str()).collect()
    };
    let in_namespace = view.pods.iter().filter(|pod| pod.of.namespace == namespace);
    let (pod, keys) = in_namespace.map(|pod| (pod, misses(pod))).min_by_key(|(_, keys)| keys.len())?;
    let key = *keys.first().filter(|_| keys.len() < wanted.len())?;
    Some(Miss { pod, key, found: found(pod, key) })
}

/// Whether labels have all of a map's pairs.
pub fn has_all(wanted: &Value, labels: Option<&Value>) -> bool {
    wanted
        .as_object()
        .into_iter()
        .flatten()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)).is_some_and(|found| found == value))
}

fn holds(expression: &Value, labels: Option<&Value>) -> bool {
    let found = labels.and_then(|labels| labels.get(text(expression, "key")));
    let is_listed = || found.is_some_and(|found| items(expression, "values").any(|(_, value)| value == found));
    match text(expression, "operator") {
        "In" => is_listed(),
        "NotIn" => !is_listed(),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        // Not an operator: the schema says so.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn expressions_follow_kubernetes() {
        let labels = json!({"app": "web", "tier": "front"});
        let expression = |operator: &str, values: Value| json!({"matchExpressions": [{"key": "tier", "operator": operator, "values": values}]});
        let rows = [
            (json!({}), true),
            (json!({"matchLabels": {"app": "web"}}), true),
            (json!({"matchLabels": {"app": "db"}}), false),
            (json!({"matchLabels": {"app": "web", "zone": "a"}}), false),
            (expression("In", json!(["front", "back"])), true),
            (expression("In", json!(["back"])), false),
            (expression("NotIn", json!(["back"])), true),
            (expression("NotIn", json!(["front"])), false),
            (expression("Exists", json!([])), true),
            (expression("DoesNotExist", json!([])), false),
            (json!({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}), true),
            (json!({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}), true),
        ];
        for (selector, expected) in rows {
            assert_eq!(selects(&selector, Some(&labels)), expected, "{selector}");
        }
        assert!(!selects(&json!({"matchLabels": {"app": "web"}}), None));
    }
}
