//! The YAML writer: one fixed text for a value, which every reader of Kubernetes tools takes for that value.
//!
//! Block style as kubectl writes it: two spaces a level, lists in the column of their key, `{}` and `[]` for what is empty.
//! Keys are in order of name. A string is bare unless [`super::scalar::needs_quotes`]; a text of several lines is a literal block
//! where all of it is printable. Never written: anchors, aliases, tags, directives, folded texts, tabs, CR. It takes values
//! without holes and knows nothing of their meaning.
//!
//! Law: `read(write(x)) == x`, for this reader, go-yaml v2 and v3, PyYAML and YAML 1.2 readers, for all values but those that
//! hold U+FDD0, U+FDD1 or NUL in a string, or an integer above `i64::MAX`: the reader refuses these.

use super::scalar;
use serde_json::{Map, Number, Value};
use std::io::Write;

/// Spaces a level, as bytes to copy from.
const SPACES: &[u8; 64] = &[b' '; 64];
const STEP: usize = 2;
/// A key longer than this is written after `? `: YAML readers look no further than 1,024 characters for its colon.
const LONGEST_SIMPLE_KEY: usize = 1_000;

/// Writes a Kubernetes object: as [`write_value`], but its top level begins with `apiVersion`, `kind` and `metadata`.
pub fn write_object(value: &Value, out: &mut Vec<u8>) {
    const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut is_first = true;
            let first = FIRST.iter().filter_map(|key| map.get_key_value(*key));
            let others = in_order(map).filter(|(key, _)| !FIRST.contains(&key.as_str()));
            for (key, value) in first.chain(others) {
                entry(key, value, 0, &mut is_first, out);
            }
        }
        _ => write_value(value, out),
    }
}

/// Writes any value, ending in a line break.
pub fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) if !map.is_empty() => mapping(map, 0, out),
        Value::Array(items) if !items.is_empty() => sequence(items, 0, out),
        Value::String(text) => {
            // Not a block: its lines would begin in the first column, where `---` ends the document. Not bare with a colon:
            // on a line of its own it looks like an entry.
            if text.contains(':') {
                quoted(text, out)
            } else {
                string(text, out)
            }
            out.push(b'\n');
        }
        _ => {
            scalar(value, out);
            out.push(b'\n');
        }
    }
}

/// The text of a number or of a truth value as the writer writes it; none for other values.
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => {
            let mut out = Vec::new();
            number(value, &mut out);
            String::from_utf8(out).ok()
        }
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Entries in order of name, whatever order the map keeps.
fn in_order(map: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let is_sorted = map.keys().is_sorted();
    let mut sorted: Vec<(&String, &Value)> = Vec::new();
    if !is_sorted {
        sorted = map.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
    }
    map.iter().filter(move |_| is_sorted).chain(sorted)
}

fn mapping(map: &Map<String, Value>, indent: usize, out: &mut Vec<u8>) {
    let mut is_first = true;
    for (key, value) in in_order(map) {
        entry(key, value, indent, &mut is_first, out);
    }
}

/// An entry on a line of its own. The first of a mapping that is a list item stands behind the dash already.
fn entry(key: &str, value: &Value, indent: usize, is_first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(is_first) || out.last() != Some(&b' ') {
        spaces(indent, out);
    }
    *is_first = false;
    if key.len() > LONGEST_SIMPLE_KEY {
        out.extend_from_slice(b"? ");
        string(key, out);
        out.push(b'\n');
        spaces(indent, out);
    } else {
        string(key, out);
    }
    out.push(b':');
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push(b'\n');
            mapping(map, indent + STEP, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push(b'\n');
            sequence(items, indent, out);
        }
        _ => {
            out.push(b' ');
            leaf(value, indent + STEP, out);
        }
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut Vec<u8>) {
    let mut is_first = true;
    for item in items {
        if !std::mem::take(&mut is_first) || out.last() != Some(&b' ') {
            spaces(indent, out);
        }
        out.extend_from_slice(b"- ");
        match item {
            Value::Object(map) if !map.is_empty() => mapping(map, indent + STEP, out),
            Value::Array(items) if !items.is_empty() => sequence(items, indent + STEP, out),
            _ => leaf(item, indent + STEP, out),
        }
    }
}

/// A scalar or an empty collection, with its line break; the lines of a block are indented by `indent`.
fn leaf(value: &Value, indent: usize, out: &mut Vec<u8>) {
    match value {
        Value::String(text) => match block_chomping(text) {
            Some(chomping) => block(text, chomping, indent, out),
            None => {
                string(text, out);
                out.push(b'\n');
            }
        },
        _ => {
            scalar(value, out);
            out.push(b'\n');
        }
    }
}

/// Anything but a string or a collection with content.
fn scalar(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(value) => number(value, out),
        Value::String(text) => string(text, out),
        Value::Array(_) => out.extend_from_slice(b"[]"),
        Value::Object(_) => out.extend_from_slice(b"{}"),
    }
}

fn spaces(count: usize, out: &mut Vec<u8>) {
    let mut left = count;
    while left > 0 {
        let some = left.min(SPACES.len());
        out.extend_from_slice(&SPACES[..some]);
        left -= some;
    }
}

// Numbers.

fn number(value: &Number, out: &mut Vec<u8>) {
    if let Some(value) = value.as_i64() {
        if value < 0 {
            out.push(b'-');
        }
        digits(value.unsigned_abs(), out);
    } else if let Some(value) = value.as_u64() {
        digits(value, out);
    } else if let Some(value) = value.as_f64() {
        float(value, out);
    }
}

fn digits(value: u64, out: &mut Vec<u8>) {
    let mut buffer = [0; 20];
    let mut at = buffer.len();
    let mut left = value;
    loop {
        at -= 1;
        buffer[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[at..]);
}

/// The shortest text that reads back as the value, with a point, and with a signed exponent where it has one: without either
/// PyYAML would read a string.
fn float(value: f64, out: &mut Vec<u8>) {
    let start = out.len();
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value:?}");
    if let Some(exponent) = out[start..].iter().position(|byte| *byte == b'e').map(|at| start + at) {
        if !matches!(out.get(exponent + 1), Some(b'-')) {
            out.insert(exponent + 1, b'+');
        }
        if !out[start..exponent].contains(&b'.') {
            out.splice(exponent..exponent, *b".0");
        }
    }
}

// Strings.

/// A string on one line.
fn string(text: &str, out: &mut Vec<u8>) {
    if scalar::needs_quotes(text) {
        quoted(text, out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut from = 0;
    for (at, character) in text.char_indices() {
        if matches!(character, '"' | '\\') || !scalar::is_printable(character) || character == '\u{A0}' {
            out.extend_from_slice(&text.as_bytes()[from..at]);
            escape(character, out);
            from = at + character.len_utf8();
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
    out.push(b'"');
}

fn escape(character: char, out: &mut Vec<u8>) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\t' => b't',
        '\r' => b'r',
        '\0' => b'0',
        '\u{1B}' => b'e',
        _ => {
            let code = character as u32;
            // Writing to a vector cannot fail.
            let _ = match code {
                0..=0xFF => write!(out, "\\x{code:02X}"),
                0x100..=0xFFFF => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// How a text of several lines ends, if it can be a literal block: `|-`, `|` or `|+`.
///
/// Not a block: a text with characters that need escapes, or with nothing but spaces and line breaks.
fn block_chomping(text: &str) -> Option<&'static [u8]> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'\n') {
        return None;
    }
    let is_printable = |character: char| character == '\n' || scalar::is_printable(character);
    if bytes.iter().all(|byte| matches!(byte, b' ' | b'\n')) || !text.chars().all(is_printable) {
        return None;
    }
    Some(match bytes {
        [.., b'\n', b'\n'] => b"|+",
        [.., b'\n'] => b"|",
        _ => b"|-",
    })
}

fn block(text: &str, chomping: &[u8], indent: usize, out: &mut Vec<u8>) {
    out.push(b'|');
    // Readers take the indentation from the first line, which must not begin with a space of its own then.
    if text.starts_with([' ', '\n']) {
        out.push(b'0' + STEP as u8);
    }
    out.extend_from_slice(&chomping[1..]);
    out.push(b'\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(indent, out);
            out.extend_from_slice(line.as_bytes());
        }
        out.push(b'\n');
    }
}
