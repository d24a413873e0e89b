//! The report for machines: one JSON object a line, `result` lines and then a `summary`.
//!
//! `docs/diff.md` says what each field is.

use super::class::Class;
use super::fields::Sort;
use super::{Exception, Finding, FoldedField, Hunk, Report, SetBy, Subject, ValueChange, Values};
use serde_json::{Map, Value, json};

/// All lines but the summary.
pub fn results(report: &Report) -> Vec<Value> {
    let mut lines = Vec::new();
    lines.extend(report.withheld.iter().map(|withheld| {
        json!({
            "type": "result", "what": "withheld", "side": withheld.side, "namespaces": withheld.namespaces,
            "errors": withheld.errors, "message": withheld.told(),
        })
    }));
    lines.extend(report.gates.findings.iter().map(|Finding { severity, code, message, .. }| {
        json!({"type": "result", "what": "gate", "severity": severity.word(), "code": code, "message": message})
    }));
    lines.extend(report.values.iter().flat_map(|values| &values.changes).map(value_change));
    lines.extend(report.diff.hunks.iter().map(hunk));
    let diff = &report.diff;
    if !diff.formatting.is_empty() {
        lines.push(json!({
            "type": "result", "what": "formatting", "count": diff.formatting.len(),
            "objects": diff.formatting.iter().map(subject).collect::<Vec<_>>(),
        }));
    }
    lines.extend(diff.others.iter().map(|path| json!({"type": "result", "what": "file", "path": path})));
    lines
}

/// The fields of the summary; the edge adds the exit code.
pub fn summary(report: &Report) -> Value {
    let classes: Map<String, Value> = Class::ALL
        .iter()
        .filter_map(|class| Some((class, report.diff.summary.classes.get(class)?)))
        .map(|(class, counted)| {
            let clusters: Vec<&String> = counted.clusters.iter().collect();
            let value = json!({"objects": counted.total(), "kinds": counted.by_kind, "clusters": clusters});
            (class.name().to_owned(), value)
        })
        .collect();
    json!({
        "old": report.sides[0], "new": report.sides[1], "notes": report.notes, "text": report.headline(),
        "differs": report.differs(), "classes": classes, "refused": report.gates.refusals().count(),
        "gatesNotAsked": report.gates.not_asked, "withheld": !report.withheld.is_empty(),
    })
}

fn value_change(change: &ValueChange) -> Value {
    let (old, new) = match &change.values {
        Values::Same { old, new } | Values::Differ { old, new, .. } => (side(old), side(new)),
        Values::Alike { old, new } => (old.as_str().into(), new.as_str().into()),
    };
    json!({
        "type": "result", "what": "value", "path": change.path.to_string(), "old": old, "new": new,
        "setBy": change.set_by.iter().flatten().map(set_by).collect::<Vec<_>>(),
        "deployments": change.subjects.iter().map(subject).collect::<Vec<_>>(),
    })
}

fn hunk(hunk: &Hunk) -> Value {
    json!({
        "type": "result",
        "what": if hunk.is_bundle() { "namespaces" } else { "objects" },
        "change": hunk.action.name(),
        "title": hunk.title,
        "group": hunk.group,
        "kind": hunk.kind,
        "classes": hunk.classes.iter().map(|class| class.name()).collect::<Vec<_>>(),
        "remarks": hunk.remarks.iter().map(|remark| json!({"class": remark.class.name(), "text": remark.text})).collect::<Vec<_>>(),
        "count": hunk.subjects.len(),
        "of": hunk.peers,
        "fields": hunk.fields.iter().map(field).collect::<Vec<_>>(),
        "contents": hunk.contents,
        "objects": hunk.subjects.iter().map(subject).collect::<Vec<_>>(),
        "exceptions": hunk.exceptions.iter().map(exception).collect::<Vec<_>>(),
    })
}

fn field(field: &FoldedField) -> Value {
    let mut value =
        json!({"path": field.path.to_string(), "setBy": field.set_by.iter().map(set_by).collect::<Vec<_>>()});
    value["sort"] = match field.sort {
        Sort::Value => "value",
        Sort::Order => "order",
        Sort::Secret => "secret",
    }
    .into();
    match &field.values {
        Values::Same { old, new } => {
            value["values"] = "same".into();
            (value["old"], value["new"]) = (side(old), side(new));
        }
        Values::Alike { old, new } => {
            value["values"] = "alike".into();
            (value["old"], value["new"]) = (old.as_str().into(), new.as_str().into());
        }
        Values::Differ { count, old, new } => {
            value["values"] = "differ".into();
            value["distinct"] = (*count).into();
            (value["old"], value["new"]) = (side(old), side(new));
        }
    }
    value
}

fn side(value: &Option<Value>) -> Value {
    value.clone().unwrap_or_default()
}

fn exception(exception: &Exception) -> Value {
    let mut value = subject(&exception.subject);
    value["setBy"] = exception.set_by.as_ref().map(set_by).unwrap_or_default();
    value
}

fn set_by(place: &SetBy) -> Value {
    json!({"file": place.file, "line": place.line, "who": place.who, "side": if place.is_old { "old" } else { "new" }})
}

fn subject(subject: &Subject) -> Value {
    json!({
        "cluster": subject.cluster, "environment": subject.environment, "tenant": subject.tenant, "site": subject.site,
        "namespace": subject.namespace, "kind": subject.kind, "name": subject.name,
    })
}
