//! From a tree of nodes to a `serde_json::Value`, bare scalars resolved.
//!
//! Integers never pass through floats, and no digit is lost in silence: what [`super::scalar`] finds doubtful is an error that
//! says what to write. It takes trees without holes; the filler of templates resolves its own.

use super::codes;
use super::finding::{Finding, shown};
use super::node::{Document, Node, NodeValue, ScalarStyle};
use super::scalar::{self, Doubt, Plain};
use crate::diag::{Diagnostic, Diagnostics};
use crate::pointer::Pointer;
use crate::source::Span;
use serde_json::{Map, Number, Value};

/// What to do with `0644`, which is 420 to kubectl and 644 to a reader of YAML 1.2.
#[derive(Debug)]
pub enum Doubtful<'a> {
    /// An error, as for all other doubtful scalars.
    Refuse,
    /// Read it as 420 and record it, so that validation can let it through where the schema wants an integer.
    KeepOctal(&'a mut Vec<Octal>),
}

/// A scalar such as `0644` that was read as an octal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Octal {
    pub pointer: Pointer,
    /// As written.
    pub text: String,
    pub span: Span,
}

impl Octal {
    /// The error where nothing wants a number.
    pub fn refused(&self) -> Diagnostic {
        let doubt = plain_value(&self.text).err().unwrap_or(Doubt::Notation(None));
        Diagnostic::error(&codes::DOUBTFUL_SCALAR, format!("`{}` {}", self.text, doubt.message()))
            .at(self.span, "this scalar")
            .help(doubt.help(&self.text))
    }
}

/// The value of a node of `document`. Pushes an error for each doubtful scalar, for which a null stands in the value.
pub fn to_value(document: &Document, node: &Node, doubtful: Doubtful<'_>, diagnostics: &mut Diagnostics) -> Value {
    let mut octals = Vec::new();
    let keep_octals = matches!(doubtful, Doubtful::KeepOctal(_));
    let (value, findings) = node_value(node, keep_octals.then_some(&mut octals));
    diagnostics.extend(findings.into_iter().map(|finding| finding.into_diagnostic(document.file)));
    if let Doubtful::KeepOctal(kept) = doubtful {
        kept.extend(octals.into_iter().map(|octal| Octal {
            pointer: octal.pointer,
            text: octal.text,
            span: Span { file: document.file, start: octal.start, end: octal.end },
        }));
    }
    value
}

/// An octal scalar of a text that is no source file, its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OctalText {
    pub pointer: Pointer,
    pub text: String,
    pub start: u32,
    pub end: u32,
}

/// The value of a node of any text; octals are errors unless they are collected.
pub fn node_value(node: &Node, octals: Option<&mut Vec<OctalText>>) -> (Value, Vec<Finding>) {
    let mut reader = ValueReader { octals, path: Vec::new(), findings: Vec::new() };
    let value = reader.value(node);
    (value, reader.findings)
}

/// The value of a bare scalar, or why it has none; `0644` has none here.
pub fn plain_value(text: &str) -> Result<Value, Doubt> {
    Ok(match scalar::classify(text) {
        Plain::Null => Value::Null,
        Plain::Bool(value) => Value::Bool(value),
        Plain::Integer(value) => Value::from(value),
        Plain::Octal(value) => return Err(Doubt::Notation(Some(value))),
        Plain::Float(value) => Number::from_f64(value).map(Value::Number).ok_or(Doubt::NotFinite)?,
        Plain::String => Value::from(text),
        Plain::Doubtful(doubt) => return Err(doubt),
    })
}

enum Step<'n> {
    Key(&'n str),
    Index(usize),
}

struct ValueReader<'n, 'o> {
    octals: Option<&'o mut Vec<OctalText>>,
    path: Vec<Step<'n>>,
    findings: Vec<Finding>,
}

impl<'n> ValueReader<'n, '_> {
    fn value(&mut self, node: &'n Node) -> Value {
        match &node.value {
            NodeValue::Scalar { text, style: ScalarStyle::Plain } => self.plain(node, text),
            NodeValue::Scalar { text, .. } => Value::from(text.as_ref()),
            NodeValue::Sequence(items) => {
                let items = items.iter().enumerate().map(|(index, item)| self.below(Step::Index(index), item));
                Value::Array(items.collect())
            }
            NodeValue::Mapping(_) => {
                let entries = node.entries().map(|(key, value)| (key.to_owned(), self.below(Step::Key(key), value)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    fn below(&mut self, step: Step<'n>, node: &'n Node) -> Value {
        self.path.push(step);
        let value = self.value(node);
        self.path.pop();
        value
    }

    fn plain(&mut self, node: &Node, text: &str) -> Value {
        if let (Plain::Octal(value), Some(octals)) = (scalar::classify(text), &mut self.octals) {
            let pointer = Pointer::from_segments(self.path.iter().map(|step| match step {
                Step::Key(key) => (*key).to_owned(),
                Step::Index(index) => index.to_string(),
            }));
            octals.push(OctalText { pointer, text: text.to_owned(), start: node.start, end: node.end });
            return Value::from(value);
        }
        plain_value(text).unwrap_or_else(|doubt| {
            self.findings.push(doubtful_scalar(node, text, doubt));
            Value::Null
        })
    }
}

fn doubtful_scalar(node: &Node, text: &str, doubt: Doubt) -> Finding {
    let code = match doubt {
        Doubt::NotFinite | Doubt::TooLarge | Doubt::Imprecise => &codes::NUMBER,
        Doubt::Truth(_) | Doubt::Null | Doubt::Special | Doubt::Notation(_) | Doubt::Sixty | Doubt::Date => {
            &codes::DOUBTFUL_SCALAR
        }
    };
    Finding::error(code, node.start, node.end, format!("`{}` {}", shown(text), doubt.message()))
        .help(doubt.help(&shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Sources};
    use crate::yaml::read::{ReadOptions, read};
    use serde_json::json;

    #[test]
    fn octals_are_kept_with_their_text_or_refused() {
        let text = "spec:\n  modes: [0644, 420]\n";
        let sources = Sources::new([SourceFile::regular("a.yaml", text.as_bytes())]);
        let file = sources.find("a.yaml").unwrap();
        let mut diagnostics = Diagnostics::new();
        let documents = read(file, text.as_bytes(), ReadOptions::default(), &mut diagnostics);
        let mut octals = Vec::new();
        let root = &documents[0].root;
        let value = to_value(&documents[0], root, Doubtful::KeepOctal(&mut octals), &mut diagnostics);
        assert_eq!(value, json!({"spec": {"modes": [420, 420]}}));
        assert!(diagnostics.is_empty());
        let pointer = Pointer::from_segments(["spec", "modes", "0"]);
        assert_eq!(octals, [Octal { pointer, text: "0644".to_owned(), span: Span::new(file, 16, 20) }]);

        to_value(&documents[0], root, Doubtful::Refuse, &mut diagnostics);
        let diagnostic = diagnostics.iter().next().unwrap();
        assert_eq!(diagnostic.message, "`0644` is not the same number to every YAML reader");
        assert_eq!(diagnostic.help, ["write 420 or \"0644\""]);
    }
}
