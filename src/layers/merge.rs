//! The merge itself: all layers at once, one place of the result after the other.
//!
//! Folding layer by layer would clone values that a higher layer replaces. Here, each place gets the list of what the layers
//! say of it, lowest first; going through that list tells what the fold would come to, and only the winner is cloned.

use super::error::{LayerError, LayerErrorKind, Shape, Wanted};
use super::path::{Path, Said};
use super::plan::{MergePlan, NodeId};
use super::trace::{Recorder, Traced};
use super::{Enforcer, Layer, Merged, Place, Source};
use serde_json::{Map, Value};

/// Merges layers, the lowest first, under the law of this module, and checks and applies the enforcers.
///
/// With `&mut ()` as recorder nothing is recorded; with a [`super::Trace`], each leaf.
pub fn merge<R: Recorder>(plan: &MergePlan, layers: &[Layer], enforcers: &[Enforcer], recorder: &mut R) -> Merged {
    let mut merger = Merger { plan, layers, errors: Vec::new(), spare: Vec::new(), recorder };
    let mut sorted: Vec<(usize, Enforcer)> = enforcers.iter().copied().enumerate().collect();
    sorted.sort_by_key(|(_, enforcer)| enforcer.layer);

    let mut said: Vec<Said> = Vec::with_capacity(layers.len() + enforcers.len());
    let own = layers.iter().enumerate().map(|(index, layer)| (Source::Layer(index), layer.values));
    let forced = sorted.iter().map(|(index, enforcer)| (Source::Enforcer(*index), enforcer.values));
    for (source, values) in own.chain(forced) {
        let top = Said { value: values, source, key: "", index: 0, live: true };
        match Shape::of(values) {
            Shape::Map => said.push(top),
            Shape::Null => {}
            found => merger.error(LayerErrorKind::NotMap { found }, &Path::root(), source, None),
        }
    }
    for (order, (index, enforcer)) in sorted.iter().enumerate() {
        let higher = &sorted[order + 1..];
        merger.check_enforcer(*index, *enforcer, higher, &said);
    }
    let breaches: Vec<Place> = merger.errors.iter().map(|error| error.place.clone()).collect();
    let values = merger.top(&said);
    let mut errors = merger.errors;
    // A null against what is enforced is one mistake, also where nothing below the enforcer has the key.
    let is_doubled = |error: &LayerError| {
        matches!(error.kind, LayerErrorKind::RemovesNothing { .. }) && breaches.contains(&error.place)
    };
    errors.retain(|error| !is_doubled(error));
    Merged { values, errors }
}

/// Merges what is said of one item of a list, without a word on what is wrong in it.
pub(super) fn merge_item(plan: &MergePlan, node: Option<NodeId>, said: &[Said]) -> Value {
    let mut merger = Merger { plan, layers: &[], errors: Vec::new(), spare: Vec::new(), recorder: &mut () };
    merger.value(&Path::root(), node, said).unwrap_or_default()
}

pub(super) struct Merger<'m, R> {
    pub(super) plan: &'m MergePlan,
    layers: &'m [Layer<'m>],
    pub(super) errors: Vec<LayerError>,
    /// Buffers that were used and may be used again.
    spare: Vec<Vec<Said<'m>>>,
    recorder: &'m mut R,
}

/// What a list of sayings comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing; after a removal, its index.
    Absent { removed_by: Option<usize> },
    /// The one at this index, as it is.
    Leaf(usize),
    /// The maps from this index on, merged.
    Map { from: usize },
    /// The keyed lists from this index on, merged.
    List { from: usize },
}

impl<'m, R: Recorder> Merger<'m, R> {
    /// The root: a map of which only declared keys are taken.
    fn top(&mut self, said: &[Said<'m>]) -> Map<String, Value> {
        let root = Path::root();
        let mut entries = self.entries(said, 0, &root);
        let plan = self.plan;
        entries.retain(|entry| {
            let declared = plan.declares(entry.key);
            if !declared && self.is_strict(entry.source) {
                let known = plan.declared().map(str::to_owned).collect();
                let kind = LayerErrorKind::Undeclared { key: entry.key.to_owned(), known };
                self.error(kind, &root.key(entry.key, &[]), entry.source, None);
            }
            declared
        });
        let map = self.merge_entries(&root, self.plan.root(), &entries);
        self.give_back(entries);
        map
    }

    /// The value at a place; none where nothing is left there.
    pub(super) fn value(&mut self, at: &Path<'_>, node: Option<NodeId>, said: &[Said<'m>]) -> Option<Value> {
        let verdict = self.judge(at, node, said);
        match verdict {
            Verdict::Absent { removed_by } => {
                if let Some(winner) = removed_by {
                    self.record(at, said, winner, false);
                }
                None
            }
            Verdict::Leaf(winner) => {
                let leaf = said[winner];
                self.refuse_directives_in_list(at, &leaf);
                // All layers that speak of an item say its keys; the lowest is the one that brought it in.
                let first = said.iter().position(|said| said.live).filter(|_| R::TRACES && at.is_item_key());
                self.record(at, said, first.unwrap_or(winner), true);
                Some(leaf.value.clone())
            }
            Verdict::Map { from } => {
                let entries = self.entries(said, from, at);
                let map = self.merge_entries(at, node, &entries);
                self.give_back(entries);
                if map.is_empty() {
                    self.record(at, said, said.len() - 1, true);
                }
                Some(Value::Object(map))
            }
            Verdict::List { from } => {
                let items = self.merge_keyed(at, node, said, from);
                if items.is_empty() {
                    self.record(at, said, said.len() - 1, true);
                }
                Some(Value::Array(items))
            }
        }
    }

    /// Goes through what is said of a place, lowest first, and reports what does not go together.
    fn judge(&mut self, at: &Path<'_>, node: Option<NodeId>, said: &[Said<'m>]) -> Verdict {
        let keyed = !self.plan.keys(node).is_empty();
        fold(keyed, said, |found| match found {
            Found::Conflict { upper, lower } => {
                let kind = LayerErrorKind::Conflict {
                    found: Shape::of(said[upper].value),
                    below: Shape::of(said[lower].value),
                };
                self.error(kind, at, said[upper].source, Some(at.place(said[lower].source)));
            }
            Found::RemovesNothing(index) if self.is_strict(said[index].source) => {
                let source = said[index].source;
                let known = at.inherited_keys(source);
                let wanted = Wanted { is_item: false, text: said[index].key.to_owned(), known };
                self.error(LayerErrorKind::RemovesNothing { wanted }, at, source, None);
            }
            Found::RemovesNothing(_) => {}
        })
    }

    /// The entries of all maps from `from` on, sorted by key, those of one key in the order of their layers. Entries of what
    /// is cut off come along where they are traced.
    pub(super) fn entries(&mut self, said: &[Said<'m>], from: usize, at: &Path<'_>) -> Vec<Said<'m>> {
        let mut entries = self.spare.pop().unwrap_or_default();
        for (index, said) in said.iter().enumerate() {
            let live = said.live && index >= from;
            if !live && !R::TRACES {
                continue;
            }
            let Value::Object(map) = said.value else { continue };
            for (key, value) in map {
                if key == "$patch" {
                    if live {
                        self.misplaced_directive(at, said.source, false);
                    }
                    continue;
                }
                entries.push(Said { value, source: said.source, key, index: 0, live });
            }
        }
        entries.sort_by(|left, right| left.key.cmp(right.key));
        entries
    }

    pub(super) fn give_back(&mut self, mut entries: Vec<Said<'m>>) {
        entries.clear();
        self.spare.push(entries);
    }

    fn merge_entries(&mut self, at: &Path<'_>, node: Option<NodeId>, entries: &[Said<'m>]) -> Map<String, Value> {
        let mut map = Map::new();
        for said in entries.chunk_by(|left, right| left.key == right.key) {
            let key = said[0].key;
            let child = self.plan.child(node, key);
            if let Some(value) = self.value(&at.key(key, entries), child, said) {
                map.insert(key.to_owned(), value);
            }
        }
        map
    }

    /// `$patch` in an item of a list that is taken whole would reach the output as a value.
    fn refuse_directives_in_list(&mut self, at: &Path<'_>, leaf: &Said<'m>) {
        let Value::Array(items) = leaf.value else { return };
        if items.iter().any(|item| item.get("$patch").is_some()) {
            self.misplaced_directive(at, leaf.source, true);
        }
    }

    fn misplaced_directive(&mut self, at: &Path<'_>, source: Source, in_list: bool) {
        self.error(LayerErrorKind::MisplacedDirective { in_list }, at, source, None);
    }

    pub(super) fn record(&mut self, at: &Path<'_>, said: &[Said<'m>], winner: usize, present: bool) {
        self.recorder.record(|| {
            let place = |said: &Said<'m>| at.place(said.source);
            let losers = said.iter().enumerate().rev().filter(|(index, _)| *index != winner);
            let losers = losers.map(|(_, said)| place(said)).collect();
            (at.pointer(), Traced { winner: place(&said[winner]), losers, present })
        });
    }

    pub(super) fn is_strict(&self, source: Source) -> bool {
        match source {
            Source::Layer(index) => self.layers.get(index).is_some_and(|layer| layer.strict),
            Source::Enforcer(_) => false,
        }
    }

    pub(super) fn error(&mut self, kind: LayerErrorKind, at: &Path<'_>, source: Source, other: Option<Place>) {
        self.errors.push(LayerError { kind, pointer: at.pointer(), place: at.place(source), other });
    }
}

/// What a fold comes upon.
pub(super) enum Found {
    Conflict { upper: usize, lower: usize },
    RemovesNothing(usize),
}

/// What sayings come to, lowest first. Lists merge where `keyed`; an enforcer never conflicts with what is below it.
pub(super) fn fold(keyed: bool, said: &[Said<'_>], mut report: impl FnMut(Found)) -> Verdict {
    let mut verdict = Verdict::Absent { removed_by: None };
    let mut last = 0;
    for (index, said) in said.iter().enumerate().filter(|(_, said)| said.live) {
        let forced = matches!(said.source, Source::Enforcer(_));
        let shape = Shape::of(said.value);
        let next = match shape {
            Shape::Null => Verdict::Absent { removed_by: Some(index) },
            Shape::Map => Verdict::Map { from: index },
            Shape::List if keyed => Verdict::List { from: index },
            Shape::List | Shape::Scalar => Verdict::Leaf(index),
        };
        verdict = match (verdict, next) {
            (Verdict::Absent { .. }, Verdict::Absent { .. }) => {
                report(Found::RemovesNothing(index));
                next
            }
            (Verdict::Map { from }, Verdict::Map { .. }) => Verdict::Map { from },
            (Verdict::List { from }, Verdict::List { .. }) => Verdict::List { from },
            (Verdict::Map { .. }, Verdict::Leaf(_) | Verdict::List { .. })
            | (Verdict::Leaf(_) | Verdict::List { .. }, Verdict::Map { .. }) => {
                if !forced {
                    report(Found::Conflict { upper: index, lower: last });
                }
                next
            }
            (Verdict::Absent { .. }, _) | (_, Verdict::Absent { .. }) => next,
            (Verdict::Leaf(_), Verdict::Leaf(_) | Verdict::List { .. }) | (Verdict::List { .. }, Verdict::Leaf(_)) => {
                next
            }
        };
        last = index;
    }
    verdict
}
