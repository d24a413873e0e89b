//! What spec files said when they were last read, so that those that did not change need not be parsed.
//!
//! Pure. A file is found by the digest of its bytes; only files about which there was nothing to say are remembered. An edge keeps
//! the bytes between runs.

use super::heads::Head;
use crate::digest::{Digest, Digester};
use crate::inputs::FLEET_FILE;
use crate::pointer::Pointer;
use crate::records::{self, Reader, Record, Records, Writer};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::spec::read::JudgedSpec;
use crate::yaml::LazyDocument;
use crate::yaml::value::Octal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Raise the number when the format changes.
const MAGIC: &str = concat!("bayplan ", env!("CARGO_PKG_VERSION"), " specs 2\n");

/// What the last run knew of spec files.
#[derive(Default)]
pub struct SpecMemory {
    known: Records,
}

/// What one file says, for the next run.
pub struct Remembered {
    pub digest: Digest,
    pub record: Record,
    /// Whether it was known before.
    pub is_known: bool,
}

impl Remembered {
    /// The heads of its documents.
    pub fn heads(&self) -> Option<Vec<Head<'_>>> {
        heads(&self.record)
    }
}

fn heads(record: &Record) -> Option<Vec<Head<'_>>> {
    record.content().many(|from| {
        let head = Head::read(from)?;
        from.bytes().map(|_| head)
    })
}

impl SpecMemory {
    /// Takes what the last run left; bytes that are not sound are passed over.
    pub fn read(bytes: Vec<u8>) -> Self {
        SpecMemory { known: records::read(MAGIC, bytes).unwrap_or_default() }
    }

    /// What to leave for the next run; nothing where that is what there is.
    pub fn written(&self, files: &[Remembered]) -> Option<Vec<u8>> {
        let is_same = files.len() == self.known.len() && files.iter().all(|file| file.is_known);
        (!is_same).then(|| records::write(MAGIC, files.iter().map(|file| &file.record)))
    }

    /// What to leave where only some files were read: what was known, but for files that are no more as they were.
    pub fn written_beside(&self, gone: &BTreeSet<Digest>, files: &[Remembered]) -> Vec<u8> {
        let stayed = self.known.iter().filter(|(digest, _)| !gone.contains(digest)).map(|(_, record)| record);
        let new = files.iter().filter(|file| !file.is_known).map(|file| &file.record);
        records::write(MAGIC, stayed.chain(new))
    }

    /// The heads of the documents of a file, where it was read before and was without fault.
    pub fn heads(&self, digest: Digest) -> Option<Vec<Head<'_>>> {
        heads(self.known.get(&digest)?)
    }

    /// The documents of a file, where it was read before and was without fault.
    pub fn find(&self, digest: Digest, file: FileId, sources: &Sources) -> Option<(Vec<JudgedSpec>, Remembered)> {
        let record = self.known.get(&digest)?;
        let specs = decode(record.content(), file, &sources.file(file).bytes)?;
        Some((specs, Remembered { digest, record: record.clone(), is_known: true }))
    }
}

/// By what a file is found: the same bytes say the same, but for the Fleet's, which has its own place.
pub fn key(file: &SourceFile) -> Digest {
    let is_root = file.path == FLEET_FILE;
    Digester::new().with([u8::from(is_root)]).with(&file.bytes).finish()
}

/// A file that was read without a finding.
pub fn remember(digest: Digest, documents: &[Document]) -> Remembered {
    let mut to = Writer::default();
    to.number(documents.len());
    documents.iter().for_each(|Document(bytes)| to.fixed(bytes));
    Remembered { digest, record: Record::new(&digest, to), is_known: false }
}

/// What is remembered of one document.
pub struct Document(Vec<u8>);

/// What a document says below its head.
pub struct Body(Vec<u8>);

impl Body {
    pub fn of(spec: &JudgedSpec) -> Self {
        let mut to = Writer::default();
        to.number(spec.index());
        to.fixed(spec.digest.as_bytes());
        to.text(&spec.json);
        to.number(spec.octals.len());
        for Octal { pointer, text, span } in &spec.octals {
            to.text(&pointer.to_string());
            to.text(text);
            to.number(span.start as usize);
            to.number(span.end as usize);
        }
        Body(to.into_bytes())
    }

    pub fn below(self, head: &Head<'_>) -> Document {
        let mut to = Writer::default();
        head.write(&mut to);
        to.bytes(&self.0);
        Document(to.into_bytes())
    }
}

fn decode(mut from: Reader<'_>, file: FileId, text: &Arc<[u8]>) -> Option<Vec<JudgedSpec>> {
    let specs = from.many(|from| {
        let kind = Head::read(from)?.kind;
        let mut from = Reader::of(from.bytes()?);
        let index = from.number()?;
        let digest = Digest::from_bytes(*from.fixed(Digest::LENGTH)?.first_chunk()?);
        let json = from.text()?;
        let octals = from.many(|from| {
            let pointer = Pointer::parse(from.str()?).ok()?;
            let text = from.text()?;
            let (start, end) = (from.number()?, from.number()?);
            Some(Octal { pointer, text, span: Span::new(file, start, end) })
        })?;
        let document = LazyDocument::new(file, Arc::clone(text), index);
        from.is_empty().then(|| JudgedSpec::known(kind, json, octals, digest, document))
    })?;
    from.is_empty().then_some(specs)
}
