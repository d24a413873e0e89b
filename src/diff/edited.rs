//! Which lines of a fleet's files an edit changed, on each side.

use super::align::{Aligned, align};
use crate::source::{Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of one side that the other one has not, by file.
#[derive(Debug, Default)]
pub struct EditedLines {
    files: BTreeMap<String, BTreeSet<usize>>,
}

impl EditedLines {
    /// Those of both sides, the old one first.
    pub fn between(old: &Sources, new: &Sources) -> [EditedLines; 2] {
        let mut sides = [EditedLines::default(), EditedLines::default()];
        let paths: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(_, file)| file.path.as_str()).collect();
        for path in paths {
            let bytes =
                |sources: &'_ Sources| sources.find(path).map(|id| sources.file(id).bytes.clone()).unwrap_or_default();
            let (before, after) = (bytes(old), bytes(new));
            if before == after {
                continue;
            }
            let lines =
                |bytes: &[u8]| -> Vec<String> { String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect() };
            for step in align(&lines(&before), &lines(&after), |old, new| old == new) {
                let (side, line) = match step {
                    Aligned::Both(..) => continue,
                    Aligned::Old(line) => (0, line),
                    Aligned::New(line) => (1, line),
                };
                sides[side].files.entry(path.to_owned()).or_default().insert(line + 1);
            }
        }
        sides
    }

    /// The line, where no more than one was edited.
    pub fn only(&self) -> Option<(&str, usize)> {
        let mut files = self.files.iter();
        let (Some((path, lines)), None) = (files.next(), files.next()) else { return None };
        (lines.len() == 1).then(|| lines.first().map(|line| (path.as_str(), *line)))?
    }

    /// Whether no line was.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The first line of a place that was edited.
    pub fn first_in(&self, sources: &Sources, place: Span) -> Option<usize> {
        let lines = self.files.get(sources.path(place.file))?;
        // A place that stands for a whole file.
        if place.start == 0 && place.end == 0 {
            return lines.first().copied();
        }
        let line = |offset: u32| sources.line_column(place.file, offset).line;
        let last = line(place.end.saturating_sub(1).max(place.start));
        lines.range(line(place.start)..=last).next().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn lines_of_each_side_are_known() {
        let sources = |text: &str| {
            Sources::new([SourceFile::regular("a.yaml", text.as_bytes()), SourceFile::regular("b.yaml", &b"b\n"[..])])
        };
        let (old, new) = (sources("1\n2\n3\n"), sources("1\ntwo\n3\n4\n"));
        let [before, after] = EditedLines::between(&old, &new);
        let place = |start: usize, end: usize| Span::new(new.find("a.yaml").unwrap(), start, end);
        assert_eq!((before.only(), after.only()), (Some(("a.yaml", 2)), None));
        assert_eq!(after.first_in(&new, place(0, 1)), None);
        assert_eq!(after.first_in(&new, place(2, 5)), Some(2));
        assert_eq!(after.first_in(&new, place(0, 9)), Some(2));
        assert_eq!(after.first_in(&new, place(6, 9)), Some(4));
        assert_eq!(before.first_in(&old, Span::new(old.find("a.yaml").unwrap(), 2, 3)), Some(2));
        assert_eq!(after.first_in(&new, Span::new(new.find("b.yaml").unwrap(), 0, 1)), None);
    }
}
