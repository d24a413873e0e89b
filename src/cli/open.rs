//! Opening a fleet: its sources from the work tree or from a commit, with the files that its specs name.

use super::args::Global;
use super::exit::CliError;
use crate::diag::Diagnostics;
use crate::failure::Failed;
use crate::inputs::{InputError, Inputs, named_path};
use crate::load::memory::SpecMemory;
use crate::load::{self, Template};
use crate::pipeline::Loaded;
use crate::publish::{self, CommitSource, Hydrator, State};
use crate::source::Sources;
use crate::worktree::WorkTree;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where sources are read from.
pub enum Source {
    WorkTree,
    Revision(String),
}

impl Source {
    pub fn of(revision: Option<&str>) -> Self {
        revision.map_or(Source::WorkTree, |revision| Source::Revision(revision.to_owned()))
    }
}

/// A fleet that was read.
pub struct Opened {
    pub sources: Sources,
    /// Paths of the files that specs name.
    pub named: Vec<String>,
    /// What the last publish of this repository knew of spec files.
    pub memory: SpecMemory,
    /// The fleet's folder on disk; of a commit, the folder that the command was started in.
    pub root: PathBuf,
    /// The time of the source commit, in seconds since 1970; of a work tree that of `HEAD`, where it has one.
    pub now: Option<i64>,
    /// The fleet's folder in its git repository: empty, or a path with a `/` at its end.
    pub prefix: String,
}

/// What the Fleet says of GitOps Promoter's contract; none where it does not ask for it.
///
/// The rendered branch lies in the repository of its source, so its URL is the source's. One for ssh is no link.
pub fn hydrator(loaded: &Loaded<'_>) -> Option<Hydrator> {
    let fleet = loaded.fleet().filter(|fleet| fleet.publish.hydrator)?;
    let is_link = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    Some(Hydrator { repo_url: fleet.delivery.url.as_ref().filter(is_link).map(|url| publish::without_user(url)) })
}

/// The folder that the command works in.
pub fn directory(global: &Global) -> PathBuf {
    global.directory.clone().unwrap_or_else(|| PathBuf::from("."))
}

/// A path that was given on the command line: relative to the folder that the command works in.
pub fn given_path(global: &Global, path: &Path) -> PathBuf {
    global.directory.as_ref().map_or_else(|| path.to_owned(), |directory| directory.join(path))
}

/// Refuses a folder given with -C that is not there, before anything looks for a fleet in it.
pub fn check_directory(global: &Global) -> Result<(), CliError> {
    match &global.directory {
        Some(directory) if !directory.is_dir() => {
            Err(CliError::usage(format!("there is no folder {}", directory.display())))
        }
        Some(_) | None => Ok(()),
    }
}

/// Reads the fleet of the folder that the command works in.
pub fn sources(global: &Global, source: &Source) -> Result<Opened, Failed> {
    let directory = directory(global);
    match source {
        Source::WorkTree => {
            let tree = WorkTree::find(&directory)?;
            let memory = known_specs(tree.root());
            let (sources, named) = complete_with(&tree, tree.read()?, &memory)?;
            let (now, prefix) = (head_time(tree.root()), prefix_in_repository(tree.root()));
            Ok(Opened { sources, named, memory, root: tree.root().to_owned(), now, prefix })
        }
        Source::Revision(revision) => {
            let commit = CommitSource::open(&directory, revision)?;
            let memory = SpecMemory::default();
            let (sources, named) = complete(&commit)?;
            let root = fleet_folder(&directory);
            let (now, prefix) = (Some(commit.facts().time.seconds), commit.prefix().to_owned());
            Ok(Opened { sources, named, memory, root, now, prefix })
        }
    }
}

/// Where a publish leaves what it knew of spec files.
pub const SPECS: (&str, &str) = ("inputs", "specs");

/// What the last publish of the repository of a folder knew of spec files.
fn known_specs(folder: &Path) -> SpecMemory {
    let repository = publish::Repository::find(folder).ok();
    let bytes = repository.and_then(|repository| State::of(&repository).read(SPECS.0, SPECS.1));
    bytes.map(SpecMemory::read).unwrap_or_default()
}

/// The committer's time of `HEAD`; none outside of a repository, or where there is no commit yet.
pub fn head_time(directory: &Path) -> Option<i64> {
    let repository = publish::Repository::find(directory).ok()?;
    let head = publish::resolve(&repository, "HEAD").ok()?;
    Some(repository.commit(head.commit).ok()?.time.seconds)
}

/// Where a folder lies in the work tree of its repository, with `/` after each part; empty at its root or outside of one.
fn prefix_in_repository(folder: &Path) -> String {
    let repository = publish::Repository::find(folder).ok();
    let root = repository.and_then(|repository| repository.git().workdir()?.canonicalize().ok());
    let (Some(root), Ok(folder)) = (root, folder.canonicalize()) else { return String::new() };
    let below = folder.strip_prefix(&root).unwrap_or(Path::new(""));
    below.components().map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect()
}

/// The fleet's folder of the work tree, where there is one.
fn fleet_folder(directory: &Path) -> PathBuf {
    match WorkTree::find(directory) {
        Ok(tree) => tree.root().to_owned(),
        Err(
            InputError::NoFleet(_)
            | InputError::Unreadable { .. }
            | InputError::Changed { .. }
            | InputError::OddNames(_),
        ) => directory.to_owned(),
    }
}

/// Reads the inputs and then what they name. Names that cannot be paths are left to the loader, which reports them.
pub fn complete(inputs: &dyn Inputs) -> Result<(Sources, Vec<String>), Failed> {
    complete_with(inputs, inputs.read()?, &SpecMemory::default())
}

/// As [`complete`], where the inputs were read already. `memory` is what the last run knew of spec files.
pub fn complete_with(
    inputs: &dyn Inputs,
    sources: Sources,
    memory: &SpecMemory,
) -> Result<(Sources, Vec<String>), Failed> {
    let files = load::named_files(&sources, memory);
    let private = || files.private.iter().map(String::as_str);
    let named: Vec<String> = files.all().filter(|path| named_path(path).is_ok()).cloned().collect();
    let missing: Vec<String> = named.iter().filter(|path| sources.find(path).is_none()).cloned().collect();
    if missing.is_empty() {
        return Ok((sources.hiding(private()), named));
    }
    let more = inputs.read_named(&missing)?;
    let all = sources.iter().map(|(_, file)| file.clone()).chain(more);
    Ok((Sources::new(all).hiding(private()), named))
}

/// The templates of the fleet in the work tree, those with errors left out.
pub fn templates(global: &Global) -> Result<BTreeMap<String, Template>, Failed> {
    let opened = sources(global, &Source::WorkTree)?;
    let mut ignored = Diagnostics::new();
    let names = &mut Default::default();
    Ok(load::templates::load(&opened.sources, names, &mut Default::default(), &mut ignored))
}
