//! A fleet of any number of sites, the difference between two versions of it, and a repository that holds it.

pub use crate::fleets::{Compiled, Fleet, Op};

use crate::fleets::changed;
use crate::git;
use bayplan::diff::{self, Collector, Context, FileChange};
use bayplan::pipeline::{self, Filter};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

impl Fleet {
    /// The fleet with so many sites, `site-001` and on: two tenants on one cluster, and one whose production is on another.
    pub fn of(sites: usize) -> Self {
        let mut fleet = Fleet::in_folder("tests/diff/fleet");
        for number in 1..=sites {
            let tenant = ["acme", "globex", "initech"][number % 3];
            // Tags differ, as they do in real fleets.
            let tag = format!("{}.{}", 1 + number % 4, number % 10);
            let text = format!(
                "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: site-{number:03}}}\nspec:\n  tenant: {tenant}\n  template: web\n  \
                 values: {{tag: \"{tag}\"}}\n  environments:\n    staging: {{}}\n    production: {{}}\n"
            );
            fleet.files.insert(site_file(number), text);
        }
        fleet
    }
}

pub fn site_file(number: usize) -> String {
    format!("site-specs/sites/site-{number:03}.yaml")
}

/// What differs between two versions.
pub fn diff(old: &Compiled, new: &Compiled) -> diff::Report {
    let mut collector = Collector::new(pipeline::api(&new.sources), true);
    let files = changed(&old.tree, &new.tree)
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
        for (path, text) in &fleet.files {
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
        git::told(&mut git::command(self.root(), arguments));
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
