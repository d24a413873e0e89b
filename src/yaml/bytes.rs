//! The check of a text's bytes that comes before any parsing.
//!
//! Takes bytes; gives the text where they are UTF-8 that every YAML reader takes alike, the places of template holes and of
//! byte order marks to skip, and findings. It knows nothing of YAML's structure.

use super::codes;
use super::finding::{Finding, Findings, narrow};
use std::ops::Range;

/// First character of a hole in a rendered template: a noncharacter, which no text may hold otherwise.
pub const HOLE_START: char = '\u{FDD0}';
/// Last character of a hole.
pub const HOLE_END: char = '\u{FDD1}';

/// Findings about single characters after which the check gives up on a file: it is no text then.
const MAX_FINDINGS: usize = 20;

/// What the check found besides errors.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Byte ranges of the holes, in order.
    pub holes: Vec<Range<usize>>,
    /// Offsets of byte order marks at the start of the text or of a later document, which are not part of it.
    pub skipped_marks: Vec<usize>,
    pub has_inner_marks: bool,
}

/// Decodes UTF-8, or says where it is not.
pub(super) fn decode<'b>(bytes: &'b [u8], findings: &mut Findings) -> Option<&'b str> {
    if let Some(finding) = utf16(bytes) {
        findings.push(finding);
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(_) => {
            for range in invalid_sequences(bytes).take(MAX_FINDINGS) {
                let found: Vec<String> =
                    bytes[range.clone()].iter().take(8).map(|byte| format!("{byte:02X}")).collect();
                findings.push(
                    Finding::error(&codes::ENCODING, narrow(range.start), narrow(range.end), "the file is not UTF-8")
                        .label(format!("bytes {}", found.join(" ")))
                        .help("save the file as UTF-8"),
                );
            }
            None
        }
    }
}

/// UTF-16 shows by its byte order mark, or by NULs in place of every other byte of the first characters.
fn utf16(bytes: &[u8]) -> Option<Finding> {
    let is_utf16 = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [0, b, 0, d, ..] => *b != 0 && *d != 0,
        [a, 0, c, 0, ..] => *a != 0 && *c != 0,
        _ => false,
    };
    is_utf16.then(|| Finding::error(&codes::ENCODING, 0, 0, "the file is UTF-16").help("save the file as UTF-8"))
}

/// Runs of bytes that are not UTF-8.
fn invalid_sequences(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut base = 0;
    let mut chunks = bytes.utf8_chunks().peekable();
    std::iter::from_fn(move || {
        let chunk = chunks.next()?;
        let start = base + chunk.valid().len();
        base = start + chunk.invalid().len();
        while let Some(next) = chunks.next_if(|next| next.valid().is_empty()) {
            base += next.invalid().len();
        }
        Some(start..base)
    })
    .filter(|range| !range.is_empty())
}

/// Checks the characters of a text. With `holes`, U+FDD0 digits U+FDD1 is a hole; otherwise both characters are refused.
pub(super) fn check(text: &str, holes: bool, findings: &mut Findings) -> Checked {
    let mut check = Check { text, holes, checked: Checked::default(), findings, refused: 0, lone_return: false };
    check.characters();
    check.line_ends();
    check.checked
}

struct Check<'t, 'f> {
    text: &'t str,
    holes: bool,
    checked: Checked,
    findings: &'f mut Findings,
    /// Characters refused so far.
    refused: usize,
    lone_return: bool,
}

/// Bytes that need a closer look: control characters, and the first bytes of the characters that are refused.
static NOTABLE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = byte != b'\t' as usize && byte != b'\n' as usize;
        byte += 1;
    }
    table[0x7F] = true;
    table[0xC2] = true; // U+0080 to U+00BF
    table[0xE2] = true; // U+2000 to U+2FFF
    table[0xEF] = true; // U+F000 to U+FFFF
    table
};

impl Check<'_, '_> {
    fn characters(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(found) = bytes[at..].iter().position(|byte| NOTABLE[*byte as usize]) {
            let start = at + found;
            let Some(character) = self.text[start..].chars().next() else { break };
            let end = start + character.len_utf8();
            at = end;
            match character {
                '\r' if bytes.get(end) == Some(&b'\n') => {}
                '\r' => self.lone_return(start),
                '\u{FEFF}' => self.mark(start),
                HOLE_START if self.holes => match hole_length(&bytes[start..]) {
                    Some(length) => {
                        self.checked.holes.push(start..start + length);
                        at = start + length;
                    }
                    None => self.refuse(start, character),
                },
                HOLE_START | HOLE_END => self.refuse(start, character),
                '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => self.refuse(start, character),
                '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}' => self.refuse(start, character),
                _ => {}
            }
            if self.refused >= MAX_FINDINGS {
                break;
            }
        }
    }

    fn refuse(&mut self, start: usize, character: char) {
        self.refused += 1;
        let code_point = character as u32;
        let (message, help) = match character {
            '\0' => ("NUL in the text".to_owned(), "remove it"),
            '\u{85}' | '\u{2028}' | '\u{2029}' => (
                format!("line separator U+{code_point:04X}, which only some YAML readers take for a line end"),
                "end the line with LF, or write the character as an escape in double quotes",
            ),
            HOLE_START | HOLE_END => {
                (format!("U+{code_point:04X}, a noncharacter that bayplan keeps for itself"), "remove it")
            }
            '\u{FFFE}' | '\u{FFFF}' => (format!("noncharacter U+{code_point:04X}"), "remove it"),
            _ => (
                format!("control character U+{code_point:04X}"),
                "remove it, or write it as an escape in double quotes, such as \"\\x1b\"",
            ),
        };
        let end = start + character.len_utf8();
        self.findings.push(Finding::error(&codes::CHARACTER, narrow(start), narrow(end), message).help(help));
    }

    fn lone_return(&mut self, start: usize) {
        if !self.lone_return {
            self.lone_return = true;
            self.findings.push(
                Finding::error(&codes::LINE_ENDS, narrow(start), narrow(start + 1), "CR line ends")
                    .label("a carriage return without a line feed")
                    .help("save the file with LF line ends"),
            );
        }
    }

    /// A byte order mark may stand before the first document, before a `---`, and before the content of a later document.
    fn mark(&mut self, start: usize) {
        if start == 0 || self.text[..start].ends_with('\n') && self.is_document_start(start) {
            self.checked.skipped_marks.push(start);
        } else {
            self.checked.has_inner_marks = true;
        }
    }

    fn is_document_start(&self, start: usize) -> bool {
        if is_marker_line(&self.text[start + '\u{FEFF}'.len_utf8()..]) {
            return true;
        }
        let before = self.text[..start].trim_end_matches(['\n', '\r', ' ']);
        is_marker_line(&before[before.rfind('\n').map_or(0, |at| at + 1)..])
    }

    fn line_ends(&mut self) {
        if self.lone_return {
            return;
        }
        let bytes = self.text.as_bytes();
        let with_return = |at: usize| at > 0 && bytes[at - 1] == b'\r';
        let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
        let Some(first) = ends.next().map(with_return) else { return };
        if !first && !bytes.contains(&b'\r') {
            return;
        }
        if let Some(at) = ends.find(|at| with_return(*at) != first) {
            let (here, above) = if first { ("LF", "CR LF") } else { ("CR LF", "LF") };
            self.findings.push(
                Finding::warning(&codes::LINE_ENDS, narrow(at), narrow(at + 1), "mixed line ends")
                    .label(format!("this line ends with {here}, the ones above with {above}"))
                    .help("save the file with LF line ends"),
            );
        }
    }
}

/// Whether the text begins with a document marker: `---` or `...`, and then white space or nothing.
fn is_marker_line(text: &str) -> bool {
    let rest = text.strip_prefix("---").or_else(|| text.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

/// Length in bytes of the hole that the bytes begin with.
fn hole_length(bytes: &[u8]) -> Option<usize> {
    let rest = &bytes[HOLE_START.len_utf8()..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = [0; 4];
    let end = HOLE_END.encode_utf8(&mut end).as_bytes();
    (digits > 0 && rest[digits..].starts_with(end)).then_some(HOLE_START.len_utf8() + digits + end.len())
}

/// Whether a text is one hole and nothing else.
pub(super) fn is_one_hole(text: &str) -> bool {
    text.starts_with(HOLE_START) && hole_length(text.as_bytes()) == Some(text.len())
}
