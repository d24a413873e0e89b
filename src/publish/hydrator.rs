//! GitOps Promoter's contract for hydrators: a file at the root of the tree that names the source, and a git note of it.
//!
//! The file says what its commit was made from, and never is the reason for one: where nothing else differs there is no commit,
//! and the note on the one that is there says that the newer source comes to the same. Pure but for reading notes.

use super::error::GitError;
use super::message::IDENTITY;
use super::object::{Commit, EntryMode, ObjectId, ObjectKind, TreeEntry, commit_content, object_id, tree_content};
use super::pack::NewObject;
use super::repository::Repository;
use super::source::SourceFacts;
use serde_json::{Map, Value, json};

/// The file of the contract. It names the source, so it is left out when trees are compared.
pub const HYDRATOR_FILE: &str = "hydrator.metadata";

/// The ref whose notes say what a commit was made from, or also would be.
pub const NOTES_REF: &str = "refs/notes/hydrator.metadata";

/// What the Fleet says of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hydrator {
    /// Where people see the source, for links.
    pub repo_url: Option<String>,
}

/// The content of the file: JSON, from the source commit alone.
pub fn metadata(source: &SourceFacts, hydrator: &Hydrator) -> Vec<u8> {
    let mut fields = Map::new();
    let mut set = |name: &str, text: &str| {
        if !text.is_empty() {
            fields.insert(name.to_owned(), json!(text));
        }
    };
    set("drySha", &source.commit.to_string());
    set("repoURL", hydrator.repo_url.as_deref().unwrap_or_default());
    set("author", &source.author);
    set("date", &source.time.rfc3339());
    set("subject", &source.subject);
    set("body", &source.body);
    let mut bytes = format!("{:#}", Value::Object(fields)).into_bytes();
    bytes.push(b'\n');
    bytes
}

/// A commit of notes that is to be stored, and where its ref is to move from.
pub struct PlannedNote {
    pub commit: ObjectId,
    pub objects: Vec<NewObject>,
}

/// Plans a note on `target` that names the source, on top of the notes at `tip`; none where the note that is there does.
pub fn plan(
    repository: &Repository,
    tip: Option<ObjectId>,
    target: ObjectId,
    source: &SourceFacts,
) -> Result<Option<PlannedNote>, GitError> {
    let tree = tip.map(|tip| repository.commit(tip)).transpose()?.map(|commit| commit.tree);
    let name = target.to_string();
    if let Some(note) = find(repository, tree, &name)? {
        let content = repository.read(note, ObjectKind::Blob, "a note of the hydrator")?;
        let told: Value = serde_json::from_slice(&content).unwrap_or_default();
        if told.get("drySha").and_then(Value::as_str) == Some(&source.commit.to_string()) {
            return Ok(None);
        }
    }
    let mut objects = Vec::new();
    let mut store = |kind, content: Vec<u8>| {
        let id = object_id(kind, &content);
        objects.push(NewObject { id, kind, content });
        id
    };
    let note = store(ObjectKind::Blob, format!("{}\n", json!({"drySha": source.commit.to_string()})).into_bytes());
    let tree = put(repository, tree, &name, note, true, &mut store)?;
    let commit = Commit {
        tree,
        parents: tip.into_iter().collect(),
        author: IDENTITY.to_owned(),
        committer: IDENTITY.to_owned(),
        time: source.time,
        message: format!("Render {} to {}\n", source.commit.short(), target.short()),
    };
    let commit = store(ObjectKind::Commit, commit_content(&commit));
    Ok(Some(PlannedNote { commit, objects }))
}

/// The note of an id, in a tree of notes: named by the id's digits, of which folders may hold the first ones, two each.
fn find(repository: &Repository, tree: Option<ObjectId>, name: &str) -> Result<Option<ObjectId>, GitError> {
    let entries = entries(repository, tree)?;
    if let Some(entry) = entries.iter().find(|entry| entry.name == name.as_bytes()) {
        return Ok(Some(entry.id).filter(|_| entry.mode != EntryMode::Folder));
    }
    match folder_of(&entries, name) {
        Some(folder) => find(repository, Some(folder.id), &name[2..]),
        None => Ok(None),
    }
}

/// Puts a note where git looks for it, in place of one that is there. A new one goes into a folder of the first two digits, so
/// that no tree grows by each publish.
fn put(
    repository: &Repository,
    tree: Option<ObjectId>,
    name: &str,
    note: ObjectId,
    is_root: bool,
    store: &mut impl FnMut(ObjectKind, Vec<u8>) -> ObjectId,
) -> Result<ObjectId, GitError> {
    let mut entries = entries(repository, tree)?;
    let is_here = entries.iter().any(|entry| entry.name == name.as_bytes());
    let below = folder_of(&entries, name).map(|folder| folder.id);
    let (name, mode, id) = if !is_here && (below.is_some() || is_root) {
        let (folder, rest) = name.split_at(2);
        (folder, EntryMode::Folder, put(repository, below, rest, note, false, store)?)
    } else {
        (name, EntryMode::File, note)
    };
    entries.retain(|entry| entry.name != name.as_bytes());
    entries.push(TreeEntry { mode, name: name.into(), id });
    Ok(store(ObjectKind::Tree, tree_content(entries)))
}

fn entries(repository: &Repository, tree: Option<ObjectId>) -> Result<Vec<TreeEntry>, GitError> {
    tree.map_or(Ok(Vec::new()), |tree| repository.tree(tree, "the notes of the hydrator"))
}

fn folder_of<'e>(entries: &'e [TreeEntry], name: &str) -> Option<&'e TreeEntry> {
    let digits = name.get(..2).filter(|_| name.len() > 2)?;
    entries.iter().find(|entry| entry.mode == EntryMode::Folder && entry.name == digits.as_bytes())
}
