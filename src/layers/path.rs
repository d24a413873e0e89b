//! Where a merge is, without a cost to merges that need not tell.

use super::{Place, Source};
use crate::pointer::Pointer;
use serde_json::Value;

/// What one layer or enforcer says at the place where the merge is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub value: &'a Value,
    pub source: Source,
    /// The key in the map that is being merged; empty for items of a list.
    pub key: &'a str,
    /// The index in this layer's list, for an item of one.
    pub index: usize,
    /// False for what a reset above or below has cut off and is kept for the trace only.
    pub live: bool,
}

/// The steps from the root, each on the stack of the call that took it.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    /// A key, and all that is said in its map.
    Key(&'p str, &'p [Said<'p>]),
    /// An item of a keyed list: its index in the result, what is said of it (layers have it at other indexes), and its keys.
    Item(usize, &'p [Said<'p>], &'p [String]),
}

impl<'p> Path<'p> {
    pub fn root() -> Self {
        Path { parent: None, step: Step::Root }
    }

    pub fn is_root(&self) -> bool {
        self.parent.is_none()
    }

    pub fn key(&'p self, key: &'p str, map: &'p [Said<'p>]) -> Path<'p> {
        Path { parent: Some(self), step: Step::Key(key, map) }
    }

    pub fn item(&'p self, index: usize, said: &'p [Said<'p>], keys: &'p [String]) -> Path<'p> {
        Path { parent: Some(self), step: Step::Item(index, said, keys) }
    }

    /// Whether this is one of the keys by which the item around it is known.
    pub fn is_item_key(&self) -> bool {
        match (self.step, self.parent.map(|parent| parent.step)) {
            (Step::Key(key, _), Some(Step::Item(_, _, keys))) => keys.iter().any(|own| own == key),
            _ => false,
        }
    }

    /// The place in the merged values.
    pub fn pointer(&self) -> Pointer {
        self.spell(&|index, _| index)
    }

    /// The same place in the values of a layer or enforcer.
    pub fn place(&self, source: Source) -> Place {
        let own_index =
            |index, said: &[Said]| said.iter().find(|said| said.source == source).map_or(index, |said| said.index);
        Place { source, pointer: self.spell(&own_index) }
    }

    fn spell(&self, index_of: &dyn Fn(usize, &[Said]) -> usize) -> Pointer {
        let mut pointer = self.parent.map_or_else(Pointer::root, |parent| parent.spell(index_of));
        match self.step {
            Step::Root => {}
            Step::Key(key, _) => pointer.push(key),
            Step::Item(index, said, _) => pointer.push(index_of(index, said)),
        }
        pointer
    }

    /// The keys beside this one that sources below `source` set.
    pub fn inherited_keys(&self, source: Source) -> Vec<String> {
        let Step::Key(own, map) = self.step else { return Vec::new() };
        let mut keys: Vec<String> = map
            .iter()
            .filter(|said| said.live && said.source < source && said.key != own && !said.value.is_null())
            .map(|said| said.key.to_owned())
            .collect();
        keys.dedup();
        keys
    }
}
