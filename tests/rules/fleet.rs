//! A small fleet in memory: one cluster, one site, and what a test adds.

use bayplan::diag::Diagnostic;
use bayplan::failure::Failed;
use bayplan::output::{Sink, Unit};
use bayplan::pipeline::{self, Options};
use bayplan::source::{SourceFile, Sources};
use std::collections::BTreeMap;
use std::path::Path;

/// Files by path.
pub struct Fleet {
    files: BTreeMap<String, String>,
    pub options: Options,
}

struct Nowhere;

impl Sink for Nowhere {
    fn accept(&mut self, _: Vec<Unit>) -> Result<(), Failed> {
        Ok(())
    }
}

const CLUSTER: &str = "apiVersion: bayplan/v1
kind: Cluster
metadata: {name: north}
spec: {kubernetesVersion: \"1.36\", accepts: [testing, production], templates: [quay]}
";

const ENVIRONMENTS: &str = "apiVersion: bayplan/v1
kind: Environment
metadata: {name: prod}
spec: {tier: production, cluster: north, template: room}
---
apiVersion: bayplan/v1
kind: Environment
metadata: {name: test}
spec: {tier: testing, cluster: north, template: room}
";

const TENANT: &str = "apiVersion: bayplan/v1
kind: Tenant
metadata: {name: acme}
";

impl Fleet {
    /// A fleet with an empty site template `web`, namespace template `room` and cluster template `quay`, and no site.
    pub fn new() -> Self {
        let mut fleet = Fleet { files: BTreeMap::new(), options: Options::default() };
        fleet.settings("");
        fleet.add("site-specs/cluster.yaml", CLUSTER);
        fleet.add("site-specs/environments.yaml", ENVIRONMENTS);
        fleet.add("site-specs/tenant.yaml", TENANT);
        for (name, scope) in [("web", "site"), ("room", "namespace"), ("quay", "cluster")] {
            fleet.template(name, scope, "");
        }
        fleet
    }

    pub fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// Sets `bayplan.yaml`, with lines below `spec`.
    pub fn settings(&mut self, lines: &str) {
        let text = format!(
            "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {{name: f}}\nspec:\n  delivery: {{kind: none}}\n{lines}"
        );
        self.add("bayplan.yaml", &text);
    }

    /// Sets a template of one file, whose values have a list of hosts.
    pub fn template(&mut self, name: &str, scope: &str, manifest: &str) {
        let head = format!(
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {{name: {name}}}\nspec:\n  scope: {scope}\n  values:\n    \
             schema: {{type: object, properties: {{hosts: {{type: array, items: {{type: string}}}}}}}}\n    \
             defaults: {{hosts: []}}\n"
        );
        self.add(&format!("templates/{name}/template.yaml"), &head);
        self.add(&format!("templates/{name}/all.yaml.mustache"), manifest);
    }

    /// Adds a site of the template `web`; `lines` stand below `spec`.
    pub fn site(&mut self, name: &str, lines: &str) {
        let text = format!(
            "apiVersion: bayplan/v1\nkind: Site\nmetadata: {{name: {name}}}\nspec:\n  tenant: acme\n  template: web\n{lines}"
        );
        self.add(&format!("site-specs/sites/{name}.yaml"), &text);
    }

    /// Writes the files below a folder.
    pub fn write(&self, folder: &Path) {
        for (path, text) in &self.files {
            let target = folder.join(path);
            std::fs::create_dir_all(target.parent().expect("has a parent")).expect("the folder can be made");
            std::fs::write(target, text).expect("the file can be written");
        }
    }

    pub fn sources(&self) -> Sources {
        Sources::new(self.files.iter().map(|(path, text)| SourceFile::regular(path, text.as_bytes())))
    }

    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        pipeline::compile(&self.sources(), &self.options, &mut Nowhere).expect("the sink takes all").diagnostics
    }

    /// Each finding as `PATH:LINE: severity[code]: message`.
    pub fn check(&self) -> Vec<String> {
        let sources = self.sources();
        let place = |diagnostic: &Diagnostic| {
            diagnostic.primary.as_ref().map_or_else(String::new, |label| {
                let line = sources.line_column(label.span.file, label.span.start).line;
                format!("{}:{line}: ", sources.path(label.span.file))
            })
        };
        let shown = |diagnostic: &Diagnostic| {
            let (severity, code) = (diagnostic.severity.word(), diagnostic.code.name);
            format!("{}{severity}[{code}]: {}", place(diagnostic), diagnostic.message)
        };
        self.diagnostics().iter().map(shown).collect()
    }
}
