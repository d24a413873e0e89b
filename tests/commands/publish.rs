//! `publish`: the same commit from everywhere, none without a change, and refusals that leave no trace.

use super::support::{Fleet, files, git, program, run, run_in};
use std::path::Path;

fn tip(folder: &Path) -> String {
    git(folder, &["rev-parse", "refs/heads/rendered"])
}

#[test]
fn publishing_twice_makes_one_commit() {
    let fleet = Fleet::committed("");
    let first = fleet.output(&["publish"]);
    assert!(first.starts_with("rendered: ") && first.contains(" added, 0 modified, 0 removed"), "{first}");
    let commit = tip(&fleet.root);
    assert_eq!(fleet.output(&["publish"]), "rendered: up to date\n");
    assert_eq!(tip(&fleet.root), commit);
    // A source that changes no output makes none either.
    fleet.write("templates/web/README.md", "Something else.\n");
    fleet.commit("words");
    assert_eq!(fleet.output(&["publish"]), "rendered: up to date\n");
    assert_eq!(tip(&fleet.root), commit);
    fleet.edit("site-specs/environments.yaml", "    replicas: 2\n", "    replicas: 4\n");
    fleet.commit("more copies");
    let second = fleet.output(&["publish"]);
    assert!(second.contains("(0 added, 1 modified, 0 removed)"), "{second}");
    assert_eq!(git(&fleet.root, &["rev-parse", "rendered^"]), commit);
}

#[test]
fn two_clones_get_one_commit_whatever_is_around_them() {
    let fleet = Fleet::committed("");
    let clone = |name: &str| {
        let path = fleet.around().join(name);
        git(fleet.around(), &["clone", "--quiet", &fleet.root.display().to_string(), &path.display().to_string()]);
        path
    };
    let (one, two) = (clone("one"), clone("two"));
    let plain = run(program().args(["publish", "--threads", "1"]).current_dir(&one));
    assert_eq!(plain.code, 0, "{}", plain.stderr);
    let odd = std::process::Command::new("sh")
        .args(["-c", "umask 077; exec \"$0\" publish --threads 3", env!("CARGO_BIN_EXE_bayplan")])
        .envs([("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("HOME", "/nowhere")])
        .envs([("GIT_AUTHOR_NAME", "Somebody"), ("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")])
        .current_dir(&two)
        .output()
        .expect("sh runs");
    assert!(odd.status.success(), "{}", String::from_utf8_lossy(&odd.stderr));
    assert_eq!(tip(&one), tip(&two));
    git(&two, &["fsck", "--strict"]);
    // The published tree is the rendered one.
    let rendered = fleet.around().join("rendered");
    fleet.output(&["render", "--out", &rendered.display().to_string()]);
    let mut expected = files(&rendered);
    expected.remove(".bayplan-files");
    git(&two, &["worktree", "add", "--quiet", "--detach", "../tree", "rendered"]);
    let mut published = files(&fleet.around().join("tree"));
    published.remove(".git");
    assert!(published == expected);
}

#[test]
fn the_branch_is_the_same_from_a_folder_of_a_larger_repository() {
    let (alone, inside) = (Fleet::committed(""), Fleet::committed("ops/fleet"));
    alone.output(&["publish"]);
    inside.output(&["publish"]);
    let tree = |fleet: &Fleet| git(&fleet.root, &["rev-parse", "rendered^{tree}"]);
    assert_eq!(tree(&alone), tree(&inside));
    // The work tree, the index and HEAD are as they were.
    assert_eq!(inside.git(&["status", "--porcelain"]), "");
    assert_eq!(inside.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
}

#[test]
fn a_bare_repository_can_be_published_from() {
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    let bare = fleet.around().join("bare.git");
    git(
        fleet.around(),
        &[
            "clone",
            "--quiet",
            "--bare",
            "--single-branch",
            &fleet.root.display().to_string(),
            &bare.display().to_string(),
        ],
    );
    let published = run_in(&bare, &["publish"]);
    assert_eq!(published.code, 0, "{}", published.stderr);
    assert_eq!(tip(&bare), tip(&fleet.root));
}

/// What is refused leaves the repository as it was, byte for byte.
fn refused(fleet: &Fleet, arguments: &[&str], code: i32, name: &str) -> String {
    let before = files(fleet.around());
    let run = fleet.run(arguments);
    assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
    assert!(run.stderr.contains(&format!("error[{name}]")), "{}", run.stderr);
    assert!(run.stderr.contains("= help: ") || run.stderr.contains("help:"), "{}", run.stderr);
    let after = files(fleet.around());
    let changed: Vec<&String> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "{arguments:?} left {changed:?}");
    run.stderr
}

#[test]
fn changed_and_untracked_inputs_are_named() {
    let fleet = Fleet::committed("");
    fleet.edit("site-specs/tenants.yaml", "contact: ops@acme.example", "contact: dev@acme.example");
    fleet.write("templates/web/new.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\n");
    fleet.write("notes.txt", "no input\n");
    let told = refused(&fleet, &["publish"], 3, "dirty-inputs");
    assert!(told.contains("site-specs/tenants.yaml") && told.contains("templates/web/new.yaml"), "{told}");
    assert!(!told.contains("notes.txt"), "{told}");
    // A commit that is named is published whatever the work tree holds.
    fleet.output(&["publish", "--source", "HEAD"]);
}

#[test]
fn a_branch_that_is_checked_out_is_left_alone() {
    let fleet = Fleet::committed("");
    refused(&fleet, &["publish", "--branch", "main"], 3, "branch-in-use");
    fleet.output(&["publish"]);
    git(&fleet.root, &["worktree", "add", "--quiet", "../tree", "rendered"]);
    fleet.edit("site-specs/tenants.yaml", "contact: ops@acme.example", "contact: dev@acme.example");
    fleet.commit("a new address");
    refused(&fleet, &["publish"], 3, "branch-in-use");
}

#[test]
fn a_branch_of_others_is_left_alone() {
    let fleet = Fleet::committed("");
    let first = git(&fleet.root, &["rev-parse", "main"]);
    fleet.write("notes.txt", "more\n");
    fleet.commit("more");
    fleet.git(&["branch", "rendered", &first]);
    refused(&fleet, &["publish"], 3, "foreign-branch");
    fleet.output(&["publish", "--adopt"]);
    assert_eq!(git(&fleet.root, &["rev-parse", "rendered^"]), first);
    // The source's own branch is none to publish to either.
    fleet.git(&["branch", "copy"]);
    refused(&fleet, &["publish", "--branch", "copy"], 3, "branch-in-use");
}

#[test]
fn an_input_with_errors_publishes_nothing() {
    let fleet = Fleet::committed("");
    fleet.edit("site-specs/sites/wiki.yaml", "engine: nginx", "engine: ngnix");
    fleet.commit("a mistake");
    refused(&fleet, &["publish"], 1, "invalid-value");
    refused(&fleet, &["publish", "--dry-run"], 1, "invalid-value");
}

#[test]
fn a_dry_run_writes_nothing() {
    let fleet = Fleet::committed("");
    let before = files(fleet.around());
    let told = fleet.output(&["publish", "--dry-run"]);
    assert!(told.contains("added north/staging/acme-shop-staging/app/deployment-shop-web.yaml"), "{told}");
    assert!(files(fleet.around()) == before);
}

#[test]
fn one_branch_for_each_cluster() {
    let fleet = Fleet::new();
    fleet.edit("bayplan.yaml", "{branch: rendered}", "{branch: \"rendered-{{cluster.name}}\"}");
    fleet.git(&["init", "--quiet", "--initial-branch=main"]);
    fleet.commit("a fleet");
    fleet.output(&["publish", "--cluster", "south"]);
    assert_eq!(fleet.git(&["branch", "--format=%(refname:short)"]), "main\nrendered-south");
    fleet.output(&["publish"]);
    assert_eq!(fleet.git(&["branch", "--format=%(refname:short)"]), "main\nrendered-north\nrendered-south");
    let folders = |branch: &str| fleet.git(&["ls-tree", "--name-only", branch]);
    assert_eq!((folders("rendered-north"), folders("rendered-south")), ("north".to_owned(), "south".to_owned()));
}

/// The base fleet with a branch for each cluster, published.
fn with_two_branches() -> Fleet {
    let fleet = Fleet::new();
    fleet.edit("bayplan.yaml", "{branch: rendered}", "{branch: \"rendered-{{cluster.name}}\"}");
    fleet.git(&["init", "--quiet", "--initial-branch=main"]);
    fleet.commit("a fleet");
    fleet.output(&["publish"]);
    fleet
}

#[test]
fn a_branch_that_holds_one_cluster_alone_is_not_up_to_date_for_all() {
    let fleet = Fleet::committed("");
    let folders = || fleet.git(&["ls-tree", "--name-only", "other"]);
    fleet.output(&["publish", "--branch", "other", "--cluster", "south"]);
    assert_eq!(folders(), "south");
    assert_eq!(fleet.output(&["publish", "--branch", "other", "--cluster", "south"]), "other: up to date\n");
    let told = fleet.output(&["publish", "--branch", "other"]);
    assert!(told.contains(" added, 0 modified, 0 removed)"), "{told}");
    assert_eq!(folders(), "north\nsouth");
    assert_eq!(fleet.output(&["publish", "--branch", "other"]), "other: up to date\n");
    // And back: the gates see that a cluster would leave.
    let before = files(fleet.around());
    let run = fleet.run(&["publish", "--branch", "other", "--cluster", "south"]);
    assert!(run.code == 3 && run.stderr.contains("error[mass-removal]: cluster north leaves whole"), "{}", run.stderr);
    assert!(files(fleet.around()) == before);
}

#[test]
fn a_dry_run_writes_nothing_where_only_the_local_branch_would_move() {
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    let clone = fleet.around().join("clone");
    git(fleet.around(), &["clone", "--quiet", &fleet.root.display().to_string(), &clone.display().to_string()]);
    let before = files(&clone);
    let told = run_in(&clone, &["publish", "--dry-run"]);
    assert_eq!((told.code, told.stdout.as_str()), (0, "rendered: up to date\n"), "{}", told.stderr);
    assert!(files(&clone) == before);
    assert_eq!(run_in(&clone, &["publish"]).code, 0);
    assert_eq!(tip(&clone), tip(&fleet.root));
}

#[test]
fn the_branch_of_a_cluster_that_left_is_told_of_and_left_alone() {
    let fleet = with_two_branches();
    let north = fleet.git(&["rev-parse", "rendered-north"]);
    fleet.git(&["branch", "rendered-by-hand", "main"]);
    for (path, bytes) in files(&fleet.root.join("site-specs")) {
        let text = String::from_utf8(bytes).expect("UTF-8").replace("north", "west");
        fleet.write(&format!("site-specs/{path}"), &text.replace("facts/west.json", "facts/north.json"));
    }
    fleet.commit("north leaves");
    let run = fleet.run(&["publish"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let due = "note: no cluster of these specs is published to `rendered-north`; it is left as it is";
    assert!(run.stderr.contains(due) && !run.stderr.contains("by-hand"), "{}", run.stderr);
    assert_eq!(fleet.git(&["rev-parse", "rendered-north"]), north);
    // Told again where nothing is to do, and not where one cluster was asked for.
    assert!(fleet.run(&["publish"]).stderr.contains(due));
    assert!(!fleet.run(&["publish", "--cluster", "west"]).stderr.contains(due));
}

#[test]
fn a_hydrated_commit_is_verified_with_its_metadata() {
    let fleet = Fleet::new();
    fleet.edit("bayplan.yaml", "{branch: rendered}", "{branch: rendered, hydrator: true}");
    fleet.git(&["init", "--quiet", "--initial-branch=main"]);
    fleet.commit("a fleet");
    fleet.output(&["publish"]);
    let metadata: serde_json::Value =
        serde_json::from_str(&fleet.git(&["show", "rendered:hydrator.metadata"])).expect("JSON");
    assert_eq!(metadata["drySha"], fleet.git(&["rev-parse", "main"]));
    assert_eq!((&metadata["subject"], &metadata["date"]), (&"a fleet".into(), &"2026-01-02T03:04:05+00:00".into()));
    fleet.output(&["verify"]);
    fleet.output(&["check", "--against", "rendered"]);
    // A change that renders to the same is a note on the commit that is there.
    fleet.write("notes.txt", "no input\n");
    fleet.commit("words");
    assert_eq!(fleet.output(&["publish"]), "rendered: up to date\n");
    let note = fleet.git(&["notes", "--ref", "hydrator.metadata", "show", "rendered"]);
    assert!(note.contains(&fleet.git(&["rev-parse", "main"])), "{note}");
    fleet.output(&["verify"]);
    // One by hand is seen.
    git(&fleet.root, &["worktree", "add", "--quiet", "../tree", "rendered"]);
    let tree = fleet.around().join("tree");
    std::fs::write(tree.join("hydrator.metadata"), "{\"drySha\": \"0\"}\n").expect("can be written");
    git(&tree, &["commit", "--quiet", "--all", "--amend", "--no-edit"]);
    let run = fleet.run(&["verify"]);
    assert_eq!((run.code, run.stdout.lines().last()), (1, Some("  edited hydrator.metadata")), "{}", run.stderr);
}

/// A result that cannot be written stops no branch.
#[test]
fn a_full_or_closed_stdout_stops_no_publish() {
    use std::process::Stdio;
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let publish = |fleet: &Fleet, stdout: Stdio, arguments: &[&str]| {
        fleet.edit("templates/quay/quay.yaml.mustache", "verbs: [get, list]", "verbs: [get, list, watch]");
        fleet.commit("on both clusters");
        let mut child = program()
            .args(arguments)
            .current_dir(&fleet.root)
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("bayplan runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        let published = |branch: &str| fleet.git(&["log", "--format=%s", branch]).lines().count();
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        (output.status.code(), stderr, [published("rendered-north"), published("rendered-south")])
    };
    for arguments in [&["publish"][..], &["publish", "--format", "json"]] {
        // The reader went away: nobody wants to know.
        let fleet = with_two_branches();
        let (code, stderr, commits) = publish(&fleet, Stdio::piped(), arguments);
        assert_eq!((code, commits), (Some(0), [2, 2]), "{stderr}");
        assert!(!stderr.contains("error"), "{stderr}");
        let Ok(full) = full.as_ref().map(|file| file.try_clone().expect("can be cloned")) else {
            println!("skipped: there is no /dev/full");
            continue;
        };
        let fleet = with_two_branches();
        let (code, stderr, commits) = publish(&fleet, full.into(), arguments);
        assert_eq!((code, commits), (Some(4), [2, 2]), "{stderr}");
        assert!(stderr.contains("error[io]: cannot write to standard output"), "{stderr}");
    }
}

/// SIGINT and SIGTERM end the run by themselves, which a shell tells as 130 and 143; the branch is old or new.
#[test]
#[cfg(unix)]
fn a_signal_breaks_nothing() {
    use std::os::unix::process::ExitStatusExt;
    let fleet = Fleet::committed("");
    fleet.output(&["publish"]);
    let start = std::time::Instant::now();
    fleet.output(&["publish", "--branch", "other"]);
    let life = start.elapsed();
    for round in 0..8_u32 {
        let text = format!("verbs: [get, list, v{round}]");
        let old =
            if round == 0 { "verbs: [get, list]".to_owned() } else { format!("verbs: [get, list, v{}]", round - 1) };
        fleet.edit("templates/quay/quay.yaml.mustache", &old, &text);
        fleet.commit("next");
        let (signal, number) = if round % 2 == 0 { ("-INT", 2) } else { ("-TERM", 15) };
        let quiet = std::process::Stdio::null;
        let mut child = program()
            .arg("publish")
            .current_dir(&fleet.root)
            .stdout(quiet())
            .stderr(quiet())
            .spawn()
            .expect("bayplan runs");
        std::thread::sleep(life * round / 8);
        let id = child.id().to_string();
        std::process::Command::new("kill").args([signal, &id]).stderr(quiet()).status().expect("kill runs");
        let status = child.wait().expect("ends");
        assert!(status.signal() == Some(number) || status.code() == Some(0), "{status}");
        git(&fleet.root, &["fsck", "--strict", "--no-dangling"]);
        let _ = std::fs::remove_file(fleet.root.join(".git/refs/heads/rendered.lock"));
        fleet.output(&["publish"]);
        let left: Vec<String> = files(&fleet.root.join(".git/objects/pack")).into_keys().collect();
        assert!(!left.iter().any(|name| name.ends_with(".part") || name.ends_with(".keep")), "{left:?}");
    }
    fleet.output(&["verify"]);
}
