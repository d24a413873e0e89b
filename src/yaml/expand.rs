//! From a flat document to a tree of nodes: aliases become copies, merge keys are merged, keys are checked.
//!
//! Takes a [`Composed`] document within budget; gives a [`Node`], and findings for keys that are no strings, keys given twice
//! and merge keys that readers differ on. Copies keep the places of what they copy.

use super::bytes;
use super::codes;
use super::finding::{Finding, Findings, shown};
use super::node::{Entry, Node, NodeValue, ScalarStyle};
use super::read::ReadOptions;
use super::scalar::{self, Plain};
use super::tree::{Composed, Item, ItemId, ItemKind};
use std::collections::{HashMap, HashSet};

pub(super) fn expand(document: &Composed<'_>, text: &str, options: ReadOptions, findings: &mut Findings) -> Node {
    Expander { items: &document.items, text, options, findings, copies: 0 }.node(document.root)
}

struct Expander<'d, 't, 'f> {
    items: &'d [Item<'t>],
    text: &'d str,
    options: ReadOptions,
    findings: &'f mut Findings,
    /// How many aliases are being copied; what lies in a copy has been checked where it is written.
    copies: usize,
}

/// Keys of one mapping: a few are searched, many are hashed.
struct Keys<'d> {
    few: Vec<(&'d str, ItemId)>,
    many: HashMap<&'d str, ItemId>,
}

impl<'d> Keys<'d> {
    const FEW: usize = 12;

    fn new() -> Self {
        Keys { few: Vec::new(), many: HashMap::new() }
    }

    /// Remembers a key, or gives the earlier one of the same text.
    fn insert(&mut self, text: &'d str, key: ItemId) -> Option<ItemId> {
        if let Some(earlier) = self.get(text) {
            return Some(earlier);
        }
        if self.few.len() < Keys::FEW {
            self.few.push((text, key));
        } else {
            self.many.insert(text, key);
        }
        None
    }

    fn get(&self, text: &str) -> Option<ItemId> {
        let few = self.few.iter().find(|(known, _)| *known == text).map(|(_, id)| *id);
        few.or_else(|| self.many.get(text).copied())
    }
}

impl<'d, 't> Expander<'d, 't, '_> {
    fn node(&mut self, id: ItemId) -> Node {
        let item = &self.items[id];
        let value = match &item.kind {
            ItemKind::Scalar { text, style } => NodeValue::Scalar { text: text.as_ref().into(), style: *style },
            ItemKind::Sequence(children) => {
                NodeValue::Sequence(children.iter().map(|child| self.node(*child)).collect())
            }
            ItemKind::Mapping(entries) => NodeValue::Mapping(self.mapping(entries)),
            ItemKind::Alias(target) => {
                self.copies += 1;
                let node = self.node(*target);
                self.copies -= 1;
                return node;
            }
            ItemKind::Broken => NodeValue::Scalar { text: "".into(), style: ScalarStyle::Plain },
        };
        Node { start: item.start, end: item.end, value }
    }

    fn push(&mut self, finding: Finding) {
        if self.copies == 0 {
            self.findings.push(finding);
        }
    }

    fn mapping(&mut self, entries: &'d [(ItemId, ItemId)]) -> Vec<Entry> {
        let mut keys = Keys::new();
        let mut merge: Option<(ItemId, ItemId)> = None;
        let mut own = Vec::with_capacity(entries.len());
        for (index, (key, value)) in entries.iter().enumerate() {
            if self.is_merge_key(*key) {
                match merge {
                    Some((first, _)) => self.second_merge_key(first, *key),
                    None if index > 0 => self.late_merge_key(*key),
                    None => {}
                }
                merge = merge.or(Some((*key, *value)));
                continue;
            }
            let text = self.key_text(*key);
            if let Some((text, first)) = text.and_then(|text| Some((text, keys.insert(text, *key)?))) {
                self.duplicate_key(text, first, *key);
            }
            own.push(Entry { key: self.node(*key), value: self.node(*value) });
        }
        let Some((key, value)) = merge else { return own };
        let mut merged = self.merged(key, value, &own);
        merged.append(&mut own);
        merged
    }

    // Keys.

    fn resolve(&self, id: ItemId) -> (ItemId, &'d Item<'t>) {
        let mut id = id;
        while let ItemKind::Alias(target) = &self.items[id].kind {
            id = *target;
        }
        (id, &self.items[id])
    }

    /// The text of a key that is a string.
    fn key_text(&mut self, id: ItemId) -> Option<&'d str> {
        let items = self.items;
        let target = self.resolve(id).0;
        match &items[target].kind {
            ItemKind::Scalar { text, style } => {
                if *style == ScalarStyle::Plain && !matches!(scalar::classify(text), Plain::String) {
                    let message = if text.is_empty() {
                        "a key without text".to_owned()
                    } else {
                        format!("key `{}` is not a string to every YAML reader", shown(text))
                    };
                    let finding = self.error_at(&codes::KEY, id, message);
                    self.push(finding.help(format!("quote it: \"{}\"", shown(text))));
                    return None;
                }
                Some(text.as_ref())
            }
            ItemKind::Sequence(_) | ItemKind::Mapping(_) => {
                self.complex_key(id);
                None
            }
            ItemKind::Alias(_) | ItemKind::Broken => None,
        }
    }

    fn error_at(&self, code: &'static crate::diag::Code, id: ItemId, message: impl Into<String>) -> Finding {
        let item = &self.items[id];
        Finding::error(code, item.start, item.end, message)
    }

    fn complex_key(&mut self, id: ItemId) {
        let item = &self.items[id];
        let (kind, is_mapping) = match self.resolve(id).1.kind {
            ItemKind::Sequence(_) => ("a list", false),
            _ => ("a mapping", true),
        };
        let finding = self.error_at(&codes::KEY, id, format!("{kind} as a key"));
        let start = item.start as usize;
        let is_braces = is_mapping && self.text[start..].starts_with('{') && self.text[..start].ends_with('{');
        self.push(finding.help(if is_braces {
            "`{{name}}` is a variable only in files that end in `.mustache` and in the strings of specs that say so; quote it if it is a text"
        } else {
            "keys are strings"
        }));
    }

    fn duplicate_key(&mut self, text: &str, first: ItemId, second: ItemId) {
        let (start, end) = (self.items[first].start, self.items[first].end);
        let finding = self
            .error_at(&codes::DUPLICATE_KEY, second, format!("key `{}` is given twice", shown(text)))
            .label("second time")
            .also(start, end, "first time")
            .help("remove one of them");
        self.push(finding);
    }

    // Merge keys.

    fn is_merge_key(&self, id: ItemId) -> bool {
        matches!(&self.items[id].kind, ItemKind::Scalar { text, style: ScalarStyle::Plain } if text == "<<")
    }

    fn second_merge_key(&mut self, first: ItemId, second: ItemId) {
        let (start, end) = (self.items[first].start, self.items[first].end);
        let finding = self
            .error_at(&codes::DUPLICATE_KEY, second, "key `<<` is given twice")
            .label("second time")
            .also(start, end, "first time")
            .help("merge several mappings with one list: `<<: [*a, *b]`");
        self.push(finding);
    }

    fn late_merge_key(&mut self, key: ItemId) {
        let finding = self
            .error_at(&codes::MERGE, key, "`<<` after other keys")
            .help("put `<<` first: kubectl lets what it merges win over the keys before it, other readers do not");
        self.push(finding);
    }

    /// The entries that `<<` brings: those of its mappings that `own` does not have; of two mappings the first wins.
    fn merged(&mut self, key: ItemId, value: ItemId, own: &[Entry]) -> Vec<Entry> {
        let sources: Vec<ItemId> = match &self.resolve(value).1.kind {
            ItemKind::Mapping(_) => vec![value],
            ItemKind::Sequence(items) => items.clone(),
            ItemKind::Scalar { text, style: ScalarStyle::Plain } if self.options.holes && bytes::is_one_hole(text) => {
                return vec![Entry { key: self.node(key), value: self.node(value) }];
            }
            ItemKind::Broken => return Vec::new(),
            ItemKind::Scalar { .. } | ItemKind::Alias(_) => {
                self.bad_merge(value);
                return Vec::new();
            }
        };
        let mut known: HashSet<String> = own.iter().filter_map(|entry| Some(entry.key.text()?.to_owned())).collect();
        let mut merged: Vec<Entry> = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            let (mapping, item) = self.resolve(*source);
            let items = self.items;
            let ItemKind::Mapping(entries) = &items[mapping].kind else {
                if !matches!(item.kind, ItemKind::Broken) {
                    self.bad_merge(*source);
                }
                continue;
            };
            // What is written inline is checked here; what is named was checked where it stands.
            let is_alias = |id: ItemId| matches!(items[id].kind, ItemKind::Alias(_));
            let is_copy = usize::from(is_alias(*source) || is_alias(value));
            self.copies += is_copy;
            let mut brought = self.mapping(entries);
            self.copies -= is_copy;
            if brought.first().is_some_and(is_unfilled_merge) {
                if index + 1 < sources.len() {
                    self.hidden_hole(*source);
                }
                merged.insert(0, brought.remove(0));
            }
            merged.extend(
                brought.into_iter().filter(|entry| entry.key.text().is_some_and(|text| known.insert(text.to_owned()))),
            );
        }
        merged
    }

    /// The hole's own entries would rank between those of two mappings, and it is not known yet what they are.
    fn hidden_hole(&mut self, source: ItemId) {
        let finding = self
            .error_at(&codes::MERGE, source, "a mapping that merges a variable, before other mappings")
            .help("put it last in the list");
        self.push(finding);
    }

    fn bad_merge(&mut self, value: ItemId) {
        let finding = self
            .error_at(&codes::MERGE, value, "the value of `<<` is not a mapping")
            .help("name a mapping, `<<: *base`, or several, `<<: [*first, *second]`");
        self.push(finding);
    }
}

/// Whether an entry is a `<<` that waits for its variable.
fn is_unfilled_merge(entry: &Entry) -> bool {
    matches!(&entry.key.value, NodeValue::Scalar { text, style: ScalarStyle::Plain } if text.as_ref() == "<<")
}
