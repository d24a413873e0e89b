//! What a tenant's spec may not say: each row is one line of a site, and the code of the error that points at this very line (or, for
//! a rule on objects, names it as the place that the value came from).

use crate::support::Fleet;

const DRUPAL: &str = "
    image: {repository: registry.example.org/a/b, tag: '1.0'}
    host: hostile.example
";
const DJANGO: &str = "
    backend: {image: {repository: registry.example.org/a/b, tag: '1.0'}, settings: a.settings, module: 'a.wsgi:application'}
    frontend: {image: {repository: registry.example.org/a/f, tag: '1.0'}}
    worker: {app: a}
    host: hostile.example
";

/// A cluster, an environment and a tenant of the example fleet, and one site.
fn fleet(template: &str, values: &str, rest: &str) -> Fleet {
    let mut fleet = Fleet::read(&[
        "bayplan.yaml",
        "templates",
        "terraform",
        "site-specs/clusters/unstable.yaml",
        "site-specs/environments/testing.yaml",
        "site-specs/tenants/harbour-goods.yaml",
    ]);
    let text = fleet.files["bayplan.yaml"].replace("sites: [portal, shop]", "sites: [hostile]");
    fleet.add("bayplan.yaml", text);
    let text = fleet.files["site-specs/tenants/harbour-goods.yaml"].replace("[unstable, stable]", "[unstable]");
    fleet.add("site-specs/tenants/harbour-goods.yaml", text);
    fleet.add(
        "site-specs/hostile.yaml",
        format!(
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: hostile}}\nspec:\n  tenant: harbour-goods\n  template: {template}\n  \
             values:{values}\n  environments: {{testing: {{}}}}\n{rest}"
        ),
    );
    fleet
}

/// Every line alone, added to the values, is refused where it stands.
fn refuses(template: &str, values: &str, rows: &[(&str, &str)]) {
    let sound = fleet(template, values, "").findings();
    assert!(!sound.iter().any(|(code, ..)| *code != "image-latest"), "{template} by itself: {sound:?}");
    for (row, code) in rows {
        let key = row.split(':').next().unwrap_or_default();
        let kept: String =
            values.lines().filter(|line| !line.trim().starts_with(&format!("{key}:"))).collect::<Vec<_>>().join("\n");
        let findings = fleet(template, &format!("{kept}\n    {row}\n"), "").findings();
        let here = format!("site-specs/hostile.yaml: {row}");
        let is_told = findings.iter().any(|(found, _, line)| found == code && (*line == here || is_of_objects(code)));
        assert!(is_told, "{template}: {row}: {findings:#?}");
    }
}

/// Codes that point at the template's line and name the value as the second place.
fn is_of_objects(code: &str) -> bool {
    !matches!(code, "invalid-value" | "enforced-value" | "unknown-field")
}

#[test]
fn hosts_and_paths() {
    let rows = [
        ("host: '*.example'", "invalid-value"),
        ("host: Hostile.example", "invalid-value"),
        ("host: hostile..example", "invalid-value"),
        ("host: 203.0.113.7", "invalid-value"),
        ("host: localhost", "invalid-value"),
        ("host: 'hostile.example; return 200'", "invalid-value"),
        ("host: \"hostile.example\\n  key: value\"", "invalid-value"),
        ("aliases: ['*.evil.example']", "invalid-value"),
        ("extraHosts: ['{{host}}']", "invalid-value"),
        ("paths: [{path: /, service: hostile-web, port: 80}]", "invalid-value"),
        ("paths: [{path: /a/../b, service: hostile-web, port: 80}]", "invalid-value"),
        ("paths: [{path: /a//b, service: hostile-web, port: 80}]", "invalid-value"),
        ("paths: [{path: '/a {', service: hostile-web, port: 80}]", "invalid-value"),
        ("paths: [{path: /a, service: portal-web.acme-bank-portal-production, port: 80}]", "invalid-value"),
        ("paths: [{path: /a, service: hostile-web, port: 0}]", "invalid-value"),
        ("paths: [{path: /a, service: portal-web, port: 80}]", "dangling-reference"),
    ];
    refuses("drupal", DRUPAL, &rows);
}

#[test]
fn what_the_cluster_and_the_fleet_decide() {
    let rows = [
        ("routing: {gateway: {namespace: elsewhere}}", "enforced-value"),
        ("routing: {kind: ingress}", "enforced-value"),
        (
            "routing: {ingress: {annotations: {nginx.ingress.kubernetes.io/server-snippet: 'return 200;'}}}",
            "invalid-value",
        ),
        ("secrets: {prefix: acme-bank/portal/}", "enforced-value"),
        ("secrets: {prefix: ../acme-bank/}", "enforced-value"),
        ("secrets: {store: {kind: ClusterSecretStore, name: everything}}", "enforced-value"),
        ("storageClass: {rwo: someone-elses}", "enforced-value"),
        ("tls: {issuer: letsencrypt-production}", "enforced-value"),
        ("tolerations: [{key: example.org/tenant, operator: Exists}]", "enforced-value"),
        ("priorityClass: system-cluster-critical", "invalid-value"),
        ("podSecurity: privileged", "invalid-value"),
        ("runAs: {user: 0}", "invalid-value"),
    ];
    refuses("drupal", DRUPAL, &rows);
}

#[test]
fn text_that_becomes_configuration() {
    let rows = [
        ("image: {repository: registry.example.org/a/../b, tag: '1.0'}", "invalid-value"),
        ("image: {repository: Registry.example.org/b, tag: '1.0'}", "invalid-value"),
        ("image: {repository: registry.example.org/b, tag: '1.0 --privileged'}", "invalid-value"),
        ("images: {nginx: 'nginx:1; rm -rf /'}", "invalid-value"),
        ("drupal: {docroot: '/var/www/html; include /etc/passwd'}", "invalid-value"),
        ("drupal: {docroot: /var/../etc}", "invalid-value"),
        ("drupal: {settingsPath: ../../../etc/passwd}", "invalid-value"),
        ("drupal: {configSync: \"'; system('id'); '\"}", "invalid-value"),
        ("drupal: {searchServer: \"solr']['x\"}", "invalid-value"),
        ("web: {scratch: [{name: tmp, path: ../etc}]}", "invalid-value"),
        ("web: {apache: {configPath: relative.conf}}", "invalid-value"),
        ("php: {uploadLimit: '64M; deny all'}", "invalid-value"),
        ("php: {uploadLimit: 0M}", "invalid-value"),
        ("install: {profile: '--db-url=mysql://elsewhere'}", "invalid-value"),
        ("install: {siteName: \"one\\ntwo\"}", "invalid-value"),
        ("database: {kind: external, host: 'db.example;charset=x'}", "invalid-value"),
        ("database: {name: 'drupal; DROP TABLE users'}", "invalid-value"),
        ("backup: {repository: 's3:https://elsewhere --password-command id'}", "invalid-value"),
        ("mail: {kind: smtp, host: 'smtp.example evil'}", "invalid-value"),
        ("search: {kind: solr, configSet: '/opt; id'}", "invalid-value"),
    ];
    refuses("drupal", DRUPAL, &rows);
}

#[test]
fn variables_that_the_template_sets() {
    let names = [
        "DATABASE_HOST",
        "DATABASE_CA_FILE",
        "HASH_SALT_FILE",
        "SITE_HOST",
        "SMTP_PASSWORD_FILE",
        "CACHE_HOST",
        "PATH",
    ];
    let rows: Vec<String> = names.iter().map(|name| format!("env: [{{name: {name}, value: evil}}]")).collect();
    refuses("drupal", DRUPAL, &rows.iter().map(|row| (row.as_str(), "invalid-value")).collect::<Vec<_>>());
    let names = ["DATABASE_HOST", "DJANGO_SETTINGS_MODULE", "SECRET_KEY_FILE", "PYTHONPATH", "ALLOWED_HOSTS", "DEBUG"];
    let rows: Vec<String> = names.iter().map(|name| format!("env: [{{name: {name}, value: evil}}]")).collect();
    refuses("django-react", DJANGO, &rows.iter().map(|row| (row.as_str(), "invalid-value")).collect::<Vec<_>>());
}

#[test]
fn amounts_and_schedules() {
    let rows = [
        ("files: {size: 0Gi}", "invalid-value"),
        ("files: {size: -1Gi}", "invalid-value"),
        ("files: {size: 9000Ti}", "over-limit"),
        ("web: {resources: {limits: {memory: 64Gi}}}", "over-limit"),
        ("web: {resources: {claims: [{name: gpu}]}}", "invalid-value"),
        ("web: {replicas: -1}", "invalid-value"),
        ("web: {autoscaling: {enabled: true, min: 5, max: 2}}", "invalid-object-value"),
        ("web: {apache: {port: 70000}}", "invalid-value"),
        ("crons: [{name: x, schedule: '61 * * * *', command: [a]}]", "invalid-object-value"),
        ("crons: [{name: x, schedule: '@reboot', command: [a]}]", "invalid-object-value"),
        ("crons: [{name: x, schedule: 'TZ=UTC * * * * *', command: [a]}]", "invalid-object-value"),
        ("crons: [{name: x, schedule: '* * * * *', command: []}]", "invalid-value"),
        ("crons: [{name: x, schedule: '* * * * *', command: [a], timeout: 0}]", "invalid-value"),
        ("database: {bufferPool: 0M}", "invalid-value"),
        ("cache: {kind: valkey, memory: 0mb}", "invalid-value"),
    ];
    refuses("drupal", DRUPAL, &rows);
}

#[test]
fn the_same_in_django_react() {
    let rows = [
        ("host: '*.example'", "invalid-value"),
        (
            "backend: {image: {repository: registry.example.org/a/b, tag: '1'}, settings: a.s, module: 'a:b', paths: [/a/../b]}",
            "invalid-value",
        ),
        (
            "backend: {image: {repository: registry.example.org/a/b, tag: '1'}, settings: 'a; import os', module: 'a:b'}",
            "invalid-value",
        ),
        (
            "backend: {image: {repository: registry.example.org/a/b, tag: '1'}, settings: a.s, module: '--config=evil'}",
            "invalid-value",
        ),
        (
            "backend: {image: {repository: registry.example.org/a/b, tag: '1'}, settings: a.s, module: 'a:b', openPath: '/api/ { return 200; }'}",
            "invalid-value",
        ),
        ("worker: {app: '$(id)'}", "invalid-value"),
        ("worker: {app: a, queues: 'celery --pool=evil'}", "invalid-value"),
        ("database: {engine: mariadb, user: \"x' OR '1\"}", "invalid-value"),
        ("superuser: {enabled: true, email: nobody}", "invalid-value"),
        ("secrets: {store: {kind: ClusterSecretStore}}", "enforced-value"),
    ];
    refuses("django-react", DJANGO, &rows);
}

#[test]
fn the_walls_of_the_namespace() {
    let rows = [
        ("network: {private: []}", "enforced-value"),
        ("registry: {enabled: false}", "enforced-value"),
        ("secretStore: {server: https://elsewhere.example}", "enforced-value"),
        ("routing: {sources: [everyone]}", "enforced-value"),
        ("network: {external: [{name: a, cidr: everywhere, port: 80}]}", "invalid-value"),
        ("podSecurity: privileged", "invalid-value"),
    ];
    for (row, code) in rows {
        let findings = fleet("drupal", DRUPAL, &format!("  namespace:\n    values:\n      {row}\n")).findings();
        let here = format!("site-specs/hostile.yaml: {row}");
        let is_told = findings.iter().any(|(found, _, line)| *found == code && *line == here);
        assert!(is_told, "{row}: {findings:#?}");
    }
}

#[test]
fn patches_reach_no_further() {
    let rows = [
        (
            "{kind: Service, name: hostile-web}",
            "{spec: {type: ExternalName, externalName: portal-web.acme-bank-portal-production.svc}}",
            "service-leads-out",
        ),
        ("{kind: Service, name: hostile-web}", "{spec: {externalIPs: [203.0.113.53]}}", "service-leads-out"),
        ("{kind: Deployment, name: hostile-web}", "{spec: {template: {spec: {hostNetwork: true}}}}", "pod-security"),
        (
            "{kind: Deployment, name: hostile-web}",
            "{spec: {template: {spec: {volumes: [{name: tmp, hostPath: {path: /}}]}}}}",
            "pod-security",
        ),
        ("{kind: HTTPRoute, name: hostile}", "{metadata: {namespace: acme-bank-portal-production}}", "patch-identity"),
        ("{kind: ServiceAccount}", "{metadata: {labels: {bayplan/tenant: acme-bank}}}", "patch-identity"),
    ];
    for (target, patch, code) in rows {
        let rest = format!("  patches:\n    - target: {target}\n      merge: {patch}\n");
        let findings = fleet("drupal", DRUPAL, &rest).findings();
        assert!(findings.iter().any(|(found, ..)| *found == code), "{patch}: {findings:#?}");
    }
}
