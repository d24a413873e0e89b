//! Which items of two lists belong together where nothing but their order and their content tells: a longest common subsequence.

/// Comparisons beyond which the middle of two lists, their common ends taken off, is not looked into.
const MOST_COMPARISONS: usize = 4_000_000;

/// One step through both lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aligned {
    Both(usize, usize),
    Old(usize),
    New(usize),
}

/// Aligns two lists by the pairs that `same` holds equal, in the order of both; what only one has comes with the old first.
pub fn align<T>(old: &[T], new: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<Aligned> {
    let start = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| same(old, new)).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);
    let mut steps: Vec<Aligned> = (0..start).map(|index| Aligned::Both(index, index)).collect();
    steps.extend(middle(old_middle, new_middle, same).into_iter().map(|step| match step {
        Aligned::Both(old, new) => Aligned::Both(old + start, new + start),
        Aligned::Old(old) => Aligned::Old(old + start),
        Aligned::New(new) => Aligned::New(new + start),
    }));
    steps.extend((0..end).map(|index| Aligned::Both(old.len() - end + index, new.len() - end + index)));
    steps
}

fn middle<T>(old: &[T], new: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<Aligned> {
    let (rows, columns) = (old.len(), new.len());
    if rows * columns > MOST_COMPARISONS || rows == 0 || columns == 0 {
        return (0..rows).map(Aligned::Old).chain((0..columns).map(Aligned::New)).collect();
    }
    // The length of the longest common subsequence of what is left from each pair of places on.
    let width = columns + 1;
    let mut lengths = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            lengths[row * width + column] = if same(&old[row], &new[column]) {
                lengths[(row + 1) * width + column + 1] + 1
            } else {
                lengths[(row + 1) * width + column].max(lengths[row * width + column + 1])
            };
        }
    }
    let mut steps = Vec::with_capacity(rows + columns);
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        if same(&old[row], &new[column]) {
            steps.push(Aligned::Both(row, column));
            (row, column) = (row + 1, column + 1);
        } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
            steps.push(Aligned::Old(row));
            row += 1;
        } else {
            steps.push(Aligned::New(column));
            column += 1;
        }
    }
    steps.extend((row..rows).map(Aligned::Old));
    steps.extend((column..columns).map(Aligned::New));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let steps = align(&old, &new, |old, new| old == new);
        let text = steps.into_iter().map(|step| match step {
            Aligned::Both(at, _) => format!(" {}", old[at]),
            Aligned::Old(at) => format!("-{}", old[at]),
            Aligned::New(at) => format!("+{}", new[at]),
        });
        text.collect()
    }

    #[test]
    fn what_both_have_stays_in_place() {
        assert_eq!(told("abc", "abc"), " a b c");
        assert_eq!(told("abc", "axc"), " a-b+x c");
        assert_eq!(told("abc", "bcd"), "-a b c+d");
        assert_eq!(told("", "ab"), "+a+b");
        assert_eq!(told("ab", ""), "-a-b");
        assert_eq!(told("abab", "ab"), " a b-a-b");
    }

    #[test]
    fn long_lists_that_share_nothing_are_not_looked_into() {
        let (old, new): (Vec<usize>, Vec<usize>) = ((0..5000).collect(), (5000..10_000).collect());
        assert_eq!(align(&old, &new, |old, new| old == new).len(), 10_000);
    }
}
