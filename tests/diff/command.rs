//! The command on repositories: what is compared with what, what is withheld, and how it ends.

use crate::support::{Fleet, Op, Repository};

const SITE: &str = "site-specs/sites/site-002.yaml";

fn fleet() -> Repository {
    Repository::new(&Fleet::of(6))
}

fn published() -> Repository {
    Repository::published(&Fleet::of(6))
}

#[test]
fn before_the_first_publish_all_is_new() {
    let repository = fleet();
    let told = repository.told(&["diff"]);
    assert!(told.starts_with("note: nothing was published to `rendered` yet: all of it is new\n"), "{told}");
    assert!(told.contains("\n+ each namespace comes  12 in production, staging on east, west"), "{told}");
    assert!(told.contains("no data at risk"), "{told}");
    assert_eq!(repository.run(&["diff", "--exit-code"]).code, 1);
}

#[test]
fn what_is_published_does_not_differ() {
    let repository = published();
    let nothing = "no difference\ngates: nothing would be refused\n";
    for arguments in
        [&["diff", "--exit-code"][..], &["diff", "HEAD"], &["diff", "HEAD..HEAD"], &["diff", "HEAD...", "--exit-code"]]
    {
        assert_eq!(repository.told(arguments), nothing, "{arguments:?}");
    }
}

#[test]
fn all_ways_to_name_the_sides_agree() {
    let repository = published();
    repository.edit(SITE, "tag: \"3.2\"", "tag: \"3.3\"");
    repository.edit("site-specs/base.yaml", "quota: \"40\"", "quota: \"50\"");
    let told = repository.told(&["diff"]);
    assert!(told.contains("rolls 2 Deployments on 2 clusters, runs 2 Jobs"), "{told}");
    assert!(told.contains("set in site-specs/base.yaml:45, tenant acme"), "{told}");
    assert!(told.contains("set in site-specs/sites/site-002.yaml:7, site site-002\n"), "{told}");
    assert_eq!(repository.told(&["diff", "HEAD"]), told);
    repository.commit("edits");
    assert_eq!(repository.told(&["diff", "HEAD~1..HEAD"]), told);
    assert_eq!(repository.told(&["diff", "HEAD~1..."]), told);
    assert_eq!(repository.run(&["diff", "--exit-code", "HEAD~1.."]).code, 1);
    // Whatever lies in the work tree.
    repository.edit(SITE, "tenant: initech", "tenant: nobody");
    assert_eq!(repository.told(&["diff", "HEAD~1..HEAD"]), told);
    assert_eq!(repository.told(&["diff", "--threads", "1", "HEAD~1..HEAD"]), told);
}

#[test]
fn a_fork_leaves_out_what_the_other_side_did() {
    let repository = published();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.edit("site-specs/base.yaml", "quota: \"40\"", "quota: \"50\"");
    repository.commit("topic");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.edit(SITE, "tag: \"3.2\"", "tag: \"3.3\"");
    repository.commit("main");
    let fork = repository.told(&["diff", "main...topic"]);
    assert!(fork.contains("ResourceQuota") && !fork.contains("Deployment"), "{fork}");
    let both = repository.told(&["diff", "main..topic"]);
    assert!(both.contains("ResourceQuota") && both.contains("Deployment"), "{both}");
}

#[test]
fn a_side_that_does_not_compile_is_withheld() {
    let repository = published();
    let text = std::fs::read_to_string(repository.root().join(SITE)).unwrap();
    repository.write(SITE, &format!("{text}  x: [\n"));
    for arguments in [&["diff"][..], &["diff", "HEAD"]] {
        let run = repository.run(arguments);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("error[yaml-unclosed]"), "{}", run.stderr);
        let (_, told) = run.stdout.split_once('\n').unwrap();
        assert_eq!(told, "the work tree does not compile (1 error): nothing is told of what differs\n");
    }
    let run = repository.run(&["diff", "--format", "json"]);
    let lines: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["diagnostic", "result", "summary"]);
    assert_eq!((&lines[1]["what"], &lines[2]["exitCode"]), (&"withheld".into(), &1.into()));
}

#[test]
fn deployments_without_errors_are_told_where_others_have_some() {
    let repository = published();
    repository.edit(SITE, "staging: {}", "staging: {values: {replicas: two}}");
    repository.edit("site-specs/base.yaml", "quota: \"40\"", "quota: \"50\"");
    for arguments in [&["diff"][..], &["diff", "HEAD"]] {
        let run = repository.run(arguments);
        assert_eq!(run.code, 1);
        let (_, told) = run.stdout.split_once('\n').unwrap();
        let held = "the work tree does not compile in part (1 error): nothing is told of 1 namespace: east/staging/initech-site-002-staging\n\
                    changes 4 objects in place; no data at risk\ngates: not asked, since not all of it compiles\n";
        assert!(told.starts_with(held), "{told}");
        assert!(!told.contains("\n- ") && told.contains("ResourceQuota quota"), "{told}");
    }
}

#[test]
fn gates_are_asked_about_commits_too() {
    let repository = published();
    std::fs::remove_file(repository.root().join(SITE)).unwrap();
    let told = repository.told(&["diff"]);
    assert!(
        told.contains("gates: would refuse [namespace-removed]: namespace initech-site-002-production leaves"),
        "{told}"
    );
    assert!(told.contains("DATA AT RISK"), "{told}");
    assert_eq!(repository.told(&["diff", "HEAD"]), told);
    repository.commit("a site leaves");
    assert_eq!(repository.told(&["diff", "HEAD~1..HEAD"]), told);
}

/// Whether a claim can grow hangs on its class and on the pods that mount it, neither of which was edited.
#[test]
fn gates_read_what_was_not_edited_in_commits_too() {
    let repository = Repository::published(&Fleet::of(6).edited(
        "expandable",
        &[Op::Replace(
            "templates/base/storage.yaml.mustache",
            "reclaimPolicy:",
            "allowVolumeExpansion: true\nreclaimPolicy:",
        )],
    ));
    repository.edit("templates/web/template.yaml", "size: 5Gi", "size: 6Gi");
    let told = repository.told(&["diff"]);
    assert!(told.contains("gates: nothing would be refused"), "{told}");
    assert_eq!(repository.told(&["diff", "HEAD"]), told);
    repository.commit("claims grow");
    assert_eq!(repository.told(&["diff", "HEAD~1..HEAD"]), told);
}

#[test]
fn a_filter_narrows_what_is_told() {
    let repository = published();
    repository.edit("site-specs/base.yaml", "log: warn", "log: error");
    let told = repository.told(&["diff", "--site", "site-001"]);
    assert!(
        told.starts_with(
            "rolls 1 Deployment on cluster east, runs 1 Job, changes 1 object in place; no data at risk\n"
        ),
        "{told}"
    );
    assert!(!told.contains("site-002"), "{told}");
    assert_eq!(repository.told(&["diff", "HEAD", "--site", "site-001"]), told);
    let west = repository.told(&["diff", "--cluster", "west"]);
    assert!(west.starts_with("rolls 2 Deployments on cluster west"), "{west}");
    // What has left can be asked for, what never was cannot.
    std::fs::remove_file(repository.root().join(SITE)).unwrap();
    assert!(repository.told(&["diff", "--site", "site-002"]).contains("leaves"));
    let unknown = repository.run(&["diff", "--site", "site-0x2"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("no site is called `site-0x2`"), "{}", unknown.stderr);
}

#[test]
fn an_exception_is_named_with_the_line_that_holds_it() {
    let repository = published();
    repository.edit("site-specs/base.yaml", "{replicas: 2, log: warn}", "{replicas: 3, log: warn}");
    repository.edit(SITE, "production: {}", "production: {values: {replicas: 2}}");
    let told = repository.told(&["diff"]);
    let due = "  # not on site-002@production on west (set in site-specs/sites/site-002.yaml:10, site site-002, environment production)\n";
    assert!(told.contains("~ Deployment {site}-web  5 of 6 in production on east, west  [in place]\n"), "{told}");
    assert!(told.contains(due), "{told}");
}

#[test]
fn each_cluster_may_have_a_branch() {
    let repository = fleet();
    repository.edit("bayplan.yaml", "  delivery:", "  publish: {branch: \"rendered-{{cluster.name}}\"}\n  delivery:");
    repository.commit("a branch for each");
    assert_eq!(repository.run(&["publish"]).code, 0);
    assert!(repository.told(&["diff"]).starts_with("no difference\n"));
    repository.edit("site-specs/base.yaml", "log: warn", "log: error");
    let told = repository.told(&["diff"]);
    assert!(told.starts_with("rolls 6 Deployments on 2 clusters"), "{told}");
}

#[test]
fn wrong_usage_is_told() {
    let repository = published();
    let cases: [(&[&str], &str); 7] = [
        (&["diff", "--format", "sarif"], "--format sarif is for `bayplan check` alone"),
        (&["check", "--format", "markdown"], "--format markdown is for `bayplan diff` alone"),
        (&["diff", "--environments", "staging"], "two environments are due"),
        (&["diff", "--environments", "staging..staging"], "two environments are due"),
        (&["diff", "--environments", "staging..producton"], "no environment is called `producton`"),
        (&["diff", "--environments", "staging..production", "a..b"], "give one revision, or none"),
        (&["diff", ""], "is no revision"),
    ];
    for (arguments, message) in cases {
        let run = repository.run(arguments);
        let told = run.stdout + &run.stderr;
        assert_eq!(run.code, 2, "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
    }
    assert_eq!(repository.run(&["diff", "nowhere"]).code, 2);
}

#[test]
fn environments_differ_in_what_is_set_for_them() {
    let repository = fleet();
    repository.edit(SITE, "staging: {}", "staging: {values: {size: 6Gi}}");
    let told = repository.told(&["diff", "--environments", "staging..production", "--site", "site-002"]);
    assert_eq!(
        told,
        "staging and production differ in 4 values and 3 objects\n\n\
         values\n    \
           domain: east.example -> west.example\n    \
           # site-specs/base.yaml:8, cluster east -> site-specs/base.yaml:17, cluster west\n    \
           log: info -> warn\n    \
           # bayplan.yaml:5, fleet harbour -> site-specs/base.yaml:40, environment production\n    \
           replicas: 1 -> 2\n    \
           # site-specs/base.yaml:28, environment staging -> site-specs/base.yaml:40, environment production\n    \
           size: 6Gi -> 5Gi\n    \
           # site-specs/sites/site-002.yaml:9, site site-002, environment staging -> templates/web/template.yaml:23, defaults of template web\n\n\
         ~ ConfigMap site-002-settings  site-002@production on west\n    \
           data.LOG: info -> warn\n    \
           data[settings.ini]:\n      \
             site = {site}\n    \
           - log = info\n    \
           + log = warn\n      \
             workers = 4\n\n\
         ~ Deployment site-002-web  site-002@production on west\n  \
         - spec.minReadySeconds: 5\n    \
           spec.replicas: 1 -> 2\n\n\
         ~ PersistentVolumeClaim site-002-files  site-002@production on west\n    \
           spec.resources.requests.storage: 6Gi -> 5Gi\n"
    );
}
