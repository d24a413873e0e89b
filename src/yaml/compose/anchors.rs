//! Anchors and aliases of one document: each name once, each alias after its anchor, all within the budget.

use super::{Abandon, Composer};
use crate::near;
use crate::yaml::bytes::HOLE_START;
use crate::yaml::codes;
use crate::yaml::finding::{Finding, narrow, shown};
use crate::yaml::read::{MAX_ALIAS_BYTES, MAX_ALIAS_NODES, MAX_DEPTH};
use crate::yaml::syntax;
use crate::yaml::tree::{Item, ItemId, ItemKind};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

#[derive(Default)]
pub(super) struct Anchor {
    pub span: Range<usize>,
    /// None while its collection is still open.
    pub item: Option<ItemId>,
    is_used: bool,
}

impl<'t> Composer<'t, '_> {
    /// The parser announces an anchor right after its scalar, or after the start of its collection.
    pub(super) fn anchor(&mut self, id: usize, name: Cow<'t, str>, range: Range<usize>) {
        if name.contains(HOLE_START) {
            self.findings.push(
                Finding::error_in(&codes::MISPLACED_HOLE, &range, "a variable in the name of an anchor")
                    .help("write the name out: values can stand for keys and values alone"),
            );
        }
        let first = self.document.names.insert(name, id).and_then(|first| self.document.anchors.get(&first));
        if let Some(first) = first {
            let finding = Finding::error_in(
                &codes::ANCHOR,
                &range,
                format!("anchor `{}` is defined twice", shown(self.slice(&range))),
            )
            .also(narrow(first.span.start), narrow(first.span.end), "first defined here")
            .help("give one of them another name");
            self.findings.push(finding);
        }
        self.document.anchors.entry(id).or_default().span = range;
    }

    pub(super) fn alias(&mut self, id: usize, range: Range<usize>) -> Result<(), Abandon> {
        self.reached(range.end);
        let anchor = self.document.anchors.entry(id).or_default();
        anchor.is_used = true;
        let Some(target) = anchor.item else {
            let message = format!("`{}` stands inside the node that it names", shown(self.slice(&range)));
            self.findings.push(Finding::error_in(&codes::ALIAS, &range, message).help("a node cannot hold itself"));
            return self.add(Item::broken(&range), 0);
        };
        let size = self.document.items[target].size;
        if self.document.open.len() + size.height as usize > MAX_DEPTH {
            self.findings.push(syntax::too_deep(range.start));
            return Err(Abandon);
        }
        self.alias_size.nodes = self.alias_size.nodes.saturating_add(size.nodes);
        self.alias_size.bytes = self.alias_size.bytes.saturating_add(size.bytes);
        if self.alias_size.nodes > MAX_ALIAS_NODES || self.alias_size.bytes > MAX_ALIAS_BYTES {
            let finding = Finding::error_in(&codes::LIMIT, &range, "the aliases of this file copy too much");
            self.findings.push(finding.help("use fewer aliases"));
            return Err(Abandon);
        }
        let kind = ItemKind::Alias(target);
        self.add(Item { start: narrow(range.start), end: narrow(range.end), kind, size }, 0)
    }

    pub(super) fn unresolved_alias(&mut self, name: &str, range: Range<usize>) -> Result<(), Abandon> {
        self.reached(range.end);
        let finding = if name.contains(HOLE_START) {
            Finding::error_in(&codes::MISPLACED_HOLE, &range, "a variable in the name of an alias")
                .help("write the name out: values can stand for keys and values alone")
        } else {
            let hint = near_anchors(name, &self.document.names);
            Finding::error_in(&codes::ALIAS, &range, format!("no anchor `&{}` above in this document", shown(name)))
                .help(hint)
        };
        self.findings.push(finding);
        self.add(Item::broken(&range), 0)
    }

    pub(super) fn warn_of_unused_anchors(&mut self, anchors: &BTreeMap<usize, Anchor>) {
        for anchor in anchors.values().filter(|anchor| !anchor.is_used) {
            let message = format!("anchor `{}` is never used", shown(self.slice(&anchor.span)));
            let (start, end) = (narrow(anchor.span.start), narrow(anchor.span.end));
            self.findings.push(Finding::warning(&codes::UNUSED_ANCHOR, start, end, message).help("remove it"));
        }
    }
}

/// Of a sensible number of sensible names only: to compare long names takes long.
fn near_anchors(name: &str, names: &BTreeMap<Cow<'_, str>, usize>) -> String {
    const LONGEST: usize = 64;
    const MOST: usize = 100;
    let known = names.keys().map(|name| name.as_ref()).filter(|name| name.len() <= LONGEST).take(MOST);
    let hint = if name.len() <= LONGEST { near::hint(name, known) } else { None };
    let shown = if name.len() <= LONGEST { name } else { "NAME" };
    hint.unwrap_or_else(|| format!("define it above, as `&{shown} VALUE`; quote a text that begins with `*`"))
}
