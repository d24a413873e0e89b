//! The texts of input files, kept together: ten thousand of them are read from one file faster than from as many objects.
//!
//! Pure; an edge keeps the bytes. A text is found by the id of its object, and the file as a whole is checked.

use super::object::ObjectId;
use crate::digest::Digest;
use crate::records::{self, Record, Records, Writer};

/// Raise the number when the format changes.
const MAGIC: &str = concat!("bayplan ", env!("CARGO_PKG_VERSION"), " texts 1\n");

/// Larger files are read from the repository each time.
const LARGEST: usize = 64 * 1024;

/// What the last run read, and what this one did.
#[derive(Default)]
pub struct Texts {
    known: Records,
    next: Vec<Record>,
    is_changed: bool,
}

impl Texts {
    /// Takes what the last run left; bytes that are not sound are passed over.
    pub fn new(bytes: Option<Vec<u8>>) -> Self {
        let known = bytes.and_then(|bytes| records::read(MAGIC, bytes)).unwrap_or_default();
        Texts { known, ..Texts::default() }
    }

    /// The text of an object, where it is known.
    pub(super) fn find(&mut self, id: ObjectId) -> Option<Vec<u8>> {
        let record = self.known.get(&key(id))?;
        let text = record.content().bytes()?.to_vec();
        self.next.push(record.clone());
        Some(text)
    }

    /// Adds one that was read.
    pub(super) fn add(&mut self, id: ObjectId, text: &[u8]) {
        if text.len() <= LARGEST {
            let mut content = Writer::default();
            content.bytes(text);
            self.next.push(Record::new(&key(id), content));
            self.is_changed = true;
        }
    }

    /// What to leave for the next run; nothing where that is what there is.
    pub fn written(&self) -> Option<Vec<u8>> {
        let is_same = !self.is_changed && self.next.len() == self.known.len();
        (!is_same).then(|| records::write(MAGIC, self.next.iter()))
    }
}

/// An id as records are found by: the twenty bytes, and zeros.
fn key(id: ObjectId) -> Digest {
    let mut bytes = [0; Digest::LENGTH];
    bytes[..20].copy_from_slice(id.as_bytes());
    Digest::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_while_they_are_asked_for() {
        let id = |number| ObjectId::from_bytes([number; 20]);
        let mut first = Texts::new(None);
        first.add(id(1), b"one");
        first.add(id(2), b"two");
        first.add(id(3), &[0; LARGEST + 1]);
        let bytes = first.written().unwrap();
        let mut second = Texts::new(Some(bytes.clone()));
        assert_eq!(second.find(id(1)), Some(b"one".to_vec()));
        assert_eq!(second.find(id(3)), None);
        assert!(second.written().is_some(), "one was not asked for");
        assert_eq!(second.find(id(2)), Some(b"two".to_vec()));
        assert!(second.written().is_none(), "nothing changed");
        assert!(Texts::new(Some(bytes[1..].to_vec())).find(id(1)).is_none());
    }
}
