//! What the compiler hands over: units of files, and the sinks that take them.
//!
//! A [`Unit`] is the whole content of one folder of the output tree. Its paths were checked when it was made, so a sink has to
//! watch only over clashes between units, for which there is [`Layout`]. Pure: sinks that write lie in [`crate::folder`] and
//! [`crate::publish`]; [`OutputTree`] is the one in memory.

pub mod layout;
pub mod path;

pub use layout::Layout;
pub use path::{OutputPath, PathFault};

use crate::diag::Code;
use crate::failure::{Class, Failed, Failure};
use std::collections::BTreeMap;

/// Takes finished units. Nothing that it does may be seen from outside before the caller says that the compile is good.
pub trait Sink: Send {
    /// Takes a batch of units, which it may work on in parallel. Units come in any order; no folder comes twice, and none lies
    /// in another's.
    ///
    /// A batch is held in memory whole: some megabytes make a good one.
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed>;

    /// Takes a folder over from the tree that the sink builds on, if the content there is still the one that `kept` names; tells
    /// whether it did.
    fn keep(&mut self, _folder: &OutputPath, _kept: Kept) -> Result<bool, Failed> {
        Ok(false)
    }

    /// What the contents of the units are called that were accepted since this was last asked, by folder; nothing where the
    /// sink has no names for them.
    fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        BTreeMap::new()
    }

    /// Asked before each batch is made, whether or not the last one was handed over; an error ends the compile.
    fn go_on(&mut self) -> Result<(), Failed> {
        Ok(())
    }
}

/// What a sink calls the content of a folder: two folders of one id hold the same files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentId([u8; 20]);

impl ContentId {
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        ContentId(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// A folder that may stay as it is.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub content: ContentId,
    /// How many files it holds.
    pub files: usize,
}

/// The cluster that a path of the output tree belongs to.
pub fn cluster_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// The last segment of a path of the output tree.
pub fn file_name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The kind, in small letters, that an object's file is named after.
pub fn kind_of(path: &str) -> &str {
    file_name_of(path).split(['-', '.']).next().unwrap_or_default()
}

/// One file, its path relative to the folder of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    pub path: OutputPath,
    pub bytes: Vec<u8>,
}

/// All files below one folder.
///
/// Files are sorted by the bytes of their paths, which is also the order of git's trees, no two names of a folder differ in
/// case only, and no file has the name of a folder. A unit of the root folder is the exception: it holds single files, and
/// other units lie beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    folder: OutputPath,
    files: Vec<OutputFile>,
}

impl Unit {
    pub fn new(folder: OutputPath, mut files: Vec<OutputFile>) -> Result<Self, OutputError> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut layout = Layout::default();
        for file in &files {
            if let Err(fault) = folder.has_room_for(&file.path) {
                return Err(OutputError::Path { path: format!("{folder}/{}", file.path), fault });
            }
            layout.add_file(&file.path).map_err(|clash| clash.below(&folder))?;
        }
        Ok(Unit { folder, files })
    }

    /// One file at the root of the tree.
    pub fn of_root(name: &str, bytes: Vec<u8>) -> Result<Self, OutputError> {
        let fault = |fault| OutputError::Path { path: name.to_owned(), fault };
        let path = OutputPath::parse(name).map_err(fault)?;
        Unit::new(OutputPath::root(), vec![OutputFile { path, bytes }])
    }

    pub fn folder(&self) -> &OutputPath {
        &self.folder
    }

    pub fn files(&self) -> &[OutputFile] {
        &self.files
    }

    pub fn into_files(self) -> Vec<OutputFile> {
        self.files
    }

    /// Sum of the files' sizes.
    pub fn size(&self) -> usize {
        self.files.iter().map(|file| file.bytes.len()).sum()
    }
}

/// An output tree in memory: for streams, comparisons and tests.
#[derive(Debug, Default)]
pub struct OutputTree {
    files: BTreeMap<String, Vec<u8>>,
    layout: Layout,
}

impl OutputTree {
    pub fn new() -> Self {
        OutputTree::default()
    }

    /// Path to bytes, in order of path.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }
}

impl Sink for OutputTree {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        for unit in units {
            self.layout.add_unit(&unit)?;
            let folder = unit.folder.clone();
            for file in unit.into_files() {
                self.files.insert(folder.join(&file.path), file.bytes);
            }
        }
        Ok(())
    }
}

/// Why an output tree cannot be written. The compiler prevents each of these with a better message; sinks trust no one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    #[error("output path {path} cannot be written: {fault}")]
    Path { path: String, fault: PathFault },
    #[error("output path {path} is written twice")]
    Twice { path: String },
    #[error("output paths {path} and {other} differ in case only")]
    Case { path: String, other: String },
    #[error("output path {path} is both a file and a folder")]
    FileAndFolder { path: String },
    #[error("the output has more than {} files", layout::MAX_FILES)]
    TooMany,
}

pub static OUTPUT_PATH: Code = Code {
    name: "output-path",
    explanation: "Paths of the output tree are made of lower-case letters, digits, `.`, `_`, `-` and `%` with two hex digits, \
                  and hold nothing that git, Windows, Flux's default exclusions or kustomize would trip over. No two of them \
                  differ in case only, and none is both a file and a folder. One branch holds at most four million files: give \
                  each cluster its own with `publish.branch: \"rendered-{{cluster.name}}\"`.",
};

/// The codes of this module.
pub static CODES: &[&Code] = &[&OUTPUT_PATH];

impl Failure for OutputError {
    fn class(&self) -> Class {
        Class::Input
    }

    fn code(&self) -> &'static Code {
        &OUTPUT_PATH
    }

    fn help(&self) -> Vec<String> {
        let help = match self {
            OutputError::Path { .. } => "rename the cluster, environment, namespace or object that the path is made of",
            OutputError::Twice { .. } | OutputError::Case { .. } | OutputError::FileAndFolder { .. } => {
                "rename one of the objects, or the namespaces that they lie in"
            }
            OutputError::TooMany => "publish one branch per cluster: `publish.branch: \"rendered-{{cluster.name}}\"`",
        };
        vec![help.to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> OutputFile {
        OutputFile { path: OutputPath::parse(path).unwrap(), bytes: path.as_bytes().to_vec() }
    }

    fn unit(folder: &str, files: &[&str]) -> Result<Unit, OutputError> {
        Unit::new(OutputPath::parse(folder).unwrap(), files.iter().map(|path| file(path)).collect())
    }

    fn message(result: Result<Unit, OutputError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_unit_sorts_its_files_as_git_does() {
        let unit = unit("a/b", &["x/y.yaml", "x.yaml", "x-z/y.yaml"]).unwrap();
        let paths: Vec<&str> = unit.files().iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["x-z/y.yaml", "x.yaml", "x/y.yaml"]);
        assert_eq!(unit.size(), 24);
    }

    #[test]
    fn clashes_within_a_unit_are_refused() {
        assert_eq!(message(unit("a", &["x", "x"])), "output path a/x is written twice");
        assert_eq!(message(unit("a", &["x%3A", "x%3a"])), "output paths a/x%3a and a/x%3A differ in case only");
        assert_eq!(message(unit("a", &["x", "x-", "x/y"])), "output path a/x is both a file and a folder");
        assert_eq!(message(unit("a", &["y%3A/b", "y%3a/c"])), "output paths a/y%3a and a/y%3A differ in case only");
    }

    #[test]
    fn clashes_between_units_are_refused() {
        let add = |units: &[(&str, &[&str])]| -> Result<usize, String> {
            let mut tree = OutputTree::new();
            for (folder, files) in units {
                tree.accept(vec![unit(folder, files).unwrap()]).map_err(|error| error.to_string())?;
            }
            Ok(tree.files().len())
        };
        assert_eq!(add(&[("c/e", &["a"]), ("c/f", &["a"]), ("", &["hydrator.metadata", "c/x"])]), Ok(4));
        assert_eq!(add(&[("c/e", &["a"]), ("c/e", &["b"])]), Err("output path c/e is written twice".to_owned()));
        assert_eq!(add(&[("c/e", &["a"]), ("c", &["b"])]), Err("output path c is written twice".to_owned()));
        assert_eq!(add(&[("c", &["a"]), ("c/e", &["b"])]), Err("output path c is written twice".to_owned()));
        assert_eq!(add(&[("", &["c"]), ("c/e", &["b"])]), Err("output path c is both a file and a folder".to_owned()));
    }
}
