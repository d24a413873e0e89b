//! Branches on their way: where the units of each go, and what the gates say of its whole tree.

use crate::cli::gates::{self, GitTree};
use crate::failure::Failed;
use crate::gate::{Gate, LastTree, Question, Verdict, is_watched};
use crate::output::{ContentId, Kept, OutputPath, Sink, Unit, cluster_of};
use crate::pipeline::{Compilation, Filter, Options};
use crate::publish::{
    ChangedFile, Changes, CommitSource, ComparedTree, Previous, Publisher, Repository, TreeComparer, TreeWriter,
    WrittenTree,
};
use std::collections::BTreeMap;

/// A branch that is published to, and its tree as far as it came.
pub struct Target {
    pub branch: Branch,
    pub tree: GatedTree,
}

/// A branch, with the clusters whose output goes there.
pub struct Branch {
    pub name: String,
    pub clusters: Vec<String>,
    pub publisher: Publisher,
    pub previous: Previous,
}

/// A tree that takes units, and what differs from the previous one, for the gates.
pub struct GatedTree {
    sink: TreeSink,
    gate: Gate,
}

enum TreeSink {
    Writer(Box<TreeWriter>),
    Comparer(Box<TreeComparer>),
}

/// A tree that is complete.
pub enum Complete {
    Written(Box<WrittenTree>),
    Compared(ComparedTree),
}

impl Complete {
    pub fn changes(&self) -> &Changes {
        match self {
            Complete::Written(written) => &written.changes,
            Complete::Compared(compared) => &compared.changes,
        }
    }

    /// How many files its units had.
    pub fn files(&self) -> usize {
        match self {
            Complete::Written(written) => written.files,
            Complete::Compared(compared) => compared.files,
        }
    }
}

impl Branch {
    /// Its tree before the first unit; with `is_dry_run` it is compared and not stored.
    pub fn begin(&self, is_dry_run: bool) -> Result<GatedTree, Failed> {
        let mut sink = match is_dry_run {
            true => TreeSink::Comparer(Box::new(self.publisher.comparer(&self.previous)?)),
            false => TreeSink::Writer(Box::new(self.publisher.writer(&self.previous)?)),
        };
        // On a first publish there is nothing to lose.
        if self.previous.tree.is_some() {
            match &mut sink {
                TreeSink::Writer(writer) => writer.watch(is_watched),
                TreeSink::Comparer(comparer) => comparer.watch(is_watched),
            }
        }
        Ok(GatedTree { sink, gate: Gate::default() })
    }
}

impl GatedTree {
    /// Has all of the previous tree stay that lies in no unit's folder.
    pub fn keep_rest(&mut self) {
        match &mut self.sink {
            TreeSink::Writer(writer) => writer.keep_rest(),
            TreeSink::Comparer(comparer) => comparer.keep_rest(),
        }
    }

    /// Takes units, and shows the gates what differs.
    fn accept(&mut self, repository: &Repository, units: Vec<Unit>) -> Result<(), Failed> {
        self.sink.as_dyn().accept(units)?;
        let changed = match &mut self.sink {
            TreeSink::Writer(writer) => writer.take_changed(),
            TreeSink::Comparer(comparer) => comparer.take_changed(),
        };
        gates::feed(&mut self.gate, repository, changed)
    }

    /// Completes the tree and asks the gates about it.
    pub fn judge(
        self,
        branch: &Branch,
        compilation: &Compilation,
        source: &CommitSource,
        options: &Options,
    ) -> Result<(Complete, Verdict), Failed> {
        let GatedTree { sink, mut gate } = self;
        let (complete, changed) = sink.finish()?;
        let repository = branch.publisher.repository();
        gates::feed(&mut gate, repository, changed)?;
        let last = branch.previous.tree.map(|tree| GitTree::new(repository, tree));
        let verdict = gate.judge(&Question {
            compilation,
            clusters: &branch.clusters,
            last: last.as_ref().map(|last| last as &dyn LastTree),
            today: gates::day_of(source.facts().time),
            filter: &Filter::default(),
            strict: options.strict,
        })?;
        Ok((complete, verdict))
    }
}

impl TreeSink {
    fn as_dyn(&mut self) -> &mut dyn Sink {
        match self {
            TreeSink::Writer(writer) => writer.as_mut(),
            TreeSink::Comparer(comparer) => comparer.as_mut(),
        }
    }

    /// The tree, and the files that differ and were not taken before.
    fn finish(self) -> Result<(Complete, Vec<ChangedFile>), Failed> {
        Ok(match self {
            TreeSink::Writer(writer) => {
                let mut written = writer.finish()?;
                let changed = std::mem::take(&mut written.changed);
                (Complete::Written(Box::new(written)), changed)
            }
            TreeSink::Comparer(comparer) => {
                let mut compared = comparer.finish()?;
                let changed = std::mem::take(&mut compared.changed);
                (Complete::Compared(compared), changed)
            }
        })
    }
}

/// Hands each unit to the branch of its cluster.
pub struct Router {
    pub targets: Vec<Target>,
}

impl Router {
    fn number_of(&self, folder: &OutputPath) -> Option<usize> {
        let cluster = cluster_of(folder.as_str());
        self.targets.iter().position(|target| target.branch.clusters.iter().any(|name| name == cluster))
    }
}

impl Sink for Router {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        let mut by_target: Vec<Vec<Unit>> = self.targets.iter().map(|_| Vec::new()).collect();
        for unit in units {
            if let Some(list) = self.number_of(unit.folder()).and_then(|number| by_target.get_mut(number)) {
                list.push(unit);
            }
        }
        for (Target { branch, tree }, units) in self.targets.iter_mut().zip(by_target) {
            tree.accept(branch.publisher.repository(), units)?;
        }
        Ok(())
    }

    fn keep(&mut self, folder: &OutputPath, kept: Kept) -> Result<bool, Failed> {
        let number = self.number_of(folder);
        match number.and_then(|number| self.targets.get_mut(number)) {
            Some(target) => target.tree.sink.as_dyn().keep(folder, kept),
            None => Ok(false),
        }
    }

    fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        self.targets.iter_mut().flat_map(|target| target.tree.sink.as_dyn().take_contents()).collect()
    }
}
