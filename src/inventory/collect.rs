//! Takes from finished objects what an inventory tells of them; their bytes go on or away.

use super::{Claim, Image};
use crate::failure::Failed;
use crate::finish::labels;
use crate::gate::Published;
use crate::object::pod_template_path;
use crate::output::{Sink, Unit, kind_of};
use crate::pipeline::UnitSummary;
use crate::spec::common::Layer;
use crate::validate::rules::duplicate_host::Claimant;
use crate::validate::view::{items, text};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds, as file names begin, that an inventory looks at.
const KINDS: &[&str] =
    &["cronjob", "daemonset", "deployment", "job", "persistentvolumeclaim", "resourcequota", "statefulset"];

/// A sink that keeps facts only.
#[derive(Debug, Default)]
pub struct Collector {
    by_namespace: BTreeMap<Home, Facts>,
}

/// A cluster and a namespace of it.
type Home = (String, String);

/// What the objects of one namespace tell.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub quota: BTreeMap<String, String>,
    pub sites: BTreeMap<String, SiteFacts>,
}

/// What the objects of one site tell.
#[derive(Debug, Default)]
pub(super) struct SiteFacts {
    pub hosts: BTreeSet<String>,
    pub images: Vec<Image>,
    pub claims: Vec<Claim>,
}

impl Collector {
    /// Adds the hosts, which the compiler has gathered itself.
    pub fn add_hosts(&mut self, units: &[UnitSummary]) {
        for unit in units {
            for claim in &unit.hosts {
                let Claimant::Site { site, .. } = &claim.claimant else { continue };
                let facts = self.by_namespace.entry((unit.cluster.clone(), unit.namespace.clone())).or_default();
                facts.sites.entry(site.clone()).or_default().hosts.insert(claim.host.clone());
            }
        }
    }

    /// Adds what units hold, which go on to elsewhere.
    pub fn look(&mut self, units: &[Unit]) {
        let objects: Vec<Vec<Published>> = units.par_iter().map(read).collect();
        objects.iter().flatten().for_each(|object| self.add(object));
    }

    /// Adds what one file of an output tree holds.
    pub fn look_at(&mut self, path: &str, bytes: &[u8]) {
        if is_looked_at(path)
            && let Some(object) = Published::read(path, bytes)
        {
            self.add(&object);
        }
    }

    /// The images of one site in one namespace.
    pub fn images(&self, cluster: &str, namespace: &str, site: &str) -> &[Image] {
        let facts = self.by_namespace.get(&(cluster.to_owned(), namespace.to_owned()));
        facts.and_then(|facts| facts.sites.get(site)).map(|site| site.images.as_slice()).unwrap_or_default()
    }

    pub(super) fn into_facts(self) -> BTreeMap<Home, Facts> {
        self.by_namespace
    }

    fn add(&mut self, object: &Published) {
        let home = (object.place.cluster.clone(), object.place.namespace.clone());
        let facts = self.by_namespace.entry(home).or_default();
        if object.is("", "ResourceQuota") {
            facts.quota.extend(strings(object.get("/spec/hard")));
            return;
        }
        let site = facts.sites.entry(object.label(labels::SITE).to_owned()).or_default();
        if object.is_claim() {
            site.claims.push(claim(&object.value));
        }
        let templates = object.get("/spec/volumeClaimTemplates").and_then(Value::as_array);
        site.claims.extend(templates.into_iter().flatten().map(claim));
        for (name, stays) in images(object) {
            let workload = format!("{} {}", object.identity.kind, object.identity.name);
            let is_main = stays && object.place.layer == Layer::App;
            match site.images.iter_mut().find(|image| image.name == name) {
                Some(image) => {
                    image.workloads.insert(workload);
                    // A Job's file is called after its content, so it says little of the time before.
                    if stays && !image.stays {
                        image.path.clone_from(&object.path);
                        image.stays = true;
                    }
                    image.is_main |= is_main;
                }
                None => site.images.push(Image {
                    name: name.to_owned(),
                    workloads: BTreeSet::from([workload]),
                    path: object.path.clone(),
                    is_main,
                    stays,
                    since: None,
                    lags: Vec::new(),
                }),
            }
        }
    }
}

impl Sink for Collector {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        self.look(&units);
        Ok(())
    }
}

/// The objects of a unit that are looked at, in order of path.
fn read(unit: &Unit) -> Vec<Published> {
    unit.files()
        .iter()
        .filter(|file| is_looked_at(file.path.as_str()))
        .filter_map(|file| Published::read(&unit.folder().join(&file.path), &file.bytes))
        .collect()
}

/// Whether a file may hold an object that an inventory looks at.
fn is_looked_at(path: &str) -> bool {
    KINDS.contains(&kind_of(path))
}

/// The images that an object's pods run, each with whether its container stays, as one of a Deployment does and no init
/// container and no Job's.
pub fn images(object: &Published) -> impl Iterator<Item = (&str, bool)> {
    let stays = !matches!(object.identity.kind.as_str(), "Job" | "CronJob");
    let pod = pod_template_path(&object.identity.group, &object.identity.kind)
        .and_then(|path| object.get(path)?.get("spec"))
        .unwrap_or(&Value::Null);
    let of =
        move |list: &str, stays: bool| items(pod, list).map(move |(_, container)| (text(container, "image"), stays));
    of("containers", stays).chain(of("initContainers", false)).filter(|(image, _)| !image.is_empty())
}

fn claim(value: &Value) -> Claim {
    let at = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let modes = value.pointer("/spec/accessModes").and_then(Value::as_array).into_iter().flatten();
    Claim {
        name: at("/metadata/name"),
        size: at("/spec/resources/requests/storage"),
        class: at("/spec/storageClassName"),
        modes: modes.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// The entries of a map as texts: quantities may be written as numbers.
fn strings(map: Option<&Value>) -> impl Iterator<Item = (String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.and_then(Value::as_object).into_iter().flatten().map(move |(key, value)| (key.clone(), text(value)))
}
