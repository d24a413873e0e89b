//! Layers of values: how what fleet, cluster, environment, tenant and site say becomes the values of one deployment.
//!
//! Takes layers from lowest to highest, the enforcers among them and a [`MergePlan`] made once from the template's schema;
//! gives the merged values and every [`LayerError`], which names layers and places and leaves it to the caller to know files.
//! It reads nothing, knows no kind of layer, and knows of a schema only which lists have keys: checking values is not its task.
//!
//! # The merge law
//!
//! For each key, from the lowest layer to the highest:
//!
//! - A map merges with a map, key by key.
//! - A scalar or a list replaces a scalar or a list.
//! - `null` removes what the layers below have. In a layer that is `strict` it is an error if they have nothing.
//! - A list whose schema says `x-kubernetes-list-type: map` merges with another item by item: items with the same values of all
//!   `x-kubernetes-list-map-keys` merge as maps do, and `{KEY: ..., $patch: delete}` removes an item as `null` removes a key.
//!   Items stand in the order in which they first came: those of the lower layer, then the new ones of the next. An item
//!   that was removed and comes again, comes last.
//! - A map that meets a scalar or a list, or the reverse, is an error that names both. A `null` in a layer between is the way
//!   to change one into the other.
//!
//! What a higher layer removes or replaces whole is not looked at, so nothing in it is an error.
//!
//! This is RFC 7386 but for keyed lists, and for what RFC 7386 does in silence and is an error here. So the empty layer changes
//! nothing, a layer given twice in a row counts once (but for its removals, which find nothing the second time), and layers without
//! removals may be merged in groups of neighbours, with the same result.
//!
//! Only keys that the template declares are taken. Others are left out, since shared layers speak to other templates as well;
//! in a strict layer they are an error.
//!
//! # Enforcement
//!
//! An enforcer is a tree of values that belongs to a layer, `enforce` beside its `values`. Its leaves are scalars, lists, `null`,
//! and single items of keyed lists (`$patch: delete` as well); an empty map is a leaf that says that there is a map. For each leaf:
//!
//! 1. Values of the enforcer's own layer and of those below are beaten in silence, whatever they are. Where the enforcer has a map,
//!    what they have beside its leaves stays; where they have no map, it takes their place.
//! 2. The layers above are merged by themselves, as far as they speak of this leaf. Where they say nothing, or the same (numbers by
//!    amount), all is well; anything else is an error that names the enforcer and the layer that had the last word. Layers above
//!    that set a value and take it back to nothing inherited have still said `null`, and `null` is not the enforced value; it is
//!    the same as an enforced `null`.
//! 3. Enforcers of higher layers count, for an enforcer below, as layers above all layers of values. So of two that differ the
//!    lower one is reported as being contradicted by the higher.
//! 4. The result has the enforced value; an item of a keyed list is replaced whole, at its place, or comes last. Enforced `null`
//!    and `$patch: delete` remove, and need not find anything.
//!
//! All deployments have their enforcers checked even where the template's defaults already agree: an enforcer is a law about what
//! may be written above it, not about what comes out.

mod enforce;
mod error;
mod keyed;
mod merge;
mod path;
mod plan;
mod trace;

pub use error::{Described, LayerError, LayerErrorKind, Shape, Wanted, codes};
pub use merge::merge;
pub use plan::{MergePlan, PlanError};
pub use trace::{Recorder, Trace, Traced};

use crate::pointer::Pointer;
use serde_json::{Map, Value};

/// One layer of values. Layers are known by their place in the list that is merged, the lowest first.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// A map; null counts as an empty one.
    pub values: &'a Value,
    /// A site's own layer: what it removes must be there, and it may set only what the template declares.
    pub strict: bool,
}

/// Values that must hold whatever the layers above say.
#[derive(Debug, Clone, Copy)]
pub struct Enforcer<'a> {
    /// The layer that it belongs to, as index in the list of layers.
    pub layer: usize,
    /// A map; null counts as an empty one.
    pub values: &'a Value,
}

/// Where a value was written: a layer or an enforcer, by its index in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Layer(usize),
    Enforcer(usize),
}

/// A place in the values of a layer or an enforcer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub source: Source,
    pub pointer: Pointer,
}

/// What the layers come to.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// Usable where there are no errors; else the best guess, so that further checks find what else is wrong.
    pub values: Map<String, Value>,
    pub errors: Vec<LayerError>,
}
