//! Edits whose effect is known, on a published fleet of 15 sites: the classes that are due, and all that the command says.
//!
//! `BAYPLAN_BLESS=1 cargo test --test diff` writes the texts anew; read the difference before you commit it.

use crate::support::Op::{Append, Delete, InSites, Rename, Replace};
use crate::support::{Compiled, Fleet, Op, Repository, diff};
use bayplan::diff::Class::{
    self, DataAtRisk, Exposure, InPlace, JobRuns, LeftAlone, New, Permissions, Recreates, Removed, RestartsPods,
    SecretReference,
};
use std::collections::BTreeSet;
use std::path::Path;

const SITES: usize = 15;
/// Lines of a screen.
const SCREEN: usize = 50;

const WEB: &str = "templates/web/web.yaml.mustache";
const WEB_HEAD: &str = "templates/web/template.yaml";
const NS: &str = "templates/ns/namespace.yaml.mustache";
const NS_HEAD: &str = "templates/ns/template.yaml";
const BASE: &str = "site-specs/base.yaml";
const SITE: &str = "site-specs/sites/site-007.yaml";

/// Name, edit, classes.
type Case = (&'static str, &'static [Op], &'static [Class]);

const CASES: &[Case] = &[
    // Values of shared layers.
    (
        "registry-of-the-fleet",
        &[Replace("bayplan.yaml", "registry.example.org", "mirror.example.org")],
        &[RestartsPods, JobRuns, InPlace, LeftAlone],
    ),
    (
        "class-of-a-cluster",
        &[Replace(BASE, "{class: nginx, domain: east.example}", "{class: traefik, domain: east.example}")],
        &[Exposure, InPlace],
    ),
    (
        "domain-of-a-cluster",
        &[Replace(BASE, "domain: west.example", "domain: west.example.net")],
        &[Exposure, RestartsPods, JobRuns, InPlace],
    ),
    (
        "replicas-of-an-environment",
        &[Replace(BASE, "{replicas: 2, log: warn}", "{replicas: 3, log: warn}")],
        &[InPlace],
    ),
    (
        "replicas-but-for-one-site",
        &[
            Replace(BASE, "{replicas: 2, log: warn}", "{replicas: 3, log: warn}"),
            Replace(SITE, "production: {}", "production: {values: {replicas: 2}}"),
        ],
        &[InPlace],
    ),
    ("log-of-an-environment", &[Replace(BASE, "log: warn", "log: error")], &[RestartsPods, JobRuns, InPlace]),
    ("quota-of-a-tenant", &[Replace(BASE, "quota: \"40\"", "quota: \"60\"")], &[InPlace]),
    // One site.
    ("tag-of-one-site", &[Replace(SITE, "4.7", "4.8")], &[RestartsPods, JobRuns, InPlace, LeftAlone]),
    ("tag-of-every-site", &[InSites("tag: \"", "tag: \"9.")], &[RestartsPods, JobRuns, InPlace, LeftAlone]),
    (
        "alias-of-one-site",
        &[Replace(SITE, "production: {}", "production: {values: {aliases: [shop.example.com]}}")],
        &[Exposure, InPlace],
    ),
    ("larger-files", &[Replace(SITE, "tag:", "size: 9Gi, tag:")], &[InPlace]),
    ("smaller-files", &[Replace(SITE, "tag:", "size: 1Gi, tag:")], &[DataAtRisk, InPlace]),
    ("site-disabled", &[Replace(SITE, "staging: {}", "staging: {state: disabled}")], &[Removed]),
    ("site-leaves", &[Delete(SITE)], &[DataAtRisk, Removed]),
    (
        "site-comes",
        &[Append(
            SITE,
            "---\napiVersion: bayplan/v1\nkind: Site\nmetadata: {name: harbour-fair}\nspec:\n  tenant: acme\n  template: web\n  \
                 environments: {staging: {}, production: {}}\n",
        )],
        &[Exposure, Permissions, JobRuns, New],
    ),
    (
        "site-renamed",
        &[Replace(SITE, "name: site-007", "name: harbour-fair")],
        &[DataAtRisk, Recreates, Exposure, JobRuns],
    ),
    (
        "environment-renamed",
        &[Replace(BASE, "{name: staging}", "{name: stage}"), InSites("staging:", "stage:")],
        &[DataAtRisk, Recreates, Exposure, JobRuns],
    ),
    // Templates.
    ("database-image", &[Replace(WEB_HEAD, "mariadb:11.8", "mariadb:11.9")], &[RestartsPods]),
    ("database-size", &[Replace(WEB_HEAD, "size: 10Gi", "size: 20Gi")], &[Recreates]),
    (
        "selector",
        &[Replace(WEB, "{part: web, site: \"{{site.name}}\"}", "{part: web, of: \"{{site.name}}\"}")],
        &[Recreates, RestartsPods, InPlace],
    ),
    (
        "service-type",
        &[Replace(WEB, "spec:\n  selector: {part: web", "spec:\n  type: LoadBalancer\n  selector: {part: web")],
        &[Exposure, InPlace],
    ),
    (
        "service-port",
        &[Replace(
            WEB,
            "ports: [{name: http, port: 80, targetPort: http}]",
            "ports: [{name: http, port: 80, targetPort: http}, {name: admin, port: 9000, targetPort: http}]",
        )],
        &[Exposure, InPlace],
    ),
    ("cron-schedule", &[Replace(WEB, "7 * * * *", "9 * * * *")], &[InPlace]),
    (
        "container-may-be-root",
        &[
            Replace(
                WEB,
                "- name: web\n          image: {{image}}\n          envFrom: [{configMapRef: {name: \"{{site.name}}-settings\"}}]\n          ports: [{containerPort: 8080, name: http}]\n          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}",
                "- name: web\n          image: {{image}}\n          envFrom: [{configMapRef: {name: \"{{site.name}}-settings\"}}]\n          ports: [{containerPort: 8080, name: http}]\n          securityContext: {privileged: true}",
            ),
            Replace(NS_HEAD, "security: restricted", "security: privileged"),
        ],
        &[Permissions, RestartsPods, InPlace],
    ),
    (
        "account-token",
        &[Replace(
            WEB,
            "metadata: {name: \"{{site.name}}\"}\nautomountServiceAccountToken: false",
            "metadata: {name: \"{{site.name}}\"}",
        )],
        &[Permissions, InPlace],
    ),
    ("policy-widened", &[Replace(NS, "10.0.0.0/8", "0.0.0.0/0")], &[Exposure, InPlace]),
    ("policy-narrowed", &[Replace(NS, "10.0.0.0/8", "10.1.0.0/16")], &[InPlace]),
    (
        "policy-removed",
        &[Replace(
            NS,
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n",
            "",
        )],
        &[Exposure, Removed],
    ),
    (
        "role-widened",
        &[Replace("templates/base/storage.yaml.mustache", "verbs: [get, list]", "verbs: [get, list, delete]")],
        &[Permissions, InPlace],
    ),
    (
        "binding-to-more",
        &[Append(NS, "  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: auditors}\n")],
        &[Permissions, InPlace],
    ),
    (
        "secret-from-elsewhere",
        &[Replace(WEB, "property: password", "property: secret")],
        &[SecretReference, RestartsPods, InPlace],
    ),
    (
        "object-comes",
        &[Append(
            WEB,
            "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: \"{{site.name}}-web\"}\nspec: {minAvailable: 1, selector: {matchLabels: {part: web, site: \"{{site.name}}\"}}}\n",
        )],
        &[New],
    ),
    ("settings-text", &[Replace(WEB, "workers = 4", "workers = 8")], &[RestartsPods, JobRuns, InPlace]),
    (
        "object-to-a-later-layer",
        &[Replace(
            WEB,
            "metadata: {name: \"{{site.name}}-database\", annotations: {bayplan/layer: services}}\nspec:\n  clusterIP",
            "metadata: {name: \"{{site.name}}-database\", annotations: {bayplan/layer: app}}\nspec:\n  clusterIP",
        )],
        &[Recreates],
    ),
    (
        "protection-taken-off",
        &[Replace(BASE, "values: {replicas: 2, log: warn}", "protect: false\n  values: {replicas: 2, log: warn}")],
        &[DataAtRisk, InPlace],
    ),
    ("class-reclaims", &[Replace("templates/base/template.yaml", "reclaim: Retain", "reclaim: Delete")], &[Recreates]),
    (
        "tenant-renamed",
        &[Replace(BASE, "{name: globex}", "{name: hooli}"), InSites("tenant: globex", "tenant: hooli")],
        &[DataAtRisk, Recreates, Exposure, JobRuns, New, Removed],
    ),
    (
        "site-to-another-cluster",
        &[Replace(SITE, "production: {}", "production: {clusters: [west]}")],
        &[DataAtRisk, Recreates, Exposure, JobRuns, New],
    ),
    (
        "claim-goes",
        &[
            Replace(
                WEB,
                "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-files\"}\nspec:\n  accessModes: [ReadWriteMany]\n  storageClassName: fast\n  resources: {requests: {storage: \"{{size}}\"}}\n",
                "",
            ),
            Replace(WEB, "persistentVolumeClaim: {claimName: \"{{site.name}}-files\"}", "emptyDir: {}"),
        ],
        &[DataAtRisk, Removed, RestartsPods],
    ),
    (
        "class-of-claims",
        &[
            Replace("templates/base/storage.yaml.mustache", "{name: fast}", "{name: faster}"),
            Replace(WEB, "storageClassName: fast", "storageClassName: faster"),
        ],
        &[DataAtRisk, Recreates, Removed, New],
    ),
    (
        "secret-of-another-name",
        &[Replace(
            WEB,
            "secretKeyRef: {name: \"{{site.name}}-database\"",
            "secretKeyRef: {name: \"{{site.name}}-tls\"",
        )],
        &[SecretReference, RestartsPods],
    ),
    (
        "policy-widened-by-a-patch",
        &[Replace(
            BASE,
            "  patches:\n    - target: {kind: Deployment}",
            "  patches:\n    - target: {kind: NetworkPolicy, name: web}\n      json: [{op: remove, path: /spec/ingress/0/from}]\n    - target: {kind: Deployment}",
        )],
        &[Exposure, InPlace],
    ),
    (
        "patch-of-one-site",
        &[Replace(
            SITE,
            "production: {}",
            "production: {patches: [{target: {kind: Deployment}, strategic: {spec: {template: {spec: {containers: [{name: web, env: [{name: DEBUG, value: \"1\"}]}]}}}}}]}",
        )],
        &[RestartsPods],
    ),
    (
        "patch-goes",
        &[Replace(
            BASE,
            "  patches:\n    - target: {kind: Deployment}\n      merge: {spec: {minReadySeconds: 5}}\n",
            "",
        )],
        &[InPlace],
    ),
    (
        "comment-of-a-template",
        &[Replace(WEB, "apiVersion: v1\nkind: ServiceAccount", "# An account.\napiVersion: v1\nkind: ServiceAccount")],
        &[],
    ),
    (
        "template-written-otherwise",
        &[Replace(WEB, "accessModes: [ReadWriteMany]", "accessModes:\n    - \"ReadWriteMany\"")],
        &[],
    ),
    ("delivery-interval", &[Replace("bayplan.yaml", "{kind: flux,", "{kind: flux, interval: 30m,")], &[InPlace]),
    (
        "version-of-a-cluster",
        &[Replace(
            BASE,
            "{name: west}\nspec:\n  kubernetesVersion: \"1.36\"",
            "{name: west}\nspec:\n  kubernetesVersion: \"1.35\"",
        )],
        &[],
    ),
    (
        "computed-string",
        &[Replace(WEB_HEAD, "{{tenant.name}}/{{site.name}}:{{tag}}", "{{tenant.name}}-{{site.name}}:{{tag}}")],
        &[RestartsPods, JobRuns, InPlace, LeftAlone],
    ),
    (
        "partial",
        &[Replace("templates/web/partials/resources.mustache", "256Mi", "512Mi")],
        &[RestartsPods, JobRuns, InPlace, LeftAlone],
    ),
    (
        "file-word-for-word",
        &[Replace("templates/web/partials/extra.conf", "buffers 8", "buffers 16")],
        &[RestartsPods, JobRuns, InPlace],
    ),
    (
        "issuer-of-an-environment",
        &[Replace(BASE, "values: {replicas: 1}", "values: {replicas: 1, issuer: letsencrypt-staging}")],
        &[InPlace],
    ),
    (
        "certificate-in-another-secret",
        &[Replace(WEB, "{{site.name}}-tls", "{{site.name}}-certificate")],
        &[SecretReference, InPlace],
    ),
    (
        "pod-security-of-an-environment",
        &[Replace(BASE, "values: {replicas: 1}", "values: {replicas: 1, security: baseline}")],
        &[Permissions, InPlace],
    ),
    (
        "several-at-once",
        &[
            Replace(BASE, "{replicas: 2, log: warn}", "{replicas: 3, log: warn}"),
            Replace(BASE, "quota: \"40\"", "quota: \"60\""),
            Replace(SITE, "production: {}", "production: {values: {aliases: [shop.example.com]}}"),
            Replace(WEB, "7 * * * *", "9 * * * *"),
            Replace(NS, "10.0.0.0/8", "0.0.0.0/0"),
        ],
        &[Exposure, InPlace],
    ),
    ("spec-file-moved", &[Rename(SITE, "site-specs/acme/seven.yaml")], &[]),
];

#[test]
fn an_edit_is_told_by_what_it_does() {
    #[allow(clippy::disallowed_methods)]
    let is_blessing = std::env::var("BAYPLAN_BLESS").is_ok();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/texts");
    let base = Fleet::of(SITES);
    let old = base.compiled("the base fleet");
    // Two at a time, each in a repository of its own.
    let (one, other) = CASES.split_at(CASES.len() / 2);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let run = |cases: &'static [Case]| {
            let (base, old, folder) = (&base, &old, &folder);
            scope.spawn(move || {
                let repository = Repository::published(base);
                cases
                    .iter()
                    .flat_map(|case| check(case, base, old, &repository, folder, is_blessing))
                    .collect::<Vec<_>>()
            })
        };
        let halves = [run(one), run(other)];
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is wrong with what is said of an edit.
fn check(
    (name, edit, classes): &Case,
    base: &Fleet,
    old: &Compiled,
    repository: &Repository,
    folder: &Path,
    is_blessing: bool,
) -> Vec<String> {
    let mut failures = Vec::new();
    let edited = base.edited(name, edit);
    let report = diff(old, &edited.compiled(name));
    let found: BTreeSet<Class> = report.diff.summary.classes.keys().copied().collect();
    let due: BTreeSet<Class> = classes.iter().copied().collect();
    if found != due {
        failures.push(format!("{name}: classes {found:?}, and not {due:?}"));
    }
    repository.hold(&edited);
    let text = repository.told(&["diff"]);
    repository.hold(base);
    if text.lines().count() >= SCREEN {
        failures.push(format!("{name}: {} lines, more than a screen:\n{text}", text.lines().count()));
    }
    let path = folder.join(format!("{name}.txt"));
    if is_blessing {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&path, &text).unwrap();
    } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
        failures.push(format!("{name}: another text:\n{text}"));
    }
    failures
}

#[test]
fn each_text_has_its_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/texts");
    let due: BTreeSet<String> = CASES.iter().map(|(name, _, _)| format!("{name}.txt")).collect();
    let found: BTreeSet<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, due);
}
