//! A fleet as the editor has it: files on disk with unsaved texts over them, the names in them, and what templates declare.
//!
//! A snapshot: cheap to clone, so that a check in the background keeps the one that it began with. An edit makes the next one at
//! the cost of one file.

use super::index::{Index, is_spec_file, is_template_head};
use crate::diag::Diagnostics;
use crate::load;
use crate::load::templates::{TEMPLATE_ROOT, folder_of};
use crate::resolve::roots;
use crate::resolve::values::TemplateValues;
use crate::source::{SourceFile, Sources};
use crate::spec::Kind;
use crate::spec::template::Scope;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Fleet {
    sources: Arc<Sources>,
    index: Arc<Index>,
    templates: Arc<BTreeMap<String, Arc<Declared>>>,
}

/// What a template declares, as it last could be read.
#[derive(Debug)]
pub struct Declared {
    pub scope: Scope,
    /// As its author wrote it.
    pub schema: Value,
    pub defaults: Value,
    /// Names of computed values.
    pub computed: Vec<String>,
    /// What tags are bound to: the values, the computed ones and the reserved roots.
    pub root_schema: Value,
}

impl Fleet {
    /// Files of the fleet, with those that specs name.
    pub fn new(sources: Sources) -> Self {
        let index = Index::of(&sources);
        let heads = sources.under(TEMPLATE_ROOT).filter(|(_, file)| is_template_head(&file.path));
        let templates = heads
            .filter_map(|(_, file)| Some((folder_of(&file.path)?.to_owned(), Arc::new(declared(file)?))))
            .collect();
        Fleet { sources: Arc::new(sources), index: Arc::new(index), templates: Arc::new(templates) }
    }

    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The text of a file; nothing where there is none or it is no text.
    pub fn text(&self, path: &str) -> Option<&str> {
        let id = self.sources.find(path)?;
        self.sources.file(id).text()
    }

    /// What templates declare, by name.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &Declared)> {
        self.templates.iter().map(|(name, declared)| (name.as_str(), &**declared))
    }

    pub fn template(&self, name: &str) -> Option<&Declared> {
        self.templates.get(name).map(|declared| &**declared)
    }

    /// Adds a file or puts it into another state.
    pub fn put(&mut self, file: SourceFile) {
        if is_spec_file(&file.path) {
            Arc::make_mut(&mut self.index).put(&file);
        }
        if is_template_head(&file.path)
            && let (Some(name), Some(declared)) = (folder_of(&file.path), declared(&file))
        {
            Arc::make_mut(&mut self.templates).insert(name.to_owned(), Arc::new(declared));
        }
        self.sources = Arc::new(self.sources.with(file));
    }

    pub fn remove(&mut self, path: &str) {
        if self.sources.find(path).is_none() {
            return;
        }
        Arc::make_mut(&mut self.index).remove(path);
        if is_template_head(path)
            && let Some(name) = folder_of(path)
        {
            Arc::make_mut(&mut self.templates).remove(name);
        }
        self.sources = Arc::new(self.sources.without(path));
    }

    /// Keeps the texts of these files out of messages, beside those that are private already.
    pub fn hide(&mut self, paths: &BTreeSet<String>) {
        if paths.iter().all(|path| self.sources.find(path).is_none_or(|id| self.sources.is_private(id))) {
            return;
        }
        let all: BTreeSet<String> =
            self.sources.private_paths().map(str::to_owned).chain(paths.iter().cloned()).collect();
        let sources = Sources::clone(&self.sources).hiding(all.iter().map(String::as_str));
        self.sources = Arc::new(sources);
    }

    /// All names, for compiles of a part.
    pub fn names(&self) -> load::Names {
        self.index.iter().map(|(_, entry)| (entry.kind, entry.name.clone())).collect()
    }

    /// The names of a kind in order, each once.
    pub fn names_of(&self, kind: Kind) -> Vec<&str> {
        let mut names: Vec<&str> = self.index.of_kind(kind).map(|(_, entry)| entry.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Reads the head of a template; nothing where it cannot be read.
fn declared(head: &SourceFile) -> Option<Declared> {
    let sources = Sources::new([head.clone()]);
    let mut ignored = Diagnostics::new();
    let mut templates =
        load::templates::load(&sources, &mut BTreeSet::new(), &mut BTreeMap::new(), &mut ignored).into_values();
    let template = templates.next()?;
    let spec = &template.spec.spec;
    let root_schema = match TemplateValues::compile(&template, &mut ignored) {
        Some(values) => values.root_schema().clone(),
        None => unchecked_roots(spec),
    };
    Some(Declared {
        scope: spec.scope,
        schema: spec.values.schema.as_value().clone(),
        defaults: spec.values.defaults.as_value().clone(),
        computed: spec.computed.iter().map(|computed| computed.name.clone()).collect(),
        root_schema,
    })
}

/// The names of a template whose head has mistakes.
fn unchecked_roots(spec: &crate::spec::TemplateSpec) -> Value {
    let mut schema = spec.values.schema.clone().into_map();
    let mut properties = match schema.remove("properties") {
        Some(Value::Object(properties)) => properties,
        Some(_) | None => Map::new(),
    };
    properties.extend(roots::schemas(spec.scope));
    properties.extend(spec.computed.iter().map(|computed| (computed.name.clone(), json!({}))));
    schema.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(schema)
}
