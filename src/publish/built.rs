//! The trees of one unit, with their ids: pure, and done for many units at once.

use super::object::{EntryMode, ObjectId, ObjectKind, object_id, push_entry};
use crate::output::OutputFile;
use std::iter::Peekable;

/// A tree and all below it.
pub struct BuiltTree {
    pub id: ObjectId,
    pub content: Vec<u8>,
    pub entries: Vec<BuiltEntry>,
}

pub struct BuiltEntry {
    pub name: String,
    pub node: BuiltNode,
}

pub enum BuiltNode {
    Tree(BuiltTree),
    File { id: ObjectId, bytes: Vec<u8> },
}

/// Builds the tree of a unit's files, which come sorted by the bytes of their paths: that puts the files of a folder side by
/// side, and entries in the order that git wants.
pub fn build(files: Vec<OutputFile>) -> BuiltTree {
    build_folder(&mut files.into_iter().peekable(), 0)
}

/// Takes the files below one folder, whose path with its last `/` is `start` bytes long.
fn build_folder(files: &mut Peekable<std::vec::IntoIter<OutputFile>>, start: usize) -> BuiltTree {
    let Some(folder) = files.peek().map(|file| file.path.as_str()[..start].to_owned()) else {
        return BuiltTree { id: object_id(ObjectKind::Tree, b""), content: Vec::new(), entries: Vec::new() };
    };
    let mut content = Vec::new();
    let mut entries = Vec::new();
    while let Some(rest) = files.peek().and_then(|file| file.path.as_str().strip_prefix(&folder)) {
        let (name, node, mode, id) = match rest.split_once('/') {
            Some((name, _)) => {
                let name = name.to_owned();
                let tree = build_folder(files, start + name.len() + 1);
                let id = tree.id;
                (name, BuiltNode::Tree(tree), EntryMode::Folder, id)
            }
            None => {
                let name = rest.to_owned();
                let Some(file) = files.next() else { break };
                let id = object_id(ObjectKind::Blob, &file.bytes);
                (name, BuiltNode::File { id, bytes: file.bytes }, EntryMode::File, id)
            }
        };
        push_entry(&mut content, mode, name.as_bytes(), id);
        entries.push(BuiltEntry { name, node });
    }
    let id = object_id(ObjectKind::Tree, &content);
    BuiltTree { id, content, entries }
}
