//! What was found, by the phase that found it.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Sources;
use std::collections::BTreeMap;

/// Phases in order; a finding belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Load,
    Resolve,
    Render,
    Patch,
    Validate,
}

/// Findings by phase.
#[derive(Debug, Default, Clone)]
pub struct Findings {
    phases: BTreeMap<Phase, Diagnostics>,
}

impl Findings {
    pub fn phase(&mut self, phase: Phase) -> &mut Diagnostics {
        self.phases.entry(phase).or_default()
    }

    pub fn merge(&mut self, other: Findings) {
        for (phase, diagnostics) in other.phases {
            self.phase(phase).extend(diagnostics);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.phases.values().all(Diagnostics::is_empty)
    }

    pub fn has_errors(&self) -> bool {
        self.phases.values().any(Diagnostics::has_errors)
    }

    /// Those of the first phase with errors, and the warnings of the phases before it; all, where there is no error.
    pub fn told(self, sources: &Sources) -> Vec<Diagnostic> {
        let mut told = Diagnostics::new();
        for (_, diagnostics) in self.phases {
            let has_errors = diagnostics.has_errors();
            told.extend(diagnostics);
            if has_errors {
                break;
            }
        }
        told.into_sorted(sources)
    }

    pub fn make_strict(&mut self) {
        self.phases.values_mut().for_each(Diagnostics::make_strict);
    }
}
