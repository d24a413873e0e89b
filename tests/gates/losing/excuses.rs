//! Acknowledgements that are of something else.

use crate::edits::{Case, PORTAL, SHOP, WIKI};
use crate::support::Op::{Delete, Everywhere, Replace, Write};

pub const CASES: &[Case] = &[
    Case {
        name: "what is acknowledged is another object",
        base: &[],
        edit: &[
            Delete(WIKI),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, namespace: acme-portal-production}\n  reason: a mistake\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "what is acknowledged is another change of that object",
        base: &[],
        edit: &[
            Everywhere("{{site.name}}-files", "{{site.name}}-media"),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: data-detached\n  object: {cluster: stable, kind: PersistentVolumeClaim}\n  reason: a mistake\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["data-removed", "data-removed", "data-removed"],
    },
    Case {
        name: "what is acknowledged was so until yesterday",
        base: &[],
        edit: &[
            Delete(WIKI),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, namespace: acme-wiki-production}\n  reason: too late\n  expires: \"2026-11-22\"\n",
            ),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "a pattern in an acknowledgement is a name",
        base: &[],
        edit: &[
            Delete(WIKI),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, namespace: \"acme-*\"}\n  reason: a pattern\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["namespace-removed"],
    },
    Case {
        name: "what is acknowledged is one of two claims",
        base: &[],
        edit: &[
            Replace(SHOP, "template: web", "template: store"),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: data-removed\n  object: {cluster: stable, namespace: globex-shop-production, name: shop-files}\n  reason: half of it\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["data-removed"],
    },
    Case {
        name: "the namespaces of an environment are acknowledged, and not that it leaves whole",
        base: &[],
        edit: &[
            Replace(PORTAL, "    staging: {}\n", ""),
            Write(
                "site-specs/given.yaml",
                "apiVersion: bayplan/v1\nkind: Acknowledgement\nmetadata: {name: given}\nspec:\n  change: namespace-removed\n  object: {cluster: stable, environment: staging}\n  reason: no more staging\n  expires: \"2027-01-01\"\n",
            ),
        ],
        due: &["mass-removal"],
    },
];
