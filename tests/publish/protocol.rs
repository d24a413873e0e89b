//! What is stored, what is reused, and what is left alone.

use crate::support::{TestRepository, assert_success, compile, expect_published, publish, run_git};
use bayplan::output::{OutputFile, OutputPath, Sink, Unit};
use bayplan::publish::{ChangeKind, CommitSource, Outcome, PublishOptions, Publisher, TreeComparer};
use std::fs;

fn packs(repository: &TestRepository) -> Vec<String> {
    let folder = repository.path().join(".git/objects/pack");
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.retain(|name| name.ends_with(".pack"));
    names
}

fn objects_in_pack(repository: &TestRepository, pack: &str) -> Vec<String> {
    let path = repository.path().join(".git/objects/pack").join(pack);
    let listed = repository.git(&["verify-pack", "-v", path.to_str().unwrap()]);
    let mut kinds: Vec<String> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned))
        .filter(|kind| ["blob", "tree", "commit"].contains(&kind.as_str()))
        .collect();
    kinds.sort();
    kinds
}

#[test]
fn the_tree_holds_the_output_and_nothing_else() {
    let repository = TestRepository::with_fleet();
    let published = repository.published();
    assert_eq!(published.parent, None);
    assert_eq!((published.changes.added, published.changes.modified, published.changes.removed), (6, 0, 0));
    let listed = repository.git(&["ls-tree", "-r", "--format=%(objectmode) %(path)", "rendered"]);
    let expected = ["portal", "shop", "wiki"].map(|site| {
        let folder = format!("100644 stable/production/{site}/app");
        format!("{folder}/configmap-spec.yaml\n{folder}/kustomization.yaml")
    });
    assert_eq!(listed, expected.join("\n"));
    let text = repository.git(&["show", "rendered:stable/production/shop/app/configmap-spec.yaml"]);
    assert_eq!(text, "kind: Site # shop");
    repository.assert_sound();
}

#[test]
fn everything_new_lies_in_one_pack() {
    let repository = TestRepository::with_fleet();
    repository.published();
    // Four blobs, since the three kustomizations are one; per site two trees, and three above them.
    let expected = [vec!["blob"; 4], vec!["commit"], vec!["tree"; 9]].concat();
    assert_eq!(objects_in_pack(&repository, &packs(&repository)[0]), expected);
    let loose = repository.git(&["count-objects"]);
    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    repository.commit("edit");
    let before = packs(&repository);
    let published = repository.published();
    assert_eq!(published.changes.paths.len(), 1);
    assert_eq!(published.changes.paths[0].path, "stable/production/shop/app/configmap-spec.yaml");
    assert_eq!(published.changes.paths[0].kind, ChangeKind::Modified);
    let new: Vec<String> = packs(&repository).into_iter().filter(|pack| !before.contains(pack)).collect();
    // One blob, and the five trees above it: app, shop, production, stable, root.
    let expected = [vec!["blob"], vec!["commit"], vec!["tree"; 5]].concat();
    assert_eq!(objects_in_pack(&repository, &new[0]), expected);
    assert_ne!(repository.git(&["count-objects"]), loose, "the edit itself is loose");
    assert_eq!(repository.git(&["log", "--format=%s", "rendered"]).lines().count(), 2);
    repository.assert_sound();
}

#[test]
fn removed_and_moved_files_are_counted() {
    let repository = TestRepository::with_fleet();
    repository.published();
    repository.git(&["mv", "site-specs/shop.yaml", "site-specs/store.yaml"]);
    repository.remove("site-specs/wiki.yaml");
    repository.commit("rename and remove");
    let published = repository.published();
    assert_eq!((published.changes.added, published.changes.modified, published.changes.removed), (2, 0, 4));
    let removed: Vec<&str> = published
        .changes
        .paths
        .iter()
        .filter(|change| change.kind == ChangeKind::Removed)
        .map(|change| change.path.as_str())
        .collect();
    assert_eq!(removed[0], "stable/production/shop/app/configmap-spec.yaml");
    assert!(!repository.git(&["ls-tree", "-r", "rendered"]).contains("wiki"));
    repository.assert_sound();
}

#[test]
fn head_index_and_work_tree_stay_as_they_are() {
    let repository = TestRepository::with_fleet();
    repository.write("site-specs/portal.yaml", "kind: Site # edited, not committed\n");
    let look = || {
        let git = repository.path().join(".git");
        let files = ["HEAD", "index"].map(|file| fs::read(git.join(file)).unwrap());
        let modified = fs::metadata(git.join("index")).unwrap().modified().unwrap();
        (files, modified, repository.git(&["--no-optional-locks", "status", "--porcelain"]))
    };
    let before = look();
    repository.published();
    assert_eq!(look(), before);
}

#[test]
fn folders_and_files_may_change_places() {
    let repository = TestRepository::with_fleet();
    let path = |text: &str| OutputPath::parse(text).unwrap();
    let file = |name: &str| OutputFile { path: path(name), bytes: name.as_bytes().to_vec() };
    type Units<'a> = &'a [(&'a str, &'a [&'a str])];
    let trees: [(Units, usize, usize); 4] = [
        (&[("a/b", &["x", "y/z"]), ("", &["root", "d/e"])], 4, 0),
        (&[("a", &["b", "y"]), ("", &["root", "d"])], 3, 3),
        (&[("a/b/c", &["x"]), ("root", &["x"]), ("d/e", &["x"])], 3, 4),
        (&[("", &["z"])], 1, 3),
    ];
    for (number, (units, added, removed)) in trees.into_iter().enumerate() {
        repository.write("site-specs/portal.yaml", &format!("{number}\n"));
        repository.commit("next");
        let source = CommitSource::open(repository.path(), "HEAD").unwrap();
        let publisher = Publisher::open(&source, options()).unwrap();
        let previous = publisher.previous().unwrap();
        let mut writer = publisher.writer(&previous).unwrap();
        for (folder, files) in units {
            let unit = Unit::new(path(folder), files.iter().map(|name| file(name)).collect()).unwrap();
            writer.add(vec![unit]).unwrap();
        }
        let outcome = publisher.commit(&previous, writer.finish().unwrap(), source.inputs_tree(&[]).unwrap(), &[]);
        let published = expect_published(outcome);
        assert_eq!((published.changes.added, published.changes.removed), (added, removed), "tree {number}");
        let by_git = match published.parent {
            Some(parent) => repository.git(&["diff", "--no-renames", "--name-status", &parent.to_string(), "rendered"]),
            None => String::new(),
        };
        let ours: Vec<String> = published.changes.paths.iter().map(|change| change.path.clone()).collect();
        for line in by_git.lines() {
            assert!(ours.contains(&line[2..].to_owned()), "{line} is not among {ours:?}");
        }
        repository.assert_sound();
    }
}

fn options() -> PublishOptions {
    PublishOptions { branch: "rendered".to_owned(), version: "1.2.3".to_owned(), ..PublishOptions::default() }
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let repository = TestRepository::with_fleet();
    let before = repository.snapshot();
    let source = CommitSource::open(repository.path(), "HEAD").unwrap();
    let publisher = Publisher::open(&source, options()).unwrap();
    let previous = publisher.previous().unwrap();
    let mut writer = publisher.writer(&previous).unwrap();
    writer.add(compile(&source.read().unwrap())).unwrap();
    drop(writer);
    assert_eq!(repository.snapshot(), before);
}

#[test]
fn a_comparison_writes_nothing_and_gives_the_tree_that_publishing_gives() {
    let repository = TestRepository::with_fleet();
    let before = repository.snapshot();
    let source = CommitSource::open(repository.path(), "HEAD").unwrap();
    let mut comparer = TreeComparer::new(source.repository(), None).unwrap();
    comparer.accept(compile(&source.read().unwrap())).unwrap();
    let compared = comparer.finish().unwrap();
    assert_eq!(repository.snapshot(), before);
    assert_eq!(compared.tree, repository.published().tree);

    let mut comparer = TreeComparer::new(source.repository(), Some(compared.tree)).unwrap();
    let mut units = compile(&source.read().unwrap());
    units.pop();
    comparer.accept(units).unwrap();
    let changes = comparer.finish().unwrap().changes;
    assert_eq!((changes.added, changes.modified, changes.removed), (0, 0, 2));
}

#[test]
fn left_over_files_of_a_killed_run_are_cleaned_up() {
    let repository = TestRepository::with_fleet();
    let folder = repository.path().join(".git/objects/pack");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("pack_bayplan_1_0.pack.part"), "cut short").unwrap();
    repository.published();
    assert!(!folder.join("pack_bayplan_1_0.pack.part").exists());
    repository.assert_sound();
}

#[test]
fn bare_repositories_and_linked_work_trees_are_published_from() {
    let repository = TestRepository::with_fleet();
    let expected = {
        let bare = repository.around().join("bare.git");
        let arguments = ["clone", "--quiet", "--bare", repository.path().to_str().unwrap(), bare.to_str().unwrap()];
        assert_success(&run_git(repository.around(), &arguments));
        expect_published(publish(&bare, "main", |_| {})).commit
    };
    let linked = repository.around().join("linked");
    repository.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    assert_eq!(expect_published(publish(&linked, "HEAD", |_| {})).commit, expected);
    assert_eq!(repository.tip("rendered"), expected.to_string());
    repository.assert_sound();
}

#[test]
fn notes_go_into_the_message() {
    let repository = TestRepository::with_fleet();
    let source = CommitSource::open(repository.path(), "HEAD").unwrap();
    let publisher = Publisher::open(&source, options()).unwrap();
    let previous = publisher.previous().unwrap();
    let mut writer = publisher.writer(&previous).unwrap();
    writer.add(compile(&source.read().unwrap())).unwrap();
    let notes = ["Left in the cluster, unmanaged:\n\n  kubectl delete pvc files".to_owned()];
    let outcome =
        publisher.commit(&previous, writer.finish().unwrap(), source.inputs_tree(&[]).unwrap(), &notes).unwrap();
    assert!(matches!(outcome, Outcome::Published(_)));
    let message = repository.git(&["log", "-1", "--format=%B", "rendered"]);
    assert!(
        message.contains("\n\nLeft in the cluster, unmanaged:\n  kubectl delete pvc files\n\nBayplan-Source: "),
        "{message}"
    );
    assert!(matches!(repository.publish(), Ok(Outcome::Unchanged { .. })), "the commit still is ours");
}

#[test]
fn packs_in_a_shared_repository_can_be_read_by_those_it_is_shared_with() {
    use std::os::unix::fs::PermissionsExt;
    let repository = TestRepository::with_fleet();
    repository.git(&["config", "core.sharedRepository", "group"]);
    repository.published();
    let folder = repository.path().join(".git/objects/pack");
    for entry in fs::read_dir(folder).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o440);
    }
}

#[test]
fn that_nothing_is_to_do_is_told_without_compiling() {
    let repository = TestRepository::with_fleet();
    repository.published();
    let up_to_date = |version: &str, knows_inputs: bool| {
        let source = CommitSource::open(repository.path(), "HEAD").unwrap();
        let inputs = knows_inputs.then(|| source.inputs_tree(&[]).unwrap());
        let publisher = Publisher::open(&source, PublishOptions { version: version.to_owned(), ..options() }).unwrap();
        let clusters = ["stable".to_owned()];
        publisher.up_to_date(&publisher.previous().unwrap(), inputs, &clusters).unwrap().is_some()
    };
    assert!(up_to_date("1.2.3", false));
    assert!(!up_to_date("1.2.4", true), "another version may give another output");
    repository.write("README.md", "no input");
    repository.commit("docs");
    assert!(!up_to_date("1.2.3", false));
    assert!(up_to_date("1.2.3", true));
    repository.write("site-specs/shop.yaml", "kind: Site # edited\n");
    repository.commit("edit");
    assert!(!up_to_date("1.2.3", true));
}
