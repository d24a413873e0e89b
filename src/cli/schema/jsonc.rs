//! Adds a member to JSON with comments, as editors keep their settings, and leaves every other byte as it is.

use std::ops::Range;

/// The text with a member in the object at `path`, objects that lack made. `value` is JSON on one line. The text itself where the
/// member is there with that value already; nothing where it has another value, or where the text cannot be understood.
pub fn with_member(text: &str, path: &[&str], key: &str, value: &str) -> Option<String> {
    if text.trim().is_empty() {
        let mut made = format!("{}: {value}", quoted(key));
        for name in path.iter().rev() {
            made = format!("{}: {{\n    {made}\n  }}", quoted(name));
        }
        return Some(format!("{{\n  {made}\n}}\n"));
    }
    let start = space(text, if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 });
    let mut object = object(text, start)?;
    // What follows must be nothing, or this is no JSON.
    if space(text, object.end) != text.len() {
        return None;
    }
    let mut missing = path;
    while let [name, rest @ ..] = missing {
        let Some(member) = object.members.iter().find(|member| member.key == *name) else { break };
        object = self::object(text, member.value.start)?;
        missing = rest;
    }
    if let Some(member) = object.members.iter().find(|member| missing.is_empty() && member.key == key) {
        let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        let found = same(&text[member.value.clone()])?;
        return (Some(found) == same(value)).then(|| text.to_owned());
    }
    let indent = " ".repeat(2 * (path.len() - missing.len()) + 2);
    let mut member = format!("{}: {value}", quoted(key));
    for name in missing.iter().rev() {
        member = format!("{}: {{ {member} }}", quoted(name));
    }
    let comma = if object.members.is_empty() { "" } else { "," };
    let inside = object.start + 1;
    let line_break = if text[inside..].starts_with(['\n', '\r']) { "" } else { "\n" };
    Some(format!("{}\n{indent}{member}{comma}{line_break}{}", &text[..inside], &text[inside..]))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Object {
    start: usize,
    /// Behind the closing brace.
    end: usize,
    members: Vec<Member>,
}

struct Member {
    key: String,
    value: Range<usize>,
}

/// The object that begins at an offset.
fn object(text: &str, start: usize) -> Option<Object> {
    let mut at = text.get(start..)?.strip_prefix('{').map(|_| space(text, start + 1))?;
    let mut members = Vec::new();
    loop {
        if text[at..].starts_with('}') {
            return Some(Object { start, end: at + 1, members });
        }
        let key_end = string_end(text, at)?;
        let key = serde_json::from_str::<String>(&text[at..key_end]).ok()?;
        at = space(text, key_end);
        at = text[at..].strip_prefix(':').map(|_| space(text, at + 1))?;
        let end = value_end(text, at)?;
        members.push(Member { key, value: at..end });
        at = space(text, end);
        // A comma may follow the last member, as editors allow.
        match text[at..].chars().next()? {
            ',' => at = space(text, at + 1),
            '}' => {}
            _ => return None,
        }
    }
}

/// The offset behind white space and comments.
fn space(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if trimmed.starts_with("/*") {
            at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
        } else {
            return at;
        }
    }
}

fn string_end(text: &str, at: usize) -> Option<usize> {
    let mut characters = text.get(at..)?.strip_prefix('"')?.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()?),
            '"' => return Some(at + 1 + index + 1),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

fn value_end(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match text.get(at..)?.chars().next()? {
            '"' => at = string_end(text, at)?,
            '{' | '[' => {
                depth += 1;
                at += 1;
            }
            '}' | ']' | ',' if depth == 0 => return None,
            '}' | ']' => {
                depth -= 1;
                at += 1;
            }
            ',' | ':' => at += 1,
            _ => {
                let word = text[at..].find([',', '}', ']', ':', '/', ' ', '\t', '\r', '\n', '"']);
                at += match word {
                    Some(0) => 1,
                    Some(length) => length,
                    None => text.len() - at,
                };
            }
        }
        if depth == 0 {
            return Some(at);
        }
        at = space(text, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(text: &str) -> Option<String> {
        with_member(text, &["yaml.schemas"], "a.json", "[\"x\"]")
    }

    #[test]
    fn members_are_added_and_nothing_else_changes() {
        assert_eq!(add("").unwrap(), "{\n  \"yaml.schemas\": {\n    \"a.json\": [\"x\"]\n  }\n}\n");
        assert_eq!(
            add("// mine\n{\n  // why\n  \"b\": [1, /* , */ 2], // \"\n}\n").unwrap(),
            "// mine\n{\n  \"yaml.schemas\": { \"a.json\": [\"x\"] },\n  // why\n  \"b\": [1, /* , */ 2], // \"\n}\n"
        );
        assert_eq!(
            add("{ \"yaml.schemas\": {\"c\": \"}\"} }").unwrap(),
            "{ \"yaml.schemas\": {\n    \"a.json\": [\"x\"],\n\"c\": \"}\"} }"
        );
        assert_eq!(add("{}").unwrap(), "{\n  \"yaml.schemas\": { \"a.json\": [\"x\"] }\n}");
    }

    #[test]
    fn what_is_there_stays() {
        let once = add("{\n  \"b\": true\n}\n").unwrap();
        assert_eq!(add(&once).unwrap(), once);
        assert_eq!(add("{\"yaml.schemas\": {\"a.json\": \"other\"}}"), None);
        assert_eq!(add("{\"yaml.schemas\": \"no map\"}"), None);
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        for text in [
            "{",
            "[]",
            "{} {}",
            "{\"a\" 1}",
            "{\"a\": }",
            "{a: 1}",
            "{\"a\": 1 \"b\": 2}",
            "/*",
            "{\"a",
            "}",
            "{\"a\": [}",
        ] {
            assert_eq!(add(text), None, "{text}");
        }
    }
}
