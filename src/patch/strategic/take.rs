//! Values of a patch that are taken as they are, but for nulls and directives.

use super::directive::{Marker, PATCH, item_marker};
use super::list::List;
use super::{ListRule, MergeSchema, Merger, Outcome};
use crate::patch::problem::codes;
use crate::value::{brief, same, same_keys};
use serde_json::{Map, Value};

impl Merger {
    /// A map of the patch where the object has none, or one that is replaced: without nulls and directives.
    pub(super) fn take_map<S: MergeSchema>(
        &mut self,
        patch: &Map<String, Value>,
        schema: Option<S>,
    ) -> Option<Map<String, Value>> {
        self.quiet += 1;
        let mut taken = Map::new();
        let outcome = self.map(&mut taken, patch, schema);
        self.quiet -= 1;
        (outcome == Outcome::Kept).then_some(taken)
    }

    /// A list of the patch where the object has none, or one that is replaced: without directives.
    pub(super) fn take_list<S: MergeSchema>(&mut self, list: &List<'_, '_, S>, patch: &[Value]) -> Vec<Value> {
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

    pub(super) fn take_value<S: MergeSchema>(&mut self, value: &Value, schema: Option<S>) -> Value {
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
}
