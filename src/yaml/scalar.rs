//! What a bare scalar means, and when a string must be quoted: the one place for that rule.
//!
//! Readers of Kubernetes tools disagree on bare scalars: kubectl, client-go, Flux and Argo CD read with go-yaml v2 (YAML 1.1
//! booleans, octals and underscores), kustomize with v3 (time stamps, `on` as a text), scripts with PyYAML (base 60, dates)
//! or a YAML 1.2 reader. [`classify`] tells apart what all of them read alike and what is [`Doubt`]ful; [`needs_quotes`] is
//! true wherever a bare text would be anything but that string to one of them, or would break the syntax.
//!
//! A text is no string to some reader when
//!
//! 1. in lower case it is empty or one of `~ null true false y n yes no on off .nan .inf +.inf -.inf = <<`;
//! 2. without its underscores it is a number: decimal, `0x`, `0o` or `0b`, or decimal with a point or an exponent, signed or not;
//! 3. it is a number in base 60 (`1:30`, `190:20:30.15`), or begins as a date (`2020-01-01`).
//!
//! The syntax wants quotes for a text that begins with an indicator (`-?:,[]{}#&*!|>'"%@` and the backtick), holds `: ` or
//! ` #`, ends with `:`, begins with `...`, begins or ends with white space, holds white space outside ASCII after a colon, or
//! holds a character that is not [`is_printable`].

use std::fmt;

/// What a bare scalar is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// Empty, `~`, `null`, `Null` or `NULL`.
    Null,
    /// `true` or `false`, also capitalised or in capitals.
    Bool(bool),
    /// Decimal digits, with `-` for a negative one, without leading zeros, within 64 bits.
    Integer(i64),
    /// A decimal with a point, whose digits a 64-bit float keeps; an exponent is signed, as in `1.5e+9`.
    Float(f64),
    /// Digits below 8 after a leading zero, such as `0644`: octal to YAML 1.1, decimal to 1.2. The octal value.
    Octal(i64),
    String,
    Doubtful(Doubt),
}

/// Why readers do not agree on a bare scalar, or cannot keep it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// `yes`, `no`, `on`, `off`, `y`, `n` in any case, and `tRUE` and the like.
    Truth(bool),
    /// `nULL` and the like.
    Null,
    /// `=` or `<<`, special types in YAML 1.1.
    Special,
    /// `.inf`, `.nan`: JSON has none.
    NotFinite,
    /// A number with underscores, a radix, a plus sign, an unsigned exponent, a leading zero before an 8 or 9, or `-0`.
    /// The whole number that kubectl reads, where it is one.
    Notation(Option<i64>),
    /// Base 60.
    Sixty,
    Date,
    /// An integer that does not fit 64 bits.
    TooLarge,
    /// A decimal whose digits a 64-bit float does not keep, or that is too large or too small for one.
    Imprecise,
}

impl Doubt {
    /// What is the matter with the text, as the end of a phrase that begins with the text.
    pub fn message(self) -> &'static str {
        match self {
            Doubt::Truth(true) => "is true to some YAML readers and a text to others",
            Doubt::Truth(false) => "is false to some YAML readers and a text to others",
            Doubt::Null => "is null to some YAML readers and a text to others",
            Doubt::Special => "is a special value to some YAML readers and a text to others",
            Doubt::NotFinite => "is not a number that JSON can hold",
            Doubt::Notation(_) => "is not the same number to every YAML reader",
            Doubt::Sixty => "is a number in base 60 to some YAML readers and a text to others",
            Doubt::Date => "is a time stamp to some YAML readers and a text to others",
            Doubt::TooLarge => "does not fit a signed 64-bit integer, and kubectl would round it",
            Doubt::Imprecise => "does not fit a 64-bit float without loss",
        }
    }

    /// What to write in place of `text`.
    pub fn help(self, text: &str) -> String {
        match self {
            Doubt::Truth(value) => format!("write \"{text}\" or {value}"),
            Doubt::Null => format!("write \"{text}\" or null"),
            Doubt::Notation(Some(value)) => format!("write {value} or \"{text}\""),
            Doubt::Notation(None) => format!("write it as a plain decimal, or \"{text}\" if it is a text"),
            Doubt::TooLarge | Doubt::Imprecise | Doubt::Special | Doubt::NotFinite | Doubt::Sixty | Doubt::Date => {
                format!("write \"{text}\"")
            }
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

/// Longest word of class 1.
const LONGEST_WORD: usize = 5;

/// What a bare scalar of this text is. For texts that are possible as bare scalars; others are strings to it.
pub fn classify(text: &str) -> Plain {
    let Some(first) = text.bytes().next() else { return Plain::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number_like(text),
        b'~' | b'=' | b'<' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => word(text),
        _ => Plain::String,
    }
}

/// Class 1 but for `.inf` and `.nan`. The three accepted spellings of true, false and null are alike in YAML 1.1 and 1.2.
fn word(text: &str) -> Plain {
    if text.len() > LONGEST_WORD {
        return Plain::String;
    }
    match text {
        "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        "=" | "<<" => return Plain::Doubtful(Doubt::Special),
        _ => {}
    }
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("null") {
        Plain::Doubtful(Doubt::Null)
    } else if ["y", "yes", "on", "true"].into_iter().any(is) {
        Plain::Doubtful(Doubt::Truth(true))
    } else if ["n", "no", "off", "false"].into_iter().any(is) {
        Plain::Doubtful(Doubt::Truth(false))
    } else {
        Plain::String
    }
}

/// Classes 2 and 3, and `.inf` and `.nan`.
fn number_like(text: &str) -> Plain {
    let bytes = text.as_bytes();
    let is_negative = bytes.first() == Some(&b'-');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if ([".inf"].into_iter().any(|word| unsigned.eq_ignore_ascii_case(word))) || text.eq_ignore_ascii_case(".nan") {
        return Plain::Doubtful(Doubt::NotFinite);
    }
    let digits = unsigned.as_bytes();
    let has_plus = bytes.first() == Some(&b'+');
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        return integer(text, unsigned, is_negative, has_plus);
    }
    if is_plain_decimal(unsigned.as_bytes(), is_negative) && !has_plus {
        return decimal(text);
    }
    let is_numeric = |byte: &u8| {
        byte.is_ascii_hexdigit() || matches!(byte, b'_' | b'.' | b':' | b'+' | b'-' | b'x' | b'X' | b'o' | b'O')
    };
    if is_date(bytes) {
        return Plain::Doubtful(Doubt::Date);
    }
    if !bytes.iter().all(is_numeric) {
        return Plain::String;
    }
    if is_base_sixty(digits) {
        return Plain::Doubtful(Doubt::Sixty);
    }
    other_notation(unsigned, is_negative).map_or(Plain::String, |value| Plain::Doubtful(Doubt::Notation(value)))
}

fn integer(text: &str, unsigned: &str, is_negative: bool, has_plus: bool) -> Plain {
    let has_leading_zero = unsigned.len() > 1 && unsigned.starts_with('0');
    if has_leading_zero {
        let octal = i64::from_str_radix(unsigned, 8).ok();
        return match octal {
            Some(value) if !is_negative && !has_plus => Plain::Octal(value),
            _ => Plain::Doubtful(Doubt::Notation(None)),
        };
    }
    match text.parse::<i64>() {
        Ok(value) if !has_plus && (value != 0 || !is_negative) => Plain::Integer(value),
        Ok(value) => Plain::Doubtful(Doubt::Notation(Some(value))),
        Err(_) => Plain::Doubtful(Doubt::TooLarge),
    }
}

/// A decimal that YAML 1.1 and 1.2 both read as one: digits, a point, perhaps digits, perhaps an exponent with its sign. The
/// digits before the point may be left out of a positive one.
fn is_plain_decimal(unsigned: &[u8], is_negative: bool) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(unsigned);
    let Some(rest) = unsigned[whole..].strip_prefix(b".") else { return false };
    let fraction = digits(rest);
    if whole == 0 && (fraction == 0 || is_negative) {
        return false;
    }
    match &rest[fraction..] {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] => !exponent.is_empty() && digits(exponent) == exponent.len(),
        _ => false,
    }
}

fn decimal(text: &str) -> Plain {
    match text.parse::<f64>() {
        Ok(value) if value == 0.0 && text.starts_with('-') => Plain::Doubtful(Doubt::Notation(None)),
        Ok(value) if value.is_finite() && keeps_digits(text, value) => Plain::Float(value),
        _ => Plain::Doubtful(Doubt::Imprecise),
    }
}

/// Whether the shortest text that reads back as `value` has the digits of `text`, but for zeros at the ends.
fn keeps_digits(text: &str, value: f64) -> bool {
    fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        mantissa.bytes().filter(u8::is_ascii_digit).skip_while(|byte| *byte == b'0')
    }
    let count = |text: &str| {
        let digits: Vec<u8> = digits(text).collect();
        digits.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1)
    };
    let shortest = format!("{value:e}");
    let length = count(text);
    length == count(&shortest) && digits(text).take(length).eq(digits(&shortest).take(length))
}

/// `[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
fn is_base_sixty(digits: &[u8]) -> bool {
    let mut groups = digits.split(|byte| *byte == b':');
    let first = groups.next().unwrap_or_default();
    if !first.first().is_some_and(u8::is_ascii_digit) || !first.iter().all(|byte| is_digit_or_underscore(*byte)) {
        return false;
    }
    let mut count = 0;
    let mut groups = groups.peekable();
    while let Some(group) = groups.next() {
        count += 1;
        let (whole, fraction) = match group.iter().position(|byte| *byte == b'.') {
            Some(point) if groups.peek().is_none() => (&group[..point], &group[point + 1..]),
            Some(_) => return false,
            None => (group, &[] as &[u8]),
        };
        let is_group = match whole {
            [digit] => digit.is_ascii_digit(),
            [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
            _ => false,
        };
        if !is_group || !fraction.iter().all(|byte| is_digit_or_underscore(*byte)) {
            return false;
        }
    }
    count > 0
}

fn is_digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

/// `[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?`
fn is_date(bytes: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits(bytes) != 4 {
        return false;
    }
    let mut rest = &bytes[4..];
    for _ in 0..2 {
        let Some(after) = rest.strip_prefix(b"-") else { return false };
        let count = digits(after);
        if !(1..=2).contains(&count) {
            return false;
        }
        rest = &after[count..];
    }
    matches!(rest, [] | [b'T' | b't' | b' ' | b'\t', ..])
}

/// Numbers in other notations, and the whole number that YAML 1.1 reads, where it is one.
///
/// A sign, a radix or an exponent and nothing else but underscores counts as well: PyYAML fails on `0x_`.
fn other_notation(unsigned: &str, is_negative: bool) -> Option<Option<i64>> {
    let bare: String = unsigned.chars().filter(|character| *character != '_').collect();
    let signed = |value: Option<i64>| value.map(|value| if is_negative { -value } else { value });
    let has_underscores = bare.len() < unsigned.len();
    let (radix, digits) = match bare.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &bare[2..]),
        [b'0', b'o' | b'O', ..] => (8, &bare[2..]),
        [b'0', b'b' | b'B', ..] => (2, &bare[2..]),
        _ => (10, bare.as_str()),
    };
    if radix != 10 {
        // go-yaml takes a sign after the radix as well: `0b-1`.
        let digits = if radix == 16 { digits } else { digits.strip_prefix(['+', '-']).unwrap_or(digits) };
        let is_number = digits.bytes().all(|byte| (byte as char).is_digit(radix));
        let is_whole = is_number && (!digits.is_empty() || has_underscores);
        return is_whole.then(|| signed(i64::from_str_radix(digits, radix).ok()));
    }
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let radix = if digits.len() > 1 && digits.starts_with('0') { 8 } else { 10 };
        return Some(signed(i64::from_str_radix(digits, radix).ok()));
    }
    if matches!(digits, "" | ".") {
        return (has_underscores && unsigned.starts_with('.')).then_some(None);
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction) && whole.len() + fraction.len() > 0,
        None => is_digits(mantissa) && !mantissa.is_empty(),
    };
    if !is_mantissa || exponent.is_some_and(|exponent| exponent.is_empty() || !is_digits(exponent)) {
        return None;
    }
    let value = digits.parse::<f64>().ok().filter(|value| value.fract() == 0.0 && value.abs() < 1e15);
    Some(signed(value.map(|value| value as i64)))
}

/// Whether a string must be written in quotes for every reader to take it for that string.
///
/// Line breaks are not printable here: a text of several lines is a block or quoted.
pub fn needs_quotes(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    if *last == b' ' || *last == b':' {
        return true;
    }
    if FIRST[*first as usize] == First::Letter && bytes.iter().all(|byte| WITHIN[*byte as usize] == Within::Safe) {
        return false;
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
    Safe,
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
