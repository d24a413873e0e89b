//! The texts of a unit's objects, gathered in one walk for all rules that look at each of them.

use crate::object::Object;
use crate::pointer::Pointer;
use serde_json::Value;

/// Texts shorter than this are not kept: no rule asks for them.
pub const SHORTEST: usize = 24;

/// What a walk over all keys and texts of a unit's objects finds.
pub struct Texts<'a> {
    sizes: Vec<usize>,
    long: Vec<(usize, &'a str)>,
}

impl<'a> Texts<'a> {
    pub fn of(objects: &'a [Object<'a>]) -> Self {
        let mut long = Vec::new();
        let mut sizes = Vec::with_capacity(objects.len());
        for (number, object) in objects.iter().enumerate() {
            sizes.push(walk(&object.value, &mut |text| {
                if text.len() >= SHORTEST {
                    long.push((number, text));
                }
            }));
        }
        Texts { sizes, long }
    }

    /// The bytes of all keys and texts of each object, in order of object.
    pub fn sizes(&self) -> impl Iterator<Item = usize> {
        self.sizes.iter().copied()
    }

    /// The texts of at least [`SHORTEST`] bytes that objects have as values, in order, each with the number of its object.
    pub fn long(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.long.iter().copied()
    }
}

/// Hands over each text of a value; gives the bytes of all keys and texts, and one for every other scalar.
fn walk<'v>(value: &'v Value, take: &mut impl FnMut(&'v str)) -> usize {
    match value {
        Value::String(text) => {
            take(text);
            text.len()
        }
        Value::Array(items) => items.iter().map(|item| walk(item, take)).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + walk(value, take)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// The bytes of all keys and texts of a value: less than what is stored of it.
pub fn bytes(value: &Value) -> usize {
    walk(value, &mut |_| ())
}

/// Where in a value one of its own texts lies.
pub fn locate(value: &Value, text: &str) -> Option<Pointer> {
    match value {
        Value::String(found) => std::ptr::eq(found.as_str(), text).then(Pointer::root),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let below = locate(item, text)?;
            Some(Pointer::root().child(index).join(&below))
        }),
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            let below = locate(value, text)?;
            Some(Pointer::root().child(key).join(&below))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_found_where_it_lies_even_if_another_is_the_same() {
        let value = json!({"a": ["x", "x"], "b": {"c": "x"}});
        let mut texts = Vec::new();
        assert_eq!(walk(&value, &mut |text| texts.push(text)), 6);
        let places: Vec<String> =
            texts.iter().filter_map(|text| locate(&value, text)).map(|at| at.to_string()).collect();
        assert_eq!(places, ["/a/0", "/a/1", "/b/c"]);
        assert_eq!(locate(&value, "x"), None);
    }
}
