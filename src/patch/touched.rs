//! What a patch changed, and where each field of the new object comes from.
//!
//! A log of steps in the order in which they happened. List indexes shift when items come and go, so each pointer of a step is
//! right for the object as it was just after that step; [`Touched::origin`] walks back through the log and so can tell, for
//! any field of the result, the part of the patch that set it or the place where it was before.

use crate::pointer::Pointer;

/// Where a field of a patched object comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Set by the patch, by the value at this pointer of the patch.
    Patch(Pointer),
    /// Not set by the patch; it was at this pointer of the object before.
    Before(Pointer),
}

/// Something that a patch did to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// Set it, by the value at this pointer of the patch.
    Set(Pointer),
    /// Moved or copied it here, by the operation at this pointer of the patch.
    Moved(Pointer),
    /// Added the item of a list that it lies in.
    Added,
}

/// The changes of one application of a patch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    /// Of what was set or removed, or of the list whose items moved.
    pointer: Pointer,
    change: Change,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// The whole value is what the patch has at this pointer.
    Set(Pointer),
    /// A value was here, and this part of the patch took it away.
    Removed(Pointer),
    /// The value is what was at `from` before step number `since`.
    Taken {
        from: Pointer,
        since: usize,
        /// The part of the patch that moved or copied it.
        source: Pointer,
    },
    Inserted(usize),
    Deleted(usize),
    /// For each item, where it was before; none for a new one.
    Rearranged(Vec<Option<usize>>),
}

impl Touched {
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Where the field at `pointer` of the patched object comes from.
    pub fn origin(&self, pointer: &Pointer) -> Origin {
        let mut set = None;
        let before = self.walk_back(pointer, |touch| {
            if let Touch::Set(source) = touch {
                set = Some(source);
            }
            set.is_some()
        });
        set.map_or(Origin::Before(before), Origin::Patch)
    }

    /// All that the patch did to the field at `pointer` of the patched object, the last first, and where the field was before;
    /// nothing where it was not, or lay in an item that the patch added.
    pub fn history(&self, pointer: &Pointer) -> (Vec<Touch>, Option<Pointer>) {
        let mut touches = Vec::new();
        let mut is_new = false;
        let before = self.walk_back(pointer, |touch| {
            is_new = matches!(touch, Touch::Added);
            if !is_new {
                touches.push(touch);
            }
            is_new
        });
        (touches, (!is_new).then_some(before))
    }

    /// Walks back through the log, and tells what happened to the field; ends where `is_enough` says so. Gives the field's
    /// place there.
    fn walk_back(&self, pointer: &Pointer, mut is_enough: impl FnMut(Touch) -> bool) -> Pointer {
        let mut here = pointer.clone();
        let mut left = self.steps.len();
        while let Some(step) = left.checked_sub(1).and_then(|index| self.steps.get(index)) {
            left -= 1;
            let Some(rest) = rest_below(&step.pointer, &here) else { continue };
            let index = rest.first().and_then(|segment| segment.parse::<usize>().ok());
            let touch = match &step.change {
                Change::Set(source) => Some(Touch::Set(append(source, rest))),
                Change::Removed(_) | Change::Deleted(_) => None,
                Change::Taken { source, .. } => Some(Touch::Moved(source.clone())),
                Change::Inserted(at) => (index == Some(*at)).then_some(Touch::Added),
                Change::Rearranged(from) => {
                    let is_new = index.is_some_and(|index| from.get(index).is_some_and(Option::is_none));
                    is_new.then_some(Touch::Added)
                }
            };
            if touch.is_some_and(&mut is_enough) {
                return here;
            }
            match &step.change {
                Change::Set(_) | Change::Removed(_) => {}
                Change::Taken { from, since, .. } => {
                    here = append(from, rest);
                    left = *since;
                }
                Change::Inserted(at) => here = reindex(&here, &step.pointer, |index| index - usize::from(index > *at)),
                Change::Deleted(at) => here = reindex(&here, &step.pointer, |index| index + usize::from(index >= *at)),
                Change::Rearranged(from) => {
                    here = reindex(&here, &step.pointer, |index| from.get(index).copied().flatten().unwrap_or(index));
                }
            }
        }
        here
    }

    /// The part of the patch that took away what would be at `pointer` of the patched object; the last one where several did.
    /// None where the patch removed nothing there.
    pub fn remover(&self, pointer: &Pointer) -> Option<&Pointer> {
        let mut here = pointer.clone();
        for step in self.steps.iter().rev() {
            let Some(rest) = rest_below(&step.pointer, &here) else { continue };
            match &step.change {
                Change::Removed(source) => return Some(source),
                // A value that was set whole, without the field that is looked for.
                Change::Set(source) => return (!rest.is_empty()).then_some(source),
                Change::Taken { .. } => return None,
                Change::Inserted(at) => here = reindex(&here, &step.pointer, |index| index - usize::from(index > *at)),
                Change::Deleted(at) => here = reindex(&here, &step.pointer, |index| index + usize::from(index >= *at)),
                Change::Rearranged(from) => {
                    here = reindex(&here, &step.pointer, |index| from.get(index).copied().flatten().unwrap_or(index));
                }
            }
        }
        None
    }

    /// Pointers of the patched object that the patch set, in the order in which it set them, each once. Values that a later
    /// step of the same patch replaced or removed are not among them.
    pub fn set(&self) -> Vec<Pointer> {
        let mut found = Vec::new();
        for (index, step) in self.steps.iter().enumerate() {
            if !matches!(step.change, Change::Set(_) | Change::Taken { .. }) {
                continue;
            }
            let later = &self.steps[index + 1..];
            if let Some(pointer) = later.iter().try_fold(step.pointer.clone(), forward)
                && !found.contains(&pointer)
            {
                found.push(pointer);
            }
        }
        found
    }

    pub(super) fn record_set(&mut self, pointer: &Pointer, source: &Pointer) {
        self.push(pointer, Change::Set(source.clone()));
    }

    pub(super) fn record_removed(&mut self, pointer: &Pointer, source: &Pointer) {
        self.push(pointer, Change::Removed(source.clone()));
    }

    pub(super) fn record_taken(&mut self, pointer: &Pointer, from: &Pointer, since: usize, source: &Pointer) {
        self.push(pointer, Change::Taken { from: from.clone(), since, source: source.clone() });
    }

    pub(super) fn record_inserted(&mut self, list: &Pointer, index: usize) {
        self.push(list, Change::Inserted(index));
    }

    pub(super) fn record_deleted(&mut self, list: &Pointer, index: usize) {
        self.push(list, Change::Deleted(index));
    }

    /// Records the new order of a list; nothing where all items stay where they are.
    pub(super) fn record_rearranged(&mut self, list: &Pointer, from: Vec<Option<usize>>) {
        if from.iter().enumerate().any(|(index, before)| *before != Some(index)) {
            self.push(list, Change::Rearranged(from));
        }
    }

    /// Records the steps of a value that was made apart and is now at `place`.
    pub(super) fn record_inside(&mut self, place: &Pointer, inside: &Touched) {
        let steps =
            inside.steps.iter().map(|step| Step { pointer: place.join(&step.pointer), change: step.change.clone() });
        self.steps.extend(steps);
    }

    /// How many steps there are so far.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    fn push(&mut self, pointer: &Pointer, change: Change) {
        self.steps.push(Step { pointer: pointer.clone(), change });
    }
}

/// The pointer after a step, for a value that was at `pointer` before it; none where the step replaced or removed it.
fn forward(pointer: Pointer, step: &Step) -> Option<Pointer> {
    let Some(_) = rest_below(&step.pointer, &pointer) else { return Some(pointer) };
    Some(match &step.change {
        Change::Set(_) | Change::Removed(_) => return None,
        // What was taken elsewhere lives on there, as a value of its own step.
        Change::Taken { .. } => return None,
        Change::Inserted(at) => reindex(&pointer, &step.pointer, |index| index + usize::from(index >= *at)),
        Change::Deleted(at) => reindex(&pointer, &step.pointer, |index| index - usize::from(index > *at)),
        Change::Rearranged(from) => {
            let Some(index) = pointer.segments().get(step.pointer.segments().len()) else { return Some(pointer) };
            let before: usize = index.parse().ok()?;
            let now = from.iter().position(|from| *from == Some(before))?;
            reindex(&pointer, &step.pointer, |_| now)
        }
    })
}

/// The segments of `pointer` below `ancestor`, where it is one (or is `pointer` itself).
fn rest_below<'p>(ancestor: &Pointer, pointer: &'p Pointer) -> Option<&'p [String]> {
    pointer.segments().strip_prefix(ancestor.segments())
}

fn append(pointer: &Pointer, rest: &[String]) -> Pointer {
    Pointer::from_segments(pointer.segments().iter().chain(rest).cloned())
}

/// `pointer` with the index that follows `list` in it changed; unchanged where it is the list itself.
fn reindex(pointer: &Pointer, list: &Pointer, change: impl Fn(usize) -> usize) -> Pointer {
    let depth = list.segments().len();
    let Some(index) = pointer.segments().get(depth).and_then(|segment| segment.parse::<usize>().ok()) else {
        return pointer.clone();
    };
    let mut segments = pointer.segments().to_vec();
    segments[depth] = change(index).to_string();
    Pointer::from_segments(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    #[test]
    fn origin_follows_items_of_a_list_through_later_shifts() {
        let mut touched = Touched::default();
        touched.record_inserted(&at("/list"), 1);
        touched.record_set(&at("/list/1"), &at("/0/value"));
        touched.record_removed(&at("/list/0"), &at("/1"));
        touched.record_deleted(&at("/list"), 0);
        assert_eq!(touched.origin(&at("/list/0/name")), Origin::Patch(at("/0/value/name")));
        assert_eq!(touched.origin(&at("/list/1")), Origin::Before(at("/list/1")));
        assert_eq!(touched.origin(&at("/other")), Origin::Before(at("/other")));
        assert_eq!(touched.set(), [at("/list/0")]);
    }

    #[test]
    fn history_goes_on_behind_what_set_a_field() {
        let mut touched = Touched::default();
        touched.record_set(&at("/spec/a"), &at("/0/value"));
        touched.record_set(&at("/spec"), &at("/1/value"));
        let sets = vec![Touch::Set(at("/1/value/a")), Touch::Set(at("/0/value"))];
        assert_eq!(touched.history(&at("/spec/a")), (sets, Some(at("/spec/a"))));
        let mut touched = Touched::default();
        touched.record_inserted(&at("/list"), 1);
        touched.record_set(&at("/list/1"), &at("/0/value"));
        assert_eq!(touched.history(&at("/list/1/x")), (vec![Touch::Set(at("/0/value/x"))], None));
        assert_eq!(touched.history(&at("/list/2/x")), (vec![], Some(at("/list/1/x"))));
    }

    #[test]
    fn remover_names_the_part_that_took_a_field_away() {
        let mut touched = Touched::default();
        touched.record_removed(&at("/spec/selector"), &at("/0"));
        assert_eq!(touched.remover(&at("/spec/selector/matchLabels")), Some(&at("/0")));
        assert_eq!(touched.remover(&at("/spec")), None);
    }

    #[test]
    fn a_moved_value_comes_from_where_it_was() {
        let mut touched = Touched::default();
        touched.record_removed(&at("/list/0"), &at("/0"));
        touched.record_deleted(&at("/list"), 0);
        touched.record_inserted(&at("/list"), 2);
        touched.record_taken(&at("/list/2"), &at("/list/0"), 0, &at("/0"));
        assert_eq!(touched.origin(&at("/list/2/x")), Origin::Before(at("/list/0/x")));
        assert_eq!(touched.origin(&at("/list/0")), Origin::Before(at("/list/1")));
    }
}
