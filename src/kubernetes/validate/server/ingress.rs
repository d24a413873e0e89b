//! Ingresses.

use super::{Fields, Walk, forms, items, present, text};
use crate::kubernetes::validate::Step;
use serde_json::Value;

const CLASS: &str = "kubernetes.io/ingress.class";

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, ingress: &'v Fields) {
    let annotations = ingress.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let has_annotation = annotations.and_then(|annotations| annotations.get(CLASS)).is_some();
    walk.spec(ingress, |walk, spec| {
        if items(spec, "rules").is_empty() && present(spec, "defaultBackend").is_none() {
            walk.refuse("has neither rules nor a defaultBackend", "list at least one rule");
        }
        if has_annotation && present(spec, "ingressClassName").is_some() {
            let what = "cannot be set beside the annotation kubernetes.io/ingress.class";
            walk.refuse_at("ingressClassName", what, "remove the annotation");
        }
        walk.filled(spec, "ingressClassName", forms::is_subdomain, forms::SUBDOMAIN);
        walk.map(spec, "defaultBackend", backend);
        walk.each(spec, "tls", |walk, tls| {
            walk.each_text(tls, "hosts", |walk, host| {
                if !forms::is_host(host) {
                    walk.refuse(HOST.what, HOST.help);
                }
            });
            walk.form(tls, "secretName", forms::is_subdomain, forms::SUBDOMAIN);
        });
        walk.each(spec, "rules", |walk, rule| {
            walk.form(rule, "host", forms::is_host, HOST);
            walk.map(rule, "http", |walk, http| {
                if items(http, "paths").is_empty() && http.get("paths").is_some_and(Value::is_array) {
                    walk.refuse_at("paths", "must have an item", "list at least one path");
                }
                walk.each(http, "paths", path);
            });
        });
    });
}

const HOST: forms::Form = forms::Form {
    what: "is not a host name",
    help: "write a DNS name such as www.example.org, or *.example.org; no address, port, path or upper case",
};

fn path<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields) {
    let is_free = text(fields, "pathType") == Some("ImplementationSpecific");
    let path = text(fields, "path").unwrap_or_default();
    if !is_free && !path.starts_with('/') && text(fields, "pathType").is_some() {
        if present(fields, "path").is_none() {
            walk.missing("path", false);
        } else {
            walk.refuse_at("path", "must begin with `/`", "write a `/` before it");
        }
    } else if is_free && !path.is_empty() && !path.starts_with('/') {
        walk.refuse_at("path", "must begin with `/`", "write a `/` before it");
    } else if !is_free && (ODD.iter().any(|odd| path.contains(odd)) || path.ends_with("/..") || path.ends_with("/.")) {
        walk.refuse_at("path", "holds `//`, `/./`, `/../` or an escaped slash", "write the path itself");
    }
    walk.map(fields, "backend", backend);
}

const ODD: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];

fn backend<'v>(walk: &mut Walk<'_, 'v>, backend: &'v Fields) {
    walk.exactly_one(backend, &["service", "resource"], "backend");
    walk.map(backend, "service", |walk, service| {
        walk.filled(service, "name", forms::is_label, forms::LABEL);
        match service.get("port") {
            Some(Value::Object(port)) => walk.below(Step::Field("port"), |walk| {
                let has_name = text(port, "name").is_some_and(|name| !name.is_empty());
                let has_number = super::integer(port, "number").is_some_and(|number| number != 0);
                match (has_name, has_number) {
                    (true, true) => walk.refuse_at("number", "cannot be set beside a name", "remove one of the two"),
                    (false, false) => walk.refuse("has neither a name nor a number", "set one of the two"),
                    (true, false) => walk.form(port, "name", forms::is_port_name, forms::PORT_NAME),
                    (false, true) => walk.within(port, &["number"], 1, 65535),
                }
            }),
            None | Some(Value::Null) => walk.missing("port", false),
            Some(_) => {}
        }
    });
}
