//! The YAML writer: one fixed text for a value, which every reader of Kubernetes tools takes for that value.
//!
//! Block style as kubectl writes it: two spaces a level, lists in the column of their key, `{}` and `[]` for what is empty.
//! Keys are in order of name, which is that of `serde_json`'s map. A string is bare unless [`super::scalar::needs_quotes`]; a text of several lines is a literal block
//! where all of it is printable. Never written: anchors, aliases, tags, directives, folded texts, tabs, CR. It takes values
//! without holes and knows nothing of their meaning.
//!
//! Law: `read(write(x)) == x`, for this reader, go-yaml v2 and v3, PyYAML and YAML 1.2 readers, for all values but those that
//! hold U+FDD0, U+FDD1 or NUL in a string, or an integer above `i64::MAX`: the reader refuses these.

mod number;
mod text;

use number::number;
use serde_json::{Map, Value};
use text::{block, block_chomping, quoted, string};

/// Spaces a level, as bytes to copy from.
const SPACES: &[u8; 64] = &[b' '; 64];
const STEP: usize = 2;
/// A key that is written longer than this stands after `? `: YAML readers look no further than 1,024 characters for its colon.
const LONGEST_SIMPLE_KEY: usize = 1_000;

/// Writes a Kubernetes object: as [`write_value`], but its top level begins with `apiVersion`, `kind` and `metadata`.
pub fn write_object(value: &Value, out: &mut Vec<u8>) {
    const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];
    match value {
        Value::Object(map) if !map.is_empty() => {
            let first = FIRST.iter().filter_map(|key| map.get_key_value(*key));
            let others = map.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
            for (key, value) in first.chain(others) {
                entry(key, value, 0, out);
            }
        }
        _ => write_value(value, out),
    }
}

/// Writes any value, ending in a line break.
pub fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) if !map.is_empty() => mapping(map, 0, false, out),
        Value::Array(items) if !items.is_empty() => sequence(items, 0, false, out),
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

/// The entries of a mapping. The first of one that is a list item stands behind the dash, so that its line has begun.
fn mapping(map: &Map<String, Value>, indent: usize, is_after_dash: bool, out: &mut Vec<u8>) {
    let mut has_begun = is_after_dash;
    for (key, value) in map {
        if !std::mem::take(&mut has_begun) {
            spaces(indent, out);
        }
        entry(key, value, indent, out);
    }
}

fn entry(key: &str, value: &Value, indent: usize, out: &mut Vec<u8>) {
    let start = out.len();
    string(key, out);
    if out.len() - start > LONGEST_SIMPLE_KEY {
        out.splice(start..start, *b"? ");
        out.push(b'\n');
        spaces(indent, out);
    }
    out.push(b':');
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push(b'\n');
            mapping(map, indent + STEP, false, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push(b'\n');
            sequence(items, indent, false, out);
        }
        _ => {
            out.push(b' ');
            leaf(value, indent + STEP, out);
        }
    }
}

fn sequence(items: &[Value], indent: usize, is_after_dash: bool, out: &mut Vec<u8>) {
    let mut has_begun = is_after_dash;
    for item in items {
        if !std::mem::take(&mut has_begun) {
            spaces(indent, out);
        }
        out.extend_from_slice(b"- ");
        match item {
            Value::Object(map) if !map.is_empty() => mapping(map, indent + STEP, true, out),
            Value::Array(items) if !items.is_empty() => sequence(items, indent + STEP, true, out),
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
    match SPACES.get(..count) {
        Some(spaces) => out.extend_from_slice(spaces),
        None => out.resize(out.len() + count, b' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: &Value) -> String {
        let mut out = Vec::new();
        write_object(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_object_looks_as_kubectl_writes_it() {
        let value = json!({
            "spec": {
                "replicas": 2,
                "args": ["-v", "a b", "yes", ""],
                "empty": {}, "none": [], "null": null,
                "containers": [{"name": "web", "env": [{"name": "A", "value": "1"}], "command": []}, {}],
                "nested": [[1, [2.5]], []],
            },
            "metadata": {"name": "a", "annotations": {"b/c": "x: y", "a": "é"}},
            "kind": "Deployment", "apiVersion": "apps/v1", "data": {"z": true, "on": "a"},
        });
        let expected = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    a: é
    b/c: \"x: y\"
  name: a
data:
  \"on\": a
  z: true
spec:
  args:
  - \"-v\"
  - a b
  - \"yes\"
  - \"\"
  containers:
  - command: []
    env:
    - name: A
      value: \"1\"
    name: web
  - {}
  empty: {}
  nested:
  - - 1
    - - 2.5
  - []
  none: []
  \"null\": null
  replicas: 2
";
        assert_eq!(object(&value), expected);
    }

    #[test]
    fn texts_of_several_lines_are_blocks_where_they_can_be() {
        let value = json!({
            "a": "x\n", "b": "x\n\n  y", "c": "x\n\n", "d": " x\ny\n", "e": "\nx\n", "f": "x\ty\n", "g": "\n\n", "h": ["x\ny"],
            "i": "x \n \ny\n", "j\nk": "\"\\\u{1b}\u{feff}\u{7f}\u{10ffff}",
        });
        let expected = "\
a: |
  x
b: |-
  x

    y
c: |+
  x

d: |2
   x
  y
e: |2

  x
f: \"x\\ty\\n\"
g: \"\\n\\n\"
h:
- |-
  x
  y
i: |
  x\u{20}
  \u{20}
  y
\"j\\nk\": \"\\\"\\\\\\e\\uFEFF\\x7F\\U0010FFFF\"
";
        assert_eq!(object(&value), expected);
    }

    #[test]
    fn roots_that_are_no_mappings_end_in_a_line_break() {
        for (value, expected) in [
            (json!("a\n---\nb"), "\"a\\n---\\nb\"\n"),
            (json!("a:b"), "\"a:b\"\n"),
            (json!({}), "{}\n"),
            (json!([]), "[]\n"),
            (json!(null), "null\n"),
            (json!([{"a": 1}]), "- a: 1\n"),
        ] {
            assert_eq!(object(&value), expected);
        }
    }

    #[test]
    fn numbers_are_written_so_that_all_readers_see_numbers() {
        for (value, expected) in [
            (json!(0), "0"),
            (json!(-1), "-1"),
            (json!(i64::MIN), "-9223372036854775808"),
            (json!(u64::MAX), "18446744073709551615"),
            (json!(1.0), "1.0"),
            (json!(0.1), "0.1"),
            (json!(1e21), "1.0e+21"),
            (json!(1.5e-9), "1.5e-9"),
            (json!(-5e-324), "-5.0e-324"),
            (json!(true), "true"),
        ] {
            assert_eq!(scalar_text(&value).as_deref(), Some(expected));
        }
        assert_eq!(scalar_text(&json!("a")), None);
        assert_eq!(scalar_text(&json!(null)), None);
    }

    #[test]
    fn a_key_too_long_for_one_line_is_written_as_readers_take_it() {
        let key = "k".repeat(1_001);
        assert_eq!(object(&json!({"a": {key.clone(): "b:c"}})), format!("a:\n  ? {key}\n  : b:c\n"));
        let key = "\u{7f}".repeat(300);
        assert_eq!(object(&json!({key: [1]})), format!("? \"{}\"\n:\n- 1\n", "\\x7F".repeat(300)));
    }
}
