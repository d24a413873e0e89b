//! `bayplan verify`.

use super::args::Global;
use super::exit::{CliError, ExitStatus};
use super::gates::clusters_of;
use super::open;
use super::report::{Report, count};
use crate::diag::{Code, Diagnostic};
use crate::failure::Failed;
use crate::output::{Sink, Unit};
use crate::pipeline::{Filter, Loaded, Options};
use crate::publish::{
    ChangeKind, Changes, CommitSource, HYDRATOR_FILE, ObjectId, ObjectKind, Provenance, Rendered, Repository,
    TreeComparer, files, metadata,
};
use crate::source::Sources;
use clap::Args;
use serde_json::json;
use std::collections::BTreeSet;

pub static NOT_RENDERED: Code = Code {
    name: "not-rendered",
    explanation: "`verify` and `check --against` take a commit that bayplan rendered: its trailers name the source that it was \
                  made from. Neither this commit nor any of its first 1,000 ancestors has such trailers.",
};
pub static UNVERIFIABLE: Code = Code {
    name: "unverifiable",
    explanation: "The source that a rendered commit names does not compile with this version of bayplan, so what it comes to \
                  cannot be compared. Run the version that the commit names.",
};

pub static CODES: &[&Code] = &[&NOT_RENDERED, &UNVERIFIABLE];

/// Recompute a published commit from the source that it names, and compare
///
/// Needs the commits alone: no work tree, no network, nothing that an earlier run left behind. Without BRANCH, the branches that
/// HEAD's Fleet publishes to. Exit code 1 where a file differs, with its path.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bayplan verify\n  bayplan verify origin/rendered\n  bayplan verify rendered~3")]
pub struct VerifyArgs {
    /// A rendered branch, or any commit of one
    #[arg(value_name = "BRANCH")]
    pub branch: Option<String>,
}

pub fn run(args: &VerifyArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let repository = Repository::find(&open::directory(global))?;
    let names = match &args.branch {
        Some(branch) => vec![branch.clone()],
        None => branches(&repository, global)?,
    };
    let mut worst = ExitStatus::Fine;
    let mut verified = 0;
    for name in &names {
        match verify(&repository, name, global, report) {
            Ok(ExitStatus::Fine) => verified += 1,
            Ok(status) => worst = worst.max(status),
            Err(failure) => {
                report.problem(&failure);
                worst = worst.max(ExitStatus::from(failure.class()));
            }
        }
    }
    report.summary("", json!({"exitCode": worst as u8, "branches": names.len(), "verified": verified}))?;
    Ok(worst)
}

/// The branches that the Fleet of HEAD publishes to; HEAD itself, where it is a rendered commit.
fn branches(repository: &Repository, global: &Global) -> Result<Vec<String>, Failed> {
    if let Some(Rendered { commit, claim: Some((claimed, _)), .. }) = Rendered::find(repository, "HEAD")?
        && commit == claimed
    {
        return Ok(vec!["HEAD".to_owned()]);
    }
    let source = CommitSource::open(&open::directory(global), "HEAD")?;
    let (sources, _) = open::complete(&source)?;
    let options = Options::default();
    let branches: BTreeSet<String> = Loaded::new(&sources, &options).branches().into_values().collect();
    if branches.is_empty() {
        return Err(CliError::Usage {
            message: "the Fleet of HEAD names no branch that could be verified".to_owned(),
            help: Some("`bayplan check --source HEAD` tells why; or name a branch: `bayplan verify BRANCH`".to_owned()),
        }
        .into());
    }
    Ok(branches.into_iter().collect())
}

/// What a commit was compared with.
struct Verdict {
    changes: Changes,
    /// Whether the inputs of the source have the id that the commit names.
    same_inputs: bool,
    files: usize,
}

fn verify(repository: &Repository, name: &str, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let Some(rendered) = Rendered::find(repository, name)? else {
        let help = "`git branch --all` lists branches; `bayplan publish` makes the one that the Fleet names".to_owned();
        return Err(
            CliError::Usage { message: format!("`{name}` names no branch and no commit"), help: Some(help) }.into()
        );
    };
    let Some((claimed_by, provenance)) = &rendered.claim else {
        let message =
            format!("{name}: {} was not made by bayplan, nor was any commit before it", rendered.commit.short());
        let diagnostic = Diagnostic::error(&NOT_RENDERED, message).help("name a branch that `bayplan publish` made");
        report.diagnostics(&[diagnostic], &Sources::default())?;
        return Ok(ExitStatus::Input);
    };
    repository.read(provenance.source, ObjectKind::Commit, &format!("the source of {name}"))?;
    let Some(verdict) = recompute(repository, &rendered, provenance, global, report)? else {
        return Ok(ExitStatus::Input);
    };
    let is_same = verdict.changes.is_empty() && verdict.same_inputs;
    tell(name, &rendered, *claimed_by, provenance, &verdict, report)?;
    Ok(if is_same { ExitStatus::Fine } else { ExitStatus::Input })
}

/// Compiles the source that a commit names and compares its tree. None where that source does not compile, which is told.
fn recompute(
    repository: &Repository,
    rendered: &Rendered,
    provenance: &Provenance,
    global: &Global,
    report: &Report,
) -> Result<Option<Verdict>, Failed> {
    let source = CommitSource::open(&open::directory(global), &provenance.source.to_string())?;
    let (sources, named) = open::complete(&source)?;
    let published = files(repository, rendered.tree)?;
    let mut options = Options::default();
    let everything = Options::default();
    let mut loaded = Loaded::new(&sources, &everything);
    let paths = published.iter().map(|file| file.path.as_str());
    let clusters = clusters_of(&loaded, rendered.reference.as_deref(), paths);
    let has_one_branch = loaded.has_one_branch_for_all();
    if !has_one_branch {
        options.filter = Filter { clusters: clusters.iter().cloned().collect(), ..Filter::default() };
        loaded = Loaded::new(&sources, &options);
    }
    let mut sink = TreeComparer::new(repository, Some(rendered.tree))?;
    let compilation = if has_one_branch || !clusters.is_empty() {
        loaded.compile(&mut sink)?
    } else {
        // Nothing of it is left: all files are strangers.
        Default::default()
    };
    if compilation.has_errors() {
        report.diagnostics(&compilation.diagnostics, &sources)?;
        let message = format!("the source {} does not compile with this version", provenance.source.short());
        let made_by = format!("the commit was made by bayplan {}", provenance.version);
        report.diagnostics(&[Diagnostic::error(&UNVERIFIABLE, message).help(made_by)], &sources)?;
        return Ok(None);
    }
    if let Some(hydrator) = open::hydrator(&loaded) {
        let bytes = metadata(source.facts(), &hydrator);
        sink.accept(vec![Unit::of_root(HYDRATOR_FILE, bytes)?])?;
    }
    let changes = sink.finish()?.changes;
    let same_inputs = source.inputs_tree(&named)? == provenance.source_tree;
    Ok(Some(Verdict { changes, same_inputs, files: published.len() }))
}

fn tell(
    name: &str,
    rendered: &Rendered,
    claimed_by: ObjectId,
    provenance: &Provenance,
    verdict: &Verdict,
    report: &Report,
) -> Result<(), Failed> {
    let ours = env!("CARGO_PKG_VERSION");
    let changes = &verdict.changes;
    let is_same = changes.is_empty() && verdict.same_inputs;
    if report.is_json() {
        let paths: Vec<_> =
            changes.paths.iter().map(|change| json!({"path": change.path, "change": word(change.kind)})).collect();
        return report.result_line(&json!({
            "type": "result", "branch": name, "state": if is_same { "verified" } else { "differs" },
            "commit": rendered.commit.to_string(), "source": provenance.source.to_string(),
            "claimedBy": claimed_by.to_string(), "version": provenance.version, "toolVersion": ours,
            "sameInputs": verdict.same_inputs, "files": verdict.files, "edited": changes.modified,
            "missing": changes.added, "strange": changes.removed, "paths": paths,
        }));
    }
    let (commit, source) = (rendered.commit.short(), provenance.source.short());
    let mut text = if is_same {
        format!("{name}: {commit} is what {source} comes to ({})\n", count(verdict.files, "file"))
    } else {
        let told =
            format!("{} edited, {} missing, {} that nothing makes", changes.modified, changes.added, changes.removed);
        format!("{name}: {commit} is not what {source} comes to ({told})\n")
    };
    for change in &changes.paths {
        text.push_str(&format!("  {} {}\n", word(change.kind), change.path));
    }
    report.result_bytes(text.as_bytes())?;
    if claimed_by != rendered.commit {
        report
            .note(&format!("note: {commit} was made by other hands; {} below it names the source", claimed_by.short()));
    }
    if !verdict.same_inputs {
        report.note("note: the inputs in the source commit are not those that the trailer Bayplan-Source-Tree names");
    }
    if provenance.version != ours {
        report.note(&format!(
            "note: {commit} was made by bayplan {}, and this is {ours}{}",
            provenance.version,
            if is_same { "" } else { ": run that version to tell an edit by hand from a change of the tool" }
        ));
    }
    Ok(())
}

/// What happened to a file of the branch: the tree to compare with is the one that was recomputed.
fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "missing",
        ChangeKind::Modified => "edited",
        ChangeKind::Removed => "strange",
    }
}
