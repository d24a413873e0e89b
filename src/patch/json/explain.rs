//! Why a path leads nowhere: the deepest part of it that exists, and what could have been meant.

use super::Verb;
use crate::near::hint;
use crate::pointer::Pointer;
use crate::value::{kind_of, list_of};
use serde_json::{Map, Value};

pub(super) struct Reason {
    pub message: String,
    pub label: String,
    pub help: Vec<String>,
}

/// Explains why `verb` finds nothing at `path`. Shows keys and names of list items, never other values.
pub(super) fn dead_end(object: &Value, path: &Pointer, verb: Verb) -> Reason {
    let mut reached = Pointer::root();
    let mut value = object;
    for (depth, segment) in path.segments().iter().enumerate() {
        let is_last = depth + 1 == path.segments().len();
        match Pointer::from_segments([segment.as_str()]).get(value).filter(|_| is_index_if_list(value, segment)) {
            Some(next) => {
                reached.push(segment);
                value = next;
            }
            None => {
                let stop = Stop { path, reached, depth, segment, is_last, verb };
                return stop.explain(value);
            }
        }
    }
    Reason {
        message: format!("`{path}` cannot be used"),
        label: format!("it is {}", kind_of(value)),
        help: vec!["the whole object cannot be taken away or moved".to_owned()],
    }
}

/// False for texts that Rust reads as a number and RFC 6901 does not, such as `+1` and `01`.
fn is_index_if_list(value: &Value, segment: &str) -> bool {
    !value.is_array() || segment == "0" || !(segment.starts_with('0') || segment.starts_with('+'))
}

/// Where the walk along the path ended.
struct Stop<'p> {
    path: &'p Pointer,
    reached: Pointer,
    depth: usize,
    segment: &'p str,
    is_last: bool,
    verb: Verb,
}

impl Stop<'_> {
    fn explain(&self, value: &Value) -> Reason {
        match value {
            Value::Object(map) => self.no_key(map),
            Value::Array(items) => self.no_item(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Reason {
                message: self.missing(),
                label: format!("{} is {}, with nothing below it", self.place(), kind_of(value)),
                help: vec![format!("replace {} itself by a map or a list", self.place())],
            },
        }
    }

    fn no_key(&self, map: &Map<String, Value>) -> Reason {
        let mut help = Vec::new();
        if let Some(key) = self.key_with_slashes(map) {
            let written = Pointer::from_segments([key]).to_string();
            help.push(format!("write `/` inside a key as `~1`: `{}{written}`", self.reached));
        } else {
            help.extend(hint(self.segment, map.keys().map(String::as_str)));
        }
        if self.verb == Verb::Replace && self.is_last {
            help.push("`replace` needs a value that is there; `add` sets a new one".to_owned());
        }
        if self.verb == Verb::Add {
            let parent = self.reached.child(self.segment);
            help.push(format!("only the last key of a path is made: add `{parent}` first"));
        }
        if map.is_empty() {
            help.push(format!("{} is empty", self.place()));
        }
        Reason { message: self.missing(), label: format!("{} has no key `{}`", self.place(), self.segment), help }
    }

    /// A key of the map that this and the next segments spell, if `/` had been escaped.
    fn key_with_slashes(&self, map: &Map<String, Value>) -> Option<String> {
        let rest = &self.path.segments()[self.depth..];
        (2..=rest.len()).map(|count| rest[..count].join("/")).find(|key| map.contains_key(key))
    }

    fn no_item(&self, items: &[Value]) -> Reason {
        let count = items.len();
        let size = list_of(count);
        let adds_here = self.verb == Verb::Add && self.is_last;
        let range = match (adds_here, count) {
            (true, 0) => "only index 0 or `-` can be added".to_owned(),
            (true, _) => format!("an index goes from 0 to {count}, and `-` is the end"),
            (false, 0) => "there is no item yet".to_owned(),
            (false, 1) => "the only index is 0".to_owned(),
            (false, _) => format!("an index goes from 0 to {}", count - 1),
        };
        let (label, mut help) = if self.segment == "-" {
            let label = format!("`-` is the place after the last item of {}", self.place());
            (label, vec![format!("only `add` can use it; {range}")])
        } else if self.segment.bytes().all(|byte| byte.is_ascii_digit()) && !self.segment.is_empty() {
            if self.segment.len() > 1 && self.segment.starts_with('0') {
                let plain = self.segment.trim_start_matches('0');
                let plain = if plain.is_empty() { "0" } else { plain };
                (format!("`{}` is no index: no leading zeros", self.segment), vec![format!("write `{plain}`")])
            } else {
                (format!("{} is {size}", self.place()), vec![range])
            }
        } else {
            let label = format!("{} is {size}, and `{}` is no index", self.place(), self.segment);
            (label, self.item_by_name(items).unwrap_or(vec![range]))
        };
        if count > 0 && self.segment == "-" && self.verb == Verb::Remove {
            help.push(format!("the last item is `{}`", self.reached.child(count - 1)));
        }
        Reason { message: self.missing(), label, help }
    }

    /// Help for those who name an item of a list by its name.
    fn item_by_name(&self, items: &[Value]) -> Option<Vec<String>> {
        let index = items.iter().position(|item| item["name"] == *self.segment)?;
        let mut path = self.reached.child(index);
        self.path.segments()[self.depth + 1..].iter().for_each(|segment| path.push(segment));
        Some(vec![format!("the item of that name is `{path}`"), "a `strategic` patch finds items by name".to_owned()])
    }

    fn missing(&self) -> String {
        match self.verb {
            Verb::Add => format!("nothing can be added at `{}`", self.path),
            Verb::Remove | Verb::Replace | Verb::Move | Verb::Copy | Verb::Test => {
                format!("there is no `{}`", self.path)
            }
        }
    }

    fn place(&self) -> String {
        if self.reached.is_root() { "the object".to_owned() } else { format!("`{}`", self.reached) }
    }
}
