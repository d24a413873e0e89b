//! JSON pointers (RFC 6901): where a value lies inside another.

use serde_json::Value;
use std::fmt;

/// A path of keys and list indexes. Displays as RFC 6901 (`/spec/containers/0`), or for people with [`Pointer::dotted`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer {
    segments: Vec<String>,
}

impl Pointer {
    pub fn root() -> Self {
        Pointer::default()
    }

    pub fn from_segments(segments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Pointer { segments: segments.into_iter().map(Into::into).collect() }
    }

    /// Reads RFC 6901 text: empty, or `/` before each segment, with `~0` for `~` and `~1` for `/`.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        if text.is_empty() {
            return Ok(Pointer::root());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(PointerError::NoLeadingSlash);
        };
        let segments = rest.split('/').map(unescape).collect::<Result<_, _>>()?;
        Ok(Pointer { segments })
    }

    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    pub fn is_root(&self) -> bool {
        self.segments.is_empty()
    }

    #[must_use]
    pub fn child(&self, segment: impl ToString) -> Self {
        let mut child = self.clone();
        child.push(segment);
        child
    }

    #[must_use]
    pub fn join(&self, below: &Pointer) -> Self {
        let mut joined = self.clone();
        joined.segments.extend(below.segments.iter().cloned());
        joined
    }

    pub fn parent(&self) -> Option<Self> {
        let (_, parents) = self.segments.split_last()?;
        Some(Pointer { segments: parents.to_vec() })
    }

    pub fn last(&self) -> Option<&str> {
        self.segments.last().map(String::as_str)
    }

    pub fn push(&mut self, segment: impl ToString) {
        self.segments.push(segment.to_string());
    }

    pub fn pop(&mut self) -> Option<String> {
        self.segments.pop()
    }

    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.segments.iter().try_fold(value, |value, segment| match value {
            Value::Object(map) => map.get(segment),
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }

    /// As people and kubectl write it: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`.
    pub fn dotted(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            let is_index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
            let is_plain =
                segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'));
            if is_index {
                text.push_str(&format!("[{segment}]"));
            } else if !segment.is_empty() && is_plain {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(segment);
            } else {
                text.push_str(&format!("[{segment:?}]"));
            }
        }
        text
    }
}

/// Follows a path that the program itself names.
pub trait Follow {
    /// The value at a path such as `/spec/replicas`, whose keys hold neither `~` nor `/`: as `Value::pointer`, but nothing is
    /// allocated.
    fn follow(&self, path: &str) -> Option<&Self>;
}

impl Follow for Value {
    fn follow(&self, path: &str) -> Option<&Value> {
        let Some(rest) = path.strip_prefix('/') else { return Some(self) };
        // Keys are short: looking at each byte is quicker than calling a search for the next one of a kind.
        let (key, below) = rest.split_at(rest.bytes().take_while(|byte| *byte != b'/').count());
        let value = match self {
            Value::Object(map) => map.get(key),
            Value::Array(items) => items.get(key.parse::<usize>().ok()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        value?.follow(below)
    }
}

fn unescape(segment: &str) -> Result<String, PointerError> {
    let mut text = String::with_capacity(segment.len());
    let mut characters = segment.chars();
    while let Some(character) = characters.next() {
        match character {
            '~' => match characters.next() {
                Some('0') => text.push('~'),
                Some('1') => text.push('/'),
                _ => return Err(PointerError::BadEscape),
            },
            _ => text.push(character),
        }
    }
    Ok(text)
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(formatter, "/{}", segment.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

/// Why a text is no JSON pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    #[error("a JSON pointer begins with `/`")]
    NoLeadingSlash,
    #[error("`~` in a JSON pointer is written `~0`, and `/` is written `~1`")]
    BadEscape,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_segments_round_trip() {
        for text in ["", "/", "/a/b", "/a~1b/~0c/0", "//x"] {
            assert_eq!(Pointer::parse(text).map(|pointer| pointer.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(Pointer::parse("a"), Err(PointerError::NoLeadingSlash));
        assert_eq!(Pointer::parse("/~2"), Err(PointerError::BadEscape));
    }

    #[test]
    fn paths_are_followed_as_pointers_are() {
        let value = serde_json::json!({"a": {"b": [1, {"c": 2}]}, "": 3});
        for path in ["", "/", "/a", "/a/b/1/c", "/a/b/2", "/a/b/c", "/a/b/0/c", "/x"] {
            assert_eq!(value.follow(path), value.pointer(path), "{path}");
        }
    }

    #[test]
    fn dotted_form_quotes_what_is_no_word() {
        let pointer = Pointer::from_segments(["metadata", "annotations", "a.b/c", "0"]);
        assert_eq!(pointer.dotted(), "metadata.annotations[\"a.b/c\"][0]");
    }
}
