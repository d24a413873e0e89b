//! How long a template takes: read, first shape, and filled again for another site of that shape.
//!
//! `cargo bench --bench mustache`

#![allow(clippy::print_stdout, clippy::expect_used)]

use bayplan::diag::Diagnostics;
use bayplan::mustache::{Partials, Program, Values};
use bayplan::source::{SourceFile, Sources};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

/// One object of a site; the template has ten of them.
const OBJECT: &str = "---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{site.name}}-NUMBER
  labels:
    {{> labels}}
spec:
  replicas: {{replicas}}
  selector:
    matchLabels:
      {{> labels}}
  template:
    metadata:
      labels:
        {{> labels}}
    spec:
      containers:
      - name: web
        image: \"{{image.repository}}:{{image.tag}}\"
        env: {{env}}
        args:
        {{#hosts}}
        - --host={{name}}
        {{/hosts}}
        resources: {{resources}}
      volumes:
      - name: files
        persistentVolumeClaim:
          claimName: {{site.name}}-files
      - name: config
        configMap: {name: '{{site.name}}-config', defaultMode: 0644}
";
const LABELS: &str = "app.kubernetes.io/name: {{site.name}}\napp.kubernetes.io/component: web\n";
const ROUNDS: u32 = 2_000;

fn main() {
    let text: String = (0..10).map(|number| OBJECT.replace("NUMBER", &number.to_string())).collect();
    let sources =
        Sources::new([SourceFile::regular("main", text.as_bytes()), SourceFile::regular("labels", LABELS.as_bytes())]);
    let file = |path: &str| sources.find(path).expect("the file is there");
    let mut diagnostics = Diagnostics::new();
    let partials = Partials::read([("labels.mustache", file("labels"), LABELS.as_bytes())], &mut diagnostics);
    let schema = json!({"properties": {
        "site": {}, "image": {}, "replicas": {}, "env": {}, "resources": {},
        "hosts": {"type": "array", "items": {"properties": {"name": {}}}},
    }});
    let values = json!({
        "site": {"name": "portal"}, "image": {"repository": "r.example/acme/portal", "tag": "1.2.3"}, "replicas": 3,
        "env": [{"name": "A", "value": "1"}], "hosts": [{"name": "a.example"}, {"name": "b.example"}],
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
    });
    let mut compile = || Program::compile(file("main"), &text, &partials, &schema, &mut diagnostics);
    time("read", ROUNDS / 10, &mut compile);
    let program = compile().expect("the template compiles");
    let map = values.as_object().expect("values are a map");
    let values = Values::new([map]);
    time("first site", 1, || program.render(&values).expect("it renders"));
    time("next site", ROUNDS, || program.render(&values).expect("it renders"));
    let objects: Vec<Value> =
        program.render(&values).expect("it renders").documents.into_iter().map(|document| document.value).collect();
    time("copy of its objects alone", ROUNDS, || objects.clone());
}

fn time<T>(what: &str, rounds: u32, mut run: impl FnMut() -> T) {
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(run());
    }
    println!("{what}: {:?}", start.elapsed() / rounds);
}
