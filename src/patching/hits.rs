//! Which patches hit an object.

use super::book::PatchId;
use std::collections::BTreeSet;

/// The patches that hit something, of one unit or of many together.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    ids: BTreeSet<PatchId>,
}

impl Hits {
    pub fn of(ids: impl IntoIterator<Item = PatchId>) -> Self {
        Hits { ids: ids.into_iter().collect() }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &PatchId> {
        self.ids.iter()
    }

    pub fn add(&mut self, id: &PatchId) {
        if !self.ids.contains(id) {
            self.ids.insert(id.clone());
        }
    }

    pub fn merge(&mut self, other: Hits) {
        self.ids.extend(other.ids);
    }

    pub fn contains(&self, id: &PatchId) -> bool {
        self.ids.contains(id)
    }
}
