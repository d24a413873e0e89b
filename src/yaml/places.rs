//! Lines, words and headers in a text, by byte offset: what findings need to point at the right place.

/// Where the header (`|`, `>`) of a block scalar is, whose text begins at `content` and which follows `last_end`.
pub(super) fn block_scalar_header(text: &str, last_end: usize, content: usize) -> usize {
    let mut at = last_end.min(content);
    while at < content {
        let rest = &text[at..content];
        let Some(start) = rest.find(|character: char| !character.is_whitespace()) else { break };
        at += start;
        match text.as_bytes()[at] {
            b'|' | b'>' => return at,
            b'#' => at = line_end(text, at),
            // `:`, `-`, `?`, an anchor or a tag.
            _ => at += text[at..content].find(char::is_whitespace).unwrap_or(content - at),
        }
    }
    content
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// The offset of the line break, or of the text's end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

pub(super) fn next_line(text: &str, at: usize) -> Option<usize> {
    text[at..].find('\n').map(|found| at + found + 1).filter(|start| *start < text.len())
}

/// The end of the word at an offset: at least one character, none of the line break.
pub(super) fn token_end(text: &str, at: usize) -> usize {
    let rest = &text[at..line_end(text, at)];
    let first = rest.chars().next().map_or(0, char::len_utf8);
    at + rest[first..].find([' ', '\t', ',', ']', '}']).map_or(rest.len(), |found| first + found)
}
