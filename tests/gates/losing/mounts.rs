//! Claims that stay, and are no longer mounted where they were.

use crate::edits::{CLAIMS, Case, DATABASE, JOBS, NAMESPACE, PORTAL, SCHEMA, SHOP, STORE, TENANTS, WEB, WIKI};
use crate::support::Op::{Append, Replace};

/// What a StatefulSet's claims are made from.
const CLAIM_TEMPLATES: &str = "  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec:\n        accessModes: [ReadWriteOnce]\n        resources: {requests: {storage: \"{{size}}\"}}\n";

pub const CASES: &[Case] = &[
    // Mounts.
    Case {
        name: "a patch puts an emptyDir in the place of a claim",
        base: &[],
        edit: &[Append(
            SHOP,
            "  patches:\n    - target: {kind: Deployment, name: shop-database}\n      json: [{op: replace, path: /spec/template/spec/volumes/0, value: {name: data, emptyDir: {}}}]\n",
        )],
        due: &["data-detached"],
    },
    Case {
        name: "a template mounts another folder of a claim",
        base: &[],
        edit: &[Replace(WEB, "subPath: public", "subPath: www")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a template mounts the other claim",
        base: &[],
        edit: &[Replace(DATABASE, "claimName: \"{{site.name}}-database\"", "claimName: \"{{site.name}}-files\"")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a template no longer mounts a claim",
        base: &[],
        edit: &[
            Replace(WEB, "            - {name: files, mountPath: /var/www/files, subPath: public}\n", ""),
            Replace(WEB, "        - {name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}\n", ""),
        ],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a patch moves what is mounted at a place",
        base: &[],
        edit: &[Append(
            PORTAL,
            "  patches:\n    - target: {kind: Deployment, name: portal-web}\n      json:\n        - {op: replace, path: /spec/template/spec/containers/0/volumeMounts/0/mountPath, value: /old}\n        - {op: replace, path: /spec/template/spec/containers/0/volumeMounts/1/mountPath, value: /var/www/files}\n",
        )],
        due: &["data-detached", "data-detached"],
    },
    Case {
        name: "a StatefulSet becomes a Deployment",
        base: &[],
        edit: &[
            Replace(STORE, "kind: StatefulSet", "kind: Deployment"),
            Replace(STORE, "  serviceName: {{site.name}}-store\n", ""),
            Replace(STORE, "          volumeMounts: [{name: data, mountPath: /data}]\n", ""),
            Replace(STORE, CLAIM_TEMPLATES, ""),
        ],
        due: &["data-detached"],
    },
    // Two steps in one, and steps by the back door.
    Case {
        name: "a Deployment is renamed and gets an emptyDir in the same step",
        base: &[],
        edit: &[
            Replace(
                DATABASE,
                "kind: Deployment\nmetadata:\n  name: {{site.name}}-database",
                "kind: Deployment\nmetadata:\n  name: {{site.name}}-db",
            ),
            Replace(DATABASE, "persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}", "emptyDir: {}"),
        ],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "the Deployment leaves that alone mounts a claim",
        base: &[],
        edit: &[
            Replace(
                DATABASE,
                "      volumes: [{name: data, persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}}]\n---\n",
                "      volumes: [{name: data, persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}}]\n--- # gone\n",
            ),
            Replace(
                DATABASE,
                "apiVersion: apps/v1\nkind: Deployment",
                "{{#gone}}\napiVersion: apps/v1\nkind: Deployment",
            ),
            Replace(DATABASE, "--- # gone\n", "{{/gone}}\n---\n"),
            Replace(
                SCHEMA,
                "        size: {type: string}",
                "        gone: {type: boolean}\n        size: {type: string}",
            ),
        ],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a Deployment is renamed and mounts another folder, while a cron job mounts the old one",
        base: &[
            Replace(
                JOBS,
                "              command: [cron]\n",
                "              command: [cron]\n              volumeMounts: [{name: files, mountPath: /f, subPath: public}]\n",
            ),
            Append(
                JOBS,
                "          volumes: [{name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}]\n",
            ),
        ],
        edit: &[
            Replace(
                WEB,
                "metadata: {name: \"{{site.name}}-web\"}\nspec:\n  replicas",
                "metadata: {name: \"{{site.name}}-pages\"}\nspec:\n  replicas",
            ),
            Replace(WEB, "subPath: public", "subPath: private"),
        ],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a template mounts nothing but a raw device, and drops it",
        base: &[Replace(
            DATABASE,
            "volumeMounts: [{name: data, mountPath: /var/lib/mysql}]",
            "volumeDevices: [{name: data, devicePath: /dev/data}]",
        )],
        edit: &[Replace(DATABASE, "          volumeDevices: [{name: data, devicePath: /dev/data}]\n", "")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "the container that mounts a claim leaves",
        base: &[Replace(
            WEB,
            "      volumes:\n",
            "        - name: solr\n          image: registry.example.org/solr:9@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: files, mountPath: /index, subPath: index}]\n      volumes:\n",
        )],
        edit: &[Replace(
            WEB,
            "        - name: solr\n          image: registry.example.org/solr:9@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: files, mountPath: /index, subPath: index}]\n",
            "",
        )],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "an ephemeral volume takes the place of a claim",
        base: &[],
        edit: &[Replace(
            DATABASE,
            "persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}",
            "ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}",
        )],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a folder by the pod's name",
        base: &[],
        edit: &[
            Replace(WEB, "subPath: public", "subPathExpr: $(POD)"),
            Replace(
                WEB,
                "          envFrom:",
                "          env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]\n          envFrom:",
            ),
        ],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a folder of the host takes the place of a claim in a DaemonSet",
        base: &[
            Replace(DATABASE, "kind: Deployment", "kind: DaemonSet"),
            Replace(DATABASE, "  replicas: 1\n  strategy: {type: Recreate}\n", ""),
            Replace(CLAIMS, "accessModes: [ReadWriteOnce]", "accessModes: [ReadWriteMany]"),
            Replace(NAMESPACE, "enforce: baseline", "enforce: privileged"),
        ],
        edit: &[Replace(
            DATABASE,
            "persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}",
            "hostPath: {path: /srv}",
        )],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a patch of a tenant swaps two claims",
        base: &[],
        edit: &[Replace(
            TENANTS,
            "metadata: {name: globex}\nspec: {}",
            "metadata: {name: globex}\nspec:\n  patches:\n    - target: {kind: Deployment, name: \"*-database\"}\n      strategic: {spec: {template: {spec: {volumes: [{name: data, persistentVolumeClaim: {claimName: shop-files}}]}}}}",
        )],
        due: &["data-detached"],
    },
    // StatefulSets.
    Case {
        name: "a StatefulSet no longer mounts its claims",
        base: &[],
        edit: &[Replace(STORE, "          volumeMounts: [{name: data, mountPath: /data}]\n", "")],
        due: &["data-detached"],
    },
    Case {
        name: "a StatefulSet mounts something else where its claims were",
        base: &[],
        edit: &[Replace(
            STORE,
            "{name: data, mountPath: /data}]\n",
            "{name: data, mountPath: /old}, {name: fresh, mountPath: /data}]\n      volumes: [{name: fresh, emptyDir: {}}]\n",
        )],
        due: &["data-detached"],
    },
    Case {
        name: "a StatefulSet mounts another folder of its claims",
        base: &[],
        edit: &[Replace(STORE, "{name: data, mountPath: /data}", "{name: data, mountPath: /data, subPath: v3}")],
        due: &["data-detached"],
    },
    Case {
        name: "the template of a StatefulSet's claims is renamed",
        base: &[],
        edit: &[
            Replace(STORE, "- metadata: {name: data}", "- metadata: {name: store}"),
            Replace(STORE, "{name: data, mountPath", "{name: store, mountPath"),
        ],
        due: &["data-detached", "immutable-changed"],
    },
    Case {
        name: "the template of a StatefulSet's claims becomes an emptyDir",
        base: &[],
        edit: &[Replace(STORE, CLAIM_TEMPLATES, "      volumes: [{name: data, emptyDir: {}}]\n")],
        due: &["data-detached", "immutable-changed"],
    },
    Case {
        name: "a value shrinks the claims of a StatefulSet",
        base: &[],
        edit: &[Replace(WIKI, "  template: store\n", "  template: store\n  values: {size: 5Gi}\n")],
        due: &["immutable-changed"],
    },
    Case {
        name: "the pods of a StatefulSet get other numbers",
        base: &[],
        edit: &[Replace(STORE, "  replicas: {{replicas}}\n", "  replicas: {{replicas}}\n  ordinals: {start: 1}\n")],
        due: &["data-detached"],
    },
    Case {
        name: "a StatefulSet that deletes the claims of pods that leave is scaled down",
        base: &[
            Replace(
                STORE,
                "  replicas: {{replicas}}\n",
                "  replicas: {{replicas}}\n  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}\n",
            ),
            Replace("templates/store/template.yaml", "replicas: 1", "replicas: 3"),
        ],
        edit: &[Replace("templates/store/template.yaml", "replicas: 3", "replicas: 2")],
        due: &["data-removed"],
    },
    Case {
        name: "a site is disabled whose StatefulSet takes its claims along",
        base: &[Replace(
            STORE,
            "  replicas: {{replicas}}\n",
            "  replicas: {{replicas}}\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n",
        )],
        edit: &[Replace(WIKI, "template: store", "template: store\n  state: disabled")],
        due: &["data-removed"],
    },
];
