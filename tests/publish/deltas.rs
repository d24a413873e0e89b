//! Files of one shape are stored as deltas, which git reads as any others.

use crate::support::TestRepository;
use std::fmt::Write as _;

/// Values that stand for themselves in YAML, some with a line of their own.
fn spec(number: usize) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site-{number}\n  labels:\n    app: site-{number}\n    plan: {}\ndata:\n  \
         host: www.site-{number}.example\n  text: the same for everyone, and long enough to be worth a copy\n",
        ["gold", "silver"][number % 2]
    );
    (0..number % 5).for_each(|line| {
        let _ = writeln!(text, "  line-{line}: {}", number * line);
    });
    text
}

#[test]
fn git_reads_them_and_finds_no_fault() {
    let repository = TestRepository::with_fleet();
    let sites = 0..300;
    for number in sites.clone() {
        repository.write(&format!("site-specs/site-{number}.yaml"), &spec(number));
    }
    repository.commit("many sites");
    repository.published();
    repository.assert_sound();
    let pack = repository.git(&["rev-parse", "--path-format=absolute", "--git-path", "objects/pack"]);
    let packs = std::fs::read_dir(pack).unwrap().map(|entry| entry.unwrap().path());
    let pack = packs.into_iter().find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
    // Into a folder without the objects: nothing in the pack may rest on something else.
    let copy = repository.around().join("copy.pack");
    std::fs::copy(&pack, &copy).unwrap();
    repository.git(&["index-pack", "--strict", "--check-self-contained-and-connected", copy.to_str().unwrap()]);
    let told = repository.git(&["verify-pack", "--verbose", pack.to_str().unwrap()]);
    let chains: Vec<&str> = told.lines().filter(|line| line.starts_with("chain length")).collect();
    let [only] = chains.as_slice() else { panic!("chains: {chains:?}") };
    let count: usize = only.trim_start_matches("chain length = 1: ").split(' ').next().unwrap().parse().unwrap();
    assert!(count > 250, "{only}");
    for number in sites {
        let path = format!("rendered:stable/production/site-{number}/app/configmap-spec.yaml");
        assert_eq!(repository.git(&["cat-file", "blob", &path]), spec(number).trim_end());
    }
}

#[test]
fn a_later_pack_rests_on_itself_alone() {
    let repository = TestRepository::with_fleet();
    for number in 0..20 {
        repository.write(&format!("site-specs/site-{number}.yaml"), &spec(number));
    }
    repository.commit("some sites");
    repository.published();
    for number in 5..10 {
        repository.write(&format!("site-specs/site-{number}.yaml"), &spec(number + 100));
    }
    repository.commit("five of them edited");
    let changes = repository.published().changes;
    assert_eq!((changes.added, changes.modified, changes.removed), (0, 5, 0));
    repository.assert_sound();
    repository.git(&["repack", "-a", "-d", "--quiet"]);
    repository.assert_sound();
}
