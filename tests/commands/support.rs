//! The base fleet of the cases in a folder of its own, and the program run on it.

use crate::git;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A copy of `tests/cases/base`, in a repository or not.
pub struct Fleet {
    folder: TempDir,
    /// Where bayplan.yaml is.
    pub root: PathBuf,
}

/// What a run gave.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Fleet {
    /// Without git.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let root = folder.path().join("fleet");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/base"), &root);
        Fleet { folder, root }
    }

    /// As one commit of a repository, in `below` of it where that is not empty.
    pub fn committed(below: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let repository = folder.path().join("repository");
        let root = if below.is_empty() { repository.clone() } else { repository.join(below) };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/base"), &root);
        git(&repository, &["init", "--quiet", "--initial-branch=main"]);
        git(&repository, &["add", "--all"]);
        git(&repository, &["commit", "--quiet", "--message=a fleet"]);
        Fleet { folder, root }
    }

    /// The folder around everything.
    pub fn around(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }

    /// Replaces a text that a file has once.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.root.join(path)).expect("can be read");
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {path}");
        self.write(path, &text.replace(old, new));
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.root, arguments)
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        run_in(&self.root, arguments)
    }

    /// Runs what must succeed and gives its standard output.
    pub fn output(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.stdout, run.stderr);
        run.stdout
    }
}

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_bayplan"))
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    run(program().args(arguments).current_dir(folder))
}

pub fn run(command: &mut Command) -> Run {
    let output = command.output().expect("bayplan runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("ends by itself");
    Run { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    git::told(&mut git::command(folder, arguments))
}

/// Files below a folder by path, with their bytes.
pub fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below").to_str().expect("UTF-8").to_owned();
            (path, fs::read(entry.path()).expect("can be read"))
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().expect("has a parent")).expect("can be made");
        fs::write(target, bytes).expect("can be written");
    }
}
