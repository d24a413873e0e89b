//! `bayplan snapshot`.

use super::args::Global;
use super::check::finish;
use super::exit::ExitStatus;
use super::open::{self, Source};
use super::progress::Progress;
use super::report::Report;
use crate::emit::{CLUSTER_FOLDER, DELIVERY_FOLDER};
use crate::failure::Failed;
use crate::folder::{Differences, FolderComparer, FolderWriter, Scope};
use crate::output::{Sink, Unit};
use crate::pipeline::{self, Filter, Options};
use clap::Args;
use serde_json::json;

/// Write snapshots/, the rendered tree kept beside the specs for reviewers
///
/// What it holds is set by `snapshots` in the Fleet: all, or some sites with their namespaces' platform and data.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan snapshot\n  bayplan snapshot --check || echo 'run bayplan snapshot and commit'"
)]
pub struct SnapshotArgs {
    /// Write nothing; exit 1 if snapshots/ is not what the specs render to
    #[arg(long)]
    pub check: bool,
}

const FOLDER: &str = "snapshots";

pub fn run(args: &SnapshotArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let opened = open::sources(global, &Source::WorkTree)?;
    let sites = pipeline::snapshot_sites(&opened.sources);
    let is_part = sites.is_some();
    let only_sites = sites.unwrap_or_default();
    let filter = Filter { sites: only_sites.clone(), ..Filter::default() };
    let options = Options { filter, strict: global.strict, only_sites, now: opened.now, ..Options::default() };
    let target = opened.root.join(FOLDER);
    if args.check {
        let comparer = FolderComparer::open(&target)?;
        let mut sink = Part { inner: comparer, is_part };
        let compilation = pipeline::compile(&opened.sources, &options, &mut Progress::new(&mut sink, report))?;
        report.diagnostics(&compilation.diagnostics, &opened.sources)?;
        if compilation.has_errors() {
            return finish(&compilation, &options, report);
        }
        return tell(&sink.inner.finish(), report);
    }
    let writer = FolderWriter::open(&target, &opened.root, &opened.named)?;
    let mut sink = Part { inner: writer, is_part };
    let compilation = pipeline::compile(&opened.sources, &options, &mut Progress::new(&mut sink, report))?;
    report.diagnostics(&compilation.diagnostics, &opened.sources)?;
    if compilation.has_errors() {
        return finish(&compilation, &options, report);
    }
    let written = sink.inner.finish(&Scope::Everything)?;
    report.summary(
        &format!(
            "{FOLDER}/: {} added, {} modified, {} removed, {} unchanged",
            written.added, written.modified, written.removed, written.unchanged
        ),
        json!({
            "exitCode": 0, "added": written.added, "modified": written.modified, "removed": written.removed,
            "unchanged": written.unchanged,
        }),
    )?;
    Ok(ExitStatus::Fine)
}

/// With chosen sites, the clusters' own objects are left out.
struct Part<S> {
    inner: S,
    is_part: bool,
}

impl<S: Sink> Sink for Part<S> {
    fn accept(&mut self, mut units: Vec<Unit>) -> Result<(), Failed> {
        if self.is_part {
            units.retain(|unit| {
                let second = unit.folder().as_str().split('/').nth(1);
                !matches!(second, Some(CLUSTER_FOLDER | DELIVERY_FOLDER))
            });
        }
        self.inner.accept(units)
    }
}

fn tell(differences: &Differences, report: &Report) -> Result<ExitStatus, Failed> {
    let lists =
        [("missing", &differences.missing), ("stale", &differences.modified), ("surplus", &differences.surplus)];
    for (word, paths) in lists {
        for path in paths {
            if report.is_json() {
                report.result_line(&json!({"type": "result", "state": word, "path": format!("{FOLDER}/{path}")}))?;
            } else {
                report.result_bytes(format!("{word}: {FOLDER}/{path}\n").as_bytes())?;
            }
        }
    }
    let status = if differences.is_empty() { ExitStatus::Fine } else { ExitStatus::Input };
    let text = if differences.is_empty() {
        format!("{FOLDER}/ is current")
    } else {
        format!("{FOLDER}/ is stale: run `bayplan snapshot` and commit what it writes")
    };
    report.summary(
        &text,
        json!({
            "exitCode": status as u8, "missing": differences.missing.len(), "stale": differences.modified.len(),
            "surplus": differences.surplus.len(),
        }),
    )?;
    Ok(status)
}
