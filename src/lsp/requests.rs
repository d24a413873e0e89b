//! Answers to requests: from positions to [`crate::ide`] and back.

use super::actions;
use super::protocol::{self, range};
use super::session::Session;
use super::workspace::OpenFleet;
use crate::ide::complete::{self, Completion, Sort};
use crate::ide::locate::{self, Target};
use crate::ide::symbols::{self, Symbol};
use crate::ide::text::{Lines, Position};
use crate::ide::{Fleet, hover};
use gen_lsp_types as lsp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What a request comes to.
pub enum Answer {
    Result(Value),
    BadParams(String),
    Unknown,
}

/// A place of a document. Of what requests hold beside, nothing is needed, so nothing of it can be wrong.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct At {
    text_document: lsp::TextDocumentIdentifier,
    position: lsp::Position,
    #[serde(default)]
    context: ReferenceContext,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReferenceContext {
    include_declaration: bool,
}

/// A range of a document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct In {
    text_document: lsp::TextDocumentIdentifier,
    range: lsp::Range,
}

/// A file of a fleet that a request is about.
pub struct Asked<'s> {
    pub open: &'s OpenFleet,
    pub fleet: &'s Fleet,
    pub root: &'s Path,
    pub path: &'s str,
    pub text: &'s str,
}

impl Session {
    pub fn request(&self, method: &str, params: Value) -> Answer {
        match method {
            "textDocument/completion" => with(params, |params: At| self.completion(&params)),
            "textDocument/hover" => with(params, |params: At| self.hover(&params)),
            "textDocument/definition" => with(params, |params: At| self.definition(&params)),
            "textDocument/references" => with(params, |params: At| self.references(&params)),
            "textDocument/documentSymbol" => with(params, |params: lsp::DocumentSymbolParams| self.symbols(&params)),
            "workspace/symbol" => with(params, |params: lsp::WorkspaceSymbolParams| self.search(&params)),
            "textDocument/foldingRange" => with(params, |params: lsp::FoldingRangeParams| self.folds(&params)),
            "textDocument/codeAction" => with(params, |params: In| {
                let uri = &params.text_document.uri.0;
                self.asked(uri).map(|asked| actions::of_range(self, &asked, uri, params.range))
            }),
            _ => Answer::Unknown,
        }
    }

    /// The file of a document that lies in a fleet.
    pub fn asked(&self, uri: &str) -> Option<Asked<'_>> {
        let (root, path) = self.documents.get(uri)?.place.as_ref()?;
        let open = self.fleets.get(root)?;
        Some(Asked { open, fleet: &open.fleet, root, path, text: open.fleet.text(path)? })
    }

    fn at(&self, params: &At) -> Option<(Asked<'_>, usize)> {
        let asked = self.asked(&params.text_document.uri.0)?;
        let offset = Lines::new(asked.text).offset(protocol::of_position(params.position), self.client.encoding);
        Some((asked, offset))
    }

    fn completion(&self, params: &At) -> Option<Value> {
        let (asked, offset) = self.at(params)?;
        let lines = Lines::new(asked.text);
        let found = complete::complete(asked.fleet, asked.path, offset);
        let items: Vec<lsp::CompletionItem> =
            found.into_iter().enumerate().map(|(number, item)| self.item(number, item, &lines)).collect();
        Some(json!({"isIncomplete": false, "items": items}))
    }

    fn item(&self, number: usize, item: Completion, lines: &Lines<'_>) -> lsp::CompletionItem {
        let kind = match item.sort {
            Sort::Field => lsp::CompletionItemKind::Property,
            Sort::Value => lsp::CompletionItemKind::EnumMember,
            Sort::Name => lsp::CompletionItemKind::Reference,
            Sort::File => lsp::CompletionItemKind::File,
            Sort::Tag => lsp::CompletionItemKind::Variable,
            Sort::Section => lsp::CompletionItemKind::Module,
        };
        let edit = lsp::TextEdit { range: range(lines, &item.replaces, self.client.encoding), new_text: item.insert };
        lsp::CompletionItem {
            label: item.label.clone(),
            kind: Some(kind),
            detail: item.detail,
            documentation: item.documentation.map(Into::into),
            // Ours is an order of sense, not of letters.
            sort_text: Some(format!("{number:05}")),
            filter_text: Some(item.label),
            text_edit: Some(edit.into()),
            ..lsp::CompletionItem::default()
        }
    }

    fn hover(&self, params: &At) -> Option<lsp::Hover> {
        let (asked, offset) = self.at(params)?;
        let found = hover::hover(asked.fleet, asked.path, offset, asked.open.now)?;
        let kind = if self.client.has_markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
        Some(lsp::Hover {
            contents: lsp::MarkupContent { kind, value: found.markdown }.into(),
            range: Some(range(&Lines::new(asked.text), &found.bytes, self.client.encoding)),
        })
    }

    fn definition(&self, params: &At) -> Option<Vec<lsp::Location>> {
        let (asked, offset) = self.at(params)?;
        Some(self.locations(&asked, locate::definitions(asked.fleet, asked.path, offset)))
    }

    fn references(&self, params: &At) -> Option<Vec<lsp::Location>> {
        let (asked, offset) = self.at(params)?;
        let with_definition = params.context.include_declaration;
        Some(self.locations(&asked, locate::references(asked.fleet, asked.path, offset, with_definition)))
    }

    fn locations(&self, asked: &Asked<'_>, targets: Vec<Target>) -> Vec<lsp::Location> {
        let mut lines: BTreeMap<String, Lines<'_>> = BTreeMap::new();
        targets
            .into_iter()
            .map(|target| {
                let text = asked.fleet.text(&target.path).unwrap_or_default();
                let lines = lines.entry(target.path.clone()).or_insert_with(|| Lines::new(text));
                lsp::Location {
                    uri: self.uri_of(asked.root, &target.path).into(),
                    range: range(lines, &(target.start..target.end), self.client.encoding),
                }
            })
            .collect()
    }

    fn symbols(&self, params: &lsp::DocumentSymbolParams) -> Option<Value> {
        let uri = &params.text_document.uri.0;
        let text = &self.documents.get(uri)?.text;
        let lines = Lines::new(text);
        let symbols = symbols::of_text(text);
        if self.client.has_nested_symbols {
            let nested: Vec<lsp::DocumentSymbol> =
                symbols.into_iter().map(|symbol| self.nested(symbol, &lines)).collect();
            return serde_json::to_value(nested).ok();
        }
        let flat = |symbol: Symbol| {
            json!({"name": symbol.name, "kind": 19, "location": {
                "uri": uri, "range": range(&lines, &symbol.bytes, self.client.encoding),
            }})
        };
        Some(symbols.into_iter().map(flat).collect())
    }

    fn nested(&self, symbol: Symbol, lines: &Lines<'_>) -> lsp::DocumentSymbol {
        let children: Vec<lsp::DocumentSymbol> =
            symbol.children.into_iter().map(|child| self.nested(child, lines)).collect();
        #[allow(deprecated, reason = "the field is part of the protocol's type")]
        lsp::DocumentSymbol {
            // The protocol wants a name.
            name: if symbol.name.is_empty() { "-".to_owned() } else { symbol.name },
            detail: symbol.detail,
            kind: if symbol.is_document { lsp::SymbolKind::Object } else { lsp::SymbolKind::Key },
            tags: None,
            deprecated: None,
            range: range(lines, &symbol.bytes, self.client.encoding),
            selection_range: range(lines, &symbol.name_at, self.client.encoding),
            children: (!children.is_empty()).then_some(children),
        }
    }

    fn search(&self, params: &lsp::WorkspaceSymbolParams) -> Option<Vec<Value>> {
        let mut found = Vec::new();
        for (root, open) in &self.fleets {
            for (path, entry) in symbols::search(open.fleet.index(), &params.query) {
                let lines = Lines::new(open.fleet.text(path).unwrap_or_default());
                found.push(json!({"name": entry.name, "kind": 19, "containerName": entry.kind.name(), "location": {
                    "uri": self.uri_of(root, path), "range": range(&lines, &entry.name_at, self.client.encoding),
                }}));
            }
        }
        Some(found)
    }

    fn folds(&self, params: &lsp::FoldingRangeParams) -> Option<Vec<Value>> {
        let text = &self.documents.get(&params.text_document.uri.0)?.text;
        let lines = Lines::new(text);
        let line = |offset: usize| -> Position { lines.position(offset, self.client.encoding) };
        let folds = symbols::folds(text).into_iter();
        Some(folds.map(|bytes| json!({"startLine": line(bytes.start).line, "endLine": line(bytes.end).line})).collect())
    }
}

/// Reads the parameters and answers; `null` where there is nothing to say.
fn with<P: DeserializeOwned, R: Serialize>(params: Value, answer: impl FnOnce(P) -> Option<R>) -> Answer {
    match serde_json::from_value::<P>(params) {
        Ok(params) => match serde_json::to_value(answer(params)) {
            Ok(result) => Answer::Result(result),
            Err(_) => Answer::Result(Value::Null),
        },
        Err(error) => Answer::BadParams(format!("bad parameters: {error}")),
    }
}
