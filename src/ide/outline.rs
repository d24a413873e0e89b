//! What a YAML text that somebody is typing looks like: its keys and scalars with their paths, by lines and indentation.
//!
//! Takes any text, however broken; gives [`Outline`]. It judges nothing and resolves nothing (no anchors, no tags): the strict
//! reader is in [`crate::yaml`]. What the two agree on is where keys and values stand in a text that is sound.

mod scan;

use super::text::Bytes;
use crate::pointer::Pointer;

/// A text's documents.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    pub documents: Vec<Part>,
}

/// One document.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub bytes: Bytes,
    /// In order of place.
    pub tokens: Vec<Token>,
}

/// A key or a scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub role: Role,
    /// Of a key, its own path; of a scalar, the path of the place that it fills.
    pub path: Pointer,
    /// Without quotes and escapes, as far as one can tell.
    pub text: String,
    /// With quotes.
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Key,
    Scalar,
}

/// What stands at an offset, or could be written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The key's own path, the path of the place that a scalar fills, or where something new would go.
    pub path: Pointer,
    pub role: CursorRole,
    /// What stands there, without quotes; empty between tokens.
    pub text: String,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorRole {
    /// A key of the map at the path's parent.
    Key,
    /// A scalar behind its key's colon or a comma.
    Value,
    /// A word where a map could begin: a scalar, or a key without its colon yet. The path is that of the map.
    Word,
}

impl Outline {
    pub fn of(text: &str) -> Self {
        scan::scan(text)
    }

    /// The document that an offset lies in.
    pub fn part(&self, offset: usize) -> Option<&Part> {
        self.documents.iter().rev().find(|part| part.bytes.start <= offset)
    }

    /// What stands at an offset of `text`, from which the outline was made; nothing in comments and block scalars.
    pub fn cursor(&self, text: &str, offset: usize) -> Option<Cursor> {
        let part = self.part(offset)?;
        let touches = |token: &&Token| token.bytes.start <= offset && offset <= token.bytes.end;
        if let Some(token) = part.tokens.iter().find(touches) {
            let role = match token.role {
                Role::Key => CursorRole::Key,
                Role::Scalar if scan::begins_node(text, token.bytes.start) => CursorRole::Word,
                Role::Scalar => CursorRole::Value,
            };
            let (path, text, bytes) = (token.path.clone(), token.text.clone(), token.bytes.clone());
            return Some(Cursor { path, role, text, bytes });
        }
        // Nothing stands here: see where a word would go that was written here.
        let offset = super::text::floor(text, offset);
        const WORD: &str = "x";
        let with = [&text[..offset], WORD, &text[offset..]].concat();
        let grown = scan::scan(&with);
        let token = grown.part(offset)?.tokens.iter().find(|token| token.bytes.start == offset)?;
        let is_key_place = token.role == Role::Key || scan::begins_node(&with, offset);
        let path = if token.role == Role::Key { token.path.parent()? } else { token.path.clone() };
        let role = if is_key_place { CursorRole::Word } else { CursorRole::Value };
        Some(Cursor { path, role, text: String::new(), bytes: offset..offset })
    }
}

impl Part {
    /// The scalar at a path.
    pub fn scalar(&self, path: &[&str]) -> Option<&Token> {
        self.tokens.iter().find(|token| token.role == Role::Scalar && is_at(&token.path, path))
    }

    /// The text of the scalar at a path.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        self.scalar(path).map(|token| token.text.as_str())
    }

    /// The keys of the map at a path.
    pub fn keys<'p>(&'p self, map: &'p Pointer) -> impl Iterator<Item = &'p Token> {
        let depth = map.segments().len();
        self.tokens.iter().filter(move |token| {
            let path = token.path.segments();
            token.role == Role::Key && path.len() == depth + 1 && path.starts_with(map.segments())
        })
    }

    /// The key at a path.
    pub fn key(&self, path: &Pointer) -> Option<&Token> {
        self.tokens.iter().find(|token| token.role == Role::Key && token.path == *path)
    }

    /// The bytes of all that is written at and below a path, its key too.
    pub fn extent(&self, path: &Pointer) -> Option<Bytes> {
        let mut inside = self.tokens.iter().filter(|token| token.path.segments().starts_with(path.segments()));
        let first = inside.next()?.bytes.clone();
        let end = inside.map(|token| token.bytes.end).fold(first.end, usize::max);
        Some(first.start..end)
    }
}

fn is_at(path: &Pointer, segments: &[&str]) -> bool {
    path.segments().iter().map(String::as_str).eq(segments.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor at `|` of a text, in words.
    fn at(marked: &str) -> String {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        match Outline::of(&text).cursor(&text, offset) {
            None => "nothing".to_owned(),
            Some(cursor) => format!("{:?} {} {:?}", cursor.role, cursor.path, cursor.text),
        }
    }

    #[test]
    fn keys_and_values_are_found_at_their_paths() {
        assert_eq!(at("a:\n  b: va|lue\n"), "Value /a/b \"value\"");
        assert_eq!(at("a:\n  b|b: value\n"), "Key /a/bb \"bb\"");
        assert_eq!(at("a:\n- x\n- b: 'q|'\n  c: d\n"), "Value /a/1/b \"q\"");
        assert_eq!(at("a:\n- x\n- b: q\n  c: d|\n"), "Value /a/1/c \"d\"");
        assert_eq!(at("a: {b: {c: d|}, e: f}\n"), "Value /a/b/c \"d\"");
        assert_eq!(at("a: {b: {c: d}, e: f|}\n"), "Value /a/e \"f\"");
        assert_eq!(at("a: [b, c|]\n"), "Word /a/1 \"c\"");
        assert_eq!(at("a: [b,\n  {c: d|\n"), "Value /a/1/c \"d\"");
        assert_eq!(at("\u{FEFF}a: b|\r\nc: d\r\n"), "Value /a \"b\"");
        assert_eq!(at("a: 1\n---\nb: |x\n"), "Value /b \"x\"");
        assert_eq!(at("- - a\n  - b|\n"), "Word /0/1 \"b\"");
    }

    #[test]
    fn what_is_half_typed_has_a_place_too() {
        assert_eq!(at("a:\n  b: 1\n  te|\nc: d\n"), "Word /a \"te\"");
        assert_eq!(at("a:\n  b: 1\n  |\nc: d\n"), "Word /a \"\"");
        assert_eq!(at("a:\n  b:\n    c: 1\n  |\n"), "Word /a \"\"");
        assert_eq!(at("a:\n  b:\n    c: 1\n|"), "Word  \"\"");
        assert_eq!(at("a:\n  b: |\n  c: d\n"), "Value /a/b \"\"");
        assert_eq!(at("a:\n  - |\n"), "Word /a/0 \"\"");
        assert_eq!(at("a:\n  - x\n  - |\n"), "Word /a/1 \"\"");
        assert_eq!(at("a: {b: |\n"), "Value /a/b \"\"");
        assert_eq!(at("a: {b: c, |\n"), "Word /a \"\"");
        assert_eq!(at("a: [|]\n"), "Word /a/0 \"\"");
        assert_eq!(at("a: \"x|\nb: c\n"), "Value /a \"x\"");
        assert_eq!(at("|"), "Word  \"\"");
    }

    #[test]
    fn comments_and_block_scalars_hold_nothing() {
        assert_eq!(at("a: b # c|\n"), "nothing");
        assert_eq!(at("a: >\n  te|xt\n"), "nothing");
        assert_eq!(at("a: >\n  b: c\n  text\nd: e|\n"), "Value /d \"e\"");
    }

    #[test]
    fn depth_is_no_way_to_exhaust_anything() {
        let many = 100_000;
        for text in ["[", "{a: ", "- ", "& ", "! ", "? ", "\"", "a: '\n", "a: [\n"] {
            let text = text.repeat(many);
            assert!(Outline::of(&text).documents.len() <= 1);
        }
        let deep: String = (0..500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(Outline::of(&deep).documents[0].tokens.len(), 500);
    }

    #[test]
    fn any_text_at_any_offset_is_survived() {
        let texts = [
            "{{{[[\"'",
            "a: {b: [c, {d: 'e\n f: g\n- - -\n",
            "? a\n: b\n",
            "-\n-\n -",
            "é: 😀\n\t- x\r\r\n",
            "a: &x *y !z\n",
        ];
        for text in texts {
            let outline = Outline::of(text);
            for offset in 0..=text.len() + 2 {
                let _ = outline.cursor(text, offset);
            }
        }
    }
}
