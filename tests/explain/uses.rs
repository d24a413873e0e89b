//! The reverse tells the same: a line feeds the fields whose explanations name it, and no others.

use crate::fleet;
use crate::support::{Random, places};
use bayplan::explain::{Asked, Reach, Relation};
use bayplan::pointer::Pointer;
use std::collections::BTreeSet;

#[test]
fn a_line_feeds_just_the_fields_whose_explanations_name_it() {
    let world = fleet::every_feature();
    let (sources, objects) = world.explained(&|_, _, _| true).expect("the fleet renders");
    let lines: Vec<(String, usize)> = sources
        .iter()
        .flat_map(|(_, file)| {
            (1..=file.text().unwrap_or_default().lines().count()).map(|line| (file.path.clone(), line))
        })
        .collect();
    let mut random = Random(11);
    let mut fed = 0;
    for _ in 0..60 {
        let (path, line) = &lines[random.below(lines.len())];
        let file = sources.find(path).expect("the file is there");
        let asked = Asked::new(&sources, file, Some(*line)).expect("the line is there");
        let named: BTreeSet<(String, String, Pointer)> = objects
            .iter()
            .flat_map(|(key, object)| object.fields.iter().map(move |(at, field)| (key, at, field)))
            .filter(|(_, _, field)| {
                let step = field.step.as_ref().expect("all fields are explained");
                places(step, !asked.is_values()).iter().any(|place| asked.touches(*place))
            })
            .map(|(key, at, _)| (key.unit.clone(), key.object.clone(), at.clone()))
            .collect();
        let found = world.with_fleet(|fleet| Reach::of(fleet, &asked).uses(fleet, &asked, &|| ()));
        let found: Vec<_> = found.into_iter().flat_map(|found| found.expect("the unit renders").fields).collect();
        let direct = found.iter().filter(|found| found.relation != Relation::Hashed);
        let told: BTreeSet<(String, Pointer)> =
            direct.map(|found| (format!("{}/{}", found.identity.kind, found.owner), found.field.clone())).collect();
        assert_eq!(told.is_empty(), named.is_empty(), "{path}:{line}: {named:?} {told:?}");
        let direct = found.iter().filter(|found| found.relation != Relation::Hashed).count();
        assert_eq!(direct, named.len(), "{path}:{line}: {named:#?}");
        fed += usize::from(!named.is_empty());
    }
    assert!(fed > 20, "most lines of this fleet feed something: {fed}");
}

#[test]
fn a_line_that_loses_everywhere_is_told_as_overridden() {
    let world = fleet::every_feature();
    let sources = world.sources();
    let file = sources.find("bayplan.yaml").expect("the file is there");
    // `team: nobody`, which the cluster or the tenant always overrides for sites.
    let line = sources.text(file).lines().position(|line| line.contains("nobody")).expect("is there") + 1;
    let asked = Asked::new(&sources, file, Some(line)).expect("the line is there");
    let found = world.with_fleet(|fleet| Reach::of(fleet, &asked).uses(fleet, &asked, &|| ()));
    let values: Vec<_> = found.into_iter().flat_map(|found| found.expect("the unit renders").values).collect();
    assert!(!values.is_empty());
    assert!(values.iter().all(|value| value.lost_to.as_ref().is_some_and(|lost| lost.what == "tenant acme")));
}

#[test]
fn the_hashes_that_are_told_are_those_that_an_edit_changes() {
    let world = fleet::every_feature();
    let (sources, before) = world.explained(&|_, _, _| false).expect("the fleet renders");
    for (path, old, new) in [
        ("site-specs/tenants.yaml", "acme-team", "another-team"),
        ("templates/shared/more.mustache", "\"true\"", "\"no\""),
        ("site-specs/sites.yaml", "second: \"2\"", "second: \"3\""),
        ("site-specs/sites.yaml", "tag: 1.0.0", "tag: 1.0.1"),
        ("terraform/one.json", "192.0.2.7", "192.0.2.8"),
    ] {
        let text = world.text(path);
        let start = text.find(old).expect("is there");
        let line = text[..start].matches('\n').count() + 1;
        let (_, after) =
            world.edited(path, start, start + old.len(), new).explained(&|_, _, _| false).expect("it renders");
        let mut changed: BTreeSet<(String, String)> = BTreeSet::new();
        for (key, object) in &before {
            for (pointer, field) in &object.fields {
                let is_suffix = key.object.contains("shop-deploy") && pointer.segments() == ["metadata", "name"];
                let is_hash = is_suffix || pointer.last() == Some("bayplan/config-hash");
                if is_hash && after[key].fields[pointer].value != field.value {
                    changed.insert((key.object.split('.').next().unwrap_or_default().to_owned(), pointer.dotted()));
                }
            }
        }
        let file = sources.find(path).expect("the file is there");
        let asked = Asked::new(&sources, file, Some(line)).expect("the line is there");
        let found = world.with_fleet(|fleet| Reach::of(fleet, &asked).uses(fleet, &asked, &|| ()));
        let found = found.into_iter().flat_map(|found| found.expect("the unit renders").fields);
        let hashed = found.filter(|found| found.relation == Relation::Hashed);
        let told: BTreeSet<(String, String)> =
            hashed.map(|found| (found.identity.kind, found.field.dotted())).collect();
        assert_eq!(told, changed, "{path}: {old} -> {new}");
    }
}
