//! Files of records that one run leaves for the next: lengths in little endian, texts as they are, a SHA-256 over all at the end.
//!
//! ```text
//! magic │ record … │ SHA-256 of all before it
//! record: length │ digest by which it is found │ its content
//! ```
//!
//! Pure. What is not sound is none: no reader ever fails, and none trusts a length.

use crate::digest::Digest;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// A record, in the bytes of the file that it was read from or in its own.
#[derive(Clone)]
pub struct Record {
    // As they were read: a slice of its own would be a copy of the whole file.
    bytes: Arc<Vec<u8>>,
    range: Range<usize>,
}

/// The records of a file: found by digest, or one after the other as they lie there.
#[derive(Default)]
pub struct Records {
    in_order: Vec<(Digest, Record)>,
    numbers: HashMap<Digest, usize, BuildHasherDefault<FirstBytes>>,
}

impl Records {
    pub fn len(&self) -> usize {
        self.in_order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    pub fn get(&self, digest: &Digest) -> Option<&Record> {
        let number = self.numbers.get(digest)?;
        self.in_order.get(*number).map(|(_, record)| record)
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Digest, Record)> {
        self.in_order.iter()
    }
}

impl FromIterator<(Digest, Record)> for Records {
    fn from_iter<I: IntoIterator<Item = (Digest, Record)>>(records: I) -> Self {
        let in_order: Vec<(Digest, Record)> = records.into_iter().collect();
        let numbers = in_order.iter().enumerate().map(|(number, (digest, _))| (*digest, number)).collect();
        Records { in_order, numbers }
    }
}

/// Takes the first bytes of a digest for its hash: they are as random as any hash of them would be.
#[derive(Default)]
pub struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.first_chunk().map_or(self.0, |first| self.0 ^ u64::from_le_bytes(*first));
    }

    /// The length of what is hashed, which is the same for all digests.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Record {
    /// A record that is found by a digest.
    pub fn new(digest: &Digest, content: Writer) -> Self {
        let bytes = [digest.as_bytes().as_slice(), &content.0].concat();
        Record { range: 0..bytes.len(), bytes: Arc::new(bytes) }
    }

    /// Reads its content.
    pub fn content(&self) -> Reader<'_> {
        Reader(self.bytes.get(self.range.clone()).and_then(|bytes| bytes.get(Digest::LENGTH..)).unwrap_or_default())
    }

    fn whole(&self) -> &[u8] {
        self.bytes.get(self.range.clone()).unwrap_or_default()
    }
}

/// Writes a file; `magic` names what is in it, and the version of its format.
pub fn write<'r>(magic: &str, records: impl Iterator<Item = &'r Record>) -> Vec<u8> {
    let mut bytes = magic.as_bytes().to_vec();
    for record in records.map(Record::whole) {
        bytes.extend_from_slice(&narrow(record.len()));
        bytes.extend_from_slice(record);
    }
    let sum = Digest::of(&bytes);
    bytes.extend_from_slice(sum.as_bytes());
    bytes
}

/// Reads a file; none where it is not sound or of another sort.
pub fn read(magic: &str, bytes: Vec<u8>) -> Option<Records> {
    let bytes = Arc::new(bytes);
    let (body, sum) = bytes.split_last_chunk::<{ Digest::LENGTH }>()?;
    if Digest::of(body).as_bytes() != sum || !body.starts_with(magic.as_bytes()) {
        return None;
    }
    let mut found = Vec::new();
    let mut at = magic.len();
    while at < body.len() {
        let length = u32::from_le_bytes(*body.get(at..)?.first_chunk()?) as usize;
        let range = at + 4..at + 4 + length;
        let digest = body.get(range.clone())?.first_chunk::<{ Digest::LENGTH }>()?;
        at = range.end;
        found.push((Digest::from_bytes(*digest), Record { bytes: Arc::clone(&bytes), range }));
    }
    Some(found.into_iter().collect())
}

fn narrow(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

/// The content of a record on its way.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&narrow(number));
    }

    /// Bytes of a length that the reader knows.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.fixed(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn texts(&mut self, texts: &[&str]) {
        texts.iter().for_each(|text| self.text(text));
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// What is left to read of a record; none where it ends too early, or holds something else.
pub struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub fn of(bytes: &'b [u8]) -> Self {
        Reader(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn fixed(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.fixed(1)?.first().copied()
    }

    pub fn number(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(*self.fixed(4)?.first_chunk()?) as usize)
    }

    pub fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.number()?;
        self.fixed(length)
    }

    pub fn str(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub fn text(&mut self) -> Option<String> {
        self.str().map(str::to_owned)
    }

    pub fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        let mut content = Writer::default();
        content.text(text);
        content.number(7);
        Record::new(&Digest::of(text.as_bytes()), content)
    }

    #[test]
    fn records_are_found_by_their_digests() {
        let bytes = write("test 1\n", [record("a"), record("b")].iter());
        let records = read("test 1\n", bytes).unwrap();
        let mut content = records.get(&Digest::of(b"b")).unwrap().content();
        assert_eq!((content.text(), content.number(), content.is_empty()), (Some("b".to_owned()), Some(7), true));
        assert_eq!(content.byte(), None);
        assert!(records.get(&Digest::of(b"c")).is_none());
        assert_eq!(
            records.iter().map(|(digest, _)| *digest).collect::<Vec<_>>(),
            [b"a", b"b"].map(|text| Digest::of(text))
        );
    }

    #[test]
    fn a_file_with_any_byte_changed_or_missing_counts_as_none() {
        let bytes = write("test 1\n", [record("a")].iter());
        assert!(read("test 2\n", bytes.clone()).is_none());
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x20;
            assert!(read("test 1\n", damaged).is_none(), "byte {place}");
            assert!(read("test 1\n", bytes[..place].to_vec()).is_none(), "cut to {place}");
        }
    }

    #[test]
    fn a_length_beyond_the_end_is_no_trouble() {
        let mut body = b"test 1\n".to_vec();
        body.extend_from_slice(&u32::MAX.to_le_bytes());
        body.extend_from_slice(Digest::of(&body).as_bytes());
        assert!(read("test 1\n", body).is_none());
        let mut content = Writer::default();
        content.number(usize::MAX);
        let record = Record::new(&Digest::of(b""), content);
        assert!(record.content().many(|from| from.byte()).is_none());
    }
}
