//! Damaged objects: an error that names them, never a wait, never a commit on top of them.

use crate::support::{TestRepository, assert_success, expect_published, publish, run_git};
use bayplan::failure::{Class, Failure};
use bayplan::publish::GitError;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

fn loose_path(repository: &TestRepository, id: &str) -> PathBuf {
    repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn damage(repository: &TestRepository, revision: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = loose_path(repository, &repository.git(&["rev-parse", revision]));
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, bytes).unwrap();
}

#[test]
fn a_damaged_source_object_is_named() {
    for (revision, what) in [
        ("HEAD", "HEAD"),
        ("HEAD:site-specs", "site-specs in commit"),
        ("HEAD:site-specs/shop.yaml", "site-specs/shop.yaml in commit"),
    ] {
        for length in [0, 9] {
            let repository = TestRepository::with_fleet();
            damage(&repository, revision, |bytes| bytes.truncate(length));
            match repository.publish() {
                Err(GitError::Damaged { what: found, .. }) => assert!(found.starts_with(what), "{found}"),
                other => panic!("{revision}, cut to {length}: {other:?}"),
            }
            repository.git_fails(&["rev-parse", "--verify", "--quiet", "refs/heads/rendered"]);
        }
    }
}

#[test]
fn a_missing_source_object_is_named() {
    let repository = TestRepository::with_fleet();
    let id = repository.git(&["rev-parse", "HEAD:site-specs/shop.yaml"]);
    fs::remove_file(loose_path(&repository, &id)).unwrap();
    assert!(matches!(repository.publish(), Err(GitError::Missing { id: found, .. }) if found.to_string() == id));
}

/// An object that lies there, damaged, does not count as there: the pack brings a sound copy, which everyone reads first.
#[test]
fn a_damaged_object_that_is_published_is_healed() {
    let repository = TestRepository::with_fleet();
    let text = "resources: [configmap-spec.yaml]\n";
    repository.write("kustomization.yaml", text);
    let id = repository.git(&["hash-object", "-w", "kustomization.yaml"]);
    damage(&repository, &id, |bytes| bytes.truncate(7));
    repository.published();
    let published = repository.git(&["show", "rendered:stable/production/shop/app/kustomization.yaml"]);
    assert_eq!(published, text.trim_end());
    repository.write("site-specs/new.yaml", "kind: Site # new\n");
    repository.commit("new");
    repository.published();
    fs::remove_file(loose_path(&repository, &id)).unwrap();
    repository.assert_sound();
}

#[test]
fn a_damaged_copy_beside_a_sound_one_in_a_pack_does_no_harm() {
    let repository = TestRepository::with_fleet();
    let tree = repository.published().tree.to_string();
    // A loose copy of a packed tree, as an interrupted fetch or an older tool may have left it.
    let path = loose_path(&repository, &tree);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, [0x78, 0x01, 0x2B]).unwrap();
    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    repository.commit("edit");
    repository.published();
    fs::remove_file(path).unwrap();
    repository.assert_sound();
}

/// By whatever name: libgit2 would never come back from reading it.
#[test]
fn a_damaged_commit_is_named_however_it_is_asked_for() {
    let repository = TestRepository::with_fleet();
    let id = repository.git(&["rev-parse", "HEAD"]);
    damage(&repository, "HEAD", |bytes| bytes.truncate(20));
    for revision in ["HEAD", "main", &id, &id[..8], "HEAD^{commit}", "main~1"] {
        match publish(repository.path(), revision, |_| {}) {
            Err(GitError::Damaged { id: found, .. }) => assert_eq!(found.to_string(), id, "{revision}"),
            other => panic!("{revision}: {other:?}"),
        }
    }
}

/// What is no input is not read, not even to tell whether the work tree is as in the commit.
#[test]
fn damage_beside_the_inputs_does_no_harm() {
    let repository = TestRepository::with_fleet();
    repository.write("docs/page.md", "words\n");
    repository.commit("docs");
    for revision in ["HEAD:docs/page.md", "HEAD:docs"] {
        damage(&repository, revision, |bytes| bytes.truncate(9));
    }
    let source = bayplan::publish::CommitSource::open(repository.path(), "HEAD").unwrap();
    source.check_work_tree(&[]).unwrap();
    repository.published();
}

/// All packs of the repository, changed.
fn damage_packs(repository: &TestRepository, change: impl Fn(&mut Vec<u8>)) {
    for entry in fs::read_dir(repository.path().join(".git/objects/pack")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "pack") {
            let mut bytes = fs::read(&path).unwrap();
            change(&mut bytes);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(&path, bytes).unwrap();
        }
    }
}

#[test]
fn a_damaged_pack_is_an_error_and_no_commit() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 4] = [
        ("zeroed", |bytes| bytes[12..].fill(0)),
        ("flipped", |bytes| bytes[12..].iter_mut().step_by(7).for_each(|byte| *byte ^= 0x55)),
        ("cut", |bytes| bytes.truncate(bytes.len() / 3)),
        ("empty", Vec::clear),
    ];
    for (name, change) in changes {
        // The source is damaged, or what was published.
        for is_source in [true, false] {
            let repository = TestRepository::with_fleet();
            if is_source {
                repository.git(&["gc", "--quiet"]);
            } else {
                repository.published();
                repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
                repository.commit("edit");
            }
            let tip = fs::read(repository.path().join(".git/refs/heads/rendered")).ok();
            damage_packs(&repository, change);
            let error = repository.publish().expect_err(name);
            assert_eq!(error.class(), Class::World, "{name}: {error}");
            assert!(!error.help().is_empty());
            assert_eq!(fs::read(repository.path().join(".git/refs/heads/rendered")).ok(), tip, "{name}");
        }
    }
}

#[test]
fn a_damaged_ref_is_an_error() {
    let repository = TestRepository::with_fleet();
    let path = repository.path().join(".git/refs/heads/rendered");
    for content in ["", "garbage\n", "0123456789012345678901234567890123456789\n", "ref: refs/heads/x\n"] {
        fs::write(&path, content).unwrap();
        let error = repository.publish().expect_err(content);
        assert_eq!(error.class(), Class::World, "{content:?}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn borrowed_objects_are_read_and_their_loss_is_named() {
    let repository = TestRepository::with_fleet();
    let first = repository.published();
    let clone = repository.around().join("clone");
    let arguments = ["clone", "--quiet", "--shared", repository.path().to_str().unwrap(), clone.to_str().unwrap()];
    assert_success(&run_git(repository.around(), &arguments));
    fs::write(clone.join("site-specs/shop.yaml"), "kind: Site # edited\n").unwrap();
    assert_success(&run_git(&clone, &["commit", "--quiet", "--all", "-m", "edit"]));
    let second = expect_published(publish(&clone, "HEAD", |_| {}));
    assert_eq!((second.parent, second.changes.paths.len()), (Some(first.commit), 1));
    assert_success(&run_git(&clone, &["fsck", "--strict"]));
    fs::rename(repository.path(), repository.around().join("elsewhere")).unwrap();
    let error = publish(&clone, "HEAD", |_| {}).unwrap_err();
    assert!(matches!(error, GitError::Unsupported { .. }), "{error}");
}
