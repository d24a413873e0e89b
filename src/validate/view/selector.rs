//! Label selectors.

use super::{items, text};
use serde_json::Value;

/// Whether a LabelSelector (`matchLabels`, `matchExpressions`) selects what has these labels. An empty one selects everything.
pub fn selects(selector: &Value, labels: Option<&Value>) -> bool {
    let words = selector.get("matchLabels").is_none_or(|wanted| has_all(wanted, labels));
    words && items(selector, "matchExpressions").all(|(_, expression)| holds(expression, labels))
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
