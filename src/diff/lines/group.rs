//! Which fields of a hunk are told together: the same change at several places of an object, and items that come to one list or leave it.
//!
//! Takes a hunk's fields in their order; gives groups, in the order of their first fields. Each field is in one group.

use super::Limits;
use crate::diff::{FoldedField, Values};

/// So many items that come to one list, or leave it, are told one by one.
const FEW_ITEMS: usize = 4;

/// A field with those that are told with it.
pub struct Group<'f> {
    pub first: &'f FoldedField,
    /// Fields of the same name elsewhere in the object that change in the same way.
    pub(super) alike: Vec<&'f FoldedField>,
    /// More items that come to the same list, or leave it.
    pub(super) items: Vec<&'f FoldedField>,
}

impl<'f> Group<'f> {
    pub fn members(&self) -> impl Iterator<Item = &'f FoldedField> {
        std::iter::once(self.first).chain(self.alike.iter().copied()).chain(self.items.iter().copied())
    }
}

/// Fields in groups; each by itself where all of it is asked for.
pub fn grouped<'f>(fields: &'f [FoldedField], limits: &Limits) -> Vec<Group<'f>> {
    let is_full = limits.fields == usize::MAX;
    let mut is_taken = vec![false; fields.len()];
    let mut groups = Vec::new();
    for (number, first) in fields.iter().enumerate() {
        if is_taken[number] {
            continue;
        }
        let mut group = Group { first, alike: Vec::new(), items: Vec::new() };
        let rest = || (number + 1..fields.len()).filter(|other| !is_taken[*other] && !is_full);
        let items: Vec<usize> = rest().filter(|other| is_next_item(first, &fields[*other])).collect();
        if items.len() >= FEW_ITEMS {
            group.items = items.iter().map(|other| &fields[*other]).collect();
            items.into_iter().for_each(|other| is_taken[other] = true);
        } else {
            let alike: Vec<usize> = rest().filter(|other| is_alike(first, &fields[*other])).collect();
            group.alike = alike.iter().map(|other| &fields[*other]).collect();
            alike.into_iter().for_each(|other| is_taken[other] = true);
        }
        groups.push(group);
    }
    groups
}

pub(super) fn is_new(field: &FoldedField) -> bool {
    matches!(field.values, Values::Same { old: None, .. })
}

fn is_next_item(first: &FoldedField, other: &FoldedField) -> bool {
    let is_one_sided = |field: &FoldedField| {
        matches!(&field.values, Values::Same { old, new } if old.is_none() != new.is_none()) && field.path.is_item()
    };
    is_one_sided(first)
        && is_one_sided(other)
        && is_new(first) == is_new(other)
        && first.path.parent() == other.path.parent()
}

fn is_alike(first: &FoldedField, other: &FoldedField) -> bool {
    let is_told = matches!(first.values, Values::Same { .. } | Values::Alike { .. });
    is_told
        && (first.sort, &first.values) == (other.sort, &other.values)
        && first.path.steps().last() == other.path.steps().last()
        && first.path != other.path
}
