//! Warnings about values that need no merge to be seen: what no template declares, and what looks like a template.
//!
//! What shared layers set is declared by any template, so it is judged where all templates are known. What a site sets alone is
//! judged with its deployments.

use super::{UNUSED_VALUE, VALUE_IS_DATA};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Specs;
use crate::near;
use crate::pointer::Pointer;
use crate::render::Library;
use crate::spec::Values;
use crate::spec::site::SiteClusters;
use crate::yaml::LazyDocument;
use serde_json::Value;
use std::collections::BTreeSet;

/// Warns of values of shared layers that no template declares, and of those that look like templates.
pub fn check_shared(specs: &Specs, library: &Library, diagnostics: &mut Diagnostics) {
    let is_declared = |key: &str| library.iter().any(|(_, template)| template.values.declares(key));
    let known: BTreeSet<&str> = library.iter().flat_map(|(_, template)| template.values.declared()).collect();
    let mut check = |document: &LazyDocument, values: &Values, at: Pointer| {
        for key in values.keys().filter(|key| !is_declared(key)) {
            diagnostics.push(
                Diagnostic::warning(&UNUSED_VALUE, format!("no template declares the value `{key}`"))
                    .at(document.locate_key(&at.child(key)), "read by nothing")
                    .maybe_help(
                        near::near_names(key, known.iter().copied())
                            .first()
                            .map(|near| format!("did you mean `{near}`?")),
                    ),
            );
        }
        warn_of_tags(values.as_value(), &at, document, diagnostics);
    };
    let top = |field: &str| Pointer::from_segments(["spec", field]);
    let fleet = &specs.fleet;
    check(&fleet.document, &fleet.spec.values, top("values"));
    check(&fleet.document, &fleet.spec.enforce, top("enforce"));
    for cluster in specs.clusters.values() {
        check(&cluster.spec.document, &cluster.spec.spec.values, top("values"));
        check(&cluster.spec.document, &cluster.spec.spec.enforce, top("enforce"));
    }
    for environment in specs.environments.values() {
        check(&environment.document, &environment.spec.values, top("values"));
        check(&environment.document, &environment.spec.enforce, top("enforce"));
    }
    for tenant in specs.tenants.values() {
        check(&tenant.document, &tenant.spec.values, top("values"));
        check(&tenant.document, &tenant.spec.enforce, top("enforce"));
        for (name, inner) in &tenant.spec.environments {
            let at = Pointer::from_segments(["spec", "environments", name]);
            check(&tenant.document, &inner.values, at.child("values"));
            check(&tenant.document, &inner.enforce, at.child("enforce"));
        }
    }
}

/// Warns of values of sites that look like templates.
pub fn check_sites(specs: &Specs, diagnostics: &mut Diagnostics) {
    for site in specs.sites.values() {
        let mut check = |values: &Values, at: &[&str]| {
            if values.may_hold_tags() {
                let at = Pointer::from_segments(at.iter().copied());
                warn_of_tags(values.as_value(), &at, &site.document, diagnostics);
            }
        };
        check(&site.spec.values, &["spec", "values"]);
        check(&site.spec.namespace.values, &["spec", "namespace", "values"]);
        for (name, entry) in &site.spec.environments {
            check(&entry.values, &["spec", "environments", name, "values"]);
            let Some(SiteClusters::Entries(clusters)) = &entry.clusters else { continue };
            for (cluster, entry) in clusters {
                check(&entry.values, &["spec", "environments", name, "clusters", cluster, "values"]);
            }
        }
    }
}

fn warn_of_tags(value: &Value, at: &Pointer, document: &LazyDocument, diagnostics: &mut Diagnostics) {
    if !holds_tag(value) {
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                warn_of_tags(item, &at.child(index), document, diagnostics);
            }
        }
        Value::Object(map) => {
            for (key, inner) in map {
                warn_of_tags(inner, &at.child(key), document, diagnostics);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => diagnostics.push(
            Diagnostic::warning(&VALUE_IS_DATA, "values are data: `{{` is inserted as it is")
                .at(document.locate(at), "no tag is replaced in here")
                .help("to make a value from others, add an entry to `computed` in the template"),
        ),
    }
}

fn holds_tag(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{"),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::Array(items) => items.iter().any(holds_tag),
        Value::Object(map) => map.values().any(holds_tag),
    }
}
