//! What the client says of itself, and what we offer it.

use super::uri;
use crate::ide::text::Encoding;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What matters of a client's `initialize`.
///
/// Read by hand: a client that says something odd about a capability that is never looked at is none the worse for it.
#[derive(Debug, Clone, Default)]
pub struct Client {
    pub encoding: Encoding,
    /// The folders that are open.
    pub folders: Vec<PathBuf>,
    /// Whether it can be asked to watch files.
    pub can_watch: bool,
    pub has_related: bool,
    /// Whether edits may make files.
    pub can_create_files: bool,
    pub has_nested_symbols: bool,
    /// Whether hovers and documentation may be Markdown.
    pub has_markdown: bool,
}

impl Client {
    pub fn of(params: &Value) -> Self {
        let at = |pointer: &str| params.pointer(pointer);
        let is_set = |pointer: &str| at(pointer).and_then(Value::as_bool).unwrap_or(false);
        let lists = |pointer: &str, word: &str| {
            at(pointer)
                .and_then(Value::as_array)
                .is_some_and(|list| list.iter().any(|item| item.as_str() == Some(word)))
        };
        let encoding =
            if lists("/capabilities/general/positionEncodings", "utf-8") { Encoding::Utf8 } else { Encoding::Utf16 };
        let listed = at("/workspaceFolders").and_then(Value::as_array).into_iter().flatten();
        let mut folders: Vec<PathBuf> =
            listed.filter_map(|folder| uri::to_path(folder.get("uri")?.as_str()?)).collect();
        if folders.is_empty() {
            let root = at("/rootUri").and_then(Value::as_str).and_then(uri::to_path);
            let old = || at("/rootPath").and_then(Value::as_str).map(PathBuf::from);
            folders.extend(root.or_else(old));
        }
        Client {
            encoding,
            folders,
            can_watch: is_set("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            has_related: is_set("/capabilities/textDocument/publishDiagnostics/relatedInformation"),
            can_create_files: is_set("/capabilities/workspace/workspaceEdit/documentChanges")
                && lists("/capabilities/workspace/workspaceEdit/resourceOperations", "create"),
            has_nested_symbols: is_set("/capabilities/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            has_markdown: lists("/capabilities/textDocument/hover/contentFormat", "markdown"),
        }
    }

    /// The result of `initialize`.
    pub fn answer(&self) -> Value {
        let encoding = match self.encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
        };
        json!({
            "capabilities": {
                "positionEncoding": encoding,
                "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
                "completionProvider": {"triggerCharacters": ["{", ".", "#", "^", ">", "/", " ", ":", "-"]},
                "hoverProvider": true,
                "definitionProvider": true,
                "referencesProvider": true,
                "documentSymbolProvider": true,
                "workspaceSymbolProvider": true,
                "foldingRangeProvider": true,
                "codeActionProvider": {"codeActionKinds": ["quickfix"]},
                "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
            },
            "serverInfo": {"name": "bayplan", "version": env!("CARGO_PKG_VERSION")},
        })
    }
}

/// The files to watch: inputs, and whatever a spec may name.
pub fn watchers() -> Value {
    let globs =
        ["**/bayplan.yaml", "**/site-specs/**", "**/templates/**", "**/crds/**", "**/*.{yaml,yml,json,mustache}"];
    let watchers: Vec<Value> = globs.iter().map(|glob| json!({"globPattern": glob})).collect();
    json!({"registrations": [{
        "id": "bayplan-files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": watchers},
    }]})
}
