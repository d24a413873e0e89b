//! The switches of the templates, each with its options. What a site, its namespace and its cluster say is merged from the options of a row.

use serde_json::{Value, json};

/// One option of a switch.
#[derive(Clone)]
pub struct Choice {
    pub values: Value,
    /// What the site says of its namespace.
    pub namespace: Value,
    pub cluster: Value,
    /// Fields of the Site beside `values`.
    pub site: Value,
    /// Secrets that the site needs for it, without the site's name in front.
    pub secrets: &'static [&'static str],
    /// Kind and name of what someone else provides.
    pub external: &'static [&'static str],
}

pub struct Switch {
    pub name: &'static str,
    pub options: Vec<Choice>,
}

fn choice(values: Value) -> Choice {
    let none = || json!({});
    Choice { values, namespace: none(), cluster: none(), site: none(), secrets: &[], external: &[] }
}

fn nothing() -> Choice {
    choice(json!({}))
}

fn of_cluster(cluster: Value) -> Choice {
    Choice { cluster, ..nothing() }
}

impl Choice {
    fn needs(self, secrets: &'static [&'static str]) -> Self {
        Choice { secrets, ..self }
    }

    fn provided(self, external: &'static [&'static str]) -> Self {
        Choice { external, ..self }
    }

    fn in_namespace(self, namespace: Value) -> Self {
        Choice { namespace, ..self }
    }
}

fn switch(name: &'static str, options: impl IntoIterator<Item = Choice>) -> Switch {
    Switch { name, options: options.into_iter().collect() }
}

/// On and off, for a value that is one boolean.
fn either(name: &'static str, make: fn(bool) -> Value) -> Switch {
    switch(name, [choice(make(false)), choice(make(true))])
}

/// The keys of each Secret that a site may need.
pub const SECRET_KEYS: [(&str, &[&str]); 8] = [
    ("database", &["password", "root-password", "ca.crt"]),
    ("drupal", &["hash-salt", "admin-password"]),
    ("django", &["secret-key", "superuser-password"]),
    ("broker", &["password"]),
    ("smtp", &["username", "password"]),
    ("basic-auth", &["htpasswd"]),
    ("backup", &["password", "access-key", "secret-key"]),
    ("app-secrets", &["DATABASE_ROOT_PASSWORD", "DATABASE_PASSWORD", "DRUPAL_ADMIN_PASSWORD", "DRUPAL_HASH_SALT"]),
];

/// Minors that the templates are made for: `preStop.sleep` is served from 1.30 on.
pub const MINORS: [u8; 8] = [36, 30, 31, 32, 33, 34, 35, 37];

/// What clusters and namespaces may differ in, whatever the site.
fn places() -> Vec<Switch> {
    vec![
        switch("minor", MINORS.map(|minor| of_cluster(json!({"kubernetesVersion": format!("1.{minor}")})))),
        switch("delivery", ["flux", "argocd"].map(|kind| of_cluster(json!({"delivery": {"kind": kind}})))),
        switch(
            "secrets",
            ["external-secrets", "sops", "sealed-secrets", "existing"]
                .map(|kind| of_cluster(json!({"values": {"secrets": {"kind": kind}}}))),
        ),
        switch(
            "routing",
            [
                of_cluster(json!({"values": {"routing": {"kind": "gateway"}}})),
                of_cluster(json!({"values": {"routing": {"kind": "ingress"}}})),
                of_cluster(json!({"values": {"routing": {
                    "kind": "gateway", "sources": [], "dns": {"ttl": 60}, "trustedProxies": ["192.0.2.0/24"],
                }}})),
                of_cluster(json!({"values": {"routing": {
                    "kind": "ingress",
                    "ingress": {"class": "haproxy", "annotations": {"haproxy.org/ssl-redirect": "true"}},
                    "dns": {"prefix": "external-dns.alpha.kubernetes.io", "target": "192.0.2.1", "ttl": 60},
                }}})),
            ],
        ),
        switch(
            "cluster-base",
            [
                of_cluster(json!({"values": {"acme": {"email": "a@example.org"}}})),
                of_cluster(json!({"values": {
                    "acme": {"email": "a@example.org", "production": false},
                    "cinder": {"type": "ssd"},
                    "manila": {"provisioner": "nfs.manila.csi.openstack.org", "shareNetwork": "f0f0"},
                    "gateway": {"dnsPrefix": "external-dns.kubernetes.io", "annotations": {"a.example/b": "c"}},
                    "publicAddress": "192.0.2.1",
                    "tenantRole": {"extraRules": [{"apiGroups": ["k8up.io"], "resources": ["schedules"], "verbs": ["get"]}]},
                }})),
                of_cluster(json!({"values": {"cinder": {"enabled": false}, "manila": {"enabled": false}}})),
                of_cluster(json!({"values": {"acme": {
                    "email": "a@example.org",
                    "solvers": [{"dns01": {"webhook": {"groupName": "acme.example.org", "solverName": "designate"}}}],
                }}})),
            ],
        ),
        switch(
            "network",
            [
                nothing(),
                nothing().in_namespace(json!({
                    "network": {
                        "dns": {"nodeLocal": "169.254.20.10/32"},
                        "mail": [{"cidr": "203.0.113.25/32", "port": 587}],
                        "external": [{"name": "database", "cidr": "10.20.30.0/28", "port": 3306}],
                        "monitoring": "monitoring",
                    },
                })),
            ],
        ),
        switch(
            "registry",
            [
                nothing().provided(&["SecretStore/tenant"]),
                choice(json!({"pullSecrets": ["registry-credentials"]})).in_namespace(json!({
                    "secretStore": {"kind": "vault", "server": "https://vault.example.org"}, "registry": {"enabled": true},
                })),
                choice(json!({"pullSecrets": ["other"]})).provided(&["Secret/other", "SecretStore/tenant"]),
            ],
        ),
        switch(
            "tls",
            [
                choice(json!({"tls": {"kind": "issuer"}})),
                choice(json!({"tls": {"kind": "secret"}})).provided(&["Secret/SITE-tls"]),
                choice(json!({"tls": {"kind": "gateway"}})),
                choice(json!({"tls": {"kind": "issuer", "issuerKind": "Issuer", "issuer": "own", "secret": "own-tls"}})).provided(&["Issuer/own"]),
            ],
        ),
        switch("hosts", [nothing(), choice(json!({"host": "SITE.example", "extraHosts": ["b.SITE.example", "c.SITE.example"]}))]),
        switch("aliases", [nothing(), choice(json!({"aliases": ["www.SITE.example", "old.SITE.example"]}))]),
        switch(
            "nodes",
            [
                nothing(),
                choice(json!({
                    "nodeSelector": {"pool": "sites"},
                    "tolerations": [{"key": "pool", "operator": "Exists", "effect": "NoSchedule"}],
                })),
            ],
        ),
        switch("state", ["enabled", "disabled"].map(|state| Choice { site: json!({"state": state}), ..nothing() })),
    ]
}

/// What the two templates of sites have in common.
fn sites() -> Vec<Switch> {
    vec![
        either("noindex", |on| json!({"noindex": on})),
        switch(
            "basic-auth",
            [choice(json!({"basicAuth": false})), choice(json!({"basicAuth": true})).needs(&["basic-auth"])],
        ),
        switch(
            "hsts",
            [
                nothing(),
                choice(json!({"hsts": {"enabled": true}})),
                choice(json!({"hsts": {"enabled": true, "includeSubDomains": true}})),
            ],
        ),
        switch("files", ["ReadWriteMany", "ReadWriteOnce"].map(|mode| choice(json!({"files": {"accessMode": mode}})))),
        switch(
            "database",
            [
                choice(json!({"database": {"kind": "own"}})),
                choice(json!({"database": {"kind": "external", "host": "db.example.org"}})),
                choice(json!({"database": {"kind": "external", "host": "db.example.org", "tls": "verified"}})),
                choice(
                    json!({"database": {"kind": "own", "storageClass": "fast"}, "files": {"storageClass": "shared"}}),
                ),
            ],
        ),
        switch("cache", ["none", "valkey"].map(|kind| choice(json!({"cache": {"kind": kind}})))),
        switch(
            "mail",
            [
                choice(json!({"mail": {"kind": "mailpit"}})),
                choice(json!({"mail": {"kind": "smtp", "host": "smtp.example.org"}})).needs(&["smtp"]),
                choice(json!({"mail": {"kind": "smtp", "host": "smtp.example.org", "authentication": false}})),
                choice(json!({"mail": {"kind": "none"}})),
            ],
        ),
        switch(
            "backup",
            [
                choice(json!({"backup": {"kind": "claim"}})),
                choice(json!({"backup": {"kind": "none"}})),
                choice(json!({"backup": {"kind": "restic", "repository": "s3:https://s3.example.org/b"}}))
                    .needs(&["backup"]),
                choice(json!({"backup": {"kind": "claim", "check": false}})),
            ],
        ),
        switch("env", [nothing(), choice(json!({"env": [{"name": "A_B", "value": "on: {x}"}]}))]),
    ]
}

pub fn drupal() -> Vec<Switch> {
    let mut switches = places();
    switches.extend(sites());
    switches.extend([
        switch(
            "web",
            [
                choice(json!({"web": {"kind": "nginx-fpm"}})),
                choice(json!({"web": {"kind": "nginx-fpm", "nginx": {"code": "baked"}}})),
                choice(json!({"web": {"kind": "apache"}})),
            ],
        ),
        switch(
            "scale",
            [
                nothing(),
                choice(json!({"web": {"replicas": 3}})),
                choice(json!({"web": {"autoscaling": {"enabled": true}}})),
            ],
        ),
        switch(
            "pod-security",
            [
                nothing(),
                choice(json!({"podSecurity": "baseline", "web": {"readOnlyRootFilesystem": false}}))
                    .in_namespace(json!({"podSecurity": "baseline"})),
            ],
        ),
        switch("search", ["none", "solr"].map(|kind| choice(json!({"search": {"kind": kind}})))),
        switch(
            "install",
            [
                nothing(),
                choice(json!({"install": {"enabled": false}})),
                choice(json!({"install": {"existingConfig": true}, "drupal": {"settingsPath": "sites/default/settings.bayplan.php"}})),
            ],
        ),
        switch(
            "deploy",
            [
                nothing(),
                choice(json!({"deploy": {"enabled": false}})),
                choice(json!({"deploy": {"layer": "before", "command": ["sh", "-c", "drush updatedb --yes && drush cr"]}})),
            ],
        ),
        switch(
            "crons",
            [
                nothing(),
                choice(json!({"crons": []})),
                choice(json!({"crons": [{"name": "feed", "schedule": "H/15 6-20 * * 1-5", "command": ["drush", "feed"], "timeout": 60, "suspend": true}]})),
            ],
        ),
        switch("paths", [nothing(), choice(json!({"paths": [{"path": "/cache", "service": "SITE-web", "port": 80}]}))]),
    ]);
    switches
}

pub fn django_react() -> Vec<Switch> {
    let mut switches = places();
    switches.extend(sites());
    switches.extend([
        switch(
            "server",
            [
                choice(json!({"backend": {"server": "gunicorn", "module": "a.wsgi:application"}})),
                choice(json!({"backend": {"server": "uvicorn", "module": "a.asgi:application"}})),
            ],
        ),
        switch("engine", ["postgresql", "mariadb"].map(|engine| choice(json!({"database": {"engine": engine}})))),
        switch(
            "worker",
            [
                nothing(),
                choice(json!({"worker": {"enabled": false}})),
                choice(json!({"worker": {"replicas": 3, "beat": false}})),
            ],
        ),
        switch("broker", [nothing(), choice(json!({"broker": {"kind": "rabbitmq"}})).needs(&["broker"])]),
        switch(
            "scale",
            [
                nothing(),
                choice(json!({"backend": {"replicas": 3}, "frontend": {"replicas": 3}})),
                choice(json!({"backend": {"autoscaling": {"enabled": true}}})),
            ],
        ),
        switch("superuser", [nothing(), choice(json!({"superuser": {"enabled": true}}))]),
        switch("paths", [nothing(), choice(json!({"backend": {"paths": ["/api"]}}))]),
        switch("crons", [nothing(), choice(json!({"crons": []}))]),
        switch("config", [nothing(), choice(json!({"frontend": {"config": {"a": {"b": [1, "x\ny", null]}}}}))]),
    ]);
    switches
}

pub fn drumkit_drupal() -> Vec<Switch> {
    let mut switches = places();
    let baseline = || json!({"podSecurity": "baseline"});
    switches.extend([
        switch(
            "database",
            ["ReadWriteMany", "ReadWriteOnce"]
                .map(|mode| choice(json!({"database": {"accessMode": mode}})).in_namespace(baseline())),
        ),
        switch("deploy", [nothing(), choice(json!({"deploy": {"enabled": false}}))]),
        switch("client", [nothing(), choice(json!({"client": "museum"}))]),
    ]);
    switches
}
