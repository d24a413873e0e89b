//! A diagnostic as one JSON object, the shape of design section 11: the contract for machines.

use super::{Diagnostic, Label};
use crate::source::Sources;
use serde_json::{Value, json};

/// `{"type":"diagnostic","code",…}`; lines and columns count from 1, the end is exclusive.
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let mut object = json!({
        "type": "diagnostic",
        "code": diagnostic.code.name,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message,
        "file": null, "line": null, "column": null, "endLine": null, "endColumn": null,
        "help": diagnostic.help.iter().chain(&diagnostic.notes).collect::<Vec<_>>(),
        "related": diagnostic.related.iter().map(|label| related(label, sources)).collect::<Vec<_>>(),
        "deployments": diagnostic.deployments,
    });
    if let Some(label) = &diagnostic.primary {
        let start = sources.line_column(label.span.file, label.span.start);
        let end = sources.line_column(label.span.file, label.span.end);
        object["file"] = json!(sources.path(label.span.file));
        object["line"] = json!(start.line);
        object["column"] = json!(start.column);
        object["endLine"] = json!(end.line);
        object["endColumn"] = json!(end.column);
    }
    object
}

fn related(label: &Label, sources: &Sources) -> Value {
    let start = sources.line_column(label.span.file, label.span.start);
    json!({
        "file": sources.path(label.span.file),
        "line": start.line,
        "column": start.column,
        "message": label.text,
    })
}
