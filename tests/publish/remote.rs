//! `--push`: the remote's branch is the previous state, and gets the commit before the local branch does.

use crate::support::{TestRepository, assert_success, compile, expect_published, publish, run_git};
use bayplan::failure::{Class, Failure};
use bayplan::publish::{CommitSource, GitError, Outcome, PublishOptions, Publisher};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

struct Remote {
    work: TestRepository,
    bare: PathBuf,
}

impl Remote {
    /// A fleet whose `origin` is a bare repository beside it, with the source pushed.
    fn new() -> Self {
        let work = TestRepository::with_fleet();
        let bare = work.around().join("remote.git");
        assert_success(&run_git(work.around(), &["init", "--quiet", "--bare", bare.to_str().unwrap()]));
        work.git(&["remote", "add", "origin", &format!("file://{}", bare.display())]);
        work.git(&["push", "--quiet", "origin", "main"]);
        Remote { work, bare }
    }

    fn tip(&self) -> String {
        let output = run_git(&self.bare, &["rev-parse", "refs/heads/rendered"]);
        assert_success(&output);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn push(&self) -> Result<Outcome, GitError> {
        self.work.publish_with(|options| options.remote = Some("origin".to_owned()))
    }

    fn clone(&self, name: &str) -> PathBuf {
        let path = self.work.around().join(name);
        let arguments = ["clone", "--quiet", "--branch", "main", self.bare.to_str().unwrap(), path.to_str().unwrap()];
        assert_success(&run_git(self.work.around(), &arguments));
        path
    }

    fn assert_sound(&self) {
        self.work.assert_sound();
        assert_success(&run_git(&self.bare, &["fsck", "--strict"]));
    }
}

#[test]
fn the_first_push_makes_the_branch_on_both_sides() {
    let remote = Remote::new();
    let published = expect_published(remote.push());
    assert_eq!(published.parent, None);
    assert_eq!(remote.tip(), published.commit.to_string());
    assert_eq!(remote.work.tip("rendered"), published.commit.to_string());
    assert!(matches!(remote.push(), Ok(Outcome::Unchanged { .. })));
    remote.assert_sound();
}

#[test]
fn a_fresh_clone_goes_on_from_the_remote_branch() {
    let remote = Remote::new();
    let first = expect_published(remote.push());
    let clone = remote.clone("clone");
    remote.work.write("site-specs/shop.yaml", "kind: Site # edited\n");
    remote.work.commit("edit");
    let second = expect_published(remote.push());
    assert_eq!(second.parent, Some(first.commit));
    let outcome = publish(&clone, "HEAD", |options| options.remote = Some("origin".to_owned()));
    assert!(matches!(outcome, Err(GitError::StaleSource { .. } | GitError::Missing { .. })), "{outcome:?}");
    assert_success(&run_git(&remote.work.path().join("."), &["push", "--quiet", "origin", "main"]));
    assert_success(&run_git(&clone, &["pull", "--quiet"]));
    let outcome = publish(&clone, "HEAD", |options| options.remote = Some("origin".to_owned()));
    assert!(matches!(outcome, Ok(Outcome::Unchanged { .. })));
    let local = run_git(&clone, &["rev-parse", "refs/heads/rendered"]);
    assert_eq!(String::from_utf8_lossy(&local.stdout).trim(), second.commit.to_string());
    remote.assert_sound();
}

#[test]
fn a_url_or_path_does_as_well_as_a_name() {
    let remote = Remote::new();
    let url = format!("file://{}", remote.bare.display());
    let published = expect_published(remote.work.publish_with(|options| options.remote = Some(url)));
    assert_eq!(remote.tip(), published.commit.to_string());
    let path = remote.bare.display().to_string();
    let outcome = remote.work.publish_with(|options| options.remote = Some(path));
    assert!(matches!(outcome, Ok(Outcome::Unchanged { .. })));
}

#[test]
fn someone_else_pushed_between_plan_and_push() {
    let remote = Remote::new();
    expect_published(remote.push());
    remote.work.write("site-specs/shop.yaml", "kind: Site # one\n");
    remote.work.commit("one");
    let source = CommitSource::open(remote.work.path(), "HEAD").unwrap();
    let options = PublishOptions {
        branch: "rendered".to_owned(),
        remote: Some("origin".to_owned()),
        version: "1.2.3".to_owned(),
        ..PublishOptions::default()
    };
    let publisher = Publisher::open(&source, options).unwrap();
    let attempt = |between: &dyn Fn()| {
        let previous = publisher.previous().unwrap();
        let mut writer = publisher.writer(&previous).unwrap();
        writer.add(compile(&source.read().unwrap())).unwrap();
        between();
        publisher.commit(&previous, writer.finish().unwrap(), source.inputs_tree(&[]).unwrap(), &[])
    };
    let before = remote.work.tip("rendered");
    let lost = attempt(&|| {
        // Another machine publishes an older source: main without the edit has the same output, so make one by hand.
        let clone = remote.clone("other");
        let base = run_git(&clone, &["rev-parse", "origin/rendered"]);
        let base = String::from_utf8_lossy(&base.stdout).trim().to_owned();
        fs::write(clone.join("site-specs/new.yaml"), "kind: Site # new\n").unwrap();
        assert_success(&run_git(&clone, &["add", "--all"]));
        assert_success(&run_git(&clone, &["commit", "--quiet", "-m", "new"]));
        let outcome = publish(&clone, "HEAD", |options| options.remote = Some("origin".to_owned()));
        assert_eq!(expect_published(outcome).parent.unwrap().to_string(), base);
    });
    assert_eq!(lost.unwrap(), Outcome::LostRace);
    assert_eq!(remote.work.tip("rendered"), before, "the local branch waits for the push");
    // Planning again sees the other source, which is not an ancestor of ours.
    let again = publisher.previous();
    assert!(matches!(again, Err(GitError::StaleSource { .. } | GitError::Missing { .. })), "{again:?}");
    remote.assert_sound();
}

#[test]
fn eight_machines_at_once_lose_nothing() {
    let remote = Remote::new();
    let clones: Vec<PathBuf> = (0..8).map(|number| remote.clone(&format!("clone-{number}"))).collect();
    let outcomes: Vec<Result<Outcome, GitError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = clones
            .iter()
            .map(|clone| scope.spawn(|| publish(clone, "HEAD", |options| options.remote = Some("origin".to_owned()))))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(Outcome::Published(_) | Outcome::Unchanged { .. })), "{outcome:?}");
    }
    let count = run_git(&remote.bare, &["rev-list", "--count", "rendered"]);
    assert_eq!(String::from_utf8_lossy(&count.stdout).trim(), "1");
    remote.assert_sound();
}

#[test]
fn eight_publishers_of_one_repository_push_at_once() {
    let remote = Remote::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let outcome = remote.push();
                assert!(matches!(outcome, Ok(Outcome::Published(_) | Outcome::Unchanged { .. })), "{outcome:?}");
            });
        }
    });
    assert_eq!(remote.tip(), remote.work.tip("rendered"));
    remote.assert_sound();
}

#[test]
fn a_hook_that_refuses_is_an_error_with_its_words() {
    let remote = Remote::new();
    let hook = remote.bare.join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'this branch is protected' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let error = remote.push().unwrap_err();
    assert_eq!((error.class(), error.code().name), (Class::World, "push-failed"));
    let message = error.to_string();
    assert!(message.starts_with("`origin` refused the push of `rendered`: "), "{message}");
    assert!(message.contains("this branch is protected"), "{message}");
    remote.work.git_fails(&["rev-parse", "--verify", "--quiet", "refs/heads/rendered"]);
    // The pack stays, as after any push of git's that is refused; the next try makes the same one.
    let packs = || fs::read_dir(remote.work.path().join(".git/objects/pack")).unwrap().count();
    let after_one = packs();
    remote.push().unwrap_err();
    assert_eq!(packs(), after_one);
    fs::remove_file(hook).unwrap();
    expect_published(remote.push());
    remote.assert_sound();
}

#[test]
fn a_remote_that_is_not_there() {
    let remote = Remote::new();
    let error = remote.work.publish_with(|options| options.remote = Some("nowhere".to_owned())).unwrap_err();
    assert!(matches!(&error, GitError::Fetch { remote, .. } if remote == "nowhere"), "{error}");
    assert!(error.to_string().contains("'nowhere' does not appear to be a git repository"), "{error}");
}

#[test]
fn local_commits_that_the_remote_lacks_are_not_dropped() {
    let remote = Remote::new();
    expect_published(remote.push());
    remote.work.write("site-specs/shop.yaml", "kind: Site # local\n");
    remote.work.commit("local");
    let local = remote.work.published().commit.to_string();
    // The same source gives the same commit, so it may be pushed.
    let pushed = expect_published(remote.push());
    assert_eq!(pushed.commit.to_string(), local);

    remote.work.write("site-specs/shop.yaml", "kind: Site # local again\n");
    remote.work.commit("local again");
    let local = remote.work.published().commit.to_string();
    remote.work.write("site-specs/shop.yaml", "kind: Site # and again\n");
    remote.work.commit("and again");
    let error = remote.push().unwrap_err();
    assert_eq!(error.to_string(), "the branch `rendered` has commits that origin lacks");
    assert_eq!(remote.work.tip("rendered"), local);
    remote.work.git(&["push", "--quiet", "origin", "rendered"]);
    expect_published(remote.push());
    remote.assert_sound();
}
