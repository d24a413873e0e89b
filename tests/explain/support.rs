//! Fleets in memory: every object of theirs with its fields, and what explains each field.

use bayplan::diag::{Diagnostics, Severity};
use bayplan::explain::{Fleet, Step, Unit};
use bayplan::load;
use bayplan::pipeline::prepare::Prepared;
use bayplan::pipeline::{Filter, Findings, Loaded, Options, Phase};
use bayplan::pointer::Pointer;
use bayplan::source::{SourceFile, Sources, Span};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files of a fleet, and which of its deployments are looked at.
#[derive(Clone)]
pub struct World {
    pub files: BTreeMap<String, Vec<u8>>,
    pub filter: Filter,
}

/// What an object is known by: its unit, and its kind and name or its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub unit: String,
    pub object: String,
}

/// One object and where each of its fields was found to come from.
pub struct Object {
    pub fields: BTreeMap<Pointer, Field>,
}

pub struct Field {
    pub value: Value,
    /// None where nobody asked.
    pub step: Option<Step>,
}

/// Which fields are to be explained.
pub type Wanted<'w> = &'w dyn Fn(&Key, &Pointer, &Value) -> bool;

pub type Objects = BTreeMap<Key, Object>;

impl World {
    /// A fleet on disk: what counts as input.
    pub fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        for folder in ["site-specs", "templates", "crds", "extra", "secrets", "terraform"] {
            collect(root, &root.join(folder), &mut files);
        }
        let head = fs::read(root.join("bayplan.yaml")).expect("the fleet has a root");
        files.insert("bayplan.yaml".to_owned(), head);
        World { files, filter: Filter::default() }
    }

    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        World { files: files.collect(), filter: Filter::default() }
    }

    pub fn sources(&self) -> Sources {
        let named =
            |path: &str| path.starts_with("bayplan") || path.starts_with("site-specs") || path.starts_with("templates");
        let file = |(path, bytes): (&String, &Vec<u8>)| SourceFile::regular(path.clone(), bytes.clone());
        let first =
            Sources::new(self.files.iter().filter(|(path, _)| named(path) || path.starts_with("crds")).map(file));
        let names = load::named_files(&first, &bayplan::load::memory::SpecMemory::default());
        let wanted: Vec<&String> = names.all().collect();
        Sources::new(
            self.files.iter().filter(|(path, _)| first.find(path).is_some() || wanted.contains(path)).map(file),
        )
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.files[path].clone()).expect("inputs are texts")
    }

    /// The fleet with a part of one file replaced.
    pub fn edited(&self, path: &str, start: usize, end: usize, new: &str) -> Self {
        let mut text = self.text(path);
        text.replace_range(start..end, new);
        let mut files = self.files.clone();
        files.insert(path.to_owned(), text.into_bytes());
        World { files, filter: self.filter.clone() }
    }

    /// Hands the whole fleet to a question.
    pub fn with_fleet<A>(&self, ask: impl FnOnce(&Fleet<'_, '_>) -> A) -> A {
        let sources = self.sources();
        let options = Options { filter: self.filter.clone(), ..Options::default() };
        let (specs, mut findings) = Loaded::new(&sources, &options).into_specs();
        let specs = specs.expect("the specs are sound");
        let prepared =
            Prepared::new(&sources, &specs, &options, findings.phase(Phase::Load)).expect("the fleet is sound");
        ask(&Fleet::new(&prepared, &self.filter, &mut Diagnostics::new()))
    }

    /// All objects that the fleet renders to, with the fields that are wanted explained; or what is wrong.
    pub fn explained(&self, wanted: Wanted<'_>) -> Result<(Sources, Objects), String> {
        let sources = self.sources();
        let objects = self.objects(&sources, wanted)?;
        Ok((sources, objects))
    }

    fn objects(&self, sources: &Sources, wanted: Wanted<'_>) -> Result<Objects, String> {
        let options = Options { filter: self.filter.clone(), ..Options::default() };
        let (specs, mut findings) = Loaded::new(sources, &options).into_specs();
        let prepared = specs
            .as_ref()
            .filter(|_| !findings.has_errors())
            .and_then(|specs| Prepared::new(sources, specs, &options, findings.phase(Phase::Load)));
        let Some(prepared) = prepared else { return Err(told(findings, sources)) };
        let mut diagnostics = Diagnostics::new();
        let fleet = Fleet::new(&prepared, &self.filter, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(format!("{:?}", diagnostics.into_sorted(sources)));
        }
        let mut objects = Objects::new();
        for unit in &fleet.units {
            let key = format!("{}/{}/{}", unit.cluster.spec.name(), unit.environment.name(), unit.namespace);
            match fleet.namespace(unit, &mut findings) {
                Some(unit) => add(&unit, &key, wanted, &mut objects),
                None => return Err(told(findings, sources)),
            }
        }
        let clusters = prepared.specs.clusters.iter().filter(|(_, cluster)| self.filter.compiles_cluster(cluster));
        for (name, cluster) in clusters {
            match fleet.cluster(cluster, &mut findings) {
                Some(unit) => add(&unit, &format!("{name}/cluster"), wanted, &mut objects),
                None => return Err(told(findings, sources)),
            }
            if let Some(unit) = fleet.delivery(cluster, &mut Findings::default()) {
                add(&unit, &format!("{name}/delivery"), wanted, &mut objects);
            }
        }
        Ok(objects)
    }
}

fn told(findings: Findings, sources: &Sources) -> String {
    let told = findings.told(sources);
    let errors = told.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| format!("{}: {}", diagnostic.code.name, diagnostic.message)).collect::<Vec<_>>().join("\n")
}

fn add(unit: &Unit<'_, '_>, key: &str, wanted: Wanted<'_>, objects: &mut Objects) {
    for number in 0..unit.objects().len() {
        let subject = unit.subject(number).expect("each object can be explained");
        let identity = subject.object.identity();
        // A Job's suffix is a hash of its spec.
        let name = match subject.object.run {
            Some(_) => identity.name.rsplit_once('-').map_or(identity.name.as_str(), |(name, _)| name),
            None => identity.name.as_str(),
        };
        let object = format!("{}.{}/{}/{name}", identity.kind, identity.group, identity.namespace);
        let key = Key { unit: key.to_owned(), object };
        let fields = subject.fields().into_iter().map(|pointer| {
            let value = pointer.get(&subject.object.value).expect("the field is there").clone();
            let step = wanted(&key, &pointer, &value).then(|| subject.explain(&pointer));
            (pointer, Field { value, step })
        });
        let fields = fields.collect();
        objects.insert(key, Object { fields });
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("can be listed").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("is below the root").to_string_lossy().into_owned();
            files.insert(name, fs::read(&path).expect("can be read"));
        }
    }
}

/// All places that a step speaks of; those of what it overrides only where they are asked for.
pub fn places(step: &Step, with_lost: bool) -> Vec<Span> {
    let mut places = Vec::new();
    step.walk(&mut |step| {
        places.extend(step.place);
        places.extend(step.through.iter().chain(&step.keys));
        places.extend(step.lost.iter().filter(|_| with_lost).filter_map(|lost| lost.place));
    });
    places
}

/// A small generator of numbers that gives the same ones for the same seed.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % count as u64).expect("fits")
    }
}
