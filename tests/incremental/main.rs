//! A run that takes units over from the last one gives the same as one that compiles everything.
//!
//! In memory: a fleet each of whose files has several versions, random edits of them, and a sink that keeps folders by what they
//! hold. The same through git is in `tests/publish/incremental.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod edited;
mod fleet;
mod sink;

use bayplan::load::memory::SpecMemory;
use bayplan::output::OutputTree;
use bayplan::pipeline::edited::Whole;
use bayplan::pipeline::memory::Memory;
use bayplan::pipeline::{Compilation, Extras, Filter, Loaded, Options};
use bayplan::source::Sources;
use fleet::Fleet;
use proptest::prelude::*;
use sink::KeepingSink;
use std::collections::BTreeMap;

/// What a run gave, as far as anyone can see it.
#[derive(Debug, PartialEq)]
struct Seen {
    files: BTreeMap<String, Vec<u8>>,
    diagnostics: Vec<String>,
    counts: String,
    branches: BTreeMap<String, String>,
    units: Vec<String>,
}

/// Runs on the tree of the last run, with what that run left.
fn run(fleet: &Fleet, last: &mut Last, is_cold: bool) -> (Seen, usize) {
    let sources = fleet.sources();
    let options = Options { now: Some(fleet.now()), ..Options::default() };
    let mut memory = Memory::default();
    for (cluster, bytes) in &last.state {
        memory.add_cluster(cluster, bytes.clone());
    }
    let mut sink = KeepingSink::on(last.tree.clone());
    let extras = Extras { memory: (!is_cold).then_some(&mut memory), forgets_objects: !is_cold, meter: None };
    let specs = last.specs.clone().filter(|_| !is_cold).map(SpecMemory::read).unwrap_or_default();
    let mut loaded = Loaded::with(&sources, &options, &specs);
    if let Some(bytes) = specs.written(&loaded.take_remembered()).filter(|_| !is_cold) {
        last.specs = Some(bytes);
    }
    let compilation = loaded.compile_with(&mut sink, extras).unwrap();
    if compilation.has_errors() && !is_cold {
        last.whole = None;
    }
    let kept = sink.kept;
    let files = if compilation.has_errors() { BTreeMap::new() } else { sink.into_files() };
    if !compilation.has_errors() && !is_cold {
        for (cluster, bytes) in memory.cluster_bytes() {
            last.state.insert(cluster.to_owned(), bytes);
        }
        last.tree = files.clone();
        last.whole = compilation.whole();
        last.sources = Some(sources.clone());
    }
    (seen(compilation, files), kept)
}

fn seen(compilation: Compilation, files: BTreeMap<String, Vec<u8>>) -> Seen {
    Seen {
        files,
        diagnostics: compilation.diagnostics.iter().map(|diagnostic| format!("{diagnostic:?}")).collect(),
        counts: format!("{:?}", compilation.counts),
        branches: compilation.branches,
        units: compilation
            .units
            .iter()
            .map(|unit| {
                format!("{} {} {} {:?} {:?}", unit.cluster, unit.environment, unit.namespace, unit.facts, unit.hosts)
            })
            .collect(),
    }
}

/// What is left of the last run.
#[derive(Default)]
struct Last {
    tree: BTreeMap<String, Vec<u8>>,
    state: BTreeMap<String, Vec<u8>>,
    specs: Option<Vec<u8>>,
    whole: Option<Whole>,
    sources: Option<Sources>,
}

/// Holds a run on edited sites alone against a cold one, where it is enough.
fn check_edited(fleet: &Fleet, last: &mut Last) -> Result<bool, TestCaseError> {
    let Some(counts) = edited::run(fleet, last) else { return Ok(false) };
    let (cold, _) = run(fleet, last, true);
    prop_assert_eq!(&cold.diagnostics, &Vec::<String>::new());
    prop_assert_eq!(&cold.files, &last.tree);
    prop_assert_eq!(&cold.counts, &counts);
    Ok(true)
}

/// Holds a run on what the last one left against a cold one.
fn check(fleet: &Fleet, last: &mut Last) -> Result<usize, TestCaseError> {
    let (cold, _) = run(fleet, last, true);
    let (incremental, kept) = run(fleet, last, false);
    let differing = |path: &&String| cold.files.get(*path) != incremental.files.get(*path);
    let paths: Vec<&String> = cold.files.keys().chain(incremental.files.keys()).filter(differing).collect();
    prop_assert!(paths.is_empty(), "files differ: {:?}", paths);
    prop_assert_eq!(&cold.diagnostics, &incremental.diagnostics);
    prop_assert_eq!(&cold.units, &incremental.units);
    prop_assert_eq!(cold, incremental);
    Ok(kept)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn incremental_runs_equal_cold_ones(
        edits in proptest::collection::vec((0..fleet::FILES, 0..8_usize, any::<bool>()), 1..8),
    ) {
        let mut fleet = Fleet::new();
        let mut last = Last::default();
        check(&fleet, &mut last)?;
        for (file, version, tries_edited) in edits {
            fleet.edit(file, version);
            if tries_edited {
                check_edited(&fleet, &mut last)?;
            }
            check(&fleet, &mut last)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn runs_on_edited_sites_equal_cold_ones(
        edits in proptest::collection::vec((0..fleet::SITES.len(), 0..8_usize), 1..12),
    ) {
        let mut fleet = Fleet::new();
        let mut last = Last::default();
        check(&fleet, &mut last)?;
        for (site, version) in edits {
            fleet.edit_named(fleet::SITES[site], version);
            if !check_edited(&fleet, &mut last)? {
                check(&fleet, &mut last)?;
            }
        }
    }

    #[test]
    fn a_filter_by_site_or_tenant_tells_the_same_whatever_is_known(
        edits in proptest::collection::vec((0..fleet::FILES, 0..8_usize), 0..4),
        unknown in proptest::collection::vec((0..fleet::SITES.len(), 0..8_usize), 0..3),
    ) {
        let mut fleet = Fleet::new();
        let mut last = Last::default();
        for (file, version) in edits {
            fleet.edit(file, version);
        }
        run(&fleet, &mut last, false);
        for (site, version) in unknown {
            fleet.edit_named(fleet::SITES[site], version);
        }
        let memory = SpecMemory::read(last.specs.unwrap_or_default());
        let sources = fleet.sources();
        let site = |name: &str| Filter { sites: vec![name.to_owned()], ..Filter::default() };
        let tenant = |name: &str| Filter { tenants: vec![name.to_owned()], ..Filter::default() };
        let filters = ["shop", "blog", "wiki", "news", "mail", "nothing"].map(site).into_iter();
        for filter in filters.chain(["acme", "beta"].map(tenant)) {
            let options = Options { filter, now: Some(fleet.now()), ..Options::default() };
            let [known, unknown] = [&memory, &SpecMemory::default()].map(|memory| {
                let mut tree = OutputTree::new();
                let compilation = Loaded::with(&sources, &options, memory).compile(&mut tree).unwrap();
                seen(compilation, tree.files().clone())
            });
            prop_assert_eq!(known, unknown);
        }
    }
}

#[test]
fn every_version_of_every_file_is_seen() {
    let mut fleet = Fleet::new();
    let mut last = Last::default();
    check(&fleet, &mut last).unwrap();
    for file in 0..fleet::FILES {
        for version in 0..fleet.versions(file) {
            fleet.edit(file, version);
            check_edited(&fleet, &mut last).unwrap();
            check(&fleet, &mut last).unwrap();
        }
        fleet.edit(file, 0);
        check(&fleet, &mut last).unwrap();
    }
}

#[test]
fn what_is_not_edited_is_taken_over() {
    let mut fleet = Fleet::new();
    let mut last = Last::default();
    assert_eq!(check(&fleet, &mut last).unwrap(), 0);
    let all = check(&fleet, &mut last).unwrap();
    assert_eq!(all, fleet::UNITS);
    fleet.edit_named("site-specs/sites/shop.yaml", 1);
    assert_eq!(check(&fleet, &mut last).unwrap(), fleet::UNITS - 1, "one namespace of one site");
    fleet.edit_named("site-specs/sites/shop.yaml", 0);
    check(&fleet, &mut last).unwrap();
    fleet.edit_named("site-specs/clusters/south.yaml", 1);
    let south = check(&fleet, &mut last).unwrap();
    assert!(south > 0 && south < all, "the other cluster stays as it was: {south} of {all}");
}

#[test]
fn of_edited_sites_no_other_is_compiled_while_others_see_no_difference() {
    let mut fleet = Fleet::new();
    fleet.edit_named("templates/next/next.yaml.mustache", 1);
    let mut last = Last::default();
    check(&fleet, &mut last).unwrap();
    let mut is_enough = |fleet: &mut Fleet, path: &str, version: usize| {
        fleet.edit_named(path, version);
        let is_enough = check_edited(fleet, &mut last).unwrap();
        check(fleet, &mut last).unwrap();
        is_enough
    };
    let shop = "site-specs/sites/shop.yaml";
    assert!(is_enough(&mut fleet, shop, 1), "another number of replicas");
    assert!(is_enough(&mut fleet, shop, 0), "and back");
    assert!(!is_enough(&mut fleet, shop, 4), "a warning is to be told");
    assert!(!is_enough(&mut fleet, shop, 0), "after a warning, nothing is known of the whole");
    assert!(!is_enough(&mut fleet, shop, 2), "another host and namespace");
    assert!(!is_enough(&mut fleet, shop, 0), "after an error neither");
    assert!(!is_enough(&mut fleet, shop, 3), "another tenant");
    assert!(!is_enough(&mut fleet, shop, 5), "another name");
    assert!(!is_enough(&mut fleet, shop, 0), "the first name");
    assert!(!is_enough(&mut fleet, shop, 6), "a value that looks like a tag");
    assert!(!is_enough(&mut fleet, shop, 7), "no file");
    assert!(!is_enough(&mut fleet, shop, 0), "a new file");
    assert!(!is_enough(&mut fleet, "site-specs/tenants/acme.yaml", 1), "no site");
    assert!(!is_enough(&mut fleet, "templates/room/template.yaml", 1), "no spec");
    assert!(is_enough(&mut fleet, shop, 1), "all is as before");
}

#[test]
fn damaged_state_and_another_tree_are_not_trusted() {
    let fleet = Fleet::new();
    let mut last = Last::default();
    check(&fleet, &mut last).unwrap();
    let whole = last.state.clone();
    let bytes = last.specs.as_mut().unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    for bytes in last.state.values_mut() {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }
    assert_eq!(check(&fleet, &mut last).unwrap(), 0, "damaged");
    last.state = whole;
    for bytes in last.tree.values_mut() {
        bytes.push(b'\n');
    }
    assert_eq!(check(&fleet, &mut last).unwrap(), 0, "another tree");
}
