//! `verify`: a published commit is what its source makes.

use super::support::{Repository, bayplan, git};
use serde_json::Value;
use std::fs;

#[test]
fn verify_tells_what_was_edited_by_hand() {
    let repository = Repository::new();
    repository.published();
    let ours = repository.tip("rendered");
    let work_tree = repository.folder.path().join("by-hand");
    repository.git(&["worktree", "add", "--quiet", work_tree.to_str().unwrap(), "rendered"]);
    let folder = work_tree.join("stable/production/acme-wiki-production/services");
    fs::write(folder.join("service-wiki-store.yaml"), "kind: Service\n").unwrap();
    fs::remove_file(folder.join("statefulset-wiki-store.yaml")).unwrap();
    fs::write(work_tree.join("README.md"), "by hand\n").unwrap();
    git(&work_tree, &["add", "--all"]);
    git(&work_tree, &["commit", "--quiet", "-m", "by hand"]);
    let paths = "  strange README.md\n  edited stable/production/acme-wiki-production/services/service-wiki-store.yaml\n  \
                 missing stable/production/acme-wiki-production/services/statefulset-wiki-store.yaml\n";
    let said = repository.bayplan(&["verify"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(
        said.stdout.contains("(1 edited, 1 missing, 1 that nothing makes)\n") && said.stdout.ends_with(paths),
        "{}",
        said.stdout
    );
    assert!(said.stderr.contains("was made by other hands"), "{}", said.stderr);
    // The same edit hidden in our own commit.
    git(&work_tree, &["reset", "--quiet", "--soft", &ours]);
    git(&work_tree, &["commit", "--quiet", "--amend", "--no-edit"]);
    let said = repository.bayplan(&["verify"]);
    assert!(said.code == 1 && said.stdout.ends_with(paths), "{}{}", said.stdout, said.stderr);
    let said = repository.bayplan(&["verify", &ours]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    assert_eq!(repository.bayplan(&["verify", "main"]).code, 1);
    assert_eq!(repository.bayplan(&["verify", "nowhere"]).code, 2);
}

#[test]
fn verify_works_in_any_clone() {
    let repository = Repository::new();
    repository.published();
    let around = repository.folder.path();
    git(around, &["clone", "--quiet", "--bare", "fleet", "bare.git"]);
    git(around, &["clone", "--quiet", "fleet", "clone"]);
    git(around, &["clone", "--quiet", "--branch", "rendered", "fleet", "rendered"]);
    for (folder, arguments) in [
        ("bare.git", &["verify"][..]),
        ("bare.git", &["verify", "rendered"]),
        ("clone", &["verify"]),
        ("clone", &["verify", "origin/rendered"]),
        ("rendered", &["verify"]),
        ("rendered", &["verify", "HEAD"]),
    ] {
        let said = bayplan(&around.join(folder), arguments);
        assert_eq!(said.code, 0, "{folder} {arguments:?}: {}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains(" is what "), "{}", said.stdout);
    }
    let file = format!("file://{}", repository.path().display());
    git(around, &["clone", "--quiet", "--branch", "rendered", "--single-branch", &file, "single"]);
    let said = bayplan(&around.join("single"), &["verify", "--format", "json"]);
    assert_eq!(said.code, 4, "{}{}", said.stdout, said.stderr);
    let last: Value = serde_json::from_str(said.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["exitCode"], 4);
    assert!(!said.stdout.contains("unshallow"), "{}", said.stdout);
}

#[test]
fn verify_says_what_a_shallow_clone_lacks() {
    let repository = Repository::new();
    repository.published();
    repository.write("README.md", "words\n");
    repository.commit("words");
    let file = format!("file://{}", repository.path().display());
    git(repository.folder.path(), &["clone", "--quiet", "--depth", "1", "--no-single-branch", &file, "shallow"]);
    let clone = repository.folder.path().join("shallow");
    let said = bayplan(&clone, &["verify", "origin/rendered"]);
    assert!(said.code == 4 && said.stderr.contains("git fetch --unshallow"), "{}", said.stderr);
    git(&clone, &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(bayplan(&clone, &["verify", "origin/rendered"]).code, 0);
}

#[test]
fn verify_tells_of_another_version() {
    let repository = Repository::new();
    repository.published();
    let tree = repository.git(&["rev-parse", "rendered^{tree}"]);
    let message = repository.git(&["log", "-1", "--format=%B", "rendered"]);
    let other: Vec<String> = message
        .lines()
        .map(|line| match line.starts_with("Bayplan-Version: ") {
            true => "Bayplan-Version: 9.9.9".to_owned(),
            false => line.to_owned(),
        })
        .collect();
    let commit = repository.git(&["commit-tree", &tree, "-m", &other.join("\n")]);
    let said = repository.bayplan(&["verify", &commit]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("was made by bayplan 9.9.9, and this is "), "{}", said.stderr);
}
