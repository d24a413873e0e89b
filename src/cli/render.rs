//! `bayplan render`.

use super::args::Global;
use super::check::finish;
use super::exit::ExitStatus;
use super::filter::FilterArgs;
use super::open::{self, Source};
use super::progress::Progress;
use super::report::Report;
use super::timings::Timings;
use crate::failure::Failed;
use crate::folder::{FolderWriter, Scope};
use crate::output::{OutputPath, OutputTree, Sink, Unit};
use crate::pipeline::{self, Extras, Loaded, Options};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Write the rendered tree to a folder, or one YAML stream to standard output
///
/// Replaces only what it wrote before. With a filter, only the filtered paths are written and cleaned.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bayplan render\n  bayplan render --out /tmp/tree --cluster stable\n  \
                        bayplan render --out - --site portal --environment staging | kubectl diff -f -")]
pub struct RenderArgs {
    /// The folder, or - for standard output [default: rendered/ in the fleet's folder]
    #[arg(long, value_name = "DIR|-")]
    pub out: Option<PathBuf>,
    /// Render a commit's fleet instead of the work tree's
    #[arg(long, value_name = "REV")]
    pub source: Option<String>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

pub fn run(args: &RenderArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let mut timings = Timings::new(global.timings);
    let opened = open::sources(global, &Source::of(args.source.as_deref()))?;
    timings.step("read");
    let options =
        Options { filter: args.filter.to_filter(), strict: global.strict, now: opened.now, ..Options::default() };
    if args.out.as_ref().is_some_and(|out| out.as_os_str() == "-") {
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(&opened.sources, &options, &mut tree)?;
        report.diagnostics(&compilation.diagnostics, &opened.sources)?;
        if !compilation.has_errors() && report.is_json() {
            for (path, file) in objects(&tree) {
                let content = String::from_utf8_lossy(file);
                report.result_line(&json!({"type": "result", "path": path, "content": content}))?;
            }
        } else if !compilation.has_errors() {
            report.result_bytes(&stream(&tree))?;
        }
        return finish(&compilation, &options, report);
    }
    let target = match &args.out {
        Some(out) => open::given_path(global, out),
        None => opened.root.join("rendered"),
    };
    let writer = FolderWriter::open(&target, &opened.root, &opened.named)?;
    let mut sink = Recording { writer, folders: Vec::new() };
    let loaded = Loaded::with(&opened.sources, &options, &opened.memory);
    timings.step("load");
    let extras = Extras { meter: timings.meter(), ..Extras::default() };
    let compilation = loaded.compile_with(&mut Progress::new(&mut sink, report), extras)?;
    timings.step("compile and write");
    report.diagnostics(&compilation.diagnostics, &opened.sources)?;
    if compilation.has_errors() {
        return finish(&compilation, &options, report);
    }
    let scope = if options.filter.is_empty() { Scope::Everything } else { Scope::Folders(sink.folders) };
    let written = sink.writer.finish(&scope)?;
    timings.step("put into place");
    timings.tell(report)?;
    if report.is_json() {
        report.result_line(&json!({
            "type": "result", "out": target.display().to_string(), "added": written.added,
            "modified": written.modified, "removed": written.removed, "unchanged": written.unchanged,
        }))?;
    } else {
        report.note(&format!(
            "{}: {} added, {} modified, {} removed, {} unchanged",
            target.display(),
            written.added,
            written.modified,
            written.removed,
            written.unchanged
        ));
    }
    finish(&compilation, &options, report)
}

/// Hands units on and remembers their folders.
struct Recording {
    writer: FolderWriter,
    folders: Vec<OutputPath>,
}

impl Sink for Recording {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        self.folders.extend(units.iter().map(|unit| unit.folder().clone()));
        self.writer.accept(units)
    }
}

/// The objects' files in order of path; indexes are left out.
fn objects(tree: &OutputTree) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    tree.files().iter().filter(|(path, _)| !path.ends_with("/kustomization.yaml"))
}

/// All objects as one YAML stream.
fn stream(tree: &OutputTree) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (_, file) in objects(tree) {
        bytes.extend_from_slice(b"---\n");
        bytes.extend_from_slice(file);
        if !file.ends_with(b"\n") {
            bytes.push(b'\n');
        }
    }
    bytes
}
