//! Objects that leave: by another name, from another place, or because what made them is gone.

use crate::edits::{CLAIMS, CLUSTERS, Case, DATABASE, ENVIRONMENTS, PORTAL, SHOP, STORAGE, TENANTS, WIKI};
use crate::support::Op::{self, Delete, Everywhere, Replace, Write};

/// One more claim, in a manifest of a site.
const MORE_OF_SHOP: &[Op] = &[
    Replace(SHOP, "  environments:\n", "  manifests: [{file: extra/more.yaml}]\n  environments:\n"),
    Write(
        "extra/more.yaml",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: more}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n",
    ),
];

pub const CASES: &[Case] = &[
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
    // Layers.
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
        base: MORE_OF_SHOP,
        edit: &[Replace(SHOP, "  manifests: [{file: extra/more.yaml}]\n", ""), Delete("extra/more.yaml")],
        due: &["data-removed"],
    },
    Case {
        name: "a manifest of a site is for another environment",
        base: MORE_OF_SHOP,
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
];
