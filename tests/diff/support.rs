//! A fleet of any number of sites in memory, edits of it, and the difference between two versions.

use bayplan::diff::{self, Collector, Context, FileChange, human};
use bayplan::output::OutputTree;
use bayplan::pipeline::{self, Compilation, Filter, Options};
use bayplan::source::{SourceFile, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

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

/// The text for people.
pub fn told(report: &diff::Report) -> String {
    human::render(report, human::Style { color: false, is_full: false })
}
