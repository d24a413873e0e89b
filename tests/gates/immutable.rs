//! Every immutable field of the table, changed, set and removed, and what an API server says of it.

use bayplan::acknowledgement::Date;
use bayplan::diag::{Diagnostic, Severity};
use bayplan::failure::Failed;
use bayplan::gate::{Changed, Gate, LastTree, Question};
use bayplan::pipeline::{Compilation, Filter};
use serde_json::{Value, json};

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Passes,
    Immutable,
    Shrunk,
}
use Due::{Immutable, Passes, Shrunk};

/// Nothing but what differs.
struct Nothing;

impl LastTree for Nothing {
    fn files(&self, _: &str) -> Result<Vec<String>, Failed> {
        Ok(Vec::new())
    }

    fn read(&self, _: &str) -> Result<Option<Vec<u8>>, Failed> {
        Ok(None)
    }
}

fn judged(old: &Value, new: &Value) -> Vec<Diagnostic> {
    let kind = old["kind"].as_str().unwrap().to_lowercase();
    let layer = if kind.starts_with("persistent") { "data" } else { "app" };
    let bytes = |value: &Value| Some(serde_json::to_vec(value).unwrap());
    let mut gate = Gate::default();
    gate.add(vec![Changed {
        path: format!("stable/production/acme/{layer}/{kind}-x.yaml"),
        is_old: true,
        is_new: true,
        old: bytes(old),
        new: bytes(new),
    }]);
    let compilation = Compilation::default();
    let clusters = ["stable".to_owned()];
    let question = Question {
        compilation: &compilation,
        clusters: &clusters,
        last: Some(&Nothing),
        today: Date::parse("2026-11-23").unwrap(),
        filter: &Filter::default(),
        strict: false,
    };
    let mut found = gate.judge(&question).unwrap().diagnostics;
    // Whether a claim may grow is not told by the claim.
    found.retain(|found| found.severity == Severity::Error);
    found
}

/// An object with a value at a pointer whose parents are made; an empty text leaves it absent.
fn with(object: &Value, pointer: &str, value: &str) -> Value {
    let mut object = object.clone();
    if value.is_empty() {
        return object;
    }
    let mut at = &mut object;
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    for step in &steps {
        at = match step.parse::<usize>() {
            Ok(index) => {
                if !at.is_array() {
                    *at = json!([]);
                }
                let items = at.as_array_mut().unwrap();
                while items.len() <= index {
                    items.push(Value::Null);
                }
                &mut items[index]
            }
            Err(_) => {
                if !at.is_object() {
                    *at = json!({});
                }
                at.as_object_mut().unwrap().entry(*step).or_insert(Value::Null)
            }
        };
    }
    *at = serde_json::from_str(value).unwrap_or_else(|error| panic!("{value}: {error}"));
    object
}

type Row = (&'static str, &'static str, &'static str, Due);

/// Pointer, old, new, what is due; an empty text is an absent field.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &[Row])] = &[
    ("v1", "PersistentVolumeClaim", &[
        ("/spec/accessModes", r#"["ReadWriteOnce"]"#, r#"["ReadWriteMany"]"#, Immutable),
        ("/spec/storageClassName", r#""fast""#, r#""slow""#, Immutable),
        ("/spec/storageClassName", r#""fast""#, "", Immutable),
        ("/spec/storageClassName", "", r#""fast""#, Immutable),
        ("/spec/volumeName", r#""pv-1""#, r#""pv-2""#, Immutable),
        ("/spec/volumeName", r#""pv-1""#, "", Immutable),
        ("/spec/volumeName", "", r#""pv-1""#, Passes),
        ("/spec/volumeMode", r#""Block""#, r#""Filesystem""#, Immutable),
        ("/spec/volumeMode", "", r#""Filesystem""#, Passes),
        ("/spec/volumeMode", "", r#""Block""#, Immutable),
        ("/spec/selector", "", r#"{"matchLabels":{"a":"b"}}"#, Immutable),
        ("/spec/dataSource", "", r#"{"kind":"VolumeSnapshot","name":"x"}"#, Immutable),
        ("/spec/dataSourceRef", r#"{"kind":"VolumeSnapshot","name":"x"}"#, "", Immutable),
        ("/spec/resources/limits", "", r#"{"storage":"20Gi"}"#, Immutable),
        ("/spec/resources/requests/storage", r#""10Gi""#, r#""20Gi""#, Passes),
        ("/spec/resources/requests/storage", r#""10Gi""#, r#""10240Mi""#, Passes),
        ("/spec/resources/requests/storage", r#""10Gi""#, r#""10G""#, Shrunk),
        ("/spec/resources/requests/storage", r#""1Ti""#, r#""1023Gi""#, Shrunk),
        ("/spec/volumeAttributesClassName", r#""gold""#, r#""silver""#, Passes),
        ("/metadata/labels/a", r#""b""#, r#""c""#, Passes),
    ]),
    ("v1", "PersistentVolume", &[
        ("/spec/csi/volumeHandle", r#""a""#, r#""b""#, Immutable),
        ("/spec/nfs", "", r#"{"path":"/a","server":"b"}"#, Immutable),
        ("/spec/nodeAffinity/required", r#"{"a":1}"#, r#"{"a":2}"#, Immutable),
        ("/spec/nodeAffinity/required", "", r#"{"a":2}"#, Passes),
        ("/spec/volumeMode", r#""Block""#, "", Immutable),
        ("/spec/capacity/storage", r#""1Gi""#, r#""2Gi""#, Passes),
        ("/spec/persistentVolumeReclaimPolicy", r#""Delete""#, r#""Retain""#, Passes),
        ("/spec/mountOptions", "", r#"["ro"]"#, Passes),
        ("/spec/claimRef/name", r#""a""#, r#""b""#, Passes),
    ]),
    ("storage.k8s.io/v1", "StorageClass", &[
        ("/provisioner", r#""a""#, r#""b""#, Immutable),
        ("/parameters/type", r#""ssd""#, r#""hdd""#, Immutable),
        ("/parameters", "", "{}", Passes),
        ("/reclaimPolicy", r#""Retain""#, r#""Delete""#, Immutable),
        ("/reclaimPolicy", "", r#""Delete""#, Passes),
        ("/volumeBindingMode", r#""Immediate""#, r#""WaitForFirstConsumer""#, Immutable),
        ("/allowVolumeExpansion", "true", "false", Passes),
        ("/mountOptions", "", r#"["ro"]"#, Passes),
        ("/allowedTopologies", "", r#"[{}]"#, Passes),
    ]),
    ("storage.k8s.io/v1", "VolumeAttributesClass", &[
        ("/driverName", r#""a""#, r#""b""#, Immutable),
        ("/parameters/iops", r#""1""#, r#""2""#, Immutable),
    ]),
    ("storage.k8s.io/v1", "CSIDriver", &[
        ("/spec/attachRequired", "true", "false", Immutable),
        ("/spec/attachRequired", "", "true", Passes),
        ("/spec/podInfoOnMount", "true", "false", Passes),
    ]),
    ("apps/v1", "StatefulSet", &[
        ("/spec/selector/matchLabels/app", r#""a""#, r#""b""#, Immutable),
        ("/spec/serviceName", r#""a""#, r#""b""#, Immutable),
        ("/spec/podManagementPolicy", "", r#""Parallel""#, Immutable),
        ("/spec/podManagementPolicy", "", r#""OrderedReady""#, Passes),
        ("/spec/volumeClaimTemplates/0/spec/resources/requests/storage", r#""1Gi""#, r#""2Gi""#, Immutable),
        ("/spec/volumeClaimTemplates/0/metadata/name", r#""a""#, r#""b""#, Immutable),
        ("/spec/replicas", "1", "3", Passes),
        ("/spec/template/spec/hostname", r#""a""#, r#""b""#, Passes),
        ("/spec/updateStrategy/type", r#""OnDelete""#, r#""RollingUpdate""#, Passes),
        ("/spec/minReadySeconds", "1", "2", Passes),
        ("/spec/ordinals/start", "0", "1", Passes),
        ("/spec/revisionHistoryLimit", "1", "2", Passes),
        ("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted", r#""Delete""#, r#""Retain""#, Passes),
    ]),
    ("apps/v1", "Deployment", &[
        ("/spec/selector/matchLabels/app", r#""a""#, r#""b""#, Immutable),
        ("/spec/strategy/type", r#""Recreate""#, r#""RollingUpdate""#, Passes),
    ]),
    ("apps/v1", "DaemonSet", &[("/spec/selector/matchLabels/app", r#""a""#, "", Immutable)]),
    ("apps/v1", "ReplicaSet", &[("/spec/selector/matchLabels/app", r#""a""#, r#""b""#, Immutable)]),
    ("batch/v1", "Job", &[
        ("/spec/template/spec/hostname", r#""a""#, r#""b""#, Immutable),
        ("/spec/selector", "", r#"{"matchLabels":{"a":"b"}}"#, Immutable),
        ("/spec/completions", "1", "2", Immutable),
        ("/spec/completions", "", "1", Passes),
        ("/spec/completionMode", "", r#""Indexed""#, Immutable),
        ("/spec/completionMode", "", r#""NonIndexed""#, Passes),
        ("/spec/podFailurePolicy", "", r#"{"rules":[]}"#, Immutable),
        ("/spec/backoffLimitPerIndex", "1", "2", Immutable),
        ("/spec/successPolicy", "", r#"{"rules":[]}"#, Immutable),
        ("/spec/managedBy", "", r#""a/b""#, Immutable),
        ("/spec/parallelism", "1", "2", Passes),
        ("/spec/suspend", "true", "false", Passes),
        ("/spec/activeDeadlineSeconds", "1", "2", Passes),
        ("/spec/backoffLimit", "1", "2", Passes),
        ("/spec/ttlSecondsAfterFinished", "1", "2", Passes),
    ]),
    ("batch/v1", "CronJob", &[
        ("/spec/schedule", r#""1 * * * *""#, r#""2 * * * *""#, Passes),
        ("/spec/jobTemplate/spec/template/spec/hostname", r#""a""#, r#""b""#, Passes),
    ]),
    ("v1", "Pod", &[
        ("/spec/hostname", r#""a""#, r#""b""#, Immutable),
        ("/spec/containers/0/image", r#""a""#, r#""b""#, Passes),
        ("/spec/containers/0/command", r#"["a"]"#, r#"["b"]"#, Immutable),
        ("/spec/activeDeadlineSeconds", "2", "1", Passes),
    ]),
    ("v1", "Service", &[
        ("/spec/clusterIP", r#""10.0.0.1""#, r#""10.0.0.2""#, Immutable),
        ("/spec/clusterIP", r#""10.0.0.1""#, "", Passes),
        ("/spec/clusterIP", "", r#""10.0.0.1""#, Immutable),
        ("/spec/clusterIP", "", r#""None""#, Immutable),
        ("/spec/clusterIP", r#""None""#, "", Immutable),
        ("/spec/clusterIPs", r#"["10.0.0.1"]"#, r#"["10.0.0.2"]"#, Immutable),
        ("/spec/clusterIPs", r#"["10.0.0.1"]"#, r#"["10.0.0.1","fd00::1"]"#, Passes),
        ("/spec/ipFamilies", r#"["IPv4"]"#, r#"["IPv6"]"#, Immutable),
        ("/spec/ipFamilies", r#"["IPv4"]"#, r#"["IPv4","IPv6"]"#, Passes),
        ("/spec/healthCheckNodePort", "31000", "31001", Immutable),
        ("/spec/loadBalancerClass", r#""a""#, r#""b""#, Passes),
        ("/spec/type", r#""ClusterIP""#, r#""LoadBalancer""#, Passes),
        ("/spec/selector/app", r#""a""#, r#""b""#, Passes),
    ]),
    ("v1", "ConfigMap", &[
        ("/data/a", r#""b""#, r#""c""#, Passes),
        ("/immutable", "true", "", Immutable),
        ("/immutable", "", "true", Passes),
    ]),
    ("v1", "Secret", &[
        ("/type", r#""kubernetes.io/tls""#, r#""Opaque""#, Immutable),
        ("/type", "", r#""Opaque""#, Passes),
        ("/immutable", "true", "false", Immutable),
        ("/data/a", r#""b""#, r#""c""#, Passes),
    ]),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", &[
        ("/roleRef/name", r#""a""#, r#""b""#, Immutable),
        ("/subjects", r#"[]"#, r#"[{"kind":"Group","name":"a"}]"#, Passes),
    ]),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", &[("/roleRef/kind", r#""Role""#, r#""ClusterRole""#, Immutable)]),
    ("v1", "ResourceQuota", &[
        ("/spec/scopes", r#"["Terminating"]"#, r#"["NotTerminating"]"#, Immutable),
        ("/spec/scopeSelector", "", r#"{"matchExpressions":[]}"#, Immutable),
        ("/spec/hard/pods", r#""1""#, r#""2""#, Passes),
    ]),
    ("networking.k8s.io/v1", "IngressClass", &[("/spec/controller", r#""a/b""#, r#""a/c""#, Immutable)]),
    ("networking.k8s.io/v1", "Ingress", &[("/spec/ingressClassName", r#""a""#, r#""b""#, Passes)]),
    ("discovery.k8s.io/v1", "EndpointSlice", &[("/addressType", r#""IPv4""#, r#""IPv6""#, Immutable)]),
    ("scheduling.k8s.io/v1", "PriorityClass", &[
        ("/value", "1", "2", Immutable),
        ("/preemptionPolicy", "", r#""Never""#, Immutable),
        ("/preemptionPolicy", "", r#""PreemptLowerPriority""#, Passes),
        ("/description", r#""a""#, r#""b""#, Passes),
    ]),
    ("node.k8s.io/v1", "RuntimeClass", &[("/handler", r#""a""#, r#""b""#, Immutable)]),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", &[
        ("/spec/group", r#""a""#, r#""b""#, Immutable),
        ("/spec/scope", r#""Cluster""#, r#""Namespaced""#, Immutable),
        ("/spec/names/plural", r#""as""#, r#""bs""#, Immutable),
        ("/spec/names/kind", r#""A""#, r#""B""#, Immutable),
        ("/spec/names/shortNames", r#"["a"]"#, r#"["b"]"#, Passes),
        ("/spec/versions", r#"[{"name":"v1","storage":true}]"#, r#"[{"name":"v2","storage":true}]"#, Immutable),
        ("/spec/versions", r#"[{"name":"v1","storage":true}]"#, r#"[{"name":"v1","storage":false},{"name":"v2","storage":true}]"#, Passes),
        ("/spec/versions", r#"[{"name":"v1","storage":true},{"name":"v0","storage":false}]"#, r#"[{"name":"v1","storage":true}]"#, Passes),
    ]),
    ("gateway.networking.k8s.io/v1", "GatewayClass", &[("/spec/controllerName", r#""a/b""#, r#""a/c""#, Immutable)]),
    ("acme.cert-manager.io/v1", "Order", &[("/spec/request", r#""a""#, r#""b""#, Immutable)]),
    ("acme.cert-manager.io/v1", "Challenge", &[("/spec/key", r#""a""#, r#""b""#, Immutable)]),
    ("cert-manager.io/v1", "Certificate", &[("/spec/secretName", r#""a""#, r#""b""#, Passes)]),
    ("networking.k8s.io/v1", "NetworkPolicy", &[("/spec/policyTypes", r#"["Ingress"]"#, r#"["Egress"]"#, Passes)]),
    ("autoscaling/v2", "HorizontalPodAutoscaler", &[("/spec/scaleTargetRef/name", r#""a""#, r#""b""#, Passes)]),
    ("policy/v1", "PodDisruptionBudget", &[("/spec/selector/matchLabels/app", r#""a""#, r#""b""#, Passes)]),
    ("v1", "LimitRange", &[("/spec/limits", "[]", r#"[{"type":"Pod"}]"#, Passes)]),
    ("v1", "ServiceAccount", &[("/automountServiceAccountToken", "true", "false", Passes)]),
    ("cert-manager.io/v1", "CertificateRequest", &[("/spec/request", r#""a""#, r#""b""#, Immutable)]),
    ("external-secrets.io/v1", "ExternalSecret", &[
        ("/spec/target/name", r#""a""#, r#""b""#, Immutable),
        ("/spec/refreshInterval", r#""1h""#, r#""2h""#, Passes),
    ]),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", &[("/spec/source/persistentVolumeClaimName", r#""a""#, r#""b""#, Immutable)]),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", &[("/driver", r#""a""#, r#""b""#, Immutable)]),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshotContent", &[("/spec/source/volumeHandle", r#""a""#, r#""b""#, Immutable)]),
    ("example.org/v1", "PersistentVolumeClaim", &[("/spec/storageClassName", r#""fast""#, r#""slow""#, Passes)]),
];

fn bare(api_version: &str, kind: &str) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": "acme"}, "spec": {}})
}

#[test]
fn each_field_is_held_as_the_api_server_holds_it() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (api_version, kind, rows) in TABLE {
        for (pointer, old, new, due) in *rows {
            count += 1;
            let object = bare(api_version, kind);
            let found = judged(&with(&object, pointer, old), &with(&object, pointer, new));
            let codes: Vec<&str> = found.iter().map(|found| found.code.name).collect();
            let expected: &[&str] = match due {
                Passes => &[],
                Immutable => &["immutable-changed"],
                Shrunk => &["storage-shrunk"],
            };
            let field = pointer.trim_start_matches('/').replace('/', ".");
            let held = field.split('.').take(2).collect::<Vec<_>>().join(".");
            let is_named = *due != Immutable || found.iter().all(|found| found.message.contains(&held));
            if codes != expected || !is_named {
                let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
                failures.push(format!("{kind} {pointer}: {old} to {new}: {due:?} is due, got {codes:?} {messages:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} rows differ:\n{}", failures.len(), failures.join("\n"));
}

/// Rows that need more than one field.
#[test]
fn fields_that_hold_only_together() {
    let changed = |old: Value, new: Value| !judged(&old, &new).is_empty();
    let object = |kind: &str, api: &str, rest: Value| {
        let mut object = bare(api, kind);
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object
    };
    let config =
        |data: &str, immutable: bool| object("ConfigMap", "v1", json!({"data": {"a": data}, "immutable": immutable}));
    assert!(changed(config("b", true), config("c", true)));
    assert!(!changed(config("b", false), config("c", true)));

    let service =
        |kind: &str, class: &str| object("Service", "v1", json!({"spec": {"type": kind, "loadBalancerClass": class}}));
    assert!(changed(service("LoadBalancer", "a"), service("LoadBalancer", "b")));
    assert!(!changed(service("LoadBalancer", "a"), service("ClusterIP", "b")));

    let named = object("Service", "v1", json!({"spec": {"type": "ExternalName", "externalName": "a.example.org"}}));
    let address = object("Service", "v1", json!({"spec": {"clusterIP": "10.0.0.1"}}));
    assert!(!changed(named.clone(), address.clone()));
    assert!(!changed(address, named));

    let job = |spec: Value| object("Job", "batch/v1", json!({"spec": spec}));
    let indexed = |count: u32, parallelism: u32| {
        job(json!({"completionMode": "Indexed", "completions": count, "parallelism": parallelism}))
    };
    assert!(!changed(indexed(2, 2), indexed(4, 4)));
    assert!(changed(indexed(2, 2), indexed(4, 2)));
    let placed = |suspend: bool, zone: &str, image: &str| {
        job(
            json!({"suspend": suspend, "template": {"spec": {"nodeSelector": {"zone": zone}, "containers": [{"image": image}]}}}),
        )
    };
    assert!(!changed(placed(true, "a", "x"), placed(true, "b", "x")));
    assert!(changed(placed(false, "a", "x"), placed(false, "b", "x")));
    assert!(changed(placed(true, "a", "x"), placed(true, "a", "y")));

    let annotated = |annotation: &str, image: &str| {
        let mut object = placed(false, "a", image);
        object["metadata"]["annotations"] = match annotation.split_once('=') {
            Some((key, value)) => json!({format!("kustomize.toolkit.fluxcd.io/{key}"): value}),
            None => json!({}),
        };
        object
    };
    for (annotation, is_refused) in [
        ("", true),
        ("ssa=IfNotPresent", false),
        ("ssa=Ignore", false),
        ("reconcile=disabled", false),
        ("force=enabled", false),
        ("ssa=Merge", true),
    ] {
        assert_eq!(changed(annotated(annotation, "x"), annotated(annotation, "y")), is_refused, "{annotation}");
    }
}

/// What a Secret holds is in no message, whatever changes.
#[test]
fn nothing_that_a_secret_holds_is_told() {
    let secret = |text: &str, kind: &str, immutable: bool| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "acme"}, "type": kind,
            "immutable": immutable, "data": {"password": text}, "stringData": {"other": text}, "sops": {"mac": text},
        })
    };
    let found = judged(&secret("hunter2", "Opaque", false), &secret("hunter3", "kubernetes.io/tls", false));
    let told = format!("{found:?}");
    assert!(found.len() == 1 && !told.contains("hunter") && told.contains("type was `Opaque`"), "{told}");
    let found = judged(&secret("hunter2", "Opaque", true), &secret("hunter3", "Opaque", true));
    let told = format!("{found:?}");
    assert!(found.len() == 1 && !told.contains("hunter") && told.contains("data was not shown"), "{told}");
    assert!(judged(&secret("hunter2", "Opaque", false), &secret("hunter3", "Opaque", true)).is_empty());
    assert!(judged(&secret("hunter2", "Opaque", true), &secret("hunter2", "Opaque", true)).is_empty());
}
