//! More edits that lose nothing, near to those of [`crate::hostile`]. [`crate::harmless`] holds them to account.

use crate::edits::{
    CLAIMS, CLUSTERS, CRD, Case, DATABASE, ENVIRONMENTS, FLEET, JOBS, NAMESPACE, PORTAL, SCHEMA, SHOP, STORAGE, STORE,
    TENANTS, WEB, WIKI,
};
use crate::support::Op::{self, Append, Delete, Everywhere, Replace, Write};

const fn case(name: &'static str, edit: &'static [Op]) -> Case {
    Case { name, base: &[], edit, due: &[] }
}

const STABLE: &str = "  accepts: [production, staging]\n";
const TIER: &str = "tier: production\n";
const BY_SITE: Op = Replace(ENVIRONMENTS, TIER, "tier: production\n  namespace: \"{{site.name}}-live\"\n");
const INSTALL: &str = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {{site.name}}-install\n  annotations: {bayplan/run: once, bayplan/layer: before}\nspec:\n  backoffLimit: 2\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - name: install\n          image: {{image}}\n          command: [install, \"{{greeting}}\"]\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n---\n";
const SEED: &str = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {{site.name}}-seed\n  annotations: {bayplan/run: once, bayplan/layer: before}\nspec:\n  backoffLimit: 2\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - name: seed\n          image: {{image}}\n          command: [seed]\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n";
const DATADIR: Op = Replace(
    DATABASE,
    "          volumeMounts: [{name: data, mountPath: /var/lib/mysql}]\n",
    "          env: [{name: DATADIR, value: /var/lib/mysql/a}, {name: SOCKET, value: /run/mysqld}]\n          volumeMounts: [{name: data, mountPath: /var/lib/mysql}]\n",
);

/// Edits that change nothing in the output.
pub const SAY_THE_SAME: &[&str] = &[
    "a comment in a template",
    "a comment in a spec",
    "a file of a template gets another name",
    "part of a template becomes a partial",
    "a spec is written in another style",
    "a site gets a label of its own",
    "the fleet gets another name",
    "two environments change places in their file",
    "two environments swap their tiers",
];

pub const CASES: &[Case] = &[
    // Owners.
    Case {
        name: "a tenant is renamed whose name is no part of any namespace's",
        base: &[
            BY_SITE,
            Replace(ENVIRONMENTS, "protect: false\n", "protect: false\n  namespace: \"{{site.name}}-preview\"\n"),
            Replace(NAMESPACE, "name: \"{{tenant.name}}\"", "name: all"),
        ],
        edit: &[Everywhere("name: globex", "name: initech"), Everywhere("tenant: globex", "tenant: initech")],
        due: &["owner-changed"],
    },
    Case {
        name: "a preview goes to another tenant and keeps its namespace, which was never protected",
        base: &[
            Replace(ENVIRONMENTS, "protect: false\n", "protect: false\n  namespace: \"{{site.name}}-preview\"\n"),
            Replace(SHOP, "    production: {}\n", ""),
        ],
        edit: &[Replace(SHOP, "tenant: globex", "tenant: acme")],
        due: &[],
    },
    case(
        "two environments swap their tiers",
        &[
            Replace(ENVIRONMENTS, "tier: production\n", "tier: x\n"),
            Replace(ENVIRONMENTS, "tier: staging\n", "tier: production\n"),
            Replace(ENVIRONMENTS, "tier: x\n", "tier: staging\n"),
        ],
    ),
    case(
        "two environments change places in their file",
        &[
            Replace(
                ENVIRONMENTS,
                "apiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: production}\nspec:\n  tier: production\n  clusters: [stable]\n  template: ns\n---\n",
                "",
            ),
            Append(
                ENVIRONMENTS,
                "---\napiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: production}\nspec:\n  tier: production\n  clusters: [stable]\n  template: ns\n",
            ),
        ],
    ),
    // Delivery.
    Case {
        name: "Argo CD takes over a cluster that has neither volumes of its own nor addresses",
        base: &[Replace(DATABASE, "  type: LoadBalancer\n", "")],
        edit: &[Replace(CLUSTERS, "accepts: [testing]\n", "accepts: [testing]\n  delivery: {kind: argocd}\n")],
        due: &["delivery-moved"],
    },
    case(
        "a cluster's delivery is left to others",
        &[Replace(CLUSTERS, STABLE, "  accepts: [production, staging]\n  delivery: {kind: none}\n")],
    ),
    Case {
        name: "a cluster's delivery is no longer left to others",
        base: &[Replace(CLUSTERS, STABLE, "  accepts: [production, staging]\n  delivery: {kind: none}\n")],
        edit: &[Replace(CLUSTERS, "  delivery: {kind: none}\n", "")],
        due: &[],
    },
    case("delivery waits longer", &[Replace(FLEET, "kind: flux,", "kind: flux, timeout: 30m, retryInterval: 5m,")]),
    case(
        "delivery has its credentials elsewhere",
        &[Replace(FLEET, "kind: flux,", "kind: flux, secretRef: deploy-key,")],
    ),
    case("the repository moves", &[Replace(FLEET, "git.example.org", "git2.example.org")]),
    // Jobs.
    case("a job that runs once leaves", &[Replace(JOBS, INSTALL, "")]),
    case("a job that runs once comes to sites that are there", &[Append(JOBS, "---\n"), Append(JOBS, SEED)]),
    case(
        "a job on each change becomes one that runs once",
        &[Replace(JOBS, "bayplan/run: on-change", "bayplan/run: once")],
    ),
    Case {
        name: "a job that runs once gets another name where nothing is protected",
        base: &[
            Everywhere("tier: production\n", "tier: production\n  protect: false\n"),
            Everywhere("tier: staging\n", "tier: staging\n  protect: false\n"),
        ],
        edit: &[Replace(JOBS, "{{site.name}}-install", "{{site.name}}-setup")],
        due: &[],
    },
    // Volumes.
    case(
        "a volume is set aside for a claim",
        &[Replace(
            STORAGE,
            "  persistentVolumeReclaimPolicy: Retain\n",
            "  persistentVolumeReclaimPolicy: Retain\n  claimRef: {namespace: acme-wiki-production, name: archive}\n",
        )],
    ),
    case(
        "a storage class comes",
        &[Append(
            STORAGE,
            "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: slow}\nprovisioner: cinder.csi.openstack.org\nreclaimPolicy: Retain\n",
        )],
    ),
    case(
        "a site gets one more claim",
        &[Append(
            CLAIMS,
            "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-private\"}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n",
        )],
    ),
    case(
        "claims are annotated for a backup",
        &[Replace(
            CLAIMS,
            "metadata: {name: \"{{site.name}}-files\"}",
            "metadata: {name: \"{{site.name}}-files\", annotations: {k8up.io/backup: \"true\"}}",
        )],
    ),
    case(
        "the default of a StatefulSet is written down",
        &[Replace(STORE, "  serviceName:", "  podManagementPolicy: OrderedReady\n  serviceName:")],
    ),
    case(
        "a StatefulSet keeps its claims, and says so",
        &[Replace(
            STORE,
            "  serviceName:",
            "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}\n  serviceName:",
        )],
    ),
    // Where data is looked for.
    Case {
        name: "a database is told another folder of its claim",
        base: &[DATADIR],
        edit: &[Replace(DATABASE, "/var/lib/mysql/a", "/var/lib/mysql/b")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a database is told a folder outside of its claim",
        base: &[DATADIR],
        edit: &[Replace(DATABASE, "/var/lib/mysql/a", "/srv/mysql")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a database is no longer told where its data is",
        base: &[DATADIR],
        edit: &[Replace(DATABASE, "{name: DATADIR, value: /var/lib/mysql/a}, ", "")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a database is told of its socket, which is in no claim",
        base: &[DATADIR],
        edit: &[Replace(DATABASE, "/run/mysqld", "/tmp/mysqld")],
        due: &[],
    },
    Case {
        name: "a database is told the same folder in other words",
        base: &[DATADIR],
        edit: &[Replace(DATABASE, "/var/lib/mysql/a", "/var/lib/mysql/a/")],
        due: &[],
    },
    // Workloads.
    case("an image comes from another registry", &[Replace(SCHEMA, "registry.example.org", "mirror.example.org")]),
    case("a database gets a newer image", &[Replace(DATABASE, "mariadb:11.8@", "mariadb:12.0@")]),
    case(
        "a helper comes that runs beside",
        &[Replace(
            WEB,
            "      containers:\n",
            "      initContainers:\n        - name: log\n          restartPolicy: Always\n          image: registry.example.org/log:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n      containers:\n",
        )],
    ),
    case(
        "pods get an annotation",
        &[Replace(
            WEB,
            "metadata: {labels: {app: \"{{site.name}}\"}}",
            "metadata: {labels: {app: \"{{site.name}}\"}, annotations: {a: b}}",
        )],
    ),
    case("pods get more memory", &[Everywhere("memory: 256Mi", "memory: 512Mi")]),
    case(
        "pods have a priority",
        &[Replace(WEB, "    spec:\n      containers:", "    spec:\n      priorityClassName: sites\n      containers:")],
    ),
    case(
        "a Deployment replaces all pods at once",
        &[Replace(WEB, "  replicas: {{replicas}}\n", "  replicas: {{replicas}}\n  strategy: {type: Recreate}\n")],
    ),
    case("a volume of the pods' own gets a limit", &[Replace(WEB, "emptyDir: {}", "emptyDir: {sizeLimit: 1Gi}")]),
    case("a site has another host", &[Replace(WEB, "example.org\n", "example.com\n")]),
    case("a port of a Service gets another name", &[Everywhere("name: http", "name: web")]),
    case("a cron job is stopped", &[Replace(JOBS, "  schedule:", "  suspend: true\n  schedule:")]),
    // Sites.
    Case {
        name: "a site that was disabled is enabled",
        base: &[Replace(PORTAL, "template: web", "template: web\n  state: disabled")],
        edit: &[Replace(PORTAL, "template: web\n  state: disabled", "template: web")],
        due: &[],
    },
    case(
        "a tenant comes with a site in each environment",
        &[Write(
            "site-specs/initech.yaml",
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: initech}\nspec: {}\n---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: intranet}\nspec:\n  tenant: initech\n  template: web\n  environments: {production: {}, staging: {}, preview: {}}\n",
        )],
    ),
    case("a site gets a label of its own", &[Replace(WIKI, "{name: wiki}", "{name: wiki, labels: {team: a}}")]),
    case("the fleet gets another name", &[Replace(FLEET, "{name: gates}", "{name: fleet}")]),
    case(
        "a tenant may live on one cluster alone, where it is",
        &[Replace(
            TENANTS,
            "metadata: {name: globex}\nspec: {}",
            "metadata: {name: globex}\nspec: {clusters: [stable, unstable], values: {greeting: hi}}",
        )],
    ),
    // How it is written.
    case("a comment in a template", &[Replace(CLAIMS, "spec:\n", "spec: # as asked\n")]),
    case("a comment in a spec", &[Append(SHOP, "# the end\n")]),
    case(
        "a file of a template gets another name",
        &[Delete(CRD), Write("templates/base/backups.yaml", include_str!("fleet/templates/base/crd.yaml"))],
    ),
    case(
        "part of a template becomes a partial",
        &[
            Everywhere(
                "          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: data, mountPath: /data}]\n",
                "          {{> resources}}\n          volumeMounts: [{name: data, mountPath: /data}]\n",
            ),
            Write(
                "templates/store/partials/resources.mustache",
                "resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n",
            ),
        ],
    ),
    case(
        "a spec is written in another style",
        &[Replace(WIKI, "metadata: {name: wiki}", "metadata:\n  name: \"wiki\"")],
    ),
];
