//! Sites of ten plain objects, to measure the engine alone.

use super::write;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Writes what all sites share: the template, and clusters with an environment each.
pub fn write_fleet(out: &Path, clusters: u64) -> io::Result<()> {
    let branch = if clusters > 1 { "rendered-{{cluster.name}}" } else { "rendered" };
    write(
        &out.join("bayplan.yaml"),
        &format!(
            "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {{name: small}}\nspec:\n  values: {{registry: registry.example.org}}\n  \
             publish: {{branch: \"{branch}\"}}\n"
        ),
    )?;
    for number in 0..clusters {
        write(
            &out.join(format!("site-specs/clusters/cluster-{number}.yaml")),
            &format!(
                "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {{name: cluster-{number}}}\n\
                 spec: {{kubernetesVersion: \"1.36\", accepts: [testing]}}\n---\n\
                 apiVersion: bayplan/v1\nkind: Environment\nmetadata: {{name: testing-{number}}}\n\
                 spec: {{tier: testing, clusters: [cluster-{number}]}}\n"
            ),
        )?;
    }
    write(
        &out.join("templates/ten/template.yaml"),
        "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: ten}\nspec:\n  scope: site\n  values:\n    schema:\n      properties:\n        \
         registry: {type: string}\n        image: {type: string}\n        host: {type: string}\n        replicas: {type: integer}\n        \
         env: {type: array, items: {type: object}}\n    defaults: {replicas: 1, env: []}\n",
    )?;
    let mut manifest = String::new();
    for number in 0..4 {
        let _ = write!(
            manifest,
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{{{site.name}}}}-{number}\nspec:\n  replicas: {{{{replicas}}}}\n  selector:\n    \
             matchLabels: {{app: a{number}}}\n  template:\n    metadata:\n      labels: {{app: a{number}}}\n    spec:\n      containers:\n        - name: web\n          \
             image: {{{{registry}}}}/{{{{image}}}}\n          env: {{{{env}}}}\n          ports: [{{containerPort: 8080, name: http}}]\n          \
             resources: {{requests: {{cpu: 10m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}\n---\n"
        );
    }
    for number in 0..3 {
        let _ = write!(
            manifest,
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{{{site.name}}}}-{number}\nspec:\n  selector: {{app: a{number}}}\n  \
             ports: [{{name: http, port: 80, targetPort: http}}]\n---\n"
        );
    }
    manifest.push_str(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{site.name}}\ndata:\n  HOST: {{host}}\n  TENANT: {{tenant.name}}\n---\n\
         apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{site.name}}\n---\n\
         apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {{site.name}}\nspec:\n  rules:\n    - host: {{host}}\n      http:\n        paths:\n          \
         - path: /\n            pathType: Prefix\n            backend: {service: {name: \"{{site.name}}-0\", port: {name: http}}}\n",
    );
    write(&out.join("templates/ten/ten.yaml.mustache"), &manifest)
}

/// A site in one environment.
pub fn site(number: usize, tenant: u64, environment: u64) -> String {
    format!(
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: site-{number}}}\nspec:\n  tenant: tenant-{tenant}\n  template: ten\n  values:\n    image: \
         \"site-{number}:1.0\"\n    host: site-{number}.example\n    env: [{{name: A, value: \"{number}\"}}]\n  environments: {{testing-{environment}: {{}}}}\n"
    )
}
