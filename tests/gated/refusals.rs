//! A gate that refuses leaves nothing behind.

use super::support::{Repository, acknowledgement, bayplan, git};
use serde_json::Value;
use std::fs;

#[test]
fn a_refusal_leaves_nothing_behind_and_an_acknowledgement_goes_on() {
    let repository = Repository::new();
    repository.published();
    let tip = repository.tip("rendered");
    repository.remove("site-specs/wiki.yaml");
    repository.commit("the wiki goes");
    let before = repository.state();
    for arguments in [&["publish"][..], &["publish", "--dry-run"], &["check", "--against", "rendered"]] {
        let said = repository.bayplan(arguments);
        assert_eq!(said.code, 3, "{arguments:?}: {}", said.stderr);
        assert!(
            said.stderr.contains("error[namespace-removed]: namespace acme-wiki-production leaves"),
            "{}",
            said.stderr
        );
        assert_eq!(said.stdout, "");
        assert!(repository.state() == before, "{arguments:?} wrote something");
    }
    repository.write(
        "site-specs/yes.yaml",
        &acknowledgement("namespace-removed", "{cluster: stable, namespace: acme-wiki-production}"),
    );
    repository.commit("on purpose");
    assert_eq!(repository.bayplan(&["check", "--against", "rendered"]).code, 0);
    repository.published();
    assert_ne!(repository.tip("rendered"), tip);
    let message = repository.git(&["log", "-1", "--format=%B", "rendered"]);
    let note = "\n\nStays in cluster stable, unmanaged. To delete it for good:\n    kubectl delete namespace \
                acme-wiki-production\n\nBayplan-Source: ";
    assert!(message.contains(note), "{message}");
    // What is published is no previous state to be careful of any more.
    repository.replace("site-specs/tenants.yaml", "spec: {}", "spec: {} # nothing more");
    repository.commit("nothing");
    let said = repository.bayplan(&["check", "--against", "rendered"]);
    assert!(said.code == 0 && said.stderr.contains("note[acknowledgement-unused]"), "{}", said.stderr);
    let said = repository.bayplan(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
}

#[test]
fn json_has_the_code_and_the_exit_code() {
    let repository = Repository::new();
    repository.published();
    repository.replace("site-specs/portal.yaml", "size: 20Gi", "size: 5Gi");
    repository.commit("smaller");
    for arguments in [&["publish", "--format", "json"][..], &["check", "--against", "rendered", "--format", "json"]] {
        let said = repository.bayplan(arguments);
        let lines: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<&Value> = lines.iter().filter(|line| line["type"] == "diagnostic").collect();
        assert_eq!((said.code, found.len()), (3, 1), "{}", said.stdout);
        assert_eq!(found[0]["code"], "storage-shrunk");
        assert_eq!(found[0]["severity"], "error");
        assert_eq!(found[0]["file"], "templates/web/claims.yaml.mustache");
        assert_eq!(lines.last().unwrap()["type"], "summary");
        assert_eq!(lines.last().unwrap()["exitCode"], 3);
    }
}

#[test]
fn a_refused_branch_stops_no_other_one() {
    let repository = Repository::new();
    repository.replace("bayplan.yaml", "branch: rendered", "branch: \"rendered-{{cluster.name}}\"");
    repository.commit("a branch for each cluster");
    repository.published();
    let (stable, unstable) = (repository.tip("rendered-stable"), repository.tip("rendered-unstable"));
    repository.replace("site-specs/portal.yaml", "size: 20Gi", "size: 5Gi");
    repository.replace("templates/web/template.yaml", "greeting: hello", "greeting: ahoy");
    repository.commit("one good, one bad");
    let said = repository.bayplan(&["publish"]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert_eq!(repository.tip("rendered-stable"), stable);
    assert_ne!(repository.tip("rendered-unstable"), unstable);
    for (branch, code) in [("rendered-stable", 3), ("rendered-unstable", 0)] {
        assert_eq!(repository.bayplan(&["check", "--against", branch]).code, code, "{branch}");
        assert_eq!(repository.bayplan(&["verify", branch]).code, 0, "{branch}");
    }
    let said = repository.bayplan(&["verify"]);
    assert_eq!((said.code, said.stdout.lines().count()), (0, 2), "{}", said.stdout);
}

#[test]
fn a_check_is_against_what_there_is() {
    let repository = Repository::new();
    let said = repository.bayplan(&["check", "--against", "rendered"]);
    assert!(said.code == 0 && said.stderr.contains("this would be the first publish"), "{}", said.stderr);
    assert_eq!(repository.bayplan(&["check", "--against", "renderd"]).code, 2);
    repository.published();
    let clone = repository.folder.path().join("clone");
    git(repository.folder.path(), &["clone", "--quiet", "fleet", "clone"]);
    fs::remove_file(clone.join("site-specs/wiki.yaml")).unwrap();
    for reference in ["rendered", "origin/rendered", &repository.tip("rendered")] {
        let said = bayplan(&clone, &["check", "--against", reference]);
        assert_eq!(said.code, 3, "{reference}: {}", said.stderr);
    }
    for (filter, code) in [
        (["--site", "wiki"], 2),
        (["--site", "portal"], 0),
        (["--tenant", "globex"], 0),
        (["--tenant", "acme"], 3),
        (["--cluster", "unstable"], 0),
        (["--cluster", "stable"], 3),
        (["--environment", "production"], 3),
    ] {
        let said = bayplan(&clone, &["check", "--against", "origin/rendered", filter[0], filter[1]]);
        assert_eq!(said.code, code, "{filter:?}: {}", said.stderr);
    }
}

#[test]
fn a_fleet_without_clusters_does_not_empty_the_branch() {
    let repository = Repository::new();
    repository.published();
    let tip = repository.tip("rendered");
    for path in ["clusters", "environments", "portal", "shop", "wiki"] {
        repository.remove(&format!("site-specs/{path}.yaml"));
    }
    repository.commit("a bad merge");
    let said = repository.bayplan(&["publish"]);
    assert!(said.code == 3 && said.stderr.contains("error[empty-output]"), "{} {}", said.code, said.stderr);
    assert_eq!(repository.tip("rendered"), tip);
    let said = repository.bayplan(&["check", "--against", "rendered"]);
    assert!(said.code == 3 && said.stderr.contains("error[empty-output]"), "{} {}", said.code, said.stderr);
}

/// A branch that others made, in a layout of their own: what it holds is the previous state all the same.
#[test]
fn an_adopted_branch_is_the_previous_state() {
    let repository = Repository::new();
    let claim = |name: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}, namespace: acme-portal-production}}\nspec:\n  \
             accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: 1Gi}}}}\n"
        )
    };
    repository.git(&["switch", "--quiet", "--orphan", "rendered"]);
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: acme-portal-production}\n";
    repository
        .write("prod/portal.yaml", &format!("{namespace}---\n{}---\n{}", claim("portal-files"), claim("portal-solr")));
    repository.write("prod/kustomization.yaml", "resources: [portal.yaml]\n");
    repository.commit("by others");
    repository.git(&["switch", "--quiet", "main"]);
    assert!(repository.bayplan(&["publish"]).stderr.contains("error[foreign-branch]"));
    let said = repository.bayplan(&["publish", "--adopt"]);
    let told = "error[data-removed]: PersistentVolumeClaim portal-solr of the adopted file prod/portal.yaml leaves";
    assert!(said.code == 3 && said.stderr.contains(told), "{}", said.stderr);
    assert_eq!(said.stderr.matches("error[").count(), 1, "{}", said.stderr);
    repository.write(
        "site-specs/yes.yaml",
        &acknowledgement("data-removed", "{cluster: prod, kind: PersistentVolumeClaim, name: portal-solr}"),
    );
    repository.commit("on purpose");
    let said = repository.bayplan(&["publish", "--adopt"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

/// What lets a branch be moved lets no gate be passed.
#[test]
fn leave_to_move_a_branch_is_no_leave_to_lose_data() {
    let repository = Repository::new();
    repository.published();
    repository.remove("site-specs/wiki.yaml");
    repository.commit("the wiki goes");
    let said = repository.bayplan(&["publish", "--adopt", "--rollback"]);
    assert!(said.code == 3 && said.stderr.contains("error[namespace-removed]"), "{}", said.stderr);
}
