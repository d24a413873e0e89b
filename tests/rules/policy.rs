//! Severities of the Fleet, and Acknowledgements.

use crate::fleet::Fleet;

const JOB: &str = "apiVersion: batch/v1
kind: Job
metadata: {name: install}
spec:
  ttlSecondsAfterFinished: 600
  template:
    spec: {restartPolicy: Never, containers: [{name: install, image: \"nginx:1.27\"}]}
";

/// A site in production and in testing whose Job breaks `job-ttl`, and in production `image-digest`.
fn fleet() -> Fleet {
    let mut fleet = Fleet::new();
    fleet.template("web", "site", JOB);
    fleet.site("shop", "  environments: {prod: {}, test: {}}\n");
    fleet
}

fn acknowledge(fleet: &mut Fleet, change: &str, object: &str, expires: &str) {
    fleet.add(
        "site-specs/acknowledgement.yaml",
        &format!(
            "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {{name: yes-we-know}}\nspec:\n  change: {change}\n  \
             object: {object}\n  reason: it is cleaned up by hand\n  expires: \"{expires}\"\n"
        ),
    );
}

const TTL: &str = "templates/web/all.yaml.mustache:5: error[job-ttl]: Job install deletes itself and would run again at each \
                   reconciliation";
const DIGEST: &str = "templates/web/all.yaml.mustache:7: warning[image-digest]: container `install` of Job install has an image without a digest";

#[test]
fn defaults_depend_on_the_tier() {
    let fleet = fleet();
    assert_eq!(fleet.check(), [TTL, DIGEST]);
    let deployments: Vec<Vec<String>> =
        fleet.diagnostics().into_iter().map(|diagnostic| diagnostic.deployments).collect();
    assert_eq!(deployments, [vec!["shop@prod@north", "shop@test@north"], vec!["shop@prod@north"]]);
}

#[test]
fn the_fleet_sets_severities_for_all_tiers_or_some() {
    /// What is found, and in which deployments.
    type Found = &'static [(&'static str, &'static [&'static str])];
    let rows: [(&str, Found); 5] = [
        (
            "job-ttl: {severity: warning}",
            &[
                ("warning[job-ttl]", &["shop@prod@north", "shop@test@north"]),
                ("warning[image-digest]", &["shop@prod@north"]),
            ],
        ),
        ("job-ttl: {severity: \"off\"}", &[("warning[image-digest]", &["shop@prod@north"])]),
        (
            "job-ttl: {severity: \"off\", tiers: [testing]}",
            &[("error[job-ttl]", &["shop@prod@north"]), ("warning[image-digest]", &["shop@prod@north"])],
        ),
        (
            "image-digest: {severity: error, tiers: [testing]}\n    job-ttl: {severity: \"off\"}",
            &[("error[image-digest]", &["shop@test@north"]), ("warning[image-digest]", &["shop@prod@north"])],
        ),
        (
            "image-digest: {severity: error}\n    job-ttl: {severity: \"off\"}",
            &[("error[image-digest]", &["shop@prod@north", "shop@test@north"])],
        ),
    ];
    for (setting, expected) in rows {
        let mut fleet = fleet();
        fleet.settings(&format!("  rules:\n    {setting}\n"));
        let found: Vec<(String, Vec<String>)> = fleet
            .diagnostics()
            .into_iter()
            .map(|found| (format!("{}[{}]", found.severity.word(), found.code.name), found.deployments))
            .collect();
        let expected: Vec<(String, Vec<String>)> = expected
            .iter()
            .map(|(title, deployments)| ((*title).to_owned(), deployments.iter().map(|id| (*id).to_owned()).collect()))
            .collect();
        assert_eq!(found, expected, "{setting}");
    }
}

#[test]
fn settings_that_cannot_be_are_errors() {
    let rows = [
        (
            "job-tll: {severity: \"off\"}",
            "error[unknown-rule]: no rule has the code `job-tll`",
            "did you mean `job-ttl`?",
        ),
        (
            "plaintext-secret: {severity: \"off\"}",
            "error[fixed-rule]: rule `plaintext-secret` is always an error",
            "an Acknowledgement can let one object through",
        ),
        (
            "tier-not-accepted: {severity: warning}",
            "error[fixed-rule]: rule `tier-not-accepted` is always an error",
            "remove this setting",
        ),
        (
            "job-ttl: {severity: \"off\", tiers: [prodution]}",
            "error[unknown-tier]: no environment is of tier `prodution`",
            "did you mean `production`?",
        ),
    ];
    for (setting, expected, help) in rows {
        let mut fleet = fleet();
        fleet.settings(&format!("  rules:\n    {setting}\n"));
        assert_eq!(fleet.check(), [format!("bayplan.yaml:7: {expected}")], "{setting}");
        assert_eq!(fleet.diagnostics()[0].help, [help], "{setting}");
    }
}

#[test]
fn an_acknowledgement_lets_one_object_through() {
    let rows = [
        ("{cluster: north, environment: prod, kind: Job, name: install}", vec!["shop@test@north"]),
        ("{cluster: north, namespace: acme-shop-test}", vec!["shop@prod@north"]),
        ("{cluster: north, site: shop}", vec![]),
        ("{cluster: north, tenant: acme}", vec![]),
    ];
    for (object, left) in rows {
        let mut fleet = fleet();
        fleet.settings("  rules:\n    image-digest: {severity: \"off\"}\n");
        acknowledge(&mut fleet, "job-ttl", object, "2026-12-31");
        let found: Vec<String> =
            fleet.diagnostics().into_iter().flat_map(|diagnostic| diagnostic.deployments).collect();
        assert_eq!(found, left, "{object}");
    }
}

#[test]
fn an_expired_acknowledgement_does_not_count_and_is_told() {
    let mut fleet = fleet();
    acknowledge(&mut fleet, "job-ttl", "{cluster: north, site: shop}", "2026-12-31");
    let expired = "site-specs/acknowledgement.yaml:3: warning[acknowledgement-expired]: Acknowledgement yes-we-know expired on \
                   2026-12-31";
    // 2026-12-31T23:59:59Z, and a second later.
    fleet.options.now = Some(1_798_761_599);
    assert_eq!(fleet.check(), [DIGEST]);
    fleet.options.now = Some(1_798_761_600);
    assert_eq!(fleet.check(), [TTL, expired, DIGEST]);
}

#[test]
fn an_acknowledgement_that_lets_nothing_through_is_noted() {
    let mut fleet = fleet();
    fleet.settings("  rules:\n    image-digest: {severity: \"off\"}\n    job-ttl: {severity: \"off\"}\n");
    acknowledge(&mut fleet, "job-ttl", "{cluster: north, site: shop}", "2026-12-31");
    let unused = "site-specs/acknowledgement.yaml:3: note[acknowledgement-unused]: Acknowledgement yes-we-know lets nothing \
                  through";
    assert_eq!(fleet.check(), [unused]);
    // With a filter, what it is about may not have been compiled.
    fleet.options.filter.environments = vec!["prod".to_owned()];
    assert_eq!(fleet.check(), Vec::<String>::new());
}

#[test]
fn acknowledgements_that_can_never_count_are_errors() {
    let object = "{cluster: north, site: shop}";
    let at = "site-specs/acknowledgement.yaml";
    let rows = [
        (
            "job-tll",
            object,
            "2026-12-31",
            format!("{at}:5: error[acknowledgement]: `job-tll` is no change that can be acknowledged"),
        ),
        (
            "tier-not-accepted",
            object,
            "2026-12-31",
            format!("{at}:5: error[acknowledgement]: `tier-not-accepted` is no change that can be acknowledged"),
        ),
        (
            "data-removed",
            "{cluster: north}",
            "2026-12-31",
            format!("{at}:6: error[acknowledgement]: an Acknowledgement names more than a cluster"),
        ),
        (
            "job-ttl",
            object,
            "2026-02-31",
            format!("{at}:8: error[acknowledgement]: `2026-02-31` is no day of the calendar"),
        ),
    ];
    for (change, object, expires, expected) in rows {
        let mut fleet = fleet();
        acknowledge(&mut fleet, change, object, expires);
        assert_eq!(fleet.check(), [expected], "{change} {object} {expires}");
    }
}

#[test]
fn a_plaintext_secret_may_be_acknowledged() {
    let mut fleet = fleet();
    fleet.template(
        "web",
        "site",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: known}\nstringData: {password: public}\n",
    );
    fleet.site("shop", "  environments: {test: {}}\n");
    assert_eq!(
        fleet.check(),
        ["templates/web/all.yaml.mustache:2: error[plaintext-secret]: Secret known is rendered in plain text"]
    );
    acknowledge(&mut fleet, "plaintext-secret", "{cluster: north, kind: Secret, name: known}", "2026-12-31");
    assert_eq!(fleet.check(), Vec::<String>::new());
}

#[test]
fn what_specs_call_external_is_no_dangling_reference() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  imagePullSecrets: [{name: registry}]\n  \
               containers: [{name: web, image: \"nginx:1.27\"}]\n";
    let mut fleet = fleet();
    fleet.template("web", "site", pod);
    fleet.site("shop", "  environments: {test: {}}\n");
    assert_eq!(fleet.check().len(), 1);
    fleet.site("shop", "  external: [{kind: Secret, name: registry}]\n  environments: {test: {}}\n");
    assert_eq!(fleet.check(), Vec::<String>::new());
    fleet.site("shop", "  environments: {test: {}}\n");
    fleet.add(
        "site-specs/tenant.yaml",
        "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: acme}\nspec: {external: [{kind: Secret, name: registry}]}\n",
    );
    assert_eq!(fleet.check(), Vec::<String>::new());
}

#[test]
fn a_secret_is_never_shown() {
    let text = format!("ghp_{}", "a1".repeat(18));
    let mut fleet = fleet();
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: keys}}\ndata:\n  token: {text}\n");
    fleet.template("web", "site", &map);
    let sources = fleet.sources();
    let found = fleet.diagnostics();
    assert_eq!(found.len(), 1);
    let shown = bayplan::diag::render::to_text(&found[0], &sources, false);
    assert!(!shown.contains(&text), "{shown}");
    assert!(shown.contains("templates/web/all.yaml.mustache:5:"), "{shown}");
    assert!(!bayplan::diag::json::to_json(&found[0], &sources).to_string().contains(&text));
}
