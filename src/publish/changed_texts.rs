//! Which input files differ between two commits, where that is no more than the text of some files.

use super::error::GitError;
use super::object::{EntryMode, TreeEntry};
use super::source::CommitSource;
use crate::inputs::input_name;
use std::collections::BTreeMap;

/// So many differing files are told: where there are more, compiling the whole is not much dearer.
const MOST: usize = 64;

impl CommitSource {
    /// The files of the input folders whose text differs from another commit's, and no more than their text. None where a file
    /// came, left or became something else (left-over files and modes count too), where a named file differs, and where there are too
    /// many.
    pub fn changed_texts_since(&self, other: &CommitSource, named: &[String]) -> Result<Option<Vec<String>>, GitError> {
        let mut edited = Vec::new();
        if !self.changed_below("", other.input_entries()?, self.input_entries()?, &mut edited)? {
            return Ok(None);
        }
        let own = self.named_entries(named)?;
        Ok((own == other.named_entries(named)?).then_some(edited))
    }

    fn changed_below(
        &self,
        folder: &str,
        old: Vec<TreeEntry>,
        new: Vec<TreeEntry>,
        edited: &mut Vec<String>,
    ) -> Result<bool, GitError> {
        let by_name = |entries: Vec<TreeEntry>| -> BTreeMap<Vec<u8>, TreeEntry> {
            entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect()
        };
        let (old, new) = (by_name(old), by_name(new));
        if !old.keys().eq(new.keys()) {
            return Ok(false);
        }
        for (old, new) in old.values().zip(new.values()).filter(|(old, new)| old != new) {
            let Ok(name) = input_name(&new.name) else { return Ok(false) };
            let path = format!("{folder}{name}");
            let is_sound = match (old.mode, new.mode) {
                (EntryMode::Folder, EntryMode::Folder) => {
                    let [old, new] = [old, new].map(|entry| self.repository().tree(entry.id, &path));
                    self.changed_below(&format!("{path}/"), old?, new?, edited)?
                }
                (EntryMode::File, EntryMode::File) => {
                    edited.push(path);
                    edited.len() <= MOST
                }
                _ => false,
            };
            if !is_sound {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
