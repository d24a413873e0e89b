//! Acknowledgements: exact, expiring, and told of when they match nothing.

use crate::support::Op::{Delete, Replace};
use crate::support::{Fleet, codes, judge, refused, told};
use bayplan::diag::Severity;

fn acknowledgement(change: &str, object: &str, expires: &str) -> String {
    format!(
        "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {{name: yes-to-it}}\nspec:\n  change: {change}\n  \
         object: {object}\n  reason: ticket 1\n  expires: \"{expires}\"\n"
    )
}

fn with(fleet: &Fleet, acknowledgement: &str) -> Fleet {
    let mut fleet = fleet.clone();
    fleet.files.insert("site-specs/yes.yaml".to_owned(), acknowledgement.to_owned());
    fleet
}

/// The wiki leaves; which acknowledgements let that through.
#[test]
fn an_acknowledgement_matches_exactly() {
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    let gone = base.edited("gone", &[Delete("site-specs/wiki.yaml")]);
    let rows = [
        ("namespace-removed", "{cluster: stable, namespace: acme-wiki-production}", "2026-12-31", true),
        ("namespace-removed", "{cluster: stable, environment: production}", "2026-12-31", true),
        ("namespace-removed", "{cluster: stable, tenant: acme}", "2026-12-31", true),
        ("namespace-removed", "{cluster: stable, site: wiki}", "2026-12-31", true),
        ("namespace-removed", "{cluster: stable, kind: Namespace, name: acme-wiki-production}", "2026-12-31", true),
        ("namespace-removed", "{cluster: stable, namespace: acme-wiki-production, site: wiki}", "2026-11-23", true),
        ("namespace-removed", "{cluster: stable, namespace: acme-wiki-production}", "2026-11-22", false),
        ("namespace-removed", "{cluster: unstable, namespace: acme-wiki-production}", "2026-12-31", false),
        ("namespace-removed", "{cluster: stable, namespace: acme-wiki-productio}", "2026-12-31", false),
        ("namespace-removed", "{cluster: stable, namespace: \"*\"}", "2026-12-31", false),
        (
            "namespace-removed",
            "{cluster: stable, namespace: acme-wiki-production, tenant: globex}",
            "2026-12-31",
            false,
        ),
        ("data-removed", "{cluster: stable, namespace: acme-wiki-production}", "2026-12-31", false),
        ("mass-removal", "{cluster: stable, namespace: acme-wiki-production}", "2026-12-31", false),
    ];
    for (change, object, expires, passes) in rows {
        let new = with(&gone, &acknowledgement(change, object, expires)).compiled(object);
        let verdict = judge(&last, &new);
        let told = told(&verdict.diagnostics, &new.sources);
        let due: &[&str] = if passes { &[] } else { &["namespace-removed"] };
        assert_eq!(refused(&verdict), due, "{change} {object} {expires}\n{told}");
        assert_eq!(verdict.notes.len(), usize::from(passes), "{:?}", verdict.notes);
        let is_expired = expires < crate::support::TODAY;
        assert_eq!(
            codes(&verdict, Severity::Warning),
            if is_expired { vec!["acknowledgement-expired"] } else { vec![] }
        );
        let is_unused = !passes && !is_expired;
        assert_eq!(
            codes(&verdict, Severity::Note),
            if is_unused { vec!["acknowledgement-unused"] } else { vec![] },
            "{told}"
        );
    }
}

#[test]
fn one_that_is_no_longer_needed_is_told_of() {
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    let yes = acknowledgement("data-removed", "{cluster: stable, kind: PersistentVolumeClaim}", "2027-01-01");
    let verdict = judge(&last, &with(&base, &yes).compiled("nothing"));
    assert_eq!(codes(&verdict, Severity::Note), ["acknowledgement-unused"]);
    assert!(!verdict.is_refused());
}

#[test]
fn what_stays_is_told_to_the_commit() {
    let base = Fleet::base();
    let last = base.compiled("the base fleet").tree;
    let yes = acknowledgement("data-removed", "{cluster: stable, namespace: globex-shop-production}", "2027-01-01");
    let edit = [Replace(
        "site-specs/shop.yaml",
        "    production: {}",
        "    production: {patches: [{target: {kind: PersistentVolumeClaim, name: shop-files}, merge: {metadata: {labels: {a: b}}}}]}",
    )];
    let kept = with(&base, &yes).edited("kept", &edit).compiled("kept");
    assert_eq!(judge(&last, &kept).notes, Vec::<String>::new());
    let mut fleet = with(&base, &yes);
    fleet.files.insert(
        "site-specs/shop.yaml".to_owned(),
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: shop}\nspec:\n  tenant: globex\n  template: store\n  environments:\n    production: {}\n    preview: {}\n".to_owned(),
    );
    let new = fleet.compiled("another template");
    let verdict = judge(&last, &new);
    assert_eq!(refused(&verdict), Vec::<&str>::new(), "{}", told(&verdict.diagnostics, &new.sources));
    assert_eq!(
        verdict.notes,
        ["Stays in cluster stable, unmanaged. To delete it for good:\n    \
          kubectl delete --namespace globex-shop-production persistentvolumeclaim shop-database\n    \
          kubectl delete --namespace globex-shop-production persistentvolumeclaim shop-files"]
    );
}

/// Mistakes in an acknowledgement are errors of the input, told before any gate.
#[test]
fn an_acknowledgement_that_says_too_little_is_an_error() {
    let base = Fleet::base();
    let rows = [
        ("data-remvoed", "{cluster: stable, kind: Secret}", "2026-12-31", "did you mean `data-removed`?"),
        (
            "empty-output",
            "{cluster: stable, kind: Secret}",
            "2026-12-31",
            "`empty-output` is no change that can be acknowledged",
        ),
        ("data-removed", "{cluster: stable}", "2026-12-31", "an Acknowledgement names more than a cluster"),
        ("data-removed", "{namespace: a, kind: b}", "2026-12-31", "an Acknowledgement names a cluster"),
        ("data-removed", "{cluster: stable, kind: Secret}", "2026-02-30", "`2026-02-30` is no day of the calendar"),
    ];
    for (change, object, expires, due) in rows {
        let Err(told) = with(&base, &acknowledgement(change, object, expires)).try_compiled() else {
            panic!("{change} {object} {expires} was to be refused");
        };
        assert!(told.starts_with("error[acknowledgement]") && told.contains(due), "{told}");
    }
}
