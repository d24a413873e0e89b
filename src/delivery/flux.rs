//! Delivery by Flux: one GitRepository, a service account for each tenant, a Kustomization for each layer.

use super::{DeliveredCluster, DeliveredNamespace, OURS, Settings, bounded_name};
use crate::emit::{CLUSTER_FOLDER, DELIVERY_FOLDER};
use crate::finish::protection::{ARGO_SYNC_OPTIONS, FLUX_PRUNE};
use crate::spec::common::Layer;
use serde_json::{Map, Value, json};

/// The name of the service account that a tenant's layers are applied as.
pub fn tenant_account(tenant: &str) -> String {
    bounded_name(&format!("{OURS}-{tenant}"))
}

/// Lets a tenant's service account write into one of its namespaces; part of that namespace's layer `platform`.
pub fn role_binding(namespace: &str, tenant: &str, settings: &Settings) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": OURS, "namespace": namespace, "annotations": keep_annotations()},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": settings.tenant_role},
        "subjects": [{"kind": "ServiceAccount", "name": tenant_account(tenant), "namespace": settings.namespace}],
    })
}

/// What takes the branch, the tenants' accounts, and the layers of the cluster's own objects.
pub fn shared_objects(cluster: &DeliveredCluster, settings: &Settings) -> Vec<Value> {
    let mut objects = vec![git_repository(cluster, settings)];
    for tenant in cluster.tenants().keys() {
        objects.push(json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {
                "name": tenant_account(tenant),
                "namespace": settings.namespace,
                "annotations": keep_annotations(),
                "labels": {"bayplan/tenant": tenant},
            },
            "automountServiceAccountToken": false,
        }));
    }
    let mut previous = None;
    for layer in &cluster.layers {
        let name = bounded_name(&format!("{CLUSTER_FOLDER}-{}", layer.name()));
        let path = format!("./{}/{CLUSTER_FOLDER}/{}", cluster.name, layer.name());
        let mut spec = common_spec(settings, &path, previous.take());
        spec.insert("serviceAccountName".to_owned(), json!(settings.account));
        set_pruning(&mut spec, *layer, true);
        spec.insert("wait".to_owned(), json!(false));
        objects.push(kustomization(&name, settings, spec, None));
        previous = Some(name);
    }
    objects
}

/// The layers of a namespace, each after the one before it.
pub fn namespace_objects(
    cluster: &DeliveredCluster,
    namespace: &DeliveredNamespace,
    settings: &Settings,
) -> Vec<Value> {
    let mut previous = cluster
        .layers
        .contains(&Layer::Platform)
        .then(|| bounded_name(&format!("{CLUSTER_FOLDER}-{}", Layer::Platform.name())));
    let mut objects = Vec::with_capacity(namespace.layers.len());
    for layer in &namespace.layers {
        let name = bounded_name(&format!("{}-{}", namespace.name, layer.name()));
        objects.push(layer_kustomization(&name, cluster, namespace, *layer, previous, settings));
        previous = Some(name);
    }
    objects
}

fn git_repository(cluster: &DeliveredCluster, settings: &Settings) -> Value {
    let mut spec = Map::new();
    spec.insert("interval".to_owned(), json!(settings.source_interval));
    spec.insert("url".to_owned(), json!(settings.url));
    spec.insert("ref".to_owned(), json!({"branch": cluster.branch}));
    if let Some(secret) = &settings.secret_ref {
        spec.insert("secretRef".to_owned(), json!({"name": secret}));
    }
    if cluster.is_shared_branch {
        spec.insert("sparseCheckout".to_owned(), json!([cluster.name]));
    }
    json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": OURS, "namespace": settings.namespace},
        "spec": spec,
    })
}

fn layer_kustomization(
    name: &str,
    cluster: &DeliveredCluster,
    namespace: &DeliveredNamespace,
    layer: Layer,
    previous: Option<String>,
    settings: &Settings,
) -> Value {
    let path = format!("./{}/{}/{}/{}", cluster.name, namespace.environment, namespace.name, layer.name());
    let mut spec = common_spec(settings, &path, previous);
    let account = match layer {
        Layer::Platform | Layer::Data => settings.account.clone(),
        Layer::Services | Layer::Before | Layer::App | Layer::After => tenant_account(&namespace.tenant),
    };
    spec.insert("serviceAccountName".to_owned(), json!(account));
    set_pruning(&mut spec, layer, namespace.protect);
    // A claim that waits for its first consumer is never bound before the pods of a later layer: it must not be waited for.
    spec.insert("wait".to_owned(), json!(layer != Layer::Data));
    if namespace.sops_layers.contains(&layer) {
        let secret = json!({"name": namespace.sops_secret});
        spec.insert("decryption".to_owned(), json!({"provider": "sops", "secretRef": secret}));
    }
    kustomization(name, settings, spec, Some(namespace))
}

fn common_spec(settings: &Settings, path: &str, previous: Option<String>) -> Map<String, Value> {
    let mut spec = Map::new();
    if let Some(previous) = previous {
        spec.insert("dependsOn".to_owned(), json!([{"name": previous}]));
    }
    spec.insert("interval".to_owned(), json!(settings.interval));
    spec.insert("path".to_owned(), json!(path));
    spec.insert("retryInterval".to_owned(), json!(settings.retry_interval));
    spec.insert("sourceRef".to_owned(), json!({"kind": "GitRepository", "name": OURS}));
    spec.insert("timeout".to_owned(), json!(settings.timeout));
    spec
}

/// Data is kept when its files or its Kustomization go, unless it is published without protection.
fn set_pruning(spec: &mut Map<String, Value>, layer: Layer, protect: bool) {
    let (prune, deletion) = match (layer, protect) {
        (Layer::Data, true) => (false, Some("Orphan")),
        (Layer::Data, false) => (true, Some("Delete")),
        (Layer::Platform | Layer::Services | Layer::Before | Layer::App | Layer::After, _) => (true, None),
    };
    spec.insert("prune".to_owned(), json!(prune));
    if let Some(deletion) = deletion {
        spec.insert("deletionPolicy".to_owned(), json!(deletion));
    }
}

fn kustomization(
    name: &str,
    settings: &Settings,
    spec: Map<String, Value>,
    namespace: Option<&DeliveredNamespace>,
) -> Value {
    let mut metadata = json!({"name": name, "namespace": settings.namespace});
    if let Some(namespace) = namespace {
        metadata["labels"] = json!({"bayplan/tenant": namespace.tenant, "bayplan/environment": namespace.environment});
    }
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": metadata,
        "spec": spec,
    })
}

/// The folder that a root Kustomization is pointed at.
pub fn root_path(cluster: &str) -> String {
    format!("./{cluster}/{DELIVERY_FOLDER}")
}

fn keep_annotations() -> Value {
    json!({FLUX_PRUNE: "disabled", ARGO_SYNC_OPTIONS: "Prune=false,Delete=false"})
}
