//! Patterns for names: `*` for any run of characters, `?` for one, `[a-z]` and `[!a-z]` for one of a set.

use std::str::FromStr;

/// A pattern for a whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Char(char),
    One,
    Run,
    /// Ranges, both ends included; a single character is a range of one.
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    #[error("`[` without `]`: a set of characters looks like `[a-z]`")]
    Unclosed,
    #[error("`[]` is an empty set of characters")]
    Empty,
    #[error("a range of characters goes upwards, such as `[a-z]`")]
    Backwards,
}

impl Glob {
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True where the pattern has no wildcard and so names one thing.
    pub fn is_literal(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Char(_)))
    }

    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut part, mut at) = (0, 0);
        // Where to go on from if the last `*` must take one character more.
        let mut retry: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.parts.get(part) {
                Some(Part::Run) => {
                    retry = Some((part + 1, at));
                    part += 1;
                }
                Some(single) if single.takes(name[at]) => {
                    part += 1;
                    at += 1;
                }
                _ => match retry {
                    Some((after, taken)) => {
                        retry = Some((after, taken + 1));
                        (part, at) = (after, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        self.parts[part..].iter().all(|part| *part == Part::Run)
    }
}

impl Part {
    fn takes(&self, character: char) -> bool {
        match self {
            Part::Char(own) => *own == character,
            Part::One => true,
            Part::Run => false,
            Part::Set { negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *negated
            }
        }
    }
}

impl FromStr for Glob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            parts.push(match character {
                '*' => Part::Run,
                '?' => Part::One,
                '[' => set(&mut rest)?,
                other => Part::Char(other),
            });
        }
        Ok(Glob { text: text.to_owned(), parts })
    }
}

/// Reads a set up to its `]`, the `[` being read.
fn set(rest: &mut std::str::Chars<'_>) -> Result<Part, GlobError> {
    let (inside, after) = rest.as_str().split_once(']').ok_or(GlobError::Unclosed)?;
    *rest = after.chars();
    let negated = inside.starts_with(['!', '^']);
    let members: Vec<char> = inside.chars().skip(usize::from(negated)).collect();
    let mut ranges = Vec::new();
    let mut index = 0;
    while let Some(first) = members.get(index) {
        match (members.get(index + 1), members.get(index + 2)) {
            (Some('-'), Some(last)) if first > last => return Err(GlobError::Backwards),
            (Some('-'), Some(last)) => {
                ranges.push((*first, *last));
                index += 3;
            }
            _ => {
                ranges.push((*first, *first));
                index += 1;
            }
        }
    }
    if ranges.is_empty() { Err(GlobError::Empty) } else { Ok(Part::Set { negated, ranges }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let cases = [
            ("web", "web", true),
            ("web", "web-2", false),
            ("web*", "web", true),
            ("*-web", "portal-web", true),
            ("*-web", "portal-web-2", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("web-?", "web-1", true),
            ("web-?", "web-10", false),
            ("web-[0-9]", "web-7", true),
            ("web-[!0-9]", "web-7", false),
            ("web-[^0-9]", "web-x", true),
            ("web-[ab-]", "web--", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("?", "é", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(pattern.parse::<Glob>().unwrap().matches(name), expected, "{pattern} on {name}");
        }
    }

    #[test]
    fn broken_patterns_are_refused() {
        assert_eq!("a[b".parse::<Glob>(), Err(GlobError::Unclosed));
        assert_eq!("a[]".parse::<Glob>(), Err(GlobError::Empty));
        assert_eq!("[!]".parse::<Glob>(), Err(GlobError::Empty));
        assert_eq!("[z-a]".parse::<Glob>(), Err(GlobError::Backwards));
    }
}
