//! Edits that put a near name in the place of one that nothing has.

use super::text::Bytes;
use crate::near;

/// A word of a text, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    pub bytes: Bytes,
    pub from: String,
    pub to: String,
}

/// The renames that a finding's help proposes. `bytes` is the place of the finding in `text`, `message` all that it says.
pub fn renames(text: &str, bytes: &Bytes, message: &str, help: &[String]) -> Vec<Rename> {
    let Some(shown) = text.get(bytes.clone()) else { return Vec::new() };
    let proposed = help.iter().filter_map(|line| line.strip_prefix("did you mean ")).flat_map(quoted);
    let named: Vec<&str> = message.lines().take(2).flat_map(quoted).collect();
    proposed
        .filter_map(|to| {
            // Of the names that the message holds: the one that the proposal is near to, as it stands in the text.
            let is_near = |name: &&&str| !near::near_names(to, [**name]).is_empty() && shown.contains(**name);
            let last_part = |name: &&str| name.rsplit('.').next().unwrap_or_default().len();
            let from = named
                .iter()
                .filter(is_near)
                .min_by_key(|name| (**name).len().abs_diff(to.len()) + last_part(name) / 64)?;
            let start = bytes.start + shown.rfind(from)?;
            Some(Rename { bytes: start..start + from.len(), from: (*from).to_owned(), to: to.to_owned() })
        })
        .collect()
}

/// The words in backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter(|word| !word.is_empty())
}
