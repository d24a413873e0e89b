//! Edits that lose nothing. None may be stopped; a few are warned of.

use crate::support::Op::{Append, Delete, Everywhere, Replace, Write};
use crate::support::{Fleet, Op, codes, judge, refused, told};
use bayplan::diag::Severity;

struct Case {
    name: &'static str,
    edit: &'static [Op],
    /// Codes of warnings.
    warned: &'static [&'static str],
}

const fn case(name: &'static str, edit: &'static [Op]) -> Case {
    Case { name, edit, warned: &[] }
}

const FLEET: &str = "bayplan.yaml";
const PORTAL: &str = "site-specs/portal.yaml";
const SHOP: &str = "site-specs/shop.yaml";
const WIKI: &str = "site-specs/wiki.yaml";
const ENVIRONMENTS: &str = "site-specs/environments.yaml";
const CLUSTERS: &str = "site-specs/clusters.yaml";
const TENANTS: &str = "site-specs/tenants.yaml";
const CLAIMS: &str = "templates/web/claims.yaml.mustache";
const WEB: &str = "templates/web/web.yaml.mustache";
const DATABASE: &str = "templates/web/database.yaml.mustache";
const JOBS: &str = "templates/web/jobs.yaml.mustache";
const STORE: &str = "templates/store/store.yaml.mustache";
const NAMESPACE: &str = "templates/ns/namespace.yaml.mustache";
const STORAGE: &str = "templates/base/storage.yaml";
const SCHEMA: &str = "templates/web/template.yaml";
const IMAGE: &str = "web:1.4@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575";
const NEW_IMAGE: &str = "web:1.5@sha256:ac7b95aaabf6ded1812325edeeba23ce08a22b7a63592aebf5f5ef2a981303b7";
const INGRESS: &str = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: \"{{site.name}}\"}\nspec:\n  \
                       ingressClassName: traefik\n  rules:\n    - host: {{site.name}}.{{environment.name}}.example.org\n      \
                       http:\n        paths:\n          - {path: /, pathType: Prefix, backend: {service: {name: \
                       \"{{site.name}}-web\", port: {name: http}}}}\n";

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
    case(
        "the claim is mounted at another place",
        &[Replace(WEB, "mountPath: /var/www/files", "mountPath: /srv/files")],
    ),
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
        name: "an object without data moves to a later layer",
        edit: &[Replace(
            DATABASE,
            "kind: Service\nmetadata:\n  name: {{site.name}}-database\n  annotations: {bayplan/layer: services}",
            "kind: Service\nmetadata:\n  name: {{site.name}}-database",
        )],
        warned: &["object-moved", "object-moved", "object-moved", "object-moved"],
    },
    case(
        "a cluster comes",
        &[Append(
            CLUSTERS,
            "---\napiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: third}\nspec: {kubernetesVersion: \"1.36\", accepts: [testing]}\n",
        )],
    ),
    case("the clusters' Kubernetes is upgraded", &[Replace(CLUSTERS, "\"1.36\"", "\"1.37\"")]),
    case(
        "Argo CD takes over from Flux",
        &[Replace(
            CLUSTERS,
            "  accepts: [production, staging]\n",
            "  accepts: [production, staging]\n  delivery: {kind: argocd}\n",
        )],
    ),
    case("delivery asks more often", &[Replace(FLEET, "kind: flux,", "kind: flux, interval: 10m,")]),
];

#[test]
fn no_harmless_edit_is_stopped() {
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    let mut failures = Vec::new();
    for case in CASES {
        let new = match base.edited(case.name, case.edit).try_compiled() {
            Ok(new) => new,
            Err(told) => {
                failures.push(format!("{}:\n{told}", case.name));
                continue;
            }
        };
        let is_edit = case.edit.is_empty() || new.tree != last;
        let says_the_same = ["is said twice", "is split", "other file", "higher layer", "same size", "is upgraded"];
        if !is_edit && !says_the_same.iter().any(|words| case.name.contains(words)) {
            failures.push(format!("{}: changes nothing", case.name));
        }
        let verdict = judge(&last, &new);
        if !refused(&verdict).is_empty() || codes(&verdict, Severity::Warning) != case.warned {
            failures.push(format!("{}:\n{}", case.name, told(&verdict.diagnostics, &new.sources)));
        }
    }
    assert!(CASES.len() >= 40, "{} cases", CASES.len());
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
