//! The escapes of double-quoted texts: where they are and what they stand for.

use std::ops::Range;

/// The escapes of a double-quoted text, and the character that each stands for: none where it stands for no character.
///
/// An escaped line break is given as a line feed. Two halves of a surrogate pair are one escape.
pub(super) fn escapes(source: &str) -> impl Iterator<Item = (Range<usize>, Option<char>)> {
    let bytes = source.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'"'));
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|byte| matches!(byte, b'\\' | b'"'))?;
        if bytes[start] == b'"' {
            return None;
        }
        let (length, character) = escape(source.get(start + 1..)?);
        at = start + 1 + length;
        Some((start..at, character))
    })
}

/// Length and meaning of the escape that follows a backslash.
fn escape(rest: &str) -> (usize, Option<char>) {
    let Some(first) = rest.chars().next() else { return (0, None) };
    let digits = match first {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let hexadecimal = |from: usize| {
            let digits =
                rest.get(from..from + digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            u32::from_str_radix(digits, 16).ok()
        };
        let Some(code) = hexadecimal(1) else {
            let found = rest[1..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
            return (1 + found, None);
        };
        let is_high = digits == 4 && (0xD800..0xDC00).contains(&code) && rest.get(5..7) == Some("\\u");
        if let Some(low) = hexadecimal(7).filter(|low| is_high && (0xDC00..0xE000).contains(low)) {
            return (11, char::from_u32(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)));
        }
        return (1 + digits, char::from_u32(code));
    }
    let character = match first {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' | '\n' | '\r' => '\n',
        'v' => '\u{B}',
        'f' => '\u{C}',
        'r' => '\r',
        'e' => '\u{1B}',
        ' ' | '"' | '/' | '\\' => first,
        'N' => '\u{85}',
        '_' => '\u{A0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return (first.len_utf8(), None),
    };
    (1, Some(character))
}
