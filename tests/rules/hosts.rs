//! `duplicate-host`, across units.

use crate::fleet::Fleet;

const INGRESS: &str = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    {{#hosts}}
    - host: {{.}}
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
    {{/hosts}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
";

fn fleet(sites: &[(&str, &str)]) -> Fleet {
    let mut fleet = Fleet::new();
    fleet.template("web", "site", INGRESS);
    for (name, lines) in sites {
        fleet.site(name, lines);
    }
    fleet
}

#[test]
fn a_host_of_two_sites_is_told_with_both_places_and_values() {
    let fleet = fleet(&[
        ("one", "  environments: {prod: {values: {hosts: [a.example.org]}}}\n"),
        ("two", "  environments: {prod: {values: {hosts: [b.example.org, a.example.org]}}}\n"),
    ]);
    let found = fleet.diagnostics();
    let [diagnostic] = found.as_slice() else { panic!("one finding is due: {:?}", fleet.check()) };
    let sources = fleet.sources();
    insta::assert_snapshot!(bayplan::diag::render::to_text(diagnostic, &sources, false), @r"
    error[duplicate-host]: host `a.example.org` is claimed by site one in prod and by site two in prod
     --> templates/web/all.yaml.mustache:7:13
      |
    7 |     - host: {{.}}
      |             ^^^^^
      |             |
      |             claimed by site one in prod
      |             claimed by site two in prod
      |
     ::: site-specs/sites/one.yaml:7:42
      |
    7 |   environments: {prod: {values: {hosts: [a.example.org]}}}
      |                                          ------------- this value, from site one, environment prod
      |
     ::: site-specs/sites/two.yaml:7:57
      |
    7 |   environments: {prod: {values: {hosts: [b.example.org, a.example.org]}}}
      |                                                         ------------- this value, from site two, environment prod
      |
      = help: give each its own host; if this is meant, acknowledge it for one of the objects
      = note: in 2 deployments: one@prod@north, two@prod@north
    ");
}

#[test]
fn the_same_host_in_two_environments_of_a_site_is_refused() {
    let fleet = fleet(&[("one", "  values: {hosts: [a.example.org]}\n  environments: {prod: {}, test: {}}\n")]);
    assert_eq!(
        fleet.check(),
        [
            "templates/web/all.yaml.mustache:7: error[duplicate-host]: host `a.example.org` is claimed by site one in prod and \
          by site one in test"
        ]
    );
}

#[test]
fn a_disabled_site_claims_nothing_and_one_site_may_be_on_two_clusters() {
    let mut fleet = fleet(&[
        ("one", "  environments: {prod: {values: {hosts: [a.example.org]}, clusters: [north, south]}}\n"),
        ("two", "  state: disabled\n  environments: {prod: {values: {hosts: [a.example.org]}}}\n"),
    ]);
    fleet.add(
        "site-specs/south.yaml",
        "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: south}\nspec: {kubernetesVersion: \"1.36\", accepts: [production]}\n",
    );
    assert_eq!(fleet.check(), Vec::<String>::new());
}

#[test]
fn a_wildcard_covers_the_hosts_of_others() {
    let fleet = fleet(&[
        ("one", "  environments: {prod: {values: {hosts: [\"*.example.org\"]}}}\n"),
        ("two", "  environments: {prod: {values: {hosts: [a.example.org, a.b.example.org]}}}\n"),
    ]);
    assert_eq!(
        fleet.check(),
        [
            "templates/web/all.yaml.mustache:7: error[duplicate-host]: host `a.example.org` is claimed by site two in prod and \
          by site one in prod with `*.example.org`"
        ]
    );
}

#[test]
fn many_claimants_are_one_finding() {
    let sites: Vec<String> = (0..7).map(|number| format!("site-{number}")).collect();
    let lines = "  environments: {prod: {values: {hosts: [a.example.org]}}}\n";
    let sites: Vec<(&str, &str)> = sites.iter().map(|name| (name.as_str(), lines)).collect();
    assert_eq!(
        fleet(&sites).check(),
        [
            "templates/web/all.yaml.mustache:7: error[duplicate-host]: host `a.example.org` is claimed by site site-0 in prod and \
          by site site-1 in prod, site site-2 in prod, site site-3 in prod, 3 more"
        ]
    );
}
