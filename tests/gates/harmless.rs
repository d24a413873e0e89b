//! Edits that lose nothing. None may be stopped; a few are warned of.

use crate::edits::{
    CLAIMS, CLUSTERS, CRD, Case, DATABASE, ENVIRONMENTS, FLEET, JOBS, Judged, NAMESPACE, PORTAL, SCHEMA, SHOP, STORAGE,
    STORE, TENANTS, WEB, WIKI, judged,
};
use crate::modest;
use crate::support::Op::{Append, Delete, Everywhere, Replace, Write};
use crate::support::{Fleet, Op, codes, judge, refused, told};
use bayplan::diag::Severity;

const fn case(name: &'static str, edit: &'static [Op]) -> Case {
    Case { name, base: &[], edit, due: &[] }
}

const IMAGE: &str = "web:1.4@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575";
const NEW_IMAGE: &str = "web:1.5@sha256:ac7b95aaabf6ded1812325edeeba23ce08a22b7a63592aebf5f5ef2a981303b7";
const INGRESS: &str = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: \"{{site.name}}\"}\nspec:\n  \
                       ingressClassName: traefik\n  rules:\n    - host: {{site.name}}.{{environment.name}}.example.org\n      \
                       http:\n        paths:\n          - {path: /, pathType: Prefix, backend: {service: {name: \
                       \"{{site.name}}-web\", port: {name: http}}}}\n";

/// A helper that mounts a folder of the site's, before the volumes.
const SYNC: &str = "        - name: sync\n          image: registry.example.org/sync:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: files, mountPath: /sync, subPath: public}]\n      volumes:\n";
const COPY_OF_STORE: &str = include_str!("fleet/templates/store/store.yaml.mustache");

/// Edits that change nothing in the output.
const SAY_THE_SAME: &[&str] = &[
    "nothing is edited",
    "a file of specs is split",
    "claims move to another file of the template",
    "a value moves to a higher layer",
    "protection is said twice",
    "the clusters' Kubernetes is upgraded",
    "a site that was disabled from its first day gets a StatefulSet no more",
    "a site lists its environments in another order",
    "a site names the cluster that it is on",
    "a site's clusters become a map",
    "a tenant says where it lives",
    "a tenant comes",
    "an environment's tier is called otherwise",
    "an environment says what its namespaces are called anyway",
    "a site says that it is enabled",
    "a value moves from the Fleet to the template's defaults",
    "what is set is enforced",
    "a patch says what is so anyway",
    "a cluster has a copy of a template",
    "sites move to other files",
    "the limit of removals is lower",
    "snapshots are kept of one site alone",
];

const CASES: &[Case] = &[
    case("nothing is edited", &[]),
    // Values.
    case("a new image", &[Replace(SCHEMA, IMAGE, NEW_IMAGE)]),
    case("a new image of one site", &[Replace(PORTAL, "values: {size: 20Gi}", "values: {size: 20Gi, greeting: hi}")]),
    case("claims grow", &[Replace(PORTAL, "size: 20Gi", "size: 50Gi")]),
    case("the same size in another unit", &[Replace(PORTAL, "size: 20Gi", "size: 20480Mi")]),
    case("more replicas", &[Replace(SCHEMA, "replicas: 1", "replicas: 3")]),
    case(
        "a new setting, which a job that runs once holds too",
        &[Replace(SCHEMA, "greeting: hello", "greeting: ahoy")],
    ),
    case(
        "labels of claims",
        &[Replace(
            CLAIMS,
            "metadata: {name: \"{{site.name}}-files\"}",
            "metadata: {name: \"{{site.name}}-files\", labels: {tier: files}}",
        )],
    ),
    case(
        "an attributes class of claims",
        &[Replace(
            CLAIMS,
            "  storageClassName: fast\n",
            "  storageClassName: fast\n  volumeAttributesClassName: gold\n",
        )],
    ),
    case(
        "what is the default is written down",
        &[Replace(CLAIMS, "  storageClassName: fast\n", "  storageClassName: fast\n  volumeMode: Filesystem\n")],
    ),
    // Sites come, stop and go on.
    case(
        "a new site",
        &[Write(
            "site-specs/blog.yaml",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\nspec:\n  tenant: acme\n  template: web\n  environments: {production: {}}\n",
        )],
    ),
    case(
        "a site comes to another environment",
        &[Replace(SHOP, "    preview: {}", "    preview: {}\n    staging: {}")],
    ),
    case(
        "a site comes to a second cluster",
        &[
            Replace(
                ENVIRONMENTS,
                "tier: staging\n  clusters: [stable]",
                "tier: staging\n  clusters: [stable, unstable]",
            ),
            Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]"),
        ],
    ),
    case("a site is disabled", &[Replace(PORTAL, "template: web", "template: web\n  state: disabled")]),
    case(
        "a site with a StatefulSet is disabled",
        &[Replace(WIKI, "template: store", "template: store\n  state: disabled")],
    ),
    case(
        "every site is disabled",
        &[
            Replace(PORTAL, "template: web", "template: web\n  state: disabled"),
            Replace(SHOP, "template: web", "template: web\n  state: disabled"),
            Replace(WIKI, "template: store", "template: store\n  state: disabled"),
        ],
    ),
    case(
        "a site is disabled where it is, and its image changes",
        &[Replace(PORTAL, "    staging: {}", "    staging: {state: disabled}"), Replace(SCHEMA, IMAGE, NEW_IMAGE)],
    ),
    case("a preview goes, which was never protected", &[Replace(SHOP, "    preview: {}\n", "")]),
    case(
        "a preview goes with its environment",
        &[
            Replace(SHOP, "    preview: {}\n", ""),
            Replace(
                ENVIRONMENTS,
                "---\napiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: preview}\nspec:\n  tier: testing\n  clusters: [unstable]\n  template: ns\n  protect: false\n",
                "",
            ),
        ],
    ),
    case("a preview is protected from now on", &[Replace(ENVIRONMENTS, "  protect: false\n", "")]),
    case(
        "a preview's claims get other names",
        &[Replace(ENVIRONMENTS, "  protect: false\n", "  protect: false\n  namespace: \"{{site.name}}-preview\"\n")],
    ),
    // Specs that say the same otherwise.
    case(
        "an environment is renamed that is no part of any namespace's name",
        &[
            Everywhere("{name: staging}", "{name: next}"),
            Everywhere("    staging: {}", "    next: {}"),
            Everywhere("{{environment.name}}.example.org", "{{environment.tier}}.example.org"),
        ],
    ),
    case(
        "a tenant's sites greet otherwise",
        &[Replace(
            TENANTS,
            "metadata: {name: acme}\nspec: {}",
            "metadata: {name: acme}\nspec: {values: {greeting: hi}}",
        )],
    ),
    case(
        "a file of specs is split",
        &[
            Replace(TENANTS, "---\napiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: globex}\nspec: {}\n", ""),
            Write(
                "site-specs/tenants/globex.yaml",
                "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: globex}\nspec: {}\n",
            ),
        ],
    ),
    case(
        "claims move to another file of the template",
        &[
            Delete(CLAIMS),
            Append(
                WEB,
                "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-files\"}\nspec:\n  accessModes: [ReadWriteMany]\n  storageClassName: shared\n  resources: {requests: {storage: \"{{size}}\"}}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-database\"}\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: fast\n  resources: {requests: {storage: \"{{size}}\"}}\n",
            ),
        ],
    ),
    case(
        "a value moves to a higher layer",
        &[
            Replace(FLEET, "  values: {size: 10Gi}\n", ""),
            Replace(ENVIRONMENTS, "tier: production", "tier: production\n  values: {size: 10Gi}"),
            Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  values: {size: 10Gi}"),
            Replace(ENVIRONMENTS, "tier: testing", "tier: testing\n  values: {size: 10Gi}"),
        ],
    ),
    case("protection is said twice", &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: true")]),
    // Objects that hold no data.
    case("an Ingress leaves", &[Replace(WEB, INGRESS, "")]),
    case("a Service is renamed", &[Everywhere("{{site.name}}-door", "{{site.name}}-gate")]),
    case(
        "a Deployment is renamed and mounts what it mounted",
        &[Replace(
            WEB,
            "metadata: {name: \"{{site.name}}-web\"}\nspec:\n  replicas",
            "metadata: {name: \"{{site.name}}-pages\"}\nspec:\n  replicas",
        )],
    ),
    case(
        "a container is added that mounts the claim too",
        &[Replace(
            WEB,
            "      volumes:\n",
            "        - name: sync\n          image: registry.example.org/sync:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: files, mountPath: /files}]\n      volumes:\n",
        )],
    ),
    Case {
        name: "the claim is mounted at another place",
        base: &[],
        edit: &[Replace(WEB, "mountPath: /var/www/files", "mountPath: /srv/files")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    case("a volume gets another name", &[Replace(WEB, "name: files, ", "name: public, ")]),
    case("what is in an emptyDir is mounted elsewhere", &[Replace(WEB, "mountPath: /tmp", "mountPath: /var/tmp")]),
    case("a job does something else", &[Replace(JOBS, "command: [deploy]", "command: [deploy, --fast]")]),
    case(
        "a job that runs once would do something else",
        &[Replace(JOBS, "command: [install,", "command: [install, --quiet,")],
    ),
    case("a cron job runs at another time", &[Replace(JOBS, "\"H * * * *\"", "\"H 3 * * *\"")]),
    case(
        "a StatefulSet is scaled and rolled out",
        &[
            Replace("templates/store/template.yaml", "replicas: 1", "replicas: 3"),
            Replace(STORE, "store:2@", "store:3@"),
        ],
    ),
    case(
        "a storage class lets volumes grow no more",
        &[Replace(STORAGE, "allowVolumeExpansion: true", "allowVolumeExpansion: false")],
    ),
    case("a volume is larger", &[Replace(STORAGE, "capacity: {storage: 100Gi}", "capacity: {storage: 200Gi}")]),
    case(
        "a CRD gets another version",
        &[Replace(
            "templates/base/crd.yaml",
            "  versions:\n",
            "  versions:\n    - name: v2\n      served: true\n      storage: false\n      schema: {openAPIV3Schema: {type: object}}\n",
        )],
    ),
    case("a quota changes", &[Replace(NAMESPACE, "pods: \"20\"", "pods: \"30\"")]),
    case(
        "a RoleBinding is for others",
        &[Replace(NAMESPACE, "name: \"{{tenant.name}}\"}", "name: \"{{tenant.name}}-readers\"}")],
    ),
    case(
        "an object moves to an earlier layer",
        &[Replace(
            WEB,
            "kind: ConfigMap\nmetadata: {name: \"{{site.name}}-settings\"}",
            "kind: ConfigMap\nmetadata: {name: \"{{site.name}}-settings\", annotations: {bayplan/layer: services}}",
        )],
    ),
    Case {
        base: &[],
        name: "an object without data moves to a later layer",
        edit: &[Replace(
            DATABASE,
            "kind: Service\nmetadata:\n  name: {{site.name}}-database\n  annotations: {bayplan/layer: services}",
            "kind: Service\nmetadata:\n  name: {{site.name}}-database",
        )],
        due: &["object-moved", "object-moved", "object-moved", "object-moved"],
    },
    case(
        "a cluster comes",
        &[Append(
            CLUSTERS,
            "---\napiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: third}\nspec: {kubernetesVersion: \"1.36\", accepts: [testing]}\n",
        )],
    ),
    case("the clusters' Kubernetes is upgraded", &[Replace(CLUSTERS, "\"1.36\"", "\"1.37\"")]),
    case("delivery asks more often", &[Replace(FLEET, "kind: flux,", "kind: flux, interval: 10m,")]),
    // Workloads are made over, and mount what they mounted.
    case("a container gets another name", &[Replace(WEB, "- name: web\n", "- name: pages\n")]),
    case(
        "a container comes before the one that mounts",
        &[Replace(
            WEB,
            "        - name: web\n",
            "        - name: proxy\n          image: registry.example.org/proxy:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n        - name: web\n",
        )],
    ),
    case(
        "an init container mounts the claim too",
        &[Replace(
            WEB,
            "      containers:\n",
            "      initContainers:\n        - name: prepare\n          image: registry.example.org/prepare:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: files, mountPath: /files}]\n      containers:\n",
        )],
    ),
    Case {
        name: "a helper leaves that mounted the same folder elsewhere",
        base: &[Replace(WEB, "      volumes:\n", SYNC)],
        edit: &[Replace(WEB, SYNC, "      volumes:\n")],
        due: &[],
    },
    Case {
        name: "a cron job leaves that mounted what the site mounts",
        base: &[
            Replace(
                JOBS,
                "              command: [cron]\n",
                "              command: [cron]\n              volumeMounts: [{name: files, mountPath: /files, subPath: public}]\n",
            ),
            Append(
                JOBS,
                "          volumes: [{name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}]\n",
            ),
        ],
        edit: &[Replace(JOBS, "{{site.name}}-cron", "{{site.name}}-hourly")],
        due: &[],
    },
    case(
        "a Deployment becomes a StatefulSet that mounts the same claim",
        &[
            Replace(DATABASE, "kind: Deployment", "kind: StatefulSet"),
            Replace(DATABASE, "  strategy: {type: Recreate}\n", "  serviceName: {{site.name}}-database\n"),
        ],
    ),
    case(
        "a Deployment is renamed together with its Service",
        &[Replace(DATABASE, "name: {{site.name}}-database\n", "name: {{site.name}}-db\n")],
    ),
    case("a Deployment is stopped", &[Replace(SCHEMA, "replicas: 1", "replicas: 0")]),
    case(
        "volumes change places",
        &[Replace(
            WEB,
            "        - {name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}\n        - {name: scratch, emptyDir: {}}\n",
            "        - {name: scratch, emptyDir: {}}\n        - {name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}\n",
        )],
    ),
    case(
        "another emptyDir is mounted",
        &[Replace(
            WEB,
            "            - {name: scratch, mountPath: /tmp}\n",
            "            - {name: scratch, mountPath: /tmp}\n            - {name: scratch, mountPath: /run, subPath: run}\n",
        )],
    ),
    case(
        "what was on the container's own disk is in an emptyDir",
        &[Replace(
            WEB,
            "            - {name: scratch, mountPath: /tmp}\n",
            "            - {name: scratch, mountPath: /tmp}\n            - {name: scratch, mountPath: /var/cache}\n",
        )],
    ),
    // StatefulSets.
    case("a StatefulSet stops", &[Replace("templates/store/template.yaml", "replicas: 1", "replicas: 0")]),
    Case {
        name: "a StatefulSet is scaled down and keeps the claims",
        base: &[Replace("templates/store/template.yaml", "replicas: 1", "replicas: 5")],
        edit: &[Replace("templates/store/template.yaml", "replicas: 5", "replicas: 2")],
        due: &[],
    },
    Case {
        name: "a StatefulSet that deletes claims when it shrinks grows",
        base: &[Replace(
            STORE,
            "  replicas: {{replicas}}\n",
            "  replicas: {{replicas}}\n  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}\n",
        )],
        edit: &[Replace("templates/store/template.yaml", "replicas: 1", "replicas: 3")],
        due: &[],
    },
    Case {
        name: "a StatefulSet keeps its claims from now on",
        base: &[Replace(
            STORE,
            "  replicas: {{replicas}}\n",
            "  replicas: {{replicas}}\n  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n",
        )],
        edit: &[Replace(STORE, "whenDeleted: Delete", "whenDeleted: Retain")],
        due: &[],
    },
    case(
        "the pods of a StatefulSet are numbered from where they were",
        &[Replace(STORE, "  replicas: {{replicas}}\n", "  replicas: {{replicas}}\n  ordinals: {start: 0}\n")],
    ),
    case(
        "a StatefulSet mounts its claims in a helper too",
        &[Replace(
            STORE,
            "  volumeClaimTemplates:\n",
            "        - name: backup\n          image: registry.example.org/backup:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          volumeMounts: [{name: data, mountPath: /data}]\n  volumeClaimTemplates:\n",
        )],
    ),
    Case {
        name: "a StatefulSet of a preview gets other claims",
        base: &[Replace(SHOP, "    preview: {}", "    preview: {template: store}")],
        edit: &[
            Replace(STORE, "{name: data, mountPath: /data}", "{name: data, mountPath: /data, subPath: v2}"),
            Replace(
                WIKI,
                "    production: {}",
                "    production: {state: enabled, patches: [{target: {kind: StatefulSet}, json: [{op: remove, path: /spec/template/spec/containers/0/volumeMounts/0/subPath}]}]}",
            ),
        ],
        due: &[],
    },
    Case {
        name: "a site that was disabled from its first day gets a StatefulSet no more",
        base: &[Replace(WIKI, "template: store", "template: store\n  state: disabled")],
        edit: &[Replace(WIKI, "state: disabled", "state: disabled\n  values: {replicas: 3}")],
        due: &[],
    },
    // Claims grow.
    Case {
        name: "a claim of a class that lets nothing grow asks for more",
        base: &[Replace(STORAGE, "allowVolumeExpansion: true\n", "")],
        edit: &[Replace(SHOP, "    production: {}", "    production: {values: {size: 11Gi}}")],
        due: &["growth-doubtful"],
    },
    Case {
        name: "the class lets volumes grow in the same step",
        base: &[Replace(STORAGE, "allowVolumeExpansion: true\n", "")],
        edit: &[
            Replace(STORAGE, "parameters: {type: ssd}\n", "parameters: {type: ssd}\nallowVolumeExpansion: true\n"),
            Replace(SHOP, "    production: {}", "    production: {values: {size: 11Gi}}"),
        ],
        due: &[],
    },
    Case {
        name: "a claim grows that waits for its first pod",
        base: &[
            Append(
                STORAGE,
                "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: shared}\nprovisioner: manila.csi.openstack.org\nallowVolumeExpansion: true\nvolumeBindingMode: WaitForFirstConsumer\n",
            ),
            Replace(SHOP, "  template: web\n", "  template: web\n  state: disabled\n"),
        ],
        edit: &[Replace(SHOP, "    production: {}", "    production: {values: {size: 11Gi}}")],
        due: &["growth-doubtful"],
    },
    // Sites and their places.
    case(
        "a site lists its environments in another order",
        &[Replace(SHOP, "    production: {}\n    preview: {}", "    preview: {}\n    production: {}")],
    ),
    case(
        "a site names the cluster that it is on",
        &[Replace(SHOP, "    production: {}", "    production: {clusters: [stable]}")],
    ),
    case(
        "a site's clusters become a map",
        &[Replace(SHOP, "    production: {}", "    production: {clusters: {stable: {}}}")],
    ),
    case(
        "a tenant says where it lives",
        &[Replace(TENANTS, "metadata: {name: acme}\nspec: {}", "metadata: {name: acme}\nspec: {clusters: [stable]}")],
    ),
    case(
        "a tenant comes",
        &[Append(TENANTS, "---\napiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: initech}\nspec: {}\n")],
    ),
    case(
        "an environment comes for previews",
        &[
            Append(
                ENVIRONMENTS,
                "---\napiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: pr-1}\nspec: {tier: testing, clusters: [unstable], template: ns, like: preview, protect: false}\n",
            ),
            Replace(SHOP, "    preview: {}", "    preview: {}\n    pr-1: {}"),
        ],
    ),
    case(
        "an environment's tier is called otherwise",
        &[
            Replace(ENVIRONMENTS, "tier: staging", "tier: integration"),
            Replace(CLUSTERS, "[production, staging]", "[production, integration]"),
        ],
    ),
    case(
        "an environment says what its namespaces are called anyway",
        &[Replace(
            ENVIRONMENTS,
            "tier: production\n",
            "tier: production\n  namespace: \"{{tenant.name}}-{{site.name}}-{{environment.name}}\"\n",
        )],
    ),
    case("a site says that it is enabled", &[Replace(WIKI, "template: store", "template: store\n  state: enabled")]),
    // The same by other means.
    case(
        "a value moves from the Fleet to the template's defaults",
        &[
            Replace(FLEET, "  values: {size: 10Gi}\n", "  values: {}\n"),
            Replace(SCHEMA, "      replicas: 1", "      replicas: 1\n      size: 10Gi"),
            Replace("templates/store/template.yaml", "{replicas: 1}", "{replicas: 1, size: 10Gi}"),
        ],
    ),
    case(
        "what is set is enforced",
        &[Replace(
            TENANTS,
            "metadata: {name: globex}\nspec: {}",
            "metadata: {name: globex}\nspec: {enforce: {size: 10Gi}}",
        )],
    ),
    case(
        "a patch says what is so anyway",
        &[Append(
            SHOP,
            "  patches:\n    - target: {kind: PersistentVolumeClaim, name: shop-files}\n      merge: {spec: {storageClassName: shared}}\n",
        )],
    ),
    case(
        "a patch tries to take protection off, which is put on after it",
        &[Append(
            SHOP,
            "  patches:\n    - target: {kind: PersistentVolumeClaim}\n      merge: {metadata: {annotations: {kustomize.toolkit.fluxcd.io/prune: enabled, argocd.argoproj.io/sync-options: Prune=true}}}\n",
        )],
    ),
    case(
        "a cluster has a copy of a template",
        &[
            Replace(
                CLUSTERS,
                "  accepts: [production, staging]\n",
                "  accepts: [production, staging]\n  replace: {store: shop}\n",
            ),
            Write(
                "templates/shop/template.yaml",
                "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: shop}\nspec:\n  scope: site\n  values:\n    schema:\n      type: object\n      properties: {size: {type: string}, replicas: {type: integer}}\n    defaults: {replicas: 1}\n",
            ),
            Write("templates/shop/store.yaml.mustache", COPY_OF_STORE),
        ],
    ),
    case(
        "sites move to other files",
        &[
            Delete(WIKI),
            Append(
                PORTAL,
                "---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: wiki}\nspec:\n  tenant: acme\n  template: store\n  environments:\n    production: {}\n",
            ),
        ],
    ),
    // What holds no data.
    case(
        "the quota leaves",
        &[Replace(
            NAMESPACE,
            "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: batch}\nspec:\n  hard: {pods: \"20\"}\n  scopes: [Terminating]\n",
            "",
        )],
    ),
    case("namespaces are held to another level", &[Replace(NAMESPACE, "enforce: baseline", "enforce: privileged")]),
    case("a RoleBinding leaves", &[Replace(NAMESPACE, "metadata: {name: readers}", "metadata: {name: viewers}")]),
    case(
        "a job gets another name that runs on each change",
        &[Replace(JOBS, "{{site.name}}-deploy", "{{site.name}}-update")],
    ),
    case("a ConfigMap leaves and another comes", &[Everywhere("{{site.name}}-settings", "{{site.name}}-config")]),
    case(
        "a Service gets a port of the nodes",
        &[Replace(
            WEB,
            "spec:\n  selector: {app: \"{{site.name}}\"}\n  ports",
            "spec:\n  type: NodePort\n  selector: {app: \"{{site.name}}\"}\n  ports",
        )],
    ),
    case(
        "a class of priority comes",
        &[Append(
            "templates/base/classes.yaml",
            "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: batch}\nvalue: 10\n",
        )],
    ),
    case(
        "a storage class leaves that volumes were made with",
        &[Replace(STORAGE, "metadata: {name: fast}", "metadata: {name: quick}")],
    ),
    case(
        "a CRD says more of itself",
        &[Replace(CRD, "openAPIV3Schema: {type: object}", "openAPIV3Schema: {type: object, description: a backup}")],
    ),
    Case {
        name: "a sealed Secret that is no data leaves",
        base: &[
            Write(
                "secrets/shop.yaml",
                "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: token, namespace: globex-shop-production}\nspec:\n  encryptedData: {token: AgBy8h}\n  template: {metadata: {name: token, namespace: globex-shop-production}}\n",
            ),
            Replace(
                SHOP,
                "  environments:\n",
                "  secrets: [{file: secrets/shop.yaml, environments: [production]}]\n  environments:\n",
            ),
        ],
        edit: &[
            Replace(SHOP, "  secrets: [{file: secrets/shop.yaml, environments: [production]}]\n", ""),
            Delete("secrets/shop.yaml"),
        ],
        due: &[],
    },
    case("the limit of removals is lower", &[Replace(FLEET, "maxRemoval: 20%", "maxRemoval: 0%")]),
    case("snapshots are kept of one site alone", &[Append(FLEET, "  snapshots: {sites: [portal]}\n")]),
];

#[test]
fn no_harmless_edit_is_stopped() {
    let mut failures = Vec::new();
    for case in CASES.iter().chain(modest::CASES) {
        let Judged { last, new, verdict, .. } = match judged(case) {
            Ok(judged) => judged,
            Err(told) => {
                failures.push(told);
                continue;
            }
        };
        let differs = new.tree != last;
        if differs == SAY_THE_SAME.iter().chain(modest::SAY_THE_SAME).any(|name| *name == case.name) {
            failures.push(format!("{}: {}", case.name, if differs { "changes something" } else { "changes nothing" }));
        }
        if !refused(&verdict).is_empty() || codes(&verdict, Severity::Warning) != case.due {
            failures.push(format!("{}:\n{}", case.name, told(&verdict.diagnostics, &new.sources)));
        }
    }
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
}

/// The one way to delete data: protection off, published under an acknowledgement, then the removal.
#[test]
fn data_is_deleted_in_two_steps() {
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    let off = base.edited("off", &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: false")]);
    let unprotected = off.compiled("off");
    assert_eq!(refused(&judge(&last, &unprotected)), ["protection-removed"]);
    let removed = off.edited("removed", &[Replace(PORTAL, "    staging: {}\n", "")]).compiled("removed");
    let verdict = judge(&unprotected.tree, &removed);
    assert_eq!(refused(&verdict), Vec::<&str>::new(), "{}", told(&verdict.diagnostics, &removed.sources));
    assert_eq!(verdict.notes, Vec::<String>::new());
}

#[test]
fn a_first_publish_is_judged_by_nothing() {
    let new = Fleet::base().compiled("the base fleet");
    assert_eq!(refused(&judge(&Default::default(), &new)), Vec::<&str>::new());
}
