//! Near names: "did you mean" for a word that is none of those that are known.

use crate::diag::Code;

/// One code for a name that nothing has, whoever mentions it.
pub static UNKNOWN_NAME: Code = Code {
    name: "unknown-name",
    explanation: "A name that nothing has. Names are case-sensitive; the message lists those that are near.\n\nA spec, or a filter \
of a command, mentions a cluster, environment, tenant, template, site or file that does not exist.\n\nOr a tag names something that the \
template's schema does not declare, that is no computed name and no reserved root (`fleet`, `cluster`, `environment`, `tenant`, `site`, \
`namespace`, `facts`). Tags are bound when the template is read: to the innermost section whose items declare the first part of the \
name, else to the template's values.",
};

pub static CODES: &[&Code] = &[&UNKNOWN_NAME];

/// The known names nearest to `word`, best first, at most three; none where nothing is near.
///
/// Near is a Damerau-Levenshtein distance of at most a third of the word's length (at least 1), or a difference in case or
/// in `-`, `_`, `.` only. Ties are in order of name.
pub fn near_names<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = fold(word);
    let limit = (word.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|name| *name != word)
        .filter_map(|name| {
            let distance = if fold(name) == folded { 0 } else { strsim::damerau_levenshtein(word, name) };
            (distance <= limit).then_some((distance, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(3).map(|(_, name)| name).collect()
}

/// A help line: `did you mean "a" or "b"?`, else the list of what is known (cut after twelve), else nothing.
pub fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    let near = near_names(word, known.iter().copied());
    if !near.is_empty() {
        return Some(format!("did you mean {}?", either(&near)));
    }
    match known.len() {
        0 => None,
        1..=12 => Some(format!("known here: {}", known.join(", "))),
        count => Some(format!("known here: {}, and {} more", known[..12].join(", "), count - 12)),
    }
}

fn either(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn fold(word: &str) -> String {
    word.chars().filter(|character| !matches!(character, '-' | '_' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_near_and_other_words_are_not() {
        let known = ["replicas", "image", "imagePullSecrets", "storage-class"];
        assert_eq!(near_names("replcas", known), ["replicas"]);
        assert_eq!(near_names("storageClass", known), ["storage-class"]);
        assert_eq!(near_names("hosts", known), Vec::<&str>::new());
        assert_eq!(hint("imagee", known).as_deref(), Some("did you mean `image`?"));
        assert_eq!(hint("hosts", ["a", "b"]).as_deref(), Some("known here: a, b"));
    }
}
