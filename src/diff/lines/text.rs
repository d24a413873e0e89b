//! Values as text of one line or of several, and text without what a terminal would obey.

use crate::yaml::scalar;
use crate::yaml::write::write_value;
use serde_json::Value;

/// A scalar of one line, or what is empty.
pub(super) fn inline(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\n') => None,
        Value::String(text) if is_doubtful(text) => Some(clean(&value.to_string())),
        Value::String(text) => Some(clean(text)),
        Value::Array(items) if items.iter().all(is_word) => {
            let text = format!("[{}]", items.iter().filter_map(inline).collect::<Vec<_>>().join(", "));
            (text.len() <= 80).then_some(text)
        }
        Value::Object(map) if map.is_empty() => Some("{}".to_owned()),
        Value::Object(map) if map.len() == 1 && map.values().all(is_word) => {
            map.iter().next().and_then(|(key, value)| Some(format!("{{{}: {}}}", clean(key), inline(value)?)))
        }
        Value::Array(_) | Value::Object(_) => None,
        scalar => Some(scalar.to_string()),
    }
}

/// Whether a text would be taken for something else, or for nothing, without quotes.
fn is_doubtful(text: &str) -> bool {
    let is_other = scalar::needs_quotes(text)
        && text.chars().all(|character| character.is_alphanumeric() || "+-._~".contains(character));
    text.is_empty() || text.trim() != text || is_other || text.contains(char::is_control)
}

fn is_word(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('\n'),
        Value::Array(_) | Value::Object(_) => false,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// A value as the lines of its YAML; a text of several lines as these lines.
pub(super) fn block(value: &Value) -> Vec<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        value => {
            let mut bytes = Vec::new();
            write_value(value, &mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    text.lines().map(clean).collect()
}

/// The text with what a terminal would obey, and what looks like something else, written out.
pub fn clean(text: &str) -> String {
    let is_odd = |character: char| {
        character.is_control()
            || matches!(character,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    if !text.contains(is_odd) {
        return text.to_owned();
    }
    text.chars()
        .map(|character| if is_odd(character) { character.escape_default().to_string() } else { character.to_string() })
        .collect()
}

/// A line of at most so many characters.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}\u{2026}")
}
