//! What runs leave in the git folder: a run with it gives the commit that one without it gives, whatever became of it.

use super::support::{Fleet, git};
use std::fs;
use std::path::{Path, PathBuf};

fn tip(folder: &Path) -> String {
    git(folder, &["rev-parse", "refs/heads/rendered"])
}

fn state(fleet: &Fleet) -> PathBuf {
    fleet.root.join(".git/bayplan")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("can be read"));
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Publishes an edit on top of the same branch with the state as it is, and without any; gives both tips.
fn publish_both(fleet: &Fleet) -> [String; 2] {
    let before = tip(&fleet.root);
    fleet.output(&["publish"]);
    let with = tip(&fleet.root);
    let kept = fleet.around().join("kept");
    fs::rename(state(fleet), &kept).expect("can be moved");
    git(&fleet.root, &["update-ref", "refs/heads/rendered", &before]);
    fleet.output(&["publish", "--threads", "1"]);
    let without = tip(&fleet.root);
    fs::remove_dir_all(state(fleet)).expect("can be removed");
    fs::rename(&kept, state(fleet)).expect("can be moved");
    git(&fleet.root, &["fsck", "--strict"]);
    [with, without]
}

#[test]
fn edits_give_the_same_commit_with_and_without_it() {
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    assert!(!files(&state(&fleet)).is_empty());
    for replicas in ["4", "5"] {
        let old = if replicas == "4" { "    replicas: 2\n" } else { "    replicas: 4\n" };
        fleet.edit("site-specs/environments.yaml", old, &format!("    replicas: {replicas}\n"));
        fleet.commit("more copies");
        let [with, without] = publish_both(&fleet);
        assert_eq!(with, without);
    }
}

#[test]
fn damaged_and_odd_state_is_passed_over() {
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    for path in files(&state(&fleet)) {
        let mut bytes = fs::read(&path).expect("can be read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        fs::write(&path, bytes).expect("can be written");
    }
    fleet.edit("site-specs/environments.yaml", "    replicas: 2\n", "    replicas: 4\n");
    fleet.commit("more copies");
    let [with, without] = publish_both(&fleet);
    assert_eq!(with, without);
    // A file where the folder should be is in nobody's way.
    fs::remove_dir_all(state(&fleet)).expect("can be removed");
    fs::write(state(&fleet), "not a folder").expect("can be written");
    fleet.edit("site-specs/environments.yaml", "    replicas: 4\n", "    replicas: 6\n");
    fleet.commit("even more");
    assert!(fleet.output(&["publish"]).contains("modified"));
    assert_eq!(fleet.output(&["publish"]), "rendered: up to date\n");
}

#[test]
fn a_branch_that_was_put_back_is_compiled_and_not_believed() {
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    let first = tip(&fleet.root);
    fleet.edit("site-specs/environments.yaml", "    replicas: 2\n", "    replicas: 4\n");
    fleet.commit("more copies");
    fleet.output(&["publish"]);
    let second = tip(&fleet.root);
    // The state is now ahead of the branch.
    git(&fleet.root, &["update-ref", "refs/heads/rendered", &first]);
    fleet.output(&["publish"]);
    assert_eq!(tip(&fleet.root), second);
    git(&fleet.root, &["update-ref", "-d", "refs/heads/rendered"]);
    fleet.output(&["publish"]);
    assert_eq!(
        git(&fleet.root, &["rev-parse", "rendered^{tree}"]),
        git(&fleet.root, &["rev-parse", &format!("{second}^{{tree}}")])
    );
    git(&fleet.root, &["fsck", "--strict"]);
}

#[test]
fn check_and_a_dry_run_leave_nothing() {
    let fleet = Fleet::committed("");
    fleet.output(&["check"]);
    fleet.output(&["publish", "--dry-run"]);
    assert!(!state(&fleet).exists());
}
