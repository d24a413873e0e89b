//! A hunk as marked lines: where values become text. Long values are cut, and what was cut is counted.
//!
//! The lines hold nothing that a terminal would obey or that would look like something else: control and formatting characters
//! are written out.

mod group;
mod places;
mod text;

pub use group::{Group, grouped};
pub use places::{classes, places, told_place};
pub use text::clean;

use super::align::{Aligned, align};
use super::fields::Sort;
use super::fold::delta;
use super::summary::count;
use super::{FoldedField, Hunk, SetBy, Subject, ValueChange, Values};
use group::is_new;
use places::place_alone;
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;
use text::{block, cut, inline};

/// A change of one field that is longer than this takes a line for each side.
const LONG: usize = 110;

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Fields of a hunk.
    pub fields: usize,
    /// Lines of one value.
    pub lines: usize,
    /// Characters of a line.
    pub width: usize,
    /// Names of a list of them.
    pub names: usize,
}

impl Limits {
    /// For people who look at a screen.
    pub const BRIEF: Limits = Limits { fields: 12, lines: 12, width: 160, names: 4 };
    /// For those who ask for all of it.
    pub const FULL: Limits = Limits { fields: usize::MAX, lines: usize::MAX, width: usize::MAX, names: usize::MAX };
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A field, or what both sides have.
    Plain,
    Old,
    New,
    /// What is said about it.
    Remark,
    /// What a reviewer should look at twice.
    Warning,
}

/// One line, without a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub mark: Mark,
    /// Steps of two spaces.
    pub depth: usize,
    pub text: String,
    /// Where the old and the new value stand in the text, if both do.
    pub sides: Option<[Range<usize>; 2]>,
}

impl Line {
    fn new(mark: Mark, depth: usize, text: impl Into<String>) -> Self {
        Line { mark, depth, text: text.into(), sides: None }
    }

    /// A field with both of its values.
    fn of_sides(path: &str, was: &str, is: &str) -> Self {
        let text = format!("{path}: {was} -> {is}");
        let (was, is) = (path.len() + 2..path.len() + 2 + was.len(), text.len() - is.len()..text.len());
        Line { sides: Some([was, is]), ..Line::new(Mark::Plain, 0, text) }
    }
}

/// Turns hunks into lines, one after the other: what was shown in full is shown in short the next time.
pub struct Writer<'l> {
    limits: &'l Limits,
    /// Long values that were shown, old and new.
    shown: BTreeSet<(String, String)>,
    lines: Vec<Line>,
}

impl<'l> Writer<'l> {
    pub fn new(limits: &'l Limits) -> Self {
        Writer { limits, shown: BTreeSet::new(), lines: Vec::new() }
    }

    /// What stands below a hunk's title.
    pub fn hunk(&mut self, hunk: &Hunk) -> Vec<Line> {
        let limits = self.limits;
        self.remarks(hunk);
        let groups = grouped(&hunk.fields, limits);
        let mut said: Vec<&SetBy> = Vec::new();
        for group in groups.iter().take(limits.fields) {
            self.field(group.first);
            self.others(group);
            let places: Vec<&SetBy> = group.members().flat_map(|field| &field.set_by).collect();
            for (number, place) in places.iter().enumerate() {
                if !said.contains(place) && !places[..number].contains(place) {
                    self.push(Mark::Remark, 1, told_place(place));
                }
            }
            said = places;
        }
        let left: usize = groups.iter().skip(limits.fields).map(|group| group.members().count()).sum();
        if left > 0 {
            self.push(Mark::Remark, 0, format!("and {}", count(left, "more field")));
        }
        self.exceptions(hunk);
        std::mem::take(&mut self.lines)
    }

    /// What is said of a hunk as a whole.
    pub fn told_of(&mut self, hunk: &Hunk) -> Vec<Line> {
        self.remarks(hunk);
        std::mem::take(&mut self.lines)
    }

    /// A field of a hunk with those that are told with it, without who sets them.
    pub fn told_group(&mut self, group: &Group<'_>) -> Vec<Line> {
        self.field(group.first);
        self.others(group);
        std::mem::take(&mut self.lines)
    }

    /// The two sides of a value that differs between two environments, without who sets it.
    pub fn told_value(&mut self, change: &ValueChange) -> Vec<Line> {
        if let Values::Same { old, new } = &change.values {
            self.values(&clean(&change.path.to_string()), old.as_ref(), new.as_ref());
        }
        std::mem::take(&mut self.lines)
    }

    /// One value that differs between two environments, of so many deployments that are compared.
    pub fn value(&mut self, change: &ValueChange, deployments: usize) -> Vec<Line> {
        let path = clean(&change.path.to_string());
        if let Values::Same { old, new } = &change.values {
            self.values(&path, old.as_ref(), new.as_ref());
        }
        let told = |place: &Option<SetBy>| place.as_ref().map(place_alone);
        match [told(&change.set_by[0]), told(&change.set_by[1])] {
            [None, None] => {}
            [Some(old), None] => self.push(Mark::Remark, 1, old),
            [None, Some(new)] => self.push(Mark::Remark, 1, new),
            [Some(old), Some(new)] => self.push(Mark::Remark, 1, format!("{old} -> {new}")),
        }
        let subjects = &change.subjects;
        if deployments > 1 {
            let sites: Vec<String> = subjects.iter().map(Subject::place).take(self.limits.names).collect();
            let more = subjects.len() - sites.len();
            let text = match more {
                _ if subjects.len() == deployments => format!("all {deployments} sites"),
                0 => sites.join(", "),
                more => format!("{} and {more} more", sites.join(", ")),
            };
            self.push(Mark::Remark, 1, clean(&text));
        }
        std::mem::take(&mut self.lines)
    }

    fn push(&mut self, mark: Mark, depth: usize, text: impl Into<String>) {
        self.lines.push(Line::new(mark, depth, text));
    }

    /// A remark, on as many lines as it takes.
    fn wrapped(&mut self, mark: Mark, text: &str) {
        let width = self.limits.width;
        let mut line = String::new();
        let mut depth = 0;
        for part in text.split_inclusive(", ") {
            if !line.is_empty() && line.chars().count() + part.trim_end().chars().count() > width {
                self.push(mark, depth, cut(line.trim_end(), width));
                line.clear();
                depth = 1;
            }
            line.push_str(part);
        }
        self.push(mark, depth, cut(&line, width));
    }

    /// The fields that are told with another one.
    fn others(&mut self, group: &Group<'_>) {
        if !group.alike.is_empty() {
            let named = group.alike.iter().take(self.limits.names).map(|field| clean(&field.path.to_string()));
            let named = named.collect::<Vec<_>>().join(", ");
            let more = group.alike.len().saturating_sub(self.limits.names);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.push(Mark::Remark, 1, format!("the same at {named}{more}"));
        }
        if let [first, ..] = group.items.as_slice() {
            let (mark, word) = if is_new(first) { (Mark::New, "come") } else { (Mark::Old, "leave") };
            let list = clean(&first.path.parent().to_string());
            self.push(mark, 0, format!("{list}: {} {word} as well", count(group.items.len(), "more item")));
        }
    }

    fn remarks(&mut self, hunk: &Hunk) {
        for remark in &hunk.remarks {
            let mark = if remark.class.is_grave() { Mark::Warning } else { Mark::Remark };
            let text = format!("{}: {}", remark.class.words(), clean(&remark.text));
            self.wrapped(mark, &text);
        }
        if hunk.is_bundle() {
            let kinds: Vec<String> = hunk.contents.iter().map(|(kind, number)| clean(&count(*number, kind))).collect();
            let total = count(hunk.contents.values().sum(), "object");
            self.wrapped(Mark::Remark, &format!("{total}: {}", kinds.join(", ")));
        }
    }

    fn exceptions(&mut self, hunk: &Hunk) {
        if hunk.exceptions.is_empty() {
            return;
        }
        let named: Vec<String> = hunk
            .exceptions
            .iter()
            .take(self.limits.names)
            .map(|exception| {
                let place = clean(&exception.subject.place());
                match &exception.set_by {
                    Some(by) => format!("{place} ({})", told_place(by)),
                    None => place,
                }
            })
            .collect();
        let more = hunk.exceptions.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.push(Mark::Remark, 0, format!("not on {}{more}", named.join(", ")));
    }

    fn field(&mut self, field: &FoldedField) {
        let path = clean(&field.path.to_string());
        if field.sort == Sort::Secret {
            let what = match &field.values {
                Values::Same { old: None, .. } => "is new",
                Values::Same { new: None, .. } => "is gone",
                _ => "changed",
            };
            self.push(Mark::Plain, 0, format!("{path}: (secret) {what}"));
            return;
        }
        match &field.values {
            Values::Same { old, new } => {
                let suffix = if field.sort == Sort::Order { " (order)" } else { "" };
                self.values(&format!("{path}{suffix}"), old.as_ref(), new.as_ref());
            }
            Values::Alike { old, new } => {
                let (old, new) = (Value::String(old.clone()), Value::String(new.clone()));
                self.values(&path, Some(&old), Some(&new));
            }
            Values::Differ { count: number, old, new } => {
                let name = format!("{path} ({number} different changes, the first)");
                self.values(&name, old.as_ref(), new.as_ref());
            }
        }
    }

    fn values(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) {
        let limits = self.limits;
        let (mark, text) = match (old.map(inline), new.map(inline)) {
            (None, Some(Some(is))) => (Mark::New, format!("{path}: {is}")),
            (Some(Some(was)), None) => (Mark::Old, format!("{path}: {was}")),
            (Some(Some(was)), Some(Some(is))) => {
                let line = Line::of_sides(path, &was, &is);
                if line.text.chars().count() <= limits.width.min(LONG) {
                    self.lines.push(line);
                } else if !self.is_known(path, old, new) {
                    self.push(Mark::Plain, 0, format!("{path}:"));
                    self.push(Mark::Old, 1, cut(&was, limits.width));
                    self.push(Mark::New, 1, cut(&is, limits.width));
                }
                return;
            }
            _ => {
                if !self.is_known(path, old, new) {
                    self.push(Mark::Plain, 0, format!("{path}:"));
                    let blocks = [old.map(block).unwrap_or_default(), new.map(block).unwrap_or_default()];
                    self.lines.extend(of_blocks(&blocks, limits));
                }
                return;
            }
        };
        self.push(mark, 0, cut(&text, limits.width));
    }

    /// Whether the same long values were shown before: they are then told in short.
    fn is_known(&mut self, path: &str, old: Option<&Value>, new: Option<&Value>) -> bool {
        let (Some(Value::String(was)), Some(Value::String(is))) = (old, new) else { return false };
        if self.shown.insert((was.clone(), is.clone())) {
            return false;
        }
        let (was, is) = delta(old, new);
        let line = match was.contains('\n') || is.contains('\n') {
            true => Line::new(Mark::Plain, 0, format!("{path}: as above")),
            false => Line::of_sides(path, &clean(&was), &clean(&is)),
        };
        let text = cut(&line.text, self.limits.width);
        let sides = line.sides.filter(|_| text == line.text);
        self.lines.push(Line { sides, text, ..line });
        true
    }
}

/// The lines of two texts that differ, with one line around them; what was cut is counted.
fn of_blocks([old, new]: &[Vec<String>; 2], limits: &Limits) -> Vec<Line> {
    let steps = align(old, new, |old, new| old == new);
    let is_both = |index: usize| matches!(steps.get(index), None | Some(Aligned::Both(..)));
    let mut lines = Vec::new();
    let mut is_gap = false;
    for (index, step) in steps.iter().enumerate() {
        let line = match step {
            Aligned::Old(at) => Line::new(Mark::Old, 1, cut(&old[*at], limits.width)),
            Aligned::New(at) => Line::new(Mark::New, 1, cut(&new[*at], limits.width)),
            Aligned::Both(at, _) => {
                if is_both(index + 1) && (index == 0 || is_both(index - 1)) {
                    is_gap = true;
                    continue;
                }
                Line::new(Mark::Plain, 1, cut(&old[*at], limits.width))
            }
        };
        if std::mem::take(&mut is_gap) && !lines.is_empty() {
            lines.push(Line::new(Mark::Remark, 1, "\u{2026}"));
        }
        lines.push(line);
    }
    if lines.len() > limits.lines {
        let more = lines.len() - limits.lines;
        lines.truncate(limits.lines);
        lines.push(Line::new(Mark::Remark, 1, format!("and {}", count(more, "more line"))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(old: Option<Value>, new: Option<Value>) -> String {
        let mut writer = Writer::new(&Limits::BRIEF);
        writer.values("a.b", old.as_ref(), new.as_ref());
        let text = writer.lines.iter().map(|line| {
            let mark = match line.mark {
                Mark::Plain => ' ',
                Mark::Old => '-',
                Mark::New => '+',
                Mark::Remark => '#',
                Mark::Warning => '!',
            };
            format!("{mark}{}{}\n", "  ".repeat(line.depth), line.text)
        });
        text.collect()
    }

    #[test]
    fn values_are_shown_as_people_write_them() {
        assert_eq!(told(Some(json!(2)), Some(json!(3))), " a.b: 2 -> 3\n");
        assert_eq!(told(Some(json!("1")), Some(json!(1))), " a.b: \"1\" -> 1\n");
        assert_eq!(told(None, Some(json!({"x": 1, "z": [1]}))), " a.b:\n+  x: 1\n+  z:\n+  - 1\n");
        assert_eq!(told(Some(json!("old")), None), "-a.b: old\n");
        assert_eq!(
            told(Some(json!("1\n2\n3\n4\n5\n6\n")), Some(json!("1\n2\nx\n4\n5\n6\n7\n"))),
            " a.b:\n   2\n-  3\n+  x\n   4\n#  …\n   6\n+  7\n"
        );
    }

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\td"), "a\\u{1b}[31mb\\u{202e}c\\td");
        assert_eq!(told(Some(json!("a")), Some(json!("\u{1b}]0;x\u{7}"))), " a.b: a -> \"\\u001b]0;x\\u0007\"\n");
    }
}
