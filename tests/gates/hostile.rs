//! More edits that would lose data, by routes that one has to look for: owners that change, delivery, Jobs, volumes set aside,
//! values far from the claim. [`crate::losing`] holds them to account.

use crate::edits::{
    CLAIMS, CLUSTERS, CRD, Case, DATABASE, ENVIRONMENTS, FLEET, JOBS, PORTAL, SCHEMA, SHOP, STORAGE, TENANTS, WEB, WIKI,
};
use crate::support::Op::{self, Append, Delete, Everywhere, Replace, Write};

const fn case(name: &'static str, edit: &'static [Op], due: &'static [&'static str]) -> Case {
    Case { name, base: &[], edit, due }
}

const STABLE: &str = "  accepts: [production, staging]\n";
const ARGOCD: &str = "  accepts: [production, staging]\n  delivery: {kind: argocd}\n";
const TIER: &str = "tier: production\n";
/// Production's namespaces are called by their site alone.
const BY_SITE: Op = Replace(ENVIRONMENTS, TIER, "tier: production\n  namespace: \"{{site.name}}-live\"\n");
const GLOBEX: &str = "---\napiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: globex}\nspec: {}\n";
const RETAINED: &str = "  persistentVolumeReclaimPolicy: Retain\n";
const RESERVED: Op = Replace(
    STORAGE,
    RETAINED,
    "  persistentVolumeReclaimPolicy: Retain\n  claimRef: {namespace: acme-wiki-production, name: archive}\n",
);
const MORE: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: more}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
const MANIFEST: &str = "  manifests: [{file: extra/more.yaml, environments: [production]}]\n  environments:\n";
const FOUR_SITES: &str = "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: a}\nspec: {tenant: acme, template: web, environments: {production: {}}}\n---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: b}\nspec: {tenant: acme, template: web, environments: {production: {}}}\n---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: c}\nspec: {tenant: acme, template: web, environments: {production: {}}}\n---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: d}\nspec: {tenant: acme, template: web, environments: {production: {}}}\n";
const VOLUMES: &[Op] = &[
    Append(
        CLAIMS,
        "{{#volumes}}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-{{name}}\"}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n{{/volumes}}\n",
    ),
    Replace(
        SCHEMA,
        "        replicas: {type: integer}\n",
        "        replicas: {type: integer}\n        volumes:\n          type: array\n          x-kubernetes-list-type: map\n          x-kubernetes-list-map-keys: [name]\n          items: {type: object, properties: {name: {type: string}}, required: [name]}\n",
    ),
    Replace(SCHEMA, "      replicas: 1\n", "      replicas: 1\n      volumes: [{name: extra}, {name: spare}]\n"),
];

pub const CASES: &[Case] = &[
    // Owners.
    case(
        "two environments swap the patterns of their namespaces",
        &[
            Replace(ENVIRONMENTS, "{{site.name}}-next", "{{site.name}}-production"),
            Replace(ENVIRONMENTS, TIER, "tier: production\n  namespace: \"{{tenant.name}}-{{site.name}}-next\"\n"),
        ],
        &["namespace-removed", "namespace-removed", "owner-changed", "owner-changed", "storage-shrunk"],
    ),
    Case {
        name: "two environments swap their namespaces, and nothing else differs",
        base: &[Replace(PORTAL, "values: {size: 20Gi}", "values: {}"), Delete(SHOP), Delete(WIKI)],
        edit: &[
            Replace(ENVIRONMENTS, "{{site.name}}-next", "{{site.name}}-production"),
            Replace(ENVIRONMENTS, TIER, "tier: production\n  namespace: \"{{tenant.name}}-{{site.name}}-next\"\n"),
        ],
        due: &["owner-changed", "owner-changed"],
    },
    Case {
        name: "a site goes to another tenant and keeps its namespace",
        base: &[BY_SITE],
        edit: &[Replace(SHOP, "tenant: globex", "tenant: acme")],
        due: &["owner-changed"],
    },
    Case {
        name: "the only site of a tenant goes to another one, and the tenant leaves",
        base: &[BY_SITE],
        edit: &[Replace(SHOP, "tenant: globex", "tenant: acme"), Replace(TENANTS, GLOBEX, "")],
        due: &["owner-changed"],
    },
    Case {
        name: "a site takes the name of another tenant's site that leaves",
        base: &[BY_SITE, Replace(PORTAL, "    staging: {}\n", "")],
        edit: &[Delete(PORTAL), Replace(SHOP, "{name: shop}", "{name: portal}")],
        due: &["namespace-removed", "owner-changed", "storage-shrunk"],
    },
    case(
        "an environment leaves, and another one takes its namespaces",
        &[
            Replace(PORTAL, "    staging: {}\n", ""),
            Replace(ENVIRONMENTS, TIER, "tier: production\n  namespace: \"{{tenant.name}}-{{site.name}}-next\"\n"),
        ],
        &["namespace-removed", "namespace-removed", "namespace-removed", "owner-changed"],
    ),
    Case {
        name: "the manifest of a claim goes to another site of the namespace",
        base: &[
            Replace(ENVIRONMENTS, TIER, "tier: production\n  namespace: \"{{tenant.name}}-live\"\n"),
            Replace(PORTAL, "  environments:\n", MANIFEST),
            Write("extra/more.yaml", MORE),
        ],
        edit: &[Replace(PORTAL, MANIFEST, "  environments:\n"), Replace(WIKI, "  environments:\n", MANIFEST)],
        due: &["owner-changed"],
    },
    // Delivery.
    case("Argo CD takes over from Flux", &[Replace(CLUSTERS, STABLE, ARGOCD)], &["delivery-moved"]),
    Case {
        name: "Flux takes over from Argo CD",
        base: &[Replace(CLUSTERS, STABLE, ARGOCD)],
        edit: &[Replace(CLUSTERS, ARGOCD, STABLE)],
        due: &["delivery-moved"],
    },
    case(
        "the objects of Flux go to another namespace",
        &[Replace(FLEET, "kind: flux,", "kind: flux, namespace: gitops,")],
        &["delivery-moved", "delivery-moved"],
    ),
    Case {
        name: "one Argo CD begins to serve several clusters, which changes names",
        base: &[Replace(CLUSTERS, STABLE, ARGOCD)],
        edit: &[Replace(CLUSTERS, "{kind: argocd}", "{kind: argocd, destination: {name: stable-1}}")],
        due: &["delivery-moved"],
    },
    Case {
        name: "Argo CD applies to another cluster",
        base: &[
            Replace(CLUSTERS, STABLE, ARGOCD),
            Replace(CLUSTERS, "{kind: argocd}", "{kind: argocd, destination: {name: stable-1}}"),
        ],
        edit: &[Replace(CLUSTERS, "stable-1", "stable-2")],
        due: &["delivery-moved"],
    },
    // Jobs.
    case(
        "the job that installs gets another name",
        &[Replace(JOBS, "{{site.name}}-install", "{{site.name}}-setup")],
        &["job-runs-again", "job-runs-again", "job-runs-again"],
    ),
    case(
        "the job that installs runs on each change",
        &[Replace(JOBS, "bayplan/run: once", "bayplan/run: on-change")],
        &["job-runs-again", "job-runs-again", "job-runs-again"],
    ),
    Case {
        name: "the job that installs gets another name under Argo CD",
        base: &[Replace(CLUSTERS, STABLE, ARGOCD)],
        edit: &[Replace(JOBS, "{{site.name}}-install", "{{site.name}}-setup")],
        due: &["job-runs-again", "job-runs-again", "job-runs-again"],
    },
    // Volumes.
    Case {
        name: "a volume is set aside for another tenant's claim",
        base: &[RESERVED],
        edit: &[Replace(STORAGE, "acme-wiki-production", "globex-shop-production")],
        due: &["data-detached"],
    },
    Case {
        name: "a volume is set aside for nobody",
        base: &[RESERVED],
        edit: &[Replace(STORAGE, "  claimRef: {namespace: acme-wiki-production, name: archive}\n", "")],
        due: &["data-detached"],
    },
    case(
        "a claim asks for a volume by its labels",
        &[Replace(
            CLAIMS,
            "  storageClassName: fast\n",
            "  storageClassName: fast\n  selector: {matchLabels: {a: b}}\n",
        )],
        &["immutable-changed", "immutable-changed", "immutable-changed", "immutable-changed"],
    ),
    case(
        "a claim is read-only for many from now on",
        &[Replace(CLAIMS, "[ReadWriteMany]", "[ReadOnlyMany]")],
        &["immutable-changed", "immutable-changed", "immutable-changed", "immutable-changed"],
    ),
    Case {
        name: "a claim names another volume",
        base: &[Append(
            SHOP,
            "  patches:\n    - target: {kind: PersistentVolumeClaim, name: shop-files}\n      merge: {spec: {volumeName: a}}\n",
        )],
        edit: &[Replace(SHOP, "volumeName: a", "volumeName: b")],
        due: &["immutable-changed", "immutable-changed"],
    },
    case(
        "a storage class makes volumes on other disks",
        &[Replace(STORAGE, "{type: ssd}", "{type: hdd}")],
        &["immutable-changed"],
    ),
    case(
        "a storage class is another driver's",
        &[Replace(STORAGE, "cinder.csi.openstack.org", "manila.csi.openstack.org")],
        &["immutable-changed"],
    ),
    case(
        "a CRD is for the whole cluster",
        &[Replace(CRD, "scope: Namespaced", "scope: Cluster")],
        &["immutable-changed"],
    ),
    Case {
        name: "the content of a snapshot may be deleted with it",
        base: &[Append(
            STORAGE,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotContent\nmetadata: {name: before}\nspec:\n  deletionPolicy: Retain\n  driver: cinder.csi.openstack.org\n  source: {snapshotHandle: a}\n  volumeSnapshotRef: {name: before, namespace: acme-wiki-production}\n",
        )],
        edit: &[Replace(STORAGE, "deletionPolicy: Retain", "deletionPolicy: Delete")],
        due: &["protection-removed"],
    },
    Case {
        name: "the content of a snapshot is another one",
        base: &[Append(
            STORAGE,
            "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotContent\nmetadata: {name: before}\nspec:\n  deletionPolicy: Retain\n  driver: cinder.csi.openstack.org\n  source: {snapshotHandle: a}\n  volumeSnapshotRef: {name: before, namespace: acme-wiki-production}\n",
        )],
        edit: &[Replace(STORAGE, "snapshotHandle: a", "snapshotHandle: b")],
        due: &["immutable-changed"],
    },
    // Values far from the claim.
    Case {
        name: "a list in a lower layer is shortened, of which each item is a claim",
        base: VOLUMES,
        edit: &[Replace(SCHEMA, "{name: extra}, {name: spare}", "{name: extra}")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a tenant takes an item off a list, of which each is a claim",
        base: VOLUMES,
        edit: &[Replace(
            TENANTS,
            "metadata: {name: acme}\nspec: {}",
            "metadata: {name: acme}\nspec: {values: {volumes: [{name: spare, $patch: delete}]}}",
        )],
        due: &["data-removed", "data-removed"],
    },
    Case {
        name: "a fleet enforces that a list is absent, of which each item is a claim",
        base: VOLUMES,
        edit: &[Append(FLEET, "  enforce: {volumes: null}\n")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a value that is part of a claim's name changes",
        base: &[
            Everywhere("{{site.name}}-files", "{{site.name}}-{{folder}}"),
            Replace(
                SCHEMA,
                "        size: {type: string}\n",
                "        size: {type: string}\n        folder: {type: string}\n",
            ),
            Replace(SCHEMA, "      replicas: 1\n", "      replicas: 1\n      folder: files\n"),
        ],
        edit: &[Replace(ENVIRONMENTS, "tier: staging\n", "tier: staging\n  values: {folder: media}\n")],
        due: &["data-removed"],
    },
    Case {
        name: "a computed value that is part of a claim's name changes",
        base: &[
            Everywhere("{{site.name}}-files", "{{folder}}"),
            Append(SCHEMA, "  computed: [{name: folder, value: \"{{site.name}}-files\"}]\n"),
        ],
        edit: &[Replace(SCHEMA, "\"{{site.name}}-files\"}", "\"{{site.name}}-{{environment.name}}-files\"}")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    // Sites.
    Case {
        name: "a commit is reverted that brought a site",
        base: &[Write(
            "site-specs/blog.yaml",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\nspec:\n  tenant: acme\n  template: web\n  environments: {production: {}}\n",
        )],
        edit: &[Delete("site-specs/blog.yaml")],
        due: &["namespace-removed"],
    },
    Case {
        name: "four of seven sites leave at once, and no tenant or environment with them",
        base: &[Write("site-specs/more.yaml", FOUR_SITES)],
        edit: &[Delete("site-specs/more.yaml")],
        due: &["mass-removal", "namespace-removed", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
    case(
        "a site is disabled and no longer protected",
        &[Replace(SHOP, "template: web", "template: web\n  state: disabled\n  protect: false")],
        &["protection-removed"],
    ),
    case(
        "a site is disabled and gets another template",
        &[Replace(SHOP, "template: web", "template: store\n  state: disabled")],
        &["data-removed"],
    ),
    Case {
        name: "a site leaves one of its two clusters",
        base: &[
            Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]"),
            Replace(PORTAL, "    staging: {}", "    staging: {clusters: [stable, unstable]}"),
        ],
        edit: &[Replace(PORTAL, "[stable, unstable]", "[stable]")],
        due: &["namespace-removed"],
    },
    // Workloads.
    Case {
        name: "the cron job that backs a claim up no longer mounts it",
        base: &[
            Replace(
                JOBS,
                "              command: [cron]\n",
                "              command: [cron]\n              volumeMounts: [{name: files, mountPath: /files}]\n",
            ),
            Append(
                JOBS,
                "          volumes: [{name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}]\n",
            ),
        ],
        edit: &[Replace(JOBS, "              volumeMounts: [{name: files, mountPath: /files}]\n", "")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a first container leaves that mounted all of a claim",
        base: &[Replace(
            WEB,
            "      containers:\n",
            "      initContainers:\n        - name: prepare\n          image: registry.example.org/prepare:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: files, mountPath: /files}]\n      containers:\n",
        )],
        edit: &[Replace(WEB, "          volumeMounts: [{name: files, mountPath: /files}]\n", "")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    case(
        "a database mounts its claim one folder deeper",
        &[Replace(
            DATABASE,
            "{name: data, mountPath: /var/lib/mysql}",
            "{name: data, mountPath: /var/lib/mysql, subPath: data}",
        )],
        &["data-detached", "data-detached", "data-detached"],
    ),
    case(
        "a claim's place in the pod is taken by a Secret",
        &[Replace(
            DATABASE,
            "persistentVolumeClaim: {claimName: \"{{site.name}}-database\"}",
            "secret: {secretName: \"{{site.name}}-database\", optional: true}",
        )],
        &["data-detached", "data-detached", "data-detached"],
    ),
    // Data that is no claim.
    Case {
        name: "a ConfigMap that is data gets another name",
        base: &[Replace(
            WEB,
            "metadata: {name: \"{{site.name}}-settings\"}",
            "metadata: {name: \"{{site.name}}-settings\", annotations: {bayplan/layer: data}}",
        )],
        edit: &[Everywhere("{{site.name}}-settings", "{{site.name}}-config")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "an object of an operator that is data leaves",
        base: &[
            Append(
                DATABASE,
                "---\napiVersion: example.org/v1\nkind: Backup\nmetadata: {name: \"{{site.name}}\", annotations: {bayplan/layer: data}}\n",
            ),
            Append(FLEET, "  unvalidated: [{group: example.org, kind: Backup}]\n"),
        ],
        edit: &[Replace(
            DATABASE,
            "---\napiVersion: example.org/v1\nkind: Backup\nmetadata: {name: \"{{site.name}}\", annotations: {bayplan/layer: data}}\n",
            "",
        )],
        due: &["data-removed", "data-removed", "data-removed"],
    },
];

/// Edits that would take data along, and that do not even compile.
pub const REFUSED_BEFORE: &[(&str, &[Op], &str)] = &[
    (
        "a patch deletes a claim",
        &[Append(
            PORTAL,
            "  patches:\n    - target: {kind: PersistentVolumeClaim, name: portal-files}\n      strategic: {$patch: delete}\n",
        )],
        "error[",
    ),
    (
        "a patch renames a claim",
        &[Append(
            PORTAL,
            "  patches:\n    - target: {kind: PersistentVolumeClaim, name: portal-files}\n      merge: {metadata: {name: other}}\n",
        )],
        "error[",
    ),
    (
        "a patch sends a claim to another namespace",
        &[Append(
            PORTAL,
            "  patches:\n    - target: {kind: PersistentVolumeClaim, name: portal-files}\n      merge: {metadata: {namespace: other}}\n",
        )],
        "error[",
    ),
    (
        "a claim is put into another layer",
        &[Replace(
            CLAIMS,
            "metadata: {name: \"{{site.name}}-files\"}",
            "metadata: {name: \"{{site.name}}-files\", annotations: {bayplan/layer: app}}",
        )],
        "error[layer-not-allowed]",
    ),
    (
        "a template says whose a claim is",
        &[Replace(
            CLAIMS,
            "metadata: {name: \"{{site.name}}-files\"}",
            "metadata: {name: \"{{site.name}}-files\", labels: {bayplan/site: other}}",
        )],
        "error[reserved-key]",
    ),
];
