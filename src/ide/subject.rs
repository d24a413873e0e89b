//! What stands at a place: a name of something, a value, a field, a partial.

use super::contexts;
use super::fleet::Fleet;
use super::index::{is_spec_file, kind_of};
use super::names::{self, Named};
use super::outline::{Cursor, CursorRole, Outline, Part};
use super::tags::{self, TagSort};
use super::text::Bytes;
use super::values;
use crate::mustache::Step;
use crate::pointer::Pointer;
use crate::spec::Kind;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The name of a spec, a file or the like.
    Name { named: Named, name: String },
    /// A value that templates declare.
    Value { templates: BTreeSet<String>, steps: Vec<Step> },
    /// A field of a kind.
    Field { kind: Kind, path: Pointer },
    /// A file that tags include, by their name for it.
    Partial { file: String, name: String },
}

/// A subject and the bytes that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointed {
    pub subject: Subject,
    pub bytes: Bytes,
}

/// What stands at an offset of a file.
pub fn at(fleet: &Fleet, path: &str, offset: usize) -> Option<Pointed> {
    let text = fleet.text(path)?;
    if super::has_tags(path)
        && let Some(pointed) = in_tag(fleet, path, text, offset)
    {
        return Some(pointed);
    }
    if is_spec_file(path) { in_spec(fleet, text, offset) } else { None }
}

fn in_tag(fleet: &Fleet, path: &str, text: &str, offset: usize) -> Option<Pointed> {
    let cursor = tags::at(text, offset)?;
    let tag = &cursor.tag;
    let bytes = tag.name_at.clone();
    let name = match tag.sort {
        TagSort::Nothing => return None,
        TagSort::Partial => {
            let file = contexts::partial_file(fleet, path, &tag.name)?;
            return Some(Pointed { subject: Subject::Partial { file, name: tag.name.clone() }, bytes });
        }
        TagSort::Variable | TagSort::Section | TagSort::Inverted | TagSort::Close => {
            up_to_part(&tag.name, offset.saturating_sub(bytes.start))
        }
    };
    let mut cursor = cursor.clone();
    if tag.sort == TagSort::Close {
        // The section that is closed here is not around its own name.
        cursor.open.pop();
    }
    let mut templates = BTreeSet::new();
    let mut steps: Option<Vec<Step>> = None;
    contexts::with_scopes(fleet, path, &cursor, |context, scope| {
        if let Some(resolved) = scope.resolve(name) {
            let known = steps.get_or_insert_with(|| resolved.path.clone());
            if *known == resolved.path {
                templates.insert(context.template.clone());
            }
        }
    });
    Some(Pointed { subject: Subject::Value { templates, steps: steps? }, bytes })
}

/// A dotted name up to the part that an offset lies in: `image` of `image.tag` at its first letter.
fn up_to_part(name: &str, offset: usize) -> &str {
    let offset = super::text::floor(name, offset);
    let end = name[offset..].find('.').map_or(name.len(), |dot| offset + dot);
    let part = &name[..end];
    if part.is_empty() { name } else { part }
}

fn in_spec(fleet: &Fleet, text: &str, offset: usize) -> Option<Pointed> {
    let outline = Outline::of(text);
    let cursor = outline.cursor(text, offset).filter(|cursor| !cursor.bytes.is_empty())?;
    let part = outline.part(offset)?;
    let kind = kind_of(part)?;
    let subject = of_cursor(fleet, part, kind, &cursor)?;
    Some(Pointed { subject, bytes: cursor.bytes })
}

fn of_cursor(fleet: &Fleet, part: &Part, kind: Kind, cursor: &Cursor) -> Option<Subject> {
    let path = &cursor.path;
    let is_key = cursor.role == CursorRole::Key;
    let segments = values::segments_of(path);
    if segments == ["metadata", "name"] && !is_key {
        return Some(Subject::Name { named: Named::Spec(kind), name: cursor.text.clone() });
    }
    let named = if is_key { names::of_key(kind, path) } else { names::of_value(kind, path) };
    if let Some(named) = named {
        return Some(Subject::Name { named, name: cursor.text.clone() });
    }
    if kind == Kind::Template
        && let Some(steps) = declared_steps(part, path)
    {
        let templates = part.text(&["metadata", "name"]).map(str::to_owned).into_iter().collect();
        return Some(Subject::Value { templates, steps });
    }
    if let Some(inside) = values::of_path(fleet, part, kind, path)
        && !inside.below.is_root()
    {
        return Some(Subject::Value { templates: inside.templates, steps: values::steps(&inside.below) });
    }
    Some(Subject::Field { kind, path: path.clone() })
}

/// The value that a place in a values schema, or the name of a computed value, is about.
fn declared_steps(part: &Part, path: &Pointer) -> Option<Vec<Step>> {
    let segments = values::segments_of(path);
    if let ["spec", "computed", _, "name"] = segments.as_slice() {
        return Some(vec![Step::Key(part.text(&segments)?.to_owned())]);
    }
    let ["spec", "values", "schema", rest @ ..] = segments.as_slice() else { return None };
    let mut steps = Vec::new();
    let mut rest = rest.iter();
    while let Some(segment) = rest.next() {
        match *segment {
            "properties" => steps.push(Step::Key((*rest.next()?).to_owned())),
            "items" => steps.push(Step::Item),
            _ => break,
        }
    }
    steps.iter().any(|step| matches!(step, Step::Key(_))).then_some(steps)
}
