//! JSON patches (RFC 6902).
//!
//! [`JsonPatch::parse`] reads the operations itself, so that each mistake has a place and a remedy. The crate `json-patch`
//! applies them, one by one on a copy (its own undo loses the value of a `move` whose destination is missing); where it
//! refuses one, `explain` finds out why.

mod explain;
mod parse;

use super::problem::{Problem, codes};
use super::touched::Touched;
use super::{Applied, merge::is_usable};
use crate::pointer::Pointer;
use crate::value::{brief, kind_of, same};
use json_patch::{PatchErrorKind, PatchOperation, patch_unsafe};
use serde_json::Value;

/// A well-formed list of operations.
#[derive(Debug, Clone)]
pub struct JsonPatch {
    operations: Vec<Operation>,
}

impl JsonPatch {
    /// Where the operation of that number leads.
    pub fn path(&self, number: usize) -> Option<&Pointer> {
        self.operations.get(number).map(|operation| &operation.path)
    }
}

#[derive(Debug, Clone)]
struct Operation {
    verb: Verb,
    path: Pointer,
    /// Of `move` and `copy`.
    from: Option<Pointer>,
    ready: PatchOperation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

impl Verb {
    const ALL: [Verb; 6] = [Verb::Add, Verb::Remove, Verb::Replace, Verb::Move, Verb::Copy, Verb::Test];

    fn word(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Remove => "remove",
            Verb::Replace => "replace",
            Verb::Move => "move",
            Verb::Copy => "copy",
            Verb::Test => "test",
        }
    }
}

impl JsonPatch {
    /// Reads a list of operations. The patch is there unless one of the problems is an error.
    pub fn parse(patch: &Value) -> (Option<Self>, Vec<Problem>) {
        let (operations, problems) = parse::operations(patch);
        (is_usable(&problems).then_some(JsonPatch { operations }), problems)
    }

    /// Applies all operations to a copy. With `redact`, no message shows a value of the object or of the patch.
    pub(super) fn apply(&self, object: &Value, redact: bool) -> Result<Applied, Vec<Problem>> {
        let mut patched = object.clone();
        let mut touched = Touched::default();
        for (index, operation) in self.operations.iter().enumerate() {
            let step = Step { operation, index, count: self.operations.len(), redact };
            step.apply(&mut patched, &mut touched).map_err(|problem| vec![*problem])?;
        }
        Ok(Applied { object: patched, touched, warnings: Vec::new(), idle: Vec::new() })
    }
}

/// One operation in its patch.
struct Step<'p> {
    operation: &'p Operation,
    index: usize,
    count: usize,
    redact: bool,
}

impl Step<'_> {
    fn apply(&self, object: &mut Value, touched: &mut Touched) -> Result<(), Box<Problem>> {
        let since = touched.len();
        // A move has taken its value away before it finds that it cannot put it anywhere, so this is read off before.
        let taken =
            self.operation.from.as_ref().filter(|from| from.get(object).is_some()).map(|from| Spot::of(object, from));
        if let Err(error) = patch_unsafe(object, std::slice::from_ref(&self.operation.ready)) {
            return self.forgive(object, &error.kind, taken.is_some());
        }
        let source = Pointer::root().child(self.index);
        match self.operation.verb {
            Verb::Test => {}
            Verb::Replace => touched.record_set(&self.operation.path, &source.child("value")),
            Verb::Remove => Spot::of(object, &self.operation.path).record_removal(touched, &source),
            Verb::Add => {
                let spot = Spot::of_added(object, &self.operation.path);
                spot.record_arrival(touched);
                touched.record_set(&spot.pointer, &source.child("value"));
            }
            Verb::Copy | Verb::Move => {
                let Some(from) = taken else { return Ok(()) };
                if self.operation.verb == Verb::Move {
                    from.record_removal(touched, &source);
                }
                let spot = Spot::of_added(object, &self.operation.path);
                spot.record_arrival(touched);
                touched.record_taken(&spot.pointer, &from.pointer, since, &source);
            }
        }
        Ok(())
    }

    /// Lets a `test` pass whose numbers differ in writing only; else says what is wrong.
    fn forgive(&self, object: &Value, kind: &PatchErrorKind, taken: bool) -> Result<(), Box<Problem>> {
        if let (PatchErrorKind::TestFailed, PatchOperation::Test(test)) = (kind, &self.operation.ready) {
            let Some(found) = self.operation.path.get(object) else {
                return Err(Box::new(self.missing(object, taken)));
            };
            return if same(found, &test.value) { Ok(()) } else { Err(Box::new(self.test_failed(&test.value, found))) };
        }
        Err(Box::new(self.missing(object, taken)))
    }

    fn test_failed(&self, expected: &Value, found: &Value) -> Problem {
        let label = if self.redact {
            "the object has another value (not shown, it is a Secret's)".to_owned()
        } else if std::mem::discriminant(expected) == std::mem::discriminant(found) {
            format!("expected {}, found {}", brief(expected), brief(found))
        } else {
            format!("expected {}, found {}: {}", brief(expected), kind_of(found), brief(found))
        };
        let message = format!("{}: `{}` is not what the test expects", self.name(), self.operation.path);
        Problem::error(&codes::PATCH_TEST, self.at("value"), message)
            .label(label)
            .help("none of the patch's operations was applied; correct the patch, or drop the test")
    }

    /// Says why the path of the operation, or its `from`, leads nowhere.
    fn missing(&self, object: &Value, taken: bool) -> Problem {
        let (member, path, verb) = match &self.operation.from {
            Some(from) if !taken => ("from", from, self.operation.verb),
            Some(_) => ("path", &self.operation.path, Verb::Add),
            None => ("path", &self.operation.path, self.operation.verb),
        };
        let reason = explain::dead_end(object, path, verb);
        let message = format!("{}: {}", self.name(), reason.message);
        let mut problem = Problem::error(&codes::PATCH_PATH, self.at(member), message).label(reason.label);
        problem.help = reason.help;
        problem
    }

    fn name(&self) -> String {
        format!("operation {} of {} ({})", self.index + 1, self.count, self.operation.verb.word())
    }

    fn at(&self, member: &str) -> Pointer {
        Pointer::root().child(self.index).child(member)
    }
}

/// A place in the object, and its index where the parent is a list.
struct Spot {
    pointer: Pointer,
    index: Option<(Pointer, usize)>,
}

impl Spot {
    fn of(object: &Value, pointer: &Pointer) -> Self {
        let index = pointer.parent().and_then(|parent| {
            let index = pointer.last()?.parse().ok()?;
            parent.get(object)?.is_array().then_some((parent, index))
        });
        Spot { pointer: pointer.clone(), index }
    }

    /// The place of a value that was just added, `-` replaced by the last index.
    fn of_added(object: &Value, pointer: &Pointer) -> Self {
        let appended = pointer.parent().filter(|_| pointer.last() == Some("-"));
        match appended.as_ref().and_then(|list| list.get(object)).and_then(Value::as_array) {
            Some(items) => {
                let last = items.len().saturating_sub(1);
                let list = appended.unwrap_or_default();
                Spot { pointer: list.child(last), index: Some((list, last)) }
            }
            None => Spot::of(object, pointer),
        }
    }

    fn record_removal(&self, touched: &mut Touched, source: &Pointer) {
        touched.record_removed(&self.pointer, source);
        if let Some((list, index)) = &self.index {
            touched.record_deleted(list, *index);
        }
    }

    fn record_arrival(&self, touched: &mut Touched) {
        if let Some((list, index)) = &self.index {
            touched.record_inserted(list, *index);
        }
    }
}
