//! Strings: bare, in double quotes, or as a literal block.

use super::{STEP, spaces};
use crate::yaml::scalar;
use std::io::Write;

/// A string on one line.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    if scalar::needs_quotes(text) {
        quoted(text, out);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

pub(super) fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut from = 0;
    for (at, character) in text.char_indices() {
        if matches!(character, '"' | '\\') || !scalar::is_printable(character) || character == '\u{A0}' {
            out.extend_from_slice(&text.as_bytes()[from..at]);
            escape(character, out);
            from = at + character.len_utf8();
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
    out.push(b'"');
}

fn escape(character: char, out: &mut Vec<u8>) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\t' => b't',
        '\r' => b'r',
        '\0' => b'0',
        '\u{1B}' => b'e',
        _ => {
            let code = character as u32;
            // Writing to a vector cannot fail.
            let _ = match code {
                0..=0xFF => write!(out, "\\x{code:02X}"),
                0x100..=0xFFFF => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// How a text of several lines ends, if it can be a literal block: `|-`, `|` or `|+`.
///
/// Not a block: a text with characters that need escapes, or with nothing but spaces and line breaks.
pub(super) fn block_chomping(text: &str) -> Option<&'static [u8]> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'\n') {
        return None;
    }
    let mut is_ascii = true;
    let mut has_content = false;
    for byte in bytes {
        match byte {
            b'\n' | b' ' => {}
            0..=0x1F | 0x7F => return None,
            0x80.. => is_ascii = false,
            _ => has_content = true,
        }
    }
    let is_printable = |character: char| character == '\n' || scalar::is_printable(character);
    if !is_ascii && !text.chars().all(is_printable) || is_ascii && !has_content {
        return None;
    }
    Some(match bytes {
        [.., b'\n', b'\n'] => b"|+",
        [.., b'\n'] => b"|",
        _ => b"|-",
    })
}

pub(super) fn block(text: &str, chomping: &[u8], indent: usize, out: &mut Vec<u8>) {
    out.push(b'|');
    // Readers take the indentation from the first line, which must not begin with a space of its own then.
    if text.starts_with([' ', '\n']) {
        out.push(b'0' + STEP as u8);
    }
    out.extend_from_slice(&chomping[1..]);
    out.push(b'\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(indent, out);
            out.extend_from_slice(line.as_bytes());
        }
        out.push(b'\n');
    }
}
