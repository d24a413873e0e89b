//! Damaged objects: an error that names them, never a wait, never a commit on top of them.

use crate::support::TestRepository;
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
