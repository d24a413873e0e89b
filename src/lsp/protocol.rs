//! Our types in those of the protocol.

use super::convert::Found;
use crate::diag::Severity;
use crate::ide::text::{Bytes, Encoding, Lines, Position};
use gen_lsp_types as lsp;
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

pub fn position(position: Position) -> lsp::Position {
    lsp::Position { line: position.line, character: position.column }
}

pub fn of_position(position: lsp::Position) -> Position {
    Position { line: position.line, column: position.character }
}

pub fn range(lines: &Lines<'_>, bytes: &Bytes, encoding: Encoding) -> lsp::Range {
    lsp::Range {
        start: position(lines.position(bytes.start, encoding)),
        end: position(lines.position(bytes.end, encoding)),
    }
}

/// A finding; `uri` gives the URI of a path of its fleet.
pub fn diagnostic(found: &Found, has_related: bool, uri: &dyn Fn(&str) -> String) -> lsp::Diagnostic {
    let related = found.related.iter().filter(|_| has_related).map(|related| lsp::DiagnosticRelatedInformation {
        location: lsp::Location {
            uri: uri(&related.path).into(),
            range: lsp::Range { start: position(related.start), end: position(related.end) },
        },
        message: related.text.clone(),
    });
    let related: Vec<lsp::DiagnosticRelatedInformation> = related.collect();
    lsp::Diagnostic {
        range: lsp::Range { start: position(found.start), end: position(found.end) },
        severity: Some(match found.severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
            Severity::Note => lsp::DiagnosticSeverity::Information,
        }),
        code: Some(found.code.into()),
        code_description: None,
        source: Some("bayplan".to_owned()),
        message: found.message.as_str().into(),
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

pub fn publish(uri: String, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) -> Message {
    let params = lsp::PublishDiagnosticsParams { uri: uri.into(), version, diagnostics };
    Notification::new("textDocument/publishDiagnostics".to_owned(), params).into()
}

/// Words for the client's log.
pub fn log(text: &str) -> Message {
    Notification::new("window/logMessage".to_owned(), json!({"type": 2, "message": format!("bayplan: {text}")})).into()
}

/// Words for the user.
pub fn show(text: &str) -> Message {
    Notification::new("window/showMessage".to_owned(), json!({"type": 1, "message": format!("bayplan: {text}")})).into()
}

/// Asks the client to tell of changed files.
pub fn register(params: Value) -> Message {
    Request::new(RequestId::from("bayplan-watch".to_owned()), "client/registerCapability".to_owned(), params).into()
}
