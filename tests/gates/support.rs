//! A fleet in memory, edits of it, and the gates on two versions.

use bayplan::acknowledgement::Date;
use bayplan::diag::{Diagnostic, Severity, render};
use bayplan::failure::Failed;
use bayplan::gate::{Changed, Gate, LastTree, Question, Verdict, is_watched};
use bayplan::output::OutputTree;
use bayplan::pipeline::{self, Compilation, Filter, Options};
use bayplan::source::{SourceFile, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The day of the new source.
pub const TODAY: &str = "2026-11-23";

/// One change of a file.
#[derive(Clone, Copy)]
pub enum Op {
    /// The text must be there, and is replaced wherever it is.
    Replace(&'static str, &'static str, &'static str),
    /// As `Replace`, in all files.
    Everywhere(&'static str, &'static str),
    Write(&'static str, &'static str),
    Append(&'static str, &'static str),
    Delete(&'static str),
}

/// The files of a fleet by path.
#[derive(Clone)]
pub struct Fleet {
    pub files: BTreeMap<String, String>,
}

/// A compiled fleet.
pub struct Compiled {
    pub sources: Sources,
    pub compilation: Compilation,
    pub tree: BTreeMap<String, Vec<u8>>,
}

impl Fleet {
    pub fn base() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gates/fleet");
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
        let mut files = self.files.clone();
        for op in ops {
            match *op {
                Op::Replace(path, from, to) => {
                    let text = files.get_mut(path).unwrap_or_else(|| panic!("{name}: {path} is there"));
                    assert!(text.contains(from), "{name}: {path} holds {from:?}");
                    *text = text.replace(from, to);
                }
                Op::Everywhere(from, to) => {
                    let before = files.clone();
                    files.values_mut().for_each(|text| *text = text.replace(from, to));
                    assert!(files != before, "{name}: some file holds {from:?}");
                }
                Op::Write(path, text) => {
                    files.insert(path.to_owned(), text.to_owned());
                }
                Op::Append(path, text) => files.get_mut(path).unwrap().push_str(text),
                Op::Delete(path) => assert!(files.remove(path).is_some(), "{name}: {path} is there"),
            }
        }
        Fleet { files }
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

/// A tree in memory as the last one.
struct InMemory<'t>(&'t BTreeMap<String, Vec<u8>>);

impl LastTree for InMemory<'_> {
    fn files(&self, folder: &str) -> Result<Vec<String>, Failed> {
        let prefix = format!("{folder}/");
        Ok(self.0.keys().filter(|path| path.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failed> {
        Ok(self.0.get(path).cloned())
    }
}

/// What the gates say of publishing `new` after `old`.
pub fn judge(old: &BTreeMap<String, Vec<u8>>, new: &Compiled) -> Verdict {
    let paths: BTreeSet<&String> = old.keys().chain(new.tree.keys()).collect();
    let changed = paths.into_iter().filter(|path| old.get(*path) != new.tree.get(*path)).map(|path| Changed {
        path: path.clone(),
        is_old: old.contains_key(path),
        is_new: new.tree.contains_key(path),
        old: old.get(path).filter(|_| is_watched(path)).cloned(),
        new: new.tree.get(path).filter(|_| is_watched(path)).cloned(),
    });
    let mut gate = Gate::default();
    gate.add(changed.collect());
    let clusters: Vec<String> = new.compilation.branches.keys().cloned().collect();
    gate.judge(&Question {
        compilation: &new.compilation,
        clusters: &clusters,
        last: (!old.is_empty()).then_some(&InMemory(old) as &dyn LastTree),
        today: Date::parse(TODAY).unwrap(),
        filter: &Filter::default(),
        strict: false,
    })
    .unwrap()
}

/// The codes of what refuses, each once for each diagnostic, in order.
pub fn refused(verdict: &Verdict) -> Vec<&'static str> {
    codes(verdict, Severity::Error)
}

pub fn codes(verdict: &Verdict, severity: Severity) -> Vec<&'static str> {
    let of_severity = verdict.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity);
    let mut codes: Vec<&'static str> = of_severity.map(|diagnostic| diagnostic.code.name).collect();
    codes.sort_unstable();
    codes
}

pub fn told(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| render::to_text(diagnostic, sources, false)).collect::<Vec<_>>().join("\n")
}

/// The acknowledgements that the diagnostics print, ready to paste.
pub fn printed_acknowledgements(verdict: &Verdict) -> String {
    let help = verdict.diagnostics.iter().flat_map(|diagnostic| &diagnostic.help);
    let yaml = help.filter_map(|help| help.split_once("\napiVersion")).map(|(_, rest)| format!("apiVersion{rest}\n"));
    yaml.collect::<Vec<_>>().join("---\n")
}
