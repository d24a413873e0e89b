//! What changes in a value: of texts the words in the middle that differ, with what stands around them left out.

use crate::diff::align::{Aligned, align};
use serde_json::Value;

/// So much is shown on each side of a sign that changes: a name in braces.
const BESIDE: usize = 3;
const LEFT_OUT: char = '\u{2026}';

/// Both sides, held to what changes.
pub fn of(old: Option<&Value>, new: Option<&Value>) -> (String, String) {
    match (old, new) {
        (Some(Value::String(old)), Some(Value::String(new))) if old.contains('\n') || new.contains('\n') => {
            lines(old, new)
        }
        (Some(Value::String(old)), Some(Value::String(new))) => words(old, new),
        (old, new) => {
            let told = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
            (told(old), told(new))
        }
    }
}

/// A text with its words and the signs between them taken apart; a version or a host is one word.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut was_word = None;
    for (at, character) in text.char_indices() {
        let is_word = character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '+');
        if was_word.is_some_and(|was| was != is_word || !is_word) {
            words.push(&text[start..at]);
            start = at;
        }
        was_word = Some(is_word);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

fn words(old: &str, new: &str) -> (String, String) {
    let (before, after) = (split(old), split(new));
    let mut start = before.iter().zip(&after).take_while(|(old, new)| old == new).count();
    let rest = before[start..].iter().rev().zip(after[start..].iter().rev());
    let mut end = rest.take_while(|(old, new)| old == new).count();
    let says_nothing = |words: &[&str]| !words[start..words.len() - end].concat().contains(char::is_alphanumeric);
    if says_nothing(&before) && says_nothing(&after) {
        // Signs alone: the words beside them tell which.
        (start, end) = (start.saturating_sub(BESIDE), end.saturating_sub(BESIDE));
    }
    let (before, after) = (&before[start..], &after[start..]);
    let told = |words: &[&str]| {
        let mut text = String::new();
        if start > 0 {
            text.push(LEFT_OUT);
        }
        text.push_str(&words[..words.len() - end].concat());
        if end > 0 {
            text.push(LEFT_OUT);
        }
        text
    };
    (told(before), told(after))
}

fn lines(old: &str, new: &str) -> (String, String) {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for step in align(&before, &after, |old, new| old == new) {
        match step {
            Aligned::Both(..) => {}
            Aligned::Old(at) => gone.push(before[at]),
            Aligned::New(at) => come.push(after[at]),
        }
    }
    let told = |lines: Vec<&str>| format!("{LEFT_OUT}\n{}\n{LEFT_OUT}", lines.join("\n"));
    (told(gone), told(come))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stands_around_is_left_out() {
        let told = |old: &str, new: &str| of(Some(&json!(old)), Some(&json!(new)));
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(told("old.example/a/b:1.2", "new.example/a/b:1.2"), pair("old.example…", "new.example…"));
        assert_eq!(told("r.example/a:1.2", "r.example/a:1.3"), pair("…1.2", "…1.3"));
        assert_eq!(told("r.example/a:4.2.0-rc.1", "r.example/a:4.2.0"), pair("…4.2.0-rc.1", "…4.2.0"));
        assert_eq!(told("a/b", "a/x/b"), pair("……", "…x/…"));
        assert_eq!(
            told("r.example/{tenant}/{site}:1", "r.example/{tenant}-{site}:1"),
            pair("…{tenant}/{site}…", "…{tenant}-{site}…")
        );
        assert_eq!(told("a\nb\nc", "a\nx\nc"), pair("…\nb\n…", "…\nx\n…"));
        assert_eq!(of(None, Some(&json!(1))), pair("", "1"));
    }
}
