//! Invariants of the built-in schema table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use bayplan::kubernetes::{Api, Catalogue, CustomKinds, ListType, Lookup, Minor, NodeId, Scope};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn api_of(minor: u8) -> Api {
    Api::new(Minor::new(minor), CustomKinds::default().into())
}

fn newest() -> Api {
    Api::new(Minor::NEWEST, CustomKinds::default().into())
}

/// The public conformance data, where it lies beside the checkout.
fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

#[test]
fn the_table_is_whole_and_small() {
    let table = include_bytes!("../src/kubernetes/table.bin");
    assert!(table.len() < 1024 * 1024, "the table has {} bytes; at most 3 MiB may go into the binary", table.len());
    Catalogue::read(table).and_then(|catalogue| catalogue.verify()).unwrap();
    assert!(Catalogue::read(&table[..table.len() - 1]).is_err());
    assert!(Catalogue::read(b"something else").is_err());
}

#[test]
fn every_minor_has_the_kinds_that_every_fleet_uses() {
    let kinds = [
        ("v1", "Pod"),
        ("v1", "Service"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "PersistentVolumeClaim"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "CronJob"),
        ("batch/v1", "Job"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
        ("argoproj.io/v1alpha1", "Application"),
        ("cert-manager.io/v1", "Certificate"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
    ];
    for minor in Minor::supported() {
        let api = Api::new(minor, CustomKinds::default().into());
        for (api_version, kind) in kinds {
            let Lookup::Served(served) = api.kind(api_version, kind) else {
                panic!("{minor} does not serve {api_version} {kind}");
            };
            assert!(served.schema.property("metadata").unwrap().schema.object_meta(), "{api_version} {kind}");
        }
    }
}

#[test]
fn scopes_are_those_of_the_api_server() {
    let namespaced = [
        ("v1", "Pod"),
        ("v1", "Service"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("v1", "PersistentVolumeClaim"),
        ("v1", "ResourceQuota"),
        ("v1", "LimitRange"),
        ("v1", "Endpoints"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("policy/v1", "PodDisruptionBudget"),
        ("coordination.k8s.io/v1", "Lease"),
        ("cert-manager.io/v1", "Issuer"),
        ("cert-manager.io/v1", "Certificate"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("gateway.networking.k8s.io/v1beta1", "ReferenceGrant"),
        ("external-secrets.io/v1", "SecretStore"),
        ("source.toolkit.fluxcd.io/v1", "GitRepository"),
        ("argoproj.io/v1alpha1", "AppProject"),
        ("bitnami.com/v1alpha1", "SealedSecret"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
    ];
    let cluster = [
        ("v1", "Namespace"),
        ("v1", "Node"),
        ("v1", "PersistentVolume"),
        ("storage.k8s.io/v1", "StorageClass"),
        ("storage.k8s.io/v1", "CSIDriver"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("scheduling.k8s.io/v1", "PriorityClass"),
        ("networking.k8s.io/v1", "IngressClass"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
        ("apiregistration.k8s.io/v1", "APIService"),
        ("cert-manager.io/v1", "ClusterIssuer"),
        ("gateway.networking.k8s.io/v1", "GatewayClass"),
        ("external-secrets.io/v1", "ClusterSecretStore"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotContent"),
    ];
    let api = newest();
    for (api_version, kind) in namespaced {
        assert_eq!(api.scope(api_version, kind), Some(Scope::Namespaced), "{api_version} {kind}");
    }
    for (api_version, kind) in cluster {
        assert_eq!(api.scope(api_version, kind), Some(Scope::Cluster), "{api_version} {kind}");
    }
}

#[test]
fn served_kinds_are_those_of_the_openapi_documents() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Served {
        api_version: String,
        kind: String,
        first: String,
        last: String,
    }
    let Some(path) = shared("suites/kubernetes-served-kinds.json") else { return };
    let suite: Vec<Served> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let minor = |text: &str| Minor::new(text.trim_start_matches("1.").parse().unwrap());
    let mut expected: BTreeMap<u8, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for served in suite.iter().filter(|served| served.kind != "Status") {
        for number in minor(&served.first).number()..=minor(&served.last).number() {
            expected.entry(number).or_default().insert((&served.api_version, &served.kind));
        }
    }
    assert_eq!(expected.len(), 13);
    for (number, expected) in expected {
        let served =
            Catalogue::built_in().kinds().iter().filter(|kind| !kind.custom && kind.is_served(Minor::new(number)));
        let served: BTreeSet<(&str, &str)> = served.map(|kind| (&*kind.api_version, &*kind.kind)).collect();
        assert_eq!(served, expected, "1.{number}");
    }
}

#[test]
fn removed_kinds_name_the_last_minor_and_what_to_write() {
    let cases = [
        ("policy/v1beta1", "PodDisruptionBudget", 24, Some("policy/v1")),
        ("policy/v1beta1", "PodSecurityPolicy", 24, None),
        ("batch/v1beta1", "CronJob", 24, Some("batch/v1")),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 25, Some("autoscaling/v2")),
        ("extensions/v1beta1", "Ingress", 21, Some("networking.k8s.io/v1")),
        ("networking.k8s.io/v1beta1", "Ingress", 21, Some("networking.k8s.io/v1")),
        ("extensions/v1beta1", "Deployment", 17, Some("apps/v1")),
        ("apps/v1beta2", "StatefulSet", 17, Some("apps/v1")),
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 21, Some("apiextensions.k8s.io/v1")),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 31, Some("flowcontrol.apiserver.k8s.io/v1")),
    ];
    let api = newest();
    for (api_version, kind, last, replacement) in cases {
        let found = api.kind(api_version, kind);
        let Lookup::Removed { last: found_last, replacement: found_replacement } = found else {
            panic!("{api_version} {kind}: {found:?}");
        };
        assert_eq!((found_last, found_replacement), (Minor::new(last), replacement), "{api_version} {kind}");
    }
    let older = api_of(29);
    let Lookup::Served(schema) = older.kind("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema") else { panic!() };
    assert_eq!(schema.removed_in, Some(Minor::new(32)));
    assert_eq!(schema.replacement, Some("flowcontrol.apiserver.k8s.io/v1"));
    assert!(matches!(
        older.kind("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
        Lookup::NotYet { first, .. } if first == Minor::new(30)
    ));
}

#[test]
fn a_crd_of_the_fleet_hides_the_shipped_kind() {
    let crd = serde_json::json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": {
        "group": "cert-manager.io", "scope": "Cluster", "names": {"kind": "Certificate", "plural": "certificates"},
        "versions": [{"name": "v2", "served": true, "schema": {"openAPIV3Schema": {"type": "object"}}}]}});
    let (custom, problems) = CustomKinds::read([&crd]);
    assert_eq!(problems, []);
    let api = Api::new(Minor::NEWEST, custom.into());
    assert_eq!(api.scope("cert-manager.io/v2", "Certificate"), Some(Scope::Cluster));
    let Lookup::Unknown(near) = api.kind("cert-manager.io/v1", "Certificate") else { panic!() };
    assert_eq!(near.api_versions, ["cert-manager.io/v2"]);
    assert_eq!(api.scope("cert-manager.io/v1", "Issuer"), Some(Scope::Namespaced));
    assert_eq!(api.kinds().filter(|kind| kind.kind == "Certificate").count(), 1);
}

#[test]
fn unknown_kinds_come_with_what_might_be_meant() {
    let api = newest();
    let near = |api_version: &str, kind: &str| match api.kind(api_version, kind) {
        Lookup::Unknown(near) => near,
        other => panic!("{api_version} {kind}: {other:?}"),
    };
    assert_eq!(near("v1", "Deployment").api_versions, ["apps/v1"]);
    assert_eq!(near("apps/v1", "Deploymet").kinds, ["Deployment"]);
    assert_eq!(near("app/v1", "Deployment").api_versions, ["apps/v1"]);
    assert_eq!(near("networking.k8s.io/v2", "Ingres").kinds, ["Ingress"]);
    assert_eq!(near("cert-manager.io/v1alpha2", "Certificate").api_versions, ["cert-manager.io/v1"]);
    assert_eq!(near("example.org/v1", "Widget"), bayplan::kubernetes::NearKinds::default());
}

#[test]
fn kinds_that_are_not_served_are_told_what_to_do() {
    let cases = [
        (
            "policy/v1beta1",
            "PodDisruptionBudget",
            "removed-api: Kubernetes 1.30 does not serve policy/v1beta1 PodDisruptionBudget: 1.24 was the last to do so; \
             write apiVersion: policy/v1",
        ),
        (
            "policy/v1beta1",
            "PodSecurityPolicy",
            "removed-api: Kubernetes 1.30 does not serve policy/v1beta1 PodSecurityPolicy: 1.24 was the last to do so; \
             no other API version serves this kind",
        ),
        (
            "resource.k8s.io/v1",
            "ResourceClaim",
            "future-api: Kubernetes 1.30 does not serve resource.k8s.io/v1 ResourceClaim yet: 1.34 is the first to do so; \
             write apiVersion: resource.k8s.io/v1alpha2",
        ),
        ("v1", "Ingress", "unknown-kind: no schema is known for v1 Ingress; write apiVersion: networking.k8s.io/v1"),
        ("v1", "ConfigMapp", "unknown-kind: no schema is known for v1 ConfigMapp; did you mean `ConfigMap`?"),
        (
            "example.org/v1",
            "Widget",
            "unknown-kind: no schema is known for example.org/v1 Widget; put its CustomResourceDefinition into crds/, \
             or list the kind in the Fleet's `unvalidated`",
        ),
    ];
    let api = api_of(30);
    for (api_version, kind, expected) in cases {
        let problem = api.kind(api_version, kind).problem(api_version, kind, api.minor()).unwrap();
        assert_eq!(format!("{}: {}; {}", problem.code.name, problem.message, problem.help), expected);
    }
    let Lookup::Served(schema) = api.kind("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema") else { panic!() };
    let problem = schema.deprecation().unwrap();
    assert_eq!(problem.message, "Kubernetes 1.32 will no longer serve flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema");
    assert!(api.kind("v1", "Pod").problem("v1", "Pod", api.minor()).is_none());
}

#[test]
fn lists_know_how_their_items_are_told_apart() {
    let api = newest();
    let Lookup::Served(deployment) = api.kind("apps/v1", "Deployment") else { panic!() };
    let spec = deployment.schema.at("spec").unwrap();
    let pod = spec.at("template").and_then(|template| template.at("spec")).unwrap();
    let container = pod.at("containers").and_then(|containers| containers.items()).unwrap();
    let keys = |schema: bayplan::kubernetes::Schema<'_>| {
        schema.list_map_keys().iter().map(|key| key.name.to_string()).collect::<Vec<_>>()
    };
    let merge = |schema: bayplan::kubernetes::Schema<'_>| {
        (schema.patch_strategy().unwrap_or("").to_owned(), schema.patch_merge_key().unwrap_or("").to_owned())
    };
    let text = |strategy: &str, key: &str| (strategy.to_owned(), key.to_owned());

    let containers = pod.at("containers").unwrap();
    assert_eq!((containers.list_type(), keys(containers)), (ListType::Map, vec!["name".to_owned()]));
    assert_eq!(merge(containers), text("merge", "name"));
    assert_eq!(keys(container.at("env").unwrap()), ["name"]);
    assert_eq!(merge(container.at("env").unwrap()), text("merge", "name"));
    let ports = container.at("ports").unwrap();
    assert_eq!(keys(ports), ["containerPort", "protocol"]);
    assert_eq!(ports.list_map_keys()[1].default, Some("TCP".into()));
    assert_eq!(merge(ports), text("merge", "containerPort"));
    assert_eq!(keys(container.at("volumeMounts").unwrap()), ["mountPath"]);
    assert_eq!(merge(container.at("volumeMounts").unwrap()), text("merge", "mountPath"));
    assert_eq!(keys(pod.at("volumes").unwrap()), ["name"]);
    assert_eq!(merge(pod.at("volumes").unwrap()), text("merge,retainKeys", "name"));
    assert_eq!(merge(spec.at("strategy").unwrap()), text("retainKeys", ""));
    assert_eq!(merge(pod.at("imagePullSecrets").unwrap()), text("merge", "name"));
    assert_eq!(merge(pod.at("hostAliases").unwrap()), text("merge", "ip"));
    assert_eq!(merge(pod.at("tolerations").unwrap()), text("", ""));
    assert_eq!(pod.at("tolerations").unwrap().list_type(), ListType::Atomic);
    assert_eq!(container.at("args").unwrap().list_type(), ListType::Atomic);

    let Lookup::Served(service) = api.kind("v1", "Service") else { panic!() };
    let ports = service.schema.at("spec").and_then(|spec| spec.at("ports")).unwrap();
    assert_eq!(keys(ports), ["port", "protocol"]);
    assert_eq!(merge(ports), text("merge", "port"));
    let Lookup::Served(pdb) = api.kind("policy/v1", "PodDisruptionBudget") else { panic!() };
    assert_eq!(merge(pdb.schema.at("spec").and_then(|spec| spec.at("selector")).unwrap()), text("replace", ""));
}

#[test]
fn minors_share_the_schemas_that_do_not_differ() {
    let ids = |api_version: &str, kind: &str| -> BTreeSet<NodeId> {
        let found = Minor::supported().filter_map(|minor| match api_of(minor.number()).kind(api_version, kind) {
            Lookup::Served(served) => Some(served.schema.id()),
            _ => None,
        });
        found.collect()
    };
    assert_eq!(ids("cert-manager.io/v1", "Certificate").len(), 1);
    assert!(ids("v1", "ConfigMap").len() <= 2);
    assert!(ids("apps/v1", "Deployment").len() > 1);
}

#[test]
fn fields_come_and_go_with_the_minor() {
    let has = |minor: u8, field: &str| {
        let api = api_of(minor);
        let Lookup::Served(pod) = api.kind("v1", "Pod") else { panic!() };
        pod.schema.at("spec").unwrap().property(field).is_some()
    };
    assert!(!has(30, "resources") && has(37, "resources"));
    assert!(has(29, "hostUsers") && has(37, "hostUsers"));
}
