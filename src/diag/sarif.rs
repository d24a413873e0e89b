//! Diagnostics as one SARIF 2.1.0 document, for code scanning.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Lines and columns count from 1, columns in characters, the
//! end is exclusive. Paths are relative to the root of the repository.

use super::github::text;
use super::{Code, Diagnostic, Label, Severity};
use crate::source::{SourceFile, Sources};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The document. Paths begin with `prefix`, the fleet's folder in its repository.
pub fn to_document(diagnostics: &[&Diagnostic], sources: &Sources, prefix: &str) -> Value {
    let codes: BTreeMap<&str, &Code> =
        diagnostics.iter().map(|diagnostic| (diagnostic.code.name, diagnostic.code)).collect();
    let rules: Vec<Value> = codes.values().map(|code| rule(code)).collect();
    let index: BTreeMap<&str, usize> = codes.keys().enumerate().map(|(number, name)| (*name, number)).collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut result = json!({
                "ruleId": diagnostic.code.name,
                "ruleIndex": index.get(diagnostic.code.name),
                "level": level(diagnostic.severity),
                "message": {"text": text(diagnostic, sources, prefix)},
                "locations": diagnostic.primary.iter().map(|label| location(label, None, sources, prefix)).collect::<Vec<_>>(),
            });
            if !diagnostic.related.is_empty() {
                let related = diagnostic.related.iter().enumerate();
                result["relatedLocations"] =
                    related.map(|(number, label)| location(label, Some(number), sources, prefix)).collect();
            }
            result
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "bayplan",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.name,
        "shortDescription": {"text": code.name.replace('-', " ")},
        "fullDescription": {"text": code.explanation},
        "help": {"text": format!("{}\n\nbayplan explain {}", code.explanation, code.name)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn location(label: &Label, id: Option<usize>, sources: &Sources, prefix: &str) -> Value {
    let file: &SourceFile = sources.file(label.span.file);
    let start = sources.line_column(label.span.file, label.span.start);
    let end = sources.line_column(label.span.file, label.span.end);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&format!("{prefix}{}", file.path))},
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    });
    if let Some(id) = id {
        location["id"] = json!(id);
    }
    if !label.text.is_empty() {
        location["message"] = json!({"text": label.text});
    }
    location
}

/// A path as a relative URI reference (RFC 3986): all but unreserved characters and `/` in percent code.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("a b/ü%:c.yaml"), "a%20b/%C3%BC%25%3Ac.yaml");
    }
}
