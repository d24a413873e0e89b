//! Spec files to typed specs, each with what is wrong with it.
//!
//! Files are read in parallel; what comes out is in order of file. Nothing is told here: who compiles a part of a fleet has no
//! use for mistakes in the rest.

use super::heads::Head;
use super::memory::{self, Body, Remembered, SpecMemory};
use super::{MISPLACED_KIND, NamedFiles, SPEC_FOLDER, inputs, is_yaml};
use crate::diag::{Diagnostic, Diagnostics};
use crate::inputs::{FLEET_FILE, NO_FLEET};
use crate::pointer::Pointer;
use crate::source::{FileId, Sources};
use crate::spec::read::{JudgedSpec, RawSpec, judged, read_file};
use crate::spec::{AcknowledgementSpec, ClusterSpec, EnvironmentSpec, FleetSpec, Kind, SiteSpec, Spec, TenantSpec};
use crate::yaml::LazyDocument;
use rayon::prelude::*;

type Named<T> = Vec<Spec<T>>;

/// The documents of bayplan.yaml and site-specs/.
#[derive(Default)]
pub(super) struct Collected {
    pub fleet: Named<FleetSpec>,
    pub clusters: Named<ClusterSpec>,
    pub environments: Named<EnvironmentSpec>,
    pub tenants: Named<TenantSpec>,
    pub sites: Named<SiteSpec>,
    pub acknowledgements: Named<AcknowledgementSpec>,
    /// Documents that broke their schema.
    pub broken: Vec<Broken>,
    /// What is wrong with each document, in order of file; those without a name have the empty one.
    pub findings: Vec<(Kind, String, Diagnostics)>,
    /// What is wrong with files as such, so that names may be missing.
    pub unread: Diagnostics,
    /// What the next run need not parse.
    pub remembered: Vec<Remembered>,
}

/// A document that broke its schema.
pub(super) struct Broken {
    pub kind: Kind,
    pub name: String,
    pub document: LazyDocument,
}

/// The files that hold specs, as far as they can be read.
pub(super) fn spec_files(sources: &Sources) -> impl Iterator<Item = FileId> {
    let below = sources.under(SPEC_FOLDER).filter(|(_, file)| is_yaml(&file.path)).map(|(id, _)| id);
    sources.find(FLEET_FILE).into_iter().chain(below).filter(|id| inputs::is_readable(sources.file(*id)))
}

/// Reads the files that are wanted, with what the last run knew of them. `elsewhere` are files that others name.
pub(super) fn collect_of(
    sources: &Sources,
    memory: &SpecMemory,
    is_wanted: &dyn Fn(FileId) -> bool,
    elsewhere: &NamedFiles,
) -> Collected {
    let files: Vec<FileId> = spec_files(sources).filter(|id| is_wanted(*id)).collect();
    let parts: Vec<(FileId, Collected)> =
        files.par_iter().map(|file| (*file, read_part(*file, sources, memory))).collect();
    let mut all = Collected::default();
    let mut findings = Vec::new();
    for (file, mut part) in parts {
        findings.push((file, std::mem::take(&mut part.findings), std::mem::take(&mut part.unread)));
        all.append(part);
    }
    // A file that a spec names (a SOPS file, say) may lie in site-specs/ and is no spec.
    let named = all.named();
    for (file, told, unread) in findings {
        if !named.contains(sources.path(file)) && !elsewhere.contains(sources.path(file)) {
            all.findings.extend(told);
            all.unread.extend(unread);
        }
    }
    all
}

fn read_part(file: FileId, sources: &Sources, memory: &SpecMemory) -> Collected {
    let mut part = Collected::default();
    let is_root = sources.path(file) == FLEET_FILE;
    let key = memory::key(sources.file(file));
    if let Some((specs, remembered)) = memory.find(key, file, sources) {
        for spec in specs {
            let (kind, mut found) = (spec.kind, Diagnostics::new());
            part.add_typed(kind, spec, &mut found);
        }
        part.remembered.push(remembered);
        return part;
    }
    let documents = read_file(sources, file, &mut part.unread);
    if let (true, false, Some(first)) = (is_root, part.unread.has_errors(), documents.first())
        && !documents.iter().any(|document| document.kind == Kind::Fleet)
    {
        let place = first.document.locate(&Pointer::from_segments(["kind"]));
        part.unread.push(
            Diagnostic::error(&NO_FLEET, format!("{FLEET_FILE} holds no Fleet"))
                .at(place, "another kind")
                .help(format!("{FLEET_FILE} holds the Fleet; move this {} to {SPEC_FOLDER}/", first.kind.name())),
        );
        return part;
    }
    let mut judged = Vec::with_capacity(documents.len());
    for raw in documents {
        judged.extend(part.judge(raw, is_root));
    }
    let mut is_sound = part.findings.is_empty() && part.unread.is_empty() && part.broken.is_empty();
    let mut documents = Vec::with_capacity(judged.len());
    for (name, spec) in judged {
        let (kind, document, body) = (spec.kind, spec.document(), Body::of(&spec));
        let mut found = Diagnostics::new();
        if part.add_typed(kind, spec, &mut found) {
            documents.extend(part.last_head(kind).map(|head| body.below(&head)));
        } else {
            is_sound = false;
            part.broken.push(Broken { kind, name: name.clone(), document });
        }
        if !found.is_empty() {
            part.findings.push((kind, name, found));
        }
    }
    if is_sound {
        part.remembered.push(memory::remember(key, &documents));
    }
    part
}

impl Collected {
    /// Holds a document against its schema; nothing where it is none of this file's, or broken, which is kept.
    fn judge(&mut self, raw: RawSpec, in_root: bool) -> Option<(String, JudgedSpec)> {
        let kind = raw.kind;
        let name = raw.name().unwrap_or_default().to_owned();
        let mut found = Diagnostics::new();
        let belongs = match kind {
            Kind::Fleet => in_root,
            Kind::Template => false,
            Kind::Cluster | Kind::Environment | Kind::Tenant | Kind::Site | Kind::Acknowledgement => true,
        };
        if !belongs {
            let place = raw.document.locate(&Pointer::from_segments(["kind"]));
            let home = if kind == Kind::Fleet { FLEET_FILE } else { "templates/NAME/template.yaml" };
            self.unread.push(
                Diagnostic::error(&MISPLACED_KIND, format!("a {} does not belong in this file", kind.name()))
                    .at(place, "this kind")
                    .help(format!("move it to {home}")),
            );
            return None;
        }
        let document = raw.lazy_document();
        let spec = judged(raw, &mut found);
        if spec.is_none() {
            self.broken.push(Broken { kind, name: name.clone(), document });
        }
        if !found.is_empty() {
            self.findings.push((kind, name.clone(), found));
        }
        Some((name, spec?))
    }

    /// Adds a document as its Rust type; tells whether it has one.
    fn add_typed(&mut self, kind: Kind, spec: JudgedSpec, found: &mut Diagnostics) -> bool {
        match kind {
            Kind::Fleet => keep(spec.typed(found), &mut self.fleet),
            Kind::Cluster => keep(spec.typed(found), &mut self.clusters),
            Kind::Environment => keep(spec.typed(found), &mut self.environments),
            Kind::Tenant => keep(spec.typed(found), &mut self.tenants),
            Kind::Site => keep(spec.typed(found), &mut self.sites),
            Kind::Acknowledgement => keep(spec.typed(found), &mut self.acknowledgements),
            Kind::Template => true,
        }
    }

    /// The head of the document of a kind that was added last.
    fn last_head(&self, kind: Kind) -> Option<Head<'_>> {
        match kind {
            Kind::Fleet => self.fleet.last().map(|spec| Head::of(kind, spec)),
            Kind::Cluster => self.clusters.last().map(Head::of_cluster),
            Kind::Environment => self.environments.last().map(|spec| Head::of(kind, spec)),
            Kind::Tenant => self.tenants.last().map(|spec| Head::of(kind, spec)),
            Kind::Site => self.sites.last().map(Head::of_site),
            Kind::Acknowledgement => self.acknowledgements.last().map(|spec| Head::of(kind, spec)),
            Kind::Template => None,
        }
    }

    /// Kind and name of each document.
    pub fn names(&self) -> impl Iterator<Item = (Kind, &str)> {
        fn of<T>(kind: Kind, specs: &[Spec<T>]) -> impl Iterator<Item = (Kind, &str)> {
            specs.iter().map(move |spec| (kind, spec.name()))
        }
        of(Kind::Fleet, &self.fleet)
            .chain(of(Kind::Cluster, &self.clusters))
            .chain(of(Kind::Environment, &self.environments))
            .chain(of(Kind::Tenant, &self.tenants))
            .chain(of(Kind::Site, &self.sites))
            .chain(of(Kind::Acknowledgement, &self.acknowledgements))
            .chain(self.broken.iter().map(|spec| (spec.kind, spec.name.as_str())))
    }

    /// The files that its documents name.
    pub fn named(&self) -> NamedFiles {
        let mut named = NamedFiles::default();
        self.clusters.iter().map(Head::of_cluster).for_each(|head| named.add(&head));
        self.sites.iter().map(Head::of_site).for_each(|head| named.add(&head));
        named
    }

    fn append(&mut self, part: Collected) {
        let Collected {
            fleet,
            clusters,
            environments,
            tenants,
            sites,
            acknowledgements,
            broken,
            findings,
            unread,
            remembered,
        } = part;
        self.remembered.extend(remembered);
        self.fleet.extend(fleet);
        self.clusters.extend(clusters);
        self.environments.extend(environments);
        self.tenants.extend(tenants);
        self.sites.extend(sites);
        self.acknowledgements.extend(acknowledgements);
        self.broken.extend(broken);
        self.findings.extend(findings);
        self.unread.extend(unread);
    }
}

fn keep<T>(spec: Option<Spec<T>>, specs: &mut Named<T>) -> bool {
    let is_sound = spec.is_some();
    specs.extend(spec);
    is_sound
}
