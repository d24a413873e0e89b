//! Positions in a text as editors count them: lines from 0, columns in UTF-16 code units or in bytes.
//!
//! Takes texts and offsets; gives positions, and applies edits. Whatever a client sends, the result is a place in the text: a
//! column behind the end of its line is the line's end, a place within a character is the character's start.

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    Utf8,
    /// What every client understands.
    #[default]
    Utf16,
}

/// A line and a column, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Bytes of a text.
pub type Bytes = std::ops::Range<usize>;

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (index, byte) in bytes.iter().enumerate() {
            // A lone CR ends a line too, for editors.
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'));
            if ends {
                starts.push(index + 1);
            }
        }
        Lines { text, starts }
    }

    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = floor(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let before = &self.text[self.starts[line]..offset];
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            // Quick, for lines as long as files of machines have them.
            Encoding::Utf16 if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line: narrow(line), column: narrow(column) }
    }

    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let content = self.text[start..end].trim_end_matches(['\n', '\r']);
        let wanted = position.column as usize;
        match encoding {
            Encoding::Utf8 => start + floor(content, wanted),
            Encoding::Utf16 => {
                let mut units = 0;
                for (index, character) in content.char_indices() {
                    units += character.len_utf16();
                    if units > wanted {
                        return start + index;
                    }
                }
                start + content.len()
            }
        }
    }
}

/// The text with `start..end` replaced. An end before the start counts as the start.
pub fn replaced(text: &str, start: Position, end: Position, with: &str, encoding: Encoding) -> String {
    let lines = Lines::new(text);
    let start = lines.offset(start, encoding);
    let end = lines.offset(end, encoding).max(start);
    let mut new = String::with_capacity(text.len() - (end - start) + with.len());
    new.push_str(&text[..start]);
    new.push_str(with);
    new.push_str(&text[end..]);
    new
}

/// The start of the line that an offset lies in.
pub fn line_start(text: &str, offset: usize) -> usize {
    text[..floor(text, offset)].rfind('\n').map_or(0, |found| found + 1)
}

/// The largest offset up to this one at which a character begins.
pub fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_are_utf_16_or_bytes() {
        let text = "a😀é: b\r\nc\n";
        let lines = Lines::new(text);
        let b = text.find('b').unwrap();
        assert_eq!(lines.position(b, Encoding::Utf16), at(0, 6));
        assert_eq!(lines.position(b, Encoding::Utf8), at(0, 9));
        assert_eq!(lines.offset(at(0, 6), Encoding::Utf16), b);
        assert_eq!(lines.offset(at(0, 9), Encoding::Utf8), b);
        assert_eq!(lines.offset(at(1, 1), Encoding::Utf16), text.len() - 1);
        assert_eq!(lines.position(text.len(), Encoding::Utf16), at(2, 0));
    }

    #[test]
    fn places_that_are_none_are_moved_to_one() {
        let text = "a😀\r\nb";
        let lines = Lines::new(text);
        // Within a surrogate pair, within a character's bytes, behind the line, behind the text.
        assert_eq!(lines.offset(at(0, 2), Encoding::Utf16), 1);
        assert_eq!(lines.offset(at(0, 3), Encoding::Utf8), 1);
        assert_eq!(lines.offset(at(0, 99), Encoding::Utf16), 5);
        assert_eq!(lines.offset(at(9, 9), Encoding::Utf16), text.len());
        assert_eq!(lines.position(3, Encoding::Utf16), at(0, 1));
    }

    #[test]
    fn edits_replace_what_they_name() {
        assert_eq!(replaced("ab\ncd\n", at(0, 1), at(1, 1), "X", Encoding::Utf16), "aXd\n");
        assert_eq!(replaced("ab", at(0, 2), at(0, 0), "X", Encoding::Utf16), "abX");
        assert_eq!(replaced("", at(5, 5), at(6, 6), "X", Encoding::Utf8), "X");
    }
}
