//! Lists in a strategic merge.

use super::order::{Rank, arrange};
use super::{Field, ListRule, MergeSchema, Merger};
use crate::patch::problem::{Problem, codes};
use crate::patch::touched::Touched;
use crate::pointer::Pointer;
use crate::value::{brief, kind_of, same};
use serde_json::{Map, Value};

/// What a merge needs to know of one list.
pub(super) struct List<'s, 'p, S> {
    pub name: &'p str,
    pub rule: ListRule<'s>,
    pub items: Option<S>,
    /// The items of `$setElementOrder`.
    pub order: Option<&'p [Value]>,
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
        let mut error = |directive: &str, message: String, help: Option<String>| {
            let at = self.beside(directive);
            self.errors.push(Problem::error(&codes::PATCH_DIRECTIVE, at, message).on_key().maybe_help(help));
        };
        if field.order.is_some() && list.rule == ListRule::Atomic {
            let directive = order_of(name);
            let message = format!("`{name}` is replaced whole, so `{directive}` has nothing to order");
            error(&directive, message, Some(format!("remove it and write `{name}` in the order that is wanted")));
        }
        if let Some(deletions) = field.deletions {
            let directive = deletions_from(name);
            let both = deletions.iter().find(|value| patch.is_some_and(|patch| contains(patch, value)));
            if keyed || deletions.iter().any(|value| value.is_object() || value.is_array()) {
                let message = format!("`{directive}` is for lists of plain values, and `{name}` is a list of maps");
                error(&directive, message, Some(format!("write `{name}: [{{KEY: ..., $patch: delete}}]`")));
            } else if let Some(both) = both {
                let message = format!("{} is both added to `{name}` and deleted from it", brief(both));
                error(&directive, message, None);
            }
        }
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
                    let source = self.beside(&deletions_from(name)).child(number);
                    self.touched.record_removed(&self.here.child(index), &source);
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
            let at = self.beside(&deletions_from(name)).child(number);
            let message = format!("nothing to remove: {} is not in `{name}`", brief(value));
            self.idle.push(Problem::note(&codes::PATCH_REMOVES_NOTHING, at, message));
        }
    }

    /// The items of a patch must all be in its `$setElementOrder`, in the same relative order.
    pub(super) fn check_order(
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
                Some(_) => format!("the order of `{name}` doesn't match `{}` at {}", order_of(name), text(item)),
                None => format!("`{}` does not name {}, which the patch sets", order_of(name), text(item)),
            };
            let at = self.beside(&order_of(name));
            self.error(
                Problem::error(&codes::PATCH_DIRECTIVE, at, message)
                    .on_key()
                    .help("give both in one order, or drop it"),
            );
            return;
        }
    }

    /// The place in the patch of a directive that speaks of the list where the walk is.
    pub(super) fn beside(&self, directive: &str) -> Pointer {
        self.at.parent().unwrap_or_default().child(directive)
    }

    /// The list in its new order; records where its items were, and which are new.
    pub(super) fn put_in_order(&mut self, items: Vec<Item>, arranged: &[usize]) -> Vec<Value> {
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
pub(super) struct Item {
    pub value: Value,
    /// Its index in the object's list.
    pub before: Option<usize>,
    /// Set where the object did not have it.
    pub new: Option<New>,
}

/// An item that the patch adds.
pub(super) struct New {
    /// Its index in the patch's list.
    pub index: usize,
    /// What is to be recorded of its insides.
    pub inside: Touched,
}

pub(super) fn order_of(name: &str) -> String {
    format!("$setElementOrder/{name}")
}

fn deletions_from(name: &str) -> String {
    format!("$deleteFromPrimitiveList/{name}")
}

fn contains(list: &[Value], value: &Value) -> bool {
    list.iter().any(|item| same(item, value))
}
