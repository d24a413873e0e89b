//! Warnings about values that need no merge to be seen: what no template declares, and what looks like a template.

use super::{UNUSED_VALUE, VALUE_IS_DATA};
use crate::diag::{Diagnostic, Diagnostics};
use crate::load::Specs;
use crate::near;
use crate::pointer::Pointer;
use crate::render::Library;
use crate::yaml::LazyDocument;
use serde_json::Value;
use std::collections::BTreeSet;

/// Warns of what shared layers set and no template declares, and of values that look like templates.
pub fn check_shared(specs: &Specs, library: &Library, diagnostics: &mut Diagnostics) {
    let is_declared = |key: &str| library.iter().any(|(_, template)| template.values.declares(key));
    let known: BTreeSet<&str> = library.iter().flat_map(|(_, template)| template.values.declared()).collect();
    let mut check = |document: &LazyDocument, values: &crate::spec::Values, at: Pointer, is_shared: bool| {
        for key in values.keys().filter(|key| is_shared && !is_declared(key)) {
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
    check(&fleet.document, &fleet.spec.values, top("values"), true);
    check(&fleet.document, &fleet.spec.enforce, top("enforce"), true);
    for cluster in specs.clusters.values() {
        check(&cluster.spec.document, &cluster.spec.spec.values, top("values"), true);
        check(&cluster.spec.document, &cluster.spec.spec.enforce, top("enforce"), true);
    }
    for environment in specs.environments.values() {
        check(&environment.document, &environment.spec.values, top("values"), true);
        check(&environment.document, &environment.spec.enforce, top("enforce"), true);
    }
    for tenant in specs.tenants.values() {
        check(&tenant.document, &tenant.spec.values, top("values"), true);
        check(&tenant.document, &tenant.spec.enforce, top("enforce"), true);
        for (name, inner) in &tenant.spec.environments {
            let at = Pointer::from_segments(["spec", "environments", name]);
            check(&tenant.document, &inner.values, at.child("values"), true);
            check(&tenant.document, &inner.enforce, at.child("enforce"), true);
        }
    }
    for site in specs.sites.values() {
        check(&site.document, &site.spec.values, top("values"), false);
        check(
            &site.document,
            &site.spec.namespace.values,
            Pointer::from_segments(["spec", "namespace", "values"]),
            false,
        );
        for (name, entry) in &site.spec.environments {
            let at = Pointer::from_segments(["spec", "environments", name]);
            check(&site.document, &entry.values, at.child("values"), false);
            let Some(crate::spec::site::SiteClusters::Entries(clusters)) = &entry.clusters else { continue };
            for (cluster, entry) in clusters {
                check(&site.document, &entry.values, at.child("clusters").child(cluster).child("values"), false);
            }
        }
    }
}

fn warn_of_tags(value: &Value, at: &Pointer, document: &LazyDocument, diagnostics: &mut Diagnostics) {
    match value {
        Value::String(text) if text.contains("{{") => diagnostics.push(
            Diagnostic::warning(&VALUE_IS_DATA, "values are data: `{{` is inserted as it is")
                .at(document.locate(at), "no tag is replaced in here")
                .help("to make a value from others, add an entry to `computed` in the template"),
        ),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
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
    }
}
