//! The fleet of `tests/gates/fleet` in a repository, and the program run on it.

use crate::git;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub struct Repository {
    pub folder: TempDir,
}

/// What a command said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Repository {
    /// The fleet of `tests/gates/fleet`, committed.
    pub fn new() -> Self {
        let repository = Repository { folder: tempfile::tempdir().unwrap() };
        let fleet = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gates/fleet");
        for entry in walkdir::WalkDir::new(&fleet) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&fleet).unwrap().to_str().unwrap().to_owned();
                repository.write(&path, &fs::read_to_string(entry.path()).unwrap());
            }
        }
        fs::create_dir_all(repository.path()).unwrap();
        repository.git(&["init", "--quiet", "--template=", "--initial-branch=main"]);
        repository.commit("a fleet");
        repository
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("fleet")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(from), "{path} holds {from:?}");
        self.write(path, &text.replace(from, to));
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    pub fn tip(&self, branch: &str) -> String {
        self.git(&["rev-parse", &format!("refs/heads/{branch}")])
    }

    pub fn bayplan(&self, arguments: &[&str]) -> Said {
        bayplan(&self.path(), arguments)
    }

    pub fn published(&self) {
        let said = self.bayplan(&["publish"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
    }

    /// Every object and ref of the repository.
    pub fn state(&self) -> BTreeMap<String, usize> {
        let files = walkdir::WalkDir::new(self.path().join(".git")).into_iter().map(Result::unwrap);
        files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).unwrap().len()))
            .collect()
    }
}

/// On a day on which the acknowledgements of these tests hold.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let day = "2026-11-23T08:00:00Z";
    git::told(git::command(folder, arguments).envs([("GIT_AUTHOR_DATE", day), ("GIT_COMMITTER_DATE", day)]))
}

pub fn bayplan(folder: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_bayplan")).current_dir(folder).args(arguments).output().unwrap();
    Said {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

pub fn acknowledgement(change: &str, object: &str) -> String {
    format!(
        "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {{name: on-purpose}}\nspec:\n  change: {change}\n  \
         object: {object}\n  reason: ticket 1\n  expires: \"2026-12-31\"\n"
    )
}
