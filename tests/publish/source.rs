//! Reading a fleet from a commit, and telling whether the work tree differs.

use crate::support::TestRepository;
use bayplan::inputs::Inputs;
use bayplan::publish::{CommitSource, GitError};
use bayplan::source::{EntryKind, Sources};
use bayplan::worktree::WorkTree;
use std::os::unix::fs::symlink;

fn listing(sources: &Sources) -> Vec<(String, EntryKind, Vec<u8>)> {
    sources.iter().map(|(_, file)| (file.path.clone(), file.kind, file.bytes.to_vec())).collect()
}

#[test]
fn a_commit_and_a_work_tree_give_the_same() {
    let repository = TestRepository::new();
    repository.write_fleet("fleets/eu/");
    repository.write("fleets/eu/templates/drupal/partials/.htaccess", "Deny from all\r\n");
    repository.write("fleets/eu/.gitattributes", "* text=auto eol=lf\n*.yaml ident\n");
    repository.write("fleets/eu/site-specs/.gitkeep", "");
    repository.write("fleets/eu/site-specs/shop.yaml~", "left over");
    repository.write("fleets/eu/site-specs/ident.yaml", "# $Id$\n");
    repository.write("fleets/eu/README.md", "no input");
    repository.write("fleets/eu/terraform/unstable.json", "{}");
    repository.write("site-specs/other.yaml", "of no fleet");
    symlink("shop.yaml", repository.path().join("fleets/eu/site-specs/link.yaml")).unwrap();
    repository.write("fleets/eu/site-specs/big.yaml", &"#".repeat(4 * 1024 * 1024 + 1));
    repository.git(&["config", "core.autocrlf", "true"]);
    repository.commit("a fleet in a folder");

    let below = repository.path().join("fleets/eu/templates/drupal");
    let work_tree = WorkTree::find(&below).unwrap();
    assert_eq!(work_tree.root(), repository.path().canonicalize().unwrap().join("fleets/eu"));
    let source = CommitSource::open(&below, "HEAD").unwrap();
    assert_eq!(source.prefix(), "fleets/eu/");
    let committed = listing(&source.read().unwrap());
    repository.git(&["gc", "--quiet", "--prune=now"]);
    let packed = CommitSource::open(&below, "HEAD").unwrap();
    assert_eq!(listing(&packed.read().unwrap()), committed);
    let paths: Vec<(&str, EntryKind)> = committed.iter().map(|(path, kind, _)| (path.as_str(), *kind)).collect();
    assert_eq!(
        paths,
        [
            ("bayplan.yaml", EntryKind::Regular),
            ("site-specs/big.yaml", EntryKind::TooLarge),
            ("site-specs/ident.yaml", EntryKind::Regular),
            ("site-specs/link.yaml", EntryKind::Symlink),
            ("site-specs/portal.yaml", EntryKind::Regular),
            ("site-specs/shop.yaml", EntryKind::Regular),
            ("site-specs/wiki.yaml", EntryKind::Regular),
            ("templates/drupal/partials/.htaccess", EntryKind::Regular),
            ("templates/drupal/template.yaml", EntryKind::Regular),
        ]
    );
    // Line endings were converted on the way into the commit; nothing converts them on the way out.
    let mut expected = listing(&work_tree.read().unwrap());
    for (path, _, bytes) in &mut expected {
        if path.ends_with(".htaccess") {
            *bytes = b"Deny from all\n".to_vec();
        }
    }
    assert_eq!(committed, expected);

    let named = ["terraform/unstable.json", "site-specs/link.yaml", "nowhere.json", "terraform", "bayplan.yaml/x"];
    let named = named.map(str::to_owned);
    let read = |inputs: &dyn Inputs| {
        let files = inputs.read_named(&named).unwrap();
        files.into_iter().map(|file| (file.path, file.kind)).collect::<Vec<_>>()
    };
    let expected = [
        ("terraform/unstable.json".to_owned(), EntryKind::Regular),
        ("site-specs/link.yaml".to_owned(), EntryKind::Symlink),
        ("terraform".to_owned(), EntryKind::Special),
    ];
    assert_eq!(read(&source), expected);
    assert_eq!(read(&work_tree), expected);
    assert!(source.read_named(&["../../README.md".to_owned()]).is_err());
}

#[test]
fn the_tree_of_inputs_is_the_one_that_git_makes_of_them() {
    let repository = TestRepository::new();
    repository.write_fleet("fleets/eu/");
    repository.write("fleets/eu/terraform/unstable.json", "{}");
    repository.write("fleets/eu/terraform/secret.json", "no input");
    repository.write("fleets/eu/snapshots/x.yaml", "no input");
    repository.commit("fleet");
    let fleet = repository.path().join("fleets/eu");
    let source = CommitSource::open(&fleet, "HEAD").unwrap();
    let named = ["terraform/unstable.json", "site-specs/shop.yaml", "absent.json"].map(str::to_owned);
    let id = source.inputs_tree(&named).unwrap();

    let alone = TestRepository::new();
    alone.write_fleet("");
    alone.write("terraform/unstable.json", "{}");
    alone.commit("inputs alone");
    assert_eq!(id, alone.id("HEAD^{tree}"));
}

#[test]
fn submodules_are_not_read() {
    let repository = TestRepository::with_fleet();
    let other = TestRepository::with_fleet();
    let commit = other.git(&["rev-parse", "HEAD"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},templates/module")]);
    repository.git(&["commit", "--quiet", "-m", "submodule"]);
    let source = CommitSource::open(repository.path(), "HEAD").unwrap();
    let sources = source.read().unwrap();
    let module = sources.find("templates/module").unwrap();
    assert_eq!(sources.file(module).kind, EntryKind::Submodule);
}

#[test]
fn revisions_are_what_git_makes_of_them() {
    let repository = TestRepository::with_fleet();
    repository.git(&["tag", "light"]);
    repository.git(&["tag", "-a", "heavy", "-m", "a tag"]);
    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    let second = repository.commit("second");
    repository.git(&["branch", "team/feature", "main~1"]);
    let open = |revision: &str| CommitSource::open(repository.path(), revision).map(|source| source.facts().clone());
    for revision in [
        "HEAD",
        "@",
        "main",
        "refs/heads/main",
        "light",
        "heavy",
        "HEAD~1",
        "main^",
        "@~",
        "team/feature",
        "main@{0}",
        "HEAD^{commit}",
        "heavy^{commit}",
        &second,
        &second[..9],
    ] {
        let expected = repository.git(&["rev-parse", &format!("{revision}^{{commit}}")]);
        assert_eq!(open(revision).unwrap().commit.to_string(), expected, "{revision}");
    }
    assert_eq!(open(":/second").unwrap().commit.to_string(), second);
    assert_eq!(open("HEAD").unwrap().reference.as_deref(), Some("refs/heads/main"));
    assert_eq!(open("HEAD~1").unwrap().reference, None);
    for revision in ["nowhere", "HEAD~9", "HEAD:site-specs", "main^7", "", "00000", "beef", ":/nothing like it"] {
        let error = open(revision).unwrap_err();
        assert!(matches!(error, GitError::Revision { .. }), "{revision}: {error}");
    }
}

#[test]
fn a_commit_without_a_fleet_says_so() {
    let repository = TestRepository::new();
    repository.write("README.md", "x");
    repository.commit("no fleet");
    let error = CommitSource::open(repository.path(), "HEAD").map(drop).unwrap_err();
    assert!(error.to_string().starts_with("no `bayplan.yaml` in the root of commit "), "{error}");
    let unborn = TestRepository::new();
    let error = CommitSource::open(unborn.path(), "HEAD").map(drop).unwrap_err();
    assert_eq!(error.to_string(), "`HEAD` names no commit: there is no commit yet");
}

#[test]
fn names_that_are_odd_are_all_named() {
    let repository = TestRepository::with_fleet();
    repository.write("site-specs/-rf.yaml", "");
    repository.write("site-specs/a\nb.yaml", "");
    repository.commit("odd");
    let message = "2 file names cannot be used as input: site-specs/-rf.yaml (a leading dash), \
                   site-specs/a\\u{a}b.yaml (a control character)";
    let source = CommitSource::open(repository.path(), "HEAD").unwrap();
    assert_eq!(source.read().unwrap_err().to_string(), message);
    assert_eq!(WorkTree::find(repository.path()).unwrap().read().unwrap_err().to_string(), message);
}

#[test]
fn inputs_that_differ_from_the_commit_are_named() {
    let repository = TestRepository::with_fleet();
    repository.write(".gitignore", "ignored.yaml\n");
    repository.write("terraform/unstable.json", "{}");
    repository.write("notes/todo.md", "x");
    repository.write("site-specs/gone.yaml", "kind: Site\n");
    repository.commit("more");
    let source = || CommitSource::open(repository.path(), "HEAD").unwrap();
    let named = ["terraform/unstable.json".to_owned()];
    let dirty = || match source().check_work_tree(&named) {
        Ok(()) => Vec::new(),
        Err(GitError::DirtyInputs { paths }) => paths,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(dirty(), [""; 0]);

    repository.write("site-specs/ignored.yaml", "counts as not there");
    repository.write("site-specs/.shop.yaml.swp", "left over by an editor");
    repository.write("notes/todo.md", "edited, and no input");
    repository.write("terraform/other.json", "no input");
    repository.write("README.md", "untracked, and no input");
    assert_eq!(dirty(), [""; 0]);

    repository.write("bayplan.yaml", "kind: Fleet # edited\n");
    repository.write("site-specs/new/site.yaml", "untracked");
    repository.write("templates/drupal/template.yaml", "staged");
    repository.git(&["add", "templates"]);
    repository.remove("site-specs/gone.yaml");
    repository.write("terraform/unstable.json", "edited");
    let before = repository.snapshot();
    assert_eq!(
        dirty(),
        [
            "bayplan.yaml",
            "site-specs/gone.yaml",
            "site-specs/new/site.yaml",
            "templates/drupal/template.yaml",
            "terraform/unstable.json",
        ]
    );
    assert_eq!(repository.snapshot(), before, "the index is only read");
    repository.commit("all of it");
    assert_eq!(dirty(), [""; 0]);

    repository.git(&["update-index", "--skip-worktree", "site-specs/wiki.yaml"]);
    repository.remove("site-specs/wiki.yaml");
    assert_eq!(dirty(), [""; 0], "a sparse checkout leaves files out");
}
