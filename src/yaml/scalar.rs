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

mod number;
mod quoting;

pub use quoting::{is_printable, needs_quotes};

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

/// Longest word of class 1.
const LONGEST_WORD: usize = 5;

/// What a bare scalar of this text is. For texts that are possible as bare scalars; others are strings to it.
pub fn classify(text: &str) -> Plain {
    let Some(first) = text.bytes().next() else { return Plain::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number::classify(text),
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

#[cfg(test)]
mod tests {
    use super::*;
    use Doubt as D;
    use Plain as P;

    #[test]
    fn every_class_has_its_meaning() {
        let table: &[(&str, Plain)] = &[
            ("", P::Null),
            ("~", P::Null),
            ("NULL", P::Null),
            ("nULL", P::Doubtful(D::Null)),
            ("True", P::Bool(true)),
            ("FALSE", P::Bool(false)),
            ("tRUE", P::Doubtful(D::Truth(true))),
            ("Y", P::Doubtful(D::Truth(true))),
            ("off", P::Doubtful(D::Truth(false))),
            ("yess", P::String),
            ("=", P::Doubtful(D::Special)),
            ("<<", P::Doubtful(D::Special)),
            ("0", P::Integer(0)),
            ("-12", P::Integer(-12)),
            ("9223372036854775807", P::Integer(i64::MAX)),
            ("-9223372036854775808", P::Integer(i64::MIN)),
            ("9223372036854775808", P::Doubtful(D::TooLarge)),
            ("0644", P::Octal(0o644)),
            ("00", P::Octal(0)),
            ("-0644", P::Doubtful(D::Notation(None))),
            ("08", P::Doubtful(D::Notation(None))),
            ("-0", P::Doubtful(D::Notation(Some(0)))),
            ("+1", P::Doubtful(D::Notation(Some(1)))),
            ("1_000", P::Doubtful(D::Notation(Some(1000)))),
            ("0x1F", P::Doubtful(D::Notation(Some(31)))),
            ("-0b11", P::Doubtful(D::Notation(Some(-3)))),
            ("0o17", P::Doubtful(D::Notation(Some(15)))),
            ("0x_", P::Doubtful(D::Notation(None))),
            ("0b-1", P::Doubtful(D::Notation(Some(-1)))),
            ("0x-1", P::String),
            ("0_8", P::Doubtful(D::Notation(None))),
            ("0_7", P::Doubtful(D::Notation(Some(7)))),
            ("1_0.5", P::Doubtful(D::Notation(None))),
            ("1e3", P::Doubtful(D::Notation(Some(1000)))),
            ("12e4567", P::Doubtful(D::Notation(None))),
            ("1.5", P::Float(1.5)),
            ("1.", P::Float(1.0)),
            (".5", P::Float(0.5)),
            ("-.5", P::Doubtful(D::Notation(None))),
            ("1.5e+300", P::Float(1.5e300)),
            ("1.5e300", P::Doubtful(D::Notation(None))),
            ("1.10", P::Float(1.1)),
            ("100.0", P::Float(100.0)),
            ("0.00", P::Float(0.0)),
            ("0.12345678901234567890", P::Doubtful(D::Imprecise)),
            ("1.0e+400", P::Doubtful(D::Imprecise)),
            ("1.0e-400", P::Doubtful(D::Imprecise)),
            (".inf", P::Doubtful(D::NotFinite)),
            ("-.INF", P::Doubtful(D::NotFinite)),
            ("+.nan", P::String),
            ("1:30", P::Doubtful(D::Sixty)),
            ("1:60", P::String),
            ("190:20:30.15", P::Doubtful(D::Sixty)),
            ("8080:80", P::String),
            ("2020-1-1", P::Doubtful(D::Date)),
            ("2020-01-01T00:00:00Z", P::Doubtful(D::Date)),
            ("2020-01", P::String),
            ("1.2.3", P::String),
            ("10.0.0.1", P::String),
            ("100m", P::String),
            ("+", P::String),
            (".", P::String),
            ("0x", P::String),
            ("1e", P::String),
            ("._5", P::Doubtful(D::Notation(None))),
            ("a", P::String),
        ];
        for (text, expected) in table {
            assert_eq!(classify(text), *expected, "{text}");
        }
    }

    #[test]
    fn help_says_what_to_write() {
        let help = |text: &str| match classify(text) {
            P::Doubtful(doubt) => doubt.help(text),
            other => panic!("{text} is {other:?}"),
        };
        assert_eq!(help("NO"), "write \"NO\" or false");
        assert_eq!(help("1_000"), "write 1000 or \"1_000\"");
        assert_eq!(help("08"), "write it as a plain decimal, or \"08\" if it is a text");
        assert_eq!(help("2020-01-01"), "write \"2020-01-01\"");
    }
}
