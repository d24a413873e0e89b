//! Documents to typed specs: kind, schema, then the Rust type.

use super::check::{self, Problem};
use super::{API_VERSION, Kind, Metadata, Spec, schema};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::digest::{Digest, Digester};
use crate::near;
use crate::pointer::Pointer;
use crate::source::{FileId, Sources};
use crate::yaml::read::{ReadOptions, read};
use crate::yaml::value::{Doubtful, Octal, to_value};
use crate::yaml::{Document, LazyDocument, NodeValue, ScalarStyle};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

pub static NOT_A_SPEC: Code = Code {
    name: "not-a-spec",
    explanation: "A document in bayplan.yaml, site-specs/ or a template.yaml that is not a map with `apiVersion: bayplan/v1` \
                  and a kind that bayplan knows. Kubernetes objects belong in templates/ or crds/.",
};
pub static EMPTY_SPEC: Code = Code {
    name: "empty-spec",
    explanation: "A spec file without any document: empty, or comments alone. Delete the file or write a spec into it.",
};
pub static CODES: &[&Code] = &[&NOT_A_SPEC, &EMPTY_SPEC];

/// A document whose kind is known, its content not yet judged.
pub struct RawSpec {
    pub kind: Kind,
    pub document: Document,
    /// The text of its file, and its number there.
    text: Arc<[u8]>,
    index: usize,
}

impl RawSpec {
    /// The document, for who needs it after this was judged.
    pub fn lazy_document(&self) -> LazyDocument {
        LazyDocument::new(self.document.file, Arc::clone(&self.text), self.index)
    }

    /// `metadata.name`, where it is written.
    pub fn name(&self) -> Option<&str> {
        self.document.root.get("metadata")?.get("name")?.text()
    }
}

/// Reads a file of specs: one or many documents, each of a bayplan kind.
pub fn read_file(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) -> Vec<RawSpec> {
    let before = diagnostics.len();
    let documents = read(file, &sources.file(file).bytes, ReadOptions::default(), diagnostics);
    if documents.is_empty() && diagnostics.len() == before {
        diagnostics.push(
            Diagnostic::error(&EMPTY_SPEC, "this file holds no spec")
                .at(crate::source::Span::file(file), "no document here")
                .help("write a document with `apiVersion: bayplan/v1` and a kind, or delete the file"),
        );
    }
    let text = &sources.file(file).bytes;
    documents
        .into_iter()
        .enumerate()
        .filter_map(|(index, document)| {
            let kind = identify(&document, diagnostics)?;
            Some(RawSpec { kind, document, text: Arc::clone(text), index })
        })
        .collect()
}

fn identify(document: &Document, diagnostics: &mut Diagnostics) -> Option<Kind> {
    let NodeValue::Mapping(_) = &document.root.value else {
        let found = match &document.root.value {
            NodeValue::Sequence(_) => "a list",
            NodeValue::Scalar { .. } | NodeValue::Mapping(_) => "a scalar",
        };
        diagnostics.push(
            Diagnostic::error(&NOT_A_SPEC, format!("expected a map with apiVersion, kind and metadata, found {found}"))
                .at(document.span(&document.root), "not a map")
                .help(format!("begin with `apiVersion: {API_VERSION}`, `kind: ...` and `metadata: {{name: ...}}`")),
        );
        return None;
    };
    let version = document.root.get("apiVersion").and_then(|node| node.text());
    if version != Some(API_VERSION) {
        let field = Pointer::from_segments(["apiVersion"]);
        let place = if version.is_some() { document.locate(&field) } else { document.locate_key(&field) };
        let message = match version {
            Some(version) => format!("apiVersion is `{version}`, not `{API_VERSION}`"),
            None => format!("this document has no `apiVersion: {API_VERSION}`"),
        };
        diagnostics.push(Diagnostic::error(&NOT_A_SPEC, message).at(place, "here").help(format!(
            "specs begin with `apiVersion: {API_VERSION}`; Kubernetes objects belong in templates/ or crds/"
        )));
        return None;
    }
    let name = document.root.get("kind").and_then(|node| node.text()).unwrap_or_default();
    let Some(kind) = Kind::from_name(name) else {
        let place = document.locate(&Pointer::from_segments(["kind"]));
        let message =
            if name.is_empty() { "this document has no `kind`".to_owned() } else { format!("unknown kind `{name}`") };
        diagnostics.push(
            Diagnostic::error(&NOT_A_SPEC, message)
                .at(place, "here")
                .maybe_help(near::hint(name, Kind::ALL.map(Kind::name))),
        );
        return None;
    };
    Some(kind)
}

/// A document as its Rust type; nothing where it breaks the schema (all findings are pushed). Unknown fields are left out of
/// it, so that what the others say is judged too.
pub fn typed<T: DeserializeOwned>(raw: RawSpec, diagnostics: &mut Diagnostics) -> Option<Spec<T>> {
    judged(raw, diagnostics)?.typed(diagnostics)
}

/// A document that was held against the schema of its kind.
pub struct JudgedSpec {
    pub kind: Kind,
    /// The document as JSON.
    pub json: String,
    pub octals: Vec<Octal>,
    pub digest: Digest,
    document: LazyDocument,
    has_findings: bool,
}

impl JudgedSpec {
    /// One that was judged before and found to be without fault: the document with this number in a file.
    pub fn known(kind: Kind, json: String, octals: Vec<Octal>, digest: Digest, document: LazyDocument) -> Self {
        JudgedSpec { kind, json, octals, digest, document, has_findings: false }
    }

    /// The document, for who needs it after this was judged.
    pub fn document(&self) -> LazyDocument {
        self.document.again()
    }

    /// The number of the document in its file.
    pub fn index(&self) -> usize {
        self.document.index()
    }

    /// The document as its Rust type.
    pub fn typed<T: DeserializeOwned>(self, diagnostics: &mut Diagnostics) -> Option<Spec<T>> {
        #[derive(Deserialize)]
        struct Whole<T> {
            metadata: Metadata,
            spec: Option<T>,
        }
        let JudgedSpec { kind: _, json, octals, digest, document, has_findings } = self;
        // Floats keep their value on the way through text: `float_roundtrip` is on.
        match serde_json::from_str::<Whole<T>>(&json) {
            Ok(Whole { metadata, spec: Some(spec) }) => {
                Some(Spec { metadata, spec, document: Arc::new(document), octals, digest })
            }
            Ok(Whole { spec: None, .. }) => None,
            // Without an unknown field another may be missing, which is no second mistake.
            Err(_) if has_findings => None,
            Err(error) => {
                // The schema comes from the same type, so this says that the two disagree on something.
                let place = document.span(&document.root);
                // Lines and columns are those of the JSON, which nobody has seen.
                let (line, column) = (error.line(), error.column());
                let message = error.to_string().replace(&format!(" at line {line} column {column}"), "");
                let diagnostic = Diagnostic::error(&check::INVALID_VALUE, message);
                diagnostics.push(diagnostic.at(place, "in this document"));
                None
            }
        }
    }
}

/// Holds a document against the schema of its kind; nothing where it breaks it.
pub fn judged(raw: RawSpec, diagnostics: &mut Diagnostics) -> Option<JudgedSpec> {
    let RawSpec { kind, document, text, index } = raw;
    let mut found = Diagnostics::new();
    let mut octals = Vec::new();
    let mut value = to_value(&document, &document.root, Doubtful::KeepOctal(&mut octals), &mut found);
    octals.retain(|octal| {
        let is_kept = may_be_octal(&octal.pointer);
        if !is_kept {
            found.push(octal.refused());
        }
        is_kept
    });
    let compiled = schema::compiled(kind)?;
    let mut told: Vec<Diagnostic> = found.into_iter().collect();
    let mut is_sound = told.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    let mut settled = Vec::new();
    for finding in check::check(&compiled.validator, &compiled.schema, &value) {
        let place =
            if finding.at_key { document.locate_key(&finding.pointer) } else { document.locate(&finding.pointer) };
        let is_text_due = matches!(finding.problem, Problem::WrongType { wants_text: true, .. });
        let here = |diagnostic: &&mut Diagnostic| diagnostic.primary.as_ref().is_some_and(|label| label.span == place);
        if let Some(doubtful) = told.iter_mut().find(here) {
            // The bare scalar has no value, so of course it has the wrong type. What is due settles how to write it.
            match (&finding.problem, &finding.help) {
                // One of a few words: which they are says more than how to quote this one.
                (Problem::Invalid(_), Some(words)) => {
                    doubtful.help = vec![words.clone()];
                    settled.push(place);
                }
                _ if is_text_due && !settled.contains(&place) => {
                    doubtful.help = quote_help(&document, &finding.pointer).into_iter().collect();
                }
                _ => {}
            }
            continue;
        }
        let mut diagnostic = Diagnostic::error(finding.code(), finding.message(&format!("this {}", kind.name()), ""));
        diagnostic = diagnostic.at(place, finding.label()).maybe_help(finding.help.clone());
        if is_text_due {
            diagnostic = diagnostic.maybe_help(quote_help(&document, &finding.pointer));
        }
        told.push(diagnostic);
        // Without the fields that nothing reads, the rest can still be judged.
        is_sound &= finding.problem == Problem::UnknownField && remove(&mut value, &finding.pointer);
    }
    let has_findings = !told.is_empty();
    diagnostics.extend(told);
    if !is_sound {
        return None;
    }
    let missing_spec = value.get("spec").is_none();
    if missing_spec && let Value::Object(map) = &mut value {
        map.insert("spec".to_owned(), Value::Object(serde_json::Map::new()));
    }
    let json = value.to_string();
    let digest = digest(kind, &json, &octals);
    let document = LazyDocument::new(document.file, text, index);
    Some(JudgedSpec { kind, json, octals, digest, document, has_findings })
}

/// Two documents of one digest say the same.
fn digest(kind: Kind, json: &str, octals: &[Octal]) -> Digest {
    let mut digester = Digester::new().with(kind.name()).with(json);
    for octal in octals {
        digester.add(octal.pointer.to_string());
        digester.add(&octal.text);
    }
    digester.finish()
}

/// Whether what a scalar is to be is not told by the kind, but by a template's schema or by that of Kubernetes: in values and
/// in the body of a patch.
fn may_be_octal(pointer: &Pointer) -> bool {
    match layer_part(&segments_of(pointer)) {
        // Of a template, the schema is no values.
        ["values", "schema", ..] => false,
        ["values" | "enforce", _, ..] | ["patches", _, "json" | "merge" | "strategic", ..] => true,
        _ => false,
    }
}

/// The place of a scalar among a layer's values, such as `/web/mode`, for a pointer of a whole document.
pub fn in_values(pointer: &Pointer) -> Option<Pointer> {
    match layer_part(&segments_of(pointer)) {
        ["values" | "enforce", rest @ ..] if !rest.is_empty() => Some(Pointer::from_segments(rest.iter().copied())),
        _ => None,
    }
}

fn segments_of(pointer: &Pointer) -> Vec<&str> {
    pointer.segments().iter().map(String::as_str).collect()
}

/// The segments below what holds a layer: `values`, `enforce` or `patches` first.
fn layer_part<'s, 'p>(segments: &'s [&'p str]) -> &'s [&'p str] {
    match segments {
        ["spec", "environments", _, "clusters", _, rest @ ..]
        | ["spec", "environments", _, rest @ ..]
        | ["spec", "namespace", rest @ ..]
        | ["spec", rest @ ..] => rest,
        _ => &[],
    }
}

/// Takes the key at `pointer` out of its map.
fn remove(value: &mut Value, pointer: &Pointer) -> bool {
    let (Some(parent), Some(key)) = (pointer.parent(), pointer.last()) else { return false };
    let map = value.pointer_mut(&parent.to_string()).and_then(Value::as_object_mut);
    map.is_some_and(|map| map.remove(key).is_some())
}

/// How to write a bare scalar that was read as something else than the text that is due.
fn quote_help(document: &Document, pointer: &Pointer) -> Option<String> {
    let node = document.root.find(pointer)?;
    match &node.value {
        NodeValue::Scalar { text, style: ScalarStyle::Plain } if !text.is_empty() => {
            Some(format!("write it in quotes: \"{text}\""))
        }
        NodeValue::Scalar { .. } | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
    }
}
