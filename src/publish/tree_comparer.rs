//! Turns units of files into git trees, and finds what the previous tree lacks of them.
//!
//! Takes units in any order; gives the id of the root tree, the changes against the previous one, and the new objects. Ids are
//! computed first; where an entry has the id that the previous tree has at the same path, nothing below it is even compared.
//! Nothing else is taken to exist: an object that merely lies in the database may be damaged or on its way out.
//! Reads from the repository and writes nothing.

use super::built::{BuiltEntry, BuiltNode, BuiltTree, build};
use super::changes::{ChangeKind, Changes};
use super::error::GitError;
use super::object::{EntryMode, ObjectId, ObjectKind, TreeEntry, object_id, tree_content};
use super::pack::NewObject;
use super::repository::Repository;
use crate::failure::Failed;
use crate::output::{ContentId, Kept, Layout, OutputPath, Sink, Unit};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Compares an output tree with the previous one.
pub struct TreeComparer {
    repository: Repository,
    layout: Layout,
    root: Folder,
    changes: Changes,
    /// The files that differ, where someone asked for them.
    watch: Option<Watch>,
    /// The trees of units that were taken since somebody asked.
    contents: BTreeMap<String, ContentId>,
    aside: Option<Aside>,
    /// Whether what no unit replaces stays.
    keeps_rest: bool,
}

/// A file at the root that is no reason for another tree.
struct Aside {
    name: String,
    bytes: Vec<u8>,
    /// The previous tree, whole, where it has that file.
    old: Option<ObjectId>,
    /// What the previous tree would be without it.
    old_rest: Option<ObjectId>,
}

/// A file that differs between two trees, for those who look at both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: String,
    /// What the previous tree has there.
    pub old: Option<ObjectId>,
    /// Whether the new tree has a file there.
    pub is_new: bool,
    /// The new content, where it was asked for.
    pub new: Option<Vec<u8>>,
}

/// Collects the files that differ.
struct Watch {
    /// Whether the new content of a path is asked for.
    wants: fn(&str) -> bool,
    changed: Vec<ChangedFile>,
}

/// A folder above the units, with the entries that the previous tree has there.
#[derive(Default)]
struct Folder {
    old: OldEntries,
    folders: BTreeMap<String, Folder>,
    /// Units and single files, in the order in which they came.
    finished: Vec<TreeEntry>,
}

/// Entries of a tree of the previous state, by name.
#[derive(Default)]
struct OldEntries {
    id: Option<ObjectId>,
    entries: BTreeMap<Vec<u8>, (EntryMode, ObjectId)>,
}

/// The tree as a whole.
pub struct ComparedTree {
    pub tree: ObjectId,
    pub changes: Changes,
    /// How many files the units had.
    pub files: usize,
    /// The files that differ and were not taken before, where they were asked for.
    pub changed: Vec<ChangedFile>,
    /// The objects of the folders above the units, as far as they are new.
    pub(super) new: Vec<NewObject>,
}

impl TreeComparer {
    /// Compares with the tree `previous`; with nothing where there is none.
    pub fn new(repository: &Repository, previous: Option<ObjectId>) -> Result<Self, GitError> {
        let repository = repository.reopen()?;
        let old = read_old(&repository, previous)?;
        let root = Folder { old, ..Folder::default() };
        Ok(TreeComparer {
            repository,
            layout: Layout::default(),
            root,
            changes: Changes::default(),
            watch: None,
            contents: BTreeMap::new(),
            aside: None,
            keeps_rest: false,
        })
    }

    /// Has all of the previous tree stay that lies in no unit's folder: what comes are some units of a tree, each in its place.
    pub fn keep_rest(&mut self) {
        self.keeps_rest = true;
    }

    /// Adds a file at the root that makes no difference: where nothing but its content would change, the tree is the previous
    /// one. Comes before all units.
    pub fn set_aside(&mut self, name: &str, bytes: Vec<u8>) {
        let old = &mut self.root.old;
        let is_there = old.entries.get(name.as_bytes()).is_some_and(|(mode, _)| *mode != EntryMode::Folder);
        let whole = old.id.filter(|_| is_there);
        if is_there {
            old.entries.remove(name.as_bytes());
        }
        let rest = old.entries.iter().map(|(name, (mode, id))| TreeEntry { mode: *mode, name: name.clone(), id: *id });
        let old_rest = old.id.map(|_| object_id(ObjectKind::Tree, &tree_content(rest.collect())));
        self.aside = Some(Aside { name: name.to_owned(), bytes, old: whole, old_rest });
    }

    /// Has the files that differ collected for [`TreeComparer::take_changed`], those that `wants` names with their new content.
    pub fn watch(&mut self, wants: fn(&str) -> bool) {
        self.watch = Some(Watch { wants, changed: Vec::new() });
    }

    /// The files that differ, as far as they are known and were not taken before.
    pub fn take_changed(&mut self) -> Vec<ChangedFile> {
        self.watch.as_mut().map(|watch| std::mem::take(&mut watch.changed)).unwrap_or_default()
    }

    /// Takes a batch of units, ids in parallel, and gives what is new in them.
    pub(super) fn add(&mut self, units: Vec<Unit>) -> Result<Vec<NewObject>, GitError> {
        for unit in &units {
            self.layout.add_unit(unit)?;
        }
        let (at_root, units): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(|unit| unit.folder().is_root());
        let built: Vec<(String, BuiltTree)> =
            units.into_par_iter().map(|unit| (unit.folder().to_string(), build(unit.into_files()))).collect();
        self.contents.extend(built.iter().map(|(folder, tree)| (folder.clone(), content_id(tree.id))));
        let single = at_root.into_iter().flat_map(Unit::into_files).map(|file| {
            let id = object_id(ObjectKind::Blob, &file.bytes);
            (file.path.to_string(), BuiltNode::File { id, bytes: file.bytes })
        });
        let nodes = built.into_iter().map(|(path, tree)| (path, BuiltNode::Tree(tree))).chain(single);
        let mut new = Vec::new();
        for (path, node) in nodes {
            self.add_node(&path, node, &mut new)?;
        }
        Ok(new)
    }

    /// Takes a folder over from the previous tree, if it has that content there; tells whether it did.
    pub(super) fn keep(&mut self, folder: &OutputPath, kept: Kept) -> Result<bool, GitError> {
        let path = folder.as_str();
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let above = folder_at(&self.repository, &mut self.root, parent)?;
        let Some((EntryMode::Folder, id)) = above.old.entries.get(name.as_bytes()).copied() else { return Ok(false) };
        if content_id(id) != kept.content {
            return Ok(false);
        }
        self.layout.add_folder(folder, kept.files)?;
        above.finished.push(TreeEntry { mode: EntryMode::Folder, name: name.into(), id });
        Ok(true)
    }

    /// What the trees of the units are called that were taken since this was last asked.
    pub(super) fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        std::mem::take(&mut self.contents)
    }

    /// Completes the folders above the units, and notes what the previous tree has and this one lacks.
    pub fn finish(mut self) -> Result<ComparedTree, GitError> {
        let mut new = Vec::new();
        let mut comparison = Comparison {
            repository: &self.repository,
            changes: &mut self.changes,
            new: &mut new,
            watch: self.watch.as_mut(),
            keeps_rest: self.keeps_rest,
        };
        let old = self.root.old.id;
        let mut entries = comparison.finish_entries("", self.root)?;
        let tree = match self.aside {
            None => comparison.push_tree(entries, old),
            Some(Aside { name, bytes, old: whole, old_rest }) => {
                let rest = object_id(ObjectKind::Tree, &tree_content(entries.clone()));
                match whole.filter(|_| old_rest == Some(rest)) {
                    Some(whole) => whole,
                    None => {
                        if whole.is_none() {
                            comparison.note(&name, None, Some(&bytes));
                        }
                        let id = object_id(ObjectKind::Blob, &bytes);
                        comparison.new.push(NewObject { id, kind: ObjectKind::Blob, content: bytes });
                        entries.push(TreeEntry { mode: EntryMode::File, name: name.into(), id });
                        comparison.push_tree(entries, old)
                    }
                }
            }
        };
        self.changes.sort();
        let changed = self.watch.map(|watch| watch.changed).unwrap_or_default();
        Ok(ComparedTree { tree, changes: self.changes, files: self.layout.files(), changed, new })
    }

    fn add_node(&mut self, path: &str, node: BuiltNode, new: &mut Vec<NewObject>) -> Result<(), GitError> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = folder_at(&self.repository, &mut self.root, parent)?;
        let (mode, id) = match &node {
            BuiltNode::Tree(tree) => (EntryMode::Folder, tree.id),
            BuiltNode::File { id, .. } => (EntryMode::File, *id),
        };
        folder.finished.push(TreeEntry { mode, name: name.into(), id });
        let old = folder.old.entries.get(name.as_bytes()).copied();
        let (repository, changes, watch) = (&self.repository, &mut self.changes, self.watch.as_mut());
        Comparison { repository, changes, new, watch, keeps_rest: false }.compare(path, node, old)
    }
}

impl Sink for TreeComparer {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        self.add(units)?;
        Ok(())
    }

    fn keep(&mut self, folder: &OutputPath, kept: Kept) -> Result<bool, Failed> {
        Ok(TreeComparer::keep(self, folder, kept)?)
    }

    fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        TreeComparer::take_contents(self)
    }
}

fn content_id(id: ObjectId) -> ContentId {
    ContentId::from_bytes(*id.as_bytes())
}

/// Finds or makes a folder above the units. [`Layout`] has seen to it that no unit or file is in the way.
fn folder_at<'a>(repository: &Repository, root: &'a mut Folder, path: &str) -> Result<&'a mut Folder, GitError> {
    let mut folder = root;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let old = folder.old.entries.get(name.as_bytes());
        folder = match folder.folders.entry(name.to_owned()) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(slot) => {
                let old_tree = old.filter(|(mode, _)| *mode == EntryMode::Folder).map(|(_, id)| *id);
                slot.insert(Folder { old: read_old(repository, old_tree)?, ..Folder::default() })
            }
        };
    }
    Ok(folder)
}

fn read_old(repository: &Repository, id: Option<ObjectId>) -> Result<OldEntries, GitError> {
    let Some(id) = id else { return Ok(OldEntries::default()) };
    let entries = repository.tree(id, "a folder of the published tree")?;
    let entries = entries.into_iter().map(|entry| (entry.name, (entry.mode, entry.id))).collect();
    Ok(OldEntries { id: Some(id), entries })
}

/// Compares new entries with those of the previous tree, collecting changes and new objects.
struct Comparison<'a> {
    repository: &'a Repository,
    changes: &'a mut Changes,
    new: &'a mut Vec<NewObject>,
    watch: Option<&'a mut Watch>,
    /// Whether what the previous tree has beside the units stays.
    keeps_rest: bool,
}

impl Comparison<'_> {
    /// Notes a file that differs, by what each side has.
    fn note(&mut self, path: &str, old: Option<ObjectId>, new: Option<&[u8]>) {
        let kind = match (old, new) {
            (None, _) => ChangeKind::Added,
            (Some(_), Some(_)) => ChangeKind::Modified,
            (Some(_), None) => ChangeKind::Removed,
        };
        self.changes.push(path, kind);
        if let Some(watch) = &mut self.watch {
            let is_new = new.is_some();
            let new = new.filter(|_| (watch.wants)(path)).map(<[u8]>::to_vec);
            watch.changed.push(ChangedFile { path: path.to_owned(), old, is_new, new });
        }
    }

    /// Compares one entry and all below it.
    fn compare(&mut self, path: &str, node: BuiltNode, old: Option<(EntryMode, ObjectId)>) -> Result<(), GitError> {
        match node {
            BuiltNode::File { id, bytes } => {
                match old {
                    Some((EntryMode::File, old)) if old == id => return Ok(()),
                    Some((EntryMode::Folder, old)) => {
                        self.removed(path, old)?;
                        self.note(path, None, Some(&bytes));
                    }
                    Some((_, old)) => self.note(path, Some(old), Some(&bytes)),
                    None => self.note(path, None, Some(&bytes)),
                }
                self.new.push(NewObject { id, kind: ObjectKind::Blob, content: bytes });
            }
            BuiltNode::Tree(tree) => {
                let old = match old {
                    Some((EntryMode::Folder, old)) if old == tree.id => return Ok(()),
                    Some((EntryMode::Folder, old)) => read_old(self.repository, Some(old))?,
                    Some((_, old)) => {
                        self.note(path, Some(old), None);
                        OldEntries::default()
                    }
                    None => OldEntries::default(),
                };
                self.compare_entries(path, tree.entries, old)?;
                self.new.push(NewObject { id: tree.id, kind: ObjectKind::Tree, content: tree.content });
            }
        }
        Ok(())
    }

    fn compare_entries(&mut self, path: &str, entries: Vec<BuiltEntry>, mut old: OldEntries) -> Result<(), GitError> {
        for BuiltEntry { name, node } in entries {
            let old = old.entries.remove(name.as_bytes());
            self.compare(&below(path, &name), node, old)?;
        }
        self.all_removed(path, old)
    }

    fn all_removed(&mut self, path: &str, old: OldEntries) -> Result<(), GitError> {
        for (name, (mode, id)) in old.entries {
            let path = below(path, &String::from_utf8_lossy(&name));
            match mode {
                EntryMode::Folder => self.removed(&path, id)?,
                _ => self.note(&path, Some(id), None),
            }
        }
        Ok(())
    }

    /// Notes all files of a folder of the previous tree as removed.
    fn removed(&mut self, path: &str, id: ObjectId) -> Result<(), GitError> {
        let old = read_old(self.repository, Some(id))?;
        self.all_removed(path, old)
    }

    /// Completes the entries of a folder above the units. What lies in units was compared when it came.
    fn finish_entries(&mut self, path: &str, folder: Folder) -> Result<Vec<TreeEntry>, GitError> {
        let Folder { mut old, folders, mut finished } = folder;
        for (name, folder) in folders {
            let path = below(path, &name);
            if let Some((_, id)) = old.entries.get(name.as_bytes()).filter(|(mode, _)| *mode != EntryMode::Folder) {
                self.note(&path, Some(*id), None);
            }
            let old_id = folder.old.id;
            let entries = self.finish_entries(&path, folder)?;
            let id = self.push_tree(entries, old_id);
            finished.push(TreeEntry { mode: EntryMode::Folder, name: name.into_bytes(), id });
        }
        for entry in &finished {
            old.entries.remove(&entry.name);
        }
        if self.keeps_rest {
            let rest = old.entries.into_iter();
            finished.extend(rest.map(|(name, (mode, id))| TreeEntry { mode, name, id }));
        } else {
            self.all_removed(path, old)?;
        }
        Ok(finished)
    }

    /// Gives a tree its id, and notes it as new where it is not the previous one.
    fn push_tree(&mut self, entries: Vec<TreeEntry>, old: Option<ObjectId>) -> ObjectId {
        let content = tree_content(entries);
        let id = object_id(ObjectKind::Tree, &content);
        if old != Some(id) {
            self.new.push(NewObject { id, kind: ObjectKind::Tree, content });
        }
        id
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}
