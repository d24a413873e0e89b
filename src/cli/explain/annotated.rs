//! A YAML text with the place that each of its lines comes from beside it.

use super::human::Paint;
use crate::explain::{Role, Step};
use crate::pointer::Pointer;
use crate::source::{FileId, Sources};
use crate::yaml::node::{Node, NodeValue};
use crate::yaml::read::{ReadOptions, read_text};
use std::collections::{BTreeMap, BTreeSet};

/// Columns of the YAML; a longer line is cut.
const LEFT: usize = 58;

/// Columns of the tags that a text is made with.
const MOST_TAGS: usize = 32;

/// The lines of a YAML text, each with the field that begins on it.
pub struct Lines {
    lines: Vec<String>,
    fields: BTreeMap<usize, Pointer>,
}

impl Lines {
    /// Reads a text of one document, as the compiler writes it.
    pub fn read(text: &str) -> Self {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let line_of = |offset: u32| starts.partition_point(|start| *start <= offset as usize);
        let mut fields = BTreeMap::new();
        if let Some(root) = read_text(text, ReadOptions::default()).roots.first() {
            collect(root, &Pointer::root(), &mut |pointer, offset| {
                fields.insert(line_of(offset), pointer.clone());
            });
        }
        Lines { lines: text.lines().map(str::to_owned).collect(), fields }
    }

    /// The field that a line is of: the one that begins there, else the one that it is a part of.
    pub fn field(&self, line: usize) -> Option<&Pointer> {
        if line == 0 || line > self.lines.len() {
            return None;
        }
        self.fields.range(..=line).next_back().map(|(_, pointer)| pointer)
    }

    /// The line on which a field begins.
    pub fn line(&self, field: &Pointer) -> Option<usize> {
        self.fields.iter().find(|(_, pointer)| *pointer == field).map(|(line, _)| *line)
    }

    /// All fields with their lines.
    pub fn all(&self) -> impl Iterator<Item = (usize, &Pointer)> {
        self.fields.iter().map(|(line, field)| (*line, field))
    }

    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// The text with notes, and below it the files that the notes name in short.
    pub fn annotate(&self, steps: &BTreeMap<Pointer, Step>, sources: &Sources, paint: Paint) -> String {
        let files: BTreeSet<FileId> = steps.values().filter_map(|step| Some(step.decisive().place?.file)).collect();
        let short = short_names(&files, sources);
        let width = self.lines.iter().map(|line| line.chars().count()).max().unwrap_or(0).min(LEFT);
        let mut text = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            let note = self.fields.get(&(index + 1)).and_then(|field| steps.get(field));
            let left = cut(line, width);
            match note {
                Some(step) => {
                    let pad = " ".repeat(width - left.chars().count());
                    text.push_str(&format!("{left}{pad}  {}\n", note_of(step, &short, sources, paint)));
                }
                None => text.push_str(&format!("{left}\n")),
            }
        }
        let widest = short.values().map(String::len).max().unwrap_or(0);
        let renamed: Vec<_> = short.iter().filter(|(file, short)| sources.path(**file) != short.as_str()).collect();
        if !renamed.is_empty() {
            text.push('\n');
        }
        for (file, short) in renamed {
            text.push_str(&format!("{short:<widest$}  {}\n", paint.faint(sources.path(*file))));
        }
        text
    }
}

/// Each leaf with the offset of its key, or of itself where it is an item of a list.
fn collect(node: &Node, at: &Pointer, found: &mut dyn FnMut(&Pointer, u32)) {
    match &node.value {
        NodeValue::Mapping(entries) if !entries.is_empty() => {
            for entry in entries {
                let pointer = at.child(entry.key.text().unwrap_or_default());
                match &entry.value.value {
                    NodeValue::Mapping(inner) if !inner.is_empty() => collect(&entry.value, &pointer, found),
                    NodeValue::Sequence(items) if !items.is_empty() => collect(&entry.value, &pointer, found),
                    _ => found(&pointer, entry.key.start),
                }
            }
        }
        NodeValue::Sequence(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &at.child(index), found);
            }
        }
        _ => found(at, node.start),
    }
}

fn note_of(step: &Step, short: &BTreeMap<FileId, String>, sources: &Sources, paint: Paint) -> String {
    let decisive = step.decisive();
    let place = decisive.place.map(|span| {
        let name = short.get(&span.file).map_or("", String::as_str);
        format!("{name}:{}", sources.line_column(span.file, span.start).line)
    });
    let what = match decisive.role {
        Role::Template => cut(&decisive.name, MOST_TAGS),
        Role::Section => String::new(),
        Role::Value | Role::Removed | Role::Computed | Role::Root | Role::Fact | Role::Setting => decisive.name.clone(),
        Role::File => "word for word".to_owned(),
        Role::Patch => format!("patch, {}", decisive.name),
        Role::Compiler => String::new(),
    };
    let ours = if step.role == Role::Compiler { "bayplan" } else { "" };
    let parts = [paint.faint(ours), paint.place(&place.unwrap_or_default()), what];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The shortest end of each path that no other of these files has.
fn short_names(files: &BTreeSet<FileId>, sources: &Sources) -> BTreeMap<FileId, String> {
    let end = |file: FileId, parts: usize| {
        let path: Vec<&str> = sources.path(file).split('/').collect();
        path[path.len().saturating_sub(parts)..].join("/")
    };
    let is_free = |file: FileId, parts: usize| {
        let own = end(file, parts);
        files.iter().filter(|other| end(**other, parts) == own).count() == 1
    };
    let short = |file: FileId| (1..9).find(|parts| is_free(file, *parts)).map_or(9, |parts| parts);
    files.iter().map(|file| (*file, end(*file, short(*file)))).collect()
}

fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let kept: String = line.chars().take(width - 1).collect();
    format!("{kept}…")
}
