//! Sites as they are on real fleets: several templates, tenants, hosts, overrides and patches, in three environments.

use super::random::Random;
use super::{copy, write};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// The templates of sites in a mixed fleet, each as often as it is chosen.
const MIX: [&str; 5] = ["drupal", "drupal", "drupal", "django-react", "drumkit-drupal"];

/// Writes what all sites share: this repository's own templates, clusters, environments and values.
pub fn write_fleet(out: &Path) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["templates", "terraform", "site-specs/clusters", "site-specs/environments"] {
        copy(&root.join(folder), &out.join(folder))?;
    }
    fs::remove_file(out.join("site-specs/environments/pr-12.yaml"))?;
    let fleet = fs::read_to_string(root.join("bayplan.yaml"))?;
    write(&out.join("bayplan.yaml"), fleet.split("  snapshots:").next().unwrap_or_default())
}

/// A site, of a template or of one of the mix, with the differences that real ones have.
pub fn site(number: usize, tenant: u64, template: Option<&str>, random: &mut Random) -> String {
    let template = template.unwrap_or(MIX[number % MIX.len()]);
    let name = format!("site-{number}");
    let repository = format!("registry.example.org/tenant-{tenant}/{name}");
    let mut text = format!(
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: {name}}}\nspec:\n  tenant: tenant-{tenant}\n  template: {template}\n  values:\n"
    );
    match template {
        "django-react" => {
            let _ = write!(
                text,
                "    backend: {{image: {{repository: {repository}-backend}}, settings: app.settings, module: \"app.wsgi:application\"}}\n    \
                 frontend: {{image: {{repository: {repository}-frontend}}}}\n"
            );
            text.push_str(if random.one_in(3) { "    worker: {enabled: false}\n" } else { "    worker: {app: app}\n" });
        }
        _ => {
            let _ = writeln!(text, "    image: {{repository: {repository}}}");
            if template == "drumkit-drupal" {
                // Its image starts as root.
                text.push_str("  namespace: {values: {podSecurity: baseline}}\n");
            }
        }
    }
    if random.one_in(4) && template == "drupal" {
        let _ = writeln!(text, "    files: {{size: {}Gi}}", 5 * (1 + random.below(7)));
    }
    if random.one_in(3) && template != "drumkit-drupal" {
        text.push_str("    cache: {kind: valkey}\n");
    }
    let digest: String = (0..4).map(|_| format!("{:016x}", random.next())).collect();
    let (major, minor) = (1 + random.below(4), random.below(30));
    text.push_str("  environments:\n");
    for (environment, prefix, tag, digest) in [
        ("testing", "testing.", format!("{major}.{}.0-dev", minor + 1), String::new()),
        ("staging", "staging.", format!("{major}.{minor}.1"), String::new()),
        ("production", "", format!("{major}.{minor}.0"), format!(", digest: \"sha256:{digest}\"")),
    ] {
        let _ = writeln!(text, "    {environment}:\n      values:");
        let image = format!("image: {{tag: {tag}{digest}}}");
        let _ = match template {
            "django-react" => writeln!(text, "        backend: {{{image}}}\n        frontend: {{{image}}}"),
            _ => writeln!(text, "        {image}"),
        };
        let _ = writeln!(text, "        host: {prefix}{name}.example");
    }
    if random.one_in(5) && template != "drumkit-drupal" {
        let _ = writeln!(text, "        aliases: [www.{name}.example]");
    }
    if random.one_in(10) && template == "drupal" {
        let _ = write!(
            text,
            "      patches:\n        - target: {{kind: Deployment, name: {name}-web}}\n          merge: {{metadata: {{annotations: {{example.org/team: t{}}}}}}}\n",
            random.below(40)
        );
    }
    text
}
