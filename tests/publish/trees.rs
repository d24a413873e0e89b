//! Random trees, one published over the other: git must see just the files of the model, and the changes must be the model's.

use crate::support::{TestRepository, expect_published};
use bayplan::output::{OutputFile, OutputPath, Unit};
use bayplan::publish::{ChangeKind, CommitSource, ObjectId, Outcome, PublishOptions, Publisher};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Model = BTreeMap<String, String>;

/// Paths of two to four components from a small alphabet, so that trees have much in common and names are prefixes of others.
fn model() -> impl Strategy<Value = Model> {
    let name = prop::sample::select(vec!["a", "a-b", "a.b", "ab", "b%3a"]);
    let path = prop::collection::vec(name, 2..=4).prop_map(|names| names.join("/"));
    prop::collection::btree_map(path, "[xy]{0,2}", 0..16).prop_map(without_clashes)
}

/// Leaves out files that stand where other files' folders are, and units (two components) that are files.
fn without_clashes(files: Model) -> Model {
    let folders: Vec<String> = files
        .keys()
        .flat_map(|path| path.match_indices('/').map(|(end, _)| path[..end].to_owned()).collect::<Vec<_>>())
        .collect();
    files.into_iter().filter(|(path, _)| !folders.contains(path)).collect()
}

fn units(model: &Model) -> Vec<Unit> {
    let mut units: BTreeMap<String, Vec<OutputFile>> = BTreeMap::new();
    for (path, text) in model {
        let end = path.match_indices('/').nth(1).map(|(end, _)| end);
        let (folder, below) = end.map_or(("", path.as_str()), |end| (&path[..end], &path[end + 1..]));
        let file = OutputFile { path: OutputPath::parse(below).unwrap(), bytes: text.clone().into_bytes() };
        units.entry(folder.to_owned()).or_default().push(file);
    }
    units.into_iter().map(|(folder, files)| Unit::new(OutputPath::parse(&folder).unwrap(), files).unwrap()).collect()
}

fn differences(old: &Model, new: &Model) -> BTreeMap<String, ChangeKind> {
    let mut differences = BTreeMap::new();
    for path in old.keys().chain(new.keys()) {
        let kind = match (old.get(path), new.get(path)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(_), Some(_)) => ChangeKind::Modified,
            (Some(_), None) => ChangeKind::Removed,
            (None, _) => ChangeKind::Added,
        };
        differences.insert(path.clone(), kind);
    }
    differences
}

fn in_git(repository: &TestRepository, commit: ObjectId) -> Model {
    let listed = repository.git(&["ls-tree", "-r", "--format=%(path)", &commit.to_string()]);
    let text = |path: &str| repository.git(&["cat-file", "blob", &format!("{commit}:{path}")]);
    listed.lines().map(|path| (path.to_owned(), text(path))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_published_is_what_was_given(models in prop::collection::vec(model(), 1..5)) {
        let repository = TestRepository::with_fleet();
        let source = CommitSource::open(repository.path(), "HEAD").unwrap();
        let options = PublishOptions {
            branch: "rendered".to_owned(),
            version: "1.2.3".to_owned(),
            ..PublishOptions::default()
        };
        let publisher = Publisher::open(&source, options).unwrap();
        let mut last: Option<Model> = None;
        for model in models {
            let previous = publisher.previous().unwrap();
            let mut writer = publisher.writer(&previous).unwrap();
            // Units in any order, in batches of any size.
            for batch in units(&model).rchunks(2) {
                writer.add(batch.to_vec()).unwrap();
            }
            let outcome = publisher.commit(&previous, writer.finish().unwrap(), source.inputs_tree(&[]).unwrap(), &[]);
            if last.as_ref() == Some(&model) {
                let is_unchanged = matches!(outcome, Ok(Outcome::Unchanged { .. }));
                prop_assert!(is_unchanged);
                continue;
            }
            let published = expect_published(outcome);
            prop_assert_eq!(&in_git(&repository, published.commit), &model);
            let changes: BTreeMap<String, ChangeKind> =
                published.changes.paths.into_iter().map(|change| (change.path, change.kind)).collect();
            prop_assert_eq!(changes, differences(&last.unwrap_or_default(), &model));
            last = Some(model);
        }
        repository.assert_sound();
    }
}
