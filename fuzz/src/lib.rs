//! What must hold of any bytes: one function for each reader of what users write.
//!
//! Each takes bytes and panics where a law is broken. libFuzzer feeds them (`fuzz_targets/`), and so does a driver of mutations
//! that needs nothing but Rust (`src/main.rs`).

pub mod fleet;
mod laws;

use bayplan::diag::render::to_text;
use bayplan::diag::{Diagnostic, Diagnostics};
use bayplan::kubernetes::{Api, CustomKinds, Lookup, Minor, validate_object};
use bayplan::mustache::{Partials, Program, Values};
use bayplan::output::OutputTree;
use bayplan::patch::{JsonMergeSchema, JsonPatch, ListSource, MergePatch, Patch, StrategicPatch, apply};
use bayplan::pipeline::{Options, compile};
use bayplan::source::{FileId, SourceFile, Sources};
use bayplan::yaml::read::{ReadOptions, read, read_text};
use bayplan::yaml::value::node_value;
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};

/// Between the parts of an input that stands for several files, on a line of its own.
const PARTS: &str = "%%%\n";

/// One file in memory.
fn source(path: &str, bytes: &[u8]) -> (Sources, FileId) {
    let sources = Sources::new([SourceFile::regular(path, bytes)]);
    let file = sources.find(path).expect("the file is there");
    (sources, file)
}

/// Every message can be shown.
fn show(found: impl IntoIterator<Item = Diagnostic>, sources: &Sources) {
    for diagnostic in found {
        let text = to_text(&diagnostic, sources, false);
        assert!(!text.contains(['\0', '\u{1b}', '\u{7f}']), "a control character in a message: {text:?}");
    }
}

/// The YAML reader: ends, points into the text, and what it takes is what the writer writes and the reader reads again.
pub fn yaml(data: &[u8]) {
    for holes in [false, true] {
        let (sources, file) = source("a.yaml", data);
        let mut found = Diagnostics::new();
        let options = ReadOptions { holes, comments: holes };
        read(file, data, options, &mut found);
        show(found, &sources);
        let Ok(text) = std::str::from_utf8(data) else { continue };
        let reading = read_text(text, options);
        laws::places(&reading, text);
        if holes || reading.has_errors() {
            continue;
        }
        for root in &reading.roots {
            let (value, findings) = node_value(root, None);
            if findings.is_empty() {
                laws::round_trip(&value);
            }
        }
    }
}

/// The template reader: a text, a partial of the name `part`, and values as YAML.
pub fn template(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.split(PARTS);
    let (main, part) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let values = parts.next().and_then(value_of).and_then(|value| value.as_object().cloned()).unwrap_or_default();
    let sources = Sources::new([
        SourceFile::regular("main.yaml.mustache", main.as_bytes()),
        SourceFile::regular("partials/part.mustache", part.as_bytes()),
    ]);
    let file = |path: &str| sources.find(path).expect("the file is there");
    let mut found = Diagnostics::new();
    let texts = [("part.mustache", file("partials/part.mustache"), part.as_bytes())];
    let partials = Partials::read(texts, &mut found);
    let main_file = file("main.yaml.mustache");
    let program = Program::compile(main_file, main, &partials, &SCHEMA, &mut found);
    render(program.as_ref(), &values);
    let word_for_word = Program::word_for_word(main_file, main, &mut found);
    render(word_for_word.as_ref(), &values);
    show(found, &sources);
}

/// The values that a template of the fuzz target may name: one of each sort.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    json!({"type": "object", "properties": {
        "text": {"type": "string"},
        "number": {"type": "integer"},
        "flag": {"type": "boolean"},
        "word": {"type": "string", "enum": ["left", "right"]},
        "texts": {"type": "array", "items": {"type": "string"}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "deep": {}}}},
        "map": {"type": "object", "properties": {"text": {"type": "string"}, "map": {"type": "object"}}},
        "open": {},
    }})
});

fn render(program: Option<&Program>, values: &Map<String, Value>) {
    let Some(program) = program else { return };
    let values = Values::new([values]);
    let Ok(rendering) = program.render(&values) else { return };
    for document in &rendering.documents {
        laws::round_trip(&document.value);
        laws::pointers(&document.value, &mut |pointer| {
            program.trace(&values, &document.origin, pointer);
        });
    }
}

/// Patches: an object and patches as documents of one file, each patch in all three forms.
pub fn patches(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let reading = read_text(&text, ReadOptions::default());
    if reading.has_errors() {
        return;
    }
    let mut documents = reading.roots.iter().map(|root| node_value(root, None).0);
    let Some(object) = documents.next() else { return };
    for patch in documents {
        let forms = [
            JsonPatch::parse(&patch).0.map(Patch::Json),
            MergePatch::parse(&patch).0.map(Patch::Merge),
            StrategicPatch::parse(&patch).0.map(Patch::Strategic),
        ];
        for form in forms.iter().flatten() {
            let schema = JsonMergeSchema::new(&MERGE_SCHEMA, &MERGE_SCHEMA, ListSource::PatchStrategy);
            let Ok(applied) = apply(form, &object, Some(schema)) else { continue };
            laws::origins(&applied, &object, &patch);
            if matches!(form, Patch::Strategic(_)) {
                laws::no_directive(&applied.object, &object);
            }
            validate(&applied.object);
        }
    }
}

/// `x`, `y`: scalars, `m`: a map like this one, `k`: a list keyed by `id` of such maps, `s`: a set of scalars, `l`: any list.
static MERGE_SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    json!({"$ref": "#/$defs/map", "$defs": {"map": {"properties": {
        "id": {}, "x": {}, "y": {}, "m": {"$ref": "#/$defs/map"}, "spec": {"$ref": "#/$defs/map"},
        "k": {
            "items": {"$ref": "#/$defs/map"},
            "x-kubernetes-patch-merge-key": "id", "x-kubernetes-patch-strategy": "merge"
        },
        "s": {"items": {}, "x-kubernetes-patch-strategy": "merge"},
        "l": {"items": {}}
    }}}})
});

/// Whatever an object is, judging it ends.
fn validate(object: &Value) {
    static API: LazyLock<Api> = LazyLock::new(|| Api::new(Minor::NEWEST, Arc::new(CustomKinds::default())));
    let word = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    if let Lookup::Served(kind) = API.kind(word("apiVersion"), word("kind")) {
        let mut violations = Vec::new();
        validate_object(kind, object, &mut violations);
        for violation in violations {
            let _ = (violation.message("object"), violation.help());
        }
    }
}

/// A whole fleet of which one file is any bytes: the first byte says which.
pub fn specs(data: &[u8]) {
    let Some((&which, bytes)) = data.split_first() else { return };
    let files = fleet::files();
    let replaced = usize::from(which) % files.len();
    let sources = Sources::new(files.iter().enumerate().map(|(number, (path, text))| {
        let bytes = if number == replaced { bytes } else { text.as_slice() };
        SourceFile::regular(path.clone(), bytes)
    }));
    let mut tree = OutputTree::new();
    let compilation = compile(&sources, &Options::default(), &mut tree).expect("a tree in memory does not fail");
    show(compilation.diagnostics, &sources);
}

/// What a YAML text comes to, if it is sound.
fn value_of(text: &str) -> Option<Value> {
    let reading = read_text(text, ReadOptions::default());
    (!reading.has_errors()).then_some(())?;
    Some(node_value(reading.roots.first()?, None).0)
}
