//! Rows that hold every two options of different switches together at least once: most mistakes need no more than two.

/// One row: the number of the option that each switch has. `is_sound` says which rows can be at all; what no sound row can hold is left out.
pub fn rows(sizes: &[usize], is_sound: &dyn Fn(&[usize]) -> bool) -> Vec<Vec<usize>> {
    let mut open: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (first, size) in sizes.iter().enumerate() {
        for (second, other) in sizes.iter().enumerate().skip(first + 1) {
            open.extend((0..*size).flat_map(|a| (0..*other).map(move |b| (first, a, second, b))));
        }
    }
    let mut rows: Vec<Vec<usize>> = Vec::new();
    while let Some(&(first, a, second, b)) = open.first() {
        let Some(row) = fill(sizes, &open, [(first, a), (second, b)], is_sound) else {
            open.remove(0);
            continue;
        };
        open.retain(|(first, a, second, b)| row[*first] != *a || row[*second] != *b);
        rows.push(row);
    }
    rows
}

/// A sound row with two options given, that holds as many open pairs as a greedy choice finds.
fn fill(
    sizes: &[usize],
    open: &[(usize, usize, usize, usize)],
    given: [(usize, usize); 2],
    is_sound: &dyn Fn(&[usize]) -> bool,
) -> Option<Vec<usize>> {
    let mut row = vec![0; sizes.len()];
    for (switch, option) in given {
        row[switch] = option;
    }
    // Option 0 of each switch goes with all others, but for what was given: look for a sound start.
    let free: Vec<usize> = (0..sizes.len()).filter(|switch| given.iter().all(|(taken, _)| taken != switch)).collect();
    if !is_sound(&row) {
        let repaired = free.iter().find_map(|switch| {
            (1..sizes[*switch]).find_map(|option| {
                let mut tried = row.clone();
                tried[*switch] = option;
                is_sound(&tried).then_some(tried)
            })
        });
        row = repaired?;
    }
    let held =
        |row: &[usize]| open.iter().filter(|(first, a, second, b)| row[*first] == *a && row[*second] == *b).count();
    for switch in free {
        let mut best = (held(&row), row[switch]);
        for option in 0..sizes[switch] {
            let mut tried = row.clone();
            tried[switch] = option;
            let count = held(&tried);
            if count > best.0 && is_sound(&tried) {
                best = (count, option);
            }
        }
        row[switch] = best.1;
    }
    Some(row)
}

#[test]
fn every_two_options_meet() {
    let sizes = [2, 3, 4, 2, 2, 9];
    let rows = rows(&sizes, &|row| row[0] != 1 || row[1] != 2);
    for first in 0..sizes.len() {
        for second in first + 1..sizes.len() {
            for (a, b) in (0..sizes[first]).flat_map(|a| (0..sizes[second]).map(move |b| (a, b))) {
                let meet = rows.iter().any(|row| row[first] == a && row[second] == b);
                assert_eq!(
                    meet,
                    (first, a, second, b) != (0, 1, 1, 2),
                    "switch {first} option {a}, switch {second} option {b}"
                );
            }
        }
    }
    assert!(rows.len() < 60, "{} rows", rows.len());
}
