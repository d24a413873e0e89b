//! Who set what: the record of a merge, for `explain`.

use super::Place;
use crate::pointer::Pointer;
use std::collections::BTreeMap;

/// Is told of each leaf as it is decided. `()` records nothing and costs nothing.
pub trait Recorder {
    /// Whether the merge is to keep track of what has lost.
    const TRACES: bool;

    fn record(&mut self, leaf: impl FnOnce() -> (Pointer, Traced));
}

impl Recorder for () {
    const TRACES: bool = false;

    fn record(&mut self, _: impl FnOnce() -> (Pointer, Traced)) {}
}

/// Where one leaf of the merged values comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The layer or enforcer whose value it is; of a leaf that is absent, the one that removed it.
    pub winner: Place,
    /// Who set or removed it before, the highest first.
    pub losers: Vec<Place>,
    /// False where the winner removed it.
    pub present: bool,
}

/// The leaves of the merged values: scalars, lists without keys, empty maps and lists; and keys that were removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    leaves: BTreeMap<Pointer, Traced>,
    removed: BTreeMap<Pointer, Traced>,
}

impl Recorder for Trace {
    const TRACES: bool = true;

    fn record(&mut self, leaf: impl FnOnce() -> (Pointer, Traced)) {
        let (pointer, traced) = leaf();
        if traced.present {
            self.leaves.insert(pointer, traced);
        } else {
            self.removed.insert(pointer, traced);
        }
    }
}

impl Trace {
    /// All leaves, in order of pointer.
    pub fn leaves(&self) -> impl Iterator<Item = (&Pointer, &Traced)> {
        self.leaves.iter()
    }

    /// The keys that some layer removed and none set again, in order of pointer. Removed items of lists are not among them:
    /// they have no place in the result.
    pub fn removed(&self) -> impl Iterator<Item = (&Pointer, &Traced)> {
        self.removed.iter()
    }

    /// The leaf at a pointer, or the one that it lies in (a list without keys is one leaf); else the removal that
    /// explains why there is nothing.
    pub fn find(&self, pointer: &Pointer) -> Option<(&Pointer, &Traced)> {
        let mut here = Some(pointer.clone());
        while let Some(pointer) = here {
            if let Some(found) = self.leaves.get_key_value(&pointer).or_else(|| self.removed.get_key_value(&pointer)) {
                return Some(found);
            }
            here = pointer.parent();
        }
        None
    }

    /// The leaves at and below a pointer.
    pub fn below<'t>(&'t self, pointer: &'t Pointer) -> impl Iterator<Item = (&'t Pointer, &'t Traced)> {
        self.leaves.range(pointer..).take_while(move |(leaf, _)| leaf.segments().starts_with(pointer.segments()))
    }
}
