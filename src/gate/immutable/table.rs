//! The fields that the API server does not let change, by kind: data alone.
//!
//! From the validation of updates in Kubernetes 1.29 to 1.37 and, for kinds of other projects, from the rules in their CRDs.

/// What may not change of one kind.
pub struct Kind {
    pub group: &'static str,
    pub kind: &'static str,
    pub fields: &'static [Field],
    /// What the API server fills in where nothing is written: a pattern (`*` is any item) and the value as JSON.
    pub defaults: &'static [(&'static str, &'static str)],
}

/// One field and how it is held.
pub struct Field {
    /// A JSON pointer.
    pub at: &'static str,
    pub rule: Rule,
}

/// How a field is held.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// It stays as it is, absent or not.
    Fixed,
    /// It may be set once, and neither changed nor removed then.
    OnceSet,
    /// It may be set once and removed, which leaves it as it is in the cluster, but not changed.
    KeptWhenRemoved,
    /// All below it is fixed but for these keys.
    AllBut(&'static [&'static str]),
    /// It is fixed where the old object has `true` at this pointer.
    FixedIf(&'static str),
    /// It is fixed where both objects have this text at this pointer.
    FixedWhile(&'static str, &'static str),
    /// Each item of the old list whose field is true must still be there, by name.
    ItemsStay { flag: &'static str, name: &'static str },
}

use Rule::{AllBut, Fixed, FixedIf, FixedWhile, ItemsStay, KeptWhenRemoved, OnceSet};

const fn field(at: &'static str, rule: Rule) -> Field {
    Field { at, rule }
}

const fn kind(group: &'static str, kind: &'static str, fields: &'static [Field]) -> Kind {
    Kind { group, kind, fields, defaults: &[] }
}

/// All of it.
pub static KINDS: &[Kind] = &[
    Kind {
        group: "",
        kind: "PersistentVolumeClaim",
        fields: &[
            field("/spec", AllBut(&["resources", "volumeAttributesClassName", "volumeName"])),
            field("/spec/resources", AllBut(&["requests"])),
            field("/spec/volumeName", OnceSet),
        ],
        defaults: &[("/spec/volumeMode", "\"Filesystem\"")],
    },
    Kind {
        group: "",
        kind: "PersistentVolume",
        fields: &[
            field(
                "/spec",
                AllBut(&[
                    "accessModes",
                    "capacity",
                    "claimRef",
                    "mountOptions",
                    "nodeAffinity",
                    "persistentVolumeReclaimPolicy",
                    "storageClassName",
                    "volumeAttributesClassName",
                ]),
            ),
            field("/spec/nodeAffinity", OnceSet),
        ],
        defaults: &[("/spec/volumeMode", "\"Filesystem\"")],
    },
    Kind {
        group: "storage.k8s.io",
        kind: "StorageClass",
        fields: &[
            field("/provisioner", Fixed),
            field("/parameters", Fixed),
            field("/reclaimPolicy", Fixed),
            field("/volumeBindingMode", Fixed),
        ],
        defaults: &[("/parameters", "{}"), ("/reclaimPolicy", "\"Delete\""), ("/volumeBindingMode", "\"Immediate\"")],
    },
    kind("storage.k8s.io", "VolumeAttributesClass", &[field("/driverName", Fixed), field("/parameters", Fixed)]),
    Kind {
        group: "storage.k8s.io",
        kind: "CSIDriver",
        fields: &[field("/spec/attachRequired", Fixed), field("/spec/volumeLifecycleModes", Fixed)],
        defaults: &[("/spec/attachRequired", "true"), ("/spec/volumeLifecycleModes", "[\"Persistent\"]")],
    },
    Kind {
        group: "apps",
        kind: "StatefulSet",
        fields: &[field(
            "/spec",
            AllBut(&[
                "minReadySeconds",
                "ordinals",
                "persistentVolumeClaimRetentionPolicy",
                "replicas",
                "revisionHistoryLimit",
                "template",
                "updateStrategy",
            ]),
        )],
        defaults: &[
            ("/spec/podManagementPolicy", "\"OrderedReady\""),
            ("/spec/serviceName", "\"\""),
            ("/spec/volumeClaimTemplates", "[]"),
            ("/spec/volumeClaimTemplates/*/apiVersion", "\"v1\""),
            ("/spec/volumeClaimTemplates/*/kind", "\"PersistentVolumeClaim\""),
            ("/spec/volumeClaimTemplates/*/spec/volumeMode", "\"Filesystem\""),
        ],
    },
    kind("apps", "Deployment", &[field("/spec/selector", Fixed)]),
    kind("apps", "ReplicaSet", &[field("/spec/selector", Fixed)]),
    kind("apps", "DaemonSet", &[field("/spec/selector", Fixed)]),
    Kind {
        group: "batch",
        kind: "Job",
        fields: &[
            field("/spec/completions", Fixed),
            field("/spec/completionMode", Fixed),
            field("/spec/selector", Fixed),
            field("/spec/template", Fixed),
            field("/spec/podFailurePolicy", Fixed),
            field("/spec/backoffLimitPerIndex", Fixed),
            field("/spec/successPolicy", Fixed),
            field("/spec/managedBy", Fixed),
        ],
        defaults: &[("/spec/completionMode", "\"NonIndexed\""), ("/spec/completions", "1")],
    },
    Kind {
        group: "",
        kind: "Pod",
        fields: &[field("/spec", AllBut(&["activeDeadlineSeconds", "tolerations"]))],
        defaults: &[],
    },
    kind(
        "",
        "Service",
        &[
            field("/spec/clusterIP", KeptWhenRemoved),
            field("/spec/clusterIPs/0", KeptWhenRemoved),
            field("/spec/ipFamilies/0", KeptWhenRemoved),
            field("/spec/healthCheckNodePort", KeptWhenRemoved),
            field("/spec/loadBalancerClass", FixedWhile("/spec/type", "LoadBalancer")),
        ],
    ),
    kind(
        "",
        "ConfigMap",
        &[
            field("/immutable", FixedIf("/immutable")),
            field("/data", FixedIf("/immutable")),
            field("/binaryData", FixedIf("/immutable")),
        ],
    ),
    Kind {
        group: "",
        kind: "Secret",
        fields: &[field("/type", Fixed), field("/immutable", FixedIf("/immutable"))],
        defaults: &[("/type", "\"Opaque\"")],
    },
    kind("rbac.authorization.k8s.io", "RoleBinding", &[field("/roleRef", Fixed)]),
    kind("rbac.authorization.k8s.io", "ClusterRoleBinding", &[field("/roleRef", Fixed)]),
    kind("", "ResourceQuota", &[field("/spec/scopes", Fixed), field("/spec/scopeSelector", Fixed)]),
    kind("networking.k8s.io", "IngressClass", &[field("/spec/controller", Fixed)]),
    kind("discovery.k8s.io", "EndpointSlice", &[field("/addressType", Fixed)]),
    Kind {
        group: "scheduling.k8s.io",
        kind: "PriorityClass",
        fields: &[field("/value", Fixed), field("/preemptionPolicy", Fixed)],
        defaults: &[("/preemptionPolicy", "\"PreemptLowerPriority\"")],
    },
    kind("node.k8s.io", "RuntimeClass", &[field("/handler", Fixed)]),
    Kind {
        group: "apiextensions.k8s.io",
        kind: "CustomResourceDefinition",
        fields: &[
            field("/spec/group", Fixed),
            field("/spec/scope", Fixed),
            field("/spec/names/plural", Fixed),
            field("/spec/names/kind", Fixed),
            field("/spec/versions", ItemsStay { flag: "storage", name: "name" }),
        ],
        defaults: &[],
    },
    kind("gateway.networking.k8s.io", "GatewayClass", &[field("/spec/controllerName", Fixed)]),
    kind("cert-manager.io", "CertificateRequest", &[field("/spec", Fixed)]),
    kind("acme.cert-manager.io", "Order", &[field("/spec", Fixed)]),
    kind("acme.cert-manager.io", "Challenge", &[field("/spec", Fixed)]),
    kind("external-secrets.io", "ExternalSecret", &[field("/spec/target/name", Fixed)]),
    kind("snapshot.storage.k8s.io", "VolumeSnapshot", &[field("/spec/source", Fixed)]),
    kind("snapshot.storage.k8s.io", "VolumeSnapshotClass", &[field("/driver", Fixed)]),
    kind("snapshot.storage.k8s.io", "VolumeSnapshotContent", &[field("/spec/source", Fixed)]),
];
