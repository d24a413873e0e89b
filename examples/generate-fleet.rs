//! Makes a git repository with a realistic fleet of any size, for benchmarks and for trying bayplan out.
//!
//! ```text
//! cargo run --release --example generate-fleet -- --sites 1000 --out /tmp/fleet [--seed 7] [--template drupal] [--small]
//! ```
//!
//! The fleet uses this repository's own templates and its clusters, environments and shared values; tenants and sites are made
//! up from the seed: hosts, images, overrides, patches. Three sites of five are of the template `drupal`, one is of `django-react`
//! and one of `drumkit-drupal`; `--template` makes all of them of one. `--small` uses a template of ten plain objects instead, to
//! measure the engine alone; with `--clusters N` its sites are spread over N clusters, each with an environment and a branch of its
//! own. The same arguments give the same files.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Arguments {
    sites: usize,
    out: PathBuf,
    seed: u64,
    /// The template of all sites; none for a mix.
    template: Option<&'static str>,
    small: bool,
    /// Clusters of a small fleet.
    clusters: usize,
}

/// The templates of sites in a mixed fleet, each as often as it is chosen.
const MIX: [&str; 5] = ["drupal", "drupal", "drupal", "django-react", "drumkit-drupal"];

fn arguments() -> Result<Arguments, String> {
    let mut given = Arguments { sites: 100, out: PathBuf::new(), seed: 1, template: None, small: false, clusters: 1 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--sites" => given.sites = value()?.parse().map_err(|_| "--sites wants a number".to_owned())?,
            "--seed" => given.seed = value()?.parse().map_err(|_| "--seed wants a number".to_owned())?,
            "--out" => given.out = PathBuf::from(value()?),
            "--template" => {
                let name = value()?;
                let known = MIX.iter().find(|known| **known == name);
                given.template = Some(known.copied().ok_or(format!("--template is one of {}", MIX[2..].join(", ")))?);
            }
            "--small" => given.small = true,
            "--clusters" => given.clusters = value()?.parse().map_err(|_| "--clusters wants a number".to_owned())?,
            _ => return Err(format!("unknown argument {word}")),
        }
    }
    if given.clusters == 0 || (given.clusters > 1 && !given.small) {
        return Err("--clusters is for --small, and one at least".to_owned());
    }
    if given.out.as_os_str().is_empty() {
        return Err("--out DIR is due".to_owned());
    }
    Ok(given)
}

/// A small generator of numbers (SplitMix64): the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = arguments()?;
    if arguments.out.exists() {
        return Err(format!("{} exists already", arguments.out.display()).into());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut random = Random(arguments.seed);
    if arguments.small {
        small_fleet(&arguments.out, arguments.clusters)?;
    } else {
        for folder in ["templates", "terraform", "site-specs/clusters", "site-specs/environments"] {
            copy(&root.join(folder), &arguments.out.join(folder))?;
        }
        fs::remove_file(arguments.out.join("site-specs/environments/pr-12.yaml"))?;
        let fleet = fs::read_to_string(root.join("bayplan.yaml"))?;
        let fleet: String = fleet.split("  snapshots:").next().unwrap_or_default().to_owned();
        fs::write(arguments.out.join("bayplan.yaml"), fleet)?;
    }
    let tenants = (arguments.sites / 20).max(1);
    for tenant in 0..tenants {
        let text = format!(
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {{name: tenant-{tenant}, labels: {{sector: s{}}}}}\n",
            random.below(9)
        );
        write(&arguments.out.join(format!("site-specs/tenants/tenant-{tenant}.yaml")), &text)?;
    }
    for number in 0..arguments.sites {
        let tenant = random.below(tenants as u64);
        let text = if arguments.small {
            small_site(number, tenant, number % arguments.clusters)
        } else {
            site(number, tenant, arguments.template.unwrap_or(MIX[number % MIX.len()]), &mut random)
        };
        write(&arguments.out.join(format!("site-specs/sites/tenant-{tenant}/site-{number}.yaml")), &text)?;
    }
    for command in [
        &["init", "-q"][..],
        &["add", "-A"],
        &[
            "-c",
            "user.name=Generator",
            "-c",
            "user.email=generator@example.org",
            "commit",
            "-q",
            "-m",
            "A generated fleet",
        ],
    ] {
        let status = Command::new("git").args(command).current_dir(&arguments.out).status()?;
        if !status.success() {
            return Err("git failed".into());
        }
    }
    Ok(())
}

/// A site in three environments, with the differences that real ones have.
fn site(number: usize, tenant: u64, template: &str, random: &mut Random) -> String {
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

/// Ten plain objects a site.
fn small_fleet(out: &Path, clusters: usize) -> io::Result<()> {
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

fn small_site(number: usize, tenant: u64, environment: usize) -> String {
    format!(
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: site-{number}}}\nspec:\n  tenant: tenant-{tenant}\n  template: ten\n  values:\n    image: \
         \"site-{number}:1.0\"\n    host: site-{number}.example\n    env: [{{name: A, value: \"{number}\"}}]\n  environments: {{testing-{environment}: {{}}}}\n"
    )
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
