//! Behaviours as folders: `tests/cases/<area>/<behaviour>/`.
//!
//! - `in/`: files laid over the fleet in `tests/cases/base/` (or over nothing, where the case has a file `no-base`).
//! - `edits`: changes of the base's files, as `apply_edits` reads them.
//! - `delete`: paths to take out of the base, one a line.
//! - `links`: symbolic links to make, `PATH -> TARGET` a line.
//! - `args`: the arguments, one a line; `check` if there is none.
//! - `git`: where it is there, the folder is a git repository with everything committed.
//! - `out/`: what must come out: `stdout`, `stderr`, `exit`, and `tree/` for files that the command wrote.
//!
//! `BAYPLAN_BLESS=1 cargo test --test cases` writes `out/` anew; read the difference before you commit it.

#![allow(clippy::expect_used, clippy::panic)]

#[path = "common/git.rs"]
mod git;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Folders that have an `in/`, an `args` or an `out/`.
fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
    let is_case = ["in", "args", "out", "edits", "delete", "links"].iter().any(|name| folder.join(name).exists());
    if is_case {
        found.push(folder.to_owned());
        return;
    }
    let mut below: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    below.sort();
    for path in below {
        if path != root().join("base") {
            cases(&path, found);
        }
    }
}

/// All files below a folder by relative path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let walk = walkdir::WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".git");
    for entry in walk {
        let Ok(entry) = entry else { continue };
        if !entry.file_type().is_dir() {
            let path = entry.path().strip_prefix(folder).expect("below the folder");
            let name = path.to_str().expect("UTF-8").to_owned();
            found.insert(name, fs::read(entry.path()).unwrap_or_default());
        }
    }
    found
}

fn lay(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().expect("has a parent")).expect("the folder can be made");
        fs::write(target, bytes).expect("the file can be written");
    }
}

/// Replaces texts in files. A line `--- PATH` names a file; each run of lines with a leading `-` is a text that occurs in it
/// exactly once, and the lines with a leading `+` that follow it take its place. Lines with `+` alone are added at the end.
fn apply_edits(edits: &str, folder: &Path, case: &Path) {
    let mut lines = edits.lines().peekable();
    let mut path = PathBuf::new();
    while let Some(line) = lines.peek() {
        if let Some(name) = line.strip_prefix("--- ") {
            path = folder.join(name);
            lines.next();
            continue;
        }
        let mut take = |sign: char| {
            let mut text = String::new();
            while let Some(line) = lines.next_if(|line| line.starts_with(sign) && !line.starts_with("--- ")) {
                text.push_str(&line[1..]);
                text.push('\n');
            }
            text
        };
        let (old, new) = (take('-'), take('+'));
        assert!(
            !(old.is_empty() && new.is_empty()),
            "{}: edits: a line begins with `--- `, `-` or `+`",
            case.display()
        );
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let edited = if old.is_empty() {
            text + &new
        } else {
            let found = text.matches(&old).count();
            assert_eq!(found, 1, "{}: edits: this text must occur once in {}:\n{old}", case.display(), path.display());
            text.replacen(&old, &new, 1)
        };
        fs::write(&path, edited).expect("the file can be written");
    }
}

/// What a case's command gave.
fn run(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let folder = temporary.path().join("fleet");
    fs::create_dir(&folder).expect("a folder can be made");
    if !case.join("no-base").exists() {
        lay(&root().join("base"), &folder);
    }
    for path in fs::read_to_string(case.join("delete")).unwrap_or_default().lines() {
        let target = folder.join(path);
        let removed = if target.is_dir() { fs::remove_dir_all(target) } else { fs::remove_file(target) };
        removed.unwrap_or_else(|error| panic!("{}: delete {path}: {error}", case.display()));
    }
    lay(&case.join("in"), &folder);
    apply_edits(&fs::read_to_string(case.join("edits")).unwrap_or_default(), &folder, case);
    #[cfg(unix)]
    for line in fs::read_to_string(case.join("links")).unwrap_or_default().lines() {
        let (path, target) = line.split_once(" -> ").expect("a link is `PATH -> TARGET`");
        std::os::unix::fs::symlink(target, folder.join(path)).expect("the link can be made");
    }
    if case.join("git").exists() {
        git::told(&mut git::command(&folder, &["init", "-q"]));
        git::told(&mut git::command(&folder, &["add", "-A"]));
        git::told(&mut git::command(&folder, &["commit", "-q", "-m", "a fleet"]));
    }
    let before = files(&folder);
    let arguments = fs::read_to_string(case.join("args")).unwrap_or_else(|_| "check\n".to_owned());
    let output = Command::new(env!("CARGO_BIN_EXE_bayplan"))
        .args(arguments.lines())
        .current_dir(&folder)
        .output()
        .expect("bayplan runs");
    let mut got = BTreeMap::new();
    got.insert("stdout".to_owned(), output.stdout);
    got.insert("stderr".to_owned(), output.stderr);
    let code = output.status.code().map_or_else(|| "killed".to_owned(), |code| code.to_string());
    got.insert("exit".to_owned(), format!("{code}\n").into_bytes());
    for (path, bytes) in files(&folder) {
        if before.get(&path) != Some(&bytes) {
            got.insert(format!("tree/{path}"), bytes);
        }
    }
    got
}

fn shown(bytes: Option<&Vec<u8>>) -> String {
    bytes.map_or_else(|| "(nothing)".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned())
}

#[test]
fn every_case_gives_what_its_folder_says() {
    #[allow(clippy::disallowed_methods)]
    let is_blessing = std::env::var("BAYPLAN_BLESS").is_ok();
    let mut found = Vec::new();
    cases(&root(), &mut found);
    assert!(!found.is_empty(), "there are cases");
    let failures: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());
    let queue = Mutex::new(found.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |count| count.get()) {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().expect("not poisoned").next() else { return };
                    let got = run(&case);
                    let out = case.join("out");
                    let due = files(&out);
                    if got == due {
                        continue;
                    }
                    if is_blessing {
                        let _ = fs::remove_dir_all(&out);
                        for (path, bytes) in &got {
                            let target = out.join(path);
                            fs::create_dir_all(target.parent().expect("has a parent")).expect("can be made");
                            fs::write(target, bytes).expect("can be written");
                        }
                        continue;
                    }
                    let paths: BTreeSet<&String> = got.keys().chain(due.keys()).collect();
                    let mut told = String::new();
                    for path in paths {
                        if got.get(path) != due.get(path) {
                            let (due, got) = (shown(due.get(path)), shown(got.get(path)));
                            told.push_str(&format!("--- {path}: due\n{due}\n--- {path}: got\n{got}\n"));
                        }
                    }
                    failures.lock().expect("not poisoned").insert(case, told);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("not poisoned");
    let told: Vec<String> = failures.iter().map(|(case, told)| format!("== {}\n{told}", case.display())).collect();
    assert!(
        told.is_empty(),
        "{} cases differ; to accept what came out: BAYPLAN_BLESS=1 cargo test --test cases\n{}",
        told.len(),
        told.join("\n")
    );
}
