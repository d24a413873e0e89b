//! The laws that the targets hold.

use bayplan::patch::{Applied, Origin};
use bayplan::pointer::Pointer;
use bayplan::yaml::node::Node;
use bayplan::yaml::read::{ReadOptions, Reading, read_text};
use bayplan::yaml::value::node_value;
use bayplan::yaml::write::write_value;
use serde_json::Value;

/// All that a reading points at lies in the text, between characters.
pub fn places(reading: &Reading, text: &str) {
    let check = |start: u32, end: u32| {
        assert!(text.get(start as usize..end as usize).is_some(), "{start}..{end} in {text:?}");
    };
    for finding in &reading.findings {
        check(finding.start, finding.end);
        finding.related.iter().for_each(|note| check(note.start, note.end));
    }
    reading.comments.iter().for_each(|comment| check(comment.start, comment.end));
    reading.roots.iter().for_each(|root| node_places(root, &check));
}

fn node_places(node: &Node, check: &impl Fn(u32, u32)) {
    check(node.start, node.end);
    node.items().iter().for_each(|item| node_places(item, check));
    node.entries().for_each(|(_, value)| node_places(value, check));
}

/// What is written is read back.
pub fn round_trip(value: &Value) {
    let mut out = Vec::new();
    write_value(value, &mut out);
    let text = String::from_utf8(out).expect("the writer writes UTF-8");
    let reading = read_text(&text, ReadOptions::default());
    if reading.findings.iter().any(|finding| finding.code.name == "yaml-limit") {
        return;
    }
    assert!(reading.findings.is_empty(), "{value}\n{text}\n{:?}", reading.findings);
    let read = reading.roots.first().map_or(Value::Null, |root| node_value(root, None).0);
    assert_eq!(&read, value, "{text}");
}

/// Visits the pointers of all scalars.
pub fn pointers(value: &Value, visit: &mut impl FnMut(&Pointer)) {
    walk(&Pointer::root(), value, visit);
}

fn walk(at: &Pointer, value: &Value, visit: &mut impl FnMut(&Pointer)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| walk(&at.child(key), value, visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(&at.child(index), item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => visit(at),
    }
}

/// Each scalar of a patched object is where its origin says that it is.
pub fn origins(applied: &Applied, before: &Value, patch: &Value) {
    pointers(&applied.object, &mut |at| {
        let origin = applied.touched.origin(at);
        let there = match &origin {
            Origin::Patch(pointer) => pointer.get(patch),
            Origin::Before(pointer) => pointer.get(before),
        };
        assert_eq!(there, at.get(&applied.object), "{at} has {origin:?}\n{before}\n{patch}\n{}", applied.object);
    });
}

/// A strategic patch leaves none of its directives behind.
pub fn no_directive(after: &Value, before: &Value) {
    assert!(has_directive(before) || !has_directive(after), "{before}\n{after}");
}

fn has_directive(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| key.starts_with('$') || has_directive(value)),
        Value::Array(items) => items.iter().any(has_directive),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
