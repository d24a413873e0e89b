//! Writes new objects as one pack and its index.
//!
//! Takes objects with their ids; gives a pack on disk that no one sees until it is installed. Objects are compressed in
//! parallel, each once, and no object is read back. They are stored whole: storing one as a delta against the first object of
//! its shape would be decided in [`encode`].

use super::error::GitError;
use super::object::{ObjectId, ObjectKind};
use super::pack_index::{self, IndexEntry};
use super::temporary::{KeepFile, TemporaryFile, pack_path};
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::prelude::*;
use sha1::{Digest, Sha1};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Objects that one thread compresses in one go.
const OBJECTS_PER_TASK: usize = 256;

/// An object to store. Its id must be that of its content.
#[derive(Debug)]
pub struct NewObject {
    pub id: ObjectId,
    pub kind: ObjectKind,
    pub content: Vec<u8>,
}

/// A pack that is being written under a temporary name.
pub struct PackWriter {
    folder: PathBuf,
    /// The mode of pack and index; none leaves it to the umask.
    mode: Option<u32>,
    temporary: TemporaryFile,
    offset: u64,
    entries: Vec<IndexEntry>,
    /// Ids in this pack: no object may be in a pack twice. Only asked, never iterated.
    written: HashSet<ObjectId>,
}

impl PackWriter {
    /// Opens a pack in a folder `objects/pack`, which says at once whether it can be written to.
    pub fn create(folder: &Path, mode: Option<u32>) -> Result<Self, GitError> {
        fs::create_dir_all(folder).map_err(GitError::io("make the folder", folder))?;
        let mut temporary = TemporaryFile::create(folder, "pack")?;
        // The number of objects is filled in at the end.
        let header = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &0_u32.to_be_bytes()].concat();
        temporary.file().write_all(&header).map_err(GitError::io("write to", folder))?;
        Ok(PackWriter {
            folder: folder.to_owned(),
            mode,
            temporary,
            offset: header.len() as u64,
            entries: Vec::new(),
            written: HashSet::new(),
        })
    }

    /// Compresses and appends objects, but for those that the pack already holds.
    pub fn append(&mut self, mut objects: Vec<NewObject>) -> Result<(), GitError> {
        objects.retain(|object| self.written.insert(object.id));
        let encoded: io::Result<Vec<Encoded>> = objects.par_chunks(OBJECTS_PER_TASK).map(encode).collect();
        let encoded = encoded.map_err(GitError::io("compress objects for", self.temporary.path()))?;
        for part in encoded {
            self.temporary.file().write_all(&part.bytes).map_err(GitError::io("write to", &self.folder))?;
            let start = self.offset;
            self.entries
                .extend(part.entries.into_iter().map(|entry| IndexEntry { offset: start + entry.offset, ..entry }));
            self.offset += part.bytes.len() as u64;
        }
        Ok(())
    }

    /// Completes pack and index and brings both to disk, still under temporary names.
    pub fn finish(mut self) -> Result<SealedPack, GitError> {
        let checksum = self.seal().map_err(GitError::io("write to", &self.folder))?;
        self.temporary.sync()?;
        let mut index = TemporaryFile::create(&self.folder, "idx")?;
        let bytes = pack_index::write(&mut self.entries, checksum);
        index.file().write_all(&bytes).map_err(GitError::io("write to", &self.folder))?;
        index.sync()?;
        if let Some(mode) = self.mode {
            self.temporary.set_mode(mode)?;
            index.set_mode(mode)?;
        }
        Ok(SealedPack { folder: self.folder, pack: self.temporary, index, checksum })
    }

    /// Fills in the number of objects and appends the checksum over the whole pack, which covers that number: hence one
    /// reading pass, from the page cache.
    fn seal(&mut self) -> io::Result<ObjectId> {
        let count = u32::try_from(self.entries.len())
            .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "too many objects for one pack"))?;
        let file = self.temporary.file();
        file.seek(SeekFrom::Start(8))?;
        file.write_all(&count.to_be_bytes())?;
        file.seek(SeekFrom::Start(0))?;
        let mut hasher = Sha1::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                length => hasher.update(&buffer[..length]),
            }
        }
        let checksum: [u8; 20] = hasher.finalize().into();
        file.write_all(&checksum)?;
        Ok(ObjectId::from_bytes(checksum))
    }
}

/// A complete pack with its index, on disk under temporary names; dropping it removes both.
#[derive(Debug)]
pub struct SealedPack {
    folder: PathBuf,
    pack: TemporaryFile,
    index: TemporaryFile,
    checksum: ObjectId,
}

/// A pack that everyone sees and that `git gc` leaves alone until this is dropped.
#[derive(Debug)]
pub struct InstalledPack {
    _keep: KeepFile,
}

impl SealedPack {
    /// Gives both files their names, the pack first since git takes an index as the sign of a complete pack. None where
    /// someone swept the temporary files away.
    ///
    /// Once installed a pack is never removed again: another publisher of the same source may have made the very same one and
    /// rely on it.
    pub fn install(self) -> Result<Option<InstalledPack>, GitError> {
        if !self.pack.is_there() || !self.index.is_there() {
            return Ok(None);
        }
        let pack = pack_path(&self.folder, self.checksum);
        let keep = KeepFile::create(&self.folder, &pack)?;
        self.pack.rename(&pack)?;
        self.index.rename(&pack.with_extension("idx"))?;
        sync_folder(&self.folder)?;
        Ok(Some(InstalledPack { _keep: keep }))
    }
}

/// Brings the names in a folder to disk.
pub fn sync_folder(folder: &Path) -> Result<(), GitError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(GitError::io("sync", folder))
}

/// Objects as a pack holds them, offsets from the first byte.
struct Encoded {
    bytes: Vec<u8>,
    entries: Vec<IndexEntry>,
}

fn encode(objects: &[NewObject]) -> io::Result<Encoded> {
    // Level 1: manifests are small, and what better levels gain is less than what a repack gains later.
    let mut compress = Compress::new(Compression::new(1), true);
    let size: usize = objects.iter().map(|object| object.content.len()).sum();
    let mut bytes = Vec::with_capacity(size / 2 + 64 * objects.len());
    let mut entries = Vec::with_capacity(objects.len());
    for object in objects {
        let start = bytes.len();
        push_header(&mut bytes, object.kind, object.content.len());
        deflate(&mut compress, &object.content, &mut bytes)?;
        let mut crc = Crc::new();
        crc.update(&bytes[start..]);
        entries.push(IndexEntry { id: object.id, crc: crc.sum(), offset: start as u64 });
    }
    Ok(Encoded { bytes, entries })
}

/// Kind and size: four bits of size beside the kind, then seven a byte.
fn push_header(bytes: &mut Vec<u8>, kind: ObjectKind, size: usize) {
    let mut byte = kind.pack_number() << 4 | (size & 0x0F) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        bytes.push(byte | 0x80);
        byte = (rest & 0x7F) as u8;
        rest >>= 7;
    }
    bytes.push(byte);
}

fn deflate(compress: &mut Compress, content: &[u8], bytes: &mut Vec<u8>) -> io::Result<()> {
    compress.reset();
    bytes.reserve(content.len() + 64);
    loop {
        let done = usize::try_from(compress.total_in()).unwrap_or(usize::MAX).min(content.len());
        match compress.compress_vec(&content[done..], bytes, FlushCompress::Finish)? {
            Status::StreamEnd => return Ok(()),
            Status::Ok | Status::BufError => bytes.reserve(content.len() / 2 + 256),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::object_id;
    use super::*;

    #[test]
    fn headers_hold_sizes_of_any_length() {
        let header = |size| {
            let mut bytes = Vec::new();
            push_header(&mut bytes, ObjectKind::Blob, size);
            bytes
        };
        assert_eq!(header(0), [0x30]);
        assert_eq!(header(15), [0x3F]);
        assert_eq!(header(16), [0xB0, 0x01]);
        assert_eq!(header(2048), [0xB0, 0x80, 0x01]);
    }

    #[test]
    fn content_that_does_not_shrink_is_written_whole() {
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(100_000)
        .collect();
        for content in [&noise[..], b"", b"a"] {
            let mut bytes = Vec::new();
            deflate(&mut Compress::new(Compression::new(1), true), content, &mut bytes).unwrap();
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&bytes[..]).read_to_end(&mut back).unwrap();
            assert_eq!(back, content);
        }
    }

    #[test]
    fn an_object_given_twice_is_stored_once_and_a_dropped_pack_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let object = |text: &str| NewObject {
            id: object_id(ObjectKind::Blob, text.as_bytes()),
            kind: ObjectKind::Blob,
            content: text.as_bytes().to_vec(),
        };
        let mut pack = PackWriter::create(folder.path(), None).unwrap();
        pack.append(vec![object("a"), object("a")]).unwrap();
        pack.append(vec![object("a"), object("b")]).unwrap();
        assert_eq!(pack.entries.len(), 2);
        drop(pack.finish().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
