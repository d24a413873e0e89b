//! A run that takes units over from the last one gives the same as one that compiles everything.
//!
//! In memory: a fleet each of whose files has several versions, random edits of them, and a sink that keeps folders by what they
//! hold. The same through git is in `tests/publish/incremental.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fleet;
mod sink;

use bayplan::load::memory::SpecMemory;
use bayplan::pipeline::memory::Memory;
use bayplan::pipeline::{Compilation, Extras, Loaded, Options};
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
    let kept = sink.kept;
    let files = if compilation.has_errors() { BTreeMap::new() } else { sink.into_files() };
    if !compilation.has_errors() && !is_cold {
        for (cluster, bytes) in memory.cluster_bytes() {
            last.state.insert(cluster.to_owned(), bytes);
        }
        last.tree = files.clone();
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
}

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
    fn incremental_runs_equal_cold_ones(edits in proptest::collection::vec((0..fleet::FILES, 0..8_usize), 1..8)) {
        let mut fleet = Fleet::new();
        let mut last = Last::default();
        check(&fleet, &mut last)?;
        for (file, version) in edits {
            fleet.edit(file, version);
            check(&fleet, &mut last)?;
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
