//! The fleets of `examples/generate-fleet`: bayplan has nothing to say against them, and they are the same each time.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

#[allow(dead_code, reason = "its main and its commits belong to the program")]
#[path = "../examples/generate-fleet/main.rs"]
mod generate_fleet;

use clap::{CommandFactory as _, Parser as _};
use generate_fleet::{Arguments, generate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A fleet in a folder of its own.
fn fleet(words: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let out = folder.path().join("new/fleet");
    let words = ["generate-fleet", "--out", out.to_str().expect("is UTF-8")].into_iter().chain(words.iter().copied());
    generate(&Arguments::try_parse_from(words).expect("are good arguments")).expect("can be written");
    (folder, out)
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.expect("can be walked"));
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("lies below").to_owned();
            (path, std::fs::read(entry.path()).expect("can be read"))
        })
        .collect()
}

/// What `check` counts in a fleet, which it must have nothing to say against.
fn check(root: &Path) -> Value {
    let mut bayplan = Command::new(env!("CARGO_BIN_EXE_bayplan"));
    let run =
        bayplan.arg("-C").arg(root).args(["check", "--strict", "--format", "json"]).output().expect("bayplan starts");
    let said = String::from_utf8(run.stdout).expect("is UTF-8");
    assert_eq!((run.status.code(), said.lines().count()), (Some(0), 1), "{said}");
    let mut summary: Value = serde_json::from_str(&said).expect("is JSON");
    // What else is in the summary follows from having nothing to say.
    summary
        .as_object_mut()
        .expect("is a map")
        .retain(|name, _| ["clusters", "deployments", "sites", "objects"].contains(&name.as_str()));
    summary
}

#[test]
fn a_mixed_fleet_of_five_sites_is_fine() {
    let (_folder, root) = fleet(&["--sites", "5"]);
    let mut counts = check(&root);
    assert!(counts["objects"].take().as_u64() > Some(300));
    assert_eq!(counts, json!({"clusters": 2, "deployments": 15, "sites": 5, "objects": null}));
}

#[test]
fn a_fleet_of_one_template_is_of_that_template() {
    let (_folder, root) = fleet(&["--sites", "2", "--template", "django-react"]);
    let mut counts = check(&root);
    assert!(counts["objects"].take().as_u64() > Some(100));
    assert_eq!(counts, json!({"clusters": 2, "deployments": 6, "sites": 2, "objects": null}));
    let sites = files(&root.join("site-specs/sites"));
    assert!(sites.values().all(|text| String::from_utf8_lossy(text).contains("\n  template: django-react\n")));
}

#[test]
fn a_small_fleet_has_ten_objects_a_site_and_as_many_clusters_as_asked_for() {
    let (_folder, root) = fleet(&["--small", "--sites", "7", "--clusters", "3"]);
    assert_eq!(check(&root), json!({"clusters": 3, "deployments": 7, "sites": 7, "objects": 70}));
}

#[test]
fn the_same_arguments_give_the_same_files_and_another_seed_gives_others() {
    let (_folder, first) = fleet(&["--sites", "20"]);
    let (_folder2, second) = fleet(&["--sites", "20"]);
    let (_folder3, third) = fleet(&["--sites", "20", "--seed", "2"]);
    assert_eq!(files(&first), files(&second));
    assert_ne!(files(&first), files(&third));
}

#[test]
fn wrong_arguments_are_refused_with_a_message() {
    let cases: [(&[&str], &str); 8] = [
        (&[], "the following required arguments were not provided:"),
        (&["--out"], "a value is required for '--out <DIR>' but none was supplied"),
        (
            &["--out", "fleet", "--sites", "many"],
            "invalid value 'many' for '--sites <N>': invalid digit found in string",
        ),
        (&["--out", "fleet", "--cluster", "3"], "unexpected argument '--cluster' found"),
        (&["--out", "fleet", "--clusters", "3"], "the following required arguments were not provided:"),
        (
            &["--out", "fleet", "--small", "--clusters", "0"],
            "invalid value '0' for '--clusters <N>': 0 is not in 1..18446744073709551615",
        ),
        (&["--out", "fleet", "--template", "drupl"], "invalid value 'drupl' for '--template <NAME>'"),
        (
            &["--out", "fleet", "--small", "--template", "drupal"],
            "the argument '--small' cannot be used with '--template <NAME>'",
        ),
    ];
    for (words, message) in cases {
        let words = ["generate-fleet"].iter().chain(words);
        let error = Arguments::try_parse_from(words).expect_err(message);
        assert_eq!(error.exit_code(), 2);
        assert_eq!(error.to_string().lines().next(), Some(format!("error: {message}").as_str()));
    }
}

#[test]
fn the_help_tells_every_option_its_examples_and_the_exit_codes() {
    let help = Arguments::command().term_width(110).render_help().to_string();
    insta::assert_snapshot!(help, @"
    Makes a git repository with a realistic fleet: tenants, clusters, environments, sites with hosts, images,
    overrides and patches. The same arguments give the same files

    Usage: generate-fleet [OPTIONS] --out <DIR>

    Options:
          --sites <N>        How many sites [default: 100]
          --out <DIR>        The folder to make; its parents are made as well
          --seed <S>         What tenants, images and overrides are made up from [default: 1]
          --template <NAME>  The template of all sites, instead of a mix of these [possible values: drupal,
                             django-react, drumkit-drupal]
          --small            Sites of ten plain objects in one environment, to measure the engine alone
          --clusters <N>     Spread the sites of a small fleet over N clusters, each with an environment and a
                             branch of its own [default: 1]
      -h, --help             Print help

    Examples:
      cargo run --release --example generate-fleet -- --sites 1000 --out /tmp/fleet
      cargo run --release --example generate-fleet -- --sites 10000 --template drupal --seed 7 --out /tmp/fleet
      cargo run --release --example generate-fleet -- --small --clusters 100 --sites 10000 --out /tmp/fleet

    Exit codes: 0 fine, 2 wrong usage, 4 git or disk failed.
    ");
}
