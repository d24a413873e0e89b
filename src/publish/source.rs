//! Reads a fleet from a commit.
//!
//! Takes a folder of a repository and a revision; gives the same [`Sources`] as the work tree would, read from the commit's
//! tree: raw blobs, no filters, no line ending conversion, nothing but that tree.

use super::dirty;
use super::error::GitError;
use super::object::{CommitTime, EntryMode, ObjectId, ObjectKind, TreeEntry, object_id, tree_content};
use super::repository::{Limited, Repository};
use super::revision;
use super::texts::Texts;
use crate::failure::Failed;
use crate::inputs::{
    FLEET_FILE, INPUT_FOLDERS, InputError, Inputs, OddName, input_name, is_left_over, named_path, printable,
};
use crate::source::{EntryKind, MAX_FILE_BYTES, SourceFile, Sources};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::Path;

/// A fleet in a commit.
pub struct CommitSource {
    repository: Repository,
    facts: SourceFacts,
    /// The fleet's folder in the repository: empty, or a path with a `/` at its end.
    prefix: String,
    /// The tree of the fleet's folder.
    tree: ObjectId,
}

/// What a rendered commit says about its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFacts {
    pub commit: ObjectId,
    /// The ref that the revision named, if it was one: the branch behind `HEAD`, say.
    pub reference: Option<String>,
    /// The committer's time.
    pub time: CommitTime,
    /// `Name <mail>` of the author.
    pub author: String,
    /// The first line of the commit's message.
    pub subject: String,
    /// The rest of it.
    pub body: String,
}

impl CommitSource {
    /// Opens the repository that `dir` lies in and finds the fleet of `dir` in the commit: the nearest folder, upwards, that
    /// holds `bayplan.yaml` there. In a bare repository the search begins at its root.
    pub fn open(dir: &Path, revision: &str) -> Result<Self, GitError> {
        let repository = Repository::find(dir)?;
        let resolved = revision::resolve(&repository, revision)?;
        let commit = repository.commit(resolved.commit)?;
        let folder = folder_in_repository(&repository, dir)?;
        let (prefix, tree) = find_fleet(&repository, commit.tree, &folder)?.ok_or_else(|| GitError::NoFleet {
            folder: if folder.is_empty() { "the root".to_owned() } else { folder },
            commit: resolved.commit.short(),
        })?;
        let (subject, body) = commit.message.split_once('\n').unwrap_or((&commit.message, ""));
        let facts = SourceFacts {
            commit: resolved.commit,
            reference: resolved.reference,
            time: commit.time,
            author: commit.author.clone(),
            subject: subject.trim().to_owned(),
            body: body.trim().to_owned(),
        };
        Ok(CommitSource { repository, facts, prefix, tree })
    }

    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    pub fn facts(&self) -> &SourceFacts {
        &self.facts
    }

    /// The fleet's folder in the repository: empty, or a path with a `/` at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Reads the fleet file and the input folders.
    pub fn read(&self) -> Result<Sources, GitError> {
        self.read_with(&mut Texts::default())
    }

    /// As [`Self::read`], with the texts that the last run read.
    pub fn read_with(&self, texts: &mut Texts) -> Result<Sources, GitError> {
        let mut found = Found { files: Vec::new(), odd: Vec::new(), texts };
        for entry in self.input_entries()? {
            self.read_entry("", entry, &mut found)?;
        }
        if !found.odd.is_empty() {
            found.odd.sort();
            return Err(InputError::OddNames(found.odd).into());
        }
        Ok(Sources::new(found.files))
    }

    /// Reads files that specs name. One that does not exist is left out; one behind a symbolic link is that link.
    pub fn read_named(&self, paths: &[String]) -> Result<Vec<SourceFile>, GitError> {
        let mut files = Vec::new();
        let mut folders = Folders::default();
        for path in paths {
            if let Some(entry) = self.find(path, &mut folders)? {
                files.push(self.read_file(path.clone(), &entry)?);
            }
        }
        Ok(files)
    }

    /// The entries of named files, as far as they exist.
    pub(super) fn named_entries(&self, paths: &[String]) -> Result<Vec<Option<TreeEntry>>, GitError> {
        let mut folders = Folders::default();
        paths.iter().map(|path| self.find(path, &mut folders)).collect()
    }

    /// The id of the tree that holds just the inputs: the entries `bayplan.yaml`, `crds`, `site-specs` and `templates` of the
    /// fleet's folder, whole and as they are, and the named files that lie elsewhere, in their folders. No such tree is stored.
    pub fn inputs_tree(&self, named: &[String]) -> Result<ObjectId, GitError> {
        let mut root = InputsFolder::default();
        for entry in self.input_entries()? {
            root.entries.insert(entry.name.clone(), InputsNode::Entry(entry));
        }
        let mut folders = Folders::default();
        for path in named {
            if let Some(entry) = self.find(path, &mut folders)? {
                root.insert(path, entry);
            }
        }
        Ok(root.id())
    }

    /// Refuses inputs of the work tree that are not as in the commit; for publishing `HEAD` without `--source`.
    pub fn check_work_tree(&self, named: &[String]) -> Result<(), GitError> {
        dirty::check(&self.repository, &self.prefix, named)
    }

    /// The fleet file and the input folders, as far as they exist.
    pub(super) fn input_entries(&self) -> Result<Vec<TreeEntry>, GitError> {
        let mut entries = self.repository.tree(self.tree, &self.describe(""))?;
        entries.retain(|entry| {
            entry.name == FLEET_FILE.as_bytes() || INPUT_FOLDERS.iter().any(|folder| entry.name == folder.as_bytes())
        });
        Ok(entries)
    }

    /// Reads one entry of a folder, all the way down.
    fn read_entry(&self, folder: &str, entry: TreeEntry, found: &mut Found<'_>) -> Result<(), GitError> {
        let name = match input_name(&entry.name) {
            Ok(name) => name,
            Err(fault) => {
                let path = format!("{folder}{}", printable(&entry.name));
                found.odd.push(OddName { path, fault });
                return Ok(());
            }
        };
        let path = format!("{folder}{name}");
        if entry.mode == EntryMode::Folder {
            let inside = format!("{path}/");
            for entry in self.repository.tree(entry.id, &self.describe(&path))? {
                self.read_entry(&inside, entry, found)?;
            }
            return Ok(());
        }
        if !is_left_over(name) {
            let is_text = matches!(entry.mode, EntryMode::File | EntryMode::Executable);
            if let Some(text) = is_text.then(|| found.texts.find(entry.id)).flatten() {
                found.files.push(SourceFile::regular(path, text));
                return Ok(());
            }
            let file = self.read_file(path, &entry)?;
            if file.kind == EntryKind::Regular {
                found.texts.add(entry.id, &file.bytes);
            }
            found.files.push(file);
        }
        Ok(())
    }

    fn read_file(&self, path: String, entry: &TreeEntry) -> Result<SourceFile, GitError> {
        let kind = match entry.mode {
            EntryMode::File | EntryMode::Executable => {
                let what = self.describe(&path);
                match self.repository.read_limited(entry.id, ObjectKind::Blob, MAX_FILE_BYTES, &what)? {
                    Limited::Content(content) => return Ok(SourceFile::regular(path, content)),
                    Limited::TooLarge => EntryKind::TooLarge,
                }
            }
            EntryMode::Symlink => EntryKind::Symlink,
            EntryMode::Submodule => EntryKind::Submodule,
            EntryMode::Folder => EntryKind::Special,
        };
        Ok(SourceFile { path, kind, bytes: [].into() })
    }

    /// The entry at a path; where a component is a link or a submodule, that component's entry.
    fn find(&self, path: &str, folders: &mut Folders) -> Result<Option<TreeEntry>, GitError> {
        named_path(path)
            .map_err(|fault| InputError::OddNames(vec![OddName { path: printable(path.as_bytes()), fault }]))?;
        let mut tree = self.tree;
        let mut components = path.split('/').peekable();
        while let Some(name) = components.next() {
            let entries = match folders.entry(tree) {
                Entry::Occupied(slot) => slot.into_mut(),
                Entry::Vacant(slot) => {
                    let entries = self.repository.tree(tree, &self.describe(path))?;
                    slot.insert(entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect())
                }
            };
            let Some(entry) = entries.get(name.as_bytes()) else { return Ok(None) };
            match entry.mode {
                _ if components.peek().is_none() => return Ok(Some(entry.clone())),
                EntryMode::Folder => tree = entry.id,
                EntryMode::Symlink | EntryMode::Submodule => return Ok(Some(entry.clone())),
                EntryMode::File | EntryMode::Executable => return Ok(None),
            }
        }
        Ok(None)
    }

    /// What an object is, for messages: its path and the commit.
    fn describe(&self, path: &str) -> String {
        let path = if path.is_empty() { "the fleet's folder" } else { path };
        format!("{path} in commit {}", self.facts.commit.short())
    }
}

impl Inputs for CommitSource {
    fn read(&self) -> Result<Sources, Failed> {
        Ok(CommitSource::read(self)?)
    }

    fn read_named(&self, paths: &[String]) -> Result<Vec<SourceFile>, Failed> {
        Ok(CommitSource::read_named(self, paths)?)
    }
}

/// Trees that were read on the way to named files, by their ids: ten thousand files may lie in one folder.
type Folders = BTreeMap<ObjectId, BTreeMap<Vec<u8>, TreeEntry>>;

struct Found<'t> {
    files: Vec<SourceFile>,
    odd: Vec<OddName>,
    texts: &'t mut Texts,
}

/// A folder of the tree that holds just the inputs.
#[derive(Default)]
struct InputsFolder {
    entries: BTreeMap<Vec<u8>, InputsNode>,
}

enum InputsNode {
    Entry(TreeEntry),
    Folder(InputsFolder),
}

impl InputsFolder {
    /// Adds a named file, unless it lies in a folder that is there whole.
    fn insert(&mut self, path: &str, entry: TreeEntry) {
        match path.split_once('/') {
            None => {
                self.entries.entry(path.into()).or_insert(InputsNode::Entry(entry));
            }
            Some((folder, below)) => {
                let node =
                    self.entries.entry(folder.into()).or_insert_with(|| InputsNode::Folder(InputsFolder::default()));
                if let InputsNode::Folder(folder) = node {
                    folder.insert(below, entry);
                }
            }
        }
    }

    fn id(&self) -> ObjectId {
        let entries = self.entries.iter().map(|(name, node)| match node {
            InputsNode::Entry(entry) => entry.clone(),
            InputsNode::Folder(folder) => TreeEntry { mode: EntryMode::Folder, name: name.clone(), id: folder.id() },
        });
        object_id(ObjectKind::Tree, &tree_content(entries.collect()))
    }
}

/// The path of a folder below the repository's work tree; empty for its root and in a bare repository.
fn folder_in_repository(repository: &Repository, dir: &Path) -> Result<String, GitError> {
    let Some(work_tree) = repository.git().workdir() else { return Ok(String::new()) };
    let canonical = |path: &Path| fs::canonicalize(path).map_err(GitError::io("find", path));
    let (work_tree, dir) = (canonical(work_tree)?, canonical(dir)?);
    let below = dir.strip_prefix(&work_tree).unwrap_or(Path::new(""));
    Ok(below.to_string_lossy().into_owned())
}

/// The nearest folder from `folder` upwards whose tree holds the fleet file: its prefix and its tree.
fn find_fleet(repository: &Repository, root: ObjectId, folder: &str) -> Result<Option<(String, ObjectId)>, GitError> {
    let mut nearest = None;
    let mut prefix = String::new();
    let mut tree = root;
    let mut components = folder.split('/').filter(|name| !name.is_empty());
    loop {
        let entries = repository.tree(tree, "a folder of the source commit")?;
        if entries.iter().any(|entry| entry.name == FLEET_FILE.as_bytes()) {
            nearest = Some((prefix.clone(), tree));
        }
        let Some(name) = components.next() else { return Ok(nearest) };
        let below = entries.iter().find(|entry| entry.name == name.as_bytes() && entry.mode == EntryMode::Folder);
        let Some(below) = below else { return Ok(nearest) };
        tree = below.id;
        prefix.push_str(name);
        prefix.push('/');
    }
}
