//! What an edit of a spec does to what runs: a release, a site that is switched off, and one that leaves.

use crate::support::{Fleet, Object, Rendered, items};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const PORTAL: &str = "site-specs/sites/portal.yaml";
const SHOP: &str = "site-specs/sites/shop.yaml";

/// What has pods that run on: a change of its template restarts them.
fn running(rendered: &Rendered) -> BTreeMap<&str, &Object> {
    let objects = rendered.objects.iter().filter(|object| matches!(object.kind(), "Deployment" | "StatefulSet"));
    objects.map(|object| (object.path.as_str(), object)).collect()
}

fn jobs(rendered: &Rendered) -> BTreeSet<&str> {
    rendered.of_kind("Job").map(Object::name).collect()
}

/// Names of what restarts, and of the Jobs that come and go.
fn difference<'r>(before: &'r Rendered, after: &'r Rendered) -> (Vec<&'r str>, Vec<&'r str>, Vec<&'r str>) {
    let old = running(before);
    let restarted = running(after)
        .into_iter()
        .filter(|(path, object)| {
            old.get(path).is_none_or(|old| old.at("/spec/template") != object.at("/spec/template"))
        })
        .map(|(_, object)| object.name())
        .collect();
    let (old, new) = (jobs(before), jobs(after));
    (restarted, new.difference(&old).copied().collect(), old.difference(&new).copied().collect())
}

fn base(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(base, _)| base)
}

#[test]
fn a_release_of_drupal_restarts_its_web_pods_and_runs_one_job() {
    let fleet = Fleet::example();
    let before = fleet.rendered();
    let after = fleet.edited(PORTAL, "image: {tag: 4.2.0-rc.1}", "image: {tag: 4.2.0-rc.2}").rendered();
    let (restarted, added, removed) = difference(&before, &after);
    assert_eq!(restarted, ["portal-web"]);
    assert_eq!(
        (added.iter().map(|name| base(name)).collect::<Vec<_>>(), added.len(), removed.len()),
        (vec!["portal-deploy"], 1, 1)
    );
    // The Job that installs keeps its name, and neither tool applies it again.
    let install = |rendered: &Rendered| rendered.of_kind("Job").filter(|job| job.name() == "portal-install").count();
    assert_eq!(install(&before), install(&after));
}

#[test]
fn a_release_of_the_back_end_leaves_the_front_end_and_the_data_alone() {
    let fleet = Fleet::example();
    let after = fleet
        .edited(SHOP, "backend: {image: {tag: main-20260929}}", "backend: {image: {tag: main-20261001}}")
        .rendered();
    let before = fleet.rendered();
    let (restarted, added, removed) = difference(&before, &after);
    assert_eq!(restarted, ["shop-backend", "shop-beat", "shop-worker"]);
    assert_eq!((added.iter().map(|name| base(name)).collect::<Vec<_>>(), removed.len()), (vec!["shop-migrate"], 1));
}

#[test]
fn a_job_that_runs_once_is_left_alone_by_both_tools() {
    let rendered = Fleet::example().rendered();
    let mut seen = BTreeSet::new();
    for job in rendered.of_kind("Job").filter(|job| job.name().ends_with("-install")) {
        let application =
            rendered.of_kind("Application").find(|application| application.name() == format!("{}-app", job.namespace));
        match application {
            Some(application) => {
                let ignored = json!({"group": "batch", "kind": "Job", "name": job.name(), "jsonPointers": ["/spec"]});
                assert!(
                    items(application.at("/spec/ignoreDifferences")).any(|listed| *listed == ignored),
                    "{}",
                    job.path
                );
                assert!(
                    items(application.at("/spec/syncPolicy/syncOptions"))
                        .any(|option| option == "RespectIgnoreDifferences=true")
                );
                seen.insert("argocd");
            }
            None => {
                assert_eq!(job.annotation("kustomize.toolkit.fluxcd.io/ssa"), "IfNotPresent", "{}", job.path);
                seen.insert("flux");
            }
        }
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn a_site_that_is_switched_off_keeps_its_data_and_its_walls() {
    let fleet = Fleet::example();
    let before = fleet.rendered();
    let after = fleet.edited(PORTAL, "  template: drupal\n", "  template: drupal\n  state: disabled\n").rendered();
    let of_portal = |rendered: &Rendered| -> BTreeMap<String, Vec<u8>> {
        rendered
            .files
            .iter()
            .filter(|(path, _)| path.contains("/acme-bank-portal-"))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect()
    };
    let (old, new) = (of_portal(&before), of_portal(&after));
    let kept: BTreeMap<String, Vec<u8>> =
        old.into_iter().filter(|(path, _)| path.contains("/platform/") || path.contains("/data/")).collect();
    assert_eq!(new, kept);
    let delivered: BTreeSet<&str> = after
        .objects
        .iter()
        .filter(|object| object.layer == "delivery" && object.name().starts_with("acme-bank-portal-"))
        .filter_map(|object| object.name().rsplit_once('-').map(|(_, layer)| layer))
        .collect();
    assert_eq!(delivered, BTreeSet::from(["data", "platform"]));
}

/// What both tools do when files, and the object that delivers them, are gone from the branch.
#[test]
fn a_protected_claim_outlives_whatever_delivers_it() {
    let rendered = Fleet::example().rendered();
    let mut counted = 0;
    let kept = rendered.objects.iter().filter(|object| {
        matches!(object.kind(), "PersistentVolumeClaim" | "Namespace") && !object.namespace.is_empty()
    });
    for object in kept {
        let delivering = rendered.objects.iter().find(|found| {
            found.cluster == object.cluster
                && matches!(found.kind(), "Kustomization" | "Application")
                && found.name() == format!("{}-{}", object.namespace, object.layer)
        });
        let delivering = delivering.unwrap_or_else(|| panic!("{} is delivered", object.path));
        let is_protected = !object.annotation("kustomize.toolkit.fluxcd.io/prune").is_empty();
        let is_preview = object.path.contains("/testing/") || object.path.contains("/pr-12/");
        assert_eq!(is_protected, !is_preview, "{}", object.path);
        if !is_protected {
            continue;
        }
        counted += 1;
        assert_eq!(object.annotation("kustomize.toolkit.fluxcd.io/prune"), "disabled", "{}", object.path);
        assert_eq!(object.annotation("argocd.argoproj.io/sync-options"), "Prune=false,Delete=false", "{}", object.path);
        match (delivering.kind(), object.kind()) {
            ("Kustomization", "PersistentVolumeClaim") => {
                assert_eq!(
                    (delivering.at("/spec/prune"), delivering.text("/spec/deletionPolicy")),
                    (&json!(false), "Orphan")
                );
                assert_eq!(
                    *delivering.at("/spec/wait"),
                    json!(false),
                    "{} would wait for its own pods",
                    delivering.path
                );
            }
            ("Application", "PersistentVolumeClaim") => {
                assert!(delivering.at("/metadata/finalizers").is_null(), "{}", delivering.path);
                assert_eq!(*delivering.at("/spec/syncPolicy/automated/prune"), json!(false));
            }
            _ => {}
        }
    }
    assert!(counted > 20, "{counted} protected objects");
}
