//! A field as people write it: `spec.containers[web].image`, `spec.ports[0]`, `metadata.labels["a/b"]`, or a JSON pointer.

use crate::near;
use crate::pointer::Pointer;
use crate::value::{kind_of, list_of};
use serde_json::Value;

/// Keys by which an item of a list can be named.
const NAMES: [&str; 6] = ["name", "key", "id", "mountPath", "host", "containerPort"];

/// Why a text names no field of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// How far it goes.
    pub reached: Pointer,
    /// The whole field, as far as it can be spelled; none where the text cannot be read.
    pub field: Option<Pointer>,
    pub message: String,
    pub help: Option<String>,
}

/// Reads a field against the value that should have it.
pub fn parse(text: &str, value: &Value) -> Result<Pointer, Missing> {
    if text.starts_with('/') {
        let pointer = Pointer::parse(text).map_err(|error| unreadable(error.to_string()))?;
        return follow(pointer.segments().iter().map(|text| Part::Word(text.clone())).collect(), value);
    }
    let parts = parts(text.trim_start_matches('.')).ok_or_else(|| unreadable(format!("`{text}` is no field")))?;
    follow(parts, value)
}

/// A step of a dotted field: a word may hold dots that belong to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(String),
    /// Between brackets: an index, the name of an item, or a key in quotes.
    Bracket(String),
}

impl Part {
    fn text(&self) -> &str {
        match self {
            Part::Word(text) | Part::Bracket(text) => text,
        }
    }
}

fn unreadable(message: String) -> Missing {
    let help = "write spec.containers[web].image, metadata.labels[\"a/b\"], or a JSON pointer".to_owned();
    Missing { reached: Pointer::root(), field: None, message, help: Some(help) }
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (part, behind) = match inside.chars().next()? {
                quote @ ('"' | '\'') => inside[1..].split_once(&format!("{quote}]"))?,
                _ => inside.split_once(']')?,
            };
            parts.push(Part::Bracket(part.to_owned()));
            rest = behind.strip_prefix('.').unwrap_or(behind);
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            parts.push(Part::Word(rest[..end].to_owned()));
            rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        }
    }
    (!parts.iter().any(|part| part.text().is_empty())).then_some(parts)
}

fn follow(parts: Vec<Part>, value: &Value) -> Result<Pointer, Missing> {
    let mut reached = Pointer::root();
    let mut here = value;
    let mut rest = parts.as_slice();
    while let Some((part, behind)) = rest.split_first() {
        let found = match here {
            Value::Object(map) => {
                // The longest key that the next words spell: `metadata.labels.app.kubernetes.io/name` needs no quotes.
                let words = rest.iter().take_while(|part| matches!(part, Part::Word(_))).count().max(1);
                (1..=words).rev().find_map(|count| {
                    let key = rest[..count].iter().map(Part::text).collect::<Vec<_>>().join(".");
                    map.get(&key).map(|below| (key, below, &rest[count..]))
                })
            }
            Value::Array(items) => item(items, part.text()).map(|index| (index.to_string(), &items[index], behind)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        let Some((key, below, behind)) = found else { return Err(missing(reached, rest, here)) };
        reached.push(key);
        here = below;
        rest = behind;
    }
    Ok(reached)
}

/// The item of a list by its index or by what names it.
fn item(items: &[Value], text: &str) -> Option<usize> {
    let is_named = |item: &Value, key: &str| match &item[key] {
        Value::String(name) => name == text,
        Value::Number(number) => number.to_string() == text,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    };
    let by_index = text.parse::<usize>().ok().filter(|index| *index < items.len());
    let by_name = || NAMES.iter().find_map(|key| items.iter().position(|item| is_named(item, key)));
    by_index.or_else(by_name).or_else(|| items.iter().position(|item| item.as_str() == Some(text)))
}

fn missing(reached: Pointer, rest: &[Part], here: &Value) -> Missing {
    let wanted = rest.iter().map(Part::text).collect::<Vec<_>>().join(".");
    let first = rest.first().map_or("", Part::text);
    let place = if reached.is_root() { "the object".to_owned() } else { format!("`{}`", reached.dotted()) };
    let (message, help) = match here {
        Value::Object(map) => {
            let keys = || map.keys().map(String::as_str);
            let near = near::near_names(&wanted, keys());
            let word = if near.is_empty() { first } else { &wanted };
            (format!("{place} has no `{word}`"), near::hint(word, keys()))
        }
        Value::Array(items) => {
            let named = items.iter().filter_map(|item| NAMES.iter().find_map(|key| item[*key].as_str()));
            let named: Vec<&str> = named.collect();
            let range = match items.len() {
                0 => None,
                count => Some(format!("its items are [0] to [{}]", count - 1)),
            };
            let help = if named.is_empty() { range } else { near::hint(first, named) };
            (format!("{place} is {} without `{first}`", list_of(items.len())), help)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            (format!("{place} is {}, with nothing below it", kind_of(here)), None)
        }
    };
    let field = reached.join(&Pointer::from_segments(rest.iter().map(|part| part.text().to_owned())));
    Missing { reached, field: Some(field), message, help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object() -> Value {
        json!({
            "metadata": {"labels": {"app.kubernetes.io/name": "a", "app": "b"}},
            "spec": {"containers": [{"name": "init"}, {"name": "web", "ports": [{"containerPort": 80}]}], "args": ["-v"]},
        })
    }

    #[test]
    fn fields_are_read_in_every_usual_way() {
        for (text, expected) in [
            ("spec.containers[web].ports[80]", "/spec/containers/1/ports/0"),
            (".spec.containers.1.name", "/spec/containers/1/name"),
            ("spec.containers[0]", "/spec/containers/0"),
            ("/spec/containers/web/name", "/spec/containers/1/name"),
            ("metadata.labels.app.kubernetes.io/name", "/metadata/labels/app.kubernetes.io~1name"),
            ("metadata.labels[\"app.kubernetes.io/name\"]", "/metadata/labels/app.kubernetes.io~1name"),
            ("metadata.labels['app']", "/metadata/labels/app"),
            ("metadata.labels.app", "/metadata/labels/app"),
            ("spec.args[-v]", "/spec/args/0"),
            ("", ""),
        ] {
            assert_eq!(parse(text, &object()).map(|pointer| pointer.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_miss_says_how_far_it_goes_and_what_is_there() {
        let missing = |text: &str| parse(text, &object()).expect_err("there is no such field");
        assert_eq!(missing("spec.container").help.as_deref(), Some("did you mean `containers`?"));
        assert_eq!(missing("spec.containers[wep].x").help.as_deref(), Some("did you mean `web`?"));
        assert_eq!(missing("spec.args[3]").message, "`spec.args` is a list of 1 item without `3`");
        assert_eq!(missing("spec.args[0].x").message, "`spec.args[0]` is a string, with nothing below it");
        assert_eq!(missing("spec[").field, None);
        assert_eq!(missing("spec.replicas").field, Some(Pointer::from_segments(["spec", "replicas"])));
    }
}
