//! The names of a fleet: which file defines each spec and template, and who mentions it.
//!
//! Made from texts by [`super::outline`], file by file, so that one edit costs one file and a broken file keeps its names.

use super::names::{self, Named};
use super::outline::{Outline, Part, Role};
use super::text::Bytes;
use crate::inputs::FLEET_FILE;
use crate::load::SPEC_FOLDER;
use crate::load::templates::{TEMPLATE_ROOT, folder_of};
use crate::source::{EntryKind, SourceFile, Sources};
use crate::spec::Kind;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One document of a bayplan kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub name: String,
    /// The name's bytes.
    pub name_at: Bytes,
    /// The document's bytes.
    pub bytes: Bytes,
    pub mentions: Vec<Mention>,
    /// Of a Template its scope, of an Environment the string that names its namespaces.
    pub detail: Option<String>,
}

/// A name that a document mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub named: Named,
    pub name: String,
    pub at: Bytes,
}

impl Entry {
    /// The names of a sort that it mentions.
    pub fn mentioned(&self, named: Named) -> impl Iterator<Item = &str> {
        self.mentions.iter().filter(move |mention| mention.named == named).map(|mention| mention.name.as_str())
    }

    pub fn mentions(&self, named: Named, name: &str) -> bool {
        self.mentioned(named).any(|mentioned| mentioned == name)
    }
}

/// All entries, by file.
#[derive(Debug, Clone, Default)]
pub struct Index {
    files: BTreeMap<String, Arc<Vec<Entry>>>,
}

impl Index {
    pub fn of(sources: &Sources) -> Self {
        let files: Vec<&SourceFile> =
            sources.iter().map(|(_, file)| file).filter(|file| may_hold_specs(file)).collect();
        let entries: Vec<(String, Arc<Vec<Entry>>)> =
            files.par_iter().map(|file| (file.path.clone(), Arc::new(entries(file)))).collect();
        Index { files: entries.into_iter().filter(|(_, entries)| !entries.is_empty()).collect() }
    }

    /// Takes the place of what is known of the file.
    pub fn put(&mut self, file: &SourceFile) {
        let entries = if may_hold_specs(file) { entries(file) } else { Vec::new() };
        if entries.is_empty() {
            self.files.remove(&file.path);
        } else {
            self.files.insert(file.path.clone(), Arc::new(entries));
        }
    }

    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// All entries with their files, in order of file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.files.iter().flat_map(|(path, entries)| entries.iter().map(move |entry| (path.as_str(), entry)))
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&str, &Entry)> {
        self.iter().filter(move |(_, entry)| entry.kind == kind)
    }

    pub fn find(&self, kind: Kind, name: &str) -> Option<(&str, &Entry)> {
        self.of_kind(kind).find(|(_, entry)| entry.name == name)
    }

    pub fn in_file(&self, path: &str) -> &[Entry] {
        self.files.get(path).map(|entries| entries.as_slice()).unwrap_or_default()
    }

    /// How many files hold specs.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Whether specs are read from a file of this path.
pub fn is_spec_file(path: &str) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    path == FLEET_FILE
        || (is_yaml && path.strip_prefix(SPEC_FOLDER).is_some_and(|rest| rest.starts_with('/')))
        || is_template_head(path)
}

/// Whether a path is that of a template's head.
pub fn is_template_head(path: &str) -> bool {
    folder_of(path).is_some_and(|folder| path == format!("{TEMPLATE_ROOT}/{folder}/template.yaml"))
}

fn may_hold_specs(file: &SourceFile) -> bool {
    file.kind == EntryKind::Regular && is_spec_file(&file.path)
}

fn entries(file: &SourceFile) -> Vec<Entry> {
    let Some(text) = file.text() else { return Vec::new() };
    Outline::of(text).documents.iter().filter_map(entry).collect()
}

fn entry(part: &Part) -> Option<Entry> {
    let kind = kind_of(part)?;
    let name = part.scalar(&["metadata", "name"])?;
    let mentions = part
        .tokens
        .iter()
        .filter_map(|token| {
            let named = match token.role {
                Role::Key => names::of_key(kind, &token.path),
                Role::Scalar => names::of_value(kind, &token.path),
            }?;
            Some(Mention { named, name: token.text.clone(), at: token.bytes.clone() })
        })
        .collect();
    let detail = match kind {
        Kind::Template => part.text(&["spec", "scope"]),
        Kind::Environment => part.text(&["spec", "namespace"]),
        Kind::Fleet | Kind::Cluster | Kind::Tenant | Kind::Site | Kind::Acknowledgement => None,
    };
    Some(Entry {
        kind,
        name: name.text.clone(),
        name_at: name.bytes.clone(),
        bytes: part.bytes.clone(),
        mentions,
        detail: detail.map(str::to_owned),
    })
}

/// The kind that a document says that it is.
pub fn kind_of(part: &Part) -> Option<Kind> {
    Kind::from_name(part.text(&["kind"])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_found_in_broken_files_too() {
        let text = "kind: Site\nmetadata: {name: a}\nspec:\n  tenant: t\n  template: \n  environments:\n    prod:\n      clusters: {north: {values: {}}}\n  secrets: [{file: x.yaml, environments: [prod\n";
        let file = SourceFile::regular("site-specs/a.yaml", text.as_bytes());
        let found = entries(&file);
        let names: Vec<(Named, &str)> =
            found[0].mentions.iter().map(|mention| (mention.named, mention.name.as_str())).collect();
        let expected = [
            (Named::Spec(Kind::Tenant), "t"),
            (Named::Spec(Kind::Environment), "prod"),
            (Named::Spec(Kind::Cluster), "north"),
            (Named::File, "x.yaml"),
            (Named::Spec(Kind::Environment), "prod"),
        ];
        assert_eq!(names, expected);
    }
}
