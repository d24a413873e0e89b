//! Edits that would lose data, by every route. None may pass, and each must pass with the acknowledgements that it prints.

use crate::support::Op::{Append, Delete, Everywhere, Replace};
use crate::support::{Fleet, Op, judge, printed_acknowledgements, refused, told};

struct Case {
    name: &'static str,
    edit: &'static [Op],
    due: &'static [&'static str],
}

const PORTAL: &str = "site-specs/portal.yaml";
const SHOP: &str = "site-specs/shop.yaml";
const WIKI: &str = "site-specs/wiki.yaml";
const ENVIRONMENTS: &str = "site-specs/environments.yaml";
const CLUSTERS: &str = "site-specs/clusters.yaml";
const CLAIMS: &str = "templates/web/claims.yaml.mustache";
const WEB: &str = "templates/web/web.yaml.mustache";
const DATABASE: &str = "templates/web/database.yaml.mustache";
const STORE: &str = "templates/store/store.yaml.mustache";
const NAMESPACE: &str = "templates/ns/namespace.yaml.mustache";
const NAMESPACE_DOCUMENT: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{namespace}}\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n---\n";
const STORAGE: &str = "templates/base/storage.yaml";

const CASES: &[Case] = &[
    // Names.
    Case {
        name: "a site is renamed",
        edit: &[Replace(PORTAL, "{name: portal}", "{name: gateway}")],
        due: &["namespace-removed", "namespace-removed"],
    },
    Case {
        name: "a tenant is renamed",
        edit: &[Everywhere("name: globex", "name: initech"), Everywhere("tenant: globex", "tenant: initech")],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "a site moves to another tenant",
        edit: &[Replace(PORTAL, "tenant: acme", "tenant: globex")],
        due: &["namespace-removed", "namespace-removed"],
    },
    Case {
        name: "an environment is renamed",
        edit: &[Everywhere("name: production}", "name: live}"), Everywhere("    production:", "    live:")],
        due: &["mass-removal", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
    Case {
        name: "an environment gets another pattern for its namespaces",
        edit: &[Replace(ENVIRONMENTS, "{{site.name}}-next", "{{site.name}}-soon")],
        due: &["namespace-removed"],
    },
    Case {
        name: "a claim is renamed in its template and wherever it is mounted",
        edit: &[Everywhere("{{site.name}}-files", "{{site.name}}-media")],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a StatefulSet with claim templates is renamed",
        edit: &[Everywhere("{{site.name}}-store", "{{site.name}}-cache")],
        due: &["data-detached"],
    },
    // Places.
    Case {
        name: "a site moves to another cluster",
        edit: &[
            Replace(PORTAL, "    staging: {}\n", "    staging: {clusters: [unstable]}\n"),
            Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]"),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "an environment moves to another cluster",
        edit: &[
            Replace(ENVIRONMENTS, "tier: staging\n  clusters: [stable]", "tier: staging\n  clusters: [unstable]"),
            Replace(CLUSTERS, "accepts: [testing]", "accepts: [testing, staging]"),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "a cluster is renamed",
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
    Case { name: "the file of a site is deleted", edit: &[Delete(WIKI)], due: &["namespace-removed"] },
    Case {
        name: "a site leaves an environment",
        edit: &[Replace(PORTAL, "    staging: {}\n", "")],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "a tenant leaves with its sites",
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
        edit: &[Replace(SHOP, "template: web", "template: web\n  state: disabled"), Delete(SHOP)],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "protection is taken off and the site removed from an environment in one step",
        edit: &[
            Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: false"),
            Replace(PORTAL, "    staging: {}\n", ""),
        ],
        due: &["mass-removal", "namespace-removed"],
    },
    Case {
        name: "everything is deleted",
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
        edit: &[Delete(PORTAL), Delete(WIKI)],
        due: &["mass-removal", "mass-removal", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
    // Templates.
    Case {
        name: "the template loses a claim and what mounts it",
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
        edit: &[Delete(CLAIMS)],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "a claim comes under a condition that is false",
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
        edit: &[Replace(
            ENVIRONMENTS,
            "tier: production\n  clusters: [stable]\n  template: ns",
            "tier: production\n  clusters: [stable]",
        )],
        due: &["namespace-removed", "namespace-removed", "namespace-removed"],
    },
    Case {
        name: "a site gets another template",
        edit: &[Replace(SHOP, "template: web", "template: store")],
        due: &["data-removed"],
    },
    Case {
        name: "an environment replaces a template",
        edit: &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  replace: {web: store}")],
        due: &["data-removed"],
    },
    Case {
        name: "a cluster no longer has its template",
        edit: &[Replace(CLUSTERS, "  templates: [base]\n", "")],
        due: &["crd-removed", "data-removed"],
    },
    Case { name: "a CRD leaves", edit: &[Delete("templates/base/crd.yaml")], due: &["crd-removed"] },
    Case { name: "a volume leaves", edit: &[Replace(STORAGE, "name: archive", "name: attic")], due: &["data-removed"] },
    // Mounts.
    Case {
        name: "a patch puts an emptyDir in the place of a claim",
        edit: &[Append(
            SHOP,
            "  patches:\n    - target: {kind: Deployment, name: shop-database}\n      json: [{op: replace, path: /spec/template/spec/volumes/0, value: {name: data, emptyDir: {}}}]\n",
        )],
        due: &["data-detached"],
    },
    Case {
        name: "a template mounts another folder of a claim",
        edit: &[Replace(WEB, "subPath: public", "subPath: www")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a template mounts the other claim",
        edit: &[Replace(DATABASE, "claimName: \"{{site.name}}-database\"", "claimName: \"{{site.name}}-files\"")],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a template no longer mounts a claim",
        edit: &[
            Replace(WEB, "            - {name: files, mountPath: /var/www/files, subPath: public}\n", ""),
            Replace(WEB, "        - {name: files, persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}}\n", ""),
        ],
        due: &["data-detached", "data-detached", "data-detached"],
    },
    Case {
        name: "a patch moves what is mounted at a place",
        edit: &[Append(
            PORTAL,
            "  patches:\n    - target: {kind: Deployment, name: portal-web}\n      json:\n        - {op: replace, path: /spec/template/spec/containers/0/volumeMounts/0/mountPath, value: /old}\n        - {op: replace, path: /spec/template/spec/containers/0/volumeMounts/1/mountPath, value: /var/www/files}\n",
        )],
        due: &["data-detached", "data-detached"],
    },
    Case {
        name: "a StatefulSet becomes a Deployment",
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
        edit: &[Replace(PORTAL, "size: 20Gi", "size: 5Gi")],
        due: &["storage-shrunk"],
    },
    Case {
        name: "a lower layer shrinks claims of many sites",
        edit: &[Replace("bayplan.yaml", "size: 10Gi", "size: 10G")],
        due: &["immutable-changed", "storage-shrunk", "storage-shrunk", "storage-shrunk"],
    },
    Case {
        name: "a patch of an environment changes the storage class",
        edit: &[Replace(
            ENVIRONMENTS,
            "tier: staging",
            "tier: staging\n  patches:\n    - target: {kind: PersistentVolumeClaim, name: \"*-database\"}\n      merge: {spec: {storageClassName: slow}}",
        )],
        due: &["immutable-changed"],
    },
    Case {
        name: "a claim is to be made from a snapshot",
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
        edit: &[Replace(ENVIRONMENTS, "tier: staging", "tier: staging\n  protect: false")],
        due: &["protection-removed"],
    },
    Case {
        name: "a site's environment is no longer protected",
        edit: &[Replace(PORTAL, "    staging: {}", "    staging: {protect: false}")],
        due: &["protection-removed"],
    },
    Case {
        name: "a volume may be deleted with its claim",
        edit: &[Replace(STORAGE, "persistentVolumeReclaimPolicy: Retain", "persistentVolumeReclaimPolicy: Delete")],
        due: &["protection-removed"],
    },
    Case {
        name: "a StatefulSet deletes its claims when it leaves",
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
        edit: &[Replace(
            STORE,
            "kind: StatefulSet\nmetadata:\n  name: {{site.name}}-store\n  annotations: {bayplan/layer: services}",
            "kind: StatefulSet\nmetadata:\n  name: {{site.name}}-store",
        )],
        due: &["object-moved"],
    },
    Case {
        name: "a load balancer moves to a later layer",
        edit: &[Replace(
            DATABASE,
            "  name: {{site.name}}-door\n  annotations: {bayplan/layer: services}",
            "  name: {{site.name}}-door",
        )],
        due: &["object-moved", "object-moved", "object-moved", "object-moved"],
    },
    Case {
        name: "the Namespace leaves its template",
        edit: &[Replace(NAMESPACE, NAMESPACE_DOCUMENT, "")],
        due: &["namespace-removed", "namespace-removed", "namespace-removed", "namespace-removed"],
    },
];

#[test]
fn no_edit_that_loses_data_passes_unacknowledged() {
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
        let verdict = judge(&last, &new);
        let got = refused(&verdict);
        let due = case.due.to_vec();
        if got != due || got.is_empty() {
            failures.push(format!(
                "{}: due {due:?}, got {got:?}\n{}",
                case.name,
                told(&verdict.diagnostics, &new.sources)
            ));
        }
    }
    assert!(CASES.len() >= 40, "{} cases", CASES.len());
    assert!(failures.is_empty(), "{} cases differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_is_printed_lets_each_edit_through() {
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    for case in CASES {
        let mut fleet = base.edited(case.name, case.edit);
        let verdict = judge(&last, &fleet.compiled(case.name));
        fleet.files.insert("site-specs/yes.yaml".to_owned(), printed_acknowledgements(&verdict));
        let new = fleet.compiled(case.name);
        let verdict = judge(&last, &new);
        let told = told(&verdict.diagnostics, &new.sources);
        assert_eq!(refused(&verdict), Vec::<&str>::new(), "{}:\n{told}", case.name);
        assert!(!told.contains("acknowledgement-unused"), "{}:\n{told}", case.name);
    }
}
