//! A template in memory, rendered, with its errors as text: `code line:column message | label | help`.

use bayplan::diag::{Diagnostic, Diagnostics};
use bayplan::mustache::{Partials, Program, Rendering, Values};
use bayplan::source::{FileId, SourceFile, Sources, Span};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The schema of most cases.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "other": {"type": "string"},
            "number": {"type": "integer"},
            "ratio": {"type": "number"},
            "flag": {"type": "boolean"},
            "maybe": {"type": ["string", "null"]},
            "list": {"type": "array", "items": {"type": "string"}},
            "nested": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "hosts": {"type": "array", "items": {"$ref": "#/$defs/host"}},
            "open": {"type": "object"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "image": {"type": "object", "properties": {"name": {"type": "string"}, "tag": {"type": "string"}}},
            "web": {"type": "object", "properties": {
                "kind": {"enum": ["apache", "nginx", "php.8.1", null]},
                "any": {"type": "string"}
            }},
            "level": {"enum": [1, 2]},
            "loose": {"type": "array", "items": {"type": "object"}},
            "untyped": {},
            "site": {"type": "object", "properties": {"name": {"type": "string"}, "labels": {"type": "object"}}}
        },
        "$defs": {
            "host": {"type": "object", "properties": {
                "name": {"type": "string"},
                "tls": {"type": "boolean"},
                "ports": {"type": "array", "items": {"type": "integer"}}
            }}
        }
    })
}

/// Files of a template: `main` is the manifest, `partials/...` and `shared/...` are what their names say.
pub struct Template {
    pub sources: Sources,
}

impl Template {
    pub fn new(text: &str) -> Self {
        Template::with(text, &[])
    }

    pub fn with(text: &str, files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| SourceFile::regular(*path, text.as_bytes()));
        Template { sources: Sources::new(files.chain([SourceFile::regular("main", text.as_bytes())])) }
    }

    pub fn main(&self) -> FileId {
        self.sources.find("main").expect("the manifest is there")
    }

    fn folder(&self, folder: &str, diagnostics: &mut Diagnostics) -> Partials {
        let files: Vec<(String, FileId)> = self
            .sources
            .under(folder)
            .map(|(id, file)| (file.path.strip_prefix(folder).unwrap_or_default()[1..].to_owned(), id))
            .collect();
        let table = files.iter().map(|(path, id)| (path.as_str(), *id, &*self.sources.file(*id).bytes));
        Partials::read(table, diagnostics)
    }

    pub fn compile(&self, schema: &Value) -> Result<Program, Vec<String>> {
        let mut diagnostics = Diagnostics::new();
        let shared = Arc::new(self.folder("shared", &mut diagnostics));
        let partials = self.folder("partials", &mut diagnostics);
        let partials = partials.with_shared(shared, &mut diagnostics);
        let program =
            Program::compile(self.main(), self.sources.text(self.main()), &partials, schema, &mut diagnostics);
        match program {
            Some(program) if !diagnostics.has_errors() => Ok(program),
            _ => Err(diagnostics.into_sorted(&self.sources).iter().map(|error| self.line(error)).collect()),
        }
    }

    /// The places of all that is said of the template and these values.
    pub fn spans(&self, schema: &Value, values: &Value) -> Vec<Span> {
        let mut diagnostics = Diagnostics::new();
        let partials = self.folder("partials", &mut diagnostics);
        let program =
            Program::compile(self.main(), self.sources.text(self.main()), &partials, schema, &mut diagnostics);
        if let Some(Err(errors)) = program.map(|program| program.render(&Values::new([map(values)]))) {
            diagnostics.extend(errors.into_iter().map(|error| error.diagnostic));
        }
        let labels =
            diagnostics.into_iter().flat_map(|diagnostic| diagnostic.primary.into_iter().chain(diagnostic.related));
        labels.map(|label| label.span).collect()
    }

    pub fn render_with(&self, schema: &Value, values: &Value) -> Result<Rendering, Vec<String>> {
        let program = self.compile(schema)?;
        program.render(&Values::new([map(values)])).map_err(|errors| {
            let line = |error: &bayplan::mustache::RenderError| {
                let value = error.value.as_ref().map(|path| format!(" @ {}", path.dotted())).unwrap_or_default();
                format!("{}{value}", self.line(&error.diagnostic))
            };
            errors.iter().map(line).collect()
        })
    }

    /// Code, place and message of a diagnostic.
    pub fn line(&self, diagnostic: &Diagnostic) -> String {
        let place = diagnostic.primary.as_ref().map(|label| self.place(label.span)).unwrap_or_default();
        format!("{} {place} {}", diagnostic.code.name, diagnostic.message)
    }

    /// All of a diagnostic.
    pub fn in_full(&self, diagnostic: &Diagnostic) -> String {
        let mut text = self.line(diagnostic);
        for label in diagnostic.primary.iter().chain(&diagnostic.related) {
            text.push_str(&format!("\n  {} {}", self.place(label.span), label.text));
        }
        for help in &diagnostic.help {
            text.push_str(&format!("\n  help: {help}"));
        }
        for note in &diagnostic.notes {
            text.push_str(&format!("\n  note: {note}"));
        }
        text
    }

    /// `LINE:COLUMN` in the manifest, `FILE:LINE:COLUMN` elsewhere.
    pub fn place(&self, span: Span) -> String {
        let place = self.sources.line_column(span.file, span.start);
        let file = self.sources.path(span.file);
        let text = format!("{}:{}", place.line, place.column);
        if file == "main" { text } else { format!("{file}:{text}") }
    }
}

pub fn map(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("values are a map")
}

/// The documents of a template, or its errors, each as one line.
pub fn render(text: &str, values: &Value) -> Result<Vec<Value>, Vec<String>> {
    render_files(text, &[], values)
}

pub fn render_files(text: &str, files: &[(&str, &str)], values: &Value) -> Result<Vec<Value>, Vec<String>> {
    let rendering = Template::with(text, files).render_with(&schema(), values)?;
    Ok(rendering.documents.into_iter().map(|document| document.value).collect())
}

/// The one document of a template.
#[track_caller]
pub fn one(text: &str, values: &Value) -> Value {
    match render(text, values) {
        Ok(documents) => match documents.as_slice() {
            [document] => document.clone(),
            documents => panic!("one document is due from {text:?}, found {documents:?}"),
        },
        Err(errors) => panic!("{text:?} was refused:\n{}", errors.join("\n")),
    }
}

/// What a template that does not compile says, in full, sorted.
#[track_caller]
pub fn refused(text: &str, files: &[(&str, &str)]) -> String {
    let template = Template::with(text, files);
    let mut diagnostics = Diagnostics::new();
    let shared = Arc::new(template.folder("shared", &mut diagnostics));
    let partials = template.folder("partials", &mut diagnostics);
    let partials = partials.with_shared(shared, &mut diagnostics);
    let program = Program::compile(template.main(), text, &partials, &schema(), &mut diagnostics);
    assert!(program.is_none() || diagnostics.has_errors(), "{text:?} was not refused");
    let sorted = diagnostics.into_sorted(&template.sources);
    sorted.iter().map(|error| template.in_full(error)).collect::<Vec<_>>().join("\n")
}

/// What a template says of values that it cannot be rendered with, in full.
#[track_caller]
pub fn unrendered(text: &str, files: &[(&str, &str)], values: &Value) -> String {
    let template = Template::with(text, files);
    let program = match template.compile(&schema()) {
        Ok(program) => program,
        Err(errors) => panic!("{text:?} does not compile:\n{}", errors.join("\n")),
    };
    let errors = program.render(&Values::new([map(values)])).expect_err("the values are refused");
    let line = |error: &bayplan::mustache::RenderError| {
        let value = error.value.as_ref().map(|path| format!("\n  value: {}", path.dotted())).unwrap_or_default();
        format!("{}{value}", template.in_full(&error.diagnostic))
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}
