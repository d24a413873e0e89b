//! Every two options of every switch of a template go together: they render, and there is nothing to say against what comes out, on all
//! minors, with both deliveries and all kinds of secrets.

use crate::fleets::{Subject, matrix};
use crate::support::Rendered;
use crate::{access, drift, network, pods, quota, switches};
use serde_json::json;
use std::path::Path;

#[test]
fn drupal() {
    judge(&Subject {
        template: "drupal",
        values: json!({"image": {"repository": "registry.example.org/drupal", "tag": "1.0"}}),
        secrets: &["database", "drupal"],
        switches: switches::drupal(),
    });
}

#[test]
fn django_react() {
    let image = |name: &str| json!({"repository": format!("registry.example.org/{name}"), "tag": "1.0"});
    judge(&Subject {
        template: "django-react",
        values: json!({
            "backend": {"image": image("backend"), "settings": "a.settings"},
            "frontend": {"image": image("frontend")},
            "worker": {"app": "a"},
        }),
        secrets: &["database", "django"],
        switches: switches::django_react(),
    });
}

#[test]
fn drumkit_drupal() {
    judge(&Subject {
        template: "drumkit-drupal",
        values: json!({"image": {"repository": "registry.example.org/drumkit", "tag": "1.0"}, "tls": {"secret": "SITE-tls"}}),
        secrets: &["app-secrets"],
        switches: switches::drumkit_drupal(),
    });
}

fn judge(subject: &Subject) {
    let rendered: Rendered = matrix(subject).rendered();
    // For judges outside of this repository: see docs/suites.md.
    if let Some(folder) = std::env::var_os("BAYPLAN_MATRIX") {
        rendered.write(&Path::new(&folder).join(subject.template));
    }
    pods::judge(&rendered);
    access::judge(&rendered);
    network::judge(&rendered);
    quota::judge(&rendered);
    drift::judge(&rendered);
}
