//! Files to specs: reads every spec and template head, finds the files that specs name, and checks each reference.
//!
//! Takes [`Sources`]; gives [`Specs`], in which every name that a spec mentions exists. All errors are pushed, none stops the
//! reading of the rest.

mod collect;
pub mod facts;
mod heads;
pub mod inputs;
pub mod memory;
pub mod reach;
mod reading;
pub mod references;
pub mod templates;

use crate::diag::{Code, Diagnostics};
use crate::source::{FileId, Sources};
use crate::spec::{
    AcknowledgementSpec, ClusterSpec, EnvironmentSpec, FleetSpec, Kind, SiteSpec, Spec, TenantSpec, Values,
};
use crate::yaml::Document;
use collect::collect_of;
use heads::Head;
use memory::SpecMemory;
pub use reading::{BrokenSpec, Reading, read, read_files, read_with};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
pub use templates::{Template, TemplateFile};

pub static DUPLICATE_NAME: Code = Code {
    name: "duplicate-name",
    explanation: "Two specs of one kind have the same name. Names are unique per kind in the whole fleet, whatever file they \
                  are in; rename or remove one of the two.",
};
pub static MISPLACED_KIND: Code = Code {
    name: "misplaced-kind",
    explanation: "A Fleet belongs in bayplan.yaml, a Template in templates/NAME/template.yaml, all other kinds in site-specs/.",
};

pub static CODES: &[&Code] = &[&DUPLICATE_NAME, &MISPLACED_KIND];

/// Folder of the specs.
pub const SPEC_FOLDER: &str = "site-specs";

/// All specs of a fleet, by name.
pub struct Specs {
    pub fleet: Spec<FleetSpec>,
    pub clusters: BTreeMap<String, Cluster>,
    /// Those that are sound and were not asked for: their branches count.
    pub other_clusters: BTreeMap<String, Cluster>,
    pub environments: BTreeMap<String, Spec<EnvironmentSpec>>,
    pub tenants: BTreeMap<String, Spec<TenantSpec>>,
    pub sites: BTreeMap<String, Spec<SiteSpec>>,
    pub acknowledgements: BTreeMap<String, Spec<AcknowledgementSpec>>,
    pub templates: BTreeMap<String, Template>,
    /// Path below templates/shared/ to file.
    pub shared_partials: BTreeMap<String, FileId>,
    /// CustomResourceDefinitions of crds/, in order of file.
    pub crds: Vec<Document>,
    /// What exists, whether it is sound or not, and whether it was asked for or not.
    pub names: Names,
    /// Whether the Fleet could not be read, so that an empty one stands for it.
    pub is_fleet_missing: bool,
}

/// The names of all specs and templates that exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeSet<(Kind, String)>);

impl FromIterator<(Kind, String)> for Names {
    fn from_iter<I: IntoIterator<Item = (Kind, String)>>(names: I) -> Self {
        Names(names.into_iter().collect())
    }
}

impl Names {
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(other, _)| *other == kind).map(|(_, name)| name.as_str())
    }

    pub fn contains(&self, kind: Kind, name: &str) -> bool {
        self.0.contains(&(kind, name.to_owned()))
    }
}

/// A cluster with its facts, and its values with the facts in place.
pub struct Cluster {
    pub spec: Spec<ClusterSpec>,
    pub facts: Map<String, Value>,
    pub values: Values,
    pub enforce: Values,
}

/// Files that specs name, relative to the fleet's folder: an edge reads them and adds them to the sources before [`load`].
///
/// Unreadable specs are passed over here; [`load`] reports them.
pub fn named_files(sources: &Sources, memory: &SpecMemory) -> NamedFiles {
    let mut named = NamedFiles::default();
    let may_name = |id: &FileId| may_name_files(&sources.file(*id).bytes);
    let is_unknown = |id: &FileId| match memory.heads(memory::key(sources.file(*id))) {
        Some(heads) => {
            heads.iter().for_each(|head| named.add(head));
            false
        }
        None => true,
    };
    let unknown: BTreeSet<FileId> = collect::spec_files(sources).filter(may_name).filter(is_unknown).collect();
    let collected = collect_of(sources, memory, &|id| unknown.contains(&id), &NamedFiles::default());
    named.extend(collected.named());
    named
}

/// Whether a spec file can name other files: a key that does so stands in its text, unless it is written with an escape.
fn may_name_files(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    ["terraformOutput", "manifests", "secrets", "\\"].iter().any(|key| text.contains(key))
}

/// Paths that specs name.
#[derive(Debug, Clone, Default)]
pub struct NamedFiles {
    pub manifests: BTreeSet<String>,
    /// Facts and secrets: no message may show a line of theirs, in case that they hold a secret in plain text.
    pub private: BTreeSet<String>,
}

impl NamedFiles {
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.manifests.union(&self.private)
    }

    fn contains(&self, path: &str) -> bool {
        self.manifests.contains(path) || self.private.contains(path)
    }

    fn add(&mut self, head: &Head<'_>) {
        self.manifests.extend(head.manifests.iter().map(|path| (*path).to_owned()));
        self.private.extend(head.private.iter().map(|path| (*path).to_owned()));
    }

    fn extend(&mut self, other: NamedFiles) {
        self.manifests.extend(other.manifests);
        self.private.extend(other.private);
    }
}

/// Reads the whole fleet. Nothing if any error was found.
pub fn load(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Specs> {
    let specs = read(sources, diagnostics)?.finish(sources, diagnostics);
    (!diagnostics.has_errors()).then_some(specs)
}

/// Whether a path is one of a spec file, bayplan.yaml aside.
pub fn is_in_specs(path: &str) -> bool {
    path.strip_prefix(SPEC_FOLDER).is_some_and(|below| below.starts_with('/')) && is_yaml(path)
}

pub(crate) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}
