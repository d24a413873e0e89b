//! Whatever is known of the last run, and whatever became of it: the same words, refs and exit code as without.

use super::support::{Repository, Said, acknowledgement, bayplan, git};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A copy of a repository, with or without what runs left in it.
fn copy(from: &Path, to: &Path, keeps_state: bool) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(from).unwrap();
        if !keeps_state && path.starts_with(".git/bayplan") {
            continue;
        }
        let target = to.join(path);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            // Locks of git's housekeeping come and go.
            let copied = fs::copy(entry.path(), &target);
            assert!(copied.is_ok() || !entry.path().exists(), "{}", entry.path().display());
        }
    }
}

fn refs(folder: &Path) -> String {
    git(folder, &["for-each-ref"])
}

/// Runs the same in a copy with state and in one without, each at the same place; gives what both say.
fn same_words(repository: &Repository, arguments: &[&str]) -> Said {
    let place = repository.folder.path().join("copy");
    let (remote, kept) = (repository.folder.path().join("origin.git"), repository.folder.path().join("kept.git"));
    let put = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        if from.exists() {
            copy(from, to, true);
        }
    };
    put(&remote, &kept);
    let outcomes = [true, false].map(|keeps_state| {
        copy(&repository.path(), &place, keeps_state);
        let said = bayplan(&place, arguments);
        let refs = refs(&place);
        fs::remove_dir_all(&place).unwrap();
        put(&kept, &remote);
        (said, refs)
    });
    let [warm, cold] = outcomes;
    assert_eq!(warm, cold, "{arguments:?}");
    warm.0
}

/// Everything that a user may ask for.
const ASKED: &[&[&str]] = &[
    &["publish"],
    &["publish", "--format", "json"],
    &["publish", "--dry-run"],
    &["publish", "--strict"],
    &["publish", "--quiet"],
    &["publish", "--source", "HEAD"],
    &["publish", "--source", "HEAD~1", "--rollback"],
    &["publish", "--source", "HEAD~1"],
    &["publish", "--adopt"],
    &["publish", "--branch", "other"],
    &["publish", "--branch", "main"],
    &["publish", "--cluster", "stable"],
    &["publish", "--cluster", "nowhere"],
    &["publish", "--cluster", "stable", "--branch", "other"],
    &["publish", "--push", "nowhere"],
    &["publish", "--push", "origin"],
    &["publish", "--push", "origin", "--dry-run"],
];

fn ask_all(repository: &Repository) {
    ASKED.iter().for_each(|arguments| drop(same_words(repository, arguments)));
}

/// Of [`ASKED`], what a branch in an unusual state may answer otherwise.
fn ask(repository: &Repository) {
    for arguments in [&["publish"][..], &["publish", "--format", "json"], &["publish", "--push", "origin"]] {
        same_words(repository, arguments);
    }
}

/// A repository with two published commits and a bare remote that has them.
fn published_twice(edit: impl Fn(&Repository)) -> Repository {
    let repository = Repository::new();
    edit(&repository);
    repository.commit("the first");
    repository.published();
    repository.replace("templates/web/template.yaml", "greeting: hello", "greeting: ahoy");
    repository.commit("the second");
    repository.published();
    git(repository.folder.path(), &["clone", "--quiet", "--bare", "fleet", "origin.git"]);
    let remote = repository.folder.path().join("origin.git");
    repository.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repository
}

#[test]
fn a_branch_that_is_up_to_date() {
    let repository = published_twice(|_| {});
    ask_all(&repository);
    assert_eq!(same_words(&repository, &["publish"]).stdout, "rendered: up to date\n");
}

#[test]
fn one_branch_for_each_cluster_one_of_which_left() {
    let repository = published_twice(|fleet| {
        fleet.replace("bayplan.yaml", "branch: rendered", "branch: \"rendered-{{cluster.name}}\"");
    });
    repository.git(&["branch", "rendered-gone", "rendered-stable"]);
    ask_all(&repository);
    let said = same_words(&repository, &["publish"]);
    assert!(said.stderr.contains("no cluster of these specs is published to `rendered-gone`"), "{}", said.stderr);
    repository.replace("site-specs/portal.yaml", "{size: 20Gi}", "{size: 20Gi, greeting: hi}");
    repository.commit("an edit that one of them sees");
    ask(&repository);
    assert!(steps(&repository).contains(EDITED_SITES));
    // A remote that takes one branch and refuses the other.
    assert_eq!(repository.bayplan(&["publish", "--push", "origin"]).code, 0);
    let hook = repository.folder.path().join("origin.git/hooks/update");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\n[ \"$1\" != refs/heads/rendered-unstable ]\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    repository.replace("site-specs/shop.yaml", "production: {}", "production: {values: {greeting: hi}}");
    repository.replace("site-specs/shop.yaml", "preview: {}", "preview: {values: {greeting: hi}}");
    repository.commit("an edit that both see");
    ask(&repository);
    let said = same_words(&repository, &["publish", "--push", "origin"]);
    assert!(
        said.code != 0 && said.stdout.starts_with("rendered-stable: ") && said.stdout.contains("modified"),
        "{said:?}"
    );
    fs::remove_file(&hook).unwrap();
    // One that is behind, and one that is gone.
    repository.git(&["update-ref", "refs/heads/rendered-stable", "rendered-stable~1"]);
    ask(&repository);
    repository.git(&["branch", "--quiet", "-D", "rendered-unstable"]);
    ask(&repository);
}

#[test]
fn the_hydrators_contract() {
    let repository = published_twice(|fleet| {
        fleet.replace("bayplan.yaml", "branch: rendered,", "branch: rendered, hydrator: true,");
    });
    ask(&repository);
    // A commit that renders to the same, and a note that was lost.
    repository.write("README.md", "words\n");
    repository.commit("words");
    ask(&repository);
    repository.replace("site-specs/portal.yaml", "{size: 20Gi}", "{size: 20Gi, greeting: hi}");
    repository.commit("an edit of a site");
    ask(&repository);
    assert!(steps(&repository).contains(EDITED_SITES));
    repository.git(&["update-ref", "-d", "refs/notes/hydrator.metadata"]);
    ask(&repository);
    fs::write(repository.path().join(".git/refs/notes/hydrator.metadata.lock"), "").unwrap();
    let said = repository.bayplan(&["publish"]);
    assert!(said.code == 4 && said.stderr.contains("the hydrator's note on it is not"), "{}", said.stderr);
}

#[test]
fn branches_that_were_put_back_deleted_or_edited() {
    let repository = published_twice(|_| {});
    let tip = repository.tip("rendered");
    repository.git(&["update-ref", "refs/heads/rendered", "rendered~1"]);
    ask(&repository);
    repository.git(&["update-ref", "-d", "refs/heads/rendered"]);
    ask(&repository);
    let tree = repository.git(&["rev-parse", &format!("{tip}^{{tree}}")]);
    let edited = repository.git(&["commit-tree", &tree, "-p", &tip, "-m", "by hand"]);
    repository.git(&["update-ref", "refs/heads/rendered", &edited]);
    ask(&repository);
    assert_eq!(same_words(&repository, &["publish"]).code, 3);
    // The source was put back, as after a forced push.
    repository.git(&["update-ref", "refs/heads/rendered", &tip]);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let said = same_words(&repository, &["publish"]);
    assert!(said.stderr.contains("stale-source"), "{}", said.stderr);
}

#[test]
fn inputs_that_changed_without_a_commit() {
    let repository = published_twice(|_| {});
    repository.write("site-specs/new.yaml", "kind: Tenant\n");
    let said = same_words(&repository, &["publish"]);
    assert!(said.code == 3 && said.stderr.contains("dirty-inputs"), "{}", said.stderr);
    assert_eq!(same_words(&repository, &["publish", "--source", "HEAD"]).code, 0);
}

/// The steps that a publish took.
fn steps(repository: &Repository) -> String {
    let said = repository.bayplan(&["publish", "--timings", "--format", "json"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    said.stdout.lines().find(|line| line.contains("\"timings\"")).unwrap().to_owned()
}

const EDITED_SITES: &str = "compile and publish edited sites";

#[test]
fn edits_of_sites_alone() {
    let repository = published_twice(|_| {});
    let portal = "site-specs/portal.yaml";
    repository.replace(portal, "{size: 20Gi}", "{size: 20Gi, greeting: hi}");
    repository.commit("a value");
    ask_all(&repository);
    assert!(steps(&repository).contains(EDITED_SITES));
    repository.replace(portal, "spec:\n", "# A comment.\nspec:\n");
    repository.commit("a comment");
    ask(&repository);
    assert!(steps(&repository).contains(EDITED_SITES));
    for (from, to) in [
        ("size: 20Gi", "size: 10Gi"),
        ("size: 20Gi", "size: 30Gi"),
        ("greeting: hi", "greeting: 7"),
        ("greeting: hi", "greting: hi"),
        ("    staging: {}\n", ""),
        ("tenant: acme", "tenant: globex"),
        ("name: portal", "name: gate"),
        ("{size", "{{size"),
    ] {
        repository.replace(portal, from, to);
        repository.commit("an edit that others see, or of which there is something to say");
        ask(&repository);
        repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
    for more in [
        "a: [",
        "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: late}\nspec: {scope: site}",
        "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {name: other}\nspec: {}",
        "apiVersion: bayplan/v1\nkind: Foo\nmetadata: {name: foo}",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: foo}",
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec: {tenant: 5}",
    ] {
        let text = fs::read_to_string(repository.path().join(portal)).unwrap();
        repository.write(portal, &format!("{}---\n{more}\n", text.replace("greeting: hi", "greeting: hey")));
        repository.commit("an edit, and a document with a fault in the same file");
        ask(&repository);
        assert_eq!(repository.bayplan(&["publish"]).code, 1, "{more}");
        repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
    let more = acknowledgement("data-removed", "{cluster: stable, kind: PersistentVolumeClaim, name: gone}");
    repository.replace(portal, "apiVersion", &format!("{more}---\napiVersion"));
    repository.commit("a document of another kind in the site's file");
    ask(&repository);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    // The text of a site, where it is none.
    let text = fs::read_to_string(repository.path().join(portal)).unwrap();
    repository.write("templates/web/partials/copy.mustache", &text);
    repository.commit("a partial that reads like a site");
    repository.published();
    repository.write("templates/web/partials/copy.mustache", "{{#a}}\n");
    repository.commit("and does no longer");
    ask(&repository);
    assert_eq!(repository.bayplan(&["publish"]).code, 1);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    repository.git(&["update-ref", "refs/heads/rendered", "rendered~1"]);
    repository.published();
    repository.git(&["mv", portal, "site-specs/gate.yaml"]);
    repository.commit("another file");
    ask(&repository);
    repository.replace("site-specs/gate.yaml", "greeting: hi", "greeting: hello");
    repository.replace("site-specs/wiki.yaml", "production: {}", "production: {values: {}}");
    repository.commit("and two edits");
    ask(&repository);
    repository.published();
    repository.replace("site-specs/gate.yaml", "greeting: hello", "greeting: bye");
    repository.replace("site-specs/shop.yaml", "preview: {}", "preview: {values: {greeting: bye}}");
    repository.commit("two sites of two tenants");
    ask(&repository);
    assert!(steps(&repository).contains(EDITED_SITES));
}

#[test]
fn two_fleets_in_one_repository() {
    let repository = Repository::new();
    repository.git(&["rm", "-r", "--quiet", "--cached", "."]);
    let root = repository.path();
    for fleet in ["a", "b"] {
        for path in ["site-specs", "templates"] {
            copy(&root.join(path), &root.join(fleet).join(path), true);
        }
        repository.write(&format!("{fleet}/bayplan.yaml"), &fs::read_to_string(root.join("bayplan.yaml")).unwrap());
        repository.replace(
            &format!("{fleet}/bayplan.yaml"),
            "branch: rendered,",
            &format!("branch: rendered-{fleet},"),
        );
    }
    for path in ["site-specs", "templates"] {
        fs::remove_dir_all(root.join(path)).unwrap();
    }
    repository.remove("bayplan.yaml");
    repository.commit("two fleets");
    let publish = |fleet: &str| bayplan(&root.join(fleet), &["publish"]);
    for round in 0..3 {
        let expected = if round == 0 { "added" } else { "up to date" };
        for fleet in ["a", "b"] {
            let said = publish(fleet);
            assert!(said.code == 0 && said.stdout.contains(expected), "{round} {fleet}: {said:?}");
        }
    }
    // The other fleet on a branch whose tip was made from the same commit is not up to date.
    repository.replace("b/templates/web/template.yaml", "greeting: hello", "greeting: ahoy");
    repository.commit("b greets otherwise");
    assert_eq!((publish("a").code, publish("b").code), (0, 0));
    let said = bayplan(&root.join("b"), &["publish", "--branch", "rendered-a"]);
    assert!(said.stdout.contains("modified"), "{said:?}");
    assert_eq!(
        repository.git(&["rev-parse", "rendered-a^{tree}"]),
        repository.git(&["rev-parse", "rendered-b^{tree}"])
    );
}

#[test]
fn linked_work_trees_share_what_is_known() {
    let repository = published_twice(|_| {});
    let linked = repository.folder.path().join("linked");
    repository.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "--detach"]);
    assert_eq!(bayplan(&linked, &["publish"]).stdout, "rendered: up to date\n");
    fs::write(linked.join("site-specs/tenants.yaml"), {
        let text = fs::read_to_string(linked.join("site-specs/tenants.yaml")).unwrap();
        text.replacen("spec: {}", "spec: {values: {greeting: hi}}", 1)
    })
    .unwrap();
    assert_eq!(bayplan(&linked, &["publish"]).code, 3);
    git(&linked, &["commit", "--quiet", "--all", "-m", "from beside"]);
    let said = bayplan(&linked, &["publish"]);
    assert!(said.code == 0 && said.stdout.contains("modified"), "{said:?}");
    assert!(!linked.join(".git/bayplan").exists());
}

/// Every file of the state cut short, with a byte changed, or of another version.
#[test]
fn state_that_is_damaged_at_any_place() {
    let repository = published_twice(|_| {});
    let folder = repository.path().join(".git/bayplan");
    let files: Vec<PathBuf> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    assert!(files.len() >= 4, "{files:?}");
    let tip = repository.tip("rendered");
    repository.replace("templates/web/template.yaml", "greeting: ahoy", "greeting: hey");
    repository.commit("greet otherwise");
    let mut due = None;
    for path in &files {
        let sound = fs::read(path).unwrap();
        let places = [0, 1, 8, sound.len() / 3, sound.len() / 2, sound.len() - 21, sound.len() - 1];
        for place in places {
            let mut changed = sound.clone();
            changed[place] ^= 0x21;
            for bytes in [&changed[..], &sound[..place]] {
                fs::write(path, bytes).unwrap();
                let said = repository.bayplan(&["publish"]);
                let came = (said, repository.tip("rendered"));
                assert_eq!(*due.get_or_insert_with(|| came.clone()), came, "{} {place}", path.display());
                repository.git(&["update-ref", "refs/heads/rendered", &tip]);
            }
        }
        fs::write(path, &sound).unwrap();
    }
    assert_eq!(repository.git(&["fsck", "--strict", "--no-dangling"]), "");
}
