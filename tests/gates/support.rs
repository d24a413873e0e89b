//! The fleet of these cases, and the gates on two versions of it.

pub use crate::fleets::{Compiled, Fleet, Op, Tree, told};

use crate::fleets::changed;
use bayplan::acknowledgement::Date;
use bayplan::diag::Severity;
use bayplan::failure::Failed;
use bayplan::gate::{Changed, Gate, LastTree, Question, Verdict, is_watched};
use bayplan::pipeline::Filter;

/// The day of the new source.
pub const TODAY: &str = "2026-11-23";

impl Fleet {
    pub fn base() -> Self {
        Fleet::in_folder("tests/gates/fleet")
    }
}

/// A tree in memory as the last one.
struct InMemory<'t>(&'t Tree);

impl LastTree for InMemory<'_> {
    fn files(&self, folder: &str) -> Result<Vec<String>, Failed> {
        let prefix = format!("{folder}/");
        Ok(self.0.keys().filter(|path| path.starts_with(&prefix)).cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failed> {
        Ok(self.0.get(path).cloned())
    }
}

/// What the gates say of publishing `new` after `old`.
pub fn judge(old: &Tree, new: &Compiled) -> Verdict {
    let changed = changed(old, &new.tree).map(|path| Changed {
        path: path.clone(),
        is_old: old.contains_key(path),
        is_new: new.tree.contains_key(path),
        old: old.get(path).filter(|_| is_watched(path)).cloned(),
        new: new.tree.get(path).filter(|_| is_watched(path)).cloned(),
    });
    let mut gate = Gate::default();
    gate.add(changed.collect());
    let clusters: Vec<String> = new.compilation.branches.keys().cloned().collect();
    gate.judge(&Question {
        compilation: &new.compilation,
        clusters: &clusters,
        last: (!old.is_empty()).then_some(&InMemory(old) as &dyn LastTree),
        today: Date::parse(TODAY).unwrap(),
        filter: &Filter::default(),
        strict: false,
    })
    .unwrap()
}

/// The codes of what refuses, each once for each diagnostic, in order.
pub fn refused(verdict: &Verdict) -> Vec<&'static str> {
    codes(verdict, Severity::Error)
}

pub fn codes(verdict: &Verdict, severity: Severity) -> Vec<&'static str> {
    let of_severity = verdict.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity);
    let mut codes: Vec<&'static str> = of_severity.map(|diagnostic| diagnostic.code.name).collect();
    codes.sort_unstable();
    codes
}

/// The acknowledgements that the diagnostics print, ready to paste.
pub fn printed_acknowledgements(verdict: &Verdict) -> String {
    let help = verdict.diagnostics.iter().flat_map(|diagnostic| &diagnostic.help);
    let yaml = help.filter_map(|help| help.split_once("\napiVersion")).map(|(_, rest)| format!("apiVersion{rest}\n"));
    yaml.collect::<Vec<_>>().join("---\n")
}
