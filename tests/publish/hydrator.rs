//! GitOps Promoter's contract: the file at the root, which makes no commit by itself, and the note that follows the source.

use crate::support::{TestRepository, assert_success, expect_published, publish, run_git};
use bayplan::publish::{GitError, HYDRATOR_FILE, Hydrator, NOTES_REF, Outcome, PublishOptions};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn asked_for(options: &mut PublishOptions) {
    options.hydrator = Some(Hydrator { repo_url: Some("https://git.example.org/ops/fleet".to_owned()) });
}

fn pushed(options: &mut PublishOptions) {
    asked_for(options);
    options.remote = Some("origin".to_owned());
}

fn file(repository: &TestRepository) -> Value {
    serde_json::from_str(&repository.git(&["show", &format!("rendered:{HYDRATOR_FILE}")])).unwrap()
}

/// What `git notes` says of a commit.
fn note(folder: &Path, commit: &str) -> Value {
    let output = run_git(folder, &["notes", "--ref", NOTES_REF, "show", commit]);
    assert_success(&output);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_file_names_the_source_and_makes_no_commit_by_itself() {
    let repository = TestRepository::with_fleet();
    let source = repository.git(&["rev-parse", "HEAD"]);
    let published = expect_published(repository.publish_with(asked_for));
    assert_eq!((published.changes.added, published.changes.paths[0].path.as_str()), (7, HYDRATOR_FILE));
    let expected = json!({
        "drySha": source, "repoURL": "https://git.example.org/ops/fleet", "author": "tester <tester@example.org>",
        "date": "2023-11-15T00:13:20+02:00", "subject": "a small fleet",
    });
    assert_eq!(file(&repository), expected);
    let tip = published.commit.to_string();
    assert_eq!(note(repository.path(), &tip), json!({"drySha": source}));

    repository.write("README.md", "no input\n");
    let docs = repository.commit("docs\n\nWith a body.\n");
    assert!(matches!(repository.publish_with(asked_for), Ok(Outcome::Unchanged { .. })));
    assert_eq!(repository.tip("rendered"), tip);
    assert_eq!(file(&repository)["drySha"], json!(source));
    assert_eq!(note(repository.path(), &tip), json!({"drySha": docs}));

    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    let edit = repository.commit("edit\n\nWith a body.\n");
    let published = expect_published(repository.publish_with(asked_for));
    assert_eq!((published.changes.added, published.changes.modified, published.changes.removed), (0, 1, 0));
    assert_eq!((&file(&repository)["drySha"], &file(&repository)["body"]), (&json!(edit), &json!("With a body.")));
    assert_eq!(note(repository.path(), &published.commit.to_string()), json!({"drySha": edit}));
    assert_eq!(note(repository.path(), &tip), json!({"drySha": docs}));
    repository.assert_sound();

    let before = repository.snapshot();
    assert!(matches!(repository.publish_with(asked_for), Ok(Outcome::Unchanged { .. })));
    assert_eq!(repository.snapshot(), before);
}

#[test]
fn asking_for_it_adds_the_file_and_no_longer_asking_removes_it() {
    let repository = TestRepository::with_fleet();
    let without = repository.published().tree;
    repository.git(&["rev-parse", "--verify", "rendered"]);
    repository.git_fails(&["rev-parse", "--verify", "--quiet", NOTES_REF]);
    let with = expect_published(repository.publish_with(asked_for));
    assert_eq!((with.changes.added, with.changes.modified, with.changes.removed), (1, 0, 0));
    let again = repository.published();
    assert_eq!((again.tree, again.changes.removed), (without, 1));
    repository.assert_sound();
}

/// Notes that git itself made, in folders or not, stay where they are.
#[test]
fn notes_of_others_are_kept() {
    let repository = TestRepository::with_fleet();
    let mut commits = vec![repository.git(&["rev-parse", "HEAD"])];
    // Enough for git to lay notes in folders.
    for number in 0..300 {
        let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
        commits.push(repository.git(&["commit-tree", &tree, "-m", &number.to_string()]));
    }
    for commit in &commits {
        repository.git(&["notes", "--ref", NOTES_REF, "add", "-m", "by hand", commit]);
    }
    let tip = expect_published(repository.publish_with(asked_for)).commit.to_string();
    let listed = repository.git(&["notes", "--ref", NOTES_REF, "list"]);
    assert_eq!(listed.lines().count(), commits.len() + 1);
    assert!(listed.lines().any(|line| line.ends_with(&tip)));
    // One that is there for the commit, in the words of another, counts; one that says something else is replaced.
    let source = repository.git(&["rev-parse", "HEAD"]);
    let theirs = format!("{{ \"drySha\":\"{source}\", \"by\": \"hand\" }}");
    repository.git(&["notes", "--ref", NOTES_REF, "add", "--force", "-m", &theirs, &tip]);
    repository.publish_with(asked_for).unwrap();
    assert_eq!(note(repository.path(), &tip)["by"], json!("hand"));
    repository.git(&["notes", "--ref", NOTES_REF, "add", "--force", "-m", "no JSON", &tip]);
    repository.publish_with(asked_for).unwrap();
    assert_eq!(note(repository.path(), &tip), json!({"drySha": source}));
    repository.assert_sound();
}

#[test]
fn eight_publishers_at_once_note_all_that_they_publish() {
    let repository = TestRepository::with_fleet();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = repository.path();
            scope.spawn(move || {
                for _ in 0..8 {
                    let outcome = publish(path, "HEAD", |options| {
                        asked_for(options);
                        options.branch = format!("rendered-{number}");
                    });
                    match outcome {
                        Ok(_) => return,
                        // So many others that five attempts were too few; the commit is there and the next run adds the note.
                        Err(GitError::Note { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                panic!("no note after eight runs");
            });
        }
    });
    for number in 0..8 {
        note(repository.path(), &repository.tip(&format!("rendered-{number}")));
    }
    repository.assert_sound();
}

#[test]
fn notes_are_pushed_and_a_clone_goes_on_from_there() {
    let repository = TestRepository::with_fleet();
    let bare = repository.around().join("remote.git");
    assert_success(&run_git(repository.around(), &["init", "--quiet", "--bare", bare.to_str().unwrap()]));
    repository.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    repository.git(&["push", "--quiet", "origin", "main"]);
    let source = repository.git(&["rev-parse", "HEAD"]);
    let tip = expect_published(repository.publish_with(pushed)).commit.to_string();
    for folder in [repository.path(), &bare] {
        assert_eq!(note(folder, &tip), json!({"drySha": source}));
    }
    let clone = repository.around().join("clone");
    let arguments = ["clone", "--quiet", "--branch", "main", bare.to_str().unwrap(), clone.to_str().unwrap()];
    assert_success(&run_git(repository.around(), &arguments));
    fs::write(clone.join("README.md"), "no input\n").unwrap();
    assert_success(&run_git(&clone, &["add", "--all"]));
    assert_success(&run_git(&clone, &["commit", "--quiet", "-m", "docs"]));
    assert!(matches!(publish(&clone, "HEAD", pushed), Ok(Outcome::Unchanged { .. })));
    let docs = String::from_utf8(run_git(&clone, &["rev-parse", "HEAD"]).stdout).unwrap().trim().to_owned();
    for folder in [&clone, &bare] {
        assert_eq!(note(folder, &tip), json!({"drySha": docs}));
    }

    // A server that takes the branch and no notes: the commit stands, and the run says what is missing.
    let hook = bare.join("hooks/update");
    fs::write(&hook, "#!/bin/sh\ncase \"$1\" in refs/notes/*) echo no notes here >&2; exit 1;; esac\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    repository.commit("edit");
    match repository.publish_with(pushed) {
        Err(GitError::Note { commit, why }) => {
            assert!(why.contains("no notes here"), "{why}");
            assert_eq!(repository.tip("rendered"), commit.to_string());
        }
        other => panic!("{other:?}"),
    }
    fs::remove_file(hook).unwrap();
    assert!(matches!(repository.publish_with(pushed), Ok(Outcome::Unchanged { .. })));
    note(&bare, &repository.tip("rendered"));
    repository.assert_sound();
}
