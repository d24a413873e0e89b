//! Lists in a strategic merge.

use super::directive::{Marker, PATCH, item_marker};
use super::order::{Rank, arrange};
use super::{Field, ListRule, MergeSchema, Merger, Outcome};
use crate::near::hint;
use crate::patch::problem::{Problem, codes};
use crate::patch::touched::Touched;
use crate::value::{brief, is_plain, key_text, kind_of, same, same_keys};
use serde_json::{Map, Value};

/// What a merge needs to know of one list.
struct List<'s, 'p, S> {
    name: &'p str,
    rule: ListRule<'s>,
    items: Option<S>,
    /// The items of `$setElementOrder`.
    order: Option<&'p [Value]>,
}

impl Merger {
    /// Merges what the patch says of a list: its items, their order, and what to delete from it.
    pub(super) fn list_field<S: MergeSchema>(
        &mut self,
        base: &mut Map<String, Value>,
        field: &Field<'_>,
        patch: Option<&[Value]>,
        schema: Option<S>,
    ) {
        let rule = schema.as_ref().map_or(ListRule::Atomic, MergeSchema::list_rule);
        let items = schema.and_then(|schema| schema.items());
        let list = List { name: field.name, rule, items, order: field.order };
        if !self.directives_fit(&list, field, patch) {
            return;
        }
        let existing = match base.get_mut(field.name) {
            Some(Value::Array(existing)) => Some(std::mem::take(existing)),
            Some(_) | None => None,
        };
        let merged = match (existing, patch) {
            (Some(existing), Some(patch)) => Some(self.merge_lists(&list, existing, patch)),
            (Some(existing), None) if field.order.is_some() => Some(self.merge_lists(&list, existing, &[])),
            (Some(existing), None) => Some(existing),
            (None, Some(patch)) => {
                self.record_set();
                Some(self.take_list(&list, patch))
            }
            (None, None) => None,
        };
        match (merged, field.deletions) {
            (Some(mut merged), deletions) => {
                self.delete_from(&mut merged, deletions.unwrap_or_default(), field.name);
                base.insert(field.name.to_owned(), Value::Array(merged));
            }
            (None, Some([first, ..])) => self.idle_deletion(field.name, 0, first),
            (None, _) => {}
        }
    }

    /// Whether the directives that name the list can work on a list of its sort.
    fn directives_fit<S>(&mut self, list: &List<'_, '_, S>, field: &Field<'_>, patch: Option<&[Value]>) -> bool {
        let before = self.errors.len();
        let keyed = matches!(list.rule, ListRule::Keyed(_));
        let name = list.name;
        // The walk stands on the field; the directives are its neighbours.
        self.at.pop();
        if field.order.is_some() && list.rule == ListRule::Atomic {
            let message = format!("`{name}` is replaced whole, so `$setElementOrder/{name}` has nothing to order");
            self.error_at(format!("$setElementOrder/{name}"), &codes::PATCH_DIRECTIVE, message, |problem| {
                problem.on_key().help(format!("remove it and write `{name}` in the order that is wanted"))
            });
        }
        if let Some(deletions) = field.deletions {
            let directive = format!("$deleteFromPrimitiveList/{name}");
            if keyed || deletions.iter().any(|value| value.is_object() || value.is_array()) {
                let message = format!("`{directive}` is for lists of plain values, and `{name}` is a list of maps");
                self.error_at(&directive, &codes::PATCH_DIRECTIVE, message, |problem| {
                    problem.on_key().help(format!("write `{name}: [{{KEY: ..., $patch: delete}}]`"))
                });
            } else if let Some(both) = deletions.iter().find(|value| patch.is_some_and(|patch| contains(patch, value)))
            {
                let message = format!("{} is both added to `{name}` and deleted from it", brief(both));
                self.error_at(&directive, &codes::PATCH_DIRECTIVE, message, Problem::on_key);
            }
        }
        self.at.push(name);
        self.errors.len() == before
    }

    fn merge_lists<S: MergeSchema>(
        &mut self,
        list: &List<'_, '_, S>,
        existing: Vec<Value>,
        patch: &[Value],
    ) -> Vec<Value> {
        match &list.rule {
            ListRule::Keyed(keys) if !existing.is_empty() => self.merge_keyed(list, keys, existing, patch),
            ListRule::Set if !existing.is_empty() => self.unite(list, existing, patch),
            ListRule::Atomic | ListRule::Set | ListRule::Keyed(_) => {
                self.record_set();
                self.take_list(list, patch)
            }
        }
    }

    /// Merges lists of maps by key.
    fn merge_keyed<S: MergeSchema>(
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
            (Some(_), Some(_)) => {
                let message =
                    format!("several items of the object have {}: which one is meant?", key_text(&wanted, keys));
                self.error(
                    Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message)
                        .help("use a `json` patch, which counts items"),
                );
            }
            (Some(Item { new: Some(_), .. }), None) => {
                let message = format!("two items of the patch have {}", key_text(&wanted, keys));
                self.error(Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message).help("make them one"));
            }
            (Some(item), None) => {
                // The list still has the object's order; the new order is recorded once at the end.
                self.here.push(item.before.unwrap_or_default());
                if let Value::Object(existing) = &mut item.value {
                    let outcome = self.map(existing, patch, list.items);
                    debug_assert_eq!(outcome, Outcome::Kept, "markers of items are sorted out before");
                }
                self.here.pop();
            }
        }
        self.at.pop();
    }

    /// Unites lists of plain values.
    fn unite<S: MergeSchema>(&mut self, list: &List<'_, '_, S>, existing: Vec<Value>, patch: &[Value]) -> Vec<Value> {
        let sets = existing.iter().chain(patch).find(|value| value.is_object() || value.is_array());
        if let Some(other) = sets {
            let message = format!("nothing says by which key the items of `{}` merge", list.name);
            let problem = Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message);
            self.error(problem.label(format!("an item is {}", kind_of(other))).help("use `json` or `merge`"));
            return existing;
        }
        if let Some(order) = list.order {
            self.check_order(list.name, patch, order, same, brief);
        }
        let wanted = list.order.unwrap_or(patch);
        let mut items: Vec<Item> = Vec::new();
        for (index, value) in existing.into_iter().enumerate() {
            // Uniting makes a set of the list; ordering alone leaves its doubles.
            if patch.is_empty() || !items.iter().any(|item| same(&item.value, &value)) {
                items.push(Item { value, before: Some(index), new: None });
            }
        }
        for (index, value) in patch.iter().enumerate() {
            if !items.iter().any(|item| same(&item.value, value)) {
                items.push(Item {
                    value: value.clone(),
                    before: None,
                    new: Some(New { index, inside: Touched::default() }),
                });
            }
        }
        let ranks: Vec<Rank> = items
            .iter()
            .map(|item| Rank { before: item.before, wanted: wanted.iter().position(|other| same(other, &item.value)) })
            .collect();
        let arranged = arrange(&ranks);
        self.put_in_order(items, &arranged)
    }

    fn delete_from(&mut self, merged: &mut Vec<Value>, deletions: &[Value], name: &str) {
        for (number, value) in deletions.iter().enumerate() {
            let before = merged.len();
            while let Some(index) = merged.iter().position(|item| same(item, value)) {
                merged.remove(index);
                if self.quiet == 0 {
                    let mut source = self.at.parent().unwrap_or_default();
                    source.push(format!("$deleteFromPrimitiveList/{name}"));
                    self.touched.record_removed(&self.here.child(index), &source.child(number));
                    self.touched.record_deleted(&self.here, index);
                }
            }
            if merged.len() == before {
                self.idle_deletion(name, number, value);
            }
        }
    }

    fn idle_deletion(&mut self, name: &str, number: usize, value: &Value) {
        if self.quiet == 0 {
            let at =
                self.at.parent().unwrap_or_default().child(format!("$deleteFromPrimitiveList/{name}")).child(number);
            let message = format!("nothing to remove: {} is not in `{name}`", brief(value));
            self.idle.push(Problem::note(&codes::PATCH_REMOVES_NOTHING, at, message));
        }
    }

    /// A list of the patch where the object has none, or one that is replaced: without directives.
    fn take_list<S: MergeSchema>(&mut self, list: &List<'_, '_, S>, patch: &[Value]) -> Vec<Value> {
        self.quiet += 1;
        let mut taken = Vec::with_capacity(patch.len());
        for index in self.taken_indexes(list, patch) {
            self.at.push(index);
            self.here.push(taken.len());
            // The list as a whole is recorded; an item that is not where the patch has it says so itself.
            if index != taken.len() {
                self.touched.record_set(&self.here, &self.at);
            }
            taken.push(self.take_value(&patch[index], list.items));
            self.here.pop();
            self.at.pop();
        }
        self.quiet -= 1;
        taken
    }

    /// The indexes of the items of a patch that are no directives, in the order in which they are wanted.
    fn taken_indexes<S>(&mut self, list: &List<'_, '_, S>, patch: &[Value]) -> Vec<usize> {
        match &list.rule {
            ListRule::Keyed(keys) => {
                let Some(sorted) = self.sort_out(list, keys, patch) else { return Vec::new() };
                let mut indexes: Vec<usize> = sorted.merge.iter().map(|(index, _)| *index).collect();
                if list.order.is_some() {
                    let wanted = self.wanted_order(list, keys, patch, &sorted.merge);
                    indexes.sort_by_key(|index| wanted.iter().position(|other| same_keys(&patch[*index], other, keys)));
                }
                indexes
            }
            ListRule::Atomic | ListRule::Set => {
                let mut indexes: Vec<usize> = Vec::new();
                for (index, value) in patch.iter().enumerate() {
                    self.at.push(index);
                    if !self.is_directive_item(value) {
                        indexes.push(index);
                    }
                    self.at.pop();
                }
                if let Some(order) = list.order {
                    self.check_order(list.name, patch, order, same, brief);
                    indexes.sort_by_key(|index| order.iter().position(|other| same(other, &patch[*index])));
                }
                indexes
            }
        }
    }

    /// Whether an item of a list that is replaced whole is there for its directive. All that may be said is that it is replaced.
    fn is_directive_item(&mut self, value: &Value) -> bool {
        let Some(item) = value.as_object().filter(|item| item.contains_key(PATCH)) else { return false };
        match item_marker(self, item) {
            Some(Marker::Replace) => self.refuse_fields_beside_replace(item),
            Some(Marker::Delete) => {
                let message = "`$patch: delete` needs a list that merges by a key, and this one is replaced whole";
                self.error_at(PATCH, &codes::PATCH_DIRECTIVE, message.to_owned(), |problem| {
                    problem.help("write the list as it is to be, or remove the item with a `json` patch")
                });
            }
            None => {}
        }
        true
    }

    fn take_value<S: MergeSchema>(&mut self, value: &Value, schema: Option<S>) -> Value {
        match value {
            Value::Object(item) => Value::Object(self.take_map(item, schema).unwrap_or_default()),
            Value::Array(items) => {
                let rule = schema.as_ref().map_or(ListRule::Atomic, MergeSchema::list_rule);
                let list = List { name: "", rule, items: schema.and_then(|schema| schema.items()), order: None };
                Value::Array(self.take_list(&list, items))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    /// Tells the items of a patch apart; none where one of them cannot be placed.
    fn sort_out<'v, S>(&mut self, list: &List<'_, '_, S>, keys: &[&str], patch: &'v [Value]) -> Option<SortedOut<'v>> {
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
    fn refuse_fields_beside_replace(&mut self, item: &Map<String, Value>) {
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
            let near = crate::near::near_names(key, item.keys().map(String::as_str));
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

    fn base_has_keys(&mut self, existing: &[Value], keys: &[&str]) -> bool {
        let without = existing.iter().position(|item| !keys.iter().all(|key| item.get(*key).is_some_and(is_plain)));
        if let Some(index) = without {
            let place = self.here.child(index).dotted();
            let message = format!("`{place}` of the object does not have its merge key `{}`", keys.join("`, `"));
            let problem = Problem::error(&codes::PATCH_MERGE_KEY, self.at.clone(), message);
            self.error(
                problem.label("this list merges by that key").help("correct the template, or use a `json` patch"),
            );
        }
        without.is_none()
    }

    /// The items whose order counts: those of `$setElementOrder`, else of the patch.
    fn wanted_order<'v, S>(
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
                let at =
                    self.at.parent().unwrap_or_default().child(format!("$setElementOrder/{}", list.name)).child(index);
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

    /// The items of a patch must all be in its `$setElementOrder`, in the same relative order.
    fn check_order(
        &mut self,
        name: &str,
        patch: &[Value],
        order: &[Value],
        matches: impl Fn(&Value, &Value) -> bool,
        text: impl Fn(&Value) -> String,
    ) {
        let mut from = 0;
        for item in patch {
            let place = order.iter().position(|other| matches(item, other));
            let message = match place {
                Some(place) if place >= from => {
                    from = place;
                    continue;
                }
                Some(_) => format!("the order of `{name}` doesn't match `$setElementOrder/{name}` at {}", text(item)),
                None => format!("`$setElementOrder/{name}` does not name {}, which the patch sets", text(item)),
            };
            let at = self.at.parent().unwrap_or_default().child(format!("$setElementOrder/{name}"));
            self.error(
                Problem::error(&codes::PATCH_DIRECTIVE, at, message)
                    .on_key()
                    .help("give both in one order, or drop it"),
            );
            return;
        }
    }

    /// The list in its new order; records where its items were, and which are new.
    fn put_in_order(&mut self, items: Vec<Item>, arranged: &[usize]) -> Vec<Value> {
        if self.quiet == 0 {
            let before = arranged.iter().map(|index| items[*index].before).collect();
            self.touched.record_rearranged(&self.here, before);
            for (place, index) in arranged.iter().enumerate() {
                if let Some(new) = &items[*index].new {
                    let place = self.here.child(place);
                    self.touched.record_set(&place, &self.at.child(new.index));
                    self.touched.record_inside(&place, &new.inside);
                }
            }
        }
        let mut values: Vec<Option<Value>> = items.into_iter().map(|item| Some(item.value)).collect();
        arranged.iter().filter_map(|index| values[*index].take()).collect()
    }
}

/// An item of a list that is being merged.
struct Item {
    value: Value,
    /// Its index in the object's list.
    before: Option<usize>,
    /// Set where the object did not have it.
    new: Option<New>,
}

/// An item that the patch adds.
struct New {
    /// Its index in the patch's list.
    index: usize,
    /// What is to be recorded of its insides.
    inside: Touched,
}

/// Items of a patch, with their index in it.
#[derive(Default)]
struct SortedOut<'v> {
    replaces: bool,
    delete: Vec<(usize, &'v Map<String, Value>)>,
    merge: Vec<(usize, &'v Map<String, Value>)>,
}

fn contains(list: &[Value], value: &Value) -> bool {
    list.iter().any(|item| same(item, value))
}
