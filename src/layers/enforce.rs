//! Whether the layers above an enforcer leave what it enforces alone. That its values win is seen to by the merge.

use super::error::{LayerError, LayerErrorKind, Shape};
use super::keyed::place_of;
use super::merge::{Merger, Verdict, fold, merge_item};
use super::path::{Path, Said};
use super::plan::{MergePlan, NodeId};
use super::trace::Recorder;
use super::{Enforcer, Place, Source};
use crate::value::{is_plain, key_text, same, same_keys};
use serde_json::Value;

impl<'m, R: Recorder> Merger<'m, R> {
    /// Checks one enforcer against the values of the layers above its own, and against the enforcers above it.
    pub(super) fn check_enforcer(
        &mut self,
        index: usize,
        enforcer: Enforcer<'m>,
        higher: &[(usize, Enforcer<'m>)],
        said: &[Said<'m>],
    ) {
        let own = Said { value: enforcer.values, source: Source::Enforcer(index), key: "", index: 0, live: true };
        let is_above = |source| match source {
            Source::Layer(layer) => layer > enforcer.layer,
            Source::Enforcer(other) => higher.iter().any(|(index, _)| *index == other),
        };
        let above: Vec<Said<'m>> = said.iter().filter(|said| is_above(said.source)).copied().collect();
        let mut check = Check { plan: self.plan, breaches: Vec::new() };
        check.map(&Path::root(), self.plan.root(), own, &above);
        self.errors.append(&mut check.breaches);
    }
}

struct Check<'m> {
    plan: &'m MergePlan,
    breaches: Vec<LayerError>,
}

impl<'m> Check<'m> {
    /// Compares what is enforced at a place with what the layers above say of it.
    fn value(&mut self, at: &Path<'_>, node: Option<NodeId>, own: Said<'m>, above: &[Said<'m>]) {
        let keyed = !self.plan.keys(node).is_empty();
        let shape = Shape::of(own.value);
        // Conflicts among the layers themselves are reported where they are merged.
        match (shape, fold(keyed, above, |_| {})) {
            (_, Verdict::Absent { removed_by: None }) => {}
            (_, Verdict::Absent { .. }) if wants_nothing(own.value) => {}
            (Shape::Map, Verdict::Map { from }) => self.map(at, node, own, &above[from..]),
            (Shape::List, Verdict::List { from }) => self.list(at, node, own, &above[from..]),
            (Shape::List | Shape::Scalar, Verdict::Leaf(winner)) if same(own.value, above[winner].value) => {}
            (_, Verdict::Leaf(winner) | Verdict::Absent { removed_by: Some(winner) }) => {
                self.breach(at, own, above[winner]);
            }
            (_, Verdict::Map { .. } | Verdict::List { .. }) => {
                if let Some(last) = above.iter().rfind(|said| said.live) {
                    self.breach(at, own, *last);
                }
            }
        }
    }

    fn map(&mut self, at: &Path<'_>, node: Option<NodeId>, own: Said<'m>, above: &[Said<'m>]) {
        let Value::Object(map) = own.value else { return };
        let is_declared = |key: &str| !at.is_root() || self.plan.declares(key);
        let keys: Vec<&'m String> = map.keys().filter(|key| *key != "$patch" && is_declared(key)).collect();
        for key in keys {
            let below = |said: &Said<'m>| said.value.get(key).map(|value| Said { value, key, ..*said });
            let above: Vec<Said<'m>> = above.iter().filter_map(below).collect();
            if let Some(own) = below(&own) {
                self.value(&at.key(key, &[]), self.plan.child(node, key), own, &above);
            }
        }
    }

    fn list(&mut self, at: &Path<'_>, node: Option<NodeId>, own: Said<'m>, above: &[Said<'m>]) {
        let keys = self.plan.keys(node);
        for (index, value) in own.value.as_array().into_iter().flatten().enumerate() {
            // Items that cannot be placed are reported where the lists are merged.
            if !keys.iter().all(|key| value.get(key).is_some_and(is_plain)) {
                continue;
            }
            let own = Said { value, index, ..own };
            self.item(at, node, own, &said_of_item(value, keys, above));
        }
    }

    /// An item of a keyed list is compared as a whole.
    fn item(&mut self, at: &Path<'_>, node: Option<NodeId>, own: Said<'m>, above: &[Said<'m>]) {
        let Some(last) = above.last() else { return };
        let deletes = |said: &Said<'m>| said.value.get("$patch").is_some();
        let agree = match (deletes(&own), deletes(last)) {
            (true, removed) => removed,
            (false, true) => false,
            (false, false) => {
                let merged = |said: &[Said<'m>]| merge_item(self.plan, self.plan.item(node), said);
                same(&merged(&[own]), &merged(above))
            }
        };
        if !agree {
            let keys = self.plan.keys(node);
            let found = if deletes(last) { Shape::Null } else { Shape::Map };
            let kind =
                LayerErrorKind::Enforced { wants_absent: deletes(&own), found, item: Some(key_text(own.value, keys)) };
            let place = |said: &Said<'m>| place_of(at, said.source, said.index);
            self.push(at, kind, place(last), place(&own));
        }
    }

    fn breach(&mut self, at: &Path<'_>, own: Said<'m>, above: Said<'m>) {
        let kind =
            LayerErrorKind::Enforced { wants_absent: own.value.is_null(), found: Shape::of(above.value), item: None };
        self.push(at, kind, at.place(above.source), at.place(own.source));
    }

    fn push(&mut self, at: &Path<'_>, kind: LayerErrorKind, place: Place, enforcer: Place) {
        self.breaches.push(LayerError { kind, pointer: at.pointer(), place, other: Some(enforcer) });
    }
}

/// Whether all that is enforced is absence.
fn wants_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.values().all(wants_nothing),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

/// What lists say of the item with the keys of `wanted`: after its last deletion, or that alone where nothing follows.
fn said_of_item<'m>(wanted: &Value, keys: &[String], lists: &[Said<'m>]) -> Vec<Said<'m>> {
    let mut found: Vec<Said<'m>> = Vec::new();
    for list in lists {
        for (index, value) in list.value.as_array().into_iter().flatten().enumerate() {
            if !same_keys(value, wanted, keys) {
                continue;
            }
            let after_deletion = found.last().is_some_and(|said| said.value.get("$patch").is_some());
            if after_deletion || value.get("$patch").is_some() {
                found.clear();
            }
            found.push(Said { value, index, ..*list });
        }
    }
    found
}
