//! What is kept of a tree that was compiled and not published, so that gates can ask about it.

use crate::failure::Failed;
use crate::gate::{LastTree, is_watched};
use std::collections::BTreeMap;

/// The paths of a tree, with the bytes of what gates read.
#[derive(Default)]
pub struct KeptTree {
    files: BTreeMap<String, Option<Vec<u8>>>,
}

impl KeptTree {
    pub fn add(&mut self, path: String, bytes: &[u8]) {
        let bytes = is_watched(&path).then(|| bytes.to_vec());
        self.files.insert(path, bytes);
    }

    /// Keeps a file that left.
    pub fn keep(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.to_owned(), Some(bytes.to_vec()));
    }
}

impl LastTree for KeptTree {
    fn files(&self, folder: &str) -> Result<Vec<String>, Failed> {
        let start = format!("{folder}/");
        let below = self.files.range(start.clone()..).map(|(path, _)| path);
        Ok(below.take_while(|path| path.starts_with(&start)).cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failed> {
        Ok(self.files.get(path).cloned().flatten())
    }
}
