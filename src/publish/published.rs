//! Reads published trees: all their files, one file, and what differs between two of them.

use super::error::GitError;
use super::object::{EntryMode, ObjectId, ObjectKind, TreeEntry};
use super::repository::Repository;
use crate::inputs::printable;
use std::collections::BTreeMap;

/// One file of a published tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublishedFile {
    /// From the tree's root, `/` between components; odd bytes, which only others write, are escaped.
    pub path: String,
    pub id: ObjectId,
}

/// All files of a tree, in order of path.
pub fn files(repository: &Repository, tree: ObjectId) -> Result<Vec<PublishedFile>, GitError> {
    let mut files = Vec::new();
    collect(repository, tree, "", &mut |path, id| files.push(PublishedFile { path, id }))?;
    files.sort();
    Ok(files)
}

/// The bytes of a published file.
pub fn read(repository: &Repository, file: &PublishedFile) -> Result<Vec<u8>, GitError> {
    repository.read(file.id, ObjectKind::Blob, &file.path)
}

/// A published tree of which parts are read by path.
pub struct PublishedTree<'r> {
    repository: &'r Repository,
    root: ObjectId,
}

impl<'r> PublishedTree<'r> {
    pub fn new(repository: &'r Repository, root: ObjectId) -> Self {
        PublishedTree { repository, root }
    }

    /// All files below a folder, in order of path, which is that from the root; none where there is no such folder.
    pub fn files_below(&self, folder: &str) -> Result<Vec<PublishedFile>, GitError> {
        let Some(entry) = self.find(folder)?.filter(|entry| entry.mode == EntryMode::Folder) else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        collect(self.repository, entry.id, &format!("{folder}/"), &mut |path, id| {
            files.push(PublishedFile { path, id })
        })?;
        files.sort();
        Ok(files)
    }

    /// The bytes of the file at a path; none where there is no such file.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        match self.find(path)? {
            Some(entry) if entry.mode == EntryMode::File => {
                self.repository.read(entry.id, ObjectKind::Blob, path).map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    fn find(&self, path: &str) -> Result<Option<TreeEntry>, GitError> {
        let mut tree = self.root;
        let mut components = path.split('/').peekable();
        while let Some(name) = components.next() {
            let entries = self.repository.tree(tree, "a folder of the published tree")?;
            let Some(entry) = entries.into_iter().find(|entry| entry.name == name.as_bytes()) else { return Ok(None) };
            if components.peek().is_none() {
                return Ok(Some(entry));
            }
            if entry.mode != EntryMode::Folder {
                return Ok(None);
            }
            tree = entry.id;
        }
        Ok(None)
    }
}

fn collect(
    repository: &Repository,
    tree: ObjectId,
    folder: &str,
    take: &mut impl FnMut(String, ObjectId),
) -> Result<(), GitError> {
    for entry in repository.tree(tree, &describe(folder))? {
        let path = format!("{folder}{}", printable(&entry.name));
        if entry.mode == EntryMode::Folder {
            collect(repository, entry.id, &format!("{path}/"), take)?;
        } else {
            take(path, entry.id);
        }
    }
    Ok(())
}

/// Paths of files that differ between two trees, sorted, at most so many.
pub(super) fn differing_paths(
    repository: &Repository,
    old: ObjectId,
    new: ObjectId,
    limit: usize,
) -> Result<Vec<String>, GitError> {
    let mut paths = Vec::new();
    compare(repository, [Some(old), Some(new)], "", limit, &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn compare(
    repository: &Repository,
    trees: [Option<ObjectId>; 2],
    folder: &str,
    limit: usize,
    paths: &mut Vec<String>,
) -> Result<(), GitError> {
    let mut sides: BTreeMap<Vec<u8>, [Option<TreeEntry>; 2]> = BTreeMap::new();
    for (side, tree) in trees.into_iter().enumerate() {
        let entries = tree.map_or(Ok(Vec::new()), |tree| repository.tree(tree, &describe(folder)))?;
        for entry in entries {
            let name = entry.name.clone();
            sides.entry(name).or_default()[side] = Some(entry);
        }
    }
    for (name, [old, new]) in sides {
        if paths.len() >= limit || old == new {
            continue;
        }
        let path = format!("{folder}{}", printable(&name));
        let is_folder = |entry: &Option<TreeEntry>| entry.as_ref().is_some_and(|entry| entry.mode == EntryMode::Folder);
        let below = [&old, &new]
            .map(|side| side.as_ref().filter(|entry| entry.mode == EntryMode::Folder).map(|entry| entry.id));
        if below.iter().any(Option::is_some) {
            compare(repository, below, &format!("{path}/"), limit, paths)?;
        }
        let has_file = [&old, &new].into_iter().any(|side| side.is_some() && !is_folder(side));
        if has_file {
            paths.push(path);
        }
    }
    Ok(())
}

fn describe(folder: &str) -> String {
    format!("the folder {} of the published tree", if folder.is_empty() { "/" } else { folder })
}
