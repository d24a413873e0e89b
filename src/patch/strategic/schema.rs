//! What a strategic merge needs to know of a kind.

/// A place in the schema of a kind: says how the value there merges, and leads to what is below.
///
/// Cheap to copy, since the merge carries one along. Where a schema says nothing, maps merge and lists are replaced.
pub trait MergeSchema: Copy {
    /// The place of a field of this map: a declared one, else what the map allows for any key. None where it is unknown.
    fn property(&self, name: &str) -> Option<Self>;

    /// The place of the items of this list.
    fn items(&self) -> Option<Self>;

    fn map_rule(&self) -> MapRule;

    fn list_rule(&self) -> ListRule<'_>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapRule {
    Merge,
    /// `x-kubernetes-patch-strategy: replace`, `x-kubernetes-map-type: atomic`.
    Replace,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListRule<'s> {
    /// Replaced whole.
    Atomic,
    /// Of scalars: united.
    Set,
    /// Of maps: items with the same values of these keys merge. Never empty.
    Keyed(Vec<&'s str>),
}
