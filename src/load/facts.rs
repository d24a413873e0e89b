//! Facts: what `terraform output -json` says of a cluster, and `{fact: NAME}` in its values.

use super::{Cluster, inputs};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::near;
use crate::pointer::Pointer;
use crate::source::Sources;
use crate::spec::{ClusterSpec, Spec, Values};
use crate::yaml::read::{ReadOptions, read};
use crate::yaml::value::{Doubtful, to_value};
use crate::yaml::{Document, Node, NodeValue};
use serde_json::{Map, Value};

pub static FACTS: Code = Code {
    name: "facts",
    explanation: "The file that a cluster's `facts.terraformOutput` names must be what `terraform output -json` (or `tofu \
                  output -json`) prints: a map from each name to `sensitive`, `type` and `value`.",
};
pub static SENSITIVE_FACT: Code = Code {
    name: "sensitive-fact",
    explanation: "`terraform output -json` prints sensitive values in plain text. They must not reach git: drop them from the \
                  file with the `jq` line that the message gives, and rotate what was committed.",
};
pub static UNKNOWN_FACT: Code = Code {
    name: "unknown-fact",
    explanation: "A value `{fact: NAME}`, or a tag `{{facts.NAME}}`, names a fact that the cluster's Terraform output does not \
                  hold.",
};

pub static CODES: &[&Code] = &[&FACTS, &SENSITIVE_FACT, &UNKNOWN_FACT];

/// Reads a cluster's facts and puts them into its values.
pub fn apply(spec: Spec<ClusterSpec>, sources: &Sources, diagnostics: &mut Diagnostics) -> Cluster {
    let facts = read_facts(&spec, sources, diagnostics);
    let mut fill = |values: &Values, field: &str| {
        let pointer = Pointer::from_segments(["spec", field]);
        values
            .iter()
            .map(|(key, value)| (key.clone(), filled(value, &pointer.child(key), &spec, &facts, diagnostics)))
            .collect()
    };
    let values = fill(&spec.spec.values, "values");
    let enforce = fill(&spec.spec.enforce, "enforce");
    Cluster { spec, facts: facts.unwrap_or_default(), values, enforce }
}

/// The facts by name; none where the file is missing or broken (which is reported), so that no further error follows from it.
fn read_facts(
    cluster: &Spec<ClusterSpec>,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Map<String, Value>> {
    let Some(path) = &cluster.spec.facts.terraform_output else { return Some(Map::new()) };
    let file = sources.find(path)?;
    if !inputs::is_readable(sources.file(file)) {
        return None;
    }
    let before = diagnostics.len();
    let documents = read(file, &sources.file(file).bytes, ReadOptions::default(), diagnostics);
    let [document] = documents.as_slice() else {
        if diagnostics.len() == before {
            let place = crate::source::Span::file(file);
            diagnostics.push(Diagnostic::error(&FACTS, format!("{path} is not one JSON document")).at(place, ""));
        }
        return None;
    };
    let NodeValue::Mapping(_) = &document.root.value else {
        diagnostics.push(
            Diagnostic::error(&FACTS, "the Terraform output must be a map of outputs")
                .at(document.span(&document.root), "not a map")
                .help("write the file with `terraform output -json`, without the name of an output"),
        );
        return None;
    };
    let sensitive: Vec<(&str, &Node)> = document
        .root
        .entries()
        .filter(|(_, output)| output.get("sensitive").and_then(Node::text) == Some("true"))
        .collect();
    if let [(first, _), ..] = sensitive.as_slice() {
        let names: Vec<&str> = sensitive.iter().map(|(name, _)| *name).collect();
        let place = document.locate_key(&Pointer::from_segments([*first]));
        diagnostics.push(
            Diagnostic::error(&SENSITIVE_FACT, format!("sensitive outputs may not be committed: {}", names.join(", ")))
                .at(place, "sensitive")
                .help(format!(
                    "write the file with `terraform output -json | jq 'with_entries(select(.value.sensitive | not))' > {path}`"
                )),
        );
        return None;
    }
    let mut facts = Map::new();
    for (name, output) in document.root.entries() {
        let Some(value) = output.get("value") else {
            report_shape(name, document, diagnostics);
            return None;
        };
        facts.insert(name.to_owned(), to_value(document, value, Doubtful::Refuse, diagnostics));
    }
    Some(facts)
}

fn report_shape(name: &str, document: &Document, diagnostics: &mut Diagnostics) {
    diagnostics.push(
        Diagnostic::error(&FACTS, format!("output `{name}` has no `value`"))
            .at(document.locate_key(&Pointer::from_segments([name])), "this output")
            .help("write the file with `terraform output -json`"),
    );
}

/// A value in which each map with the one key `fact` is replaced by that fact, with its type.
fn filled(
    value: &Value,
    pointer: &Pointer,
    cluster: &Spec<ClusterSpec>,
    facts: &Option<Map<String, Value>>,
    diagnostics: &mut Diagnostics,
) -> Value {
    match value {
        Value::Object(map) => {
            if let (1, Some(Value::String(name))) = (map.len(), map.get("fact")) {
                return fact(name, pointer, cluster, facts, diagnostics);
            }
            map.iter()
                .map(|(key, inner)| (key.clone(), filled(inner, &pointer.child(key), cluster, facts, diagnostics)))
                .collect()
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, inner)| filled(inner, &pointer.child(index), cluster, facts, diagnostics))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn fact(
    name: &str,
    pointer: &Pointer,
    cluster: &Spec<ClusterSpec>,
    facts: &Option<Map<String, Value>>,
    diagnostics: &mut Diagnostics,
) -> Value {
    let Some(facts) = facts else { return Value::Null };
    if let Some(value) = facts.get(name) {
        return value.clone();
    }
    let help = if cluster.spec.facts.terraform_output.is_none() {
        Some("this cluster names no facts: set spec.facts.terraformOutput".to_owned())
    } else {
        near::hint(name, facts.keys().map(String::as_str))
    };
    diagnostics.push(
        Diagnostic::error(&UNKNOWN_FACT, format!("cluster `{}` has no fact `{name}`", cluster.name()))
            .at(cluster.place(&pointer.child("fact")), "this fact")
            .maybe_help(help),
    );
    Value::Null
}
