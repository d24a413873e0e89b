//! Edits that would lose data, by every route. None may pass, and each must pass with the acknowledgements that it prints.

mod excuses;
mod fields;
mod mounts;
mod removed;

use crate::edits::{Case, Judged, judged};
use crate::hostile;
use crate::support::{Fleet, judge, printed_acknowledgements, refused, told};

fn cases() -> impl Iterator<Item = &'static Case> {
    [removed::CASES, mounts::CASES, fields::CASES, excuses::CASES, hostile::CASES].into_iter().flatten()
}

#[test]
fn no_edit_that_loses_data_passes_unacknowledged() {
    let mut failures = Vec::new();
    for case in cases() {
        let Judged { new, verdict, .. } = match judged(case) {
            Ok(judged) => judged,
            Err(told) => {
                failures.push(told);
                continue;
            }
        };
        let got = refused(&verdict);
        let due = case.due.to_vec();
        if got != due || got.is_empty() {
            let told = told(&verdict.diagnostics, &new.sources);
            failures.push(format!("{}: due {due:?}, got {got:?}\n{told}", case.name));
        }
    }
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_is_printed_lets_each_edit_through() {
    for case in cases() {
        let Judged { last, mut fleet, verdict, .. } = judged(case).unwrap_or_else(|told| panic!("{told}"));
        fleet.files.insert("site-specs/as-printed.yaml".to_owned(), printed_acknowledgements(&verdict));
        let new = fleet.compiled(case.name);
        let verdict = judge(&last, &new);
        let told = told(&verdict.diagnostics, &new.sources);
        assert_eq!(refused(&verdict), Vec::<&str>::new(), "{}:\n{told}", case.name);
        let is_ours = |line: &&str| line.contains("acknowledgement-unused") && !line.contains("Acknowledgement given");
        assert_eq!(told.lines().find(is_ours), None, "{}:\n{told}", case.name);
    }
}

#[test]
fn what_no_gate_needs_to_see_does_not_compile() {
    for (name, edit, due) in hostile::REFUSED_BEFORE {
        match Fleet::base().edited(name, edit).try_compiled() {
            Ok(_) => panic!("{name} compiles"),
            Err(told) => assert!(told.starts_with(due), "{name}: {told}"),
        }
    }
}
