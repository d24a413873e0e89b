//! Feeds a target with mutated texts: the same ones for the same seed, on any toolchain.
//!
//! `cargo run --release --manifest-path fuzz/Cargo.toml -- TARGET [SECONDS] [SEED]`. Starts from `fuzz/corpus/TARGET`; a text
//! that breaks a law is kept as `fuzz/findings/TARGET-SEED-ROUND`, and one that takes over two seconds as well.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const SLOW: Duration = Duration::from_secs(2);
const LARGEST: usize = 1 << 16;

type Target = fn(&[u8]);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let target: Target = match name.as_str() {
        "yaml" => bayplan_fuzz::yaml,
        "template" => bayplan_fuzz::template,
        "patches" => bayplan_fuzz::patches,
        "specs" => bayplan_fuzz::specs,
        _ => {
            eprintln!("usage: bayplan-fuzz yaml|template|patches|specs [SECONDS] [SEED]");
            return ExitCode::from(2);
        }
    };
    let number = |argument: Option<String>, default: u64| {
        argument.map_or(default, |text| text.parse().expect("a whole number"))
    };
    let seconds = number(arguments.next(), 60);
    let seed = number(arguments.next(), 1);
    run(&name, target, Duration::from_secs(seconds), seed)
}

fn run(name: &str, target: Target, time: Duration, seed: u64) -> ExitCode {
    let seeds = seeds(name);
    let mut random = Random(seed);
    let start = Instant::now();
    let (mut rounds, mut findings) = (0_u64, 0_u64);
    while start.elapsed() < time {
        let text = random.mutated(&seeds);
        let begin = Instant::now();
        let result = catch_unwind(|| target(&text));
        let took = begin.elapsed();
        if result.is_err() || took > SLOW {
            findings += 1;
            let path = keep(name, seed, rounds, &text);
            eprintln!("{path}: {}", if result.is_err() { "a law is broken".to_owned() } else { format!("{took:?}") });
        }
        rounds += 1;
    }
    println!("{name}: {rounds} texts from {} seeds in {:?}, {findings} findings", seeds.len(), start.elapsed());
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The corpus, in order of name.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    if name == "specs" {
        for (number, (_, text)) in bayplan_fuzz::fleet::files().iter().enumerate() {
            let which = u8::try_from(number).expect("few files");
            seeds.push([&[which], text.as_slice()].concat());
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("listed").path()).collect();
    paths.sort();
    seeds.extend(paths.iter().map(|path| fs::read(path).expect("can be read")));
    assert!(!seeds.is_empty(), "there is no corpus for {name}");
    seeds
}

fn keep(name: &str, seed: u64, round: u64, text: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join(format!("{name}-{seed}-{round}"));
    fs::write(&path, text).expect("the finding can be kept");
    path.display().to_string()
}

/// Pieces that mean something to one reader or another.
const PIECES: &[&str] = &[
    "\n", "\n  ", "\n- ", " ", ": ", ":", "- ", "? ", "\t", "\r", "\r\n", "[", "]", "{", "}", ",", "&a ", "*a", "<<: ", "!t ",
    "|", ">", "|2-\n", "---\n", "...\n", "%YAML 1.2\n", "#", " # ", "\"", "'", "\\u0041", "\\", "\u{FEFF}", "\u{A0}",
    "\u{85}", "\u{2028}", "\u{FDD0}0\u{FDD1}", "\u{FDD0}", "é", "𝄞", "0", "-1", "1e999", "0x1F", "0o7", "08", ".inf", "1_000",
    "9223372036854775808", "~", "null", "true", "no", "2020-01-01", "{{", "}}", "{{{", "}}}", "{{text}}", "{{#items}}",
    "{{/items}}", "{{^flag}}", "{{/flag}}", "{{#word.left}}", "{{/word.left}}", "{{.}}", "{{> part}}", "{{!", "{{=<% %>=}}",
    "{{&map.text}}", "{{#texts.any}}", "{{/texts.any}}", "$patch: delete", "$patch: replace", "$patch: merge",
    "$retainKeys: [x]", "$deleteFromPrimitiveList/s: [1]", "$setElementOrder/k: [{id: a}]", "op: add", "op: move", "path: /",
    "/-", "~1", "~2", "from: /m", "value: 1", "null\n", "%%%\n", "name: ", "kind: ", "spec:", "{}", "[]", "metadata: ",
    "apiVersion: v1\n", "$ref: '#'", "H * * * *", "1Gi", "sha256:",
];

/// A small generator of numbers that gives the same ones for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % (count.max(1) as u64)).expect("fits")
    }

    /// A seed after one to eight mutations.
    fn mutated(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut text = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            let other = &seeds[self.below(seeds.len())];
            self.mutate(&mut text, other);
            text.truncate(LARGEST);
        }
        text
    }

    fn mutate(&mut self, text: &mut Vec<u8>, other: &[u8]) {
        let (from, to) = self.range(text.len(), 32);
        match self.below(10) {
            0 => text.insert(from, u8::try_from(self.below(256)).expect("a byte")),
            1 => {
                text.drain(from..to);
            }
            // A part again: deeper, longer, twice.
            2 => {
                let part = text[from..to].repeat(1 + self.below(20));
                text.splice(from..from, part);
            }
            // A part of another seed.
            3 => {
                let (start, end) = self.range(other.len(), 200);
                text.splice(from..to, other[start..end].iter().copied());
            }
            // A line elsewhere, or less indented.
            4 => {
                let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
                let mut lines: Vec<Vec<u8>> = lines.into_iter().map(<[u8]>::to_vec).collect();
                if !lines.is_empty() {
                    let line = lines.remove(self.below(lines.len()));
                    let place = self.below(lines.len() + 1);
                    lines.insert(place, line);
                }
                *text = lines.concat();
            }
            5 => {
                let starts: Vec<usize> = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
                if !starts.is_empty() {
                    let start = starts[self.below(starts.len())];
                    if text.get(start) == Some(&b' ') { text.remove(start); } else { text.insert(start, b' '); }
                }
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                let end = if self.below(2) == 0 { from } else { to };
                text.splice(from..end, piece.bytes());
            }
        }
    }

    /// A range of at most `longest` bytes.
    fn range(&mut self, length: usize, longest: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        (from, (from + self.below(longest)).min(length))
    }
}
