//! Opening a fleet: its sources from the work tree or from a commit.

use super::args::Global;
use crate::failure::Failed;
use crate::load::Template;
use crate::source::Sources;
use std::collections::BTreeMap;

/// Where sources are read from.
pub enum Source {
    WorkTree,
    Revision(String),
}

impl Source {
    pub fn of(revision: Option<&str>) -> Self {
        revision.map_or(Source::WorkTree, |revision| Source::Revision(revision.to_owned()))
    }
}

pub struct Opened {
    pub sources: Sources,
}

pub fn sources(_global: &Global, _source: &Source) -> Result<Opened, Failed> {
    todo!()
}

pub fn templates(_global: &Global) -> Result<BTreeMap<String, Template>, Failed> {
    todo!()
}
