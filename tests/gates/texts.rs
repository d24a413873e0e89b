//! Whole texts, as people read them: `texts/NAME.txt`. `BAYPLAN_BLESS=1 cargo test --test gates` writes them anew.

use crate::support::Op::{Append, Delete, Everywhere, Replace};
use crate::support::{Fleet, Op, judge, told};
use std::path::Path;

const CASES: &[(&str, &[Op])] = &[
    ("site-renamed", &[Replace("site-specs/shop.yaml", "{name: shop}", "{name: store-front}")]),
    (
        "environment-renamed",
        &[Everywhere("name: production}", "name: live}"), Everywhere("    production:", "    live:")],
    ),
    ("claim-renamed", &[Everywhere("{{site.name}}-files", "{{site.name}}-media")]),
    ("site-removed", &[Delete("site-specs/wiki.yaml")]),
    ("protection-removed", &[Replace("site-specs/portal.yaml", "    staging: {}", "    staging: {protect: false}")]),
    (
        "size-and-class",
        &[
            Replace("site-specs/portal.yaml", "size: 20Gi", "size: 5Gi"),
            Append(
                "site-specs/portal.yaml",
                "  patches:\n    - target: {kind: PersistentVolumeClaim, name: portal-files}\n      merge: {spec: {storageClassName: slow}}\n",
            ),
        ],
    ),
    (
        "detached",
        &[Append(
            "site-specs/shop.yaml",
            "  patches:\n    - target: {kind: Deployment, name: shop-database}\n      json: [{op: replace, path: /spec/template/spec/volumes/0, value: {name: data, emptyDir: {}}}]\n",
        )],
    ),
    (
        "object-moved",
        &[Replace("templates/web/database.yaml.mustache", "  annotations: {bayplan/layer: services}\n", "")],
    ),
    ("crd-removed", &[Delete("templates/base/crd.yaml")]),
    (
        "owner-changed",
        &[
            Replace("site-specs/environments.yaml", "{{site.name}}-next", "{{site.name}}-production"),
            Replace(
                "site-specs/environments.yaml",
                "tier: production\n",
                "tier: production\n  namespace: \"{{tenant.name}}-{{site.name}}-next\"\n",
            ),
            Delete("site-specs/wiki.yaml"),
            Delete("site-specs/shop.yaml"),
        ],
    ),
    ("delivery-moved", &[Replace("bayplan.yaml", "kind: flux,", "kind: flux, namespace: gitops,")]),
    ("job-runs-again", &[Replace("templates/web/jobs.yaml.mustache", "{{site.name}}-install", "{{site.name}}-setup")]),
    (
        "empty-output",
        &[
            Delete("site-specs/portal.yaml"),
            Delete("site-specs/shop.yaml"),
            Delete("site-specs/wiki.yaml"),
            Replace("site-specs/clusters.yaml", "  templates: [base]\n", ""),
        ],
    ),
];

#[test]
fn messages_say_what_the_cluster_would_do_and_the_ways_out() {
    #[allow(clippy::disallowed_methods)]
    let is_blessing = std::env::var("BAYPLAN_BLESS").is_ok();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gates/texts");
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    let mut failures = Vec::new();
    for (name, edit) in CASES {
        let new = base.edited(name, edit).compiled(name);
        let got = told(&judge(&last, &new).diagnostics, &new.sources);
        let path = folder.join(format!("{name}.txt"));
        if is_blessing {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &got).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != got {
            failures.push(format!("{name}:\n{got}"));
        }
    }
    assert!(failures.is_empty(), "{} texts differ:\n{}", failures.len(), failures.join("\n"));
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, CASES.len(), "a text without a case");
}
