//! Git objects as bytes: ids, and reading and writing of trees and commits.
//!
//! Pure. Knows the SHA-1 object format and nothing of where objects lie.

use crate::acknowledgement::Date;
use sha1::{Digest, Sha1};
use std::fmt;

/// The SHA-1 id of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

impl ObjectId {
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        ObjectId(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Reads forty hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let mut bytes = [0; 20];
        if text.len() != 40 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Some(ObjectId(bytes))
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(12);
        text
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl ObjectKind {
    pub fn word(self) -> &'static str {
        match self {
            ObjectKind::Commit => "commit",
            ObjectKind::Tree => "tree",
            ObjectKind::Blob => "blob",
            ObjectKind::Tag => "tag",
        }
    }

    pub fn from_word(word: &[u8]) -> Option<Self> {
        [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag]
            .into_iter()
            .find(|kind| kind.word().as_bytes() == word)
    }

    /// The number that stands for the kind in a pack.
    pub fn pack_number(self) -> u8 {
        match self {
            ObjectKind::Commit => 1,
            ObjectKind::Tree => 2,
            ObjectKind::Blob => 3,
            ObjectKind::Tag => 4,
        }
    }
}

/// The id of an object with this content.
pub fn object_id(kind: ObjectKind, content: &[u8]) -> ObjectId {
    let mut hasher = Sha1::new();
    hasher.update(kind.word());
    hasher.update(format!(" {}\0", content.len()));
    hasher.update(content);
    ObjectId(hasher.finalize().into())
}

/// The kind of a tree's entry, by its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryMode {
    File,
    Executable,
    Symlink,
    Submodule,
    Folder,
}

impl EntryMode {
    /// Reads an octal mode. Old trees hold `100664` and the like, which git takes for plain files.
    fn parse(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"40000" | b"040000" => EntryMode::Folder,
            b"120000" => EntryMode::Symlink,
            b"160000" => EntryMode::Submodule,
            [b'1', b'0', b'0', b'0'..=b'7', _, _] if text[3] & 1 == 1 => EntryMode::Executable,
            [b'1', b'0', b'0', b'0'..=b'7', _, _] => EntryMode::File,
            _ => return None,
        })
    }

    fn text(self) -> &'static str {
        match self {
            EntryMode::File => "100644",
            EntryMode::Executable => "100755",
            EntryMode::Symlink => "120000",
            EntryMode::Submodule => "160000",
            EntryMode::Folder => "40000",
        }
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub mode: EntryMode,
    pub name: Vec<u8>,
    pub id: ObjectId,
}

/// Reads a tree; none where it is malformed.
pub fn parse_tree(mut content: &[u8]) -> Option<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    while !content.is_empty() {
        let space = content.iter().position(|byte| *byte == b' ')?;
        let end = space + content[space..].iter().position(|byte| *byte == 0)?;
        let (id, rest) = content[end + 1..].split_first_chunk::<20>()?;
        entries.push(TreeEntry {
            mode: EntryMode::parse(&content[..space])?,
            name: content[space + 1..end].to_vec(),
            id: ObjectId(*id),
        });
        content = rest;
    }
    Some(entries)
}

/// Appends one entry to a tree's content. Entries go in the order of their names, a folder's taken as if it ended in `/`.
pub fn push_entry(content: &mut Vec<u8>, mode: EntryMode, name: &[u8], id: ObjectId) {
    content.extend_from_slice(mode.text().as_bytes());
    content.push(b' ');
    content.extend_from_slice(name);
    content.push(0);
    content.extend_from_slice(id.as_bytes());
}

/// Writes a tree from entries in any order.
pub fn tree_content(mut entries: Vec<TreeEntry>) -> Vec<u8> {
    fn key(entry: &TreeEntry) -> impl Iterator<Item = u8> + '_ {
        entry.name.iter().copied().chain((entry.mode == EntryMode::Folder).then_some(b'/'))
    }
    entries.sort_by(|a, b| key(a).cmp(key(b)));
    let mut content = Vec::with_capacity(entries.len() * 48);
    for entry in &entries {
        push_entry(&mut content, entry.mode, &entry.name, entry.id);
    }
    content
}

/// A commit, as far as bayplan looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    /// `Name <mail>`, without the time.
    pub author: String,
    pub committer: String,
    pub time: CommitTime,
    /// Lossy where it is no UTF-8.
    pub message: String,
}

/// Seconds since 1970, and the offset as git writes it (`+0200`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitTime {
    pub seconds: i64,
    /// In minutes east of Greenwich.
    pub offset: i32,
}

impl fmt::Display for CommitTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.unsigned_abs();
        write!(out, "{} {sign}{:02}{:02}", self.seconds, minutes / 60, minutes % 60)
    }
}

impl CommitTime {
    /// As `2026-11-23T09:30:00+02:00`.
    pub fn rfc3339(self) -> String {
        let local = self.seconds + i64::from(self.offset) * 60;
        let (day, second) = (Date::of_unix_time(local), local.rem_euclid(86_400));
        let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.unsigned_abs());
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{day}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// Reads `1700000000 +0200`. Times before 1970 count as 1970 and odd offsets as `+0000`, since git's own check refuses
    /// them in what we write.
    fn parse(text: &str) -> Option<Self> {
        let (seconds, offset) = text.split_once(' ')?;
        let seconds: i64 = seconds.parse().ok()?;
        Some(CommitTime { seconds: seconds.max(0), offset: parse_offset(offset).unwrap_or(0) })
    }
}

fn parse_offset(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).filter(|digits| digits.len() == 4)?;
    let number: i32 = digits.parse().ok().filter(|number| (0..=1400).contains(number))?;
    let minutes = number / 100 * 60 + number % 100;
    Some(if text.starts_with('-') { -minutes } else { minutes })
}

/// Reads a commit; none where it is malformed.
pub fn parse_commit(content: &[u8]) -> Option<Commit> {
    let end = content.windows(2).position(|pair| pair == b"\n\n");
    let (head, message) = match end {
        Some(end) => (&content[..end], &content[end + 2..]),
        None => (content, &[][..]),
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let tree = ObjectId::parse(lines.next()?.strip_prefix("tree ")?)?;
    let mut parents = Vec::new();
    let mut author = None;
    let mut committer = None;
    for line in lines {
        match line.split_once(' ') {
            Some(("parent", id)) => parents.push(ObjectId::parse(id)?),
            Some(("author", person)) if author.is_none() => author = Some(split_person(person)?),
            Some(("committer", person)) if committer.is_none() => committer = Some(split_person(person)?),
            _ => {}
        }
    }
    let (author, _) = author?;
    let (committer, time) = committer?;
    Some(Commit {
        tree,
        parents,
        author: author.to_owned(),
        committer: committer.to_owned(),
        time: CommitTime::parse(time)?,
        message: String::from_utf8_lossy(message).into_owned(),
    })
}

/// Splits `Name <mail> 1700000000 +0200` after the mail.
fn split_person(person: &str) -> Option<(&str, &str)> {
    let end = person.rfind('>')? + 1;
    Some((&person[..end], person[end..].trim_start()))
}

/// Writes a commit.
pub fn commit_content(commit: &Commit) -> Vec<u8> {
    let mut text = format!("tree {}\n", commit.tree);
    for parent in &commit.parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    text.push_str(&format!("author {} {}\n", commit.author, commit.time));
    text.push_str(&format!("committer {} {}\n\n", commit.committer, commit.time));
    text.push_str(&commit.message);
    text.into_bytes()
}

/// The object that an annotated tag names.
pub fn parse_tag(content: &[u8]) -> Option<ObjectId> {
    let line = content.split(|byte| *byte == b'\n').next()?;
    ObjectId::parse(std::str::from_utf8(line.strip_prefix(b"object ")?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        assert_eq!(object_id(ObjectKind::Tree, b"").to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        assert_eq!(object_id(ObjectKind::Blob, b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        let id = ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904").unwrap();
        assert_eq!(id, object_id(ObjectKind::Tree, b""));
        assert_eq!(ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee490"), None);
        assert_eq!(ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee490g"), None);
    }

    #[test]
    fn trees_are_read_as_written_and_folders_sort_with_a_slash() {
        let entry = |mode, name: &str| TreeEntry {
            mode,
            name: name.as_bytes().to_vec(),
            id: object_id(ObjectKind::Blob, name.as_bytes()),
        };
        let content = tree_content(vec![
            entry(EntryMode::Folder, "a"),
            entry(EntryMode::File, "a.b"),
            entry(EntryMode::Executable, "a-b"),
            entry(EntryMode::Symlink, "z"),
            entry(EntryMode::Submodule, "m"),
        ]);
        let names: Vec<(Vec<u8>, EntryMode)> =
            parse_tree(&content).unwrap().into_iter().map(|entry| (entry.name, entry.mode)).collect();
        let expected = [
            ("a-b", EntryMode::Executable),
            ("a.b", EntryMode::File),
            ("a", EntryMode::Folder),
            ("m", EntryMode::Submodule),
            ("z", EntryMode::Symlink),
        ];
        assert_eq!(names, expected.map(|(name, mode)| (name.as_bytes().to_vec(), mode)));
        assert_eq!(parse_tree(&content[..content.len() - 1]), None);
        let mode = |text: &str| {
            let entry = [text.as_bytes(), b" x\0aaaaaaaaaaaaaaaaaaaa"].concat();
            parse_tree(&entry).map(|entries| entries[0].mode)
        };
        assert_eq!(mode("100664"), Some(EntryMode::File));
        assert_eq!(mode("100755"), Some(EntryMode::Executable));
        assert_eq!((mode("100!44"), mode("10064"), mode("")), (None, None, None));
    }

    #[test]
    fn commits_are_read_as_written() {
        let id = object_id(ObjectKind::Tree, b"");
        let commit = Commit {
            tree: id,
            parents: vec![id, id],
            author: "a <a@b>".to_owned(),
            committer: "c <c@d>".to_owned(),
            time: CommitTime { seconds: 1_700_000_000, offset: -210 },
            message: "subject\n\nbody\n".to_owned(),
        };
        let content = commit_content(&commit);
        assert!(String::from_utf8_lossy(&content).contains("committer c <c@d> 1700000000 -0330\n"));
        assert_eq!(parse_commit(&content), Some(commit));
    }

    #[test]
    fn odd_times_become_ones_that_git_takes() {
        let time = |text| CommitTime::parse(text).map(|time| time.to_string());
        assert_eq!(time("1700000000 +0530"), Some("1700000000 +0530".to_owned()));
        assert_eq!(time("-5 +0000"), Some("0 +0000".to_owned()));
        assert_eq!(time("1700000000 +9999"), Some("1700000000 +0000".to_owned()));
        assert_eq!(time("1700000000 UTC"), Some("1700000000 +0000".to_owned()));
        assert_eq!(time("x +0000"), None);
    }

    #[test]
    fn times_are_told_where_they_were() {
        let time = |seconds, offset| CommitTime { seconds, offset }.rfc3339();
        assert_eq!(time(1_700_000_000, 120), "2023-11-15T00:13:20+02:00");
        assert_eq!(time(1_700_000_000, -210), "2023-11-14T18:43:20-03:30");
        assert_eq!(time(0, 0), "1970-01-01T00:00:00+00:00");
    }

    #[test]
    fn headers_of_many_lines_do_not_confuse_the_reader() {
        let id = object_id(ObjectKind::Tree, b"");
        let text = format!(
            "tree {id}\nauthor a <a> 1 +0000\ncommitter c <c> 2 +0000\ngpgsig -----BEGIN\n \n author x <x> 9 +0000\n\nhi\n"
        );
        let commit = parse_commit(text.as_bytes()).unwrap();
        assert_eq!((commit.author.as_str(), commit.message.as_str()), ("a <a>", "hi\n"));
    }
}
