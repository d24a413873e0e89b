//! Edits that would lose data, by every route. None may pass, and each must pass with the acknowledgements that it prints.

use crate::edits::{
    CLAIMS, CLUSTERS, CRD, Case, DATABASE, ENVIRONMENTS, FLEET, JOBS, Judged, NAMESPACE, PORTAL, SCHEMA, SHOP, STORAGE,
    STORE, TENANTS, WEB, WIKI, judged,
};
use crate::hostile;
use crate::support::Op::{Append, Delete, Everywhere, Replace, Write};
use crate::support::{Fleet, judge, printed_acknowledgements, refused, told};

const NAMESPACE_DOCUMENT: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{namespace}}\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n---\n";

const SOPS: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-credentials, namespace: globex-shop-production}\nstringData:\n  password: ENC[AES256_GCM,data:aGVsbG8=,iv:aGVsbG8=,tag:aGVsbG8=,type:str]\nsops:\n  age: [{recipient: age1example, enc: none}]\n  mac: ENC[AES256_GCM,data:aGVsbG8=,iv:aGVsbG8=,tag:aGVsbG8=,type:str]\n  lastmodified: \"2026-09-30T12:00:00Z\"\n  version: 3.10.2\n";
const SEALED: &str = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: shop-credentials, namespace: globex-shop-production}\nspec:\n  encryptedData: {password: AgBy8h}\n  template: {metadata: {name: shop-credentials, namespace: globex-shop-production}}\n";

const CASES: &[Case] = &[
    // Names.
    Case {
        name: "a site is renamed",
        base: &[],
        edit: &[Replace(PORTAL, "{name: portal}", "{name: gateway}")],
        due: &["namespace-removed", "namespace-removed"],
    },
    Case {
        name: "a tenant is renamed",
        base: &[],
        edit: &[Everywhere("name: globex", "name: initech"), Everywhere("tenant: globex", "tenant: initech")],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "a site moves to another tenant",
        base: &[],
        edit: &[Replace(PORTAL, "tenant: acme", "tenant: globex")],
        due: &["namespace-removed", "namespace-removed"],
    },
    Case {
        name: "an environment is renamed",
        base: &[],
        edit: &[Everywhere("name: production}", "name: live}"), Everywhere("    production:", "    live:")],
        due: &["mass-removal", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
    Case {
        name: "an environment gets another pattern for its namespaces",
        base: &[],
        edit: &[Replace(ENVIRONMENTS, "{{site.name}}-next", "{{site.name}}-soon")],
        due: &["namespace-removed"],
    },
    Case {
        name: "a claim is renamed in its template and wherever it is mounted",
        base: &[],
        edit: &[Everywhere("{{site.name}}-files", "{{site.name}}-media")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a StatefulSet with claim templates is renamed",
        base: &[],
        edit: &[Everywhere("{{site.name}}-store", "{{site.name}}-cache")],
        due: &["data-detached"],
    },
    // Places.
    Case {
        name: "a site moves to another cluster",
        base: &[],
        edit: &[
            Replace(PORTAL, "    staging: {}\n", "    staging: {clusters: [unstable]}\n"),
            Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]"),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "an environment moves to another cluster",
        base: &[],
        edit: &[
            Replace(ENVIRONMENTS, "tier: staging\n  clusters: [stable]", "tier: staging\n  clusters: [unstable]"),
            Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]"),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "a cluster is renamed",
        base: &[],
        edit: &[Everywhere("name: stable", "name: solid"), Everywhere("clusters: [stable]", "clusters: [solid]")],
        due: &[
            "crd-removed",
            "data-removed",
            "mass-removal",
            "namespace-removed",
            "namespace-removed",
            "namespace-removed",
            "namespace-removed",
        ],
    },
    // Removal.
    Case { name: "the file of a site is deleted", base: &[], edit: &[Delete(WIKI)], due: &["namespace-removed"] },
    Case {
        name: "a site leaves an environment",
        base: &[],
        edit: &[Replace(PORTAL, "    staging: {}\n", "")],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "a tenant leaves with its sites",
        base: &[],
        edit: &[
            Delete(SHOP),
            Replace(
                "site-specs/tenants.yaml",
                "---\napiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: globex}\nspec: {}\n",
                "",
            ),
        ],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "a site is disabled, and its file is deleted in the same step",
        base: &[],
        edit: &[Replace(SHOP, "template: web", "template: web\n  state: disabled"), Delete(SHOP)],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "protection is taken off and the site removed from an environment in one step",
        base: &[],
        edit: &[
            Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: false"),
            Replace(PORTAL, "    staging: {}\n", ""),
        ],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "everything is deleted",
        base: &[],
        edit: &[Delete(PORTAL), Delete(SHOP), Delete(WIKI)],
        due: &[
            "mass-removal",
            "mass-removal",
            "namespace-removed",
            "namespace-removed",
            "namespace-removed",
            "namespace-removed",
        ],
    },
    Case {
        name: "a merge drops two of three sites",
        base: &[],
        edit: &[Delete(PORTAL), Delete(WIKI)],
        due: &["mass-removal", "mass-removal", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
    // Templates.
    Case {
        name: "the template loses a claim and what mounts it",
        base: &[],
        edit: &[
            Replace(
                CLAIMS,
                "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-database\"}\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: fast\n  resources: {requests: {storage: \"{{size}}\"}}\n",
                "",
            ),
            Delete(DATABASE),
        ],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "the file of the claims is deleted from the template",
        base: &[],
        edit: &[Delete(CLAIMS)],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a claim comes under a condition that is false",
        base: &[],
        edit: &[
            Replace(
                CLAIMS,
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-files\"}",
                "{{#shared}}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-files\"}",
            ),
            Replace(CLAIMS, "---\n", "{{/shared}}\n---\n"),
            Replace(
                "templates/web/template.yaml",
                "        size: {type: string}",
                "        shared: {type: boolean}\n        size: {type: string}",
            ),
        ],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "the environment loses the template of its namespaces",
        base: &[],
        edit: &[Replace(
            ENVIRONMENTS,
            "tier: production\n  clusters: [stable]\n  template: ns",
            "tier: production\n  clusters: [stable]",
        )],
        due: &["namespace-removed", "namespace-removed", "namespace-removed"],
    },
    Case {
        name: "a site gets another template",
        base: &[],
        edit: &[Replace(SHOP, "template: web", "template: store")],
        due: &["data-removed"],
    },
    Case {
        name: "an environment replaces a template",
        base: &[],
        edit: &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  replace: {web: store}")],
        due: &["data-removed"],
    },
    Case {
        name: "a cluster no longer has its template",
        base: &[],
        edit: &[Replace(CLUSTERS, "  templates: [base]\n", "")],
        due: &["crd-removed", "data-removed"],
    },
    Case { name: "a CRD leaves", base: &[], edit: &[Delete("templates/base/crd.yaml")], due: &["crd-removed"] },
    Case {
        name: "a volume leaves",
        base: &[],
        edit: &[Replace(STORAGE, "name: archive", "name: attic")],
        due: &["data-removed"],
    },
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
            Replace(
                STORE,
                "  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec:\n        accessModes: [ReadWriteOnce]\n        resources: {requests: {storage: \"{{size}}\"}}\n",
                "",
            ),
        ],
        due: &["data-detached"],
    },
    // Layers of values.
    Case {
        name: "a value shrinks claims",
        base: &[],
        edit: &[Replace(PORTAL, "size: 20Gi", "size: 5Gi")],
        due: &["storage-shrunk"],
    },
    Case {
        name: "a lower layer shrinks claims of many sites",
        base: &[],
        edit: &[Replace("bayplan.yaml", "size: 10Gi", "size: 10G")],
        due: &["immutable-changed", "storage-shrunk", "storage-shrunk", "storage-shrunk"],
    },
    Case {
        name: "a patch of an environment changes the storage class",
        base: &[],
        edit: &[Replace(
            ENVIRONMENTS,
            "tier: staging",
            "tier: staging\n  patches:\n    - target: {kind: PersistentVolumeClaim, name: \"*-database\"}\n      merge: {spec: {storageClassName: slow}}",
        )],
        due: &["immutable-changed"],
    },
    Case {
        name: "a claim is to be made from a snapshot",
        base: &[],
        edit: &[Replace(
            CLAIMS,
            "  storageClassName: fast\n",
            "  storageClassName: fast\n  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: yesterday}\n",
        )],
        due: &["immutable-changed", "immutable-changed", "immutable-changed", "immutable-changed"],
    },
    // Protection.
    Case {
        name: "an environment is no longer protected",
        base: &[],
        edit: &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: false")],
        due: &["protection-removed"],
    },
    Case {
        name: "a site's environment is no longer protected",
        base: &[],
        edit: &[Replace(PORTAL, "    staging: {}", "    staging: {protect: false}")],
        due: &["protection-removed"],
    },
    Case {
        name: "a volume may be deleted with its claim",
        base: &[],
        edit: &[Replace(STORAGE, "persistentVolumeReclaimPolicy: Retain", "persistentVolumeReclaimPolicy: Delete")],
        due: &["protection-removed"],
    },
    Case {
        name: "a StatefulSet deletes its claims when it leaves",
        base: &[],
        edit: &[Replace(
            STORE,
            "  replicas: {{replicas}}\n",
            "  replicas: {{replicas}}\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}\n",
        )],
        due: &["protection-removed"],
    },
    // Layers of the output.
    Case {
        name: "a StatefulSet moves to a later layer",
        base: &[],
        edit: &[Replace(
            STORE,
            "kind: StatefulSet\nmetadata:\n  name: {{site.name}}-store\n  annotations: {bayplan/layer: services}",
            "kind: StatefulSet\nmetadata:\n  name: {{site.name}}-store",
        )],
        due: &["object-moved"],
    },
    Case {
        name: "a load balancer moves to a later layer",
        base: &[],
        edit: &[Replace(
            DATABASE,
            "  name: {{site.name}}-door\n  annotations: {bayplan/layer: services}",
            "  name: {{site.name}}-door",
        )],
        due: &["object-moved", "object-moved", "object-moved", "object-moved"],
    },
    Case {
        name: "the Namespace leaves its template",
        base: &[],
        edit: &[Replace(NAMESPACE, NAMESPACE_DOCUMENT, "")],
        due: &["namespace-removed", "namespace-removed", "namespace-removed", "namespace-removed"],
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
        edit: &[Replace(
            STORE,
            "  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec:\n        accessModes: [ReadWriteOnce]\n        resources: {requests: {storage: \"{{size}}\"}}\n",
            "      volumes: [{name: data, emptyDir: {}}]\n",
        )],
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
    // Layers.
    Case {
        name: "a fleet enforces a smaller size",
        base: &[],
        edit: &[
            Replace(FLEET, "  values: {size: 10Gi}\n", "  values: {size: 10Gi}\n  enforce: {size: 4Gi}\n"),
            Replace(PORTAL, "      values: {size: 20Gi}\n", "      values: {}\n"),
        ],
        due: &["immutable-changed", "storage-shrunk", "storage-shrunk", "storage-shrunk", "storage-shrunk"],
    },
    Case {
        name: "an environment starts from another one than before",
        base: &[
            Replace(PORTAL, "    staging: {}", "    staging: {}\n    preview: {values: {greeting: hi}}"),
            Replace(ENVIRONMENTS, "template: ns\n  protect: false\n", "template: ns\n  like: production\n"),
        ],
        edit: &[Replace(ENVIRONMENTS, "like: production", "like: staging")],
        due: &["storage-shrunk"],
    },
    Case {
        name: "a tenant replaces a template",
        base: &[],
        edit: &[Replace(
            TENANTS,
            "metadata: {name: globex}\nspec: {}",
            "metadata: {name: globex}\nspec: {replace: {web: store}}",
        )],
        due: &["data-removed"],
    },
    Case {
        name: "a cluster replaces a template",
        base: &[],
        edit: &[Replace(
            CLUSTERS,
            "  accepts: [production, staging]\n",
            "  accepts: [production, staging]\n  replace: {web: store}\n",
        )],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a site's environment names another template",
        base: &[],
        edit: &[Replace(PORTAL, "    staging: {}", "    staging: {template: store}")],
        due: &["data-removed"],
    },
    Case {
        name: "a tenant's environment moves to another cluster",
        base: &[Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]")],
        edit: &[Replace(
            TENANTS,
            "metadata: {name: acme}\nspec: {}",
            "metadata: {name: acme}\nspec: {environments: {staging: {clusters: [unstable]}}}",
        )],
        due: &["namespace-removed"],
    },
    Case {
        name: "all sites of an environment come into one namespace",
        base: &[],
        edit: &[Replace(ENVIRONMENTS, "{{tenant.name}}-{{site.name}}-next", "{{environment.name}}")],
        due: &["namespace-removed"],
    },
    Case {
        name: "an environment takes the names of another, which gets new ones",
        base: &[],
        edit: &[
            Replace(
                ENVIRONMENTS,
                "tier: production\n",
                "tier: production\n  namespace: \"{{tenant.name}}-{{site.name}}-live\"\n",
            ),
            Replace(ENVIRONMENTS, "{{site.name}}-next", "{{site.name}}-production"),
        ],
        due: &["namespace-removed", "namespace-removed", "namespace-removed", "owner-changed", "storage-shrunk"],
    },
    Case {
        name: "two sites swap their names",
        base: &[],
        edit: &[
            Replace(PORTAL, "{name: portal}", "{name: other}"),
            Replace(WIKI, "{name: wiki}", "{name: portal}"),
            Replace(PORTAL, "{name: other}", "{name: wiki}"),
        ],
        due: &["data-detached", "data-removed", "namespace-removed"],
    },
    Case {
        name: "a manifest of a site leaves that holds a claim",
        base: &[
            Replace(SHOP, "  environments:\n", "  manifests: [{file: extra/more.yaml}]\n  environments:\n"),
            Write(
                "extra/more.yaml",
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: more}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n",
            ),
        ],
        edit: &[Replace(SHOP, "  manifests: [{file: extra/more.yaml}]\n", ""), Delete("extra/more.yaml")],
        due: &["data-removed"],
    },
    Case {
        name: "a manifest of a site is for another environment",
        base: &[
            Replace(SHOP, "  environments:\n", "  manifests: [{file: extra/more.yaml}]\n  environments:\n"),
            Write(
                "extra/more.yaml",
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: more}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n",
            ),
        ],
        edit: &[Replace(SHOP, "more.yaml}", "more.yaml, environments: [preview]}")],
        due: &["data-removed"],
    },
    Case {
        name: "a claim becomes a ConfigMap of the same name",
        base: &[],
        edit: &[
            Replace(
                CLAIMS,
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-database\"}\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: fast\n  resources: {requests: {storage: \"{{size}}\"}}\n",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{site.name}}-database\"}\ndata: {size: \"{{size}}\"}\n",
            ),
            Replace(
                DATABASE,
                "persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}",
                "configMap: {name: \"{{site.name}}-database\"}",
            ),
        ],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    // Data that is no claim.
    Case {
        name: "a ConfigMap that was data is so no longer",
        base: &[Replace(
            WEB,
            "metadata: {name: \"{{site.name}}-settings\"}",
            "metadata: {name: \"{{site.name}}-settings\", annotations: {bayplan/layer: data}}",
        )],
        edit: &[Replace(WEB, ", annotations: {bayplan/layer: data}", "")],
        due: &["object-moved", "object-moved", "object-moved"],
    },
    Case {
        name: "a snapshot leaves",
        base: &[Append(
            CLAIMS,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: \"{{site.name}}-before\"}\nspec: {source: {persistentVolumeClaimName: \"{{site.name}}-files\"}}\n",
        )],
        edit: &[Replace(CLAIMS, "{{site.name}}-before", "{{site.name}}-after")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a snapshot is of another claim",
        base: &[Append(
            CLAIMS,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: before}\nspec: {source: {persistentVolumeClaimName: \"{{site.name}}-files\"}}\n",
        )],
        edit: &[Replace(
            CLAIMS,
            "persistentVolumeClaimName: \"{{site.name}}-files\"",
            "persistentVolumeClaimName: \"{{site.name}}-database\"",
        )],
        due: &["immutable-changed", "immutable-changed", "immutable-changed", "immutable-changed"],
    },
    Case {
        name: "the credentials of a database leave with their SOPS file",
        base: &[
            Write("secrets/shop.yaml", SOPS),
            Replace(
                SHOP,
                "  environments:\n",
                "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n  environments:\n",
            ),
        ],
        edit: &[
            Replace(SHOP, "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n", ""),
            Delete("secrets/shop.yaml"),
        ],
        due: &["data-removed"],
    },
    Case {
        name: "the credentials of a database leave the layer of data",
        base: &[
            Write("secrets/shop.yaml", SOPS),
            Replace(
                SHOP,
                "  environments:\n",
                "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n  environments:\n",
            ),
        ],
        edit: &[Replace(SHOP, ", layer: data}]", "}]")],
        due: &["object-moved"],
    },
    Case {
        name: "sealed credentials of a database leave",
        base: &[
            Write("secrets/shop.yaml", SEALED),
            Replace(
                SHOP,
                "  environments:\n",
                "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n  environments:\n",
            ),
        ],
        edit: &[
            Replace(SHOP, "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n", ""),
            Delete("secrets/shop.yaml"),
        ],
        due: &["data-removed"],
    },
    Case {
        name: "sealed credentials of a database leave the layer of data",
        base: &[
            Write("secrets/shop.yaml", SEALED),
            Replace(
                SHOP,
                "  environments:\n",
                "  secrets: [{file: secrets/shop.yaml, environments: [production], layer: data}]\n  environments:\n",
            ),
        ],
        edit: &[Replace(SHOP, ", layer: data}]", "}]")],
        due: &["object-moved"],
    },
    // The cluster's own.
    Case {
        name: "a CRD is renamed",
        base: &[],
        edit: &[Replace(CRD, "backups", "copies"), Replace(CRD, "singular: backup", "singular: copy")],
        due: &["crd-removed"],
    },
    Case {
        name: "the version of a CRD leaves that objects are stored in",
        base: &[],
        edit: &[Replace(CRD, "- name: v1", "- name: v2")],
        due: &["immutable-changed"],
    },
    Case {
        name: "a storage class deletes volumes from now on",
        base: &[],
        edit: &[Replace(STORAGE, "reclaimPolicy: Retain\nallow", "reclaimPolicy: Delete\nallow")],
        due: &["immutable-changed"],
    },
    Case {
        name: "a volume is another folder of the server",
        base: &[],
        edit: &[Replace(STORAGE, "path: /archive", "path: /attic")],
        due: &["immutable-changed"],
    },
    Case {
        name: "the class of snapshots deletes them from now on",
        base: &[Append(
            STORAGE,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: keep}\ndriver: cinder.csi.openstack.org\ndeletionPolicy: Retain\n",
        )],
        edit: &[Replace(STORAGE, "deletionPolicy: Retain", "deletionPolicy: Delete")],
        due: &["protection-removed"],
    },
    // Protection.
    Case {
        name: "a site is no longer protected",
        base: &[],
        edit: &[Replace(SHOP, "  template: web\n", "  template: web\n  protect: false\n")],
        due: &["protection-removed"],
    },
    Case {
        name: "a tenant's environment is no longer protected",
        base: &[],
        edit: &[Replace(
            TENANTS,
            "metadata: {name: acme}\nspec: {}",
            "metadata: {name: acme}\nspec: {environments: {staging: {protect: false}}}",
        )],
        due: &["protection-removed"],
    },
    Case {
        name: "protection is taken off, and a claim renamed in the same step",
        base: &[],
        edit: &[
            Replace(SHOP, "  template: web\n", "  template: web\n  protect: false\n"),
            Everywhere("{{site.name}}-files", "{{site.name}}-media"),
        ],
        due: &["data-removed", "data-removed", "data-removed", "protection-removed"],
    },
    Case {
        name: "the limit of removals is lifted, and a site removed",
        base: &[],
        edit: &[Replace(FLEET, "maxRemoval: 20%", "maxRemoval: 100%"), Delete(WIKI)],
        due: &["namespace-removed"],
    },
    // Acknowledgements of something else.
    Case {
        name: "what is acknowledged is another object",
        base: &[],
        edit: &[
            Delete(WIKI),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, namespace: acme-portal-production}\n  reason: a mistake\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "what is acknowledged is another change of that object",
        base: &[],
        edit: &[
            Everywhere("{{site.name}}-files", "{{site.name}}-media"),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: data-detached\n  object: {cluster: stable, kind: PersistentVolumeClaim}\n  reason: a mistake\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "what is acknowledged was so until yesterday",
        base: &[],
        edit: &[
            Delete(WIKI),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, namespace: acme-wiki-production}\n  reason: too late\n  expires: \"2026-11-22\"\n",
            ),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "a pattern in an acknowledgement is a name",
        base: &[],
        edit: &[
            Delete(WIKI),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, namespace: \"acme-*\"}\n  reason: a pattern\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "what is acknowledged is one of two claims",
        base: &[],
        edit: &[
            Replace(SHOP, "template: web", "template: store"),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: data-removed\n  object: {cluster: stable, namespace: globex-shop-production, name: shop-files}\n  reason: half of it\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["data-removed"],
    },
    Case {
        name: "the namespaces of an environment are acknowledged, and not that it leaves whole",
        base: &[],
        edit: &[
            Replace(PORTAL, "    staging: {}\n", ""),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, environment: staging}\n  reason: no more staging\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["mass-removal"],
    },
];

#[test]
fn no_edit_that_loses_data_passes_unacknowledged() {
    let mut failures = Vec::new();
    for case in CASES.iter().chain(hostile::CASES) {
        let Judged { new, verdict, .. } = match judged(case) {
            Ok(judged) => judged,
            Err(told) => {
                failures.push(told);
                continue;
            }
        };
        let got = refused(&verdict);
        let due = case.due.to_vec();
        if got != due || got.is_empty() {
            let told = told(&verdict.diagnostics, &new.sources);
            failures.push(format!("{}: due {due:?}, got {got:?}\n{told}", case.name));
        }
    }
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_is_printed_lets_each_edit_through() {
    for case in CASES.iter().chain(hostile::CASES) {
        let Judged { last, mut fleet, verdict, .. } = judged(case).unwrap_or_else(|told| panic!("{told}"));
        fleet.files.insert("site-specs/as-printed.yaml".to_owned(), printed_acknowledgements(&verdict));
        let new = fleet.compiled(case.name);
        let verdict = judge(&last, &new);
        let told = told(&verdict.diagnostics, &new.sources);
        assert_eq!(refused(&verdict), Vec::<&str>::new(), "{}:\n{told}", case.name);
        let is_ours = |line: &&str| line.contains("acknowledgement-unused") && !line.contains("Acknowledgement given");
        assert_eq!(told.lines().find(is_ours), None, "{}:\n{told}", case.name);
    }
}

#[test]
fn what_no_gate_needs_to_see_does_not_compile() {
    for (name, edit, due) in hostile::REFUSED_BEFORE {
        match Fleet::base().edited(name, edit).try_compiled() {
            Ok(_) => panic!("{name} compiles"),
            Err(told) => assert!(told.starts_with(due), "{name}: {told}"),
        }
    }
}
