//! A fleet of any number of sites in memory, edits of it, and the difference between two versions.

use bayplan::diff::{self, Collector, Context, FileChange};
use bayplan::output::OutputTree;
use bayplan::pipeline::{self, Compilation, Filter, Options};
use bayplan::source::{SourceFile, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// One change of a file.
#[derive(Clone, Copy)]
pub enum Op {
    /// The text must be there, and is replaced wherever it is.
    Replace(&'static str, &'static str, &'static str),
    /// As `Replace`, in the files of all sites.
    InSites(&'static str, &'static str),
    Append(&'static str, &'static str),
    Delete(&'static str),
    /// The first file becomes the second.
    Rename(&'static str, &'static str),
}

/// The files of a fleet by path.
#[derive(Clone)]
pub struct Fleet {
    files: BTreeMap<String, String>,
}

/// A compiled fleet.
pub struct Compiled {
    pub sources: Sources,
    pub compilation: Compilation,
    pub tree: BTreeMap<String, Vec<u8>>,
}

impl Fleet {
    /// The fleet with so many sites, `site-001` and on: two tenants on one cluster, and one whose production is on another.
    pub fn of(sites: usize) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/fleet");
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&root) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(path, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
        for number in 1..=sites {
            let tenant = ["acme", "globex", "initech"][number % 3];
            // Tags differ, as they do in real fleets.
            let tag = format!("{}.{}", 1 + number % 4, number % 10);
            let text = format!(
                "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: site-{number:03}}}\nspec:\n  tenant: {tenant}\n  template: web\n  \
                 values: {{tag: \"{tag}\"}}\n  environments:\n    staging: {{}}\n    production: {{}}\n"
            );
            files.insert(site_file(number), text);
        }
        Fleet { files }
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn edited(&self, name: &str, ops: &[Op]) -> Self {
        let mut files = self.files.clone();
        for op in ops {
            match *op {
                Op::Replace(path, from, to) => {
                    let text = files.get_mut(path).unwrap_or_else(|| panic!("{name}: {path} is there"));
                    assert!(text.contains(from), "{name}: {path} holds {from:?}");
                    *text = text.replace(from, to);
                }
                Op::InSites(from, to) => {
                    let before = files.clone();
                    let sites = files.iter_mut().filter(|(path, _)| path.starts_with("site-specs/sites/"));
                    sites.for_each(|(_, text)| *text = text.replace(from, to));
                    assert!(files != before, "{name}: some site holds {from:?}");
                }
                Op::Append(path, text) => files.get_mut(path).unwrap().push_str(text),
                Op::Delete(path) => assert!(files.remove(path).is_some(), "{name}: {path} is there"),
                Op::Rename(from, to) => {
                    let text = files.remove(from).unwrap_or_else(|| panic!("{name}: {from} is there"));
                    files.insert(to.to_owned(), text);
                }
            }
        }
        Fleet { files }
    }

    /// Compiles, which must work.
    pub fn compiled(&self, name: &str) -> Compiled {
        let files = self.files.iter().map(|(path, text)| SourceFile::regular(path.clone(), text.as_bytes()));
        let sources = Sources::new(files);
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(&sources, &Options::default(), &mut tree).unwrap();
        let errors: Vec<String> = compilation
            .diagnostics
            .iter()
            .filter(|found| found.severity == bayplan::diag::Severity::Error)
            .map(|found| bayplan::diag::render::to_text(found, &sources, false))
            .collect();
        assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
        Compiled { sources, compilation, tree: tree.files().clone() }
    }
}

pub fn site_file(number: usize) -> String {
    format!("site-specs/sites/site-{number:03}.yaml")
}

/// What differs between two versions.
pub fn diff(old: &Compiled, new: &Compiled) -> diff::Report {
    let mut collector = Collector::new(pipeline::api(&new.sources), true);
    let paths: BTreeSet<&String> = old.tree.keys().chain(new.tree.keys()).collect();
    let changed = paths.into_iter().filter(|path| old.tree.get(*path) != new.tree.get(*path));
    let files: Vec<FileChange> = changed
        .map(|path| FileChange {
            path: path.clone(),
            old: old.tree.get(path).cloned(),
            new: new.tree.get(path).cloned(),
        })
        .collect();
    collector.add(files);
    let filter = Filter::default();
    let diff = collector.finish(&Context { filter: &filter, units: &new.compilation.units });
    let gates = diff::Gates { not_asked: Some("since this is a test".to_owned()), ..diff::Gates::default() };
    diff::Report { sides: ["old".to_owned(), "new".to_owned()], diff, gates, ..diff::Report::default() }
}

/// A fleet in a repository.
pub struct Repository {
    folder: TempDir,
}

pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Repository {
    pub fn new(fleet: &Fleet) -> Self {
        let repository = Repository { folder: tempfile::tempdir().unwrap() };
        repository.hold(fleet);
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit("a fleet");
        repository
    }

    pub fn published(fleet: &Fleet) -> Self {
        let repository = Repository::new(fleet);
        assert_eq!(repository.run(&["publish"]).code, 0);
        repository
    }

    /// Makes its work tree the files of a fleet and no others.
    pub fn hold(&self, fleet: &Fleet) {
        for folder in ["site-specs", "templates"] {
            let _ = std::fs::remove_dir_all(self.root().join(folder));
        }
        for (path, text) in fleet.files() {
            self.write(path, text);
        }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.root().join(path)).unwrap();
        assert!(text.contains(old), "{old:?} in {path}");
        self.write(path, &text.replace(old, new));
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
            .current_dir(self.root())
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        let output =
            Command::new(env!("CARGO_BIN_EXE_bayplan")).args(arguments).current_dir(self.root()).output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The report without its first line, which names commits.
    pub fn told(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.stdout, run.stderr);
        run.stdout.split_once('\n').unwrap().1.to_owned()
    }
}
