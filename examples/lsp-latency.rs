//! How long `bayplan lsp` takes to answer on a fleet: an editor in a script; `--help` tells how.
//!
//! The CPU time is that of the threads on which the answer waits, where the system tells (Linux): unlike wall time it does not
//! suffer from neighbours.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a tool for developers")]
#![allow(clippy::disallowed_methods, reason = "it starts a program, reads files and a clock")]

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use serde_json::{Value, json};
use std::fmt::Display;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Measures how long the language server takes to answer: opens the first site of a fleet, breaks and mends it, then asks about it.
/// Prints a table in Markdown.
#[derive(Debug, Parser)]
#[command(
    name = "lsp-latency",
    max_term_width = 110,
    after_help = "Example:\n  \
        cargo run --release --example generate-fleet -- --template drupal --sites 10000 --out fleet\n  \
        cargo run --release --example lsp-latency -- target/release/bayplan fleet 10\n\n\
        Exit codes: 0 fine, 2 wrong usage, 101 the server did not answer as it should."
)]
struct Arguments {
    /// The bayplan to measure
    program: PathBuf,
    /// The fleet to open; `generate-fleet` makes one of any size
    fleet: PathBuf,
    /// How often to break and mend the site, and to ask each question
    #[arg(default_value = "20")]
    edits: NonZeroUsize,
}

/// Ends the process as for arguments that are wrong.
fn refuse(what: &Path, why: &dyn Display) -> ! {
    Arguments::command().error(ErrorKind::ValueValidation, format!("{}: {why}", what.display())).exit()
}

fn main() {
    let arguments = Arguments::parse();
    let edits = arguments.edits.get();
    let root = fs::canonicalize(&arguments.fleet).unwrap_or_else(|error| refuse(&arguments.fleet, &error));
    let (path, text) = site_of(&root).unwrap_or_else(|error| refuse(&root, &error));
    let started = Instant::now();
    let mut client =
        Client::start(&arguments.program, &root).unwrap_or_else(|error| refuse(&arguments.program, &error));
    let uri = format!("file://{}", path.display());
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
    client.notify("textDocument/didOpen", &json!({"textDocument": document}));
    client.request("workspace/symbol", &json!({"query": "no such"}));
    println!("open: {:.0} ms", milliseconds(started.elapsed()));
    // The check of the whole fleet comes first.
    std::thread::sleep(Duration::from_secs(5));

    println!("\n| what | median | longest | CPU a time |\n|---|---|---|---|");
    let broken = text.replacen("tag: ", "tga: ", 1);
    let mut version = 1;
    let cpu = client.cpu();
    let mut told = Vec::new();
    for _ in 0..edits {
        for (text, is_broken) in [(&broken, true), (&text, false)] {
            version += 1;
            let started = Instant::now();
            let document = json!({"uri": uri, "version": version});
            let changes = json!({"textDocument": document, "contentChanges": [{"text": text}]});
            client.notify("textDocument/didChange", &changes);
            client.until(&uri, is_broken);
            told.push(started.elapsed());
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    row("an edit of a site, to its findings", told, client.cpu().zip(cpu));
    let questions = [
        ("hover", "template: ", "hover on a name"),
        ("hover", "tag: ", "hover on a value, with the fields it ends up in"),
        ("definition", "tenant: ", "definition of a name"),
        ("references", "tenant: ", "references of a name"),
        ("references", "tag: ", "references of a value"),
        ("completion", "template: ", "completion of a name"),
    ];
    for (method, place, what) in questions {
        let at = text.find(place).unwrap_or_else(|| panic!("{} has {place}", path.display()));
        // Names are asked about where they stand, values at their key.
        let at = if place == "tag: " { at + 1 } else { at + place.len() };
        let line = text[..at].matches('\n').count();
        let column = at - text[..at].rfind('\n').map_or(0, |found| found + 1);
        let asked = json!({
            "textDocument": {"uri": uri}, "position": {"line": line, "character": column},
            "context": {"includeDeclaration": true},
        });
        let cpu = client.cpu();
        let times = (0..edits).map(|_| {
            let started = Instant::now();
            let answer = client.request(&format!("textDocument/{method}"), &asked);
            assert!(!answer.is_null(), "{what} has an answer");
            started.elapsed()
        });
        let times = times.collect();
        row(what, times, client.cpu().zip(cpu));
    }
    client.end();
}

fn row(what: &str, mut times: Vec<Duration>, cpu: Option<(Duration, Duration)>) {
    times.sort();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let longest = times.last().copied().unwrap_or_default();
    let each = cpu.map(|(after, before)| milliseconds(after.saturating_sub(before)) / times.len() as f64);
    let each = each.map_or_else(|| "not told".to_owned(), |each| format!("{each:.0} ms"));
    println!("| {what} | {:.0} ms | {:.0} ms | {each} |", milliseconds(median), milliseconds(longest));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The first site of a fleet, and its text.
fn site_of(root: &Path) -> io::Result<(PathBuf, String)> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root.join("site-specs/sites"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.sort();
    let path = files.into_iter().next().ok_or_else(|| io::Error::other("there are no sites in site-specs/sites"))?;
    let text = fs::read_to_string(&path)?;
    Ok((path, text))
}

struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next_id: u64,
}

impl Client {
    fn start(program: &Path, root: &Path) -> io::Result<Self> {
        let mut child = Command::new(program).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().expect("is piped");
        let output = BufReader::new(child.stdout.take().expect("is piped"));
        let mut client = Client { child, input, output, next_id: 0 };
        client.request("initialize", &json!({"rootUri": format!("file://{}", root.display()), "capabilities": {}}));
        client.notify("initialized", &json!({}));
        Ok(client)
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.read();
            if message["id"] == id && message["method"].is_null() {
                return message["result"].clone();
            }
        }
    }

    /// Waits for findings of a file: some, or none.
    fn until(&mut self, uri: &str, has_findings: bool) {
        loop {
            let message = self.read();
            let told = message["params"]["diagnostics"].as_array();
            if message["params"]["uri"] == uri && told.is_some_and(|told| told.is_empty() != has_findings) {
                return;
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("the server answers");
            match line.trim().split_once(": ") {
                Some((_, value)) => length = value.parse().expect("a length is a number"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("a message has a body");
        serde_json::from_slice(&body).expect("a message is JSON")
    }

    /// What the threads have used that an answer waits for: all but those that check the whole fleet.
    fn cpu(&self) -> Option<Duration> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let ticks = tasks.filter_map(|task| {
            let stat = fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
            let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
            let fields: Vec<i64> = fields.split_whitespace().filter_map(|field| field.parse().ok()).collect();
            // Without the letter of the state; user and system time in hundredths of a second.
            (!name.starts_with("check-fleet"))
                .then(|| fields.get(10).zip(fields.get(11)).map(|(user, system)| user + system))?
        });
        Some(Duration::from_millis(ticks.sum::<i64>().unsigned_abs() * 10))
    }

    fn end(mut self) {
        self.request("shutdown", &Value::Null);
        self.notify("exit", &Value::Null);
        assert!(self.child.wait().expect("the server ends").success(), "the server ends well");
    }
}
