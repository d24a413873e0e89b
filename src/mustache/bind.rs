//! Binds the names of tags, once, when the template is read.
//!
//! Takes a name, the sections around it and the JSON Schema of the values; gives a [`Lookup`] that needs no search at run
//! time, or a diagnostic with near names. A name belongs to the innermost section whose item schema declares its first part,
//! else to the root; where the root cannot hold it, to the innermost section whose items are open. Nothing falls through to
//! an outer value at run time.

use super::codes;
use super::compile::Names;
use super::schema::View;
use crate::diag::Diagnostic;
use crate::near;
use crate::source::Span;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Where a bound name's value is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lookup {
    pub scope: Scope,
    /// Keys below the scope; empty for the implicit iterator.
    pub path: Path,
    pub test: Test,
    /// For a section: it puts its value, or each item of it, in front.
    pub pushes: bool,
}

pub(super) type Path = Vec<Box<str>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The values at top level. Names of one path share a number, so that each is looked up once.
    Root(usize),
    /// What the section number n pushed, counted from the outermost open one that pushes.
    Section(usize),
}

/// What a section asks of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// Whether it is true; a section then goes through it.
    Truth,
    /// Whether it is this word of its `enum`.
    Word(Box<str>),
    /// Whether the list is not empty: `.any`.
    Any,
}

/// A name that a template uses, seen from the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameUse {
    pub path: Vec<Step>,
    pub how: How,
    /// The tag.
    pub tag: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Key(String),
    /// Any item of a list.
    Item,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    Printed,
    Section,
    Inverted,
}

impl NameUse {
    /// The name at the root that the use begins with, such as `facts`.
    pub fn root(&self) -> Option<&str> {
        self.key(0)
    }

    /// The key at a depth, where there is one.
    pub fn key(&self, depth: usize) -> Option<&str> {
        match self.path.get(depth)? {
            Step::Key(key) => Some(key),
            Step::Item => None,
        }
    }
}

/// Shows a path as people write it: `hosts[].name`.
impl fmt::Display for NameUse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.path.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => write!(formatter, "{key}")?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Item => write!(formatter, "[]")?,
            }
        }
        Ok(())
    }
}

/// The sections that are open while a template is walked through.
pub(super) struct Binder<'s> {
    schema: &'s Value,
    root: View<'s>,
    /// What is in front, outermost first.
    frames: Vec<Frame<'s>>,
    /// For each open section, whether it pushed a frame.
    open: Vec<bool>,
    uses: Vec<NameUse>,
    roots: BTreeMap<Path, usize>,
}

/// All that binding gave.
pub(super) struct Bound {
    /// Each use once, in order of path.
    pub uses: Vec<NameUse>,
    /// How many numbers [`Scope::Root`] has.
    pub roots: usize,
}

struct Frame<'s> {
    view: View<'s>,
    path: Vec<Step>,
}

/// A name found in the schema.
pub(super) struct Found<'s> {
    in_frame: Option<usize>,
    keys: Path,
    test: Test,
    pub view: View<'s>,
    pub path: Vec<Step>,
}

impl<'s> Binder<'s> {
    pub fn new(schema: &'s Value) -> Self {
        let root = View::root(schema);
        Binder { schema, root, frames: Vec::new(), open: Vec::new(), uses: Vec::new(), roots: BTreeMap::new() }
    }

    pub fn finish(mut self) -> Bound {
        self.uses.sort();
        self.uses.dedup();
        Bound { uses: self.uses, roots: self.roots.len() }
    }

    fn lookup(&mut self, found: Found<'s>, pushes: bool) -> Lookup {
        let Found { in_frame, keys, test, .. } = found;
        let scope = match in_frame {
            Some(frame) => Scope::Section(frame),
            None => {
                let next = self.roots.len();
                Scope::Root(*self.roots.entry(keys.clone()).or_insert(next))
            }
        };
        Lookup { scope, path: keys, test, pushes }
    }

    /// What is in front of a tag, innermost first, and the root.
    pub fn views(&self) -> impl Iterator<Item = View<'s>> {
        self.frames.iter().rev().map(|frame| frame.view.clone()).chain([self.root.clone()])
    }

    pub fn find(&self, name: &str, tag: Span) -> Result<Found<'s>, Box<Diagnostic>> {
        if name == "." {
            let Some((depth, frame)) = self.frames.iter().enumerate().next_back() else {
                let error = Diagnostic::error(&codes::UNKNOWN_NAME, "`.` stands outside of all sections")
                    .at(tag, "there is no item here")
                    .help("`{{.}}` is the item of the innermost section over a list");
                return Err(error.into());
            };
            let (view, path) = (frame.view.clone(), frame.path.clone());
            return Ok(Found { in_frame: Some(depth), keys: Vec::new(), test: Test::Truth, view, path });
        }
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let mut found = self.first(first).ok_or_else(|| self.unknown(name, first, tag))?;
        found.keys.push(first.into());
        found.path.push(Step::Key(first.to_owned()));
        match rest {
            Some(rest) => descend(name, rest, found, tag),
            None => Ok(found),
        }
    }

    /// The scope that the first part of a name belongs to.
    fn first(&self, first: &str) -> Option<Found<'s>> {
        let found = |in_frame, view, path: &[Step]| Found {
            in_frame,
            keys: Vec::new(),
            test: Test::Truth,
            view,
            path: path.to_vec(),
        };
        let frames = || self.frames.iter().enumerate().rev();
        let declared =
            frames().find_map(|(depth, frame)| Some(found(Some(depth), frame.view.declared(first)?, &frame.path)));
        let open =
            || frames().find_map(|(depth, frame)| Some(found(Some(depth), frame.view.undeclared()?, &frame.path)));
        declared
            .or_else(|| self.root.declared(first).map(|view| found(None, view, &[])))
            .or_else(|| self.root.undeclared().map(|view| found(None, view, &[])))
            .or_else(open)
    }

    fn unknown(&self, name: &str, first: &str, tag: Span) -> Diagnostic {
        let known = self.frames.iter().flat_map(|frame| frame.view.property_names()).chain(self.root.property_names());
        Diagnostic::error(&codes::UNKNOWN_NAME, format!("unknown name `{name}`"))
            .at(tag, format!("nothing declares `{first}`"))
            .maybe_help(near::hint(first, known))
    }
}

impl Names for Binder<'_> {
    type Address = Lookup;
    const IS_STRICT: bool = true;

    fn variable(&mut self, name: &str, _: bool, tag: Span) -> Result<Lookup, Box<Diagnostic>> {
        let found = self.find(name, tag)?;
        let ask = format!("ask it: `{{{{#{name}}}}}...{{{{/{name}}}}}`");
        match &found.test {
            Test::Truth => {}
            Test::Word(word) => {
                let value = name.strip_suffix(&format!(".{word}")).unwrap_or(name);
                let help = format!("{ask}, or print `{{{{{value}}}}}`");
                return Err(printed(name, tag).help(help).into());
            }
            Test::Any => return Err(printed(name, tag).help(ask).into()),
        }
        self.uses.push(NameUse { path: found.path.clone(), how: How::Printed, tag });
        Ok(self.lookup(found, false))
    }

    fn enter(&mut self, name: &str, inverted: bool, tag: Span) -> Result<Lookup, Box<Diagnostic>> {
        let found = match self.find(name, tag) {
            Ok(found) => found,
            Err(error) => {
                // What the items would be is unknown, so names inside are not judged against them.
                self.frames.push(Frame { view: View::anything(self.schema), path: Vec::new() });
                self.open.push(true);
                return Err(error);
            }
        };
        let how = if inverted { How::Inverted } else { How::Section };
        self.uses.push(NameUse { path: found.path.clone(), how, tag });
        let pushes = !inverted && found.test == Test::Truth;
        if pushes {
            let mut path = found.path.clone();
            if found.view.is_list() {
                path.push(Step::Item);
            }
            self.frames.push(Frame { view: found.view.section(), path });
        }
        self.open.push(pushes);
        Ok(self.lookup(found, pushes))
    }

    fn leave(&mut self) {
        if self.open.pop() == Some(true) {
            self.frames.pop();
        }
    }
}

/// Follows the parts of a name after the first.
fn descend<'s>(name: &str, mut rest: &str, mut found: Found<'s>, tag: Span) -> Result<Found<'s>, Box<Diagnostic>> {
    loop {
        let (part, behind) = rest.split_once('.').map_or((rest, None), |(part, behind)| (part, Some(behind)));
        if let Some(view) = found.view.declared(part) {
            found.view = view;
        } else if let Some(test) = test(&found.view, rest) {
            found.test = test;
            return Ok(found);
        } else if let Some(view) = found.view.undeclared().filter(|_| found.view.words().is_empty()) {
            found.view = view;
        } else {
            return Err(no_such_part(name, rest, part, &found.view, tag).into());
        }
        found.keys.push(part.into());
        found.path.push(Step::Key(part.to_owned()));
        match behind {
            Some(behind) => rest = behind,
            None => return Ok(found),
        }
    }
}

fn test(view: &View<'_>, rest: &str) -> Option<Test> {
    if view.is_list() {
        return (rest == "any").then_some(Test::Any);
    }
    view.words().iter().any(|word| word == rest).then(|| Test::Word(rest.into()))
}

fn no_such_part(name: &str, rest: &str, part: &str, view: &View<'_>, tag: Span) -> Diagnostic {
    let holder = name.strip_suffix(rest).and_then(|holder| holder.strip_suffix('.')).unwrap_or(name);
    let error = Diagnostic::error(&codes::UNKNOWN_NAME, format!("unknown name `{name}`"));
    let words = view.words();
    if !words.is_empty() {
        let hint = near::hint(rest, words.iter().map(String::as_str));
        return error.at(tag, format!("`{rest}` is no word of the enum of `{holder}`")).maybe_help(hint);
    }
    if view.may_be_object() {
        let error = error.at(tag, format!("`{holder}` declares no `{part}`"));
        return error.maybe_help(near::hint(part, view.property_names()));
    }
    let error = error.at(tag, format!("`{holder}` is {}, which has no names inside", view.noun()));
    if view.is_list() {
        error.help(format!(
            "go through it: `{{{{#{holder}}}}}{{{{{rest}}}}}{{{{/{holder}}}}}`, or ask whether it has items: `{{{{#{holder}.any}}}}`"
        ))
    } else if rest == "any" {
        error.help(format!("`.any` is for lists; `{{{{#{holder}}}}}` is rendered where it has a value"))
    } else {
        error.help(format!("print it by its own name: `{{{{{holder}}}}}`"))
    }
}

fn printed(name: &str, tag: Span) -> Diagnostic {
    Diagnostic::error(&codes::TEST_PRINTED, format!("`{name}` cannot be printed"))
        .at(tag, "this is a question, not a value")
}
