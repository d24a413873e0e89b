//! A file, or a line of it, of which is asked what it leads to.

use crate::load::is_yaml;
use crate::pointer::Pointer;
use crate::source::{FileId, Sources, Span};
use crate::yaml::node::{Node, NodeValue};
use crate::yaml::read::{ReadOptions, read_text};
use std::ops::Range;

/// What is asked about.
#[derive(Debug, Clone)]
pub struct Asked {
    pub file: FileId,
    pub line: Option<usize>,
    /// The line, and all of the entries that begin on it; none for the whole file.
    ranges: Vec<Range<u32>>,
    /// Where these entries lie in their documents, in a spec.
    pub pointers: Vec<Pointer>,
    /// The line's text.
    pub text: String,
}

impl Asked {
    /// None where the file has no such line.
    pub fn new(sources: &Sources, file: FileId, line: Option<usize>) -> Option<Self> {
        let mut asked = Asked { file, line, ranges: Vec::new(), pointers: Vec::new(), text: String::new() };
        let Some(line) = line else { return Some(asked) };
        let text = sources.text(file);
        let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let own = text.lines().nth(line - 1)?;
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let range = narrow(start)..narrow(start + own.len().max(1));
        own.trim().clone_into(&mut asked.text);
        asked.ranges.push(range.clone());
        let path = sources.path(file);
        let is_spec = (is_yaml(path) && !path.starts_with("templates/")) || path.ends_with("/template.yaml");
        if is_spec || path.ends_with(".json") {
            for root in &read_text(text, ReadOptions::default()).roots {
                asked.add(root, &Pointer::root(), &range);
            }
        }
        Some(asked)
    }

    /// Whether a place is part of what is asked about. A place that stands for a whole file is.
    pub fn touches(&self, span: Span) -> bool {
        let is_whole = self.ranges.is_empty() || span.start == span.end && span.start == 0;
        let meets = |range: &Range<u32>| span.start < range.end && range.start < span.end.max(span.start + 1);
        span.file == self.file && (is_whole || self.ranges.iter().any(meets))
    }

    /// Whether all of it is values, or what is enforced, so that it leads nowhere but through them.
    pub fn is_values(&self) -> bool {
        !self.pointers.is_empty()
            && self.pointers.iter().all(|pointer| {
                let segments: Vec<&str> = pointer.segments().iter().map(String::as_str).collect();
                matches!(
                    segments.as_slice(),
                    ["spec", "values" | "enforce", ..]
                        | ["spec", "namespace", "values", ..]
                        | ["spec", "environments", _, "values" | "enforce", ..]
                        | ["spec", "environments", _, "clusters", _, "values", ..]
                )
            })
    }

    /// Adds the entries and items that begin on the line, the outermost of them.
    fn add(&mut self, node: &Node, at: &Pointer, line: &Range<u32>) {
        if node.end < line.start || node.start > line.end {
            return;
        }
        let begins = |start: u32| line.contains(&start);
        match &node.value {
            NodeValue::Mapping(entries) => {
                for entry in entries {
                    let pointer = at.child(entry.key.text().unwrap_or_default());
                    if begins(entry.key.start) {
                        self.ranges.push(entry.key.start..entry.value.end.max(entry.key.end));
                        self.pointers.push(pointer);
                    } else {
                        self.add(&entry.value, &pointer, line);
                    }
                }
            }
            NodeValue::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    let pointer = at.child(index);
                    // `- name: a` is the whole item; a line inside of one is not.
                    if begins(item.start) {
                        self.ranges.push(item.start..item.end);
                        self.pointers.push(pointer);
                    } else {
                        self.add(item, &pointer, line);
                    }
                }
            }
            // A line inside of a text of several lines.
            NodeValue::Scalar { .. } => self.pointers.push(at.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    const SPEC: &str =
        "spec:\n  values:\n    image: {tag: a}\n    hosts:\n      - one\n      - two\n    text: |\n      x\n      y\n";

    fn asked(line: usize) -> Asked {
        let sources = Sources::new([SourceFile::regular("site-specs/a.yaml", SPEC.as_bytes().to_vec())]);
        let file = sources.find("site-specs/a.yaml").expect("the file is there");
        Asked::new(&sources, file, Some(line)).expect("the line is there")
    }

    #[test]
    fn a_line_stands_for_the_entries_that_begin_on_it() {
        let pointers = |line: usize| asked(line).pointers.iter().map(Pointer::dotted).collect::<Vec<_>>();
        assert_eq!(pointers(3), ["spec.values.image"]);
        assert_eq!(pointers(4), ["spec.values.hosts"]);
        assert_eq!(pointers(6), ["spec.values.hosts[1]"]);
        assert_eq!(pointers(8), ["spec.values.text"]);
        assert!(asked(6).is_values());
        assert!(asked(2).is_values());
        assert!(!asked(1).is_values());
    }

    #[test]
    fn places_are_touched_where_they_meet_the_line_or_its_entries() {
        let at = |text: &str, line: usize| {
            let start = SPEC.find(text).expect("is there");
            let asked = asked(line);
            asked.touches(Span::new(asked.file, start, start + text.len()))
        };
        assert!(at("two", 4));
        assert!(at("two", 6));
        assert!(!at("one", 6));
        assert!(at("a}", 3));
        assert!(!at("x\n", 3));
    }
}
