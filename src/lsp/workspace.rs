//! Fleets on disk as the session has them: reading them, and taking in what changes.

use super::convert::ByPath;
use crate::cli::open;
use crate::failure::Failed;
use crate::ide::fleet::Fleet;
use crate::ide::index::is_spec_file;
use crate::ide::names::Named;
use crate::inputs::{FLEET_FILE, INPUT_FOLDERS, is_left_over, named_path};
use crate::load;
use crate::load::memory::SpecMemory;
use crate::source::{EntryKind, SourceFile, Sources};
use crate::worktree::WorkTree;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use walkdir::WalkDir;

/// Folders below an open one in which a fleet is looked for.
const MAX_DEPTH: usize = 3;
/// Entries that are looked at for that, so that opening a home directory does not take for ever.
const MAX_ENTRIES: usize = 100_000;
/// Folders without fleets.
const PASSED_OVER: [&str; 4] = ["node_modules", "target", "vendor", "rendered"];

/// A fleet that is open.
pub struct OpenFleet {
    /// Its folder as the client names it, links and all.
    pub root: PathBuf,
    tree: WorkTree,
    pub fleet: Fleet,
    /// Texts of open documents, by path: they lie over the disk.
    overlays: BTreeMap<String, String>,
    pub generation: u64,
    pub newest: Arc<AtomicU64>,
    pub now: Option<i64>,
    /// What the last check of the whole fleet found.
    pub whole: ByPath,
    /// What quick checks found since, by the file that was edited.
    pub quick: BTreeMap<String, ByPath>,
    /// Files whose findings the client knows.
    pub published: BTreeSet<String>,
    /// Edited files that were not checked since.
    pub edited: BTreeSet<String>,
    /// Whether the whole fleet is to be checked.
    pub is_stale: bool,
}

impl OpenFleet {
    /// Reads the fleet in a folder.
    pub fn read(root: &Path) -> Result<Self, Failed> {
        let tree = WorkTree::find(root)?;
        let (sources, _) = open::complete(&tree)?;
        let now = open::head_time(tree.root());
        Ok(OpenFleet {
            root: root.to_owned(),
            tree,
            fleet: Fleet::new(sources),
            overlays: BTreeMap::new(),
            generation: 0,
            newest: Arc::new(AtomicU64::new(0)),
            now,
            whole: ByPath::new(),
            quick: BTreeMap::new(),
            published: BTreeSet::new(),
            edited: BTreeSet::new(),
            is_stale: true,
        })
    }

    /// Marks the snapshot as changed.
    fn change(&mut self, path: &str) {
        self.generation += 1;
        self.newest.store(self.generation, Ordering::Relaxed);
        self.edited.insert(path.to_owned());
        self.is_stale = true;
    }

    /// Whether a file is input: by its folder, or because a spec names it.
    pub fn is_input(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or_default();
        let in_folder =
            INPUT_FOLDERS.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        named_path(path).is_ok()
            && !is_left_over(name)
            && (path == FLEET_FILE
                || in_folder
                || self.fleet.index().iter().any(|(_, entry)| entry.mentions(Named::File, path)))
    }

    /// Puts the text of an open document over the file.
    pub fn overlay(&mut self, path: &str, text: &str) {
        if !self.is_input(path) {
            return;
        }
        self.overlays.insert(path.to_owned(), text.to_owned());
        if self.fleet.text(path) == Some(text) {
            return;
        }
        self.put(SourceFile::regular(path, text.as_bytes()));
    }

    /// The file on disk counts again.
    pub fn uncover(&mut self, path: &str) {
        if self.overlays.remove(path).is_some() {
            self.reread(path);
        }
    }

    /// Takes in the state of one file on disk; nothing changes where a document lies over it.
    pub fn reread(&mut self, path: &str) {
        if self.overlays.contains_key(path) || !self.is_input(path) {
            return;
        }
        let found = match self.tree.read_named(&[path.to_owned()]) {
            Ok(mut files) => files.pop(),
            Err(_) => return,
        };
        match found {
            Some(file) if file.kind == EntryKind::Regular || self.fleet.sources().find(path).is_some() => {
                let known = self.fleet.sources().find(path).map(|id| self.fleet.sources().file(id));
                if known.is_none_or(|known| known.kind != file.kind || known.bytes != file.bytes) {
                    self.put(file);
                }
            }
            Some(_) => {}
            None => {
                if self.fleet.sources().find(path).is_some() {
                    self.fleet.remove(path);
                    self.change(path);
                }
            }
        }
    }

    fn put(&mut self, file: SourceFile) {
        let path = file.path.clone();
        if is_spec_file(&path) {
            self.read_named(&file);
        }
        self.fleet.put(file);
        self.change(&path);
    }

    /// Reads the files that a spec file names and that are not known yet.
    fn read_named(&mut self, file: &SourceFile) {
        let named = load::named_files(&Sources::new([file.clone()]), &SpecMemory::default());
        let is_known = |path: &&String| self.fleet.sources().find(path).is_some();
        let missing: Vec<String> =
            named.all().filter(|path| named_path(path).is_ok() && !is_known(path)).cloned().collect();
        for found in self.tree.read_named(&missing).unwrap_or_default() {
            self.fleet.put(found);
        }
        self.fleet.hide(&named.private);
    }

    /// Reads everything anew, open documents aside.
    pub fn reload(&mut self) -> Result<(), Failed> {
        let (sources, _) = open::complete(&self.tree)?;
        self.fleet = Fleet::new(sources);
        self.now = open::head_time(self.tree.root());
        for (path, text) in std::mem::take(&mut self.overlays) {
            self.overlay(&path, &text);
        }
        self.change(FLEET_FILE);
        Ok(())
    }

    /// Whether a path is that of a folder with files of this fleet.
    pub fn is_folder(&self, path: &str) -> bool {
        self.fleet.sources().under(path).next().is_some() || self.tree.root().join(path).is_dir()
    }
}

/// The folder of the fleet that a path lies in, as the path names it: the nearest above it with a bayplan.yaml.
pub fn root_of(path: &Path) -> Option<PathBuf> {
    let holds_fleet = |folder: &&Path| fs::symlink_metadata(folder.join(FLEET_FILE)).is_ok();
    path.parent()?.ancestors().find(holds_fleet).map(Path::to_owned)
}

/// The fleets of an open folder: the one that it lies in, else those a few folders below.
pub fn roots_of(folder: &Path) -> Vec<PathBuf> {
    if let Some(root) = root_of(&folder.join(FLEET_FILE)) {
        return vec![root];
    }
    let is_searched = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || (entry.file_type().is_dir() && !name.starts_with('.') && !PASSED_OVER.contains(&&*name))
    };
    let mut walk = WalkDir::new(folder).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    let mut roots = Vec::new();
    let mut seen = 0;
    while let Some(entry) = walk.next() {
        let Ok(entry) = entry else { continue };
        seen += 1;
        if seen > MAX_ENTRIES {
            break;
        }
        if !entry.file_type().is_dir() {
            continue;
        }
        if !is_searched(&entry) {
            walk.skip_current_dir();
        } else if fs::symlink_metadata(entry.path().join(FLEET_FILE)).is_ok() {
            roots.push(entry.path().to_owned());
            walk.skip_current_dir();
        }
    }
    roots
}
