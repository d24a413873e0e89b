//! Reading a fleet from disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use bayplan::inputs::InputError;
use bayplan::source::{EntryKind, MAX_FILE_BYTES};
use bayplan::worktree::WorkTree;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;
use tempfile::TempDir;

fn fleet(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [("bayplan.yaml", "kind: Fleet\n")].iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read(folder: &TempDir) -> Vec<(String, EntryKind)> {
    let sources = WorkTree::find(folder.path()).unwrap().read().unwrap();
    sources.iter().map(|(_, file)| (file.path.clone(), file.kind)).collect()
}

#[test]
fn the_nearest_fleet_counts() {
    let folder = fleet(&[("inner/bayplan.yaml", ""), ("inner/deep/x", ""), ("other/x", "")]);
    let root = |dir: &str| WorkTree::find(&folder.path().join(dir)).unwrap().root().to_owned();
    let canonical = folder.path().canonicalize().unwrap();
    assert_eq!(root("inner/deep"), canonical.join("inner"));
    assert_eq!(root("other"), canonical);
    let nowhere = tempfile::tempdir().unwrap();
    let error = WorkTree::find(nowhere.path()).unwrap_err();
    assert_eq!(error.to_string(), format!("no `bayplan.yaml` in {} or any folder above it", nowhere.path().display()));
    assert!(matches!(WorkTree::find(&nowhere.path().join("x")), Err(InputError::Unreadable { .. })));
}

#[test]
fn inputs_are_read_and_nothing_else() {
    let folder = fleet(&[
        ("site-specs/a/b.yaml", "b"),
        ("site-specs/a.yaml", "a"),
        ("site-specs/.a.yaml.swp", ""),
        ("site-specs/.DS_Store", ""),
        ("templates/t/partials/.htaccess", "x"),
        ("crds/widget.yaml", "crd"),
        ("snapshots/x.yaml", ""),
        ("README.md", ""),
    ]);
    let expected = [
        "bayplan.yaml",
        "crds/widget.yaml",
        "site-specs/a.yaml",
        "site-specs/a/b.yaml",
        "templates/t/partials/.htaccess",
    ];
    assert_eq!(read(&folder), expected.map(|path| (path.to_owned(), EntryKind::Regular)));
}

#[test]
fn only_regular_files_are_opened() {
    let folder = fleet(&[
        ("site-specs/a.yaml", "a"),
        ("elsewhere/secret.yaml", "secret"),
        ("templates/module/.git", "gitdir: x"),
    ]);
    let specs = folder.path().join("site-specs");
    symlink("/etc/passwd", specs.join("link.yaml")).unwrap();
    symlink("../elsewhere", specs.join("folder")).unwrap();
    symlink("loop", specs.join("loop")).unwrap();
    symlink("elsewhere", folder.path().join("crds")).unwrap();
    assert!(Command::new("mkfifo").arg(specs.join("fifo.yaml")).status().unwrap().success());
    fs::write(specs.join("large.yaml"), vec![b'#'; usize::try_from(MAX_FILE_BYTES).unwrap() + 1]).unwrap();
    fs::write(specs.join("limit.yaml"), vec![b'#'; usize::try_from(MAX_FILE_BYTES).unwrap()]).unwrap();
    let expected = [
        ("bayplan.yaml", EntryKind::Regular),
        ("crds", EntryKind::Symlink),
        ("site-specs/a.yaml", EntryKind::Regular),
        ("site-specs/fifo.yaml", EntryKind::Special),
        ("site-specs/folder", EntryKind::Symlink),
        ("site-specs/large.yaml", EntryKind::TooLarge),
        ("site-specs/limit.yaml", EntryKind::Regular),
        ("site-specs/link.yaml", EntryKind::Symlink),
        ("site-specs/loop", EntryKind::Symlink),
        ("templates/module", EntryKind::Submodule),
    ];
    assert_eq!(read(&folder), expected.map(|(path, kind)| (path.to_owned(), kind)));
}

#[test]
fn named_files_are_not_followed_out_of_the_fleet() {
    let folder = fleet(&[("terraform/a.json", "{}")]);
    symlink("/etc", folder.path().join("etc")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("fifo")).status().unwrap().success());
    let tree = WorkTree::find(folder.path()).unwrap();
    let named = ["terraform/a.json", "terraform/b.json", "terraform/a.json/x", "etc/passwd", "fifo", "terraform"];
    let files = tree.read_named(&named.map(str::to_owned)).unwrap();
    let found: Vec<(&str, EntryKind, usize)> =
        files.iter().map(|file| (file.path.as_str(), file.kind, file.bytes.len())).collect();
    assert_eq!(
        found,
        [
            ("terraform/a.json", EntryKind::Regular, 2),
            ("etc/passwd", EntryKind::Symlink, 0),
            ("fifo", EntryKind::Special, 0),
            ("terraform", EntryKind::Special, 0),
        ]
    );
    for path in ["../x", "/etc/passwd", "a/../../x", ""] {
        assert!(matches!(tree.read_named(&[path.to_owned()]), Err(InputError::OddNames(_))), "{path}");
    }
}

#[test]
fn names_that_are_no_text_are_all_named() {
    let folder = fleet(&[("site-specs/a\tb.yaml", "")]);
    fs::write(folder.path().join("site-specs").join(OsStr::from_bytes(b"caf\xE9.yaml")), "").unwrap();
    let error = WorkTree::find(folder.path()).unwrap().read().unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 file names cannot be used as input: site-specs/a\\u{9}b.yaml (a control character), \
         site-specs/caf\\xE9.yaml (not UTF-8)"
    );
}
