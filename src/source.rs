//! The files that a compile reads, held in memory, and places in them.
//!
//! Takes what an edge (work tree, git tree, test) has read; gives texts by path or [`FileId`], and turns byte offsets into
//! lines and columns. It reads no file itself, so that the compiler stays pure.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Number of a file in [`Sources`], in order of path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The id of no file, for places that nobody looks up.
    pub(crate) const fn none() -> Self {
        FileId(u32::MAX)
    }
}

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file, start: narrow(start), end: narrow(end.max(start)) }
    }

    /// The place before the first byte of a file, for findings about the file as a whole.
    pub fn file(file: FileId) -> Self {
        Span { file, start: 0, end: 0 }
    }
}

/// A line and a column, both from 1; the column counts characters (Unicode scalar values), as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

/// What an entry of the source tree is; only a regular file has text that may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    Regular,
    /// A symbolic link: never followed.
    Symlink,
    /// A git submodule.
    Submodule,
    /// A FIFO, socket or device in a work tree.
    Special,
    /// Larger than [`MAX_FILE_BYTES`]; its bytes were not read.
    TooLarge,
}

/// Largest input file that is read: 4 MiB.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// One input file, its path relative to the fleet's folder with `/` between components.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: String,
    pub kind: EntryKind,
    pub bytes: Arc<[u8]>,
}

impl SourceFile {
    pub fn regular(path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        SourceFile { path: path.into(), kind: EntryKind::Regular, bytes: bytes.into() }
    }

    /// The text, where the bytes are UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}

/// All input files, sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// Files whose text no message may show.
    private: BTreeSet<FileId>,
}

impl Sources {
    /// Sorts by path, so that ids do not depend on the order of reading. A path given twice keeps its last content.
    pub fn new(files: impl IntoIterator<Item = SourceFile>) -> Self {
        let mut files: Vec<SourceFile> = files.into_iter().collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        // Of one path, the last one comes first in the reverse.
        files.reverse();
        files.dedup_by(|next, kept| next.path == kept.path);
        files.reverse();
        Sources { files, private: BTreeSet::new() }
    }

    /// Keeps the text of these files, which may hold secrets, out of messages.
    #[must_use]
    pub fn hiding<'p>(mut self, paths: impl IntoIterator<Item = &'p str>) -> Self {
        self.private = paths.into_iter().filter_map(|path| self.find(path)).collect();
        self
    }

    /// These files with one more, or with one in another state; what is private stays so. Ids change where a file is new.
    #[must_use]
    pub fn with(&self, file: SourceFile) -> Self {
        if let Some(id) = self.find(&file.path) {
            let mut sources = self.clone();
            sources.files[id.0 as usize] = file;
            return sources;
        }
        let all = self.files.iter().cloned().chain([file]);
        Sources::new(all).hiding(self.private_paths())
    }

    /// These files, some of them in another state; what is private stays so. Ids change where a file is new.
    #[must_use]
    pub fn with_all(&self, files: Vec<SourceFile>) -> Self {
        Sources::new(self.files.iter().cloned().chain(files)).hiding(self.private_paths())
    }

    /// These files but one. Ids change.
    #[must_use]
    pub fn without(&self, path: &str) -> Self {
        let left = self.files.iter().filter(|file| file.path != path).cloned();
        Sources::new(left).hiding(self.private_paths())
    }

    /// The files whose text may not be shown.
    pub fn private_paths(&self) -> impl Iterator<Item = &str> {
        self.private.iter().map(|id| self.path(*id))
    }

    /// Whether the text of a file may not be shown.
    pub fn is_private(&self, id: FileId) -> bool {
        self.private.contains(&id)
    }

    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    pub fn path(&self, id: FileId) -> &str {
        &self.file(id).path
    }

    /// The text of a file; empty where it is not UTF-8 (the readers report that).
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).text().unwrap_or("")
    }

    pub fn find(&self, path: &str) -> Option<FileId> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some(FileId(narrow_index(index)))
    }

    /// All files in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(narrow_index(index)), file))
    }

    /// The files whose path begins with `folder/`, in order of path.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (FileId, &'a SourceFile)> + 'a {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let start = self.files.partition_point(|file| file.path < prefix);
        self.iter().skip(start).take_while(move |(_, file)| file.path.starts_with(&prefix))
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Where a byte offset lies, for people.
    pub fn line_column(&self, file: FileId, offset: u32) -> LineColumn {
        line_column(&self.file(file).bytes, offset as usize)
    }
}

fn narrow_index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Counts lines by LF and columns by characters; bytes that are no UTF-8 count one each.
pub fn line_column(bytes: &[u8], offset: usize) -> LineColumn {
    let before = &bytes[..offset.min(bytes.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
    // A continuation byte (10xxxxxx) belongs to the character before it; a byte order mark is not a column.
    let mut in_line = &before[line_start..];
    if line == 1 {
        in_line = in_line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(in_line);
    }
    let column = in_line.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
    LineColumn { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_line_feeds() {
        let text = "a: é\nbé: x\r\nc";
        assert_eq!(line_column(text.as_bytes(), 0), LineColumn { line: 1, column: 1 });
        assert_eq!(line_column(text.as_bytes(), 5), LineColumn { line: 1, column: 5 });
        assert_eq!(line_column(text.as_bytes(), 11), LineColumn { line: 2, column: 5 });
        assert_eq!(line_column(text.as_bytes(), 500), LineColumn { line: 3, column: 2 });
    }

    #[test]
    fn what_is_private_stays_so_when_files_come_and_go() {
        let sources = Sources::new([SourceFile::regular("b", *b"2"), SourceFile::regular("c", *b"3")]).hiding(["c"]);
        let more = sources.with(SourceFile::regular("a", *b"1")).with(SourceFile::regular("b", *b"two"));
        let texts: Vec<&str> = more.iter().map(|(id, _)| more.text(id)).collect();
        assert_eq!(texts, ["1", "two", "3"]);
        assert_eq!(more.private_paths().collect::<Vec<_>>(), ["c"]);
        assert_eq!(more.without("b").private_paths().collect::<Vec<_>>(), ["c"]);
        assert_eq!(more.without("c").private_paths().count(), 0);
    }

    #[test]
    fn ids_follow_paths_whatever_the_order_of_reading() {
        let sources = Sources::new([SourceFile::regular("b", *b"2"), SourceFile::regular("a/x", *b"1")]);
        let paths: Vec<&str> = sources.iter().map(|(_, file)| file.path.as_str()).collect();
        assert_eq!(paths, ["a/x", "b"]);
        assert_eq!(sources.under("a").count(), 1);
    }
}
