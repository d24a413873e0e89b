//! Finds the tags in a text, with the delimiters in force, and which of them are alone on their line.

use super::name;
use crate::diag::{Diagnostic, Diagnostics};
use crate::mustache::codes;
use crate::mustache::origin::{Bytes, Origin};

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    pub bytes: Bytes,
    /// For a tag that is alone on its line: the white space before it, and what follows with the line break. The text
    /// tokens beside it do not hold these.
    pub line: Option<(Bytes, Bytes)>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text,
    Variable {
        name: Box<str>,
        escaped: bool,
    },
    Open {
        name: Box<str>,
        inverted: bool,
    },
    Close {
        name: Box<str>,
    },
    Partial {
        name: Box<str>,
    },
    /// A comment, a set-delimiters tag, or a tag that was refused.
    Nothing {
        may_stand_alone: bool,
    },
}

pub(super) fn lex(text: &str, origin: &Origin, diagnostics: &mut Diagnostics) -> Vec<Token> {
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut lexer = Lexer {
        text,
        origin,
        diagnostics,
        open: "{{".into(),
        close: "}}".into(),
        next_close: Next::new("}}"),
        next_set: Next::new("=}}"),
        next_triple: Next::new("}}}"),
        errors: 0,
        tokens: Vec::new(),
    };
    lexer.run(start);
    let mut tokens = lexer.tokens;
    mark_standalone(text, start, &mut tokens);
    tokens
}

struct Lexer<'t, 'd> {
    text: &'t str,
    origin: &'t Origin,
    diagnostics: &'d mut Diagnostics,
    open: String,
    close: String,
    next_close: Next,
    next_set: Next,
    next_triple: Next,
    /// Unclosed tags so far.
    errors: usize,
    tokens: Vec<Token>,
}

/// Unclosed tags that are reported for one text; it is no template then.
const MAX_ERRORS: usize = 100;

/// The next place of a delimiter, remembered, so that a text full of unclosed tags is not searched to its end for each.
struct Next {
    what: String,
    /// Searched from here; what was found.
    found: Option<(usize, Option<usize>)>,
}

impl Next {
    fn new(what: impl Into<String>) -> Self {
        Next { what: what.into(), found: None }
    }

    /// The first place at or behind `from`, which must not lie before an earlier one.
    fn find(&mut self, text: &str, from: usize) -> Option<usize> {
        match self.found {
            Some((searched, None)) if searched <= from => return None,
            Some((searched, Some(place))) if searched <= from && from <= place => return Some(place),
            Some(_) | None => {}
        }
        let place = text.get(from..)?.find(&self.what).map(|offset| from + offset);
        self.found = Some((from, place));
        place
    }
}

impl<'t> Lexer<'t, '_> {
    fn run(&mut self, start: usize) {
        let mut position = start;
        while let Some(found) = self.find(position, &self.open) {
            if self.errors >= MAX_ERRORS {
                break;
            }
            self.push_text(position..found);
            match self.tag(found) {
                Some((kind, end)) => {
                    self.tokens.push(Token { kind, bytes: found..end, line: None });
                    position = end;
                }
                // The delimiter was reported; what follows it is text.
                None => position = found + self.open.len(),
            }
        }
        self.push_text(position..self.text.len());
    }

    fn push_text(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.tokens.push(Token { kind: Kind::Text, bytes, line: None });
        }
    }

    /// Reads the tag whose opening delimiter is at `start`; gives it with the offset behind it.
    fn tag(&mut self, start: usize) -> Option<(Kind, usize)> {
        let inside = start + self.open.len();
        let is_default = self.open == "{{" && self.close == "}}";
        let text = self.text;
        let sigil_at = inside + leading_space(&text[inside..]);
        match text[sigil_at..].chars().next() {
            Some('!') => {
                let end = self.find_close(start, sigil_at, true)?;
                Some((Kind::Nothing { may_stand_alone: true }, end + self.close.len()))
            }
            Some('=') => self.set_delimiters(start, sigil_at + 1),
            Some('{') if is_default && sigil_at == inside => {
                let end = self.find_triple_close(start, sigil_at + 1)?;
                Some((self.variable(start..end + 3, sigil_at + 1..end, false), end + 3))
            }
            Some(sigil) => {
                let end = self.find_close(start, sigil_at, false)?;
                let tag = start..end + self.close.len();
                let behind = (sigil_at + sigil.len_utf8()).min(end);
                let kind = match sigil {
                    '&' => self.variable(tag.clone(), behind..end, false),
                    '#' => self.named(&tag, behind..end, |name| Kind::Open { name, inverted: false }),
                    '^' => self.named(&tag, behind..end, |name| Kind::Open { name, inverted: true }),
                    '/' => self.named(&tag, behind..end, |name| Kind::Close { name }),
                    '>' => self.partial(&tag, behind..end),
                    _ => self.variable(tag.clone(), sigil_at.min(end)..end, true),
                };
                Some((kind, tag.end))
            }
            None => {
                self.unclosed(start);
                None
            }
        }
    }

    fn variable(&mut self, tag: Bytes, name: Bytes, escaped: bool) -> Kind {
        self.named(&tag, name, |name| Kind::Variable { name, escaped })
    }

    fn named(&mut self, tag: &Bytes, name: Bytes, kind: impl FnOnce(Box<str>) -> Kind) -> Kind {
        let name = self.text[name].trim();
        match name::check(name, &self.text[tag.clone()], self.origin.span(tag), self.origin.is_file()) {
            None => kind(name.into()),
            Some(error) => self.refuse(error),
        }
    }

    fn partial(&mut self, tag: &Bytes, name: Bytes) -> Kind {
        let name = self.text[name].trim();
        match name::check_partial(name, &self.text[tag.clone()], self.origin.span(tag), self.origin.is_file()) {
            None => Kind::Partial { name: name.into() },
            Some(error) => self.refuse(error),
        }
    }

    fn refuse(&mut self, error: Diagnostic) -> Kind {
        self.diagnostics.push(error);
        Kind::Nothing { may_stand_alone: true }
    }

    /// `{{=<% %>=}}`: what is between the two `=`.
    fn set_delimiters(&mut self, start: usize, inside: usize) -> Option<(Kind, usize)> {
        let Some(end) = self.next_set.find(self.text, inside) else {
            if let Some(end) = self.next_close.find(self.text, inside) {
                let tag = start..end + self.close.len();
                self.bad_delimiters(&tag, "`=` is missing before the end of the tag");
                return Some((Kind::Nothing { may_stand_alone: true }, tag.end));
            }
            self.unclosed(start);
            return None;
        };
        let tag = start..end + self.next_set.what.len();
        let words: Vec<&str> = self.text[inside..end].split_whitespace().collect();
        match words.as_slice() {
            [open, close] if !open.contains('=') && !close.contains('=') => {
                self.open = (*open).to_owned();
                self.close = (*close).to_owned();
                self.next_close = Next::new(*close);
                self.next_set = Next::new(format!("={close}"));
            }
            [_, _] => self.bad_delimiters(&tag, "a delimiter holds `=`"),
            words => {
                let label = format!("two delimiters with a space between them are due, found {}", words.len());
                self.bad_delimiters(&tag, label);
            }
        }
        Some((Kind::Nothing { may_stand_alone: true }, tag.end))
    }

    fn bad_delimiters(&mut self, tag: &Bytes, label: impl Into<String>) {
        self.diagnostics.push(
            Diagnostic::error(&codes::BAD_DELIMITERS, "this tag does not set delimiters")
                .at(self.origin.span(tag), label)
                .help("write two delimiters, such as `{{=<% %>=}}`"),
        );
    }

    /// Finds the closing delimiter of the tag that begins at `start`; no other tag may begin before it, but in a comment.
    fn find_close(&mut self, start: usize, from: usize, is_comment: bool) -> Option<usize> {
        let end = self.next_close.find(self.text, from);
        let is_closed =
            end.is_some_and(|end| is_comment || self.open == self.close || !self.text[from..end].contains(&self.open));
        if !is_closed {
            self.unclosed(start);
            return None;
        }
        end
    }

    fn find_triple_close(&mut self, start: usize, from: usize) -> Option<usize> {
        let end = self.next_triple.find(self.text, from).filter(|end| !self.text[from..*end].contains("{{"));
        if end.is_some_and(|end| !self.text[from..end].contains("}}")) {
            return end;
        }
        self.errors += 1;
        let place = self.origin.span(&(start..start + 3));
        self.diagnostics
            .push(Diagnostic::error(&codes::UNCLOSED_TAG, "`{{{` is not closed by `}}}`").at(place, "begins here").help(
            "close it with `}}}`, or write two braces; for a YAML map in braces, put a space behind the first: `{ {{`",
        ));
        None
    }

    fn unclosed(&mut self, start: usize) {
        self.errors += 1;
        let place = self.origin.span(&(start..start + self.open.len()));
        self.diagnostics.push(
            Diagnostic::error(&codes::UNCLOSED_TAG, format!("the tag is not closed by `{}`", self.close))
                .at(place, "begins here")
                .help("for literal braces, change the delimiters on a line above: `{{=<% %>=}}`"),
        );
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        self.text.get(from..)?.find(what).map(|offset| from + offset)
    }
}

fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Finds the tags that are alone on their line, and takes that line's white space and break from the text beside them.
fn mark_standalone(text: &str, start: usize, tokens: &mut [Token]) {
    for token in tokens.iter_mut().filter(|token| token.may_stand_alone()) {
        let Bytes { start: from, end: to } = token.bytes;
        let before = white_space_before(&text[start..from]).map(|length| from - length..from);
        let after = white_space_behind(&text[to..]).map(|length| to..to + length);
        token.line = before.zip(after);
    }
    for index in 0..tokens.len() {
        let Some((before, after)) = tokens[index].line.clone() else { continue };
        if let Some(text) = index.checked_sub(1).and_then(|index| tokens.get_mut(index)) {
            text.cut_end(before.start);
        }
        if let Some(text) = tokens.get_mut(index + 1) {
            text.cut_start(after.end);
        }
    }
}

impl Token {
    fn may_stand_alone(&self) -> bool {
        match self.kind {
            Kind::Open { .. } | Kind::Close { .. } | Kind::Partial { .. } => true,
            Kind::Nothing { may_stand_alone } => may_stand_alone,
            Kind::Text | Kind::Variable { .. } => false,
        }
    }

    fn cut_end(&mut self, end: usize) {
        if matches!(self.kind, Kind::Text) {
            self.bytes.end = end.max(self.bytes.start);
        }
    }

    fn cut_start(&mut self, start: usize) {
        if matches!(self.kind, Kind::Text) {
            self.bytes.start = start.min(self.bytes.end);
        }
    }
}

/// Length of the white space at the end of `text`, where nothing else is on its last line.
fn white_space_before(text: &str) -> Option<usize> {
    let line = text.rfind('\n').map_or(text, |newline| &text[newline + 1..]);
    line.bytes().all(is_blank).then_some(line.len())
}

/// Length of the white space at the start of `text` with the line break, where nothing else is on that line.
fn white_space_behind(text: &str) -> Option<usize> {
    let blank = text.bytes().take_while(|byte| is_blank(*byte)).count();
    let rest = &text[blank..];
    if rest.is_empty() {
        Some(blank)
    } else if rest.starts_with('\n') {
        Some(blank + 1)
    } else if rest.starts_with("\r\n") {
        Some(blank + 2)
    } else {
        None
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
