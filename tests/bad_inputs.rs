//! The page of bad inputs holds every row once, and what it names as proof exists.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;

/// The groups of rows, each with its number of rows.
const GROUPS: [(char, usize); 10] =
    [('A', 37), ('B', 20), ('C', 17), ('D', 20), ('E', 19), ('F', 18), ('G', 16), ('H', 10), ('I', 32), ('J', 10)];

/// Why `proof` shows nothing, if it does not: a folder `cases/...` with an `out/`, a file, or `FILE:NAME`, where the file has a
/// test or a row of that name.
fn fault(proof: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Some(case) = proof.strip_prefix("cases/") {
        let folder = root.join("tests/cases").join(case);
        // A case of a rule is one file; the others are folders with what must come out.
        let is_case = folder.join("out").is_dir() || (case.starts_with("rules/") && folder.is_dir());
        return (!is_case).then(|| format!("{proof} is no case"));
    }
    let (file, name) = proof.split_once(':').map_or((proof, None), |(file, name)| (file, Some(name)));
    let Ok(text) = fs::read_to_string(root.join(file)) else { return Some(format!("{file} does not exist")) };
    let name = name?;
    let is_there = text.contains(&format!("fn {name}("))
        || text.contains(&format!("(\"{name}\""))
        || text.contains(&format!("\"{name}\","));
    (!is_there).then(|| format!("{file} has no test and no row {name}"))
}

#[test]
fn every_row_is_covered_or_excused() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bad-inputs.md");
    let text = fs::read_to_string(page).expect("docs/bad-inputs.md can be read");
    let mut due =
        GROUPS.iter().flat_map(|(group, count)| (1..=*count).map(move |number| format!("{group}{number:02}")));
    let mut faults = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let is_row = cells.len() > 1 && cells[0].len() == 3 && cells[0][1..].bytes().all(|byte| byte.is_ascii_digit());
        if !is_row {
            continue;
        }
        let [row, _, outcome, proofs] = cells[..] else {
            faults.push(format!("{}: a row has four cells", cells[0]));
            continue;
        };
        let next = due.next();
        if next.as_deref() != Some(row) {
            faults.push(format!("{row} stands where {next:?} is due"));
        }
        let proofs: Vec<&str> = proofs.split('`').skip(1).step_by(2).collect();
        let is_excused = outcome.starts_with("cannot");
        if proofs.is_empty() && !is_excused {
            faults.push(format!("{row} names no proof and gives no reason"));
        }
        faults.extend(proofs.iter().filter_map(|proof| fault(proof)).map(|fault| format!("{row}: {fault}")));
    }
    faults.extend(due.map(|row| format!("{row} is missing")));
    assert!(faults.is_empty(), "docs/bad-inputs.md:\n{}", faults.join("\n"));
}

#[test]
fn every_case_of_a_row_is_on_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/bad-inputs.md")).expect("docs/bad-inputs.md can be read");
    let cases = fs::read_dir(root.join("tests/cases/rows")).expect("tests/cases/rows can be read");
    let mut unnamed: Vec<String> = cases
        .map(|case| case.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|case| !text.contains(&format!("`cases/rows/{case}`")))
        .collect();
    unnamed.sort();
    assert!(unnamed.is_empty(), "docs/bad-inputs.md does not name {unnamed:?}");
}
