//! A fleet in memory, edits of it, and what it compiles to.

use bayplan::diag::{Diagnostic, render};
use bayplan::output::OutputTree;
use bayplan::pipeline::{self, Compilation, Options};
use bayplan::source::{SourceFile, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One change of a file.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "not every suite has edits of every sort")]
pub enum Op {
    /// The text must be there, and is replaced wherever it is.
    Replace(&'static str, &'static str, &'static str),
    /// As `Replace`, in all files.
    Everywhere(&'static str, &'static str),
    /// As `Replace`, in the files of all sites.
    InSites(&'static str, &'static str),
    Write(&'static str, &'static str),
    Append(&'static str, &'static str),
    Delete(&'static str),
    /// The first file becomes the second.
    Rename(&'static str, &'static str),
}

/// The files of a fleet by path.
#[derive(Clone)]
pub struct Fleet {
    pub files: BTreeMap<String, String>,
}

/// Files of the output by path.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// A compiled fleet.
pub struct Compiled {
    pub sources: Sources,
    pub compilation: Compilation,
    pub tree: Tree,
}

impl Fleet {
    /// The files of a folder of this repository.
    pub fn in_folder(folder: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&root) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(path, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
        Fleet { files }
    }

    pub fn edited(&self, name: &str, ops: &[Op]) -> Self {
        let mut fleet = self.clone();
        ops.iter().for_each(|op| fleet.edit(name, op));
        fleet
    }

    fn edit(&mut self, name: &str, op: &Op) {
        let files = &mut self.files;
        match *op {
            Op::Replace(path, from, to) => {
                let text = files.get_mut(path).unwrap_or_else(|| panic!("{name}: {path} is there"));
                assert!(text.contains(from), "{name}: {path} holds {from:?}");
                *text = text.replace(from, to);
            }
            Op::Everywhere(from, to) => self.replace_below("", name, from, to),
            Op::InSites(from, to) => self.replace_below("site-specs/sites/", name, from, to),
            Op::Write(path, text) => {
                files.insert(path.to_owned(), text.to_owned());
            }
            Op::Append(path, text) => files.get_mut(path).unwrap().push_str(text),
            Op::Delete(path) => assert!(files.remove(path).is_some(), "{name}: {path} is there"),
            Op::Rename(from, to) => {
                let text = files.remove(from).unwrap_or_else(|| panic!("{name}: {from} is there"));
                files.insert(to.to_owned(), text);
            }
        }
    }

    fn replace_below(&mut self, folder: &str, name: &str, from: &str, to: &str) {
        let below = self.files.iter_mut().filter(|(path, _)| path.starts_with(folder));
        let holding: Vec<&mut String> = below.map(|(_, text)| text).filter(|text| text.contains(from)).collect();
        assert!(!holding.is_empty(), "{name}: some file holds {from:?}");
        holding.into_iter().for_each(|text| *text = text.replace(from, to));
    }

    /// Compiles, which must work.
    pub fn compiled(&self, name: &str) -> Compiled {
        self.try_compiled().unwrap_or_else(|told| panic!("{name}:\n{told}"))
    }

    /// Compiles, or tells why that does not work.
    pub fn try_compiled(&self) -> Result<Compiled, String> {
        let files = self.files.iter().map(|(path, text)| SourceFile::regular(path.clone(), text.as_bytes()));
        let sources = Sources::new(files);
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(&sources, &Options::default(), &mut tree).unwrap();
        if compilation.has_errors() {
            return Err(told(&compilation.diagnostics, &sources));
        }
        Ok(Compiled { sources, compilation, tree: tree.files().clone() })
    }
}

/// The paths of files that differ, or that one tree alone has.
pub fn changed<'t>(old: &'t Tree, new: &'t Tree) -> impl Iterator<Item = &'t String> {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    paths.into_iter().filter(|path| old.get(*path) != new.get(*path))
}

pub fn told(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| render::to_text(diagnostic, sources, false)).collect::<Vec<_>>().join("\n")
}
