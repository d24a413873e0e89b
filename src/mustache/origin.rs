//! Where a template's text stands in the files that a person wrote.

use crate::source::{FileId, Span};
use std::ops::Range;

/// Bytes of one template text.
pub type Bytes = Range<usize>;

/// Turns bytes of a template's text into places: a whole file, or a string inside a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    whole: Span,
    is_file: bool,
    /// Offset of the text's first byte, where the file holds the text as it is (no escapes, no folding).
    first: Option<usize>,
}

impl Origin {
    /// The text is the file's content.
    pub fn file(file: FileId, text: &str) -> Self {
        Origin { whole: Span::new(file, 0, text.len()), is_file: true, first: Some(0) }
    }

    /// The text is a scalar that stands at `place`. Only where it is as long as that place, with or without two quotes, can
    /// it be told which byte is which; else every place is the whole scalar.
    pub fn scalar(place: Span, text: &str) -> Self {
        let start = place.start as usize;
        let written = place.end as usize - start;
        let first = if written == text.len() {
            Some(start)
        } else if written == text.len() + 2 {
            Some(start + 1)
        } else {
            None
        };
        Origin { whole: place, is_file: false, first }
    }

    pub fn file_id(&self) -> FileId {
        self.whole.file
    }

    /// Whether the text is a whole file, not a string in a spec.
    pub fn is_file(&self) -> bool {
        self.is_file
    }

    /// Whether each byte of the text has a place of its own.
    pub fn is_exact(&self) -> bool {
        self.first.is_some()
    }

    pub fn span(&self, bytes: &Bytes) -> Span {
        match self.first {
            Some(first) => Span::new(self.whole.file, first + bytes.start, first + bytes.end),
            None => self.whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Sources};

    #[test]
    fn places_in_a_scalar_are_exact_where_its_text_is_written_as_it_is() {
        let sources = Sources::new([SourceFile::regular("a", *b"x")]);
        let file = sources.find("a").expect("the file is there");
        let plain = Origin::scalar(Span::new(file, 10, 15), "{{a}}");
        assert_eq!(plain.span(&(2..3)), Span::new(file, 12, 13));
        let quoted = Origin::scalar(Span::new(file, 10, 17), "{{a}}");
        assert_eq!(quoted.span(&(2..3)), Span::new(file, 13, 14));
        let escaped = Origin::scalar(Span::new(file, 10, 20), "{{a}}");
        assert_eq!(escaped.span(&(2..3)), Span::new(file, 10, 20));
    }
}
