//! Fleets in memory, and what they render to, object by object.

use bayplan::diag::{Diagnostic, render};
use bayplan::output::OutputTree;
use bayplan::pipeline::{self, Options};
use bayplan::source::{SourceFile, Sources};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Files by path.
#[derive(Clone, Default)]
pub struct Fleet {
    pub files: BTreeMap<String, String>,
}

/// One object of the rendered tree.
#[derive(Debug)]
pub struct Object {
    pub path: String,
    pub cluster: String,
    /// Empty for the cluster's own objects and delivery.
    pub namespace: String,
    /// A layer, or `delivery`.
    pub layer: String,
    pub value: Value,
}

/// All that a fleet renders to.
pub struct Rendered {
    pub files: BTreeMap<String, Vec<u8>>,
    pub objects: Vec<Object>,
}

impl Fleet {
    /// This repository's own fleet, or one with its templates alone.
    pub fn read(parts: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = BTreeMap::new();
        for part in parts {
            for entry in walkdir::WalkDir::new(root.join(part)) {
                let entry = entry.expect("can be listed");
                if entry.file_type().is_file() {
                    let path = entry.path().strip_prefix(root).expect("below the root").to_str().expect("is UTF-8");
                    files.insert(path.to_owned(), std::fs::read_to_string(entry.path()).expect("is text"));
                }
            }
        }
        Fleet { files }
    }

    pub fn example() -> Self {
        Fleet::read(&["bayplan.yaml", "site-specs", "templates", "extra", "secrets", "terraform"])
    }

    pub fn add(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text);
    }

    /// Replaces a text that a file has once.
    pub fn edited(&self, path: &str, old: &str, new: &str) -> Self {
        let mut edited = self.clone();
        let text = edited.files.get_mut(path).unwrap_or_else(|| panic!("{path} is there"));
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {path}");
        *text = text.replace(old, new);
        edited
    }

    /// What there is to say: the code, the message, and the line that it points at.
    pub fn findings(&self) -> Vec<(&'static str, String, String)> {
        let files = self.files.iter().map(|(path, text)| SourceFile::regular(path.clone(), text.as_bytes()));
        let sources = Sources::new(files);
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(&sources, &Options::default(), &mut tree).expect("memory takes all");
        let line = |diagnostic: &Diagnostic| {
            let span = &diagnostic.primary.as_ref().expect("a finding has a place").span;
            let path = sources.path(span.file);
            let number = sources.line_column(span.file, span.start).line;
            format!("{path}: {}", self.files[path].lines().nth(number - 1).expect("the line is there").trim())
        };
        let findings = compilation.diagnostics.iter();
        findings.map(|finding| (finding.code.name, finding.message.clone(), line(finding))).collect()
    }

    /// Compiles; whatever there is to say, be it a warning, fails the test.
    pub fn rendered(&self) -> Rendered {
        let files = self.files.iter().map(|(path, text)| SourceFile::regular(path.clone(), text.as_bytes()));
        let sources = Sources::new(files);
        let mut tree = OutputTree::new();
        let compilation = pipeline::compile(&sources, &Options::default(), &mut tree).expect("memory takes all");
        let told: Vec<String> =
            compilation.diagnostics.iter().map(|diagnostic| render::to_text(diagnostic, &sources, false)).collect();
        assert!(told.is_empty(), "{} findings:\n{}", told.len(), told[..told.len().min(6)].join("\n"));
        Rendered::new(tree.files().clone())
    }
}

impl Rendered {
    fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        let manifests = files.iter().filter(|(path, _)| !path.ends_with("/kustomization.yaml"));
        let objects = manifests.map(|(path, bytes)| Object::new(path, bytes)).collect();
        Rendered { files, objects }
    }

    /// Writes the tree to a folder.
    pub fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("lies in a folder")).expect("can be made");
            std::fs::write(path, bytes).expect("can be written");
        }
    }

    /// The objects of each namespace, by cluster and namespace.
    pub fn namespaces(&self) -> BTreeMap<(&str, &str), Vec<&Object>> {
        let mut namespaces: BTreeMap<(&str, &str), Vec<&Object>> = BTreeMap::new();
        for object in self.objects.iter().filter(|object| !object.namespace.is_empty()) {
            namespaces.entry((&object.cluster, &object.namespace)).or_default().push(object);
        }
        namespaces
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.kind() == kind)
    }
}

impl Object {
    fn new(path: &str, bytes: &[u8]) -> Self {
        let parts: Vec<&str> = path.split('/').collect();
        let (namespace, layer) = match parts.as_slice() {
            [_, "delivery", _] => ("", "delivery"),
            [_, "cluster", layer, ..] => ("", *layer),
            [_, _, namespace, layer, _] => (*namespace, *layer),
            _ => panic!("{path} is no path of the tree"),
        };
        Object {
            path: path.to_owned(),
            cluster: parts[0].to_owned(),
            namespace: namespace.to_owned(),
            layer: layer.to_owned(),
            value: serde_yaml::from_slice(bytes).expect("is YAML"),
        }
    }

    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// The API group, empty for the core.
    pub fn group(&self) -> &str {
        self.text("/apiVersion").split_once('/').map_or("", |(group, _)| group)
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
    }

    pub fn at(&self, pointer: &str) -> &Value {
        self.value.pointer(pointer).unwrap_or(&Value::Null)
    }

    pub fn annotation(&self, name: &str) -> &str {
        self.at("/metadata/annotations")[name].as_str().unwrap_or("")
    }

    /// The template of the pods that it makes, with labels and `spec`.
    pub fn pod_template(&self) -> Option<&Value> {
        match self.kind() {
            "Deployment" | "StatefulSet" | "Job" => self.value.pointer("/spec/template"),
            "CronJob" => self.value.pointer("/spec/jobTemplate/spec/template"),
            _ => None,
        }
    }
}

/// The items of a list, none where there is no list.
pub fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The entries of a map of texts.
pub fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or("").to_owned())).collect()
}

/// Whether labels meet a label selector.
pub fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let by_label = texts(&selector["matchLabels"]).into_iter().all(|(key, value)| labels.get(&key) == Some(&value));
    let by_expression = items(&selector["matchExpressions"]).all(|expression| {
        let value = labels.get(expression["key"].as_str().expect("a selector has a key"));
        let is_in = items(&expression["values"]).any(|listed| listed.as_str() == value.map(String::as_str));
        match expression["operator"].as_str() {
            Some("In") => is_in,
            Some("NotIn") => !is_in,
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            other => panic!("{other:?} is no operator"),
        }
    });
    by_label && by_expression
}
