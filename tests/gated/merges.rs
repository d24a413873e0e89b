//! Edits that only come together lose data: merges, reverts, older sources, edits of many who see nothing of each other.

use super::support::Repository;

const WIKI: &str = "site-specs/wiki.yaml";
const ENVIRONMENTS: &str = "site-specs/environments.yaml";

impl Repository {
    /// Makes two branches of edits, each of which a check against what is published lets pass, and merges both.
    fn merge_of_harmless(&self, edits: [&dyn Fn(&Repository); 2]) {
        for (name, edit) in ["one", "other"].into_iter().zip(edits) {
            self.git(&["switch", "--quiet", "--create", name, "main"]);
            edit(self);
            self.commit(name);
            let said = self.bayplan(&["check", "--against", "rendered"]);
            assert_eq!(said.code, 0, "{name}: {}", said.stderr);
        }
        self.git(&["switch", "--quiet", "main"]);
        self.git(&["merge", "--quiet", "--no-ff", "-m", "one", "one"]);
        self.git(&["merge", "--quiet", "--no-ff", "-m", "other", "other"]);
    }

    /// Publishing is refused with these codes, and changes nothing, whether anything is known of the last run or not.
    fn is_refused(&self, arguments: &[&str], codes: &[&str]) {
        let before = self.tip("rendered");
        let warm = self.bayplan(arguments);
        // After a refusal there is none to remove.
        let _ = std::fs::remove_dir_all(self.path().join(".git/bayplan"));
        let cold = self.bayplan(arguments);
        assert_eq!(warm, cold);
        let told: Vec<&str> =
            warm.stderr.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next()).collect();
        assert_eq!((warm.code, told.as_slice()), (3, codes), "{}", warm.stderr);
        assert_eq!(self.tip("rendered"), before);
    }
}

#[test]
fn protection_that_each_of_two_edits_left_in_place() {
    let repository = Repository::new();
    repository.replace(WIKI, "template: store", "template: store\n  protect: true");
    repository.commit("said twice");
    repository.published();
    // The site need not say it, since its environment protects all; the environment need not, since each site says it.
    repository.merge_of_harmless([&|fleet| fleet.replace(WIKI, "  protect: true\n", ""), &|fleet| {
        fleet.replace(ENVIRONMENTS, "tier: production\n", "tier: production\n  protect: false\n");
        for site in ["portal", "shop"] {
            fleet.replace(&format!("site-specs/{site}.yaml"), "template: web", "template: web\n  protect: true");
        }
    }]);
    repository.is_refused(&["publish"], &["protection-removed"]);
}

#[test]
fn a_copy_of_a_template_that_lacks_what_the_template_got_meanwhile() {
    let repository = Repository::new();
    repository.published();
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: \"{{site.name}}-private\"}\nspec:\n  \
                 accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
    repository.git(&["switch", "--quiet", "--create", "copy", "main"]);
    for file in
        ["template.yaml", "claims.yaml.mustache", "web.yaml.mustache", "database.yaml.mustache", "jobs.yaml.mustache"]
    {
        let text = std::fs::read_to_string(repository.path().join("templates/web").join(file)).unwrap();
        repository.write(&format!("templates/web-next/{file}"), &text.replace("name: web}", "name: web-next}"));
    }
    repository.replace("site-specs/shop.yaml", "template: web", "template: web-next");
    repository.commit("shop goes on with a copy");
    assert_eq!(repository.bayplan(&["check", "--against", "rendered"]).code, 0);
    repository.git(&["switch", "--quiet", "main"]);
    let claims = std::fs::read_to_string(repository.path().join("templates/web/claims.yaml.mustache")).unwrap();
    repository.write("templates/web/claims.yaml.mustache", &(claims + claim));
    repository.commit("one more claim");
    repository.published();
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "copy", "copy"]);
    repository.is_refused(&["publish"], &["data-removed"]);
}

#[test]
fn a_merge_that_takes_a_file_away() {
    let repository = Repository::new();
    repository.published();
    repository.git(&["switch", "--quiet", "--create", "old", "main"]);
    repository.remove(WIKI);
    repository.commit("clean up");
    repository.git(&["switch", "--quiet", "main"]);
    repository.replace("templates/web/template.yaml", "greeting: hello", "greeting: ahoy");
    repository.commit("on main");
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "old", "old"]);
    repository.is_refused(&["publish"], &["namespace-removed"]);
}

#[test]
fn reverts() {
    let repository = Repository::new();
    repository.published();
    repository.replace("site-specs/portal.yaml", "size: 20Gi", "size: 50Gi");
    repository.commit("grow");
    repository.write(
        "site-specs/blog.yaml",
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\nspec:\n  tenant: acme\n  template: web\n  \
         environments: {production: {}}\n",
    );
    repository.commit("a blog");
    repository.published();
    repository.git(&["revert", "--no-edit", "HEAD"]);
    repository.is_refused(&["publish"], &["namespace-removed"]);
    repository.git(&["revert", "--no-edit", "HEAD"]);
    repository.git(&["revert", "--no-edit", "HEAD~3"]);
    repository.is_refused(&["publish"], &["storage-shrunk"]);
}

#[test]
fn older_sources() {
    let repository = Repository::new();
    repository.published();
    repository.replace("templates/web/template.yaml", "greeting: hello", "greeting: ahoy");
    repository.commit("greet otherwise");
    repository.published();
    // An older source is refused as such; taken on purpose, it may change what holds no data.
    repository.is_refused(&["publish", "--source", "HEAD~1"], &["stale-source"]);
    let said = repository.bayplan(&["publish", "--source", "HEAD~1", "--rollback"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let message = repository.git(&["log", "-1", "--format=%B", "rendered"]);
    assert!(message.contains("Bayplan-Rollback"), "{message}");
    repository.replace("site-specs/portal.yaml", "size: 20Gi", "size: 50Gi");
    repository.commit("grow");
    repository.published();
    repository.is_refused(&["publish", "--source", "HEAD~1", "--rollback"], &["storage-shrunk"]);
}

/// What gates say of a unit that is as it was does not hang on whether it was compiled.
#[test]
fn what_was_taken_over_is_judged_too() {
    let repository = Repository::new();
    repository.published();
    repository.replace("bayplan.yaml", "kind: flux,", "kind: flux, namespace: gitops,");
    repository.commit("another namespace for Flux");
    repository.is_refused(&["publish"], &["delivery-moved", "delivery-moved"]);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repository.published();
    repository.replace("templates/base/crd.yaml", "name: backups.example.org", "name: backups.example.com");
    repository.replace("templates/base/crd.yaml", "group: example.org", "group: example.com");
    repository.commit("another group");
    repository.is_refused(&["publish"], &["crd-removed"]);
}

/// A workload of a cluster's own in a site's namespace, which leaves while nothing of the site changes.
#[test]
fn a_clusters_own_workload_that_alone_mounted_a_claim() {
    let repository = Repository::new();
    let backup = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: backup, namespace: acme-portal-production}\nspec:\n  \
                  selector: {matchLabels: {app: backup}}\n  template:\n    metadata: {labels: {app: backup}}\n    spec:\n      \
                  containers:\n        - name: backup\n          \
                  image: registry.example.org/backup:1@sha256:2bdf363fb2ce26f4c041f01482a31ad1ad34d9696810e620509d753bb9ec9575\n          \
                  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n          \
                  volumeMounts: [{name: files, mountPath: /files, subPath: private}]\n      \
                  volumes: [{name: files, persistentVolumeClaim: {claimName: portal-files}}]\n";
    repository.write("templates/base/backup.yaml", backup);
    repository.commit("a backup");
    repository.published();
    repository.remove("templates/base/backup.yaml");
    repository.commit("no backup");
    repository.is_refused(&["publish"], &["data-detached"]);
}
