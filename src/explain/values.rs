//! Values: who set them, what computed ones are made from.

use super::roots::Home;
use super::step::{Lost, Role, Step};
use crate::mustache::{Asked, Asking, Inline, Inserted, InsertedFrom, Values};
use crate::pointer::Pointer;
use crate::resolve::roots::RESERVED;
use crate::resolve::values::ValueTrace;
use crate::resolve::values::trace::{Said, ValueOrigin};
use crate::source::Span;
use serde_json::Value;

/// Leaves of a map that are told, where a map is asked about.
const MAX_LEAVES: usize = 8;

/// The values that a template was rendered with, ready to be explained.
pub struct ValueStory<'a, 's> {
    pub trace: ValueTrace<'a>,
    pub home: Home<'a, 's>,
}

impl ValueStory<'_, '_> {
    /// The value at a path from the top level, computed values and reserved roots among them.
    pub fn get(&self, path: &Pointer) -> Option<&Value> {
        let (first, rest) = path.segments().split_first()?;
        let top = self.trace.inputs().top(first)?;
        Pointer::from_segments(rest.iter().cloned()).get(top)
    }

    /// Why the value at a path is what it is, or why there is none.
    pub fn explain(&self, path: &Pointer) -> Step {
        let value = self.get(path);
        let Some(first) = path.segments().first() else {
            return Step::new(Role::Value, "", "all values");
        };
        if let Some(computed) = self.trace.computed(first) {
            let what = if computed.is_json { "computed as JSON text" } else { "computed" };
            let step = Step::new(Role::Computed, path.dotted(), what).at(computed.inline.place());
            let values = self.trace.inputs().values();
            let mut step = step
                .saying(value.cloned())
                .made_from(of_inline(computed.inline, &values, &mut |path| self.explain(path)));
            step.is_passed_on = computed.inline.is_one_tag() && !computed.is_json;
            return step;
        }
        if RESERVED.contains(&first.as_str()) {
            return self.home.root(path, value);
        }
        match self.trace.find(path) {
            Some(origin) => self.said(path, origin),
            None => self.map(path, value),
        }
    }

    fn said(&self, path: &Pointer, origin: ValueOrigin) -> Step {
        let ValueOrigin { winner, losers, is_present } = origin;
        let role = if is_present { Role::Value } else { Role::Removed };
        let mut step = Step::new(role, path.dotted(), who(&winner)).at(winner.place);
        step.value = self.get(path).cloned();
        step.lost = losers
            .into_iter()
            .map(|loser| Lost { place: Some(loser.place), what: who(&loser), value: loser.value })
            .collect();
        step.made_from(self.fact_at(winner.place))
    }

    /// The fact that a cluster's value stands for.
    fn fact_at(&self, place: Span) -> Option<Step> {
        let document = &self.home.cluster.spec.document;
        if place.file != document.file {
            return None;
        }
        let text = self.home.sources.text(place.file);
        let written = text.get(place.start as usize..place.end as usize)?;
        if !written.contains("fact") {
            return None;
        }
        let facts = fact_nodes(&document.root);
        let name = facts.into_iter().find(|(node, _)| (node.start, node.end) == (place.start, place.end))?.1;
        self.home.fact(name, &Pointer::from_segments(["facts", name]))
    }

    /// A map has no winner of its own: its leaves have.
    fn map(&self, path: &Pointer, value: Option<&Value>) -> Step {
        let Some(value) = value else {
            let mut step = Step::new(Role::Value, path.dotted(), "set by no layer");
            step.place = self.trace.locate(path).map(|(place, _)| place);
            return step;
        };
        let leaves: Vec<&Pointer> = self.trace.below(path).collect();
        let count = leaves.len();
        let more = if count > MAX_LEAVES { format!(", {} of them shown", MAX_LEAVES) } else { String::new() };
        let step = Step::new(Role::Value, path.dotted(), format!("merged from {count} values{more}"));
        let step = step.saying(Some(value.clone()));
        let leaves = leaves.into_iter().take(MAX_LEAVES);
        step.made_from(leaves.filter_map(|leaf| Some(self.said(leaf, self.trace.find(leaf)?))))
    }
}

/// The steps that a string with tags is made from; `explain` explains the value at a path.
pub fn of_inline(inline: &Inline, values: &Values<'_>, explain: &mut dyn FnMut(&Pointer) -> Step) -> Vec<Step> {
    let Some((inserted, asked)) = inline.trace(values) else { return Vec::new() };
    let mut steps: Vec<Step> = Vec::new();
    let inserted = inserted.iter().map(|inserted| tag(inserted, explain));
    for step in inserted {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    add_sections(&mut steps, &asked, explain);
    steps
}

/// What a tag inserts.
pub fn tag(inserted: &Inserted, explain: &mut dyn FnMut(&Pointer) -> Step) -> Step {
    match &inserted.source {
        InsertedFrom::Value { path, below } => explain(&path.join(below)),
        InsertedFrom::File(file) => {
            Step::new(Role::File, &inserted.name, "inserted word for word").at(Span::file(*file))
        }
    }
}

/// Adds the sections that decided on a text to what it was made from. A value that is there already is not told again.
pub fn add_sections(from: &mut Vec<Step>, asked: &[Asked], explain: &mut dyn FnMut(&Pointer) -> Step) {
    for asked in asked {
        let mut step = section(asked, explain);
        step.from.retain(|value| !from.contains(value));
        if !from.contains(&step) {
            from.push(step);
        }
    }
}

/// A section that decided on a text.
fn section(asked: &Asked, explain: &mut dyn FnMut(&Pointer) -> Step) -> Step {
    let path = asked.index.map_or_else(|| asked.path.clone(), |index| asked.path.child(index));
    let what = match &asked.question {
        Asking::IsTrue if asked.index.is_some() => "for each item of it".to_owned(),
        Asking::IsTrue => "if it is true".to_owned(),
        Asking::IsFalse => "if it is false or not set".to_owned(),
        Asking::IsWord(word) => format!("if it is {word}"),
        Asking::IsNotWord(word) => format!("if it is not {word}"),
        Asking::HasItems => "if it has items".to_owned(),
        Asking::HasNoItems => "if it has no items".to_owned(),
    };
    let mut value = explain(&path);
    // The parts of a map or of an item have fields of their own; here its place is enough.
    if matches!(value.value, Some(Value::Object(_) | Value::Array(_))) {
        value.value = None;
        value.place = value.place.or_else(|| value.from.first().and_then(|part| part.place));
        if asked.index.is_some() {
            value.from.clear();
            value.what = "this item".to_owned();
        }
    }
    let mut step = Step::new(Role::Section, path.dotted(), what).at(asked.tag).made_from([value]);
    if !asked.is_around {
        step.what.push_str(", a part of it");
    }
    step
}

pub(super) fn who(said: &Said) -> String {
    if said.is_enforced { format!("{}, enforced", said.layer) } else { said.layer.clone() }
}

/// All maps `{fact: NAME}` below a node.
fn fact_nodes(node: &crate::yaml::Node) -> Vec<(&crate::yaml::Node, &str)> {
    let mut found = Vec::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        if let (1, Some(name)) = (node.entries().count(), node.get("fact").and_then(crate::yaml::Node::text)) {
            found.push((node, name));
        }
        left.extend(node.entries().map(|(_, value)| value).chain(node.items()));
    }
    found
}
