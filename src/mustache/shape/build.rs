//! From the reader's tree to a [`Part`]: scalars classified, placeholders recognised.

use super::part::{Chunk, EntryPart, HoleId, Key, KeyedMapPart, MapPart, Part, PartStep};
use super::text::DocumentText;
use super::{Fault, OctalPart, carry_back};
use crate::diag::Diagnostic;
use crate::mustache::bind::Lookup;
use crate::mustache::codes;
use crate::mustache::runs::{Compiled, HoleSource};
use crate::source::Span;
use crate::yaml;
use crate::yaml::node::{Entry, Node, NodeValue, ScalarStyle};
use crate::yaml::read::{HOLE_END, HOLE_START};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) struct Builder<'b> {
    pub compiled: &'b Compiled<Lookup>,
    pub text: &'b DocumentText,
    pub faults: Vec<Fault>,
    pub octals: Vec<OctalPart>,
    /// Steps to the part that is being built.
    pub path: Vec<PartStep>,
}

impl Builder<'_> {
    /// The part of a document's root.
    pub fn root(&mut self, node: &Node) -> Part {
        if let NodeValue::Scalar { text, style: ScalarStyle::Plain } = &node.value
            && let Some(hole) = self.only_hole(text)
        {
            if let Some(name) = self.file(hole).map(|(name, _)| name.to_owned()) {
                self.fault(node, misplaced_file(&name, "a document"));
            }
            return Part::Whole(hole);
        }
        if !matches!(node.value, NodeValue::Mapping(_)) {
            let noun = if matches!(node.value, NodeValue::Sequence(_)) { "a list" } else { "a scalar" };
            let error = Diagnostic::error(&codes::NOT_A_MAPPING, format!("a document must be a mapping, found {noun}"));
            self.fault(node, error.help("begin it with `apiVersion:` and `kind:`"));
            return Part::Literal(Value::Null);
        }
        self.value(node)
    }

    fn value(&mut self, node: &Node) -> Part {
        match &node.value {
            NodeValue::Scalar { text, style } => self.scalar(node, text, *style),
            NodeValue::Sequence(items) => self.list(items),
            NodeValue::Mapping(entries) => self.map(entries),
        }
    }

    fn scalar(&mut self, node: &Node, text: &str, style: ScalarStyle) -> Part {
        if style == ScalarStyle::Plain
            && let Some(hole) = self.only_hole(text)
        {
            return match self.file(hole) {
                Some((_, text)) => Part::Literal(Value::String(text.to_string())),
                None => Part::Whole(hole),
            };
        }
        if text.contains(HOLE_START) {
            return Part::Text(self.chunks(text, style == ScalarStyle::Literal));
        }
        if style == ScalarStyle::Plain { self.plain(node) } else { Part::Literal(Value::String(text.to_owned())) }
    }

    /// A literal bare scalar.
    fn plain(&mut self, node: &Node) -> Part {
        let mut octals = Vec::new();
        let (value, findings) = yaml::value::node_value(node, Some(&mut octals));
        for finding in findings {
            self.faults.push(carry_back(self.compiled, self.text, finding));
        }
        for octal in octals {
            let place = self.text.map.span(octal.start, octal.end);
            self.octals.push(OctalPart { path: self.path.clone(), text: octal.text.into(), place });
        }
        Part::Literal(value)
    }

    fn list(&mut self, items: &[Node]) -> Part {
        let mut parts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if is_nothing(item) {
                let dash = self.text.text.get(..item.start as usize).and_then(|before| before.rfind('-'));
                let dash = dash.map_or(item.start, narrow);
                self.empty(dash, dash + 1, dash + 1, "the dash has nothing after it");
            }
            self.path.push(PartStep::Index(index));
            parts.push(self.value(item));
            self.path.pop();
        }
        list_part(parts)
    }

    fn map(&mut self, entries: &[Entry]) -> Part {
        let mut merge = None;
        let mut parts: Vec<EntryPart> = Vec::with_capacity(entries.len());
        for entry in entries {
            if let Some(hole) = self.merged(entry) {
                merge = Some(hole);
                continue;
            }
            let key = self.key(&entry.key);
            if is_nothing(&entry.value) {
                let name = entry.key.text().filter(|text| !text.contains(HOLE_START));
                let what = name.map_or("the key".to_owned(), |name| format!("key `{name}`"));
                let colon = self.text.text.get(entry.key.end as usize..).and_then(|behind| behind.find(':'));
                let behind = colon.map_or(entry.key.end, |colon| entry.key.end + narrow(colon) + 1);
                self.empty(entry.key.start, entry.key.end, behind, &format!("{what} has nothing after it"));
            }
            self.path.push(PartStep::Key(key.clone()));
            let value = self.value(&entry.value);
            self.path.pop();
            parts.push(EntryPart { key, place: self.span(&entry.key), value });
        }
        map_part(parts, merge)
    }

    /// The hole of `<<: {{map}}`.
    fn merged(&mut self, entry: &Entry) -> Option<HoleId> {
        let (NodeValue::Scalar { text: key, style: ScalarStyle::Plain }, NodeValue::Scalar { text, style }) =
            (&entry.key.value, &entry.value.value)
        else {
            return None;
        };
        if &**key != "<<" || *style != ScalarStyle::Plain {
            return None;
        }
        let hole = self.only_hole(text)?;
        if let Some(name) = self.file(hole).map(|(name, _)| name.to_owned()) {
            self.fault(&entry.value, misplaced_file(&name, "the value of `<<`"));
        }
        Some(hole)
    }

    fn key(&mut self, node: &Node) -> Key {
        let text = node.text().unwrap_or_default();
        if !text.contains(HOLE_START) {
            return Key::Literal(text.into());
        }
        let chunks = self.chunks(text, false);
        let file = holes(text).find_map(|hole| self.file(hole).map(|(name, _)| name.to_owned()));
        if let Some(name) = file {
            self.fault(node, misplaced_file(&name, "a key"));
        }
        Key::Text(chunks)
    }

    /// A scalar's text around its holes. A word-for-word file is text; alone on a line of a literal block scalar it takes the
    /// place of that line, its indentation and its line break.
    fn chunks(&self, text: &str, is_literal_block: bool) -> Box<[Chunk]> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut literal = String::new();
        // Where in `literal` the line begins, as long as the line is blank.
        let mut blank_from = Some(0);
        let mut rest = text;
        while let Some((before, hole, behind)) = next_hole(rest) {
            let line = before.rfind('\n').map_or(before, |newline| &before[newline + 1..]);
            if line.len() < before.len() {
                blank_from = Some(literal.len() + before.len() - line.len());
            }
            if !line.bytes().all(|byte| byte == b' ' || byte == b'\t') {
                blank_from = None;
            }
            literal.push_str(before);
            rest = behind;
            let ends_line = behind.is_empty() || behind.starts_with('\n');
            match (self.file(hole), blank_from) {
                (Some((_, file)), Some(line)) if is_literal_block && ends_line => {
                    literal.truncate(line);
                    literal.push_str(file);
                    blank_from = Some(literal.len());
                    rest = behind.strip_prefix('\n').unwrap_or(behind);
                }
                (Some((_, file)), _) => {
                    literal.push_str(file);
                    blank_from = None;
                }
                (None, _) => {
                    if !literal.is_empty() {
                        chunks.push(Chunk::Literal(std::mem::take(&mut literal).into()));
                    }
                    chunks.push(Chunk::Hole(hole));
                    blank_from = None;
                }
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            chunks.push(Chunk::Literal(literal.into()));
        }
        chunks.into()
    }

    fn only_hole(&self, text: &str) -> Option<HoleId> {
        match next_hole(text) {
            Some(("", hole, "")) => Some(hole),
            _ => None,
        }
    }

    /// The name and text of a word-for-word file, where the hole stands for one.
    fn file(&self, hole: HoleId) -> Option<(&str, &Arc<str>)> {
        match &self.text.holes.get(hole as usize)?.hole(self.compiled)?.source {
            HoleSource::File { name, text, .. } => Some((name, text)),
            HoleSource::Value { .. } => None,
        }
    }

    fn span(&self, node: &Node) -> Span {
        self.text.map.span(node.start, node.end)
    }

    fn fault(&mut self, node: &Node, error: Diagnostic) {
        let error = error.at(self.span(node), "");
        self.faults.push(Fault { diagnostic: error, section: None });
    }

    /// A key or a dash with nothing after it; from `behind` on there is no more of it.
    fn empty(&mut self, start: u32, end: u32, behind: u32, message: &str) {
        let map = &self.text.map;
        let mut error = Diagnostic::error(&codes::EMPTY_ENTRY, message).at(map.span(start, end), "nothing follows");
        let run = map.run(start).filter(|_| map.is_last_of_run(&self.text.text, behind));
        let section = run.and_then(|run| self.compiled.runs.get(run as usize)?.section_behind);
        match section.and_then(|section| self.compiled.sections.get(section)) {
            Some(behind) => {
                error = error
                    .also(behind.tag, "this section rendered nothing")
                    .help("put it inside the section (`{{#list.any}}` for the frame of a list), or write a value for the other case");
            }
            None => error = error.help("write `null`, `{}` or `[]`"),
        }
        self.faults.push(Fault { diagnostic: error, section });
    }
}

fn misplaced_file(name: &str, place: &str) -> Diagnostic {
    Diagnostic::error(
        &codes::MISPLACED_FILE,
        format!("the file `{name}` cannot be {place}, since it is inserted as a string"),
    )
    .help(format!("if it is part of the template's text, call it `{name}.mustache`"))
}

/// Nothing is written here, as after a key without a value.
fn is_nothing(node: &Node) -> bool {
    matches!(&node.value, NodeValue::Scalar { text, style: ScalarStyle::Plain } if text.is_empty())
}

fn list_part(parts: Vec<Part>) -> Part {
    if !parts.iter().all(|part| matches!(part, Part::Literal(_))) {
        return Part::List(parts.into());
    }
    let values = parts.into_iter().filter_map(|part| match part {
        Part::Literal(value) => Some(value),
        Part::Whole(_) | Part::Text(_) | Part::List(_) | Part::Map(_) | Part::KeyedMap(_) => None,
    });
    Part::Literal(Value::Array(values.collect()))
}

fn map_part(entries: Vec<EntryPart>, merge: Option<HoleId>) -> Part {
    if entries.iter().any(|entry| matches!(entry.key, Key::Text(_))) {
        return Part::KeyedMap(Box::new(KeyedMapPart { entries: entries.into(), merge }));
    }
    let mut skeleton = Map::new();
    let mut by_key: BTreeMap<Box<str>, Part> = BTreeMap::new();
    for EntryPart { key, value, .. } in entries {
        let Key::Literal(key) = key else { continue };
        match value {
            Part::Literal(value) => skeleton.insert(key.into_string(), value),
            part => {
                by_key.insert(key.clone(), part);
                skeleton.insert(key.into_string(), Value::Null)
            }
        };
    }
    if by_key.is_empty() && merge.is_none() {
        return Part::Literal(Value::Object(skeleton));
    }
    let places = skeleton.keys().enumerate();
    let filled = places.filter_map(|(place, key)| Some((place, by_key.remove(key.as_str())?))).collect();
    Part::Map(Box::new(MapPart { skeleton, filled, merge }))
}

/// The first placeholder of a text, with what is before and behind it.
pub(in crate::mustache) fn next_hole(text: &str) -> Option<(&str, HoleId, &str)> {
    let (before, rest) = text.split_once(HOLE_START)?;
    let (number, behind) = rest.split_once(HOLE_END)?;
    Some((before, number.parse().ok()?, behind))
}

/// All holes of a text.
pub(in crate::mustache) fn holes(text: &str) -> impl Iterator<Item = HoleId> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, hole, behind) = next_hole(rest)?;
        rest = behind;
        Some(hole)
    })
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
