//! `bayplan check --against REF`: the gates of `publish`, before anything is merged. Only reads.

use super::{Nowhere, finish, summarize};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::gates::{self, GatedComparer, GitTree, clusters_of};
use crate::cli::open::{self, Opened};
use crate::cli::report::Report;
use crate::diag::Severity;
use crate::failure::Failed;
use crate::gate::{LastTree, Question};
use crate::output::cluster_of;
use crate::pipeline::{self, Filter, Loaded, Options};
use crate::publish::{BranchName, CommitTime, ObjectId, Rendered, Repository, Start, files, resolve};

/// What is compared.
pub struct Request<'a> {
    /// The rendered branch or commit.
    pub against: &'a str,
    /// The source revision; the work tree where there is none.
    pub source: Option<&'a str>,
}

pub fn run(
    request: &Request<'_>,
    opened: &Opened,
    options: &Options,
    global: &Global,
    report: &Report,
) -> Result<ExitStatus, Failed> {
    let repository = Repository::find(&open::directory(global))?;
    if !options.filter.is_by_cluster() {
        // What is told is what was asked for; the gates compare whole trees all the same.
        let part = pipeline::compile(&opened.sources, options, &mut Nowhere)?;
        if part.has_errors() {
            report.diagnostics(&part.diagnostics, &opened.sources)?;
            return finish(&part, options, report);
        }
    }
    let whole = Options {
        filter: Filter { clusters: options.filter.clusters.clone(), ..Filter::default() },
        ..options.clone()
    };
    let loaded = Loaded::with(&opened.sources, &whole, &opened.memory);
    let last = last(&repository, request.against, &loaded.all_branches(), report)?;
    let paths = match &last.tree {
        Some(tree) if !loaded.has_one_branch_for_all() => files(&repository, *tree)?,
        Some(_) | None => Vec::new(),
    };
    let clusters: Vec<String> =
        clusters_of(&loaded, last.reference.as_deref(), paths.iter().map(|file| file.path.as_str()))
            .into_iter()
            .collect();
    let asked = &options.filter.clusters;
    let is_asked = |path: &str| asked.is_empty() || asked.iter().any(|cluster| cluster == cluster_of(path));
    let mut sink = GatedComparer::new(&repository, last.tree, clusters.clone())?;
    let compilation = loaded.compile(&mut sink)?;
    report.diagnostics(&compilation.diagnostics, &opened.sources)?;
    if compilation.has_errors() {
        return finish(&compilation, options, report);
    }
    let gate = sink.finish(is_asked)?;
    let tree = last.tree.map(|tree| GitTree::new(&repository, tree));
    let verdict = gate.judge(&Question {
        compilation: &compilation,
        clusters: &clusters,
        last: tree.as_ref().map(|tree| tree as &dyn LastTree),
        today: gates::day_of(time(&repository, request.source.unwrap_or("HEAD"))?),
        filter: &options.filter,
        strict: options.strict,
    })?;
    report.diagnostics(&verdict.diagnostics, &opened.sources)?;
    verdict.notes.iter().for_each(|note| report.note(note));
    let status = if verdict.is_refused() { ExitStatus::Refused } else { ExitStatus::Fine };
    let mut told = compilation;
    told.diagnostics.extend(verdict.diagnostics.into_iter().filter(|found| found.severity != Severity::Note));
    summarize(&told, options, status, report)?;
    Ok(status)
}

/// The published tree to compare with.
struct Last {
    /// None on a first publish.
    tree: Option<ObjectId>,
    /// The ref that it was found at, or would be.
    reference: Option<String>,
}

/// Finds it as `publish` does: a local branch that is not behind its remote one, else the only remote one; else any commit. A
/// branch of the Fleet's that exists nowhere has never been published.
fn last(
    repository: &Repository,
    name: &str,
    branches: &std::collections::BTreeMap<String, String>,
    report: &Report,
) -> Result<Last, Failed> {
    if let Ok(branch) = BranchName::parse(name)
        && repository.ref_target(&branch.reference())?.is_some()
    {
        // Refuses a branch that lacks what its remote one has, as `publish` would.
        Start::here(repository, &branch)?;
    }
    match Rendered::find(repository, name)? {
        Some(rendered) => {
            if rendered.claim.as_ref().is_none_or(|(claimed, _)| *claimed != rendered.commit) {
                report.note(&format!("note: {name}: {} was not made by bayplan", rendered.commit.short()));
            }
            Ok(Last { tree: Some(rendered.tree), reference: rendered.reference })
        }
        None if branches.values().any(|branch| branch == name || name.ends_with(&format!("/{branch}"))) => {
            report.note(&format!("note: there is no branch `{name}` yet: this would be the first publish"));
            Ok(Last { tree: None, reference: Some(format!("refs/heads/{name}")) })
        }
        None => Err(CliError::Usage {
            message: format!("`{name}` names no branch and no commit"),
            help: Some("`git branch --all` lists branches; in CI, fetch the rendered branch first".to_owned()),
        }
        .into()),
    }
}

/// The time of a commit; long ago where there is none yet.
fn time(repository: &Repository, revision: &str) -> Result<CommitTime, Failed> {
    match resolve(repository, revision) {
        Ok(resolved) => Ok(repository.commit(resolved.commit)?.time),
        Err(crate::publish::GitError::Revision { .. }) => Ok(CommitTime { seconds: 0, offset: 0 }),
        Err(error) => Err(error.into()),
    }
}
