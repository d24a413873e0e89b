//! Numbers, and what looks like one to some reader: classes 2 and 3 of the rule.

use super::{Doubt, Plain};
use crate::yaml::bytes::HOLE_START;

/// Classes 2 and 3, and `.inf` and `.nan`.
pub(super) fn classify(text: &str) -> Plain {
    let bytes = text.as_bytes();
    let is_negative = bytes.first() == Some(&b'-');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case(".inf") || text.eq_ignore_ascii_case(".nan") {
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
        // With a template's hole in it, it is a longer text.
        return if text.contains(HOLE_START) { Plain::String } else { Plain::Doubtful(Doubt::Date) };
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
/// A radix or a point with nothing but underscores counts as well: PyYAML fails on `0x_`.
fn other_notation(unsigned: &str, is_negative: bool) -> Option<Option<i64>> {
    let bare: String = unsigned.chars().filter(|character| *character != '_').collect();
    let has_underscores = bare.len() < unsigned.len();
    let value = match bare.as_bytes() {
        [b'0', b'x' | b'X', ..] => with_radix(&bare[2..], 16, has_underscores)?,
        [b'0', b'o' | b'O', ..] => with_radix(&bare[2..], 8, has_underscores)?,
        [b'0', b'b' | b'B', ..] => with_radix(&bare[2..], 2, has_underscores)?,
        [] | [b'.'] if has_underscores && unsigned.starts_with('.') => None,
        [b'0', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            i64::from_str_radix(&bare, 8).ok()
        }
        _ => with_exponent(&bare)?,
    };
    Some(value.map(|value| if is_negative { -value } else { value }))
}

fn with_radix(digits: &str, radix: u32, has_underscores: bool) -> Option<Option<i64>> {
    // go-yaml takes a sign after `0b` and `0o` as well.
    let unsigned = if radix == 16 { digits } else { digits.strip_prefix(['+', '-']).unwrap_or(digits) };
    let is_number = unsigned.chars().all(|digit| digit.is_digit(radix)) && (!unsigned.is_empty() || has_underscores);
    is_number.then(|| i64::from_str_radix(digits, radix).ok())
}

/// `([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?`
fn with_exponent(bare: &str) -> Option<Option<i64>> {
    let (mantissa, exponent) = match bare.find(['e', 'E']) {
        Some(at) => (&bare[..at], Some(&bare[at + 1..])),
        None => (bare, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa = is_digits(whole) && is_digits(fraction) && whole.len() + fraction.len() > 0;
    let is_exponent = |exponent: &str| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    };
    if !is_mantissa || !exponent.is_none_or(is_exponent) {
        return None;
    }
    const EXACT: f64 = 1e15;
    let value = bare.parse::<f64>().ok().filter(|value| value.fract() == 0.0 && value.abs() < EXACT);
    Some(value.map(|value| value as i64))
}
