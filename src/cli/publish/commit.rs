//! Commits the trees of branches one by one, and tells what became of each.

use super::last::RenderedBranch;
use super::target::{Branch, Complete};
use super::{Run, tell};
use crate::cli::exit::ExitStatus;
use crate::cli::report::Report;
use crate::failure::Failed;
use crate::publish::{GitError, Outcome};
use std::collections::BTreeMap;

/// What became of branches.
#[derive(Default)]
pub struct Settled {
    /// The worst of what came of them.
    pub worst: ExitStatus,
    /// Those that someone else moved meanwhile.
    pub lost: Vec<String>,
    /// What those came to that were written.
    pub rendered: BTreeMap<String, RenderedBranch>,
}

impl Settled {
    /// Moves a branch to its tree, which has so many files, or tells what would change. `notes` are the gates'.
    pub fn commit(&mut self, run: &Run<'_>, branch: Branch, complete: Complete, files: usize, notes: &[String]) {
        let Branch { name, publisher, previous, .. } = branch;
        let outcome = match complete {
            Complete::Written(written) => {
                self.rendered.insert(name.clone(), RenderedBranch { tree: written.tree, files });
                publisher.commit(&previous, *written, run.source_tree, notes)
            }
            Complete::Compared(compared) => {
                self.told(run.report, tell::planned(run.report, &name, &compared.changes));
                notes.iter().for_each(|note| run.report.note(note));
                return;
            }
        };
        match outcome {
            Ok(Outcome::LostRace) => self.lost.push(name),
            Ok(outcome) => self.told(run.report, tell::outcome(run.report, &name, run.source, outcome, notes)),
            Err(failure) => self.add(refused(run.report, &name, &failure.into())),
        }
    }

    pub fn add(&mut self, status: ExitStatus) {
        self.worst = self.worst.max(status);
    }

    /// A result that cannot be written keeps no other branch from being published.
    pub fn told(&mut self, report: &Report, result: Result<(), Failed>) {
        if let Err(failure) = result {
            report.problem(&failure);
            self.add(ExitStatus::from(failure.class()));
        }
    }
}

/// A branch that is refused stops no other one.
pub fn refused(report: &Report, branch: &str, failure: &Failed) -> ExitStatus {
    if !matches!(failure.downcast_ref::<GitError>(), Some(GitError::Note { .. })) {
        report.note(&format!("{branch}: nothing was published"));
    }
    report.problem(failure);
    ExitStatus::from(failure.class())
}
