//! The examples of README.md and docs/ are run, and what the pages show is what came out.
//!
//! A page of docs/ starts in an empty folder, README.md in a copy of this repository's fleet after its first command. There,
//!
//! - a block whose first line names a file (```` ```yaml site-specs/portal.yaml ````) is written to that file;
//! - a `diff` block that names a file edits it: the lines with `-` are replaced by those with `+`;
//! - a `console` block is run: lines that begin with `$ ` are commands, those below are what they print;
//! - a `mustache` block is rendered as the `spec` of an object, with the template `demo` that the page wrote before; the block
//!   after it holds what came of it, or the errors;
//! - all other blocks are only read by people.
//!
//! A line `...` stands for any number of lines, `[..]` for any text within a line.
//! `BAYPLAN_BLESS=1 cargo test --test docs` writes what came out into the pages, but where `...` stands, which is for people to
//! choose; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A fenced block of a page.
struct Block {
    /// The words after the opening fence.
    info: Vec<String>,
    /// The lines between the fences, by number.
    lines: Range<usize>,
}

/// A page while its examples run.
struct Page {
    path: PathBuf,
    lines: Vec<String>,
    /// Its examples' world.
    home: TempDir,
    folder: PathBuf,
    /// Lines to put in the place of others, from top to bottom.
    corrections: Vec<(Range<usize>, Vec<String>)>,
}

/// What README.md's first command reads.
const FLEET: [&str; 7] = ["bayplan.yaml", "site-specs/", "templates/", "crds/", "extra/", "secrets/", "terraform/"];

#[test]
fn readme() {
    let mut page = Page::open("README.md");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in walkdir::WalkDir::new(root).into_iter().filter_entry(|entry| is_of_fleet(root, entry.path())) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root).unwrap();
            page.write(path.to_str().unwrap(), &fs::read_to_string(entry.path()).unwrap());
        }
    }
    page.shell("git init -q && git add -A && git commit -qm 'The fleet' && bayplan publish");
    page.run();
    page.finish();
}

fn is_of_fleet(root: &Path, path: &Path) -> bool {
    let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
    FLEET.iter().any(|input| format!("{relative}/").starts_with(input) || relative == *input) || relative.is_empty()
}

#[test]
fn pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<String> = fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    paths.sort();
    std::thread::scope(|scope| {
        for path in &paths {
            scope.spawn(move || check(path));
        }
    });
}

fn check(path: &str) {
    let mut page = Page::open(path);
    page.run();
    page.finish();
}

impl Page {
    fn open(path: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(&path).unwrap();
        let home = tempfile::tempdir().unwrap();
        // What the system calls the folder, which may be behind a link.
        let folder = fs::canonicalize(home.path()).unwrap().join("work");
        fs::create_dir(&folder).unwrap();
        let lines = text.lines().map(str::to_owned).collect();
        Page { path, lines, home, folder, corrections: Vec::new() }
    }

    fn run(&mut self) {
        let blocks = blocks(&self.lines);
        let mut next = 0;
        while let Some(block) = blocks.get(next) {
            next += 1;
            let words: Vec<&str> = block.info.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["console", ..] => self.console(block),
                ["mustache"] => {
                    let result = blocks.get(next).unwrap_or_else(|| panic!("{}: no result", self.place(block)));
                    next += 1;
                    self.snippet(block, result);
                }
                ["diff", file] => self.edit(file, block),
                [_, file] => self.write(file, &self.text(block)),
                _ => {}
            }
        }
    }

    fn text(&self, block: &Block) -> String {
        self.lines[block.lines.clone()].iter().map(|line| format!("{line}\n")).collect()
    }

    fn write(&self, file: &str, text: &str) {
        let target = self.folder.join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    }

    fn edit(&self, file: &str, block: &Block) {
        let marked = |mark: char| -> String {
            self.lines[block.lines.clone()]
                .iter()
                .filter_map(|line| line.strip_prefix(mark))
                .map(|line| format!("{line}\n"))
                .collect()
        };
        let before = fs::read_to_string(self.folder.join(file)).unwrap();
        let (old, new) = (marked('-'), marked('+'));
        assert!(before.contains(&old), "{}: {file} has no such lines", self.place(block));
        self.write(file, &before.replacen(&old, &new, 1));
    }

    fn console(&mut self, block: &Block) {
        let mut at = block.lines.start;
        while at < block.lines.end {
            let command = self.lines[at].strip_prefix("$ ").map(str::to_owned);
            let command = command.unwrap_or_else(|| panic!("{}: no command", self.place(block)));
            let shown = at + 1;
            at = (shown..block.lines.end).find(|line| self.lines[*line].starts_with("$ ")).unwrap_or(block.lines.end);
            let printed = match command.strip_prefix("cd ") {
                Some(folder) => {
                    self.folder = self.folder.join(folder);
                    String::new()
                }
                None => self.shell(&command),
            };
            self.compare(shown..at, printed.lines().map(|line| line.trim_end().to_owned()).collect());
        }
    }

    /// What a command prints, on both streams as they come.
    fn shell(&self, command: &str) -> String {
        let binaries = Path::new(env!("CARGO_BIN_EXE_bayplan")).parent().unwrap().display();
        let home = fs::canonicalize(self.home.path()).unwrap();
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\nPATH='{binaries}':\"$PATH\"\n{command}")])
            .current_dir(&self.folder)
            .env("HOME", &home)
            .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "2026-01-02T03:04:05Z")))
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Ada")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "ada@example.org")))
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("LC_ALL", "C")])
            .envs([
                ("GIT_CONFIG_COUNT", "1"),
                ("GIT_CONFIG_KEY_0", "init.defaultBranch"),
                ("GIT_CONFIG_VALUE_0", "main"),
            ])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).replace(home.to_str().unwrap(), "~")
    }

    /// Renders a snippet, and compares the `spec` that came of it, or the errors.
    fn snippet(&mut self, block: &Block, result: &Block) {
        let mut manifest = "apiVersion: example.org/v1\nkind: Demo\nmetadata: {name: demo}\nspec:\n".to_owned();
        for line in &self.lines[block.lines.clone()] {
            manifest.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") });
        }
        let file = "templates/demo/demo.yaml.mustache";
        self.write(file, &manifest);
        let printed = self.shell("bayplan render --out -");
        fs::remove_file(self.folder.join(file)).unwrap();
        let lines = printed.lines().map(str::trim_end);
        let found: Vec<String> = if printed.contains("\nspec:\n") {
            let spec = lines.skip_while(|line| *line != "spec:").skip(1);
            spec.take_while(|line| line.is_empty() || line.starts_with([' ', '-']) && *line != "---")
                .map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned())
                .collect()
        } else {
            let wanted = |line: &&str| line.contains("]: ") || line.trim_start().starts_with("= help: ");
            lines.filter(wanted).map(|line| line.trim_start().strip_prefix("= ").unwrap_or(line).to_owned()).collect()
        };
        self.compare(result.lines.clone(), found);
    }

    fn compare(&mut self, shown: Range<usize>, found: Vec<String>) {
        let lines = &self.lines[shown.clone()];
        if matches(lines, &found) {
            return;
        }
        // A line that may vary stays as it is shown.
        let kept = |line: String| lines.iter().find(|shown| line_matches(shown, &line)).cloned().unwrap_or(line);
        let found = found.into_iter().map(kept).collect();
        self.corrections.push((shown, found));
    }

    fn place(&self, block: &Block) -> String {
        format!("{}:{}", self.path.display(), block.lines.start)
    }

    /// Fails, or writes the page anew, where something else came out than it shows.
    fn finish(self) {
        if self.corrections.is_empty() {
            return;
        }
        #[allow(clippy::disallowed_methods)]
        let is_blessing = std::env::var("BAYPLAN_BLESS").is_ok();
        let mut told = String::new();
        let mut lines = self.lines.clone();
        let mut by_hand = false;
        for (shown, found) in self.corrections.iter().rev() {
            let (start, due) = (shown.start + 1, self.lines[shown.clone()].join("\n"));
            told = format!(
                "{}:{start} shows\n{due}\nand this came out:\n{}\n{told}",
                self.path.display(),
                found.join("\n")
            );
            if lines[shown.clone()].iter().any(|line| line.trim() == "...") {
                by_hand = true;
            } else {
                lines.splice(shown.clone(), found.iter().cloned());
            }
        }
        assert!(is_blessing, "{told}to accept it: BAYPLAN_BLESS=1 cargo test --test docs");
        fs::write(&self.path, lines.join("\n") + "\n").unwrap();
        assert!(!by_hand, "{told}where a page shows `...`, edit it by hand");
    }
}

fn blocks(lines: &[String]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Vec<String>)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(info) = line.strip_prefix("```") else { continue };
        match open.take() {
            Some((start, info)) => blocks.push(Block { info, lines: start..number }),
            None => open = Some((number + 1, info.split_whitespace().map(str::to_owned).collect())),
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// Whether lines are as shown, where `...` is any number of lines.
fn matches(shown: &[String], found: &[String]) -> bool {
    match shown.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=found.len()).any(|skipped| matches(rest, &found[skipped..]))
        }
        Some((first, rest)) => {
            found.split_first().is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others))
        }
    }
}

/// Whether a line is as shown, where `[..]` is any text.
fn line_matches(shown: &str, found: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == found,
        Some((start, rest)) => found.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).any(|at| tail.is_char_boundary(at) && line_matches(rest, &tail[at..]))
        }),
    }
}
