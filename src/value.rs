//! JSON values: words for them in messages, and when two are the same.

use serde_json::Value;

/// What kind of value it is, without showing it: `a list of 3 items`.
pub fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => list_of(items.len()),
        Value::Object(_) => "a map".to_owned(),
    }
}

pub fn list_of(count: usize) -> String {
    match count {
        0 => "an empty list".to_owned(),
        1 => "a list of 1 item".to_owned(),
        count => format!("a list of {count} items"),
    }
}

/// The value as JSON, cut to fit in a line.
pub fn brief(value: &Value) -> String {
    const LIMIT: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= LIMIT {
        return text;
    }
    let cut: String = text.chars().take(LIMIT - 3).collect();
    format!("{cut}...")
}

/// Equality of JSON values in which numbers are equal when their amounts are: `1` equals `1.0`, as RFC 6902 section 4.6 has it.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || ((left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64())
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        (Value::Null | Value::Bool(_) | Value::String(_), _) => left == right,
        (Value::Number(_) | Value::Array(_) | Value::Object(_), _) => false,
    }
}

/// True of what can be the key of a list item: a string, a number or a boolean.
pub fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_))
}

/// Whether two items of a list have the same values of all keys by which their list merges.
pub fn same_keys(left: &Value, right: &Value, keys: &[impl AsRef<str>]) -> bool {
    keys.iter().all(|key| match (left.get(key.as_ref()), right.get(key.as_ref())) {
        (Some(left), Some(right)) => same(left, right),
        _ => false,
    })
}

/// How an item is called in messages: `name: "web"`, or all its keys.
pub fn key_text(item: &Value, keys: &[impl AsRef<str>]) -> String {
    let text = |key: &str| Some(format!("{key}: {}", brief(item.get(key)?)));
    keys.iter().filter_map(|key| text(key.as_ref())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_compared_by_amount_at_any_depth() {
        assert!(same(&json!({"a": [1, {"b": 2.0}]}), &json!({"a": [1.0, {"b": 2}]})));
        assert!(!same(&json!(1), &json!("1")));
        assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": 1})));
        assert!(!same(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)));
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(brief(&json!("short")), "\"short\"");
        assert_eq!(brief(&json!("é".repeat(100))).chars().count(), 80);
    }
}
