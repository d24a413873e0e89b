//! The order of a merged list.

/// An item of a merged list, by where it stands elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rank {
    /// Its index in the object's list, before the patch.
    pub before: Option<usize>,
    /// Its index in the list that gives the order: the patch's, or `$setElementOrder`.
    pub wanted: Option<usize>,
}

/// Orders a merged list: gives, for each place of the new list, the index in `ranks`.
///
/// Items with a wanted index keep that order among themselves, the others the order that they had. The two are
/// then interleaved: an item of the others goes before the next wanted one only where the object had both and had them so.
pub(super) fn arrange(ranks: &[Rank]) -> Vec<usize> {
    let indexes = || 0..ranks.len();
    let mut wanted: Vec<usize> = indexes().filter(|index| ranks[*index].wanted.is_some()).collect();
    wanted.sort_by_key(|index| ranks[*index].wanted);
    let mut others: Vec<usize> = indexes().filter(|index| ranks[*index].wanted.is_none()).collect();
    // An item that the object did not have keeps its place behind those that it had.
    others.sort_by_key(|index| ranks[*index].before.unwrap_or(usize::MAX));

    let mut arranged = Vec::with_capacity(ranks.len());
    let (mut wanted, mut others) = (wanted.into_iter().peekable(), others.into_iter().peekable());
    loop {
        let next = match (others.peek(), wanted.peek()) {
            (Some(other), Some(want)) => match (ranks[*other].before, ranks[*want].before) {
                (Some(other), Some(want)) if other < want => others.next(),
                _ => wanted.next(),
            },
            (Some(_), None) => others.next(),
            (None, _) => wanted.next(),
        };
        match next {
            Some(index) => arranged.push(index),
            None => return arranged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(before: Option<usize>, wanted: Option<usize>) -> Rank {
        Rank { before, wanted }
    }

    #[test]
    fn new_items_come_first_and_old_ones_keep_their_places() {
        let ranks = [rank(Some(0), None), rank(Some(1), None), rank(None, Some(0))];
        assert_eq!(arrange(&ranks), [2, 0, 1]);
        let ranks = [rank(Some(0), None), rank(Some(1), Some(1)), rank(None, Some(0)), rank(Some(2), None)];
        assert_eq!(arrange(&ranks), [2, 0, 1, 3]);
        assert_eq!(arrange(&[]), Vec::<usize>::new());
    }
}
