//! Templates to objects: every manifest of a template, rendered with the values of one deployment, namespace or cluster.
//!
//! [`Library`] compiles each file once; names are bound to the template's schema there, before any site is looked at.

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::templates::TemplateFile;
use crate::load::{Specs, Template};
use crate::mustache::{NameUse, Partials, Program, RenderError};
use crate::object::{Object, Origin, Owner, RenderedFrom};
use crate::resolve::values::{RenderInputs, TemplateValues};
use crate::source::{FileId, Sources, Span};
use crate::spec::common::Layer;
use crate::spec::template::Scope;
use crate::yaml::read::decode;
use std::collections::BTreeMap;
use std::sync::Arc;

pub static NO_MANIFEST: Code = Code {
    name: "no-manifest",
    explanation: "A file that a site lists under `manifests` is no manifest by its name: manifests end in .yaml, .yml or .json, \
                  with or without .mustache.",
};

pub static CODES: &[&Code] = &[&NO_MANIFEST];

/// All templates of a fleet, compiled.
pub struct Library {
    templates: BTreeMap<String, CompiledTemplate>,
}

/// One template: its values plan and a program for each manifest.
pub struct CompiledTemplate {
    pub values: Arc<TemplateValues>,
    manifests: Vec<Arc<Program>>,
    /// Files that sites add to this template.
    extra: BTreeMap<FileId, Arc<Program>>,
}

impl Library {
    /// Compiles every template. What is wrong with one is reported, and the template then has fewer manifests.
    pub fn compile(sources: &Sources, specs: &Specs, diagnostics: &mut Diagnostics) -> Self {
        let mut templates = BTreeMap::new();
        let shared = Arc::new(read_partials(&specs.shared_partials, sources, diagnostics));
        for (name, template) in &specs.templates {
            let Some(values) = TemplateValues::compile(template, diagnostics) else { continue };
            let partials = read_partials(&template.partials, sources, diagnostics);
            let partials = partials.with_shared(Arc::clone(&shared), diagnostics);
            let mut compile = |file: &TemplateFile| {
                let text = decode(file.file, &sources.file(file.file).bytes, diagnostics)?;
                let program = if file.is_mustache {
                    Program::compile(file.file, text, &partials, values.root_schema(), diagnostics)
                } else {
                    Program::word_for_word(file.file, text, diagnostics)
                };
                program.map(Arc::new)
            };
            let manifests = template.manifests.iter().filter_map(&mut compile).collect();
            let is_of_sites = template.spec.spec.scope == Scope::Site;
            let extra = if is_of_sites { extra_files(specs, sources, name) } else { Vec::new() };
            let extra =
                extra.into_iter().filter_map(|file| compile(&file).map(|program| (file.file, program))).collect();
            templates.insert(name.clone(), CompiledTemplate { values: Arc::new(values), manifests, extra });
        }
        report_odd_manifests(specs, sources, diagnostics);
        Library { templates }
    }

    pub fn get(&self, template: &Template) -> Option<&CompiledTemplate> {
        self.templates.get(template.spec.name())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &CompiledTemplate)> {
        self.templates.iter().map(|(name, template)| (name.as_str(), template))
    }
}

impl CompiledTemplate {
    /// Whether one of its manifests includes a file as a partial, or is that file.
    pub fn reads(&self, file: FileId) -> bool {
        let reads = |program: &Arc<Program>| {
            program.file() == file || program.includes().iter().any(|include| include.file == file)
        };
        self.manifests.iter().chain(self.extra.values()).any(reads)
    }

    /// The names that the tags of its manifests use.
    pub fn uses(&self) -> impl Iterator<Item = &NameUse> {
        self.manifests.iter().chain(self.extra.values()).flat_map(|program| program.uses()).chain(self.values.uses())
    }

    /// Renders its manifests and those of `extra` that it has.
    pub fn render<'s>(
        &self,
        inputs: &Arc<RenderInputs<'s>>,
        owner: Owner,
        extra: &[FileId],
        deployment: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Object<'s>> {
        let mut objects = Vec::new();
        let added = extra.iter().filter_map(|file| self.extra.get(file));
        for program in self.manifests.iter().chain(added) {
            match program.render(&inputs.values()) {
                Ok(rendering) => {
                    diagnostics.extend(rendering.warnings);
                    for rendered in rendering.documents {
                        let origin = Origin {
                            span: Span::file(program.file()),
                            rendered: Some(RenderedFrom {
                                program: Arc::clone(program),
                                document: rendered.origin,
                                inputs: Arc::clone(inputs),
                            }),
                            patches: Vec::new(),
                        };
                        objects.push(Object {
                            value: rendered.value,
                            owner,
                            layer: Layer::App,
                            run: None,
                            verbatim: None,
                            octals: rendered.octals,
                            origin,
                        });
                    }
                }
                Err(errors) => diagnostics.extend(errors.into_iter().map(|error| explained(error, inputs, deployment))),
            }
        }
        objects
    }
}

/// An error with the place of the value that it is about.
pub fn explained(error: RenderError, inputs: &RenderInputs<'_>, deployment: Option<&str>) -> Diagnostic {
    let is_of_the_tag = error.is_of_the_tag();
    let mut diagnostic = error.diagnostic;
    if let Some(pointer) = &error.value {
        let declared = inputs.declared(pointer).filter(|_| is_of_the_tag);
        if let Some((place, label)) = declared.or_else(|| inputs.explain(pointer)) {
            diagnostic = diagnostic.also(place, label);
        }
    }
    match deployment {
        Some(deployment) => diagnostic.in_deployment(deployment),
        None => diagnostic,
    }
}

fn read_partials(files: &BTreeMap<String, FileId>, sources: &Sources, diagnostics: &mut Diagnostics) -> Partials {
    let texts = files.iter().map(|(path, file)| (path.as_str(), *file, &*sources.file(*file).bytes));
    Partials::read(texts, diagnostics)
}

/// The files that sites of a template list under `manifests`, each once. A site may have several templates: its files belong
/// to each of them.
fn extra_files(specs: &Specs, sources: &Sources, template: &str) -> Vec<TemplateFile> {
    let mut files: BTreeMap<FileId, TemplateFile> = BTreeMap::new();
    for site in specs.sites.values().filter(|site| !site.spec.manifests.is_empty()) {
        let asked: Vec<&str> = std::iter::once(&site.spec.template)
            .chain(site.spec.environments.values().filter_map(|environment| environment.template.as_ref()))
            .map(String::as_str)
            .collect();
        let replaced = || {
            let tables = specs
                .tenants
                .values()
                .map(|tenant| &tenant.spec.replace)
                .chain(specs.environments.values().map(|environment| &environment.spec.replace))
                .chain(specs.clusters.values().map(|cluster| &cluster.spec.spec.replace));
            tables.flat_map(|table| asked.iter().filter_map(|name| table.get(*name))).any(|name| name == template)
        };
        if !asked.contains(&template) && !replaced() {
            continue;
        }
        for manifest in &site.spec.manifests {
            let found = sources.find(&manifest.file).and_then(|file| TemplateFile::from_path(&manifest.file, file));
            files.extend(found.map(|file| (file.file, file)));
        }
    }
    files.into_values().collect()
}

fn report_odd_manifests(specs: &Specs, sources: &Sources, diagnostics: &mut Diagnostics) {
    for site in specs.sites.values() {
        for (index, manifest) in site.spec.manifests.iter().enumerate() {
            let Some(file) = sources.find(&manifest.file) else { continue };
            if TemplateFile::from_path(&manifest.file, file).is_none() {
                let place = site.at(&format!("/spec/manifests/{index}/file"));
                diagnostics.push(
                    Diagnostic::error(&NO_MANIFEST, format!("`{}` is no manifest", manifest.file))
                        .at(place, "named here")
                        .help("manifests end in .yaml, .yml or .json, with or without .mustache"),
                );
            }
        }
    }
}
