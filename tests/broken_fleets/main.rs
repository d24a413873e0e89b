//! Single mistakes in sound fleets: each is told at its line, in words that repair it when followed.
//!
//! `pier.txt` has mistakes in the fleet in `pier/`, `example.txt` in the example fleet of this repository. An entry is
//!
//! ```text
//! # a cluster that does not exist
//! break FILE               what the user did: lines with `-` give way to lines with `+`; `+` alone makes a file
//! -    staging:
//! +    staging:
//! +      clusters: [key]
//! error unknown-name FILE:16        all that is told, in order: severity, code, place, and what to do
//! help known here: quay
//! repair FILE              what the help says, done
//! -      clusters: [key]
//! +      clusters: [quay]
//! ```
//!
//! After the repair nothing may be left to say. `BAYPLAN_BLESS=1 cargo test --test broken_fleets` writes what is told into the
//! tables, and the messages whole into `messages.txt`; read both before you commit them.

#![allow(clippy::expect_used, clippy::panic)]

use bayplan::diag::Diagnostic;
use bayplan::diag::render::to_text;
use bayplan::load;
use bayplan::output::OutputTree;
use bayplan::pipeline::{Options, compile};
use bayplan::source::{SourceFile, Sources};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn mistakes_in_a_made_up_fleet_are_told_and_repaired() {
    check("pier", &here().join("pier"), 60);
}

#[test]
fn mistakes_in_the_example_fleet_are_told_and_repaired() {
    check("example", Path::new(env!("CARGO_MANIFEST_DIR")), 30);
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken_fleets")
}

/// One mistake.
struct Entry<'t> {
    title: &'t str,
    breaks: Vec<Edit<'t>>,
    /// Lines such as `error CODE FILE:LINE` and `help ...`.
    told: Vec<&'t str>,
    repairs: Vec<Edit<'t>>,
}

struct Edit<'t> {
    path: &'t str,
    old: String,
    new: String,
}

fn check(name: &str, root: &Path, at_least: usize) {
    let table = here().join(format!("{name}.txt"));
    let text = fs::read_to_string(&table).expect("the table can be read");
    let sound = fleet(root);
    assert_eq!(told(&sound).0, Vec::<String>::new(), "the fleet itself is sound");
    let entries = entries(&text);
    assert!(entries.len() >= at_least, "{} entries", entries.len());
    let (mut faults, mut blessed, mut messages) = (String::new(), String::new(), String::new());
    for entry in &entries {
        let mut files = sound.clone();
        edit(&mut files, &entry.breaks, entry.title);
        let (found, text) = told(&files);
        let _ = write!(messages, "# {}\n\n{text}", entry.title);
        bless(entry, &found, &mut blessed);
        if found != entry.told {
            let _ = writeln!(faults, "# {}: told is\n{}\n", entry.title, found.join("\n"));
        }
        edit(&mut files, &entry.repairs, entry.title);
        let (left, _) = told(&files);
        if !left.is_empty() {
            let _ = writeln!(faults, "# {}: after the repair\n{}\n", entry.title, left.join("\n"));
        }
    }
    let page = here().join(format!("{name}.messages.txt"));
    if std::env::var_os("BAYPLAN_BLESS").is_some() {
        fs::write(&table, blessed).expect("the table can be written");
        fs::write(&page, messages).expect("the messages can be written");
        return;
    }
    assert!(faults.is_empty(), "{faults}BAYPLAN_BLESS=1 cargo test --test broken_fleets");
    let page = fs::read_to_string(page).unwrap_or_default();
    assert_eq!(page, messages, "BAYPLAN_BLESS=1 cargo test --test broken_fleets");
}

/// What is told of a fleet: as lines of a table, and whole.
fn told(files: &Files) -> (Vec<String>, String) {
    let sources = sources(files);
    let compilation = compile(&sources, &Options::default(), &mut OutputTree::new()).expect("memory does not fail");
    let (mut lines, mut text) = (Vec::new(), String::new());
    for diagnostic in &compilation.diagnostics {
        lines.push(headline(diagnostic, &sources));
        lines.extend(diagnostic.help.iter().map(|help| format!("help {help}")));
        let _ = write!(text, "{}\n\n", to_text(diagnostic, &sources, false).trim_end());
    }
    (lines, text)
}

fn headline(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.primary.as_ref().expect("each mistake has a place").span;
    let line = sources.line_column(place.file, place.start).line;
    format!("{} {} {}:{line}", diagnostic.severity.word(), diagnostic.code.name, sources.path(place.file))
}

/// The files of a fleet that count: its own, and those that specs name.
fn sources(files: &Files) -> Sources {
    let is_input = |path: &str| {
        path == "bayplan.yaml" || ["site-specs/", "templates/", "crds/"].iter().any(|folder| path.starts_with(folder))
    };
    let file = |(path, bytes): (&String, &Vec<u8>)| SourceFile::regular(path.clone(), bytes.clone());
    let first = Sources::new(files.iter().filter(|(path, _)| is_input(path)).map(file));
    let names = load::named_files(&first, &load::memory::SpecMemory::default());
    let wanted: Vec<&String> = names.all().collect();
    Sources::new(files.iter().filter(|(path, _)| is_input(path) || wanted.contains(path)).map(file))
}

fn fleet(root: &Path) -> Files {
    let mut files = Files::new();
    for top in ["bayplan.yaml", "site-specs", "templates", "crds", "extra", "secrets", "terraform"] {
        for entry in walkdir::WalkDir::new(root.join(top)).into_iter().filter_map(Result::ok) {
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(root).expect("lies below").to_str().expect("is UTF-8");
                files.insert(name.to_owned(), fs::read(entry.path()).expect("can be read"));
            }
        }
    }
    files
}

fn entries(table: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut is_repair = false;
    for line in table.lines().filter(|line| !line.is_empty()) {
        if let Some(title) = line.strip_prefix("# ") {
            entries.push(Entry { title, breaks: Vec::new(), told: Vec::new(), repairs: Vec::new() });
            continue;
        }
        let entry = entries.last_mut().expect("an entry begins with its title");
        let edits = if is_repair { &mut entry.repairs } else { &mut entry.breaks };
        let edit = |path| Edit { path, old: String::new(), new: String::new() };
        if let Some(path) = line.strip_prefix("break ") {
            is_repair = false;
            entry.breaks.push(edit(path));
        } else if let Some(path) = line.strip_prefix("repair ") {
            is_repair = true;
            entry.repairs.push(edit(path));
        } else if let Some(old) = line.strip_prefix('-') {
            let edit = edits.last_mut().expect("an edit names its file");
            edit.old += &format!("{old}\n");
        } else if let Some(new) = line.strip_prefix('+') {
            let edit = edits.last_mut().expect("an edit names its file");
            edit.new += &format!("{new}\n");
        } else {
            entry.told.push(line);
        }
    }
    entries
}

fn edit(files: &mut Files, edits: &[Edit<'_>], title: &str) {
    assert!(!edits.is_empty(), "{title}: an entry breaks something and repairs it");
    for Edit { path, old, new } in edits {
        let text = files.get(*path).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        let edited = if old.is_empty() {
            text + new
        } else {
            assert_eq!(text.matches(old.as_str()).count(), 1, "{title}: this must be in {path} once:\n{old}");
            text.replacen(old.as_str(), new, 1)
        };
        files.insert((*path).to_owned(), edited.into_bytes());
    }
}

/// The entry with what is told now.
fn bless(entry: &Entry<'_>, told: &[String], out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "# {}", entry.title);
    let lines = |sign: char, text: &str| text.lines().map(|line| format!("{sign}{line}\n")).collect::<String>();
    let write = |verb: &str, edits: &[Edit<'_>], out: &mut String| {
        for Edit { path, old, new } in edits {
            let _ = write!(out, "{verb} {path}\n{}{}", lines('-', old), lines('+', new));
        }
    };
    write("break", &entry.breaks, out);
    for line in told {
        let _ = writeln!(out, "{line}");
    }
    write("repair", &entry.repairs, out);
}
