//! Templates: their heads, manifests and partials, and the fleet's CustomResourceDefinitions.

use super::inputs;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::pointer::Pointer;
use crate::source::{FileId, Sources, Span};
use crate::spec::read::{read_file, typed};
use crate::spec::{Kind, Spec, TemplateSpec};
use crate::yaml::Document;
use crate::yaml::read::{ReadOptions, read};
use std::collections::{BTreeMap, BTreeSet};

pub static TEMPLATE_FOLDER: Code = Code {
    name: "template-folder",
    explanation: "Each folder of templates/ but `shared` is one template: a template.yaml of kind Template whose name is the \
                  folder's, manifests (*.yaml, *.yml, *.json, with or without .mustache), and partials/. Markdown is skipped; \
                  any other file outside partials/ would be lost without a word, so it is an error.",
};

pub static CODES: &[&Code] = &[&TEMPLATE_FOLDER];

/// Folder of the templates.
pub const TEMPLATE_ROOT: &str = "templates";
/// Partials for all templates.
pub const SHARED: &str = "shared";
/// Folder of the CustomResourceDefinitions.
pub const CRD_FOLDER: &str = "crds";

/// A template's head and the files of its folder.
pub struct Template {
    pub spec: Spec<TemplateSpec>,
    /// In order of path.
    pub manifests: Vec<TemplateFile>,
    /// Path below partials/, such as `labels.mustache`, to file.
    pub partials: BTreeMap<String, FileId>,
}

/// A manifest file: a Mustache template, or taken word for word.
#[derive(Debug, Clone)]
pub struct TemplateFile {
    pub file: FileId,
    pub is_mustache: bool,
}

impl TemplateFile {
    /// Judges a manifest by its name; nothing where it is no manifest.
    pub fn from_path(path: &str, file: FileId) -> Option<Self> {
        let (stem, is_mustache) = match path.strip_suffix(".mustache") {
            Some(stem) => (stem, true),
            None => (path, false),
        };
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ending| stem.ends_with(ending));
        is_manifest.then_some(TemplateFile { file, is_mustache })
    }
}

/// The name of the template that a path lies in the folder of.
pub fn folder_of(path: &str) -> Option<&str> {
    let (folder, _) = path.strip_prefix(TEMPLATE_ROOT)?.strip_prefix('/')?.split_once('/')?;
    (folder != SHARED).then_some(folder)
}

/// All templates that are sound. The names of all folders are added to `names`, and what is wrong with one to its findings.
pub fn load(
    sources: &Sources,
    names: &mut BTreeSet<(Kind, String)>,
    findings: &mut BTreeMap<(Kind, String), Diagnostics>,
    general: &mut Diagnostics,
) -> BTreeMap<String, Template> {
    let mut folders: BTreeMap<&str, Vec<(&str, FileId)>> = BTreeMap::new();
    for (id, file) in sources.under(TEMPLATE_ROOT) {
        if !inputs::is_readable(file) {
            continue;
        }
        let below = &file.path[TEMPLATE_ROOT.len() + 1..];
        match below.split_once('/') {
            Some((SHARED, _)) => {}
            Some((folder, path)) => folders.entry(folder).or_default().push((path, id)),
            None if below.ends_with(".md") => {}
            None => general.push(
                Diagnostic::error(&TEMPLATE_FOLDER, format!("{} is not in the folder of a template", file.path))
                    .at(Span::file(id), "")
                    .help("move it to templates/NAME/ beside a template.yaml, or to templates/shared/"),
            ),
        }
    }
    let mut templates = BTreeMap::new();
    for (folder, files) in folders {
        let name = (Kind::Template, folder.to_owned());
        let template = load_folder(folder, &files, sources, findings.entry(name.clone()).or_default());
        templates.extend(template.map(|template| (folder.to_owned(), template)));
        names.insert(name);
    }
    templates
}

fn load_folder(
    folder: &str,
    files: &[(&str, FileId)],
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Template> {
    let mut manifests = Vec::new();
    let mut partials = BTreeMap::new();
    let mut head = None;
    for (path, id) in files {
        if *path == "template.yaml" {
            head = Some(*id);
        } else if let Some(partial) = path.strip_prefix("partials/") {
            partials.insert(partial.to_owned(), *id);
        } else if path.ends_with(".md") {
        } else if let Some(manifest) = TemplateFile::from_path(path, *id) {
            manifests.push(manifest);
        } else {
            diagnostics.push(
                Diagnostic::error(&TEMPLATE_FOLDER, format!("{} would not be used", sources.path(*id)))
                    .at(Span::file(*id), "neither a manifest nor a partial")
                    .help(
                        "manifests end in .yaml, .yml or .json, with or without .mustache; files that manifests include go to partials/",
                    ),
            );
        }
    }
    let Some(head) = head else {
        if let Some((_, first)) = files.first() {
            diagnostics.push(
                Diagnostic::error(&TEMPLATE_FOLDER, format!("templates/{folder}/ has no template.yaml"))
                    .at(Span::file(*first), "a file of this folder")
                    .help("write a template.yaml of kind Template beside it"),
            );
        }
        return None;
    };
    let raw = read_file(sources, head, diagnostics);
    let mut specs = Vec::new();
    for raw in raw {
        if raw.kind == Kind::Template {
            specs.push(raw);
        } else {
            let place = raw.document.locate(&Pointer::from_segments(["kind"]));
            let message = format!("template.yaml holds a Template, found a {}", raw.kind.name());
            diagnostics.push(Diagnostic::error(&TEMPLATE_FOLDER, message).at(place, "this kind"));
        }
    }
    if specs.len() > 1 {
        let place = specs[1].document.locate(&Pointer::root());
        let message = "template.yaml holds one Template, found two";
        diagnostics.push(Diagnostic::error(&TEMPLATE_FOLDER, message).at(place, "the second"));
        return None;
    }
    let spec: Spec<TemplateSpec> = typed(specs.pop()?, diagnostics)?;
    if spec.name() != folder {
        diagnostics.push(
            Diagnostic::error(
                &TEMPLATE_FOLDER,
                format!("the template in templates/{folder}/ is called `{}`", spec.name()),
            )
            .at(spec.name_place(), "this name")
            .help(format!("name it `{folder}`, or rename its folder")),
        );
        return None;
    }
    Some(Template { spec, manifests, partials })
}

/// The partials for all templates, by path below templates/shared/.
pub fn shared_partials(sources: &Sources) -> BTreeMap<String, FileId> {
    let folder = format!("{TEMPLATE_ROOT}/{SHARED}");
    sources
        .under(&folder)
        .filter(|(_, file)| inputs::is_readable(file))
        .map(|(id, file)| (file.path[folder.len() + 1..].to_owned(), id))
        .collect()
}

/// The documents of crds/: CustomResourceDefinitions.
pub fn load_crds(sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Document> {
    sources
        .under(CRD_FOLDER)
        .filter(|(_, file)| inputs::is_readable(file) && (super::is_yaml(&file.path) || file.path.ends_with(".json")))
        .flat_map(|(id, file)| read(id, &file.bytes, ReadOptions::default(), diagnostics))
        .collect()
}
