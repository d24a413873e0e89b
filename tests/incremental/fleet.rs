//! A fleet with one of everything that output is made from; each file has versions, and the empty one is no file.

use bayplan::source::{SourceFile, Sources};

/// How many files can be edited.
pub const FILES: usize = VERSIONS.len();
/// How many units the fleet has in its first version: namespaces, and the delivery of clusters.
pub const UNITS: usize = 10;

/// The files of sites.
pub const SITES: &[&str] = &[
    "site-specs/sites/shop.yaml",
    "site-specs/sites/blog.yaml",
    "site-specs/sites/wiki.yaml",
    "site-specs/sites/beta.yaml",
];

/// Each file with its versions.
const VERSIONS: &[(&str, &[&str])] = &[
    (
        "bayplan.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {name: f}\nspec: {values: {registry: r.example}, delivery: {kind: flux, url: 'ssh://git@git.example/f'}}\n",
            "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {name: f}\nspec: {values: {registry: other.example}, delivery: {kind: flux, url: 'ssh://git@git.example/f'}}\n",
            "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {name: f}\nspec: {values: {registry: r.example}, rules: {duplicate-host: {severity: warning}}, delivery: {kind: none}}\n",
            "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {name: f}\nspec:\n  publish: {branch: 'rendered-{{cluster.name}}'}\n  values: {registry: r.example}\n  delivery: {kind: flux, url: 'ssh://git@git.example/f'}\n  patches: [{target: {kind: Service}, merge: {metadata: {annotations: {by: fleet}}}}]\n",
        ],
    ),
    (
        "site-specs/clusters/north.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: north}\nspec: {kubernetesVersion: '1.36', accepts: [testing, production], templates: [base], facts: {terraformOutput: facts.json}, values: {address: {fact: address}}}\n",
            "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: north}\nspec: {kubernetesVersion: '1.35', accepts: [testing, production], templates: [base], facts: {terraformOutput: facts.json}, values: {address: {fact: address}}, replace: {web: next}}\n",
            "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: north}\nspec: {kubernetesVersion: '1.36', accepts: [production], values: {address: 'none'}}\n",
        ],
    ),
    (
        "site-specs/clusters/south.yaml",
        &[
            "# a comment\napiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: south}\nspec: {kubernetesVersion: '1.36', accepts: [testing, production], delivery: {kind: argocd}}\n",
            "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: south}\nspec: {kubernetesVersion: '1.36', accepts: [testing, production], delivery: {kind: argocd}, values: {address: s.example}}\n",
            "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: south}\nspec: {kubernetesVersion: '1.36', accepts: [testing, production], delivery: {kind: argocd}, patches: [{target: {kind: Secret}, merge: {metadata: {labels: {hit: never}}}}]}\n",
        ],
    ),
    (
        "site-specs/environments.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: testing}\nspec: {tier: testing, clusters: [north], template: room, namespace: '{{tenant.name}}-testing'}\n---\napiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: live}\nspec: {tier: production, clusters: [south], template: room}\n",
            "apiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: testing}\nspec: {tier: testing, clusters: [north], template: room}\n---\napiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: live}\nspec: {tier: production, clusters: [south, north], template: room, enforce: {replicas: 3}}\n",
            "apiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: testing}\nspec: {tier: testing, clusters: [north], namespace: '{{tenant.name}}-testing'}\n---\napiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: live}\nspec: {tier: production, clusters: [south], template: room, like: testing, protect: false}\n",
        ],
    ),
    (
        "site-specs/tenants/acme.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: acme, labels: {plan: gold}}\n",
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: acme, labels: {plan: silver}}\nspec: {values: {replicas: 4}}\n",
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: acme}\nspec: {environments: {live: {clusters: [north]}}, patches: [{target: {kind: ServiceAccount}, merge: {automountServiceAccountToken: false}}]}\n",
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: acme}\nspec: {clusters: [south]}\n",
        ],
    ),
    (
        "site-specs/tenants/beta.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: beta}\n",
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: beta}\nspec: {values: {unused: 1}}\n",
        ],
    ),
    (
        "site-specs/sites/shop.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: acme\n  template: web\n  values: {host: shop.example}\n  environments: {live: {}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: acme\n  template: web\n  values: {host: shop.example, replicas: 2}\n  environments: {live: {}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: acme\n  template: web\n  values: {host: blog.example}\n  environments: {live: {}, testing: {state: disabled}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: beta\n  template: web\n  values: {host: shop.example}\n  environments: {live: {clusters: {north: {values: {replicas: 5}}}}}\n  patches: [{target: {kind: Deployment}, merge: {metadata: {annotations: {by: shop}}}}]\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: acme\n  template: web\n  values: {host: shop.example, image: 'shop:latest'}\n  environments: {live: {}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: store}\nspec:\n  tenant: acme\n  template: web\n  values: {host: shop.example}\n  environments: {live: {}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: acme\n  template: web\n  values: {host: shop.example, address: 'no {{tag}}'}\n  environments: {live: {}}\n",
            "",
        ],
    ),
    (
        "site-specs/sites/blog.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\nspec:\n  tenant: acme\n  template: web\n  values: {host: blog.example}\n  manifests: [{file: extra/map.yaml.mustache, environments: [live]}]\n  environments: {live: {}, testing: {values: {host: blog.test}}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\nspec:\n  tenant: acme\n  template: next\n  values: {host: blog.example}\n  environments: {live: {}, testing: {template: web, values: {host: blog.test}}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\nspec:\n  tenant: acme\n  template: web\n  values: {host: blog.example}\n  namespace: {values: {quota: 9}}\n  environments: {live: {}, testing: {values: {host: blog.test}}}\n",
        ],
    ),
    (
        "site-specs/sites/wiki.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: wiki}\nspec:\n  tenant: acme\n  template: web\n  values: {host: wiki.example}\n  environments: {live: {}, testing: {values: {host: wiki.test}}}\n",
            "",
        ],
    ),
    (
        "site-specs/sites/beta.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: news}\nspec:\n  tenant: beta\n  template: web\n  values: {host: news.example}\n  environments: {testing: {}, live: {clusters: [south, north], values: {host: news.live}}}\n---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: mail}\nspec:\n  tenant: beta\n  template: web\n  values: {host: mail.example}\n  environments: {live: {}}\n",
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: mail}\nspec:\n  tenant: beta\n  template: web\n  values: {host: mail.example}\n  environments: {live: {}}\n",
        ],
    ),
    (
        "site-specs/acknowledgements.yaml",
        &[
            "",
            "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: hosts}\nspec: {change: duplicate-host, object: {cluster: south, site: shop}, reason: moving, expires: '2027-01-31'}\n",
            "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: latest}\nspec: {change: image-latest, object: {cluster: south, site: shop}, reason: moving, expires: '2027-01-31'}\n",
            "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: hosts}\nspec: {change: duplicate-host, object: {cluster: south, site: shop}, reason: moving, expires: '2025-01-31'}\n",
        ],
    ),
    (
        "templates/web/template.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: web}\nspec:\n  scope: site\n  values:\n    schema: {properties: {registry: {type: string}, address: {type: string}, host: {type: string}, image: {type: string}, replicas: {type: integer}}}\n    defaults: {replicas: 1, image: 'web:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', address: none}\n",
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: web}\nspec:\n  scope: site\n  values:\n    schema: {properties: {registry: {type: string}, address: {type: string}, host: {type: string}, image: {type: string}, replicas: {type: integer}}}\n    defaults: {replicas: 2, image: 'web:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', address: none}\n",
        ],
    ),
    (
        "templates/web/web.yaml.mustache",
        &[
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{site.name}}'}\nspec:\n  replicas: {{replicas}}\n  selector: {matchLabels: {app: '{{site.name}}'}}\n  template:\n    metadata:\n      labels: {app: '{{site.name}}'}\n      annotations: {address: '{{address}}', plan: {{> plan}}}\n    spec: {containers: [{name: web, image: '{{registry}}/{{image}}'}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: '{{site.name}}'}\nspec: {rules: [{host: '{{host}}'}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: '{{site.name}}'}\nspec: {selector: {app: '{{site.name}}'}, ports: [{port: 80}]}\n",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{site.name}}'}\nspec:\n  replicas: {{replicas}}\n  selector: {matchLabels: {app: '{{site.name}}'}}\n  template:\n    metadata:\n      labels: {app: '{{site.name}}'}\n      annotations: {plan: {{> plan}}}\n    spec: {serviceAccountName: shared, containers: [{name: web, image: '{{registry}}/{{image}}'}]}\n",
        ],
    ),
    ("templates/web/partials/plan.mustache", &["'{{> shared/mark}}'", "'plain {{> shared/mark}}'"]),
    ("templates/shared/mark.mustache", &["{{tenant.name}}", "{{environment.name}} {{fleet.name}}"]),
    (
        "templates/next/template.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: next}\nspec:\n  scope: site\n  values: {schema: {properties: {host: {type: string}}}}\n",
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: next}\nspec:\n  scope: site\n  values: {schema: {properties: {host: {type: string}, registry: {type: string}}}}\n",
        ],
    ),
    (
        "templates/next/next.yaml.mustache",
        &[
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{site.name}}'}\ndata: {host: '{{host}}'}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{site.name}}'}\ndata: {host: '{{host}}', site: '{{site.state}}'}\n",
        ],
    ),
    (
        "templates/room/template.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: room}\nspec: {scope: namespace, values: {schema: {properties: {quota: {type: integer}}}, defaults: {quota: 5}}}\n",
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: room}\nspec: {scope: namespace, values: {schema: {properties: {quota: {type: integer}}}, defaults: {quota: 6}}}\n",
        ],
    ),
    (
        "templates/room/room.yaml.mustache",
        &[
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: '{{namespace}}'}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shared}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: room}\ndata: {quota: '{{quota}}'}\n",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: '{{namespace}}'}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: room}\ndata: {quota: '{{quota}}'}\n",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: '{{tenant.name}}'}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shared}\n",
        ],
    ),
    (
        "templates/base/template.yaml",
        &[
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: base}\nspec: {scope: cluster, external: [{kind: ServiceAccount, name: others}]}\n",
        ],
    ),
    (
        "templates/base/base.yaml.mustache",
        &[
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: slow}\nprovisioner: '{{facts.address}}'\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: room, namespace: acme-testing}\ndata: {a: b}\n",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shared, namespace: acme-testing}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: odd, namespace: acme-testing}\nspec: {serviceAccountName: shared, containers: [{name: a, image: 'r.example/a:1'}]}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: flux-system}\ndata: {a: b}\n",
        ],
    ),
    (
        "facts.json",
        &[
            "{\"address\": {\"sensitive\": false, \"type\": \"string\", \"value\": \"192.0.2.1\"}}",
            "{\"address\": {\"sensitive\": false, \"type\": \"string\", \"value\": \"192.0.2.2\"}}",
        ],
    ),
    (
        "extra/map.yaml.mustache",
        &[
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {host: '{{host}}'}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {host: 'none of {{host}}'}\n",
        ],
    ),
    (
        "crds/widgets.yaml",
        &[
            "",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.org}\nspec: {group: example.org, scope: Namespaced, names: {kind: Widget, plural: widgets}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n",
        ],
    ),
    // The time of the source commit, by which Acknowledgements expire.
    ("now", &["0", "1"]),
];

/// A fleet whose files can be edited.
pub struct Fleet {
    /// The version of each file.
    versions: Vec<usize>,
}

impl Fleet {
    pub fn new() -> Self {
        Fleet { versions: vec![0; FILES] }
    }

    pub fn versions(&self, file: usize) -> usize {
        VERSIONS[file].1.len()
    }

    pub fn edit(&mut self, file: usize, version: usize) {
        self.versions[file] = version % VERSIONS[file].1.len();
    }

    pub fn edit_named(&mut self, path: &str, version: usize) {
        let file = VERSIONS.iter().position(|(known, _)| *known == path).unwrap();
        self.edit(file, version);
    }

    /// 1 December 2026, or 1 December 2027.
    pub fn now(&self) -> i64 {
        let (_, version) = self.chosen().find(|(path, _)| *path == "now").unwrap();
        if version == "0" { 1_796_083_200 } else { 1_827_619_200 }
    }

    pub fn sources(&self) -> Sources {
        let files = self.chosen().filter(|(path, text)| !text.is_empty() && *path != "now");
        Sources::new(files.map(|(path, text)| SourceFile::regular(path, text.as_bytes())))
    }

    fn chosen(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        VERSIONS.iter().zip(&self.versions).map(|((path, versions), version)| (*path, versions[*version]))
    }
}
