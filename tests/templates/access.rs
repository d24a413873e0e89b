//! Who applies what: a tenant's account or project can apply all that its layers hold, and nothing that keeps tenants apart.

use crate::support::{Fleet, Object, Rendered, items};
use serde_json::Value;

/// The layers that are applied as the tenant.
const TENANT_LAYERS: [&str; 4] = ["services", "before", "app", "after"];

/// The resource of each kind that a site may bring.
const RESOURCES: [(&str, &str, &str); 16] = [
    ("", "ConfigMap", "configmaps"),
    ("", "Secret", "secrets"),
    ("", "Service", "services"),
    ("", "ServiceAccount", "serviceaccounts"),
    ("apps", "Deployment", "deployments"),
    ("apps", "StatefulSet", "statefulsets"),
    ("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    ("batch", "CronJob", "cronjobs"),
    ("batch", "Job", "jobs"),
    ("bitnami.com", "SealedSecret", "sealedsecrets"),
    ("cert-manager.io", "Certificate", "certificates"),
    ("external-secrets.io", "ExternalSecret", "externalsecrets"),
    ("gateway.networking.k8s.io", "HTTPRoute", "httproutes"),
    ("gateway.networking.k8s.io", "ListenerSet", "listenersets"),
    ("networking.k8s.io", "Ingress", "ingresses"),
    ("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
];

/// What nobody but the platform may write: data, and the walls between tenants.
const WALLS: [(&str, &str, &str); 14] = [
    ("", "LimitRange", "limitranges"),
    ("", "Namespace", "namespaces"),
    ("", "PersistentVolume", "persistentvolumes"),
    ("", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("", "Pod", "pods/exec"),
    ("", "ResourceQuota", "resourcequotas"),
    ("", "ServiceAccount", "serviceaccounts/token"),
    ("gateway.networking.k8s.io", "Gateway", "gateways"),
    ("gateway.networking.k8s.io", "ReferenceGrant", "referencegrants"),
    ("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    ("rbac.authorization.k8s.io", "ClusterRole", "clusterroles"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings"),
    ("rbac.authorization.k8s.io", "Role", "roles"),
    ("rbac.authorization.k8s.io", "RoleBinding", "rolebindings"),
];

#[test]
fn of_the_example_fleet() {
    judge(&Fleet::example().rendered());
}

pub fn judge(rendered: &Rendered) {
    // What is bound in a namespace ends there, and nothing is bound beyond.
    assert_eq!(rendered.of_kind("ClusterRoleBinding").count(), 0);
    for ((cluster, namespace), objects) in rendered.namespaces() {
        let delivery: Vec<&Object> =
            rendered.objects.iter().filter(|object| object.cluster == cluster && object.layer == "delivery").collect();
        let tenant = objects[0].at("/metadata/labels")["bayplan/tenant"].as_str().expect("objects name their tenant");
        let applied: Vec<&Object> =
            objects.iter().copied().filter(|object| TENANT_LAYERS.contains(&object.layer.as_str())).collect();
        if delivery.iter().any(|object| object.kind() == "AppProject") {
            judge_argocd(&delivery, namespace, tenant, &applied);
        } else {
            let role =
                rendered.of_kind("ClusterRole").find(|role| role.cluster == cluster && role.name() == "bayplan-tenant");
            judge_flux(&delivery, role.expect("cluster-base makes it"), namespace, tenant, &objects);
        }
        assert!(
            applied
                .iter()
                .all(|object| WALLS.iter().all(|(group, kind, _)| (object.group(), object.kind()) != (*group, *kind)
                    || object.kind() == "ServiceAccount")),
            "{namespace}"
        );
    }
}

/// Access rules as the API server reads them.
fn is_allowed(role: &Object, group: &str, resource: &str, verb: &str) -> bool {
    let lists =
        |rule: &Value, field: &str, word: &str| items(&rule[field]).any(|listed| listed == word || listed == "*");
    items(role.at("/rules")).any(|rule| {
        lists(rule, "apiGroups", group)
            && lists(rule, "resources", resource)
            && lists(rule, "verbs", verb)
            && rule["resourceNames"].is_null()
    })
}

fn judge_flux(delivery: &[&Object], role: &Object, namespace: &str, tenant: &str, objects: &[&Object]) {
    let account = format!("bayplan-{tenant}");
    let bindings: Vec<&&Object> = objects.iter().filter(|object| object.kind() == "RoleBinding").collect();
    let [binding] = bindings.as_slice() else { panic!("{namespace} has {} RoleBindings", bindings.len()) };
    assert_eq!(
        (binding.layer.as_str(), binding.text("/roleRef/kind"), binding.text("/roleRef/name")),
        ("platform", "ClusterRole", role.name())
    );
    let subjects: Vec<(&str, &str)> = items(binding.at("/subjects"))
        .map(|subject| (subject["name"].as_str().unwrap_or(""), subject["namespace"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(subjects, [(account.as_str(), "flux-system")], "{namespace}");
    for object in objects {
        let name = format!("{namespace}-{}", object.layer);
        let kustomization = delivery.iter().find(|found| found.kind() == "Kustomization" && found.name() == name);
        let applied_as =
            kustomization.unwrap_or_else(|| panic!("{name} is delivered")).text("/spec/serviceAccountName");
        if !TENANT_LAYERS.contains(&object.layer.as_str()) {
            assert_eq!(applied_as, "kustomize-controller", "{}", object.path);
            continue;
        }
        assert_eq!(applied_as, account, "{}", object.path);
        let (group, kind) = (object.group(), object.kind());
        let (_, _, resource) = RESOURCES
            .iter()
            .find(|known| (known.0, known.1) == (group, kind))
            .unwrap_or_else(|| panic!("{} is listed", object.path));
        // Apply is create and patch; health is get, list and watch; prune is delete.
        for verb in ["get", "list", "watch", "create", "patch", "delete"] {
            assert!(is_allowed(role, group, resource, verb), "{account} may not {verb} {}", object.path);
        }
    }
    for (group, _, resource) in WALLS {
        for verb in ["create", "update", "patch", "delete", "deletecollection"] {
            assert!(!is_allowed(role, group, resource, verb), "{account} may {verb} {resource}");
        }
    }
    for verb in ["bind", "escalate", "impersonate"] {
        assert!(
            items(role.at("/rules")).all(|rule| items(&rule["verbs"]).all(|listed| listed != verb && listed != "*")),
            "{verb}"
        );
    }
}

fn judge_argocd(delivery: &[&Object], namespace: &str, tenant: &str, applied: &[&Object]) {
    let project = delivery
        .iter()
        .find(|object| object.kind() == "AppProject" && object.name() == tenant)
        .expect("a tenant has a project");
    let matches = |pattern: &Value, word: &str| pattern == "*" || pattern == word;
    let application =
        delivery.iter().find(|object| object.kind() == "Application" && object.name() == format!("{namespace}-app"));
    if let Some(application) = application {
        assert_eq!(application.text("/spec/project"), tenant);
        let destination = application.at("/spec/destination");
        let is_permitted = items(project.at("/spec/destinations")).any(|allowed| {
            allowed["server"] == destination["server"]
                && allowed["name"] == destination["name"]
                && allowed["namespace"] == destination["namespace"]
        });
        assert!(is_permitted && destination["namespace"] == namespace, "{namespace}");
        for source in items(application.at("/spec/sources")) {
            assert!(items(project.at("/spec/sourceRepos")).any(|repo| *repo == source["repoURL"]));
            let path = source["path"].as_str().unwrap_or("");
            assert!(applied.iter().any(|object| object.path.starts_with(&format!("{path}/"))), "{path} holds nothing");
        }
    }
    assert!(application.is_some() || applied.is_empty(), "{namespace} is not delivered");
    let is_denied = |group: &str, kind: &str| {
        items(project.at("/spec/namespaceResourceBlacklist"))
            .any(|denied| matches(&denied["group"], group) && matches(&denied["kind"], kind))
    };
    for object in applied {
        assert!(!is_denied(object.group(), object.kind()), "{tenant} may not apply {}", object.path);
    }
    assert_eq!(
        items(project.at("/spec/clusterResourceWhitelist")).count(),
        0,
        "{tenant} may write cluster-scoped objects"
    );
    for kind in ["LimitRange", "ResourceQuota", "PersistentVolumeClaim"] {
        assert!(is_denied("", kind), "{tenant} may apply {kind}");
    }
    assert!(
        is_denied("networking.k8s.io", "NetworkPolicy") && is_denied("rbac.authorization.k8s.io", "RoleBinding"),
        "{tenant}"
    );
    let of_others = delivery
        .iter()
        .filter(|object| object.kind() == "Application" && object.at("/metadata/labels")["bayplan/tenant"] != tenant);
    for other in of_others {
        let foreign = &other.at("/spec/destination")["namespace"];
        assert!(
            items(project.at("/spec/destinations"))
                .all(|allowed| allowed["namespace"] != *foreign || foreign.is_null()),
            "{tenant} reaches {foreign}"
        );
    }
}
