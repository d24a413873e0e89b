//! The flat tree of one document between the parser and the nodes: aliases are still aliases, and every item knows how large it
//! is with all of them replaced, so that budgets hold before anything is copied.

use super::finding::narrow;
use super::node::ScalarStyle;
use std::borrow::Cow;
use std::ops::Range;

/// Number of an item in [`Composed::items`].
pub(super) type ItemId = usize;

/// One document, children before their parents.
pub(super) struct Composed<'t> {
    pub items: Vec<Item<'t>>,
    pub root: ItemId,
}

pub(super) struct Item<'t> {
    pub start: u32,
    pub end: u32,
    pub kind: ItemKind<'t>,
    pub size: Size,
}

pub(super) enum ItemKind<'t> {
    Scalar {
        text: Cow<'t, str>,
        style: ScalarStyle,
    },
    Sequence(Vec<ItemId>),
    Mapping(Vec<(ItemId, ItemId)>),
    Alias(ItemId),
    /// Stands where there is nothing to read; an error has been found, so the document is not returned.
    Broken,
}

/// How large a node is with all aliases in it replaced.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub nodes: u32,
    pub bytes: u32,
    /// 0 of a scalar, 1 of a collection of scalars.
    pub height: u32,
}

impl Size {
    pub fn scalar(bytes: usize) -> Self {
        Size { nodes: 1, bytes: narrow(bytes), height: 0 }
    }

    pub fn of_collection(children: impl Iterator<Item = Size>) -> Self {
        children.fold(Size { nodes: 1, bytes: 0, height: 1 }, |size, child| Size {
            nodes: size.nodes.saturating_add(child.nodes),
            bytes: size.bytes.saturating_add(child.bytes),
            height: size.height.max(child.height + 1),
        })
    }
}

impl Item<'_> {
    /// In the place of a node that cannot be read.
    pub fn broken(range: &Range<usize>) -> Self {
        Item { start: narrow(range.start), end: narrow(range.end), kind: ItemKind::Broken, size: Size::scalar(0) }
    }
}
