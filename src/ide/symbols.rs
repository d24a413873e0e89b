//! What a file holds, for outlines of editors, and what can be folded.

use super::index::{Index, kind_of};
use super::outline::{Outline, Part, Role};
use super::text::Bytes;
use crate::pointer::Pointer;
use crate::spec::Kind;

/// Depth of keys below a document that is told.
const MAX_DEPTH: usize = 4;
/// Keys of a document that are told: nobody reads more.
const MAX_SYMBOLS: usize = 5_000;
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
        children: keys(part),
    }
}

/// The keys of a document's maps, each with what is below it: one pass, since a file may hold very many.
fn keys(part: &Part) -> Vec<Symbol> {
    let mut roots = Vec::new();
    // Each lies in the one before, so there are as many as the last one's path is long.
    let mut open: Vec<(&Pointer, Symbol)> = Vec::new();
    let close = |open: &mut Vec<(&Pointer, Symbol)>, roots: &mut Vec<Symbol>| {
        let Some((_, symbol)) = open.pop() else { return };
        open.last_mut().map_or(roots, |(_, parent)| &mut parent.children).push(symbol);
    };
    let mut left = MAX_SYMBOLS;
    for token in &part.tokens {
        let is_key = token.role == Role::Key;
        let path = token.path.segments();
        let is_left = |open: &Pointer| !path.starts_with(open.segments()) || (is_key && path == open.segments());
        while open.last().is_some_and(|(path, _)| is_left(path)) {
            close(&mut open, &mut roots);
        }
        open.iter_mut().for_each(|(_, symbol)| symbol.bytes.end = symbol.bytes.end.max(token.bytes.end));
        match open.last_mut() {
            Some((own, symbol)) if !is_key && **own == token.path => symbol.detail = Some(token.text.clone()),
            Some(_) | None => {}
        }
        if is_key && path.len() <= MAX_DEPTH && path.len() == open.len() + 1 {
            left -= 1;
            if left == 0 {
                break;
            }
            let symbol = Symbol {
                name: token.text.clone(),
                detail: None,
                is_document: false,
                bytes: token.bytes.clone(),
                name_at: token.bytes.clone(),
                children: Vec::new(),
            };
            open.push((&token.path, symbol));
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut roots);
    }
    roots
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(symbols: &[Symbol]) -> String {
        let one = |symbol: &Symbol| {
            let detail = symbol.detail.as_deref().map(|detail| format!("={detail}")).unwrap_or_default();
            let below =
                if symbol.children.is_empty() { String::new() } else { format!("({})", told(&symbol.children)) };
            format!("{}{detail}@{}..{}{below}", symbol.name, symbol.bytes.start, symbol.bytes.end)
        };
        symbols.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_hold_what_is_below_them() {
        let text = "a:\n  b: 1\n  c:\n  - d: 2\ne: {f: {g: {h: {i: 3}}}}\na: 4\n";
        assert_eq!(
            told(&of_text(text)[0].children),
            "a@0..23(b=1@5..9 c@12..23) e@24..44(f@28..44(g@32..44(h@36..44))) a=4@49..53"
        );
    }

    #[test]
    fn very_many_keys_take_no_longer_than_they_are() {
        let text: String = (0..200_000).map(|number| format!("k{number}: v\n")).collect();
        assert_eq!(of_text(&text)[0].children.len(), MAX_SYMBOLS - 1);
    }
}
