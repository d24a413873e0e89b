//! Delivery by Argo CD: a project for each tenant, three Applications for each namespace.
//!
//! There is no order between Applications, so each one retries with backoff until what it needs is there.

use super::{DeliveredCluster, DeliveredNamespace, Settings, bounded_name};
use crate::emit::CLUSTER_FOLDER;
use crate::spec::common::Layer;
use serde_json::{Map, Value, json};

/// The annotation that orders the objects of one Application.
pub const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";
/// Project of platform and data.
const PLATFORM_PROJECT: &str = "bayplan-platform";
const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
/// The API server of the cluster that Argo CD itself runs on.
const THIS_CLUSTER: &str = "https://kubernetes.default.svc";
/// Layers of a namespace's Application `app`.
const APP_LAYERS: [Layer; 4] = [Layer::Services, Layer::Before, Layer::App, Layer::After];

/// The wave of a layer, as the annotation has it.
pub fn sync_wave(layer: Layer) -> &'static str {
    match layer {
        Layer::Platform => "0",
        Layer::Data => "1",
        Layer::Services => "2",
        Layer::Before => "3",
        Layer::App => "4",
        Layer::After => "5",
    }
}

/// The projects, and the layers of the cluster's own objects.
pub fn shared_objects(cluster: &DeliveredCluster, settings: &Settings) -> Vec<Value> {
    let maker = Maker { cluster, settings };
    let mut objects = vec![maker.platform_project()];
    for (tenant, namespaces) in cluster.tenants() {
        objects.push(maker.tenant_project(tenant, &namespaces));
    }
    for layer in &cluster.layers {
        let path = format!("{}/{CLUSTER_FOLDER}/{}", cluster.name, layer.name());
        let name = maker.name(&format!("{CLUSTER_FOLDER}-{}", layer.name()));
        objects.push(maker.application(&Application {
            name,
            project: maker.name(PLATFORM_PROJECT),
            paths: vec![path],
            namespace: None,
            keeps: *layer == Layer::Data,
            labels: None,
            once_jobs: Vec::new(),
        }));
    }
    objects
}

/// The Applications of a namespace.
pub fn namespace_objects(
    cluster: &DeliveredCluster,
    namespace: &DeliveredNamespace,
    settings: &Settings,
) -> Vec<Value> {
    Maker { cluster, settings }.namespace_applications(namespace)
}

struct Maker<'a> {
    cluster: &'a DeliveredCluster,
    settings: &'a Settings,
}

/// What differs between Applications.
struct Application<'a> {
    name: String,
    project: String,
    paths: Vec<String>,
    namespace: Option<&'a str>,
    /// Whether what it applies stays when its files or the Application itself go.
    keeps: bool,
    labels: Option<&'a DeliveredNamespace>,
    once_jobs: Vec<&'a str>,
}

impl Maker<'_> {
    /// With a destination, one Argo CD serves several clusters: names begin with the cluster's.
    fn name(&self, name: &str) -> String {
        match self.settings.destination {
            Some(_) => bounded_name(&format!("{}-{name}", self.cluster.name)),
            None => bounded_name(name),
        }
    }

    fn destination(&self) -> Map<String, Value> {
        let mut destination = Map::new();
        match &self.settings.destination {
            Some(set) if set.name.is_some() => {
                destination.insert("name".to_owned(), json!(set.name));
            }
            Some(set) => {
                destination.insert("server".to_owned(), json!(set.server.as_deref().unwrap_or(THIS_CLUSTER)));
            }
            None => {
                destination.insert("server".to_owned(), json!(THIS_CLUSTER));
            }
        }
        destination
    }

    fn destination_for(&self, namespace: &str) -> Value {
        let mut destination = self.destination();
        destination.insert("namespace".to_owned(), json!(namespace));
        Value::Object(destination)
    }

    fn metadata(&self, name: &str) -> Value {
        json!({"name": name, "namespace": self.settings.namespace})
    }

    /// A project must outlive its Applications: one whose project is gone cannot be deleted. The finalizer sees to it.
    fn project_metadata(&self, name: &str) -> Value {
        let mut metadata = self.metadata(name);
        metadata["finalizers"] = json!([FINALIZER]);
        metadata
    }

    fn platform_project(&self) -> Value {
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": self.project_metadata(&self.name(PLATFORM_PROJECT)),
            "spec": {
                "description": "platform and data of all tenants, and the cluster's own objects",
                "sourceRepos": [self.settings.url],
                "destinations": [self.destination_for("*")],
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
            },
        })
    }

    /// A tenant may write into its own namespaces, no cluster-scoped kind, and not what keeps it apart from others.
    fn tenant_project(&self, tenant: &str, namespaces: &[&DeliveredNamespace]) -> Value {
        let destinations: Vec<Value> =
            namespaces.iter().map(|namespace| self.destination_for(&namespace.name)).collect();
        let mut metadata = self.project_metadata(&self.name(tenant));
        metadata["labels"] = json!({"bayplan/tenant": tenant});
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": metadata,
            "spec": {
                "description": format!("tenant {tenant}"),
                "sourceRepos": [self.settings.url],
                "destinations": destinations,
                "clusterResourceWhitelist": [],
                "namespaceResourceBlacklist": [
                    {"group": "", "kind": "LimitRange"},
                    {"group": "", "kind": "PersistentVolumeClaim"},
                    {"group": "", "kind": "ResourceQuota"},
                    {"group": "networking.k8s.io", "kind": "NetworkPolicy"},
                    {"group": "rbac.authorization.k8s.io", "kind": "*"},
                ],
            },
        })
    }

    fn namespace_applications(&self, namespace: &DeliveredNamespace) -> Vec<Value> {
        let base = format!("{}/{}/{}", self.cluster.name, namespace.environment, namespace.name);
        let path = |layer: Layer| format!("{base}/{}", layer.name());
        let mut applications = Vec::new();
        for layer in [Layer::Platform, Layer::Data] {
            if namespace.layers.contains(&layer) {
                applications.push(self.application(&Application {
                    name: self.name(&format!("{}-{}", namespace.name, layer.name())),
                    project: self.name(PLATFORM_PROJECT),
                    paths: vec![path(layer)],
                    namespace: Some(&namespace.name),
                    keeps: layer == Layer::Data && namespace.protect,
                    labels: Some(namespace),
                    once_jobs: once_jobs(namespace, &[layer]),
                }));
            }
        }
        let paths: Vec<String> =
            APP_LAYERS.into_iter().filter(|layer| namespace.layers.contains(layer)).map(path).collect();
        if !paths.is_empty() {
            applications.push(self.application(&Application {
                name: self.name(&format!("{}-app", namespace.name)),
                project: self.name(&namespace.tenant),
                paths,
                namespace: Some(&namespace.name),
                keeps: false,
                labels: Some(namespace),
                once_jobs: once_jobs(namespace, &APP_LAYERS),
            }));
        }
        applications
    }

    fn application(&self, application: &Application<'_>) -> Value {
        let generate_paths: Vec<String> = application.paths.iter().map(|path| format!("/{path}")).collect();
        let mut metadata = self.metadata(&application.name);
        metadata["annotations"] = json!({"argocd.argoproj.io/manifest-generate-paths": generate_paths.join(";")});
        if let Some(namespace) = application.labels {
            metadata["labels"] =
                json!({"bayplan/tenant": namespace.tenant, "bayplan/environment": namespace.environment});
        }
        if !application.keeps {
            metadata["finalizers"] = json!([FINALIZER]);
        }
        let source =
            |path: &String| json!({"repoURL": self.settings.url, "targetRevision": self.cluster.branch, "path": path});
        let mut options = vec!["ServerSideApply=true", "FailOnSharedResource=true"];
        if application.keeps {
            options.extend(["Prune=false", "Delete=false"]);
        }
        if !application.once_jobs.is_empty() {
            options.push("RespectIgnoreDifferences=true");
        }
        let mut spec = json!({
            "project": application.project,
            "destination": match application.namespace {
                Some(namespace) => self.destination_for(namespace),
                None => Value::Object(self.destination()),
            },
            "syncPolicy": {
                "automated": {"prune": !application.keeps, "selfHeal": true},
                "syncOptions": options,
                "retry": {
                    "limit": 20,
                    "backoff": {"duration": "10s", "factor": 2, "maxDuration": self.settings.retry_interval},
                    // Without it, a commit that mends a failing sync waits until all attempts with the old one are over.
                    "refresh": true,
                },
            },
        });
        match application.paths.as_slice() {
            [path] if application.project == self.name(PLATFORM_PROJECT) => spec["source"] = source(path),
            paths => spec["sources"] = paths.iter().map(source).collect(),
        }
        if !application.once_jobs.is_empty() {
            let ignored: Vec<Value> = application
                .once_jobs
                .iter()
                .map(|job| json!({"group": "batch", "kind": "Job", "name": job, "jsonPointers": ["/spec"]}))
                .collect();
            spec["ignoreDifferences"] = Value::Array(ignored);
        }
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": metadata,
            "spec": spec,
        })
    }
}

/// The names of the Jobs of some layers that run once.
fn once_jobs<'n>(namespace: &'n DeliveredNamespace, layers: &[Layer]) -> Vec<&'n str> {
    let of_layers = namespace.once_jobs.iter().filter(|(layer, _)| layers.contains(layer));
    of_layers.map(|(_, name)| name.as_str()).collect()
}

/// Whether a tenant's project would be one that exists already: ours, or the one that every Argo CD has.
pub fn is_taken_project(tenant: &str, settings: &Settings) -> bool {
    // With a destination, names begin with the cluster's.
    tenant == PLATFORM_PROJECT || (tenant == "default" && settings.destination.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::fleet::{Delivery, DeliveryKind};
    use std::collections::BTreeSet;

    #[test]
    fn a_job_that_runs_once_is_ignored_where_it_is_applied() {
        let namespace = DeliveredNamespace {
            name: "n".to_owned(),
            environment: "e".to_owned(),
            tenant: "t".to_owned(),
            layers: BTreeSet::from([Layer::Data, Layer::App]),
            sops_layers: BTreeSet::new(),
            protect: true,
            sops_secret: String::new(),
            once_jobs: BTreeSet::from([(Layer::App, "install".to_owned()), (Layer::Data, "seed".to_owned())]),
        };
        let cluster = DeliveredCluster {
            name: "c".to_owned(),
            branch: "rendered".to_owned(),
            is_shared_branch: false,
            layers: BTreeSet::new(),
            namespaces: vec![namespace],
        };
        let own = Delivery { kind: Some(DeliveryKind::Argocd), ..Delivery::default() };
        let ignored: Vec<(String, Value)> =
            namespace_objects(&cluster, &cluster.namespaces[0], &Settings::new(&Delivery::default(), &own))
                .into_iter()
                .filter(|object| object["kind"] == "Application")
                .map(|object| (object["metadata"]["name"].to_string(), object["spec"]["ignoreDifferences"].clone()))
                .collect();
        let job = |name: &str| json!([{"group": "batch", "kind": "Job", "name": name, "jsonPointers": ["/spec"]}]);
        assert_eq!(ignored, [("\"n-data\"".to_owned(), job("seed")), ("\"n-app\"".to_owned(), job("install"))]);
    }
}
