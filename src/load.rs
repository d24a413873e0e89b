//! Files to specs: reads every spec and template head, finds the files that specs name, and checks each reference.
//!
//! Takes [`Sources`]; gives [`Specs`], in which every name that a spec mentions exists. All errors are pushed, none stops the
//! reading of the rest.

pub mod facts;
pub mod inputs;
pub mod references;
pub mod templates;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::inputs::{FLEET_FILE, NO_FLEET};
use crate::pointer::Pointer;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::spec::read::{RawSpec, read_file, typed};
use crate::spec::{
    AcknowledgementSpec, ClusterSpec, EnvironmentSpec, FleetSpec, Kind, SiteSpec, Spec, TenantSpec, Values,
};
use crate::yaml::Document;
use rayon::prelude::*;
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
    pub environments: BTreeMap<String, Spec<EnvironmentSpec>>,
    pub tenants: BTreeMap<String, Spec<TenantSpec>>,
    pub sites: BTreeMap<String, Spec<SiteSpec>>,
    pub acknowledgements: BTreeMap<String, Spec<AcknowledgementSpec>>,
    pub templates: BTreeMap<String, Template>,
    /// Path below templates/shared/ to file.
    pub shared_partials: BTreeMap<String, FileId>,
    /// CustomResourceDefinitions of crds/, in order of file.
    pub crds: Vec<Document>,
}

/// A cluster with its facts, and its values with the facts in place.
pub struct Cluster {
    pub spec: Spec<ClusterSpec>,
    pub facts: Map<String, Value>,
    pub values: Values,
    pub enforce: Values,
}

/// Specs of all kinds as read, before references are checked.
#[derive(Default)]
struct Collected {
    fleet: Vec<Spec<FleetSpec>>,
    clusters: Named<ClusterSpec>,
    environments: Named<EnvironmentSpec>,
    tenants: Named<TenantSpec>,
    sites: Named<SiteSpec>,
    acknowledgements: Named<AcknowledgementSpec>,
    /// Names of documents that broke their schema: references to them are no further error.
    broken: BTreeSet<(Kind, String)>,
    /// Whether a file could not be read as YAML, so that names may be missing.
    is_incomplete: bool,
}

type Named<T> = Vec<Spec<T>>;

/// Files that specs name, relative to the fleet's folder: an edge reads them and adds them to the sources before [`load`].
///
/// Unreadable specs are passed over here; [`load`] reports them.
pub fn named_files(sources: &Sources) -> NamedFiles {
    let mut ignored = Diagnostics::new();
    let collected = collect_of(sources, &|file| may_name_files(&file.bytes), &mut ignored);
    named(&collected)
}

/// Whether a spec file can name other files: a key that does so stands in its text, unless it is written with an escape.
fn may_name_files(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    ["terraformOutput", "manifests", "secrets", "\\"].iter().any(|key| text.contains(key))
}

/// Paths that specs name.
#[derive(Debug, Default)]
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
}

fn named(collected: &Collected) -> NamedFiles {
    let facts = collected.clusters.iter().filter_map(|cluster| cluster.spec.facts.terraform_output.clone());
    let manifests = collected.sites.iter().flat_map(|site| site.spec.manifests.iter().map(|entry| entry.file.clone()));
    let secrets = collected.sites.iter().flat_map(|site| site.spec.secrets.iter().map(|entry| entry.file.clone()));
    NamedFiles { manifests: manifests.collect(), private: facts.chain(secrets).collect() }
}

/// Reads the whole fleet. Nothing if there is no sound Fleet or any error was found.
pub fn load(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Specs> {
    inputs::check_entries(sources, diagnostics);
    let collected = collect(sources, diagnostics);
    let is_incomplete = collected.is_incomplete;
    let mut broken = collected.broken.clone();
    let templates = templates::load(sources, &mut broken, diagnostics);
    let crds = templates::load_crds(sources, diagnostics);
    let fleet = match <[_; 1]>::try_from(collected.fleet) {
        Ok([fleet]) => Some(fleet),
        Err(fleets) => {
            report_fleets(&fleets, sources, diagnostics);
            None
        }
    };
    let clusters = by_name(Kind::Cluster, collected.clusters, diagnostics)
        .into_iter()
        .map(|(name, spec)| (name, facts::apply(spec, sources, diagnostics)))
        .collect();
    let specs = Specs {
        fleet: fleet?,
        clusters,
        environments: by_name(Kind::Environment, collected.environments, diagnostics),
        tenants: by_name(Kind::Tenant, collected.tenants, diagnostics),
        sites: by_name(Kind::Site, collected.sites, diagnostics),
        acknowledgements: by_name(Kind::Acknowledgement, collected.acknowledgements, diagnostics),
        templates,
        shared_partials: templates::shared_partials(sources),
        crds,
    };
    if !is_incomplete {
        references::check(&specs, &broken, sources, diagnostics);
    }
    (!diagnostics.has_errors()).then_some(specs)
}

/// Reads bayplan.yaml and all of site-specs/ in parallel; what comes out is in order of file.
fn collect(sources: &Sources, diagnostics: &mut Diagnostics) -> Collected {
    collect_of(sources, &|_| true, diagnostics)
}

/// As [`collect`], of the files that are wanted.
fn collect_of(sources: &Sources, is_wanted: &dyn Fn(&SourceFile) -> bool, diagnostics: &mut Diagnostics) -> Collected {
    let files: Vec<FileId> = sources
        .find(FLEET_FILE)
        .into_iter()
        .chain(sources.under(SPEC_FOLDER).filter(|(_, file)| is_yaml(&file.path)).map(|(id, _)| id))
        .filter(|id| inputs::is_readable(sources.file(*id)) && is_wanted(sources.file(*id)))
        .collect();
    let parts: Vec<(FileId, Collected, Diagnostics)> = files
        .par_iter()
        .map(|file| {
            let mut own = Diagnostics::new();
            let mut part = Collected::default();
            let documents = read_file(sources, *file, &mut own);
            part.is_incomplete = own.has_errors();
            for raw in documents {
                part.add(raw, sources, &mut own);
            }
            (*file, part, own)
        })
        .collect();
    let mut all = Collected::default();
    let mut findings = Vec::new();
    for (file, part, own) in parts {
        all.append(part);
        findings.push((file, own));
    }
    // A file that a spec names (a SOPS file, say) may lie in site-specs/ and is no spec.
    let named = named(&all);
    for (file, own) in findings {
        if !named.contains(sources.path(file)) {
            diagnostics.extend(own);
        }
    }
    all
}

pub(crate) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

impl Collected {
    fn add(&mut self, raw: RawSpec, sources: &Sources, diagnostics: &mut Diagnostics) {
        let in_root = sources.path(raw.document.file) == FLEET_FILE;
        let kind = raw.kind;
        let belongs = match kind {
            Kind::Fleet => in_root,
            Kind::Template => false,
            Kind::Cluster | Kind::Environment | Kind::Tenant | Kind::Site | Kind::Acknowledgement => true,
        };
        if !belongs {
            let place = raw.document.locate(&Pointer::from_segments(["kind"]));
            let home = if kind == Kind::Fleet { FLEET_FILE } else { "templates/NAME/template.yaml" };
            diagnostics.push(
                Diagnostic::error(&MISPLACED_KIND, format!("a {} does not belong in this file", kind.name()))
                    .at(place, "this kind")
                    .help(format!("move it to {home}")),
            );
            return;
        }
        let name = raw.name().unwrap_or_default().to_owned();
        let is_sound = match kind {
            Kind::Fleet => keep(typed(raw, diagnostics), &mut self.fleet),
            Kind::Cluster => keep(typed(raw, diagnostics), &mut self.clusters),
            Kind::Environment => keep(typed(raw, diagnostics), &mut self.environments),
            Kind::Tenant => keep(typed(raw, diagnostics), &mut self.tenants),
            Kind::Site => keep(typed(raw, diagnostics), &mut self.sites),
            Kind::Acknowledgement => keep(typed(raw, diagnostics), &mut self.acknowledgements),
            Kind::Template => true,
        };
        if !is_sound {
            self.broken.insert((kind, name));
        }
    }

    fn append(&mut self, part: Collected) {
        let Collected { fleet, clusters, environments, tenants, sites, acknowledgements, broken, is_incomplete } = part;
        self.broken.extend(broken);
        self.is_incomplete |= is_incomplete;
        self.fleet.extend(fleet);
        self.clusters.extend(clusters);
        self.environments.extend(environments);
        self.tenants.extend(tenants);
        self.sites.extend(sites);
        self.acknowledgements.extend(acknowledgements);
    }
}

fn keep<T>(spec: Option<Spec<T>>, specs: &mut Named<T>) -> bool {
    let is_sound = spec.is_some();
    specs.extend(spec);
    is_sound
}

fn report_fleets(fleets: &[Spec<FleetSpec>], sources: &Sources, diagnostics: &mut Diagnostics) {
    match fleets {
        [first, second, ..] => diagnostics.push(
            Diagnostic::error(&DUPLICATE_NAME, "a repository has one Fleet, found two")
                .at(second.name_place(), "the second")
                .also(first.name_place(), "the first"),
        ),
        _ if diagnostics.has_errors() => {}
        _ => {
            let mut diagnostic = Diagnostic::error(&NO_FLEET, format!("{FLEET_FILE} holds no Fleet"))
                .help("write one, or start with `bayplan init`");
            if let Some(file) = sources.find(FLEET_FILE) {
                diagnostic = diagnostic.at(Span::file(file), "in this file");
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// By name; the second of a name is an error that shows both.
fn by_name<T>(kind: Kind, specs: Vec<Spec<T>>, diagnostics: &mut Diagnostics) -> BTreeMap<String, Spec<T>> {
    let mut named: BTreeMap<String, Spec<T>> = BTreeMap::new();
    for spec in specs {
        match named.get(spec.name()) {
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    &DUPLICATE_NAME,
                    format!("two specs of kind {} are called `{}`", kind.name(), spec.name()),
                )
                .at(spec.name_place(), "the second")
                .also(first.name_place(), "the first")
                .help("names are unique per kind: rename or remove one"),
            ),
            None => {
                named.insert(spec.name().to_owned(), spec);
            }
        }
    }
    named
}
