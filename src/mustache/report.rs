//! Says what is wrong with values: faults of the decision pass and of the filler, as diagnostics with places.

use super::bind::{Lookup, Scope};
use super::codes;
use super::decide::Refusal;
use super::fill::Fault;
use super::runs::{Compiled, Hole, HoleSource};
use super::shape::{self, HoleId};
use crate::diag::Diagnostic;
use crate::pointer::Pointer;
use crate::source::Span;

/// Why values cannot be rendered.
#[derive(Debug, Clone)]
pub struct RenderError {
    pub diagnostic: Diagnostic,
    /// The value that it is about, as a path from the top level, so that the line which sets it can be shown. Of a value
    /// that is not set, where it would be.
    pub value: Option<Pointer>,
}

impl RenderError {
    /// Whether a value of its type can never go where the tag puts it, so that the tag is wrong and not the value.
    pub fn is_of_the_tag(&self) -> bool {
        std::ptr::eq(self.diagnostic.code, &codes::INSERTED_TYPE)
    }
}

/// The error for a template that cannot be decided; `whole` is the place of all of it.
pub(super) fn refusal(compiled: &Compiled<Lookup>, whole: Span, refusal: Refusal) -> RenderError {
    let (number, depth) = match refusal {
        Refusal::OverBudget { section } => (section, None),
        Refusal::Blocked { section, depth } => (Some(section), Some(depth)),
    };
    let section = number.and_then(|number| compiled.sections.get(number));
    match (section, depth) {
        (Some(section), Some(depth)) => RenderError {
            diagnostic: blocked(&section.address, depth, section.tag),
            value: root_path(&section.address).map(|path| up(path, section.address.path.len().saturating_sub(depth))),
        },
        (section, _) => {
            let error = Diagnostic::error(&codes::TEMPLATE_BUDGET, "the file renders more than 64 MiB")
                .at(section.map_or(whole, |section| section.tag), section.map_or("", |_| "in this section"))
                .help("sections over long lists inside each other are the usual cause");
            RenderError { diagnostic: error, value: section.and_then(|section| root_path(&section.address)) }
        }
    }
}

/// The error for a document whose text is no sound YAML, with the value of the section that may be the cause.
pub(super) fn shape_fault(compiled: &Compiled<Lookup>, fault: &shape::Fault) -> RenderError {
    let section = fault.section.and_then(|section| compiled.sections.get(section));
    RenderError { diagnostic: fault.diagnostic.clone(), value: section.and_then(|section| root_path(&section.address)) }
}

/// The error for a fault of a value in the document at `whole`. `hole` gives a hole and the path of its value.
pub(super) fn fault<'c>(
    fault: Fault,
    whole: Span,
    hole: impl Fn(HoleId) -> Option<(&'c Hole<Lookup>, Option<Pointer>)>,
) -> Option<RenderError> {
    let hole = |id: HoleId| {
        let (hole, path) = hole(id)?;
        match &hole.source {
            HoleSource::Value { name, address } => Some(Inserted { tag: hole.tag, name, address, path }),
            HoleSource::File { .. } => None,
        }
    };
    Some(match fault {
        Fault::Missing { hole: id, depth } => hole(id)?.missing(depth),
        Fault::Blocked { hole: id, depth } => {
            let Inserted { tag, address, path, .. } = hole(id)?;
            let above = address.path.len().saturating_sub(depth);
            RenderError { diagnostic: blocked(address, depth, tag), value: path.map(|path| up(path, above)) }
        }
        Fault::Null { hole: id } => {
            let inserted = hole(id)?;
            let name = inserted.name;
            let message = format!("`{name}` is null where text is due");
            let help = format!("set it, or put the tag into a section: {}", section_over(name));
            inserted.error(&codes::MISSING_VALUE, message, "inserted into a text", Some(help))
        }
        Fault::NoText { hole: id, is_list, is_key } => {
            let inserted = hole(id)?;
            let name = inserted.name;
            let noun = if is_list { "a list" } else { "a mapping" };
            let help = match (is_list, is_key) {
                (true, _) => format!("go through it: {}", section_over(name)),
                (false, true) => format!("name one of its entries: `{{{{{name}.KEY}}}}`"),
                (false, false) => {
                    format!(
                        "name one of its entries: `{{{{{name}.KEY}}}}`, or let the tag be the whole value, without text beside it"
                    )
                }
            };
            let label = if is_key { "inserted into a key" } else { "inserted into a text" };
            inserted.error(&codes::INSERTED_TYPE, format!("`{name}` is {noun} and has no text"), label, Some(help))
        }
        Fault::NotMerged { hole: id, noun } => {
            let inserted = hole(id)?;
            let message = format!("`{}` is {noun}, so `<<` cannot merge it", inserted.name);
            let help = "insert a mapping, or remove the line".to_owned();
            inserted.error(&codes::INSERTED_TYPE, message, "a mapping is due here", Some(help))
        }
        Fault::NotMapping { hole: id, noun } => {
            let inserted = hole(id)?;
            let message = format!("a document must be a mapping, and `{}` is {noun}", inserted.name);
            let help = "write keys around it, or insert a mapping".to_owned();
            inserted.error(&codes::NOT_A_MAPPING, message, "this is a whole document", Some(help))
        }
        Fault::DuplicateKey { key, first, second } => {
            let key: String = key.chars().take(60).collect();
            let error = Diagnostic::error(&codes::INSERTED_DUPLICATE_KEY, format!("key `{key}` is there twice"));
            let error = error.at(second, "the second one").also(first, "the first one").help("remove one of them");
            RenderError { diagnostic: error, value: None }
        }
        Fault::OverBudget { hole: None } => {
            let error = Diagnostic::error(&codes::TEMPLATE_BUDGET, "the file renders more than 64 MiB");
            RenderError { diagnostic: error.at(whole, "with this document, its aliases replaced"), value: None }
        }
        Fault::OverBudget { hole: Some(id) } => {
            let inserted = hole(id)?;
            let label = format!("`{}` is inserted here", inserted.name);
            inserted.error(&codes::TEMPLATE_BUDGET, "the file renders more than 64 MiB".to_owned(), label, None)
        }
    })
}

/// A variable and the value that it inserts.
struct Inserted<'c> {
    tag: Span,
    name: &'c str,
    address: &'c Lookup,
    path: Option<Pointer>,
}

impl Inserted<'_> {
    fn error(
        self,
        code: &'static crate::diag::Code,
        message: String,
        label: impl Into<String>,
        help: Option<String>,
    ) -> RenderError {
        let diagnostic = Diagnostic::error(code, message).at(self.tag, label).maybe_help(help);
        RenderError { diagnostic, value: self.path }
    }

    /// The key number `depth` of the name is not there.
    fn missing(self, depth: usize) -> RenderError {
        let keys = &self.address.path;
        let reached = keys.get(..=depth).unwrap_or(keys).join(".");
        let label = if depth + 1 < keys.len() {
            format!("`{reached}` is not set")
        } else {
            match self.address.scope {
                Scope::Root(_) => "a value is due here".to_owned(),
                Scope::Section(_) => "not set in this item".to_owned(),
            }
        };
        let below = keys.len().saturating_sub(depth + 1);
        let message = format!("`{}` has no value", self.name);
        let help = format!("set it, or put the tag into a section: {}", section_over(&reached));
        let Inserted { tag, path, .. } = self;
        let diagnostic = Diagnostic::error(&codes::MISSING_VALUE, message).at(tag, label).help(help);
        RenderError { diagnostic, value: path.map(|path| up(path, below)) }
    }
}

/// A name is looked for in a value that holds no names.
fn blocked(address: &Lookup, depth: usize, tag: Span) -> Diagnostic {
    let holder = match address.path.get(..depth) {
        Some([]) | None => "the item".to_owned(),
        Some(keys) => format!("`{}`", keys.join(".")),
    };
    let key = address.path.get(depth).map_or("", |key| key);
    Diagnostic::error(&codes::INSERTED_TYPE, format!("{holder} is no mapping, so it has no `{key}`"))
        .at(tag, format!("looks for `{}`", address.path.join(".")))
        .help("go through a list with a section; print a scalar by its own name")
}

fn section_over(name: &str) -> String {
    format!("`{{{{#{name}}}}}...{{{{/{name}}}}}`")
}

fn up(mut path: Pointer, levels: usize) -> Pointer {
    for _ in 0..levels {
        path.pop();
    }
    path
}

/// The path of a name that is looked up at top level.
fn root_path(address: &Lookup) -> Option<Pointer> {
    match address.scope {
        Scope::Root(_) => Some(Pointer::from_segments(address.path.iter().map(|key| key.to_string()))),
        Scope::Section(_) => None,
    }
}
