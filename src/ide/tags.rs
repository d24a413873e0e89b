//! The tags of a text that somebody is typing: where they are, and which sections are open at a place.
//!
//! Lenient where [`crate::mustache`] is strict: a tag without its end goes on to the end of its line.

use super::text::Bytes;

/// Bytes within which a tag or a comment ends, or is taken for one that is not closed.
const MAX_TAG: usize = 1 << 14;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub sort: TagSort,
    pub name: String,
    /// Where the name stands, or would.
    pub name_at: Bytes,
    /// From the opening delimiter to behind the closing one.
    pub bytes: Bytes,
    pub is_closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagSort {
    Variable,
    Section,
    Inverted,
    Close,
    Partial,
    /// A comment or new delimiters.
    Nothing,
}

/// A section that is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenSection {
    pub name: String,
    pub is_inverted: bool,
}

/// The tag at an offset, with the sections around it, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCursor {
    pub tag: Tag,
    pub open: Vec<OpenSection>,
}

/// All tags, in order.
pub fn tags(text: &str) -> Vec<Tag> {
    let (mut open, mut close) = ("{{".to_owned(), "}}".to_owned());
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(&open) {
        let start = at + found;
        let inside = start + open.len();
        let tag = tag(text, start, inside, &open, &close);
        if let Some((new_open, new_close)) = delimiters(&text[inside..tag.bytes.end], &close) {
            (open, close) = (new_open, new_close);
        }
        at = tag.bytes.end.max(inside);
        tags.push(tag);
    }
    tags
}

fn tag(text: &str, start: usize, inside: usize, open: &str, close: &str) -> Tag {
    let space = |at: usize| text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
    let sigil_at = inside + space(inside);
    let (sort, sigil) = match text[sigil_at..].chars().next() {
        Some('#') => (TagSort::Section, 1),
        Some('^') => (TagSort::Inverted, 1),
        Some('/') => (TagSort::Close, 1),
        Some('>') => (TagSort::Partial, 1),
        Some('!' | '=') => (TagSort::Nothing, 1),
        Some('&') => (TagSort::Variable, 1),
        Some('{') if open == "{{" => (TagSort::Variable, 1),
        Some(_) | None => (TagSort::Variable, 0),
    };
    let is_triple = sigil == 1 && text[sigil_at..].starts_with('{');
    let close = if is_triple { format!("}}{close}") } else { close.to_owned() };
    let name_from = sigil_at + sigil + space(sigil_at + sigil);
    // A tag that nobody closes is looked into no further, or a text full of them would be read again and again.
    let rest = &text[name_from..super::text::floor(text, name_from + MAX_TAG)];
    let limit = match sort {
        TagSort::Nothing => rest.len(),
        _ => rest.find('\n').unwrap_or(rest.len()).min(rest.find(open).unwrap_or(rest.len())),
    };
    let found = rest.find(&close).filter(|end| *end <= limit);
    let name = match found {
        Some(end) => rest[..end].trim_end(),
        // Not closed: what looks like a name is one.
        None => &rest[..rest[..limit].find(|character| !is_name(character)).unwrap_or(limit)],
    };
    let end = match found {
        Some(end) => name_from + end + close.len(),
        None => name_from + name.len(),
    };
    Tag {
        sort,
        name: name.to_owned(),
        name_at: name_from..name_from + name.len(),
        bytes: start..end,
        is_closed: found.is_some(),
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '/')
}

/// The delimiters that `=A B=` sets.
fn delimiters(inside: &str, close: &str) -> Option<(String, String)> {
    let inner = inside.trim_start().strip_prefix('=')?.strip_suffix(close)?.trim_end().strip_suffix('=')?;
    let (open, close) = inner.trim().split_once(char::is_whitespace)?;
    let close = close.trim();
    (!open.is_empty() && !close.is_empty()).then(|| (open.to_owned(), close.to_owned()))
}

/// The sections that are open before an offset, outermost first.
pub fn open_before(tags: &[Tag], offset: usize) -> Vec<OpenSection> {
    let mut open: Vec<OpenSection> = Vec::new();
    for tag in tags.iter().take_while(|tag| tag.bytes.start < offset) {
        match tag.sort {
            TagSort::Section | TagSort::Inverted if tag.is_closed => {
                open.push(OpenSection { name: tag.name.clone(), is_inverted: tag.sort == TagSort::Inverted });
            }
            TagSort::Close => {
                if let Some(depth) = open.iter().rposition(|section| section.name == tag.name) {
                    open.truncate(depth);
                }
            }
            TagSort::Section | TagSort::Inverted | TagSort::Variable | TagSort::Partial | TagSort::Nothing => {}
        }
    }
    open
}

/// The tag that an offset lies inside of.
pub fn at(text: &str, offset: usize) -> Option<TagCursor> {
    let tags = tags(text);
    let is_inside = |tag: &&Tag| {
        let opening = tag.bytes.start + 2;
        let end = if tag.is_closed { tag.bytes.end.saturating_sub(1) } else { tag.bytes.end + 1 };
        opening <= offset && offset < end.max(opening + 1)
    };
    let tag = tags.iter().find(is_inside)?.clone();
    let open = open_before(&tags, tag.bytes.start);
    Some(TagCursor { tag, open })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        tags(text).iter().map(|tag| format!("{:?} {}", tag.sort, tag.name)).collect()
    }

    #[test]
    fn tags_of_all_sorts_are_found() {
        let text = "a {{b.c}} {{{ d }}} {{&e}}{{#f}}x{{/f}}{{^g}}{{/ g }}{{> h/i }}{{! no }}{{=<% %>=}}<% j %>{{k}}";
        let expected = [
            "Variable b.c",
            "Variable d",
            "Variable e",
            "Section f",
            "Close f",
            "Inverted g",
            "Close g",
            "Partial h/i",
            "Nothing no",
            "Nothing <% %>=",
            "Variable j",
        ];
        assert_eq!(names(text), expected);
    }

    #[test]
    fn a_tag_that_is_being_typed_ends_with_its_name() {
        assert_eq!(names("a: {{ima\nb: {{c}}\n"), ["Variable ima", "Variable c"]);
        assert_eq!(names("a: {{\nb: c }}\n"), ["Variable "]);
        assert_eq!(names("a: {{x {{y}}"), ["Variable x", "Variable y"]);
        assert_eq!(names("{{#"), ["Section "]);
    }

    #[test]
    fn the_cursor_knows_the_sections_around_it() {
        let text = "{{#a}}{{^b}}{{x}}{{/b}}{{#c}}{{y";
        let at_x = at(text, text.find('x').unwrap()).unwrap();
        let open: Vec<(&str, bool)> = at_x.open.iter().map(|open| (open.name.as_str(), open.is_inverted)).collect();
        assert_eq!(open, [("a", false), ("b", true)]);
        let at_y = at(text, text.len()).unwrap();
        assert_eq!(at_y.tag.name, "y");
        assert_eq!(at_y.open.last().unwrap().name, "c");
        assert_eq!(at(text, 0), None);
    }

    #[test]
    fn tags_that_nobody_closes_take_no_longer_than_they_are() {
        for text in ["{{", "{{#a", "{{!", "{{a}}", "{{{"] {
            let many = text.repeat(200_000);
            assert!(tags(&many).len() >= 100_000, "{text}");
        }
    }

    #[test]
    fn any_text_at_any_offset_is_survived() {
        for text in ["{{", "{{{", "{{=", "{{= =}}", "{{=a=}}x", "{{é", "{{#é}}😀{{/", "{{=| |=}}|a|", "}}{{}}{{{}}}"]
        {
            for offset in 0..=text.len() + 2 {
                let _ = at(text, offset);
            }
        }
    }
}
