//! The reserved roots that every template sees beside its values: `fleet`, `cluster`, `environment`, `tenant`, `site`,
//! `namespace`, `facts`.

use super::Deployment;
use crate::load::{Cluster, Specs};
use crate::spec::template::Scope;
use crate::spec::{EnvironmentSpec, FleetSpec, Metadata, Spec, State, TenantSpec};
use serde_json::{Map, Value, json};

/// Names that no value may take.
pub const RESERVED: [&str; 7] = ["fleet", "cluster", "environment", "tenant", "site", "namespace", "facts"];

/// The roots of a deployment; `namespace` is left out while it is being named.
pub fn of_deployment(specs: &Specs, deployment: &Deployment<'_>, namespace: Option<&str>) -> Map<String, Value> {
    let mut roots =
        of_namespace(&specs.fleet, deployment.cluster, deployment.environment, deployment.tenant, namespace);
    roots.insert("site".to_owned(), of_site(deployment));
    roots
}

fn of_site(deployment: &Deployment<'_>) -> Value {
    let mut site = named(&deployment.site.metadata);
    site.insert("tenant".to_owned(), json!(deployment.site.spec.tenant));
    site.insert("template".to_owned(), json!(deployment.template.spec.name()));
    let state = match deployment.state {
        State::Enabled => "enabled",
        State::Disabled => "disabled",
    };
    site.insert("state".to_owned(), json!(state));
    site.insert("protect".to_owned(), json!(deployment.protect));
    Value::Object(site)
}

/// Those roots of a deployment, while it is being named, that are used.
pub fn of_deployment_in_part(
    specs: &Specs,
    deployment: &Deployment<'_>,
    is_used: &dyn Fn(&str) -> bool,
) -> Map<String, Value> {
    if ["fleet", "cluster", "facts"].into_iter().any(is_used) {
        return of_deployment(specs, deployment, None);
    }
    let mut roots = Map::new();
    if is_used("environment") {
        roots.insert("environment".to_owned(), of_environment(deployment.environment));
    }
    if is_used("tenant") {
        roots.insert("tenant".to_owned(), of_tenant(deployment.tenant));
    }
    if is_used("site") {
        roots.insert("site".to_owned(), of_site(deployment));
    }
    roots
}

/// The roots of a namespace: those of a deployment but for `site`.
pub fn of_namespace(
    fleet: &Spec<FleetSpec>,
    cluster: &Cluster,
    environment: &Spec<EnvironmentSpec>,
    tenant: &Spec<TenantSpec>,
    namespace: Option<&str>,
) -> Map<String, Value> {
    let mut roots = of_cluster(fleet, cluster);
    roots.insert("environment".to_owned(), of_environment(environment));
    roots.insert("tenant".to_owned(), of_tenant(tenant));
    if let Some(namespace) = namespace {
        roots.insert("namespace".to_owned(), json!(namespace));
    }
    roots
}

fn of_environment(environment: &Spec<EnvironmentSpec>) -> Value {
    let mut environment_root = named(&environment.metadata);
    environment_root.insert("tier".to_owned(), json!(environment.spec.tier));
    let optional = [("template", json!(environment.spec.template)), ("like", json!(environment.spec.like))];
    for (key, value) in optional.into_iter().chain([("protect", json!(environment.spec.protect))]) {
        if !value.is_null() {
            environment_root.insert(key.to_owned(), value);
        }
    }
    Value::Object(environment_root)
}

/// The root `tenant`.
pub fn of_tenant(tenant: &Spec<TenantSpec>) -> Value {
    Value::Object(named(&tenant.metadata))
}

/// The roots of a cluster: `fleet`, `cluster`, `facts`.
pub fn of_cluster(fleet: &Spec<FleetSpec>, cluster: &Cluster) -> Map<String, Value> {
    let mut roots = Map::new();
    roots.insert("fleet".to_owned(), Value::Object(named(&fleet.metadata)));
    let mut cluster_root = named(&cluster.spec.metadata);
    cluster_root.insert("kubernetesVersion".to_owned(), json!(cluster.spec.spec.kubernetes_version));
    cluster_root.insert("accepts".to_owned(), json!(cluster.spec.spec.accepts));
    roots.insert("cluster".to_owned(), Value::Object(cluster_root));
    roots.insert("facts".to_owned(), Value::Object(cluster.facts.clone()));
    roots
}

fn named(metadata: &Metadata) -> Map<String, Value> {
    let mut root = Map::new();
    root.insert("name".to_owned(), json!(metadata.name));
    root.insert("labels".to_owned(), json!(metadata.labels));
    root
}

/// JSON Schemas of the roots that a template of a scope sees, by name: tags are checked against them.
pub fn schemas(scope: Scope) -> Map<String, Value> {
    let text = json!({"type": "string"});
    let labels = json!({"type": "object"});
    let object = |fields: &[&str]| {
        let mut properties = Map::new();
        properties.insert("name".to_owned(), text.clone());
        properties.insert("labels".to_owned(), labels.clone());
        properties.extend(fields.iter().map(|field| ((*field).to_owned(), text.clone())));
        json!({"type": "object", "properties": properties})
    };
    let mut roots = Map::new();
    roots.insert("fleet".to_owned(), object(&[]));
    let mut cluster = object(&["kubernetesVersion"]);
    cluster["properties"]["accepts"] = json!({"type": "array", "items": text});
    roots.insert("cluster".to_owned(), cluster);
    roots.insert("facts".to_owned(), json!({"type": "object"}));
    if matches!(scope, Scope::Namespace | Scope::Site) {
        let mut environment = object(&["tier", "template", "like"]);
        environment["properties"]["protect"] = json!({"type": "boolean"});
        roots.insert("environment".to_owned(), environment);
        roots.insert("tenant".to_owned(), object(&[]));
        roots.insert("namespace".to_owned(), text.clone());
    }
    if scope == Scope::Site {
        let mut site = object(&["tenant", "template"]);
        site["properties"]["state"] = json!({"enum": ["enabled", "disabled"]});
        site["properties"]["protect"] = json!({"type": "boolean"});
        roots.insert("site".to_owned(), site);
    }
    roots
}
