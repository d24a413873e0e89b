//! A sink that keeps folders of the tree that it builds on, as the git sink does.

use bayplan::digest::Digester;
use bayplan::failure::Failed;
use bayplan::output::{ContentId, Kept, OutputPath, Sink, Unit};
use std::collections::BTreeMap;

pub struct KeepingSink {
    before: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<String, Vec<u8>>,
    contents: BTreeMap<String, ContentId>,
    /// How many folders were kept.
    pub kept: usize,
}

impl KeepingSink {
    pub fn on(before: BTreeMap<String, Vec<u8>>) -> Self {
        KeepingSink { before, files: BTreeMap::new(), contents: BTreeMap::new(), kept: 0 }
    }

    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files
    }
}

fn below(files: &BTreeMap<String, Vec<u8>>, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let prefix = format!("{folder}/");
    let inside = files.iter().filter(|(path, _)| path.starts_with(&prefix));
    inside.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
}

fn content(files: &BTreeMap<String, Vec<u8>>) -> ContentId {
    let digest = files.iter().fold(Digester::new(), |digester, (path, bytes)| digester.with(path).with(bytes)).finish();
    ContentId::from_bytes(*digest.as_bytes().first_chunk().unwrap())
}

impl Sink for KeepingSink {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        for unit in units {
            let folder = unit.folder().clone();
            for file in unit.into_files() {
                self.files.insert(folder.join(&file.path), file.bytes);
            }
            self.contents.insert(folder.to_string(), content(&below(&self.files, folder.as_str())));
        }
        Ok(())
    }

    fn keep(&mut self, folder: &OutputPath, kept: Kept) -> Result<bool, Failed> {
        let inside = below(&self.before, folder.as_str());
        let is_same = !inside.is_empty() && content(&inside) == kept.content;
        if is_same {
            assert_eq!(inside.len(), kept.files);
            self.files.extend(inside);
            self.kept += 1;
        }
        Ok(is_same)
    }

    fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        std::mem::take(&mut self.contents)
    }
}
