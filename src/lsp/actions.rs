//! Code actions: near names, and the Acknowledgement of a change that a gate refuses.

use super::gates;
use super::protocol;
use super::requests::Asked;
use super::session::{Session, found_in};
use crate::ide::renames::{Rename, renames};
use crate::ide::text::Lines;
use crate::load::SPEC_FOLDER;
use gen_lsp_types as lsp;
use serde_json::{Value, json};

/// What can be done about the findings that touch a range.
pub fn of_range(session: &Session, asked: &Asked<'_>, uri: &str, range: lsp::Range) -> Vec<Value> {
    let encoding = session.client.encoding;
    let lines = Lines::new(asked.text);
    let (from, to) = (protocol::of_position(range.start), protocol::of_position(range.end));
    let touching = found_in(asked.open, asked.path).into_iter().filter(|found| found.start <= to && from <= found.end);
    let mut actions = Vec::new();
    for found in touching {
        let bytes = lines.offset(found.start, encoding)..lines.offset(found.end, encoding);
        let shown = protocol::diagnostic(&found, session.client.has_related, &|path| session.uri_of(asked.root, path));
        let proposed = renames(asked.text, &bytes, &found.message, &found.help);
        let is_only = proposed.len() == 1;
        for Rename { bytes, from, to } in proposed {
            let range = protocol::range(&lines, &bytes, encoding);
            actions.push(json!({
                "title": format!("replace `{from}` by `{to}`"),
                "kind": "quickfix",
                "isPreferred": is_only,
                "diagnostics": [shown],
                "edit": {"changes": {uri: [{"range": range, "newText": to}]}},
            }));
        }
        let printed = found.help.iter().find_map(|line| gates::acknowledgement_of(line));
        if let Some((target, edit)) = printed.and_then(|text| pasted(session, asked, text)) {
            actions.push(json!({
                "title": format!("acknowledge this change in {target}"),
                "kind": "quickfix",
                "diagnostics": [shown],
                "edit": edit,
            }));
        }
    }
    actions
}

/// Where Acknowledgements are pasted.
const ACKNOWLEDGEMENTS: &str = "site-specs/acknowledgements.yaml";

/// The edit that adds a document, and the file that it is added to: the one of Acknowledgements, or one more document in the
/// file at hand where the client cannot make files.
fn pasted(session: &Session, asked: &Asked<'_>, document: &str) -> Option<(String, Value)> {
    let exists = asked.fleet.text(ACKNOWLEDGEMENTS).is_some();
    let can_create = session.client.can_create_files;
    let here = asked.path.starts_with(SPEC_FOLDER).then_some(asked.path);
    let path = if exists || can_create { ACKNOWLEDGEMENTS } else { here? };
    let uri = session.uri_of(asked.root, path);
    let Some(text) = asked.fleet.text(path) else {
        let start = json!({"line": 0, "character": 0});
        let edit = json!({"textDocument": {"uri": uri, "version": null}, "edits": [{
            "range": {"start": start, "end": start}, "newText": format!("{document}\n"),
        }]});
        let make = json!({"kind": "create", "uri": uri, "options": {"ignoreIfExists": true}});
        return Some((path.to_owned(), json!({"documentChanges": [make, edit]})));
    };
    let end = protocol::range(&Lines::new(text), &(text.len()..text.len()), session.client.encoding);
    let line_break = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let marker = if text.trim().is_empty() { "" } else { "---\n" };
    let new = format!("{line_break}{marker}{document}\n");
    Some((path.to_owned(), json!({"changes": {uri: [{"range": end, "newText": new}]}})))
}
