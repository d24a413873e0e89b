//! When a string must be quoted, and which characters must be escaped.

use super::{Plain, classify};

/// Whether a string must be written in quotes for every reader to take it for that string.
///
/// Line breaks are not printable here: a text of several lines is a block or quoted.
pub fn needs_quotes(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    if *last == b' ' || *last == b':' {
        return true;
    }
    match FIRST[*first as usize] {
        First::Indicator => return true,
        First::Letter => {}
        First::MayBeWord => {
            if text.starts_with("...") || !matches!(classify(text), Plain::String) {
                return true;
            }
        }
    }
    // Nearly all texts are done here.
    if bytes.iter().fold(Within::Safe as u8, |seen, byte| seen | WITHIN[*byte as usize] as u8) == Within::Safe as u8 {
        return false;
    }
    let mut is_ascii = true;
    for (at, byte) in bytes.iter().enumerate() {
        match WITHIN[*byte as usize] {
            Within::Safe => {}
            Within::Colon => {
                if bytes.get(at + 1).is_some_and(|next| *next == b' ') {
                    return true;
                }
            }
            Within::Hash => {
                if at > 0 && bytes[at - 1] == b' ' {
                    return true;
                }
            }
            Within::Never => return true,
            Within::Wide => is_ascii = false,
        }
    }
    !is_ascii && has_unsafe_character(text)
}

/// Beyond ASCII: what is not printable, white space at the edges, and white space after a colon.
fn has_unsafe_character(text: &str) -> bool {
    let is_odd = |character: char| !character.is_ascii() && character.is_whitespace();
    let mut before = ':';
    for character in text.chars() {
        if !character.is_ascii() && (!is_printable(character) || before == ':' && is_odd(character)) {
            return true;
        }
        before = character;
    }
    text.trim().len() < text.len()
}

/// Whether a character is written as it is. Not so control characters, line separators, byte order marks, noncharacters, and
/// invisible characters that change how the text around them looks (direction marks, zero-width spaces).
pub fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\0'..='\u{9F}' => false,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' => false,
        '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' => false,
        '\u{FDD0}'..='\u{FDEF}' | '\u{E0000}'..='\u{E0FFF}' => false,
        _ => (character as u32) & 0xFFFE != 0xFFFE,
    }
}

/// What the first byte of a text tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// No indicator, and no word or number begins with it.
    Letter,
    MayBeWord,
    Indicator,
}

/// What a byte within a text tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Safe = 0,
    Colon,
    Hash,
    Never,
    /// Part of a character beyond ASCII.
    Wide,
}

static FIRST: [First; 256] = {
    let mut table = [First::Letter; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'-' | b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' | b' ' => First::Indicator,
            b'0'..=b'9' | b'+' | b'.' | b'~' | b'=' | b'<' => First::MayBeWord,
            b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => First::MayBeWord,
            _ => First::Letter,
        };
        byte += 1;
    }
    table
};

static WITHIN: [Within; 256] = {
    let mut table = [Within::Safe; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            0..=0x1F | 0x7F => Within::Never,
            b':' => Within::Colon,
            b'#' => Within::Hash,
            b' ' => Within::Safe,
            0x80..=0xFF => Within::Wide,
            _ => Within::Safe,
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_any_reader_would_see_something_else() {
        let quoted = [
            "",
            "~",
            "yes",
            "nO",
            "=",
            "<<",
            ".NaN",
            "1",
            "0644",
            "1_0",
            "0b-1",
            "1e3",
            ".5",
            "1:30",
            "2020-01-01",
            "- a",
            "-a",
            "?a",
            ":a",
            ",",
            "[a",
            "a: b",
            "a #b",
            "a:",
            " a",
            "a ",
            "...",
            "... a",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "'a",
            "\"a",
            "%a",
            "@a",
            "`a",
            "a\tb",
            "a\nb",
            "a\u{85}b",
            "a\u{2028}",
            "\u{FEFF}a",
            "a\u{7F}",
            "\u{A0}a",
            "a\u{A0}",
            "a:\u{A0}b",
            "a\u{200B}b",
            "a\u{202E}b",
            "\u{FFFE}",
        ];
        let bare = [
            "a",
            "a b",
            "a:b",
            "a#b",
            "nginx:1.25",
            "a/b",
            "http://a.b/c?d=e",
            "1.2.3",
            "100m",
            "/a",
            "_a",
            "$(A)",
            "(a)",
            "a{b}",
            "a, b",
            "a - b",
            "yess",
            "nope",
            "true-ish",
            "é",
            "日本",
            "a\u{A0}b",
            "👩\u{200D}💻",
            "<a",
            "=a",
            "a'b",
            "a\"b",
            "a\\b",
        ];
        for text in quoted {
            assert!(needs_quotes(text), "{text:?}");
        }
        for text in bare {
            assert!(!needs_quotes(text), "{text:?}");
        }
    }
}
