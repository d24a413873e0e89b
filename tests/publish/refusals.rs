//! Everything that must not be published to or from, with what is said and that nothing is written.

use crate::support::{TestRepository, assert_success, expect_published, publish, run_git};
use bayplan::failure::{Class, Failure};
use bayplan::publish::{Allowed, CommitSource, GitError, Notice, Outcome};
use std::fs;

/// Expects a refusal of a class with a code, and an unchanged repository.
fn refused(
    repository: &TestRepository,
    outcome: impl FnOnce() -> Result<Outcome, GitError>,
) -> (Class, &'static str, String) {
    let before = repository.snapshot();
    let error = outcome().expect_err("this was to be refused");
    assert_eq!(repository.snapshot(), before, "something was written");
    assert!(!error.help().is_empty());
    (error.class(), error.code().name, error.to_string())
}

#[test]
fn branches_that_cannot_be_moved() {
    type Prepare = fn(&TestRepository);
    let table: &[(&str, Prepare, Class, &str, &str)] = &[
        ("main", |_| {}, Class::Refused, "branch-in-use", "the branch `main` is the one that the source comes from"),
        (
            "copy",
            |r| drop(r.git(&["branch", "copy"])),
            Class::Refused,
            "branch-in-use",
            "the branch `copy` is the one that the source comes from",
        ),
        ("a..b", |_| {}, Class::Usage, "branch-name", "`a..b` cannot be a branch: git does not take that name"),
        ("-x", |_| {}, Class::Usage, "branch-name", "`-x` cannot be a branch: it begins with a dash"),
        (
            "alias",
            |r| drop(r.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/other"])),
            Class::World,
            "branch-name",
            "the branch `alias` is a symbolic ref to refs/heads/other",
        ),
        (
            "other/x",
            |r| drop(r.git(&["update-ref", "refs/heads/other", "main"])),
            Class::World,
            "branch-name",
            "the branch `other` stands in the way of `other/x`",
        ),
        (
            "other",
            |r| drop(r.git(&["update-ref", "refs/heads/other/y", "main"])),
            Class::World,
            "branch-name",
            "the branch `other/y` stands in the way of `other`",
        ),
    ];
    for (branch, prepare, class, code, message) in table {
        let repository = TestRepository::with_fleet();
        prepare(&repository);
        let found = refused(&repository, || repository.publish_with(|options| options.branch = (*branch).to_owned()));
        assert_eq!(found, (*class, *code, (*message).to_owned()));
    }
}

#[test]
fn a_branch_that_is_checked_out_anywhere() {
    let repository = TestRepository::with_fleet();
    repository.published();
    let linked = repository.around().join("linked");
    repository.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "rendered"]);
    let linked = linked.canonicalize().unwrap();
    let expected = format!("the branch `rendered` is checked out in {}", linked.display());
    assert_eq!(refused(&repository, || repository.publish()), (Class::Refused, "branch-in-use", expected));

    fs::remove_dir_all(&linked).unwrap();
    let error = repository.publish().unwrap_err();
    assert_eq!(error.help(), ["that folder is gone: run `git worktree prune`"]);
    repository.git(&["worktree", "prune"]);
    assert!(repository.publish().is_ok());

    repository.git(&["checkout", "--quiet", "rendered"]);
    let error = publish(repository.path(), "main", |_| {}).unwrap_err();
    assert!(matches!(error, GitError::CheckedOut { .. }), "{error}");
}

#[test]
fn a_lock_that_someone_left() {
    let repository = TestRepository::with_fleet();
    let lock = repository.path().join(".git/refs/heads/rendered.lock");
    fs::write(&lock, "").unwrap();
    let (class, code, message) = refused(&repository, || repository.publish());
    assert_eq!((class, code), (Class::World, "git-failed"));
    assert!(message.starts_with(&lock.canonicalize().unwrap().display().to_string()), "{message}");
    fs::remove_file(&lock).unwrap();
    repository.published();
}

#[test]
fn foreign_and_edited_branches() {
    let repository = TestRepository::with_fleet();
    let source = repository.git(&["rev-parse", "HEAD"]);
    let empty = repository.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let empty = repository.git(&["commit-tree", &empty, "-m", "by hand"]);
    repository.git(&["update-ref", "refs/heads/rendered", &empty]);
    let expected =
        format!("the tip {} of `rendered` was not made by bayplan, nor was any of the commits before it", &empty[..12]);
    assert_eq!(refused(&repository, || repository.publish()), (Class::Refused, "foreign-branch", expected));

    let adopted = expect_published(repository.publish_with(|options| options.allowed.adopt = true));
    assert_eq!(adopted.parent.unwrap().to_string(), empty);
    assert_eq!(adopted.notices, [Notice::Adopted { tip: adopted.parent.unwrap() }]);
    assert!(matches!(repository.publish(), Ok(Outcome::Unchanged { .. })));

    repository.git(&["checkout", "--quiet", "rendered"]);
    repository.write("stable/production/shop/app/configmap-spec.yaml", "edited by hand\n");
    repository.write("stray.yaml", "x\n");
    repository.commit("a quick fix");
    repository.git(&["checkout", "--quiet", "main"]);
    let expected = format!(
        "`rendered` was edited by other hands after our commit {}: stable/production/shop/app/configmap-spec.yaml, stray.yaml",
        adopted.commit.short()
    );
    assert_eq!(refused(&repository, || repository.publish()), (Class::Refused, "edited-branch", expected));
    let adopted = expect_published(repository.publish_with(|options| options.allowed.adopt = true));
    assert_eq!((adopted.changes.added, adopted.changes.modified, adopted.changes.removed), (0, 1, 1));
    assert_eq!(repository.git(&["rev-parse", "HEAD"]), source);
    repository.assert_sound();
}

#[test]
fn a_commit_of_ours_that_was_amended_is_edited_or_foreign() {
    let repository = TestRepository::with_fleet();
    repository.published();
    repository.git(&["checkout", "--quiet", "rendered"]);
    repository.git(&["commit", "--quiet", "--amend", "--no-edit", "--allow-empty"]);
    repository.git(&["checkout", "--quiet", "main"]);
    assert!(matches!(repository.publish(), Err(GitError::ForeignBranch { .. })));
}

#[test]
fn stale_sources() {
    let repository = TestRepository::with_fleet();
    let old = repository.git(&["rev-parse", "HEAD"]);
    repository.write("site-specs/shop.yaml", "kind: Site # newer\n");
    let new = repository.commit("newer");
    let newest = repository.published();

    let expected = format!(
        "the source {} is older than what `rendered` was made from, or apart from it: {}",
        &old[..12],
        &new[..12]
    );
    let found = refused(&repository, || publish(repository.path(), &old, |_| {}));
    assert_eq!(found, (Class::Refused, "stale-source", expected));

    let back = expect_published(publish(repository.path(), &old, |options| options.allowed.rollback = true));
    assert_eq!(back.parent, Some(newest.commit));
    let trailer = repository.git(&["log", "-1", "--format=%(trailers:key=Bayplan-Rollback,valueonly)", "rendered"]);
    assert_eq!(trailer.trim(), new);
    let forward = repository.published();
    assert_eq!(forward.tree, newest.tree);

    repository.git(&["checkout", "--quiet", "-b", "side", &old]);
    repository.write("site-specs/wiki.yaml", "kind: Site # on a side branch\n");
    repository.commit("apart");
    assert!(matches!(repository.publish(), Err(GitError::StaleSource { .. })));
    repository.git(&["merge", "--quiet", "main", "-m", "merge"]);
    repository.published();
    repository.assert_sound();
}

#[test]
fn a_shallow_clone_goes_by_time_and_says_so() {
    let repository = TestRepository::with_fleet();
    repository.published();
    let old = repository.git(&["rev-parse", "HEAD"]);
    for number in 0..3 {
        repository.write("site-specs/shop.yaml", &format!("kind: Site # {number}\n"));
        repository.commit("next");
    }
    let url = format!("file://{}", repository.path().display());
    let clone = |depth: &str, branch: &str| {
        let path = repository.around().join(format!("shallow-{branch}"));
        let path = path.to_str().unwrap().to_owned();
        let arguments = ["clone", "--quiet", "--depth", depth, "--no-single-branch", "--branch", branch, &url, &path];
        assert_success(&run_git(repository.around(), &arguments));
        path
    };
    let published = expect_published(publish(clone("1", "main").as_ref(), "HEAD", |_| {}));
    assert!(published.notices.contains(&Notice::AncestryUnknown), "{:?}", published.notices);

    expect_published(repository.publish());
    repository.git(&["branch", "--quiet", "old", &old]);
    let path = clone("1", "old");
    assert!(matches!(publish(path.as_ref(), "HEAD", |_| {}), Err(GitError::StaleSource { .. })));
}

#[test]
fn repositories_that_libgit2_cannot_read() {
    let sha256 = TestRepository::with_arguments(&["--object-format=sha256"]);
    sha256.write_fleet("");
    sha256.commit("fleet");
    let (class, code, message) = refused(&sha256, || sha256.publish());
    assert_eq!((class, code), (Class::World, "git-repository"));
    assert!(message.ends_with("stores SHA-256 objects, which libgit2 cannot read"), "{message}");

    let reftable = TestRepository::with_arguments(&["--ref-format=reftable"]);
    reftable.write_fleet("");
    reftable.commit("fleet");
    let (_, _, message) = refused(&reftable, || reftable.publish());
    assert!(message.ends_with("keeps its refs in a reftable, which libgit2 cannot read"), "{message}");

    let partial = TestRepository::with_fleet();
    partial.git(&["config", "core.repositoryFormatVersion", "1"]);
    partial.git(&["config", "extensions.partialClone", "origin"]);
    let (_, _, message) = refused(&partial, || partial.publish());
    assert!(message.contains("is a partial clone"), "{message}");

    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(CommitSource::open(nowhere.path(), "HEAD"), Err(GitError::NoRepository(_))));
}

#[test]
fn a_branch_that_several_remotes_have_or_that_is_behind() {
    let repository = TestRepository::with_fleet();
    let first = repository.published().commit.to_string();
    repository.git(&["update-ref", "refs/remotes/origin/rendered", &first]);
    repository.git(&["update-ref", "refs/remotes/backup/rendered", &first]);
    repository.git(&["update-ref", "refs/remotes/origin/team/rendered", &first]);
    repository.git(&["branch", "-D", "rendered"]);
    let (class, code, message) = refused(&repository, || repository.publish());
    assert_eq!((class, code), (Class::Refused, "branch-behind"));
    assert_eq!(
        message,
        "the branch `rendered` exists on several remotes and not here: refs/remotes/backup/rendered, \
         refs/remotes/origin/rendered"
    );

    repository.git(&["update-ref", "-d", "refs/remotes/backup/rendered"]);
    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    repository.commit("edit");
    let published = repository.published();
    assert_eq!(published.parent.unwrap().to_string(), first);
    let notice = Notice::StartedAtRemote {
        branch: "rendered".to_owned(),
        remote_ref: "refs/remotes/origin/rendered".to_owned(),
    };
    assert_eq!(published.notices, [notice]);

    repository.git(&["update-ref", "refs/remotes/origin/rendered", "rendered"]);
    repository.git(&["update-ref", "refs/heads/rendered", &first]);
    let (_, _, message) = refused(&repository, || repository.publish());
    assert_eq!(message, "the branch `rendered` lacks commits of refs/remotes/origin/rendered");
}

#[test]
fn a_missing_branch_with_an_unchanged_output_is_made_from_the_remote_one() {
    let repository = TestRepository::with_fleet();
    let first = repository.published().commit.to_string();
    repository.git(&["update-ref", "refs/remotes/origin/rendered", &first]);
    repository.git(&["branch", "-D", "rendered"]);
    assert!(matches!(repository.publish(), Ok(Outcome::Unchanged { .. })));
    assert_eq!(repository.tip("rendered"), first);
}

#[test]
fn a_folder_of_packs_that_cannot_be_written_to() {
    use std::os::unix::fs::PermissionsExt;
    let repository = TestRepository::with_fleet();
    let folder = repository.path().join(".git/objects/pack");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let may_write_anyway = fs::write(folder.join("probe"), "").is_ok();
    if may_write_anyway {
        println!("skipped: this user may write to read-only folders");
        return;
    }
    let (class, _, message) = refused(&repository, || repository.publish());
    assert_eq!(class, Class::World);
    assert!(message.starts_with("cannot write to "), "{message}");
}

#[test]
fn adopting_a_branch_whose_content_is_the_output_makes_it_ours() {
    let repository = TestRepository::with_fleet();
    let tree = repository.published().tree.to_string();
    let foreign = repository.git(&["commit-tree", &tree, "-m", "by hand"]);
    repository.git(&["update-ref", "refs/heads/rendered", &foreign]);
    let allowed = Allowed { adopt: true, rollback: false };
    let adopted = expect_published(repository.publish_with(|options| options.allowed = allowed));
    assert!(adopted.changes.is_empty());
    assert!(matches!(repository.publish(), Ok(Outcome::Unchanged { .. })));
}

#[test]
fn a_repository_of_another_user() {
    let repository = TestRepository::with_fleet();
    let given_away = std::process::Command::new("chown")
        .args(["-R", "12345"])
        .arg(repository.path())
        .output()
        .is_ok_and(|output| output.status.success());
    if !given_away {
        println!("skipped: this user may not give files away");
        return;
    }
    let (class, code, message) = refused(&repository, || repository.publish());
    assert_eq!((class, code), (Class::World, "git-repository"));
    assert!(message.ends_with("belongs to another user"), "{message}");
}
