//! Runs that are killed, or that the disk stops: the branch is old or new, and the next run clears up.

use crate::support::{TestRepository, assert_success, expect_published, publish, run_git};
use bayplan::failure::{Class, Failure};
use std::fs;
use std::process::Command;
use std::time::Instant;

/// Kills, at instants spread over the life of a publisher.
const ROUNDS: u32 = 16;

/// A fleet of some size, so that a publish takes a while.
fn large_fleet() -> TestRepository {
    let repository = TestRepository::new();
    repository.write_fleet("");
    for number in 0..300 {
        repository.write(&format!("site-specs/site-{number}.yaml"), &format!("kind: Site # {number}\n").repeat(40));
    }
    repository.commit("large");
    repository
}

/// This test program again, doing only what the test of that name does in a child.
fn child(test: &str, shell: &str, repository: &TestRepository) -> Command {
    let mut child = Command::new("sh");
    child
        .args(["-c", &format!("{shell} exec \"$0\" {test} --exact --test-threads=1")])
        .arg(std::env::current_exe().unwrap())
        .env("BAYPLAN_TEST_CHILD", repository.path());
    child
}

#[test]
fn a_publisher_that_is_killed_at_any_instant_breaks_nothing() {
    if let Ok(folder) = std::env::var("BAYPLAN_TEST_CHILD") {
        expect_published(publish(folder.as_ref(), "HEAD", |_| {}));
        return;
    }
    let repository = large_fleet();
    let test = "interrupted::a_publisher_that_is_killed_at_any_instant_breaks_nothing";
    let start = Instant::now();
    assert_success(&child(test, "", &repository).output().unwrap());
    let life = start.elapsed();
    for round in 0..ROUNDS {
        repository.write("site-specs/shop.yaml", &format!("kind: Site # {round}\n"));
        repository.commit("next");
        let mut publisher = child(test, "", &repository).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(life * round / ROUNDS);
        publisher.kill().unwrap();
        publisher.wait().unwrap();
        assert_success(&run_git(repository.path(), &["fsck", "--strict", "--no-dangling"]));
        // What git says of a lock that a killed program left: delete it.
        let _ = fs::remove_file(repository.path().join(".git/refs/heads/rendered.lock"));
    }
    repository.write("site-specs/shop.yaml", "kind: Site # last\n");
    repository.commit("last");
    repository.published();
    repository.assert_sound();
}

#[test]
fn a_file_that_cannot_grow_stops_the_run_and_leaves_nothing() {
    if let Ok(folder) = std::env::var("BAYPLAN_TEST_CHILD") {
        let error = publish(folder.as_ref(), "HEAD", |_| {}).unwrap_err();
        assert_eq!(error.class(), Class::World);
        assert!(error.to_string().starts_with("cannot write to "), "{error}");
        return;
    }
    let repository = large_fleet();
    let before = repository.snapshot();
    let test = "interrupted::a_file_that_cannot_grow_stops_the_run_and_leaves_nothing";
    let limit = "trap '' XFSZ; ulimit -f 4;";
    assert_success(&child(test, limit, &repository).output().unwrap());
    assert_eq!(repository.snapshot(), before);
    repository.published();
    repository.assert_sound();
}
