//! The text of one document with placeholders for its holes, and the way back from it to the template.

use crate::mustache::bind::Lookup;
use crate::mustache::runs::{Compiled, Hole, Piece, Place};
use crate::source::{FileId, Span};
use crate::yaml::read::{HOLE_END, HOLE_START};

/// The text of a document before values are filled in.
#[derive(Debug)]
pub(in crate::mustache) struct DocumentText {
    pub text: String,
    pub map: SourceMap,
    pub holes: Vec<HolePlace>,
}

/// Where a hole is: its run and piece in the template, its placeholder in the text.
#[derive(Debug, Clone, Copy)]
pub(in crate::mustache) struct HolePlace {
    pub run: u32,
    pub piece: u32,
    pub offset: u32,
}

impl HolePlace {
    pub fn hole<'c>(&self, compiled: &'c Compiled<Lookup>) -> Option<&'c Hole<Lookup>> {
        match compiled.runs.get(self.run as usize)?.pieces.get(self.piece as usize)? {
            Piece::Hole(hole) => Some(hole),
            Piece::Text(_) => None,
        }
    }
}

impl DocumentText {
    /// Puts runs behind each other.
    pub fn assemble(compiled: &Compiled<Lookup>, runs: &[u32], file: FileId) -> Self {
        let mut text = String::new();
        let mut marks = Vec::new();
        let mut starts = Vec::with_capacity(runs.len());
        let mut holes: Vec<HolePlace> = Vec::new();
        for run in runs {
            starts.push(narrow(text.len()));
            let pieces = compiled.runs.get(*run as usize).map_or(&[][..], |run| &run.pieces);
            for (index, piece) in pieces.iter().enumerate() {
                let at = narrow(text.len());
                match piece {
                    Piece::Text(piece) => {
                        marks.push(Mark { at, place: piece.place, run: *run, through: piece.through });
                        text.push_str(&piece.text);
                    }
                    Piece::Hole(hole) => {
                        let place = Place::Whole(hole.tag);
                        marks.push(Mark { at, place, run: *run, through: hole.through });
                        text.push(HOLE_START);
                        text.push_str(&holes.len().to_string());
                        text.push(HOLE_END);
                        holes.push(HolePlace { run: *run, piece: narrow(index), offset: at });
                    }
                }
            }
        }
        let map = SourceMap { marks, starts, end: narrow(text.len()), file };
        DocumentText { text, map, holes }
    }

    /// A line of the text as people may see it: placeholders as empty tags. With its number, from 1.
    pub fn line_at(&self, offset: u32) -> (usize, String) {
        let offset = floor_char(&self.text, offset as usize);
        let start = self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let number = self.text[..start].matches('\n').count() + 1;
        let line = self.text[start..].lines().next().unwrap_or_default();
        let shown = line.chars().filter(|character| *character != HOLE_END).collect::<String>();
        let mut pieces = shown.split(HOLE_START);
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            text.push_str("{{..}}");
            text.push_str(piece.trim_start_matches(|character: char| character.is_ascii_digit()));
        }
        (number, text.chars().take(80).collect())
    }
}

fn floor_char(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

/// From bytes of a document's text to places in the template.
#[derive(Debug)]
pub(in crate::mustache) struct SourceMap {
    marks: Vec<Mark>,
    /// Where each run begins, in the order in which they are rendered.
    starts: Vec<u32>,
    end: u32,
    file: FileId,
}

/// From here on, the text comes from this place.
#[derive(Debug)]
struct Mark {
    at: u32,
    place: Place,
    run: u32,
    through: Option<u32>,
}

impl SourceMap {
    /// The place of a range of the text. A range that begins in one file and ends in another is shown up to the end of its
    /// first piece.
    pub fn span(&self, start: u32, end: u32) -> Span {
        let Some((first, first_end)) = self.mark(start) else { return Span::file(self.file) };
        let (file, from) = match first.place {
            Place::Exact(span) => (span.file, span.start + (start.min(first_end) - first.at)),
            Place::Whole(span) => (span.file, span.start),
        };
        let last = if end > start { self.mark(end - 1) } else { Some((first, first_end)) };
        let to = last.and_then(|(last, last_end)| last.end_of(end.min(last_end), file));
        let to = to.filter(|to| *to >= from).or_else(|| first.end_of(first_end, file)).unwrap_or(from);
        Span { file, start: from, end: if end > start { to } else { to.min(from) } }
    }

    /// The run that an offset of the text lies in.
    pub fn run(&self, offset: u32) -> Option<u32> {
        self.mark(offset).map(|(mark, _)| mark.run)
    }

    /// How many runs before it were rendered; not its number, since a run is rendered once for each item of a list.
    pub fn position(&self, offset: u32) -> Option<usize> {
        self.starts.partition_point(|start| *start <= offset).checked_sub(1)
    }

    /// Where the run that is rendered after so many others begins.
    pub fn start_of(&self, position: usize) -> u32 {
        self.starts.get(position).copied().unwrap_or(self.end)
    }

    /// The inclusion that the text at an offset came through.
    pub fn through(&self, offset: u32) -> Option<u32> {
        self.mark(offset)?.0.through
    }

    /// Whether all text from here to the end of the run is white space.
    pub fn is_last_of_run(&self, text: &str, offset: u32) -> bool {
        let Some((mark, _)) = self.mark(offset) else { return false };
        let end =
            self.marks.iter().find(|other| other.at > offset && other.run != mark.run).map_or(self.end, |next| next.at);
        text.get(offset as usize..end as usize).is_some_and(|rest| rest.trim().is_empty())
    }

    fn mark(&self, offset: u32) -> Option<(&Mark, u32)> {
        let index = self.marks.partition_point(|mark| mark.at <= offset).checked_sub(1)?;
        let end = self.marks.get(index + 1).map_or(self.end, |next| next.at);
        Some((self.marks.get(index)?, end))
    }
}

impl Mark {
    /// The place of the end of this piece up to `end` in the text, where it is in that file.
    fn end_of(&self, end: u32, file: FileId) -> Option<u32> {
        match self.place {
            Place::Exact(span) if span.file == file => Some(span.start + (end - self.at)),
            Place::Whole(span) if span.file == file => Some(span.end),
            Place::Exact(_) | Place::Whole(_) => None,
        }
    }
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
