//! Deltas between texts of one shape: what a pack stores of all but the first of them.
//!
//! Manifests of one template differ from site to site in what its holes hold, and have the same lines otherwise. So a [`shape`] is a
//! hash over the indentation and keys of all lines, and [`delta`] goes through two texts line by line: no search, and no window.
//! Pure. A delta is right whatever the two texts are; of texts that are not alike it is only of no use.

/// Copies shorter than this cost as much as the bytes themselves.
const SHORTEST_COPY: usize = 8;
/// A delta longer than this part of its text is of no use.
const LARGEST_PART: usize = 2;
const MAX_INSERT: usize = 127;
const MAX_COPY: usize = 0xFFFF;

/// What texts have in common that differ in values alone; texts without anything in common may have it too.
pub fn shape(text: &[u8]) -> u64 {
    // FNV-1a: small, and the same on every machine.
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    for line in text.split(|byte| *byte == b'\n') {
        let indentation = line.iter().take_while(|byte| matches!(byte, b' ' | b'-')).count();
        line[..indentation].iter().for_each(|byte| add(*byte));
        let rest = &line[indentation..];
        if let Some(end) = rest.iter().position(|byte| !is_key(*byte))
            && rest[end] == b':'
        {
            rest[..end].iter().for_each(|byte| add(*byte));
        }
        add(b'\n');
    }
    hash
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'_' | b'-')
}

/// How to make `text` from `base`, as git has it in packs; none where that is not much shorter than the text.
pub fn delta(base: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut made = Maker { delta: Vec::with_capacity(text.len() / 4 + 16), base, text, copy: 0..0, inserted: 0..0 };
    push_size(&mut made.delta, base.len());
    push_size(&mut made.delta, text.len());
    let (mut from, mut to) = (0, 0);
    while to < text.len() {
        let base_end = line_end(base, from);
        let text_end = line_end(text, to);
        made.line(from..base_end, to..text_end);
        (from, to) = (base_end, text_end);
    }
    made.finish();
    (made.delta.len() * LARGEST_PART < text.len()).then_some(made.delta)
}

fn line_end(text: &[u8], start: usize) -> usize {
    text[start..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| start + length + 1)
}

/// A delta on its way. What was taken last is held back, since the next line may go on with it.
struct Maker<'t> {
    delta: Vec<u8>,
    base: &'t [u8],
    text: &'t [u8],
    /// The part of the base to be copied, unless it is empty; it comes after `inserted`.
    copy: std::ops::Range<usize>,
    /// The part of the text to be inserted.
    inserted: std::ops::Range<usize>,
}

impl Maker<'_> {
    /// Takes one line of the text, beside which stands one of the base.
    fn line(&mut self, base: std::ops::Range<usize>, text: std::ops::Range<usize>) {
        let (old, new) = (&self.base[base.clone()], &self.text[text.clone()]);
        if old == new {
            self.copy(base.start, text.start, text.len());
            return;
        }
        let same = |(one, other): &(&u8, &u8)| one == other;
        let before = old.iter().zip(new).take_while(same).count();
        let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(same).count();
        self.copy(base.start, text.start, before);
        self.insert(text.start + before, text.len() - before - after);
        self.copy(base.end - after, text.end - after, after);
    }

    /// Copies bytes of the base, which are those of the text at `to`.
    fn copy(&mut self, from: usize, to: usize, length: usize) {
        if length == 0 {
            return;
        }
        if self.copy.is_empty() {
            self.copy = from..from + length;
        } else if self.copy.end == from {
            self.copy.end += length;
        } else {
            self.settle_copy(to);
            self.copy = from..from + length;
        }
    }

    /// Inserts bytes of the text.
    fn insert(&mut self, at: usize, length: usize) {
        if length > 0 {
            self.settle_copy(at);
            self.inserted.end = at + length;
        }
    }

    /// Writes the copy that was held back, which ends at `to` of the text; a short one becomes part of what is inserted.
    fn settle_copy(&mut self, to: usize) {
        if self.copy.len() >= SHORTEST_COPY {
            self.inserted.end = to - self.copy.len();
            self.flush_inserted();
            let mut copy = std::mem::take(&mut self.copy);
            while !copy.is_empty() {
                let length = copy.len().min(MAX_COPY);
                push_copy(&mut self.delta, copy.start, length);
                copy.start += length;
            }
            self.inserted = to..to;
        } else {
            self.inserted.end = to;
            self.copy = 0..0;
        }
    }

    fn flush_inserted(&mut self) {
        for chunk in self.text[self.inserted.clone()].chunks(MAX_INSERT) {
            self.delta.push(chunk.len() as u8);
            self.delta.extend_from_slice(chunk);
        }
    }

    fn finish(&mut self) {
        self.settle_copy(self.text.len());
        self.flush_inserted();
    }
}

/// Seven bits a byte, lowest first.
fn push_size(delta: &mut Vec<u8>, mut size: usize) {
    while size > 0x7F {
        delta.push((size & 0x7F) as u8 | 0x80);
        size >>= 7;
    }
    delta.push(size as u8);
}

/// An instruction to copy: a byte that says which bytes of offset and length follow, those that are not zero.
fn push_copy(delta: &mut Vec<u8>, offset: usize, length: usize) {
    let at = delta.len();
    delta.push(0x80);
    let bytes = (offset as u32).to_le_bytes().into_iter().chain((length as u16).to_le_bytes());
    for (bit, byte) in bytes.enumerate().filter(|(_, byte)| *byte != 0) {
        delta[at] |= 1 << bit;
        delta.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As git applies a delta.
    fn apply(base: &[u8], mut delta: &[u8]) -> Vec<u8> {
        let mut byte = || {
            let (first, rest) = delta.split_first()?;
            delta = rest;
            Some(*first)
        };
        let size = |byte: &mut dyn FnMut() -> Option<u8>| {
            let (mut size, mut shift) = (0, 0);
            loop {
                let next = byte().unwrap();
                size |= usize::from(next & 0x7F) << shift;
                shift += 7;
                if next & 0x80 == 0 {
                    return size;
                }
            }
        };
        assert_eq!(size(&mut byte), base.len());
        let length = size(&mut byte);
        let mut text = Vec::new();
        while let Some(op) = byte() {
            assert_ne!(op, 0);
            if op & 0x80 == 0 {
                (0..op).for_each(|_| text.push(byte().unwrap()));
                continue;
            }
            let mut number = |bits: std::ops::Range<u8>| {
                bits.enumerate().fold(0, |number, (place, bit)| match op >> bit & 1 {
                    1 => number | usize::from(byte().unwrap()) << (8 * place),
                    _ => number,
                })
            };
            let (offset, count) = (number(0..4), number(4..7));
            assert_ne!(count, 0);
            text.extend_from_slice(&base[offset..offset + count]);
        }
        assert_eq!(text.len(), length);
        text
    }

    fn made(base: &str, text: &str) -> Vec<u8> {
        let delta = delta(base.as_bytes(), text.as_bytes()).unwrap();
        assert_eq!(apply(base.as_bytes(), &delta), text.as_bytes());
        delta
    }

    const BASE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    bayplan/site: portal\n  name: portal-web\nspec:\n  \
                        ports:\n  - name: http\n    port: 80\n    protocol: TCP\n    targetPort: http\n  selector:\n    app: portal-web\n";

    #[test]
    fn a_text_of_the_same_shape_costs_little_more_than_its_values() {
        let text = BASE.replace("portal", "gazette");
        assert_eq!(shape(BASE.as_bytes()), shape(text.as_bytes()));
        assert!(made(BASE, &text).len() < 50, "{}", made(BASE, &text).len());
        assert!(made(BASE, BASE).len() < 10);
    }

    #[test]
    fn shapes_differ_by_keys_and_not_by_values() {
        let other = BASE.replace("    port: 80\n", "    nodePort: 80\n");
        assert_ne!(shape(BASE.as_bytes()), shape(other.as_bytes()));
        let other = BASE.replace("    port: 80\n", "");
        assert_ne!(shape(BASE.as_bytes()), shape(other.as_bytes()));
    }

    #[test]
    fn what_is_not_alike_has_no_delta() {
        assert_eq!(delta(BASE.as_bytes(), &[b'x'; 500]), None);
        assert_eq!(delta(b"", BASE.as_bytes()), None);
        assert_eq!(delta(BASE.as_bytes(), b""), None);
    }

    #[test]
    fn long_texts_are_copied_in_parts() {
        let base = "a: 1\n".repeat(40_000);
        made(&base, &format!("{base}b: 2\n"));
        made(&base, &format!("b: 2\n{base}"));
        made(&format!("{base}{}", "x".repeat(300)), &format!("{}{base}", "y".repeat(300)));
    }

    proptest! {
        #[test]
        fn a_delta_makes_the_text_whatever_the_base(
            base in proptest::collection::vec("[ab:\n ]{0,12}", 0..40),
            edits in proptest::collection::vec((0..40_usize, "[ab:\n ]{0,12}"), 0..6),
        ) {
            let mut text = base.clone();
            for (place, line) in edits {
                if place < text.len() {
                    text[place] = line;
                }
            }
            let (base, text) = (base.concat(), text.concat());
            if let Some(delta) = delta(base.as_bytes(), text.as_bytes()) {
                prop_assert_eq!(apply(base.as_bytes(), &delta), text.as_bytes());
            }
        }
    }
}
