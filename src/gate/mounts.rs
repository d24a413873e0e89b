//! `data-detached`: which published volumes a pod template mounts, and no longer does.

use super::object::Published;
use crate::object::pod_template_path;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is mounted: data that outlives the pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volume {
    /// A claim, by its name.
    Claim(String),
    /// The claims that a StatefulSet makes from one of its templates, by the template's name.
    Template(String),
}

/// A volume as a container sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    pub volume: Volume,
    /// The folder of it that is mounted; empty for all of it.
    pub sub_path: String,
    container: String,
    /// A folder, or the path of a raw device.
    path: String,
}

/// A mount that is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Detached {
    pub volume: Volume,
    /// What happened, for people.
    pub how: String,
    /// Whether the same container mounts the same thing at another path, where the application may be told to look.
    pub is_at_other_path: bool,
}

/// The mounts of a workload. Jobs are left out: they end, and their names change with their content.
pub fn of(object: &Published) -> BTreeSet<Mount> {
    let Some(pod) = Pod::of(object) else { return BTreeSet::new() };
    let mounts = pod.mounted().filter_map(|(container, mount)| {
        Some(Mount {
            volume: pod.volume(mount)?,
            sub_path: folder(mount),
            container: container.to_owned(),
            path: place(mount).to_owned(),
        })
    });
    mounts.collect()
}

/// The volumes that the old pod template mounts and the new one does not, or has something else in the place of.
pub fn detached(old: &Published, new: &Published) -> BTreeSet<Detached> {
    let (before, after) = (of(old), of(new));
    let pod = Pod::of(new);
    let replaced_by = |mount: &Mount| {
        let pod = pod.as_ref()?;
        let same_place =
            |(container, other): &(&str, &Value)| *container == mount.container && place(other) == mount.path;
        let (_, other) = pod.mounted().find(same_place)?;
        Some(pod.describe(other))
    };
    let lost = before.iter().filter(|mount| !after.contains(*mount));
    lost.filter_map(|mount| {
        let shows_same = |other: &&Mount| other.volume == mount.volume && other.sub_path == mount.sub_path;
        let by_itself = after.iter().filter(shows_same).find(|other| other.container == mount.container);
        let Mount { container, path, .. } = mount;
        let (how, is_at_other_path) = match (replaced_by(mount), by_itself) {
            (Some(by), _) => (format!("container {container} mounts {by} at {path} in its place"), false),
            (None, Some(other)) if !before.contains(other) => {
                (format!("container {container} mounts it at {}, no longer at {path}", other.path), true)
            }
            (None, _) if after.iter().any(|other| shows_same(&other)) => return None,
            (None, _) => (format!("nothing mounts it at {path} any more"), false),
        };
        Some(Detached { volume: mount.volume.clone(), how, is_at_other_path })
    })
    .collect()
}

/// A variable that named a folder of a volume, and names something else or is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repointed {
    pub volume: Volume,
    /// What happened, for people.
    pub how: String,
}

/// The variables that told a container where in a volume its data is, such as `PGDATA`, and tell it otherwise.
pub fn repointed(old: &Published, new: &Published) -> BTreeSet<Repointed> {
    let (Some(before), Some(after)) = (Pod::of(old), Pod::of(new)) else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    for container in before.containers() {
        let name = text(container, "name");
        let Some(other) = after.containers().find(|other| text(other, "name") == name) else { continue };
        for variable in list(container, "env") {
            let (key, was) = (text(variable, "name"), text(variable, "value"));
            let Some(shown) = before.shown_at(container, was).filter(|_| was.starts_with('/')) else { continue };
            let next = list(other, "env").iter().find(|other| text(other, "name") == key);
            let is = next.map_or("", |next| text(next, "value"));
            let is_looked_up = next.is_some_and(|next| next.get("valueFrom").is_some());
            if next.is_some() && is == was || after.shown_at(other, is).as_ref() == Some(&shown) || is_looked_up {
                continue;
            }
            let how = match is {
                "" => format!("container {name} is no longer told {key}={was}"),
                is => format!("container {name} is told {key}={is}, no longer {was}"),
            };
            found.insert(Repointed { volume: shown.0, how });
        }
    }
    found
}

/// Whether an object has pods whose mounts count.
pub fn is_workload(object: &Published) -> bool {
    Pod::of(object).is_some()
}

/// Whether the pods of a workload, a Job among them, use a claim.
pub fn uses(object: &Published, claim: &str) -> bool {
    let Some(template) = (match object.identity.kind.as_str() {
        "Pod" => Some(""),
        kind => pod_template_path(&object.identity.group, kind),
    }) else {
        return false;
    };
    let volumes = object.get(&format!("{template}/spec/volumes")).and_then(Value::as_array);
    volumes
        .into_iter()
        .flatten()
        .any(|volume| volume.pointer("/persistentVolumeClaim/claimName").and_then(Value::as_str) == Some(claim))
}

/// Whether a workload goes on for ever, so that what it mounts is in use.
pub fn runs_on(kind: &str) -> bool {
    kind != "CronJob"
}

/// The specification of a workload's pods.
struct Pod<'v> {
    spec: &'v Value,
    /// The claim templates of a StatefulSet; a volume of the same name is not the pod's own.
    templates: &'v [Value],
}

impl<'v> Pod<'v> {
    fn of(object: &'v Published) -> Option<Self> {
        let spec = match object.identity.kind.as_str() {
            "Pod" => object.get("/spec")?,
            "Job" => return None,
            kind => object.get(&format!("{}/spec", pod_template_path(&object.identity.group, kind)?))?,
        };
        let templates = if object.is("apps", "StatefulSet") {
            object.get("/spec").map(|spec| list(spec, "volumeClaimTemplates")).unwrap_or_default()
        } else {
            &[]
        };
        Some(Pod { spec, templates })
    }

    fn containers(&self) -> impl Iterator<Item = &'v Value> + use<'v> {
        let spec = self.spec;
        ["containers", "initContainers"].into_iter().flat_map(|key| list(spec, key))
    }

    /// The volume, and the path in it, that a container sees at a path.
    fn shown_at(&self, container: &'v Value, path: &str) -> Option<(Volume, String)> {
        let below = |mount: &Value| {
            let rest = path.strip_prefix(text(mount, "mountPath").trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_matches('/').to_owned())
        };
        let mounts = list(container, "volumeMounts").iter().filter(|mount| text(mount, "mountPath").starts_with('/'));
        let (mount, rest) = mounts
            .filter_map(|mount| Some((mount, below(mount)?)))
            .max_by_key(|(mount, _)| text(mount, "mountPath").len())?;
        Some((self.volume(mount)?, format!("{}/{rest}", folder(mount))))
    }

    /// Each mount, and each raw device, with the name of its container.
    fn mounted(&self) -> impl Iterator<Item = (&'v str, &'v Value)> + use<'v> {
        self.containers().flat_map(|container| {
            let mounts = ["volumeMounts", "volumeDevices"].into_iter().flat_map(|key| list(container, key));
            mounts.map(|mount| (text(container, "name"), mount))
        })
    }

    /// The volume behind a mount, where it outlives the pod.
    fn volume(&self, mount: &Value) -> Option<Volume> {
        let name = text(mount, "name");
        if self.templates.iter().any(|template| template.pointer("/metadata/name") == Some(&Value::from(name))) {
            return Some(Volume::Template(name.to_owned()));
        }
        let claim = self.source(name)?.pointer("/persistentVolumeClaim/claimName")?;
        claim.as_str().map(|claim| Volume::Claim(claim.to_owned()))
    }

    fn source(&self, volume: &str) -> Option<&'v Value> {
        list(self.spec, "volumes").iter().find(|candidate| text(candidate, "name") == volume)
    }

    /// What a mount shows: a claim, a folder of one, or another sort of volume.
    fn describe(&self, mount: &Value) -> String {
        let name = text(mount, "name");
        let whole = match self.volume(mount) {
            Some(Volume::Claim(claim)) => format!("claim {claim}"),
            Some(Volume::Template(template)) => format!("the claims of template {template}"),
            None => {
                let keys = self.source(name).and_then(Value::as_object).into_iter().flat_map(|volume| volume.keys());
                return match keys.into_iter().find(|key| *key != "name") {
                    Some(source) => format!("a volume of type {source}"),
                    None => format!("volume {name}"),
                };
            }
        };
        match folder(mount).as_str() {
            "" => whole,
            folder => format!("folder {folder} of {whole}"),
        }
    }
}

fn folder(mount: &Value) -> String {
    [text(mount, "subPath"), text(mount, "subPathExpr")].concat()
}

fn place(mount: &Value) -> &str {
    match text(mount, "mountPath") {
        "" => text(mount, "devicePath"),
        path => path,
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
