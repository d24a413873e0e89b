//! A document that is parsed again when a place in it is asked for: most never are, and ten thousand of them are many nodes.

use super::node::{Document, Node, NodeValue};
use super::read::{ReadOptions, read};
use crate::diag::Diagnostics;
use crate::source::FileId;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// One document of a file that was read without an error.
pub struct LazyDocument {
    file: FileId,
    text: Arc<[u8]>,
    /// The number of the document in its file.
    index: usize,
    parsed: OnceLock<Document>,
}

impl LazyDocument {
    pub fn new(file: FileId, text: Arc<[u8]>, index: usize) -> Self {
        LazyDocument { file, text, index, parsed: OnceLock::new() }
    }

    /// The file that it is in, which needs no parsing.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The same document, to be parsed on its own.
    pub fn again(&self) -> Self {
        LazyDocument::new(self.file, Arc::clone(&self.text), self.index)
    }

    /// The number of the document in its file.
    pub fn index(&self) -> usize {
        self.index
    }

    fn parse(&self) -> Document {
        let documents = read(self.file, &self.text, ReadOptions::default(), &mut Diagnostics::new());
        documents.into_iter().nth(self.index).unwrap_or_else(|| Document {
            file: self.file,
            root: Node { start: 0, end: 0, value: NodeValue::Mapping(Vec::new()) },
        })
    }
}

impl From<Document> for LazyDocument {
    fn from(document: Document) -> Self {
        LazyDocument { file: document.file, text: [].into(), index: 0, parsed: OnceLock::from(document) }
    }
}

impl Deref for LazyDocument {
    type Target = Document;

    fn deref(&self) -> &Document {
        self.parsed.get_or_init(|| self.parse())
    }
}

impl fmt::Debug for LazyDocument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LazyDocument").field("file", &self.file).field("index", &self.index).finish()
    }
}
