//! What a tag may name at a place of a template, for editors: the names that [`super::bind`] would bind.

use super::bind::{Binder, Step};
use super::compile::Names;
use super::schema::View;
use crate::source::{FileId, Span};
use serde_json::{Map, Value};

/// The names in scope inside some sections.
pub struct TagScope<'s> {
    binder: Binder<'s>,
}

/// A name that could be written.
#[derive(Debug, Clone)]
pub struct Candidate<'s> {
    pub name: String,
    pub sort: CandidateSort,
    /// What the schema says of it.
    pub schemas: Vec<&'s Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateSort {
    Value,
    List,
    Map,
    /// A word of an `enum`, or `any` of a list: for sections alone.
    Question,
}

/// A name that was found.
#[derive(Debug, Clone)]
pub struct Resolved<'s> {
    /// From the root, through the sections.
    pub path: Vec<Step>,
    pub schemas: Vec<&'s Map<String, Value>>,
}

impl<'s> TagScope<'s> {
    /// The schema is that of all names at the root.
    pub fn new(schema: &'s Value) -> Self {
        TagScope { binder: Binder::new(schema) }
    }

    /// Goes into a section.
    pub fn enter(&mut self, name: &str, is_inverted: bool) {
        // What is wrong with the name is told elsewhere; inside of it any name goes.
        let _ = self.binder.enter(name, is_inverted, nowhere());
    }

    /// What a name is bound to.
    pub fn resolve(&self, name: &str) -> Option<Resolved<'s>> {
        let found = self.binder.find(name, nowhere()).ok()?;
        Some(Resolved { schemas: found.view.members(), path: found.path })
    }

    /// The names that may follow `holder` and a dot; those that may come first, where it is empty.
    pub fn candidates(&self, holder: &str) -> Vec<Candidate<'s>> {
        let mut candidates = Vec::new();
        if holder.is_empty() {
            for view in self.binder.views() {
                add_properties(&view, &mut candidates);
            }
        } else if let Ok(found) = self.binder.find(holder, nowhere()) {
            let view = found.view;
            add_properties(&view, &mut candidates);
            let words = if view.is_list() { vec!["any".to_owned()] } else { view.words() };
            let question = |name| Candidate { name, sort: CandidateSort::Question, schemas: Vec::new() };
            candidates.extend(words.into_iter().map(question));
        }
        candidates
    }
}

/// Inner names hide outer ones: the first of a name stays.
fn add_properties<'s>(view: &View<'s>, candidates: &mut Vec<Candidate<'s>>) {
    for name in view.property_names() {
        let Some(inner) = view.declared(name).filter(|_| candidates.iter().all(|known| known.name != name)) else {
            continue;
        };
        let sort = if inner.is_list() {
            CandidateSort::List
        } else if inner.property_names().next().is_some() {
            CandidateSort::Map
        } else {
            CandidateSort::Value
        };
        candidates.push(Candidate { name: name.to_owned(), sort, schemas: inner.members() });
    }
}

/// Binding wants a place for its findings, which nobody reads here.
fn nowhere() -> Span {
    Span::file(FileId::none())
}
