//! Reads the operations of a JSON patch, with a place and a remedy for each mistake.

use super::{Operation, Verb};
use crate::near::{hint, near_names};
use crate::patch::problem::{Problem, codes};
use crate::pointer::{Pointer, PointerError};
use crate::value::{brief, kind_of};
use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchOperation, RemoveOperation, ReplaceOperation, TestOperation,
    jsonptr::PointerBuf,
};
use serde_json::{Map, Value};

/// The operations that are well formed, and what is wrong with the others.
pub(super) fn operations(patch: &Value) -> (Vec<Operation>, Vec<Problem>) {
    let mut problems = Vec::new();
    let Value::Array(items) = patch else {
        problems.push(
            malformed(Pointer::root(), format!("a JSON patch is a list of operations, this is {}", kind_of(patch)))
                .help("write `- {op: replace, path: /spec/replicas, value: 4}`, or use `merge` or `strategic`"),
        );
        return (Vec::new(), problems);
    };
    let operations = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| match item {
            Value::Object(members) => {
                Reader { at: Pointer::root().child(index), number: index + 1, members, problems: &mut problems }
                    .operation()
            }
            _ => {
                problems.push(malformed(
                    Pointer::root().child(index),
                    format!("operation {} is {}, not a map with `op` and `path`", index + 1, kind_of(item)),
                ));
                None
            }
        })
        .collect();
    (operations, problems)
}

struct Reader<'p> {
    at: Pointer,
    number: usize,
    members: &'p Map<String, Value>,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_> {
    fn operation(&mut self) -> Option<Operation> {
        let verb = self.verb()?;
        let needs_from = matches!(verb, Verb::Move | Verb::Copy);
        let needs_value = matches!(verb, Verb::Add | Verb::Replace | Verb::Test);
        self.warn_of_extras(verb, needs_from, needs_value);
        // All members are read before any is missed, so that one run names every mistake.
        let path = self.pointer(verb, "path");
        let from = if needs_from { self.pointer(verb, "from").map(Some) } else { Some(None) };
        let value = if needs_value { self.value(verb).map(Some) } else { Some(None) };
        let (path, from, value) = (path?, from?, value?);
        self.check_shape(verb, &path, from.as_ref())?;
        let ready = ready(verb, &path, from.as_ref(), value)?;
        Some(Operation { verb, path, from, ready })
    }

    fn verb(&mut self) -> Option<Verb> {
        let words = || Verb::ALL.map(Verb::word);
        let Some(op) = self.members.get("op") else {
            let near = near_names("op", self.members.keys().map(String::as_str));
            self.push(
                malformed(self.at.clone(), format!("operation {} has no `op`", self.number))
                    .help(format!("say which it is: {}", words().join(", ")))
                    .maybe_help(near.first().map(|name| format!("`{name}` looks like it"))),
            );
            return None;
        };
        let verb = op.as_str().and_then(|word| Verb::ALL.into_iter().find(|verb| verb.word() == word));
        if verb.is_none() {
            let word = op.as_str().unwrap_or_default();
            self.push(
                malformed(self.at.child("op"), format!("operation {} has an unknown `op`: {}", self.number, brief(op)))
                    .label("not an operation of RFC 6902")
                    .maybe_help(hint(word, words())),
            );
        }
        verb
    }

    fn pointer(&mut self, verb: Verb, member: &str) -> Option<Pointer> {
        let at = self.at.child(member);
        let text = match self.members.get(member) {
            Some(Value::String(text)) => text,
            Some(other) => {
                let message = format!("{}: `{member}` must be a string, such as \"/spec/replicas\"", self.name(verb));
                self.push(malformed(at, message).label(format!("this is {}", kind_of(other))));
                return None;
            }
            None => {
                self.push_missing(verb, member);
                return None;
            }
        };
        match Pointer::parse(text) {
            Ok(pointer) => Some(pointer),
            Err(error) => {
                let message = format!("{}: `{member}` is no JSON pointer", self.name(verb));
                let help = match error {
                    PointerError::NoLeadingSlash => format!("write `/{}`", text.replace('.', "/")),
                    PointerError::BadEscape => format!("write `{}`, if the `~` is meant", escape_stray_tildes(text)),
                };
                self.push(malformed(at, message).label(error.to_string()).help(help));
                None
            }
        }
    }

    fn value(&mut self, verb: Verb) -> Option<Value> {
        let value = self.members.get("value").cloned();
        if value.is_none() {
            self.push_missing(verb, "value");
        }
        value
    }

    fn push_missing(&mut self, verb: Verb, member: &str) {
        let near = near_names(member, self.members.keys().map(String::as_str));
        let message = format!("{} has no `{member}`", self.name(verb));
        let Some(misspelt) = near.first() else {
            self.push(malformed(self.at.clone(), message).help(format!("add `{member}: ...`")));
            return;
        };
        // A misspelt member is one mistake: that it is not used need not be told as well.
        let at = self.at.child(misspelt);
        self.problems.retain(|problem| problem.at != at);
        let help = format!("write `{member}` instead of `{misspelt}`");
        self.push(malformed(at, message).on_key().help(help));
    }

    fn warn_of_extras(&mut self, verb: Verb, needs_from: bool, needs_value: bool) {
        for member in self.members.keys() {
            let known = match member.as_str() {
                "op" | "path" => true,
                "from" => needs_from,
                "value" => needs_value,
                _ => false,
            };
            if !known {
                let message = format!("{} has a member that it does not use: `{member}`", self.name(verb));
                self.push(
                    Problem::warning(&codes::PATCH_EXTRA_MEMBER, self.at.child(member), message)
                        .on_key()
                        .label("ignored, as RFC 6902 says")
                        .help("remove it"),
                );
            }
        }
    }

    /// What can be told without an object.
    fn check_shape(&mut self, verb: Verb, path: &Pointer, from: Option<&Pointer>) -> Option<()> {
        if verb == Verb::Remove && path.is_root() {
            let message =
                format!("{}: the empty path is the whole object, which a patch cannot remove", self.name(verb));
            self.push(malformed(self.at.child("path"), message));
            return None;
        }
        if let (Verb::Move, Some(from)) = (verb, from)
            && path != from
            && path.segments().starts_with(from.segments())
        {
            let message = format!("{}: `{from}` cannot move into itself, to `{path}`", self.name(verb));
            self.push(malformed(self.at.child("path"), message).help("use `copy`, then `remove` what is not wanted"));
            return None;
        }
        Some(())
    }

    fn name(&self, verb: Verb) -> String {
        format!("operation {} ({})", self.number, verb.word())
    }

    fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn malformed(at: Pointer, message: impl Into<String>) -> Problem {
    Problem::error(&codes::PATCH_MALFORMED, at, message)
}

/// The text with every `~` that begins no escape written as `~0`.
fn escape_stray_tildes(text: &str) -> String {
    let mut fixed = String::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        fixed.push(character);
        if character == '~' && !matches!(rest.peek(), Some('0' | '1')) {
            fixed.push('0');
        }
    }
    fixed
}

/// The operation as the crate takes it. None cannot happen: the pointer was read from text or made of segments.
fn ready(verb: Verb, path: &Pointer, from: Option<&Pointer>, value: Option<Value>) -> Option<PatchOperation> {
    let convert = |pointer: &Pointer| PointerBuf::parse(pointer.to_string()).ok();
    let path = convert(path)?;
    let from = || convert(from?);
    Some(match verb {
        Verb::Add => PatchOperation::Add(AddOperation { path, value: value? }),
        Verb::Remove => PatchOperation::Remove(RemoveOperation { path }),
        Verb::Replace => PatchOperation::Replace(ReplaceOperation { path, value: value? }),
        Verb::Move => PatchOperation::Move(MoveOperation { path, from: from()? }),
        Verb::Copy => PatchOperation::Copy(CopyOperation { path, from: from()? }),
        Verb::Test => PatchOperation::Test(TestOperation { path, value: value? }),
    })
}
