//! The same source gives the same commit, whoever publishes it and wherever.

use crate::support::{TestRepository, assert_success, expect_published, publish, run_git};
use std::process::Command;

#[test]
fn two_clones_get_the_same_commit() {
    let repository = TestRepository::with_fleet();
    let here = repository.published();
    for clone in ["one", "two"] {
        let path = repository.around().join(clone);
        let arguments =
            ["clone", "--quiet", "--single-branch", repository.path().to_str().unwrap(), path.to_str().unwrap()];
        assert_success(&run_git(repository.around(), &arguments));
        let there = expect_published(publish(&path, "HEAD", |_| {}));
        assert_eq!(there.commit, here.commit);
    }
    repository.assert_sound();
}

#[test]
fn the_commit_says_what_it_was_made_from() {
    let repository = TestRepository::with_fleet();
    let published = repository.published();
    let source = repository.git(&["rev-parse", "HEAD"]);
    let tree = repository.git(&["rev-parse", "rendered^{tree}"]);
    // The inputs are all there is, so their tree is that of the commit.
    let source_tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    let expected = format!(
        "Render {}: a small fleet\n\nBayplan-Source: {source}\nBayplan-Source-Tree: {source_tree}\nBayplan-Tree: {tree}\n\
         Bayplan-Version: 1.2.3",
        &source[..12]
    );
    assert_eq!(repository.git(&["log", "-1", "--format=%B", "rendered"]), expected);
    let people = repository.git(&["log", "-1", "--format=%an <%ae> %ad|%cn <%ce> %cd", "--date=raw", "rendered"]);
    assert_eq!(people, "bayplan <bayplan@localhost> 1700000000 +0200|bayplan <bayplan@localhost> 1700000000 +0200");
    let trailers = repository.git(&["log", "-1", "--format=%(trailers:key=Bayplan-Tree,valueonly)", "rendered"]);
    assert_eq!(trailers.trim(), tree);
    assert_eq!(published.tree.to_string(), tree);
}

#[test]
fn environment_and_umask_have_no_effect() {
    if let Ok(folder) = std::env::var("BAYPLAN_TEST_PUBLISH_IN") {
        expect_published(publish(folder.as_ref(), "HEAD", |_| {}));
        return;
    }
    let repository = TestRepository::with_fleet();
    let here = repository.published().commit.to_string();
    repository.git(&["branch", "-D", "rendered"]);
    let this_test = "determinism::environment_and_umask_have_no_effect";
    for (umask, zone, locale) in [("077", "Asia/Kathmandu", "C"), ("002", "America/St_Johns", "tr_TR.UTF-8")] {
        let script = format!("umask {umask}; exec \"$0\" {this_test} --exact --test-threads=1");
        let status = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .env("BAYPLAN_TEST_PUBLISH_IN", repository.path())
            .envs([("TZ", zone), ("LC_ALL", locale), ("LANG", locale), ("RAYON_NUM_THREADS", "7")])
            .envs([("GIT_AUTHOR_NAME", "x"), ("GIT_COMMITTER_DATE", "1 +0000"), ("GIT_DIR", "/nowhere")])
            .output()
            .unwrap();
        assert_success(&status);
        assert_eq!(repository.tip("rendered"), here);
        repository.assert_sound();
        repository.git(&["branch", "-D", "rendered"]);
    }
}

#[test]
fn publishing_twice_makes_no_second_commit() {
    let repository = TestRepository::with_fleet();
    repository.published();
    let before = repository.snapshot();
    assert!(matches!(repository.publish(), Ok(bayplan::publish::Outcome::Unchanged { .. })));
    assert_eq!(repository.snapshot(), before);

    repository.write("README.md", "not an input\n");
    repository.commit("docs");
    let tip = repository.tip("rendered");
    assert!(matches!(repository.publish(), Ok(bayplan::publish::Outcome::Unchanged { .. })));
    assert_eq!(repository.tip("rendered"), tip);
}
