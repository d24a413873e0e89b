//! Lists that merge item by item.

use super::error::{LayerErrorKind, Shape, Wanted};
use super::merge::Merger;
use super::path::{Path, Said};
use super::plan::NodeId;
use super::trace::Recorder;
use super::{Place, Source};
use crate::value::{is_plain, key_text, same_keys};
use serde_json::{Map, Value};

/// What layers say of one item, lowest first.
pub(super) struct Item<'a> {
    pub said: Vec<Said<'a>>,
    /// Whether the last word was `$patch: delete`.
    pub removed: bool,
}

impl<'m, R: Recorder> Merger<'m, R> {
    /// The merged items of the lists from `from` on.
    pub(super) fn merge_keyed(
        &mut self,
        at: &Path<'_>,
        node: Option<NodeId>,
        said: &[Said<'m>],
        from: usize,
    ) -> Vec<Value> {
        let child = self.plan.item(node);
        let keys = self.plan.keys(node);
        let mut values = Vec::new();
        for item in self.items(at, node, said, from) {
            if !item.removed
                && let Some(value) = self.value(&at.item(values.len(), &item.said, keys), child, &item.said)
            {
                values.push(value);
            }
        }
        values
    }

    /// Groups the items of keyed lists by their keys, in the order in which they come, and reports those that cannot be grouped.
    pub(super) fn items(
        &mut self,
        at: &Path<'_>,
        node: Option<NodeId>,
        said: &[Said<'m>],
        from: usize,
    ) -> Vec<Item<'m>> {
        let keys = self.plan.keys(node);
        let mut items: Vec<Item<'m>> = Vec::new();
        for (order, list) in said.iter().enumerate() {
            let live = list.live && order >= from;
            if !live && !R::TRACES {
                continue;
            }
            for (index, value) in list.value.as_array().into_iter().flatten().enumerate() {
                let own = Said { value, source: list.source, key: "", index, live };
                let Some(map) = self.item_map(at, keys, &own) else { continue };
                let earlier =
                    items.iter().position(|item| item.said.iter().any(|said| same_keys(said.value, value, keys)));
                if let Some(twin) =
                    earlier.and_then(|item| items[item].said.iter().find(|said| said.source == own.source))
                {
                    if live {
                        let item = key_text(value, keys);
                        let other = place_of(at, twin.source, twin.index);
                        self.item_error(LayerErrorKind::DuplicateItem { item }, at, &own, Some(other));
                    }
                    continue;
                }
                match (self.is_delete(at, keys, map, &own), earlier) {
                    (None, _) => {}
                    (Some(true), earlier) => self.remove_item(at, keys, &mut items, earlier, own),
                    (Some(false), None) => items.push(Item { said: vec![own], removed: !live }),
                    (Some(false), Some(earlier)) => add(&mut items, earlier, own),
                }
            }
        }
        items
    }

    /// The item as a map with all its keys; reports it where it is not.
    fn item_map(&mut self, at: &Path<'_>, keys: &[String], own: &Said<'m>) -> Option<&'m Map<String, Value>> {
        let Value::Object(map) = own.value else {
            let kind = LayerErrorKind::ItemNotMap { found: Shape::of(own.value), keys: keys.to_vec() };
            self.item_error(kind, at, own, None);
            return None;
        };
        let missing = keys.iter().find(|key| !map.get(*key).is_some_and(is_plain));
        if let Some(key) = missing {
            let kind = LayerErrorKind::ItemWithoutKey { key: key.clone(), known: map.keys().cloned().collect() };
            self.item_error(kind, at, own, None);
            return None;
        }
        Some(map)
    }

    /// Whether the item is to be deleted; none, and a report, where its directive is wrong.
    fn is_delete(&mut self, at: &Path<'_>, keys: &[String], map: &Map<String, Value>, own: &Said<'m>) -> Option<bool> {
        let Some(directive) = map.get("$patch") else { return Some(false) };
        if directive != "delete" {
            self.item_error(LayerErrorKind::UnknownDirective, at, own, None);
            return None;
        }
        if let Some(field) = map.keys().find(|key| *key != "$patch" && !keys.contains(key)) {
            self.item_error(LayerErrorKind::BesideDelete { field: field.clone() }, at, own, None);
            return None;
        }
        Some(true)
    }

    fn remove_item(
        &mut self,
        at: &Path<'_>,
        keys: &[String],
        items: &mut Vec<Item<'m>>,
        earlier: Option<usize>,
        own: Said<'m>,
    ) {
        let there = earlier.is_some_and(|earlier| !items[earlier].removed);
        if !there && own.live && self.is_strict(own.source) {
            let known = items.iter().filter(|item| !item.removed).filter_map(|item| item.said.last());
            let known = known.map(|said| key_text(said.value, keys)).collect();
            let wanted = Wanted { is_item: true, text: key_text(own.value, keys), known };
            self.item_error(LayerErrorKind::RemovesNothing { wanted }, at, &own, None);
        }
        match earlier {
            Some(earlier) => {
                let item = &mut items[earlier];
                cut_off(&mut item.said);
                item.said.push(Said { live: false, ..own });
                item.removed = true;
            }
            None => items.push(Item { said: vec![Said { live: false, ..own }], removed: true }),
        }
    }

    fn item_error(&mut self, kind: LayerErrorKind, at: &Path<'_>, own: &Said<'m>, other: Option<Place>) {
        if own.live {
            let place = place_of(at, own.source, own.index);
            self.errors.push(super::LayerError { kind, pointer: at.pointer(), place, other });
        }
    }
}

/// Adds what a layer says to an item. One that was removed starts anew, behind the others; what an enforcer says replaces it.
fn add<'a>(items: &mut Vec<Item<'a>>, earlier: usize, own: Said<'a>) {
    let forced = matches!(own.source, Source::Enforcer(_));
    let revived = own.live && items[earlier].removed;
    let item = &mut items[earlier];
    if forced || revived {
        cut_off(&mut item.said);
    }
    item.said.push(own);
    if revived {
        item.removed = false;
        let item = items.remove(earlier);
        items.push(item);
    }
}

fn cut_off(said: &mut [Said<'_>]) {
    said.iter_mut().for_each(|said| said.live = false);
}

pub(super) fn place_of(at: &Path<'_>, source: Source, index: usize) -> Place {
    let list = at.place(source);
    Place { source, pointer: list.pointer.child(index) }
}
