//! One walk over the text, line by line: block structure by columns, flow structure by brackets.

use super::{Bytes, Outline, Part, Role, Token};
use crate::pointer::Pointer;
use crate::yaml::read::MAX_DEPTH;
use std::cell::Cell;

pub(super) fn scan(text: &str) -> Outline {
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut scanner =
        Scanner { text, documents: Vec::new(), part: Part::default(), frames: Vec::new(), line_seen: Cell::default() };
    let mut at = start;
    while at < text.len() {
        at = scanner.line(at).max(at + 1);
    }
    scanner.end_document(text.len());
    Outline { documents: scanner.documents }
}

/// Whether a token stands where a map could begin, and not behind a key's colon.
pub(super) fn begins_node(text: &str, start: usize) -> bool {
    let before = text[..start].rsplit('\n').next().unwrap_or_default().trim_end_matches([' ', '\t']);
    !before.ends_with(':')
}

struct Scanner<'t> {
    text: &'t str,
    documents: Vec<Part>,
    part: Part,
    /// What the next line may be part of, outermost first.
    frames: Vec<Frame>,
    /// A part of a line that was looked at, up to its line break.
    line_seen: Cell<(usize, usize)>,
}

/// A key or a dash.
struct Frame {
    column: usize,
    segment: String,
    is_item: bool,
}

/// A bracket that is open.
struct Bracket {
    path: Pointer,
    is_map: bool,
    /// Of a map, the key whose value comes.
    key: Option<String>,
    /// Of a list, the number of the item.
    index: usize,
}

impl Bracket {
    /// Where a value would go.
    fn place(&self) -> Pointer {
        match &self.key {
            Some(key) => self.path.child(key),
            None if self.is_map => self.path.clone(),
            None => self.path.child(self.index),
        }
    }
}

impl<'t> Scanner<'t> {
    fn end_document(&mut self, end: usize) {
        let mut part = std::mem::take(&mut self.part);
        part.bytes.end = end;
        self.documents.push(part);
        self.part.bytes = end..end;
        self.frames.clear();
    }

    /// Reads what begins on the line at an offset; gives where the next line begins.
    fn line(&mut self, start: usize) -> usize {
        let line = self.rest_of_line(start);
        if let Some(rest) = line.strip_prefix("---").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
            if start > 0 {
                self.end_document(start);
            }
            let space = rest.len() - rest.trim_start().len();
            return self.node(start + 3 + space, 3 + space);
        }
        if line == "..." || line.starts_with('%') {
            return self.next_line(start);
        }
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        self.node(start + indent, indent)
    }

    /// A block node at a column: dashes, then a key with its value or a scalar.
    fn node(&mut self, mut at: usize, mut column: usize) -> usize {
        loop {
            let line = self.rest_of_line(at);
            if line.trim().is_empty() || line.starts_with('#') {
                return self.next_line(at);
            }
            let is_dash = line == "-" || line.starts_with("- ") || line.starts_with("-\t");
            let is_question = line == "?" || line.starts_with("? ");
            if !is_dash && !is_question {
                break;
            }
            if self.frames.len() >= MAX_DEPTH {
                // Deeper than the reader goes: nobody wrote this by hand.
                return self.next_line(at);
            }
            if is_dash {
                self.dash(column);
            }
            let rest = &line[1..];
            let width = 1 + rest.len() - rest.trim_start_matches([' ', '\t']).len();
            (at, column) = (at + width, column + width);
        }
        self.close_from(column);
        let Some((key, bytes, behind)) = self.key(at) else {
            let path = self.path();
            return self.value(at, path);
        };
        let path = self.path().child(&key);
        self.part.tokens.push(Token { role: Role::Key, path: path.clone(), text: key.clone(), bytes });
        self.frames.push(Frame { column, segment: key, is_item: false });
        let rest = self.rest_of_line(behind);
        let value = rest.trim_start_matches([' ', '\t']);
        if value.is_empty() || value.starts_with('#') {
            return self.next_line(behind);
        }
        self.value(behind + rest.len() - value.len(), path)
    }

    /// An item may stand at the column of the key that it belongs to.
    fn dash(&mut self, column: usize) {
        let mut index = 0;
        while let Some(frame) = self.frames.last() {
            if frame.column < column || (frame.column == column && !frame.is_item) {
                break;
            }
            if frame.column == column {
                index = frame.segment.parse::<usize>().map_or(0, |last| last + 1);
            }
            self.frames.pop();
        }
        self.frames.push(Frame { column, segment: index.to_string(), is_item: true });
    }

    fn close_from(&mut self, column: usize) {
        while self.frames.last().is_some_and(|frame| frame.column >= column) {
            self.frames.pop();
        }
    }

    fn path(&self) -> Pointer {
        Pointer::from_segments(self.frames.iter().map(|frame| frame.segment.as_str()))
    }

    /// A key with its colon at an offset: its text, its bytes, and what is behind the colon.
    fn key(&self, at: usize) -> Option<(String, Bytes, usize)> {
        let line = self.rest_of_line(at);
        let length = match line.chars().next()? {
            '"' | '\'' => self.quoted_end(at).filter(|end| *end <= at + line.len())? - at,
            '{' | '[' | '#' | '|' | '>' | '&' | '*' | '!' | '%' | '@' | '`' => return None,
            _ => {
                let colon = line.match_indices(':').map(|(found, _)| found).find(|found| {
                    let behind = &line[found + 1..];
                    behind.is_empty() || behind.starts_with([' ', '\t'])
                })?;
                let comment = line.find(" #").unwrap_or(line.len());
                if comment < colon {
                    return None;
                }
                line[..colon].trim_end().len()
            }
        };
        let rest = &line[length..];
        let colon = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let behind = rest[colon..].strip_prefix(':')?;
        (behind.is_empty() || behind.starts_with([' ', '\t'])).then(|| {
            let bytes = at..at + length;
            (unquoted(&self.text[bytes.clone()]), bytes, at + length + colon + 1)
        })
    }

    /// A value at an offset of a line; gives where the next line begins.
    fn value(&mut self, mut at: usize, path: Pointer) -> usize {
        let mut line = self.rest_of_line(at);
        // Anchors and tags stand before a value.
        while line.starts_with(['&', '!']) {
            let word = line.find([' ', '\t']).unwrap_or(line.len());
            let rest = line[word..].trim_start_matches([' ', '\t']);
            (at, line) = (at + line.len() - rest.len(), rest);
        }
        let Some(first) = line.chars().next() else { return self.next_line(at) };
        match first {
            '#' => self.next_line(at),
            '|' | '>' => self.block_scalar(at),
            '{' | '[' => {
                let end = self.flow(at, path);
                // Where the brackets were left open, the line that does not belong to them is read again.
                let is_at_line = end == 0 || self.text[..end].ends_with('\n');
                if is_at_line { end } else { self.next_line(end) }
            }
            '"' | '\'' => {
                let end = self.quoted_end(at).unwrap_or(at + line.trim_end().len());
                self.scalar(at..end, path);
                self.next_line(end)
            }
            _ => {
                let end = line.find(" #").unwrap_or(line.len());
                let end = at + line[..end].trim_end().len();
                self.scalar(at..end, path);
                self.next_line(end)
            }
        }
    }

    fn scalar(&mut self, bytes: Bytes, path: Pointer) {
        let text = unquoted(&self.text[bytes.clone()]);
        self.part.tokens.push(Token { role: Role::Scalar, path, text, bytes });
    }

    /// Passes over a block scalar: lines that are empty, or deeper than what it belongs to.
    fn block_scalar(&self, at: usize) -> usize {
        let parent = self.frames.last().map(|frame| frame.column);
        let mut next = self.next_line(at);
        while next < self.text.len() {
            let line = self.rest_of_line(next);
            let indent = line.len() - line.trim_start_matches(' ').len();
            let is_inside = line.trim().is_empty() || parent.is_none_or(|parent| indent > parent);
            if !is_inside {
                break;
            }
            next = self.next_line(next);
        }
        next
    }

    /// Reads brackets; gives the offset behind the last one, or the start of a line that is not deep enough to be inside.
    fn flow(&mut self, start: usize, path: Pointer) -> usize {
        let column = self.frames.last().map_or(0, |frame| frame.column);
        let has_parent = !self.frames.is_empty();
        let mut open: Vec<Bracket> = Vec::new();
        let mut at = start;
        while let Some(character) = self.text[at..].chars().next() {
            let place = || open.last().map_or_else(|| path.clone(), Bracket::place);
            match character {
                '{' | '[' if open.len() >= MAX_DEPTH => at += 1,
                '{' | '[' => {
                    let place = place();
                    open.push(Bracket { path: place, is_map: character == '{', key: None, index: 0 });
                    at += 1;
                }
                '}' | ']' => {
                    open.pop();
                    at += 1;
                    if open.is_empty() {
                        return at;
                    }
                }
                ',' => {
                    if let Some(bracket) = open.last_mut() {
                        bracket.key = None;
                        bracket.index += 1;
                    }
                    at += 1;
                }
                '\n' => {
                    at += 1;
                    if has_parent && self.is_outside(at, column) {
                        return at;
                    }
                }
                '#' if self.text[..at].ends_with([' ', '\t', '\n']) => at += self.rest_of_line(at).len(),
                _ if character.is_whitespace() || character == ':' => at += character.len_utf8(),
                _ => {
                    let place = place();
                    at = self.flow_scalar(at, place, open.last_mut());
                }
            }
        }
        at
    }

    /// Whether a line inside brackets is not inside: it stands too far to the left, and closes nothing.
    fn is_outside(&self, at: usize, column: usize) -> bool {
        let line = self.rest_of_line(at);
        let content = line.trim_start_matches([' ', '\t']);
        !content.is_empty() && !content.starts_with([']', '}', '#']) && line.len() - content.len() <= column
    }

    fn flow_scalar(&mut self, at: usize, place: Pointer, bracket: Option<&mut Bracket>) -> usize {
        let line = self.rest_of_line(at);
        let is_quoted = line.starts_with(['"', '\'']);
        let end = match self.quoted_end(at).filter(|_| is_quoted) {
            Some(end) => end,
            None => {
                let ends = |(index, character): (usize, char)| {
                    let behind = line[index + character.len_utf8()..].chars().next();
                    let is_end = match character {
                        ',' | '[' | ']' | '{' | '}' => true,
                        ':' => behind.is_none_or(|next| next.is_whitespace() || ",[]{}".contains(next)),
                        '#' => line[..index].ends_with([' ', '\t']),
                        _ => false,
                    };
                    is_end.then_some(index)
                };
                let length = line.char_indices().skip(1).find_map(ends).unwrap_or(line.len());
                at + line[..length].trim_end().len()
            }
        };
        let end = end.max(at + line.chars().next().map_or(1, char::len_utf8));
        let bytes = at..end;
        let rest = self.rest_of_line(end);
        let behind = rest.trim_start_matches([' ', '\t']);
        match bracket {
            Some(bracket) if bracket.is_map && bracket.key.is_none() && behind.starts_with(':') => {
                let key = unquoted(&self.text[bytes.clone()]);
                let path = bracket.path.child(&key);
                self.part.tokens.push(Token { role: Role::Key, path, text: key.clone(), bytes });
                bracket.key = Some(key);
                end + rest.len() - behind.len() + 1
            }
            Some(_) | None => {
                self.scalar(bytes, place);
                end
            }
        }
    }

    /// The offset behind a quoted text that begins at `at`; nothing where it never ends.
    fn quoted_end(&self, at: usize) -> Option<usize> {
        let mut characters = self.text[at..].char_indices();
        let (_, quote) = characters.next()?;
        while let Some((index, character)) = characters.next() {
            if character == '\\' && quote == '"' {
                characters.next();
            } else if character == quote {
                let end = index + quote.len_utf8();
                if quote == '\'' && self.text[at + end..].starts_with('\'') {
                    characters.next();
                    continue;
                }
                // A quote that was just typed must not swallow the keys below it.
                let inside = &self.text[at..at + end];
                return (!inside.contains('\n') || is_folded(inside)).then_some(at + end);
            }
        }
        None
    }

    /// What is left of the line at an offset, without its line break.
    fn rest_of_line(&self, at: usize) -> &'t str {
        let mut line = self.line_seen.get();
        // A long line is not searched for its end again and again.
        if !(line.0..=line.1).contains(&at) || line == (0, 0) {
            let rest = self.text.get(at..).unwrap_or_default();
            line = (at, at + rest.find('\n').unwrap_or(rest.len()));
            self.line_seen.set(line);
        }
        let line = self.text.get(at..line.1).unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn next_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |found| at + found + 1)
    }
}

/// Whether the lines of a quoted text look like text and not like keys.
fn is_folded(quoted: &str) -> bool {
    quoted.lines().skip(1).all(|line| {
        let line = line.trim_end();
        line.starts_with([' ', '\t']) && !line.ends_with(':') && !line.contains(": ") || line.is_empty()
    })
}

/// The text of a scalar: without quotes, with the escapes that names use.
fn unquoted(text: &str) -> String {
    if let Some(inner) = text.strip_prefix('\'') {
        return inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'");
    }
    let Some(inner) = text.strip_prefix('"') else { return text.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    inner.replace("\\\"", "\"").replace("\\\\", "\\")
}
