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
