//! Lists of maps that merge by key.

use super::directive::{Marker, PATCH, item_marker};
use super::list::{Item, List, New, order_of};
use super::order::{Rank, arrange};
use super::{MergeSchema, Merger, Outcome};
use crate::near::{hint, near_names};
use crate::patch::problem::{Problem, codes};
use crate::value::{is_plain, key_text, kind_of, same_keys};
use serde_json::{Map, Value};

/// Items of a patch, with their index in it.
#[derive(Default)]
pub(super) struct SortedOut<'v> {
    pub replaces: bool,
    pub delete: Vec<(usize, &'v Map<String, Value>)>,
    pub merge: Vec<(usize, &'v Map<String, Value>)>,
}

impl Merger {
    /// Merges lists of maps by key.
    pub(super) fn merge_keyed<S: MergeSchema>(
        &mut self,
        list: &List<'_, '_, S>,
        keys: &[&str],
        existing: Vec<Value>,
        patch: &[Value],
    ) -> Vec<Value> {
        let Some(sorted) = self.sort_out(list, keys, patch) else { return existing };
        if !self.base_has_keys(&existing, keys) {
            return existing;
        }
        if sorted.replaces {
            self.record_set();
            return self.take_list(list, patch);
        }
        if !self.are_distinct(&sorted.merge, keys) {
            return existing;
        }
        let wanted = self.wanted_order(list, keys, patch, &sorted.merge);
        let length = existing.len();
        let mut items: Vec<Item> = existing
            .into_iter()
            .enumerate()
            .map(|(index, value)| Item { value, before: Some(index), new: None })
            .collect();
        for (index, patch) in &sorted.delete {
            self.delete_item(&mut items, *index, patch, keys);
        }
        for (index, patch) in &sorted.merge {
            self.merge_item(list, &mut items, *index, patch, keys);
        }
        // kubectl's quirk, which its tables hold fast: with `$setElementOrder`, as many new items as were deleted count as if
        // the object had had them at its end.
        let kept = items.iter().filter(|item| item.before.is_some()).count();
        let mut vacant = if list.order.is_some() { length..length + (length - kept) } else { 0..0 };
        let rank = |item: &Item| Rank {
            before: item.before.or_else(|| vacant.next()),
            wanted: wanted.iter().position(|other| same_keys(&item.value, other, keys)),
        };
        let ranks: Vec<Rank> = items.iter().map(rank).collect();
        let arranged = arrange(&ranks);
        self.put_in_order(items, &arranged)
    }

    fn delete_item(&mut self, items: &mut Vec<Item>, index: usize, patch: &Map<String, Value>, keys: &[&str]) {
        self.at.push(index);
        let patch = Value::Object(patch.clone());
        let before = items.len();
        items.retain(|item| {
            let gone = same_keys(&item.value, &patch, keys);
            if gone && let Some(before) = item.before {
                self.here.push(before);
                self.record_removed();
                self.here.pop();
            }
            !gone
        });
        if items.len() == before && self.quiet == 0 {
            let known: Vec<String> = items.iter().map(|item| key_text(&item.value, keys)).collect();
            let wanted = key_text(&patch, keys);
            let message = format!("nothing to remove: the list has no item with {wanted}");
            self.idle.push(
                Problem::note(&codes::PATCH_REMOVES_NOTHING, self.at.clone(), message)
                    .maybe_help(hint(&wanted, known.iter().map(String::as_str))),
            );
        }
        self.at.pop();
    }

    fn merge_item<S: MergeSchema>(
        &mut self,
        list: &List<'_, '_, S>,
        items: &mut Vec<Item>,
        index: usize,
        patch: &Map<String, Value>,
        keys: &[&str],
    ) {
        self.at.push(index);
        let wanted = Value::Object(patch.clone());
        let mut matching = items.iter_mut().filter(|item| same_keys(&item.value, &wanted, keys));
        match (matching.next(), matching.next()) {
            (None, _) => {
                // Its place is not known yet, so what is recorded of its insides is kept apart.
                let here = std::mem::take(&mut self.here);
                let touched = std::mem::take(&mut self.touched);
                let value = self.take_value(&wanted, list.items);
                let inside = std::mem::replace(&mut self.touched, touched);
                self.here = here;
                items.push(Item { value, before: None, new: Some(New { index, inside }) });
            }
            (Some(_), Some(second)) => {
                let second = self.here.child(second.before.unwrap_or_default());
                let message =
                    format!("several items of the object have {}: which one is meant?", key_text(&wanted, keys));
                self.error(
                    Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message)
                        .in_object(second)
                        .label("the second of them")
                        .help("remove one of them, or give it another name; where two are meant, use a `json` patch"),
                );
            }
            (Some(item), None) => {
                // The list still has the object's order; the new order is recorded once at the end.
                self.here.push(item.before.unwrap_or_default());
                if let Value::Object(existing) = &mut item.value {
                    let own_keys = keys.iter().map(|key| (*key).to_owned()).collect();
                    let around = self.item.replace((self.here.clone(), own_keys));
                    let outcome = self.map(existing, patch, list.items);
                    self.item = around;
                    debug_assert_eq!(outcome, Outcome::Kept, "markers of items are sorted out before");
                }
                self.here.pop();
            }
        }
        self.at.pop();
    }

    /// Tells the items of a patch apart; none where one of them cannot be placed.
    pub(super) fn sort_out<'v, S>(
        &mut self,
        list: &List<'_, '_, S>,
        keys: &[&str],
        patch: &'v [Value],
    ) -> Option<SortedOut<'v>> {
        let before = self.errors.len();
        let mut sorted = SortedOut::default();
        for (index, item) in patch.iter().enumerate() {
            self.at.push(index);
            if let Value::Object(item) = item {
                self.sort_item(&mut sorted, index, item, keys);
            } else {
                let message = format!("items of `{}` are maps with `{}`", list.name, keys.join("`, `"));
                let problem = Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message);
                self.error(problem.label(format!("this is {}", kind_of(item))));
            }
            self.at.pop();
        }
        (self.errors.len() == before).then_some(sorted)
    }

    fn sort_item<'v>(&mut self, sorted: &mut SortedOut<'v>, index: usize, item: &'v Map<String, Value>, keys: &[&str]) {
        if !item.contains_key(PATCH) {
            if self.has_keys(item, keys) {
                sorted.merge.push((index, item));
            }
            return;
        }
        match item_marker(self, item) {
            Some(Marker::Replace) => {
                self.refuse_fields_beside_replace(item);
                sorted.replaces = true;
            }
            Some(Marker::Delete) => {
                self.refuse_fields_beside_delete(item, keys);
                if self.has_keys(item, keys) {
                    sorted.delete.push((index, item));
                }
            }
            None => {}
        }
    }

    /// kubectl drops such fields and replaces the whole list, which nobody who wrote them can have meant.
    pub(super) fn refuse_fields_beside_replace(&mut self, item: &Map<String, Value>) {
        if item.len() > 1 {
            let message = "`$patch: replace` in an item replaces the whole list, and what stands beside it is lost";
            self.error_at(PATCH, &codes::PATCH_DIRECTIVE, message.to_owned(), |problem| {
                problem.help("to replace the list, write `- $patch: replace` as an item of its own").help(
                    "to replace one item, write it twice: once with `$patch: delete` and its key, once as it is to be",
                )
            });
        }
    }

    /// Whether an item of the patch has plain values for all merge keys; reports where not.
    fn has_keys(&mut self, item: &Map<String, Value>, keys: &[&str]) -> bool {
        let missing = keys.iter().find(|key| !item.get(**key).is_some_and(is_plain));
        if let Some(key) = missing {
            let message = match item.get(*key) {
                Some(value) => format!("the merge key `{key}` of the item is {}", kind_of(value)),
                None => format!("the item does not have its merge key `{key}`"),
            };
            let near = near_names(key, item.keys().map(String::as_str));
            let help = near.first().map(|near| format!("`{near}` looks like it"));
            self.error(
                Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message)
                    .label("cannot be placed in the list")
                    .help(format!("say which item is meant: `{key}: ...`"))
                    .maybe_help(help),
            );
        }
        missing.is_none()
    }

    /// Two items of a patch that are the same item of the object would overwrite each other.
    fn are_distinct(&mut self, merge: &[(usize, &Map<String, Value>)], keys: &[&str]) -> bool {
        let values: Vec<Value> = merge.iter().map(|(_, item)| Value::Object((*item).clone())).collect();
        let is_second = |index: &usize| values[..*index].iter().any(|other| same_keys(other, &values[*index], keys));
        let Some(second) = (0..values.len()).find(is_second) else { return true };
        let message = format!("two items of the patch have {}", key_text(&values[second], keys));
        self.error(
            Problem::error(&codes::PATCH_MERGE_KEY, self.at.child(merge[second].0), message)
                .help("make them one; where they are meant to be two items, use a `json` patch"),
        );
        false
    }

    fn base_has_keys(&mut self, existing: &[Value], keys: &[&str]) -> bool {
        let without = existing.iter().position(|item| !keys.iter().all(|key| item.get(*key).is_some_and(is_plain)));
        if let Some(index) = without {
            let place = self.here.child(index).dotted();
            let message = format!("`{place}` of the object does not have its merge key `{}`", keys.join("`, `"));
            let problem =
                Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message).in_object(self.here.child(index));
            let help = format!("add `{}: ...` to the item", keys.join("` and `"));
            self.error(problem.label("this list merges by that key").help(help));
        }
        without.is_none()
    }

    /// The items whose order counts: those of `$setElementOrder`, else of the patch.
    pub(super) fn wanted_order<'v, S>(
        &mut self,
        list: &List<'_, 'v, S>,
        keys: &[&str],
        patch: &'v [Value],
        merge: &[(usize, &Map<String, Value>)],
    ) -> Vec<&'v Value> {
        let Some(order) = list.order else {
            return merge.iter().filter_map(|(index, _)| patch.get(*index)).collect();
        };
        for (index, item) in order.iter().enumerate() {
            if !keys.iter().all(|key| item.get(*key).is_some_and(is_plain)) {
                let at = self.beside(&order_of(list.name)).child(index);
                let message = format!("an item of `$setElementOrder` has just the merge key: `{}`", keys.join("`, `"));
                self.error(
                    Problem::error(&codes::PATCH_MERGE_KEY, at, message).label(format!("this is {}", kind_of(item))),
                );
            }
        }
        let merged: Vec<Value> = merge.iter().filter_map(|(index, _)| patch.get(*index).cloned()).collect();
        let matches = |left: &Value, right: &Value| same_keys(left, right, keys);
        self.check_order(list.name, &merged, order, matches, |item| key_text(item, keys));
        order.iter().collect()
    }
}
