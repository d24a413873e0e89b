//! `publish`, `check --against` and `verify` as programs, on real repositories: a gate that refuses leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop"
)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

struct Repository {
    folder: TempDir,
}

/// What a command said and how it ended.
struct Said {
    stdout: String,
    stderr: String,
    code: i32,
}

impl Repository {
    /// The fleet of `tests/gates/fleet`, committed.
    fn new() -> Self {
        let repository = Repository { folder: tempfile::tempdir().unwrap() };
        let fleet = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gates/fleet");
        for entry in walkdir::WalkDir::new(&fleet) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&fleet).unwrap().to_str().unwrap().to_owned();
                repository.write(&path, &fs::read_to_string(entry.path()).unwrap());
            }
        }
        fs::create_dir_all(repository.path()).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit("a fleet");
        repository
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("fleet")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(from), "{path} holds {from:?}");
        self.write(path, &text.replace(from, to));
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", message]);
    }

    fn tip(&self, branch: &str) -> String {
        self.git(&["rev-parse", &format!("refs/heads/{branch}")])
    }

    fn bayplan(&self, arguments: &[&str]) -> Said {
        bayplan(&self.path(), arguments)
    }

    fn published(&self) {
        let said = self.bayplan(&["publish"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
    }

    /// Every object and ref of the repository.
    fn state(&self) -> BTreeMap<String, usize> {
        let files = walkdir::WalkDir::new(self.path().join(".git")).into_iter().map(Result::unwrap);
        files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).unwrap().len()))
            .collect()
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "2026-11-23T08:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-11-23T08:00:00Z")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn bayplan(folder: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_bayplan")).current_dir(folder).args(arguments).output().unwrap();
    Said {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

fn acknowledgement(change: &str, object: &str) -> String {
    format!(
        "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {{name: on-purpose}}\nspec:\n  change: {change}\n  \
         object: {object}\n  reason: ticket 1\n  expires: \"2026-12-31\"\n"
    )
}

#[test]
fn a_refusal_leaves_nothing_behind_and_an_acknowledgement_goes_on() {
    let repository = Repository::new();
    repository.published();
    let tip = repository.tip("rendered");
    repository.remove("site-specs/wiki.yaml");
    repository.commit("the wiki goes");
    let before = repository.state();
    for arguments in [&["publish"][..], &["publish", "--dry-run"], &["check", "--against", "rendered"]] {
        let said = repository.bayplan(arguments);
        assert_eq!(said.code, 3, "{arguments:?}: {}", said.stderr);
        assert!(
            said.stderr.contains("error[namespace-removed]: namespace acme-wiki-production leaves"),
            "{}",
            said.stderr
        );
        assert_eq!(said.stdout, "");
        assert!(repository.state() == before, "{arguments:?} wrote something");
    }
    repository.write(
        "site-specs/yes.yaml",
        &acknowledgement("namespace-removed", "{cluster: stable, namespace: acme-wiki-production}"),
    );
    repository.commit("on purpose");
    assert_eq!(repository.bayplan(&["check", "--against", "rendered"]).code, 0);
    repository.published();
    assert_ne!(repository.tip("rendered"), tip);
    let message = repository.git(&["log", "-1", "--format=%B", "rendered"]);
    let note = "\n\nStays in cluster stable, unmanaged. To delete it for good:\n    kubectl delete namespace \
                acme-wiki-production\n\nBayplan-Source: ";
    assert!(message.contains(note), "{message}");
    // What is published is no previous state to be careful of any more.
    repository.replace("site-specs/tenants.yaml", "spec: {}", "spec: {} # nothing more");
    repository.commit("nothing");
    let said = repository.bayplan(&["check", "--against", "rendered"]);
    assert!(said.code == 0 && said.stderr.contains("note[acknowledgement-unused]"), "{}", said.stderr);
    let said = repository.bayplan(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
}

#[test]
fn json_has_the_code_and_the_exit_code() {
    let repository = Repository::new();
    repository.published();
    repository.replace("site-specs/portal.yaml", "size: 20Gi", "size: 5Gi");
    repository.commit("smaller");
    for arguments in [&["publish", "--format", "json"][..], &["check", "--against", "rendered", "--format", "json"]] {
        let said = repository.bayplan(arguments);
        let lines: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<&Value> = lines.iter().filter(|line| line["type"] == "diagnostic").collect();
        assert_eq!((said.code, found.len()), (3, 1), "{}", said.stdout);
        assert_eq!(found[0]["code"], "storage-shrunk");
        assert_eq!(found[0]["severity"], "error");
        assert_eq!(found[0]["file"], "templates/web/claims.yaml.mustache");
        assert_eq!(lines.last().unwrap()["type"], "summary");
        assert_eq!(lines.last().unwrap()["exitCode"], 3);
    }
}

#[test]
fn a_refused_branch_stops_no_other_one() {
    let repository = Repository::new();
    repository.replace("bayplan.yaml", "branch: rendered", "branch: \"rendered-{{cluster.name}}\"");
    repository.commit("a branch for each cluster");
    repository.published();
    let (stable, unstable) = (repository.tip("rendered-stable"), repository.tip("rendered-unstable"));
    repository.replace("site-specs/portal.yaml", "size: 20Gi", "size: 5Gi");
    repository.replace("templates/web/template.yaml", "greeting: hello", "greeting: ahoy");
    repository.commit("one good, one bad");
    let said = repository.bayplan(&["publish"]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert_eq!(repository.tip("rendered-stable"), stable);
    assert_ne!(repository.tip("rendered-unstable"), unstable);
    for (branch, code) in [("rendered-stable", 3), ("rendered-unstable", 0)] {
        assert_eq!(repository.bayplan(&["check", "--against", branch]).code, code, "{branch}");
        assert_eq!(repository.bayplan(&["verify", branch]).code, 0, "{branch}");
    }
    let said = repository.bayplan(&["verify"]);
    assert_eq!((said.code, said.stdout.lines().count()), (0, 2), "{}", said.stdout);
}

#[test]
fn a_check_is_against_what_there_is() {
    let repository = Repository::new();
    let said = repository.bayplan(&["check", "--against", "rendered"]);
    assert!(said.code == 0 && said.stderr.contains("this would be the first publish"), "{}", said.stderr);
    assert_eq!(repository.bayplan(&["check", "--against", "renderd"]).code, 2);
    repository.published();
    let clone = repository.folder.path().join("clone");
    git(repository.folder.path(), &["clone", "--quiet", "fleet", "clone"]);
    fs::remove_file(clone.join("site-specs/wiki.yaml")).unwrap();
    for reference in ["rendered", "origin/rendered", &repository.tip("rendered")] {
        let said = bayplan(&clone, &["check", "--against", reference]);
        assert_eq!(said.code, 3, "{reference}: {}", said.stderr);
    }
    for (filter, code) in [
        (["--site", "wiki"], 2),
        (["--site", "portal"], 0),
        (["--tenant", "globex"], 0),
        (["--tenant", "acme"], 3),
        (["--cluster", "unstable"], 0),
        (["--cluster", "stable"], 3),
        (["--environment", "production"], 3),
    ] {
        let said = bayplan(&clone, &["check", "--against", "origin/rendered", filter[0], filter[1]]);
        assert_eq!(said.code, code, "{filter:?}: {}", said.stderr);
    }
}

#[test]
fn a_fleet_without_clusters_does_not_empty_the_branch() {
    let repository = Repository::new();
    repository.published();
    let tip = repository.tip("rendered");
    for path in ["clusters", "environments", "portal", "shop", "wiki"] {
        repository.remove(&format!("site-specs/{path}.yaml"));
    }
    repository.commit("a bad merge");
    let said = repository.bayplan(&["publish"]);
    assert!(said.code == 3 && said.stderr.contains("error[empty-output]"), "{} {}", said.code, said.stderr);
    assert_eq!(repository.tip("rendered"), tip);
    let said = repository.bayplan(&["check", "--against", "rendered"]);
    assert!(said.code == 3 && said.stderr.contains("error[empty-output]"), "{} {}", said.code, said.stderr);
}

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
