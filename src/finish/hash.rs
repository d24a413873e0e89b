//! SHA-256 over values and texts, as short hex: the only hash that reaches the output.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of a value as compact JSON with sorted keys (`serde_json`'s map is sorted).
pub fn sha256_of_json(value: &Value) -> [u8; 32] {
    Sha256::digest(value.to_string().as_bytes()).into()
}

pub fn sha256_of_text(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The first `digits` hex digits, in lower case.
pub fn hex(bytes: &[u8], digits: usize) -> String {
    let mut text: String = bytes.iter().take(digits.div_ceil(2)).map(|byte| format!("{byte:02x}")).collect();
    text.truncate(digits);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_hashed_in_order_of_name() {
        let one: Value = serde_json::from_str(r#"{"b":1,"a":2}"#).expect("is JSON");
        assert_eq!(one.to_string(), r#"{"a":2,"b":1}"#);
        assert_eq!(sha256_of_json(&one), sha256_of_json(&json!({"a": 2, "b": 1})));
        assert_eq!(hex(&sha256_of_text(""), 8), "e3b0c442");
    }
}
