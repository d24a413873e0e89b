//! What a file holds, for outlines of editors, and what can be folded.

use super::index::{Index, kind_of};
use super::outline::{Outline, Part, Role};
use super::text::Bytes;
use crate::pointer::Pointer;
use crate::spec::Kind;

/// Depth of keys below a document that is told.
const MAX_DEPTH: usize = 4;
/// Symbols of one search.
const MAX_FOUND: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    pub name: String,
    pub detail: Option<String>,
    pub is_document: bool,
    pub bytes: Bytes,
    pub name_at: Bytes,
    pub children: Vec<Symbol>,
}

/// The documents of a YAML text, each with its keys.
pub fn of_text(text: &str) -> Vec<Symbol> {
    let outline = Outline::of(text);
    let documents = outline.documents.iter().filter(|part| !part.tokens.is_empty());
    documents.map(of_document).collect()
}

fn of_document(part: &Part) -> Symbol {
    let kind = kind_of(part).map(Kind::name).or_else(|| part.text(&["kind"])).unwrap_or("document");
    let name = part.scalar(&["metadata", "name"]);
    let root = Pointer::root();
    let bytes = part.extent(&root).unwrap_or(part.bytes.clone());
    Symbol {
        name: name.map_or_else(|| kind.to_owned(), |token| token.text.clone()),
        detail: name.map(|_| kind.to_owned()),
        is_document: true,
        name_at: name.map_or(bytes.start..bytes.start, |token| token.bytes.clone()),
        bytes,
        children: keys(part, &root, 1),
    }
}

fn keys(part: &Part, map: &Pointer, depth: usize) -> Vec<Symbol> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let symbol = |token: &super::outline::Token| Symbol {
        name: token.text.clone(),
        detail: part.scalar(&super::values::segments_of(&token.path)).map(|value| value.text.clone()),
        is_document: false,
        bytes: part.extent(&token.path).unwrap_or(token.bytes.clone()),
        name_at: token.bytes.clone(),
        children: keys(part, &token.path, depth + 1),
    };
    part.keys(map).map(symbol).collect()
}

/// Ranges of more than one line: documents, and keys with what is below them.
pub fn folds(text: &str) -> Vec<Bytes> {
    let outline = Outline::of(text);
    let mut folds = Vec::new();
    for part in &outline.documents {
        // Keys come before what is below them, so the last of those ends the fold.
        let mut open: Vec<(usize, Bytes)> = Vec::new();
        for token in &part.tokens {
            let depth = token.path.segments().len();
            let is_key = token.role == Role::Key;
            while open.last().is_some_and(|(other, _)| *other > depth || (is_key && *other == depth)) {
                folds.extend(open.pop().map(|(_, bytes)| bytes));
            }
            open.iter_mut().for_each(|(_, bytes)| bytes.end = bytes.end.max(token.bytes.end));
            if is_key {
                open.push((depth, token.bytes.clone()));
            }
        }
        folds.extend(open.into_iter().rev().map(|(_, bytes)| bytes));
    }
    folds.retain(|bytes| text[bytes.clone()].contains('\n'));
    folds.sort_by_key(|bytes| (bytes.start, bytes.end));
    folds
}

/// Specs and templates whose name holds all letters of a query in order, with their files.
pub fn search<'i>(index: &'i Index, query: &str) -> Vec<(&'i str, &'i super::index::Entry)> {
    let query = query.to_lowercase();
    let fits = |name: &str| {
        let mut letters = name.chars();
        query.chars().all(|wanted| letters.any(|letter| letter == wanted))
    };
    index.iter().filter(|(_, entry)| fits(&entry.name)).take(MAX_FOUND).collect()
}
