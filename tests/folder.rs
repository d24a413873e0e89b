//! Writing output trees to folders.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use bayplan::failure::{Class, Failure};
use bayplan::folder::{
    Differences, FolderComparer, FolderError, FolderWriter, LIST_FILE, Scope, Written, check_target,
};
use bayplan::output::{OutputFile, OutputPath, Sink, Unit};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A fleet, and the folder `rendered` in it.
struct Place {
    _folder: TempDir,
    fleet: PathBuf,
    target: PathBuf,
}

type Tree<'a> = &'a [(&'a str, &'a str)];

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fleet = folder.path().join("fleet");
        for inputs in ["site-specs", "templates", "secrets"] {
            fs::create_dir_all(fleet.join(inputs)).unwrap();
        }
        fs::write(fleet.join("bayplan.yaml"), "kind: Fleet\n").unwrap();
        let target = fleet.join("rendered");
        Place { _folder: folder, fleet, target }
    }

    fn open(&self) -> Result<FolderWriter, FolderError> {
        FolderWriter::open(&self.target, &self.fleet, &["secrets/a.yaml".to_owned()])
    }

    fn write(&self, tree: Tree) -> Result<Written, FolderError> {
        self.write_scoped(tree, &Scope::Everything)
    }

    fn write_scoped(&self, tree: Tree, scope: &Scope) -> Result<Written, FolderError> {
        let mut writer = self.open()?;
        writer.add(units(tree))?;
        writer.finish(scope)
    }

    /// The files of the target but for the list.
    fn files(&self) -> BTreeMap<String, String> {
        let files = walkdir::WalkDir::new(&self.target).into_iter().map(Result::unwrap);
        files
            .filter(|entry| entry.file_type().is_file() && entry.file_name() != LIST_FILE)
            .map(|entry| {
                let path = entry.path().strip_prefix(&self.target).unwrap().to_str().unwrap().to_owned();
                (path, fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    fn assert_holds(&self, tree: Tree) {
        let expected = tree.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        assert_eq!(self.files(), expected);
        assert!(!self.target.join(".bayplan-staging").exists(), "staging was left behind");
        let empty = walkdir::WalkDir::new(&self.target)
            .min_depth(1)
            .into_iter()
            .map(Result::unwrap)
            .find(|entry| entry.file_type().is_dir() && fs::read_dir(entry.path()).unwrap().next().is_none());
        assert!(empty.is_none(), "empty folder {empty:?}");
    }
}

/// Units of the first two folders of each path; what lies higher up belongs to the root's unit.
fn units(tree: Tree) -> Vec<Unit> {
    let mut units: BTreeMap<String, Vec<OutputFile>> = BTreeMap::new();
    for (path, text) in tree {
        let (folder, rest) = match path.match_indices('/').nth(1) {
            Some((end, _)) => (&path[..end], &path[end + 1..]),
            None => ("", *path),
        };
        let file = OutputFile { path: OutputPath::parse(rest).unwrap(), bytes: text.as_bytes().to_vec() };
        units.entry(folder.to_owned()).or_default().push(file);
    }
    units.into_iter().map(|(folder, files)| Unit::new(OutputPath::parse(&folder).unwrap(), files).unwrap()).collect()
}

fn written(added: usize, modified: usize, removed: usize, unchanged: usize) -> Written {
    Written { added, modified, removed, unchanged }
}

const FIRST: Tree = &[("c/e/app/a.yaml", "a"), ("c/e/app/b.yaml", "b"), ("c/f/x.yaml", "x"), ("root.yaml", "r")];
const SECOND: Tree = &[("c/e/app/a.yaml", "A"), ("c/e/app/b.yaml", "b"), ("c/g/x.yaml", "x"), ("root.yaml", "r")];

#[test]
fn a_new_folder_is_filled() {
    let place = Place::new();
    assert_eq!(place.write(FIRST).unwrap(), written(4, 0, 0, 0));
    place.assert_holds(FIRST);
    let list = fs::read_to_string(place.target.join(LIST_FILE)).unwrap();
    let listed: Vec<&str> = list.lines().skip(1).collect();
    assert_eq!(listed, ["c/e/app/a.yaml", "c/e/app/b.yaml", "c/f/x.yaml", "root.yaml"]);
}

#[test]
fn what_changed_is_replaced_and_what_did_not_is_left_alone() {
    let place = Place::new();
    place.write(FIRST).unwrap();
    let modified = |path: &str| fs::metadata(place.target.join(path)).unwrap().modified().unwrap();
    let before = modified("c/e/app/b.yaml");
    assert_eq!(place.write(SECOND).unwrap(), written(1, 1, 1, 2));
    place.assert_holds(SECOND);
    assert_eq!(modified("c/e/app/b.yaml"), before);
    let list = modified(LIST_FILE);
    assert_eq!(place.write(SECOND).unwrap(), written(0, 0, 0, 4));
    assert_eq!(modified(LIST_FILE), list);
}

#[test]
fn files_and_folders_may_change_places() {
    let place = Place::new();
    let trees: [Tree; 3] = [
        &[("a/b/c/x", "1"), ("d", "2"), ("e/f/g", "3")],
        &[("a", "4"), ("d/e/f", "5"), ("e/f/g/h", "6")],
        &[("a/b/c", "7"), ("d", "8")],
    ];
    for tree in trees.into_iter().chain([FIRST, trees[0]]) {
        place.write(tree).unwrap();
        place.assert_holds(tree);
    }
}

#[test]
fn deleted_and_edited_files_are_repaired() {
    let place = Place::new();
    place.write(FIRST).unwrap();
    fs::remove_file(place.target.join("root.yaml")).unwrap();
    fs::remove_dir_all(place.target.join("c/f")).unwrap();
    fs::write(place.target.join("c/e/app/a.yaml"), "edited").unwrap();
    assert_eq!(place.write(FIRST).unwrap(), written(2, 1, 0, 1));
    place.assert_holds(FIRST);
}

#[test]
fn a_filter_leaves_other_paths_alone() {
    let place = Place::new();
    place.write(FIRST).unwrap();
    let scope = Scope::Folders(vec![OutputPath::parse("c/e").unwrap()]);
    assert_eq!(place.write_scoped(&[("c/e/app/a.yaml", "new")], &scope).unwrap(), written(0, 1, 1, 0));
    place.assert_holds(&[("c/e/app/a.yaml", "new"), ("c/f/x.yaml", "x"), ("root.yaml", "r")]);
    assert_eq!(place.write(FIRST).unwrap(), written(1, 1, 0, 2));
    place.assert_holds(FIRST);
}

#[test]
fn an_error_leaves_no_trace() {
    let place = Place::new();
    let mut writer = place.open().unwrap();
    writer.add(units(FIRST)).unwrap();
    assert!(writer.add(units(FIRST)).is_err());
    drop(writer);
    assert!(!place.target.exists());

    place.write(FIRST).unwrap();
    let mut writer = place.open().unwrap();
    writer.add(units(SECOND)).unwrap();
    drop(writer);
    place.assert_holds(FIRST);
}

#[test]
fn strange_files_are_named_and_nothing_is_touched() {
    let place = Place::new();
    fs::create_dir_all(place.target.join("notes")).unwrap();
    fs::write(place.target.join("notes/mine.txt"), "mine").unwrap();
    let error = place.write(FIRST).unwrap_err();
    assert_eq!(error.class(), Class::Usage);
    assert!(error.to_string().ends_with("holds files that bayplan did not write there: notes/mine.txt"), "{error}");
    assert_eq!(place.files().len(), 1);
    fs::remove_dir_all(&place.target).unwrap();

    place.write(FIRST).unwrap();
    symlink("/etc/hostname", place.target.join("c/e/app/link")).unwrap();
    assert!(matches!(place.write(SECOND), Err(FolderError::Strange { paths, .. }) if paths == ["c/e/app/link"]));
}

#[test]
fn a_symbolic_link_in_place_of_a_folder_is_not_followed() {
    let place = Place::new();
    place.write(FIRST).unwrap();
    let outside = place.fleet.join("outside");
    fs::rename(place.target.join("c"), &outside).unwrap();
    symlink(&outside, place.target.join("c")).unwrap();
    assert!(matches!(place.write(SECOND), Err(FolderError::Strange { paths, .. }) if paths == ["c"]));
    assert_eq!(fs::read_to_string(outside.join("e/app/a.yaml")).unwrap(), "a");
}

#[test]
fn a_run_that_was_killed_is_repaired_by_the_next() {
    let place = Place::new();
    place.write(FIRST).unwrap();
    // Killed while it put files into place: the list covers old and new, some files are new, staging is still there.
    let list = place.target.join(LIST_FILE);
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text + "c/g/x.yaml\n").unwrap();
    fs::write(place.target.join("c/e/app/a.yaml"), "A").unwrap();
    fs::create_dir_all(place.target.join("c/g")).unwrap();
    fs::write(place.target.join("c/g/x.yaml"), "x").unwrap();
    fs::create_dir_all(place.target.join(".bayplan-staging/files/c")).unwrap();
    fs::write(place.target.join(".bayplan-staging/files/c/half"), "ha").unwrap();
    fs::write(place.target.join(".bayplan-files.new"), "ha").unwrap();
    place.write(SECOND).unwrap();
    place.assert_holds(SECOND);
    place.write(FIRST).unwrap();
    place.assert_holds(FIRST);
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let place = Place::new();
    let writer = place.open().unwrap();
    assert!(matches!(place.open(), Err(FolderError::Busy(_))));
    drop(writer);
    place.write(FIRST).unwrap();
}

#[test]
fn targets_that_would_endanger_inputs_are_refused() {
    let place = Place::new();
    let named = ["secrets/a.yaml".to_owned()];
    let check = |target: &Path| check_target(target, &place.fleet, &named).map(drop).map_err(|error| error.to_string());
    let fleet = place.fleet.canonicalize().unwrap();
    for target in
        ["", "..", "site-specs", "templates/drupal", "templates/../crds/x", "bayplan.yaml", ".git/x", "secrets"]
    {
        assert!(check(&fleet.join(target)).is_err(), "{target}");
    }
    for target in ["rendered", "deep/er/rendered", "snapshots", "../rendered", "site-specs-2"] {
        assert_eq!(check(&fleet.join(target)), Ok(()), "{target}");
    }
    symlink(fleet.join("site-specs"), fleet.join("link")).unwrap();
    assert!(check(&fleet.join("link")).is_err());
    assert!(check(&fleet.join("link/new")).is_err());
}

#[test]
fn a_list_that_leads_out_of_the_folder_is_refused() {
    let place = Place::new();
    place.write(FIRST).unwrap();
    let list = place.target.join(LIST_FILE);
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text + "../bayplan.yaml\n").unwrap();
    assert!(matches!(place.write(SECOND), Err(FolderError::List(_))));
    assert!(place.fleet.join("bayplan.yaml").exists());
}

#[test]
fn a_comparison_names_every_difference() {
    let place = Place::new();
    let compare = |tree: Tree| {
        let mut comparer = FolderComparer::open(&place.target).unwrap();
        comparer.accept(units(tree)).unwrap();
        comparer.finish()
    };
    assert_eq!(compare(FIRST).missing.len(), 4, "the folder does not exist yet");
    place.write(FIRST).unwrap();
    assert!(compare(FIRST).is_empty());
    fs::write(place.target.join("mine.txt"), "mine").unwrap();
    let expected = Differences {
        missing: vec!["c/g/x.yaml".to_owned()],
        modified: vec!["c/e/app/a.yaml".to_owned()],
        surplus: vec!["c/f/x.yaml".to_owned(), "mine.txt".to_owned()],
    };
    assert_eq!(compare(SECOND), expected);
}
